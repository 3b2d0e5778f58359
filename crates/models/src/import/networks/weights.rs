//! Hands out weights by name, checks their shapes and remembers which were asked for.

use std::collections::BTreeSet;

use graph::{ElementType, Tensor};
use half::{bf16, f16};

use crate::Error;
use crate::import::StateDict;

/// The weights of one file on their way into a network.
pub(super) struct Weights<'a> {
    all: &'a StateDict,
    used: BTreeSet<&'a str>,
}

impl<'a> Weights<'a> {
    pub(super) fn new(all: &'a StateDict) -> Self {
        Self { all, used: BTreeSet::new() }
    }

    /// The weight of that name as `f32`. A side of `None` may have any length but zero.
    pub(super) fn take(&mut self, name: &str, shape: &[Option<usize>]) -> Result<Tensor, Error> {
        let (name, tensor) = self.all.get_key_value(name).ok_or_else(|| {
            Error::Import(format!("the weight \"{name}\" of shape {} is missing", sides(shape)))
        })?;
        let found = tensor.shape();
        let fits = found.len() == shape.len()
            && found
                .iter()
                .zip(shape)
                .all(|(&side, wanted)| wanted.map_or(side > 0, |wanted| side == wanted));
        if !fits {
            return Err(Error::Import(format!(
                "the weight \"{name}\" has the shape {found:?}, and the network needs {}",
                sides(shape)
            )));
        }
        self.used.insert(name);
        single_precision(tensor).ok_or_else(|| {
            Error::Import(format!("the weight \"{name}\" holds {} and not floats", tensor.element()))
        })
    }

    /// Weights that nobody asked for. Counters of training steps, and Inception's second head, which only
    /// training uses, are not worth a word.
    pub(super) fn unused(&self) -> Vec<String> {
        let worth = |name: &str| !name.ends_with("num_batches_tracked") && !name.starts_with("AuxLogits.");
        let names = self.all.keys().filter(|name| !self.used.contains(name.as_str()) && worth(name));
        names.cloned().collect()
    }
}

fn sides(shape: &[Option<usize>]) -> String {
    let sides: Vec<_> =
        shape.iter().map(|side| side.map_or_else(|| "any".into(), |side| side.to_string())).collect();
    format!("[{}]", sides.join(", "))
}

/// The same numbers as `f32`, shared where they are that already; `None` for integers.
fn single_precision(tensor: &Tensor) -> Option<Tensor> {
    let bytes = tensor.bytes();
    let numbers: Vec<f32> = match tensor.element() {
        ElementType::F32 => return Some(tensor.clone()),
        ElementType::F64 => bytes.as_chunks().0.iter().map(|&word| f64::from_le_bytes(word) as f32).collect(),
        ElementType::F16 => {
            bytes.as_chunks().0.iter().map(|&word| f16::from_le_bytes(word).to_f32()).collect()
        }
        ElementType::Bf16 => {
            bytes.as_chunks().0.iter().map(|&word| bf16::from_le_bytes(word).to_f32()).collect()
        }
        _ => return None,
    };
    Tensor::from_f32(tensor.shape().to_vec(), &numbers)
}
