//! `pinhole predict`: photos in, labels out.
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

use std::path::Path;

use command::Pinhole;

/// A PNG of one colour.
fn save(path: &Path, colour: [u8; 3]) {
    image::RgbImage::from_pixel(20, 10, image::Rgb(colour)).save(path).unwrap();
}

fn with_model() -> Pinhole {
    let pinhole = Pinhole::new();
    colours::put(&pinhole.path("models"), "colours", 1);
    pinhole
}

#[test]
fn a_photo_is_answered_with_labels_and_probabilities() {
    let pinhole = with_model();
    save(&pinhole.path("red.png"), [255, 0, 0]);
    let ran = pinhole.run(&["predict", "red.png"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout, @r"
    red.png
      100.0 %  red
        0.0 %  green
        0.0 %  blue
    ");
}

#[test]
fn json_is_one_array_and_a_bad_file_is_an_entry_with_its_error() {
    let pinhole = with_model();
    save(&pinhole.path("blue.png"), [0, 0, 255]);
    std::fs::write(pinhole.path("notes.jpg"), "not a photo at all").unwrap();
    let ran = pinhole.run(&["predict", "--top", "1", "--format", "json", "notes.jpg", "blue.png"]);
    assert_eq!(ran.status, 1);
    let answers: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answers[0]["file"], "notes.jpg");
    assert!(answers[0]["error"].as_str().unwrap().contains("not a picture"), "{answers}");
    assert_eq!(answers[1]["file"], "blue.png");
    assert_eq!(answers[1]["model"], "colours");
    assert_eq!(answers[1]["predictions"].as_array().unwrap().len(), 1);
    assert_eq!(answers[1]["predictions"][0]["label"], "blue");
}

#[test]
fn csv_has_a_line_per_label() {
    let pinhole = with_model();
    save(&pinhole.path("a, green.png"), [0, 255, 0]);
    let ran = pinhole.run(&["predict", "--top", "2", "--format", "csv", "a, green.png", "gone.png"]);
    assert_eq!(ran.status, 1);
    insta::assert_snapshot!(ran.stdout, @r#"
    file,model,rank,label,probability,error
    "a, green.png",colours,1,green,0.9999092,
    "a, green.png",colours,2,red,0.00004539581,
    gone.png,colours,,,,cannot be read: No such file or directory (os error 2)
    "#);
}

#[test]
fn a_folder_means_every_photo_below_it_in_the_order_of_names() {
    let pinhole = with_model();
    std::fs::create_dir_all(pinhole.path("holiday/beach")).unwrap();
    save(&pinhole.path("holiday/b.PNG"), [0, 0, 255]);
    save(&pinhole.path("holiday/a.png"), [255, 0, 0]);
    save(&pinhole.path("holiday/beach/c.png"), [0, 255, 0]);
    std::fs::write(pinhole.path("holiday/readme.txt"), "skip me").unwrap();
    let ran = pinhole.run(&["predict", "--top", "1", "--format", "csv", "holiday"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let files: Vec<&str> = ran.stdout.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(files, ["holiday/a.png", "holiday/b.PNG", "holiday/beach/c.png"]);
}

#[test]
fn a_dash_reads_one_photo_from_standard_input() {
    let pinhole = with_model();
    save(&pinhole.path("green.png"), [0, 255, 0]);
    let photo = std::fs::read(pinhole.path("green.png")).unwrap();
    let ran = pinhole.run_with_input(&["predict", "--top", "1", "-"], &photo);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout, @r"
    -
      100.0 %  green
    ");
}

#[test]
fn one_bad_file_costs_one_line_and_the_exit_status() {
    let pinhole = with_model();
    save(&pinhole.path("red.png"), [255, 0, 0]);
    std::fs::write(pinhole.path("empty.jpg"), "").unwrap();
    let ran = pinhole.run(&["predict", "--top", "1", "empty.jpg", "red.png"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("red.png"), "{}", ran.stdout);
    insta::assert_snapshot!(ran.stderr, @r"
    empty.jpg: The file is empty. Choose another file.
    1 of 2 photos could not be answered
    ");
}

#[test]
fn an_unknown_model_is_named_together_with_those_that_are_there() {
    let pinhole = with_model();
    let ran = pinhole.run(&["predict", "--model", "dogs", "x.png"]);
    assert_eq!(ran.status, 1);
    insta::assert_snapshot!(ran.stderr, @r#"error: there is no model "dogs" in models; there is: colours"#);
}

#[test]
fn an_empty_shelf_says_how_to_get_a_first_model() {
    let ran = Pinhole::new().run(&["predict", "x.png"]);
    assert_eq!(ran.status, 1);
    insta::assert_snapshot!(ran.stderr, @"error: there is no model in models yet; get one with `pinhole models pull mobilenet`");
}

#[test]
fn a_wrong_command_line_is_status_2() {
    assert_eq!(Pinhole::new().run(&["predict", "--top", "0", "x.png"]).status, 2);
    assert_eq!(Pinhole::new().run(&["predict"]).status, 2);
}
