//! TensorFlow.js weights: a manifest and its shards.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::path::Path;

use models::import::tfjs::read_weights;

/// Writes a manifest with two shards and reads it.
fn read(manifest: &str, shards: [&[u8]; 2]) -> Result<models::import::StateDict, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    std::fs::write(&path, manifest).unwrap();
    for (name, bytes) in ["a.bin", "b.bin"].into_iter().zip(shards) {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    read_weights(&path)
        .map_err(|error| error.to_string().replace(&folder.path().display().to_string(), "FOLDER"))
}

fn manifest(paths: &str, weights: &str) -> String {
    format!(
        r#"{{"format": "layers-model", "weightsManifest": [{{"paths": {paths}, "weights": [{weights}]}}]}}"#
    )
}

const BOTH: &str = r#"["a.bin", "b.bin"]"#;

#[test]
fn weights_run_on_from_shard_to_shard() {
    let weights = r#"{"name": "dense/kernel", "shape": [2, 1], "dtype": "float32"}, {"name": "n", "shape": [], "dtype": "int32"}"#;
    let bytes = [1.5_f32.to_le_bytes(), (-2.0_f32).to_le_bytes(), 7_i32.to_le_bytes()].concat();
    let read = read(&manifest(BOTH, weights), [&bytes[..6], &bytes[6..]]).unwrap();
    assert_eq!(read["dense/kernel"].shape(), [2, 1]);
    assert_eq!(read["dense/kernel"].to_f32().unwrap(), [1.5, -2.0]);
    assert_eq!(read["n"].bytes(), 7_i32.to_le_bytes());
}

#[test]
fn compressed_weights_become_floats() {
    let weights = r#"
        {"name": "half", "shape": [1], "dtype": "float32", "quantization": {"dtype": "float16"}},
        {"name": "byte", "shape": [2], "dtype": "float32", "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1}},
        {"name": "word", "shape": [1], "dtype": "float32", "quantization": {"dtype": "uint16", "scale": 1, "min": 0}}"#;
    let read = read(&manifest(BOTH, weights), [&[0x00, 0x3e, 0, 255], &[0x01, 0x02]]).unwrap();
    assert_eq!(read["half"].to_f32().unwrap(), [1.5]);
    assert_eq!(read["byte"].to_f32().unwrap(), [-1.0, 126.5]);
    assert_eq!(read["word"].to_f32().unwrap(), [513.0]);
}

#[test]
fn a_bare_weights_manifest_is_read_too() {
    let text = r#"[{"paths": ["a.bin"], "weights": [{"name": "x", "shape": [1], "dtype": "bool"}]}]"#;
    assert_eq!(read(text, [&[3], &[]]).unwrap()["x"].bytes(), [1]);
}

#[test]
fn wrong_manifests_are_refused_with_a_reason() {
    let one = r#"{"name": "x", "shape": [2], "dtype": "uint8"}"#;
    let huge = r#"{"name": "x", "shape": [4294967296, 4294967296], "dtype": "float32"}"#;
    let large = r#"{"name": "x", "shape": [1099511627776], "dtype": "uint8"}"#;
    let text = r#"{"name": "x", "shape": [1], "dtype": "string"}"#;
    let odd = r#"{"name": "x", "shape": [1], "dtype": "float32", "quantization": {"dtype": "uint8"}}"#;
    let refusals = [
        read("{}", [&[], &[]]),
        read("not json", [&[], &[]]),
        read(&"[".repeat(100_000), [&[], &[]]),
        read(&manifest("[]", ""), [&[], &[]]),
        read(&manifest(BOTH, one), [&[1], &[]]),
        read(&manifest(BOTH, one), [&[1], &[1, 1]]),
        read(&manifest(BOTH, huge), [&[1], &[1]]),
        read(&manifest(BOTH, large), [&[1], &[1]]),
        read(&manifest(BOTH, text), [&[1], &[]]),
        read(&manifest(BOTH, odd), [&[1], &[]]),
        read(&manifest(r#"["../a.bin"]"#, one), [&[1], &[1]]),
        read(&manifest(r#"["/etc/passwd"]"#, one), [&[1], &[1]]),
        read(&manifest(r#"["c.bin"]"#, one), [&[1], &[1]]),
    ]
    .map(Result::unwrap_err);
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn the_shards_of_a_manifest_can_be_listed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    std::fs::write(&path, manifest(BOTH, "")).unwrap();
    assert_eq!(models::import::tfjs::shards(&path).unwrap(), [Path::new("a.bin"), Path::new("b.bin")]);
}
