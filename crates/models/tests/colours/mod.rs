//! A model small enough to be made in a test, whose answers anyone can check: it names the colour of a picture.

#![allow(dead_code, clippy::unwrap_used, reason = "tests; each file takes what it needs")]

use std::fmt::Write as _;
use std::path::Path;

use graph::{Builder, ElementType, Graph, Tensor};
use models::{Input, Kind, Manifest, Origin, Output};
use sha2::{Digest, Sha256};
use vision::{ChannelOrder, Filter, Step};

/// The labels, in the order of the model's outputs.
pub(crate) const LABELS: [&str; 3] = ["red", "green", "blue"];

/// Averages each colour plane and scales it, so that the strongest colour gets the largest logit.
pub(crate) fn graph(scale: f32) -> Graph {
    let mut builder = Builder::new("colours");
    let shape = ["batch".into(), 3.into(), "height".into(), "width".into()];
    let picture = builder.input("input", ElementType::F32, &shape);
    let average = builder.global_average_pool(&picture);
    let averages = builder.flatten(&average);
    #[rustfmt::skip]
    let diagonal = [
        scale, 0.0, 0.0,
        0.0, scale, 0.0,
        0.0, 0.0, scale,
    ];
    let weight = builder.constant("weight", Tensor::from_f32(vec![3, 3], &diagonal).unwrap());
    let logits = builder.gemm(&averages, &weight, None);
    builder.output("logits", &logits, ElementType::F32, &["batch".into(), 3.into()]);
    builder.finish().unwrap()
}

/// The manifest for a graph's bytes.
pub(crate) fn manifest(graph: &[u8]) -> Manifest {
    let mut sha256 = String::new();
    for byte in Sha256::digest(graph) {
        write!(sha256, "{byte:02x}").unwrap();
    }
    let steps = vec![
        Step::ResizeShortSide { size: 8, filter: Filter::Bilinear },
        Step::CenterCrop { width: 8, height: 8 },
        Step::Normalize { scale: 255.0, mean: [0.0; 3], std: [1.0; 3], order: ChannelOrder::Rgb },
    ];
    Manifest {
        kind: Kind::Classifier,
        network: "colours".into(),
        precision: engine::Precision::F32,
        output: Output::Logits,
        slow: false,
        sha256,
        labels: LABELS.map(str::to_owned).to_vec(),
        input: Input { steps },
        origin: Origin::default(),
    }
}

/// Puts the model on a shelf as `name`, version `version`.
pub(crate) fn put(shelf: &Path, name: &str, version: u64) {
    let bytes = graph(10.0).write();
    put_with(shelf, name, version, &bytes, &manifest(&bytes).to_toml().unwrap());
}

/// Puts any graph and manifest on a shelf.
pub(crate) fn put_with(shelf: &Path, name: &str, version: u64, graph: &[u8], manifest: &str) {
    let folder = shelf.join(name).join(version.to_string());
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("model.onnx"), graph).unwrap();
    std::fs::write(folder.join("model.toml"), manifest).unwrap();
}
