//! Finding the engines for the tests.

#![allow(dead_code, reason = "each test file uses its part")]

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{Data, Engine, Found, Kind, Places, Tensor};

/// The engine, or `None` after a line that says it is skipped. Libraries come from `PINHOLE_ENGINE_DIR`, the
/// data folder (`PINHOLE_DATA`), the usual places or a Python environment.
pub(crate) fn engine(kind: Kind) -> Option<Arc<dyn Engine>> {
    let engine_dir = env::var_os("PINHOLE_ENGINE_DIR").map(PathBuf::from);
    let data = env::var_os("PINHOLE_DATA").unwrap_or_else(|| "../../data".into());
    match Places::usual(engine_dir.as_deref(), Path::new(&data)).open(kind) {
        Found::Ready { engine, .. } => Some(engine),
        not_ready => {
            let required = env::var("PINHOLE_REQUIRE_ENGINES").is_ok_and(|value| value == "1");
            assert!(!required, "{not_ready} (PINHOLE_REQUIRE_ENGINES is 1)");
            eprintln!("SKIPPED: {not_ready}");
            None
        }
    }
}

/// A model of the conformance suite.
pub(crate) fn model(name: &str) -> Vec<u8> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance"));
    std::fs::read(folder.join(format!("{name}.onnx"))).unwrap()
}

/// A tensor of this shape with values from -1 to 1.
pub(crate) fn ramp(shape: &[usize]) -> Tensor {
    let count = shape.iter().product::<usize>();
    let values = (0..count).map(|index| (index * 37 % 101) as f32 / 50.5 - 1.0).collect();
    Tensor::new(shape.to_vec(), Data::F32(values)).unwrap()
}
