//! `mobilenet` answers what PyTorch answers. The table is made by `scripts/parity_reference.py`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests"
)]

mod material;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use engine::{Found, Kind, Places};
use models::shelf::{Engines, Options, Shelf};
use serde::Deserialize;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// Probabilities by class index; smaller ones than `smallest` are left out.
type Row = BTreeMap<usize, f32>;

#[derive(Deserialize)]
struct Table {
    smallest: f32,
    lossless: Row,
    photos: BTreeMap<String, Row>,
}

fn table() -> Table {
    let text = std::fs::read_to_string(Path::new(FIXTURES).join("mobilenet_parity.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Every engine that is here.
fn engines() -> Vec<Kind> {
    let data = std::env::var_os("PINHOLE_DATA").unwrap_or_else(|| "../../data".into());
    let found = Places::usual(None, Path::new(&data)).discover();
    found.iter().filter(|found| matches!(found, Found::Ready { .. })).map(Found::kind).collect()
}

fn mobilenet_on(kind: Kind, shelf: &Path) -> Arc<models::shelf::Model> {
    let data = std::env::var_os("PINHOLE_DATA").unwrap_or_else(|| "../../data".into());
    let engines = Engines::new(Places::usual(None, Path::new(&data)), Some(kind), 0);
    let shelf = Shelf::open(shelf, Options { engines: Arc::new(engines), queue: 8 });
    shelf.load("mobilenet");
    shelf.get("mobilenet").expect("mobilenet loads")
}

fn classify(model: &models::shelf::Model, photo: &Path) -> Vec<f32> {
    let bytes = std::fs::read(photo).unwrap();
    let picture = vision::decode(&bytes, &vision::Limits::default()).unwrap();
    model.classify_blocking(&picture).unwrap().probabilities().to_vec()
}

/// Largest difference of a probability; what the table leaves out lies between 0 and `smallest`.
fn largest_difference(ours: &[f32], theirs: &Row, smallest: f32) -> f32 {
    ours.iter()
        .enumerate()
        .map(|(index, &probability)| match theirs.get(&index) {
            Some(reference) => (probability - reference).abs(),
            None => (probability - smallest).max(0.0),
        })
        .fold(0.0, f32::max)
}

/// The most probable class, and how far the next one is behind.
fn best(row: impl IntoIterator<Item = (usize, f32)>) -> (usize, f32) {
    let mut ranked: Vec<(usize, f32)> = row.into_iter().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let second = ranked.get(1).map_or(0.0, |&(_, probability)| probability);
    (ranked[0].0, ranked[0].1 - second)
}

#[test]
fn a_lossless_picture_gets_pytorchs_probabilities_within_a_thousandth_on_every_engine() {
    let Some(shelf) = material::shelf_with("mobilenet") else { return };
    let table = table();
    for kind in engines() {
        let ours = classify(&mobilenet_on(kind, &shelf), &Path::new(FIXTURES).join("lossless.png"));
        let difference = largest_difference(&ours, &table.lossless, table.smallest);
        println!("{kind}: largest difference {difference:.6}");
        assert!(difference < 0.001, "{kind}: {difference}");
    }
}

#[test]
fn photos_get_pytorchs_probabilities_and_labels_on_every_engine() {
    let (Some(shelf), Some(photos)) =
        (material::shelf_with("mobilenet"), material::shared("imagenet-samples"))
    else {
        return;
    };
    let table = table();
    for kind in engines() {
        let model = mobilenet_on(kind, &shelf);
        let mut differences = Vec::new();
        for (name, theirs) in &table.photos {
            let ours = classify(&model, &photos.join(name));
            differences.push(largest_difference(&ours, theirs, table.smallest));
            let (label, margin) = best(theirs.iter().map(|(&index, &probability)| (index, probability)));
            let (our_label, _) = best(ours.into_iter().enumerate());
            assert!(our_label == label || margin <= 0.05, "{kind}, {name}: {our_label} instead of {label}");
        }
        differences.sort_by(f32::total_cmp);
        let close = differences.iter().filter(|&&difference| difference <= 0.01).count();
        println!(
            "{kind}: {close} of {} within 0.01, largest {:.4}",
            differences.len(),
            differences[differences.len() - 1]
        );
        assert!(
            close * 100 >= differences.len() * 95,
            "{kind}: only {close} of {} within 0.01",
            differences.len()
        );
        assert!(differences.iter().all(|&difference| difference <= 0.05), "{kind}: {differences:?}");
    }
}
