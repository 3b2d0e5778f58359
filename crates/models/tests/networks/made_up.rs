//! Weights and pictures that follow from their names, by the formula of `scripts/network_reference.py`.

use graph::Tensor;
use models::import::StateDict;

/// What the reference knows about one network.
#[derive(serde::Deserialize)]
pub(crate) struct Reference {
    /// Shape of the input.
    pub(crate) input: Vec<usize>,
    gain: f64,
    /// What PyTorch answered, one row per picture.
    pub(crate) scores: Vec<Vec<f32>>,
    parameters: std::collections::BTreeMap<String, Vec<usize>>,
}

impl Reference {
    /// The weights as a file would have them.
    pub(crate) fn weights(&self) -> StateDict {
        let parameters = self.parameters.iter();
        parameters.map(|(name, shape)| (name.clone(), parameter(name, shape, self.gain))).collect()
    }

    /// The picture.
    pub(crate) fn picture(&self) -> Vec<f32> {
        numbers("input", self.input.iter().product()).map(|number| number as f32).collect()
    }
}

/// Every network of the fixture, by name.
pub(crate) fn references() -> std::collections::BTreeMap<String, Reference> {
    serde_json::from_str(include_str!("../fixtures/networks.json")).unwrap()
}

/// Numbers in [-1, 1): FNV-1a of the name, then murmur3's finaliser with the index.
fn numbers(name: &str, count: usize) -> impl Iterator<Item = f64> {
    let seed =
        name.bytes().fold(0x811c_9dc5_u32, |seed, byte| (seed ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (0..count as u32).map(move |index| {
        let mut mixed = index.wrapping_mul(0x9e37_79b9) ^ seed;
        for (shift, factor) in [(16, 0x85eb_ca6b_u32), (13, 0xc2b2_ae35)] {
            mixed ^= mixed >> shift;
            mixed = mixed.wrapping_mul(factor);
        }
        mixed ^= mixed >> 16;
        f64::from(mixed >> 8) / f64::from(1 << 23) - 1.0
    })
}

fn parameter(name: &str, shape: &[usize], gain: f64) -> Tensor {
    let last = name.rsplit(['.', '/']).next().unwrap();
    if last == "num_batches_tracked" {
        return Tensor::from_i64(Vec::new(), &[0]).unwrap();
    }
    let inputs: usize = if last == "kernel" {
        shape[..shape.len() - 1].iter().product()
    } else {
        shape.iter().skip(1).product()
    };
    let spread = (6.0 / inputs as f64).sqrt();
    let sane = |number: f64| match last {
        "running_var" | "moving_variance" => 1.0 + number / 2.0,
        "running_mean" | "moving_mean" | "bias" | "beta" => number / 5.0,
        _ if shape.len() == 1 => gain * (1.0 + number / 5.0),
        _ => number * spread,
    };
    let values: Vec<f32> = numbers(name, shape.iter().product()).map(|number| sane(number) as f32).collect();
    Tensor::from_f32(shape.to_vec(), &values).unwrap()
}
