//! Every graph of `tests/conformance` on every engine, compared with stored outputs.
//!
//! `scripts/conformance_cases.py` writes the folder. An engine that is not found is skipped with a line on
//! standard error, or fails its test when `PINHOLE_REQUIRE_ENGINES` is `1`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use engine::{Data, Engine, Kind, Options, Tensor};
use support::engine;

#[test]
fn rten_computes_every_case() {
    every_case(Kind::Rten);
}

#[test]
fn onnx_runtime_computes_every_case() {
    every_case(Kind::OnnxRuntime);
}

#[test]
fn openvino_computes_every_case() {
    every_case(Kind::OpenVino);
}

fn every_case(kind: Kind) {
    let Some(engine) = engine(kind) else { return };
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance"));
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".onnx")?.to_owned()))
        .collect();
    names.sort();
    assert!(names.len() >= 80, "only {} cases are in {}", names.len(), folder.display());
    let mut faults = String::new();
    for name in &names {
        let model = fs::read(folder.join(format!("{name}.onnx"))).unwrap();
        let case = fs::read(folder.join(format!("{name}.json"))).unwrap();
        let case: Case = serde_json::from_slice(&case).unwrap();
        if let Err(fault) = check(engine.as_ref(), &model, &case) {
            writeln!(faults, "  {name}: {fault}").unwrap();
        }
    }
    assert!(faults.is_empty(), "{kind} {} is wrong on:\n{faults}", engine.version());
}

fn check(engine: &dyn Engine, model: &[u8], case: &Case) -> Result<(), String> {
    let session = engine.load(model, &Options::default()).map_err(|error| error.to_string())?;
    for (number, run) in case.runs.iter().enumerate() {
        let inputs: Vec<(&str, Tensor)> =
            run.inputs.iter().map(|stored| (stored.name.as_str(), stored.tensor())).collect();
        let inputs: Vec<(&str, &Tensor)> = inputs.iter().map(|(name, tensor)| (*name, tensor)).collect();
        let outputs = session.run(&inputs).map_err(|error| error.to_string())?;
        if outputs.len() != run.outputs.len() {
            return Err(format!("{} outputs instead of {}", outputs.len(), run.outputs.len()));
        }
        for (stored, (name, given)) in run.outputs.iter().zip(&outputs) {
            let expected = stored.tensor();
            if *name != stored.name || given.shape() != expected.shape() {
                return Err(format!(
                    "`{name}` {:?} where `{}` {:?} was expected",
                    given.shape(),
                    stored.name,
                    expected.shape()
                ));
            }
            let gap = largest_gap(given.data(), expected.data())?;
            if gap > case.tolerance {
                return Err(format!(
                    "run {number}, `{name}` is off by {gap:.2e} (at most {:.0e} is right)",
                    case.tolerance
                ));
            }
        }
    }
    Ok(())
}

/// The largest difference over all elements, relative to expected values beyond 1.
fn largest_gap(given: &Data, expected: &Data) -> Result<f64, String> {
    if given.element() != expected.element() {
        return Err(format!("{:?} where {:?} was expected", given.element(), expected.element()));
    }
    let gaps = numbers(given).into_iter().zip(numbers(expected)).map(|(given, expected)| {
        let gap = (given - expected).abs() / expected.abs().max(1.0);
        if gap.is_nan() { f64::INFINITY } else { gap }
    });
    Ok(gaps.fold(0.0, f64::max))
}

fn numbers(data: &Data) -> Vec<f64> {
    match data {
        Data::F32(values) => values.iter().map(|value| f64::from(*value)).collect(),
        Data::I64(values) => values.iter().map(|value| *value as f64).collect(),
        Data::I32(values) => values.iter().map(|value| f64::from(*value)).collect(),
        Data::U8(values) => values.iter().map(|value| f64::from(*value)).collect(),
        Data::I8(values) => values.iter().map(|value| f64::from(*value)).collect(),
        Data::Bool(values) => values.iter().map(|value| f64::from(u8::from(*value))).collect(),
    }
}

#[derive(serde::Deserialize)]
struct Case {
    tolerance: f64,
    runs: Vec<Run>,
}

#[derive(serde::Deserialize)]
struct Run {
    inputs: Vec<Stored>,
    outputs: Vec<Stored>,
}

#[derive(serde::Deserialize)]
struct Stored {
    name: String,
    shape: Vec<usize>,
    #[serde(flatten)]
    values: Values,
}

#[derive(serde::Deserialize)]
#[serde(tag = "type", content = "values", rename_all = "lowercase")]
enum Values {
    F32(Vec<f32>),
    I64(Vec<i64>),
    I32(Vec<i32>),
    U8(Vec<u8>),
    I8(Vec<i8>),
    Bool(Vec<bool>),
}

impl Stored {
    fn tensor(&self) -> Tensor {
        let data = match &self.values {
            Values::F32(values) => Data::F32(values.clone()),
            Values::I64(values) => Data::I64(values.clone()),
            Values::I32(values) => Data::I32(values.clone()),
            Values::U8(values) => Data::U8(values.clone()),
            Values::I8(values) => Data::I8(values.clone()),
            Values::Bool(values) => Data::Bool(values.clone()),
        };
        Tensor::new(self.shape.clone(), data).unwrap()
    }
}
