//! `pinhole models` and `pinhole doctor`: what is on the shelf, and whether all is well.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests"
)]

#[path = "../../models/tests/colours/mod.rs"]
mod colours;
mod command;

use command::Pinhole;

#[test]
fn list_shows_names_versions_and_what_is_wrong() {
    let pinhole = Pinhole::new();
    colours::put(&pinhole.path("models"), "colours", 2);
    colours::put_with(&pinhole.path("models"), "broken", 1, b"", "labels = 5");
    let ran = pinhole.run(&["models", "list"]);
    assert_eq!(ran.status, 1);
    let rows: Vec<Vec<&str>> =
        ran.stdout.lines().map(|line| line.split_whitespace().take(3).collect()).collect();
    assert_eq!(rows[0], ["NAME", "VERSION", "STATE"]);
    assert_eq!(rows[1], ["broken", "1", "failed:"]);
    assert_eq!(rows[2], ["colours", "2", "present"]);
}

#[test]
fn list_check_loads_each_model() {
    let pinhole = Pinhole::new();
    colours::put(&pinhole.path("models"), "colours", 1);
    let ran = pinhole.run(&["models", "list", "--check"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("works"), "{}", ran.stdout);
}

#[test]
fn an_empty_shelf_prints_nothing_on_standard_output() {
    let ran = Pinhole::new().run(&["models", "list"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""));
    assert!(ran.stderr.contains("pinhole models available"));
}

#[test]
fn show_tells_the_input_rule_and_the_labels() {
    let pinhole = Pinhole::new();
    colours::put(&pinhole.path("models"), "colours", 1);
    let ran = pinhole.run(&["models", "show", "colours"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn available_lists_the_catalogue() {
    let ran = Pinhole::new().run(&["models", "available"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    for name in ["mobilenet", "efficientnet-lite0", "resnet", "resnet18", "resnet34", "resnet50", "inception"]
    {
        assert!(ran.stdout.lines().any(|line| line.split_whitespace().next() == Some(name)), "{name}");
    }
}

#[test]
fn a_name_that_is_not_in_the_catalogue_is_refused_with_the_way_to_find_one() {
    let ran = Pinhole::new().run(&["models", "pull", "resnet5000"]);
    assert_eq!(ran.status, 1);
    insta::assert_snapshot!(ran.stderr, @r#"error: the catalogue has no model called "resnet5000"; `pinhole models available` lists what there is"#);
}

#[test]
fn remove_asks_first_and_does_nothing_where_nobody_can_be_asked() {
    let pinhole = Pinhole::new();
    colours::put(&pinhole.path("models"), "colours", 1);
    let ran = pinhole.run(&["models", "remove", "colours"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("--yes"), "{}", ran.stderr);
    assert!(pinhole.path("models/colours/1/model.onnx").exists());
    let ran = pinhole.run(&["models", "remove", "--yes", "colours"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(!pinhole.path("models/colours").exists());
}

#[test]
fn a_name_that_leads_out_of_the_shelf_is_not_a_model() {
    let pinhole = Pinhole::new();
    std::fs::create_dir_all(pinhole.path("precious/1")).unwrap();
    let ran = pinhole.run(&["models", "remove", "--yes", "../precious"]);
    assert_eq!(ran.status, 1);
    assert!(pinhole.path("precious").exists());
}

#[test]
fn doctor_is_well_on_a_fresh_machine_and_says_what_could_be_added() {
    let ran = Pinhole::new().run(&["doctor"]);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("pinhole engine install onnxruntime"), "{}", ran.stdout);
    assert!(ran.stdout.contains("pinhole models pull mobilenet"), "{}", ran.stdout);
}

#[test]
fn doctor_names_a_library_that_is_not_one_and_models_run_on_rten() {
    let pinhole = Pinhole::new();
    std::fs::create_dir_all(pinhole.path("data/engines/onnxruntime")).unwrap();
    std::fs::write(pinhole.path("data/engines/onnxruntime/libonnxruntime.so"), "surprise").unwrap();
    colours::put(&pinhole.path("models"), "colours", 1);
    let ran = pinhole.run(&["doctor"]);
    assert!(ran.stdout.contains("WRONG ONNX Runtime"), "{}", ran.stdout);
    assert!(ran.stdout.contains("runs on rten"), "{}", ran.stdout);
}

#[test]
fn a_misspelt_setting_is_named_with_its_file() {
    let pinhole = Pinhole::new();
    std::fs::write(pinhole.path("pinhole.toml"), "[server]\nprot = 80\n").unwrap();
    let ran = pinhole.run(&["models", "list"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("pinhole.toml") && ran.stderr.contains("prot"), "{}", ran.stderr);
}
