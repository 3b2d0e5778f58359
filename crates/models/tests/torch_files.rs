//! Files that `torch.save` wrote are read as `PyTorch` reads them (`scripts/torch_fixtures.py` made them).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use graph::{ElementType, Tensor};
use models::import::torch::read_state_dict;
use serde::Deserialize;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/torch");

#[derive(Deserialize)]
struct Expected {
    shape: Vec<usize>,
    values: Vec<f64>,
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    let bytes = tensor.bytes();
    match tensor.element() {
        ElementType::F32 => {
            bytes.as_chunks().0.iter().map(|&word| f64::from(f32::from_le_bytes(word))).collect()
        }
        ElementType::I64 => bytes.as_chunks().0.iter().map(|&word| i64::from_le_bytes(word) as f64).collect(),
        ElementType::I32 => {
            bytes.as_chunks().0.iter().map(|&word| f64::from(i32::from_le_bytes(word))).collect()
        }
        ElementType::I16 => {
            bytes.as_chunks().0.iter().map(|&word| f64::from(i16::from_le_bytes(word))).collect()
        }
        ElementType::U16 => {
            bytes.as_chunks().0.iter().map(|&word| f64::from(u16::from_le_bytes(word))).collect()
        }
        ElementType::I8 => bytes.iter().map(|&byte| f64::from(byte as i8)).collect(),
        ElementType::U8 | ElementType::Bool => bytes.iter().map(|&byte| f64::from(byte)).collect(),
        other => panic!("{other:?} does not leave the importer"),
    }
}

#[test]
fn every_file_gives_the_numbers_that_pytorch_finds_in_it() {
    let expected = std::fs::read(format!("{FIXTURES}/values.json")).unwrap();
    let expected: BTreeMap<String, BTreeMap<String, Expected>> = serde_json::from_slice(&expected).unwrap();
    for (file, tensors) in expected {
        let weights =
            read_state_dict(&Path::new(FIXTURES).join(&file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert_eq!(weights.keys().collect::<Vec<_>>(), tensors.keys().collect::<Vec<_>>(), "{file}");
        for (name, expected) in tensors {
            assert_eq!(weights[&name].shape(), expected.shape, "{file}: {name}");
            // serde_json reads decimals to the last bit but one.
            let numbers = numbers(&weights[&name]);
            assert_eq!(numbers.len(), expected.values.len(), "{file}: {name}");
            let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-12 * b.abs();
            assert!(numbers.iter().zip(&expected.values).all(close), "{file}: {name}: {numbers:?}");
        }
    }
}

#[test]
fn what_is_no_file_of_weights_is_refused_with_the_way_to_go() {
    let refusal = |file: &str| read_state_dict(&Path::new(FIXTURES).join(file)).unwrap_err().to_string();
    let refusals = ["script.pt", "whole_module.pth", "values.json"].map(refusal);
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn checkpoints_of_style_networks_found_in_the_wild_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/style-nets");
    if !folder.is_dir() {
        assert!(
            std::env::var("PINHOLE_REQUIRE_SHARED").as_deref() != Ok("1"),
            "{} is missing",
            folder.display()
        );
        eprintln!("SKIPPED: {} is missing", folder.display());
        return;
    }
    let files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 4);
    for file in files {
        let weights = read_state_dict(&file).unwrap();
        assert_eq!(weights["conv1.conv2d.weight"].shape(), [16, 3, 9, 9]);
        let numbers = weights["conv1.conv2d.weight"].to_f32().unwrap();
        assert!(numbers.iter().all(|number| number.is_finite() && number.abs() < 10.0));
        assert!(weights.len() > 40, "{} tensors", weights.len());
    }
}
