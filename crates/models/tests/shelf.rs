//! A folder of models, and what answers from it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests"
)]

mod colours;

use std::path::Path;
use std::sync::Arc;

use engine::{Kind, Places};
use models::Error;
use models::shelf::{Engines, Options, Shelf, State};
use vision::Picture;

fn open(root: &Path) -> Shelf {
    let places = Places::usual(None, Path::new("no-such-folder"));
    let engines = Engines::new(places, Some(Kind::Rten), 1);
    Shelf::open(root, Options { engines: Arc::new(engines), queue: 8 })
}

fn plain(colour: [u8; 3]) -> Picture {
    Picture::new(20, 10, colour.repeat(200)).unwrap()
}

fn best_label(shelf: &Shelf, name: &str, picture: &Picture) -> String {
    shelf.get(name).unwrap().classify_blocking(picture).unwrap().top(1)[0].label.clone()
}

fn failure(shelf: &Shelf, name: &str) -> String {
    let status = shelf.statuses().into_iter().find(|status| status.name == name).unwrap();
    match status.state {
        State::Failed(reason) => reason,
        other => panic!("{name} should have failed, but is {other:?}"),
    }
}

#[test]
fn a_shelf_that_does_not_exist_yet_is_empty() {
    let root = tempfile::tempdir().unwrap();
    let shelf = open(&root.path().join("not-made-yet"));
    shelf.refresh().unwrap();
    assert!(shelf.models().is_empty());
}

#[test]
fn a_model_on_the_shelf_answers_with_ranked_labels() {
    let root = tempfile::tempdir().unwrap();
    colours::put(root.path(), "colours", 1);
    let shelf = open(root.path());
    shelf.refresh().unwrap();
    let answer = shelf.get("colours").unwrap().classify_blocking(&plain([20, 250, 60])).unwrap();
    let labels: Vec<String> = answer.top(3).into_iter().map(|prediction| prediction.label).collect();
    assert_eq!(labels, ["green", "blue", "red"]);
    let sum: f32 = answer.probabilities().iter().sum();
    assert!((sum - 1.0).abs() < 1e-6, "{sum}");
}

#[test]
fn the_highest_version_serves_unless_one_is_pinned() {
    let root = tempfile::tempdir().unwrap();
    for version in [1, 2, 10] {
        colours::put(root.path(), "colours", version);
    }
    let shelf = open(root.path());
    shelf.refresh().unwrap();
    assert_eq!(shelf.get("colours").unwrap().version(), 10);
    std::fs::write(root.path().join("colours/serving"), "2\n").unwrap();
    shelf.refresh().unwrap();
    assert_eq!(shelf.get("colours").unwrap().version(), 2);
}

#[test]
fn a_new_version_is_swapped_in_and_a_removed_model_goes() {
    let root = tempfile::tempdir().unwrap();
    colours::put(root.path(), "colours", 1);
    let shelf = open(root.path());
    shelf.refresh().unwrap();
    let old = shelf.get("colours").unwrap();
    colours::put(root.path(), "colours", 2);
    shelf.refresh().unwrap();
    assert_eq!(shelf.get("colours").unwrap().version(), 2);
    // Whoever holds the old one is still answered.
    assert!(old.classify_blocking(&plain([255, 0, 0])).is_ok());
    std::fs::remove_dir_all(root.path().join("colours")).unwrap();
    shelf.refresh().unwrap();
    assert!(shelf.get("colours").is_none());
}

#[test]
fn a_broken_version_leaves_the_old_one_serving_and_says_why() {
    let root = tempfile::tempdir().unwrap();
    colours::put(root.path(), "colours", 1);
    let shelf = open(root.path());
    shelf.refresh().unwrap();
    colours::put_with(root.path(), "colours", 2, b"not a graph", "kind = \"classifier\"");
    shelf.refresh().unwrap();
    assert_eq!(best_label(&shelf, "colours", &plain([0, 0, 255])), "blue");
    assert!(failure(&shelf, "colours").contains("missing field"), "{}", failure(&shelf, "colours"));
}

#[test]
fn a_graph_that_was_changed_after_the_manifest_was_written_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let manifest = colours::manifest(&colours::graph(10.0).write()).to_toml().unwrap();
    colours::put_with(root.path(), "colours", 1, &colours::graph(-10.0).write(), &manifest);
    let shelf = open(root.path());
    shelf.refresh().unwrap();
    assert!(failure(&shelf, "colours").contains("changed or damaged"));
}

#[test]
fn labels_that_do_not_match_the_outputs_are_refused_when_loading() {
    let root = tempfile::tempdir().unwrap();
    let bytes = colours::graph(10.0).write();
    let mut manifest = colours::manifest(&bytes);
    manifest.labels.push("yellow".into());
    colours::put_with(root.path(), "colours", 1, &bytes, &manifest.to_toml().unwrap());
    let shelf = open(root.path());
    shelf.refresh().unwrap();
    assert!(failure(&shelf, "colours").contains("3 numbers for 4 labels"));
}

#[test]
fn numbers_that_are_not_finite_are_an_error_and_not_an_answer() {
    let root = tempfile::tempdir().unwrap();
    let bytes = colours::graph(f32::INFINITY).write();
    let manifest = colours::manifest(&bytes).to_toml().unwrap();
    colours::put_with(root.path(), "colours", 1, &bytes, &manifest);
    let shelf = open(root.path());
    shelf.refresh().unwrap();
    assert!(failure(&shelf, "colours").contains("not finite"));
}

#[test]
fn hidden_folders_and_stray_files_are_not_models() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join(".unfinished")).unwrap();
    std::fs::write(root.path().join("notes.txt"), "mine").unwrap();
    let shelf = open(root.path());
    shelf.refresh().unwrap();
    assert!(shelf.statuses().is_empty());
}

#[test]
fn looking_at_the_shelf_loads_nothing() {
    let root = tempfile::tempdir().unwrap();
    colours::put(root.path(), "colours", 3);
    let shelf = open(root.path());
    let statuses = shelf.look().unwrap();
    assert_eq!((statuses[0].version, &statuses[0].state), (Some(3), &State::Present));
    assert!(shelf.get("colours").is_none());
}

#[test]
fn a_manifest_keeps_its_meaning_when_written_and_read() {
    let root = tempfile::tempdir().unwrap();
    let manifest = colours::manifest(b"any graph");
    let path = root.path().join("model.toml");
    std::fs::write(&path, manifest.to_toml().unwrap()).unwrap();
    assert_eq!(models::Manifest::read(&path).unwrap(), manifest);
}

#[test]
fn an_unknown_field_in_a_manifest_is_named() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("model.toml");
    let text = format!("precison = \"bf16\"\n{}", colours::manifest(b"any graph").to_toml().unwrap());
    std::fs::write(&path, text).unwrap();
    let error = models::Manifest::read(&path).unwrap_err();
    assert!(matches!(error, Error::Manifest { .. }) && error.to_string().contains("precison"), "{error}");
}
