//! Reads the weights of TensorFlow.js models: a JSON manifest and the shards of numbers beside it.
//!
//! The manifest lists groups; the shards of a group, put one after the other, hold its weights in order, row-major and
//! little-endian. Weights can be stored as 8- or 16-bit whole numbers with a scale and a minimum, or as 16-bit floats.

use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use graph::{ElementType, Tensor};
use half::f16;
use serde::Deserialize;

use super::StateDict;
use crate::Error;

/// Bytes of a manifest; those of large networks have some hundred thousand.
const LARGEST_MANIFEST: u64 = 32 << 20;

/// Bytes of all shards together.
const LARGEST_WEIGHTS: u64 = 4 << 30;

#[derive(Deserialize)]
#[serde(untagged)]
enum Manifest {
    /// `model.json`.
    Model {
        #[serde(rename = "weightsManifest")]
        groups: Vec<Group>,
    },
    /// `weights_manifest.json`.
    Weights(Vec<Group>),
}

#[derive(Deserialize)]
struct Group {
    paths: Vec<String>,
    weights: Vec<Weight>,
}

#[derive(Deserialize)]
struct Weight {
    name: String,
    shape: Vec<usize>,
    dtype: String,
    quantization: Option<Quantization>,
}

#[derive(Deserialize)]
struct Quantization {
    dtype: String,
    scale: Option<f32>,
    min: Option<f32>,
}

/// How the numbers of one weight stand in the shards.
#[derive(Clone, Copy)]
enum Stored {
    Plain(ElementType),
    Half,
    /// `stored * scale + minimum`, the stored number 1 or 2 bytes wide.
    Scaled {
        width: usize,
        scale: f32,
        minimum: f32,
    },
}

/// The shards that a manifest (`model.json` or `weights_manifest.json`) names, relative to its folder, in order.
pub fn shards(manifest: &Path) -> Result<Vec<PathBuf>, Error> {
    let groups = groups(manifest)?;
    groups.iter().flat_map(|group| &group.paths).map(|path| safe(path)).collect()
}

/// Reads the weights of a manifest and its shards.
///
/// # Errors
/// [`Error::Import`] when the manifest is no such manifest, names files outside of its folder, or when the shards do not
/// hold exactly the weights that it lists.
pub fn read_weights(manifest: &Path) -> Result<StateDict, Error> {
    let folder = manifest.parent().unwrap_or(Path::new("."));
    let mut weights = StateDict::new();
    for group in groups(manifest)? {
        let mut expected = 0_u64;
        for weight in &group.weights {
            expected = expected.saturating_add(weight.stored_bytes()? as u64);
        }
        if expected > LARGEST_WEIGHTS {
            return Err(refused("it claims an impossible number of weights"));
        }
        let numbers = read_shards(folder, &group.paths, expected)?;
        let mut rest = &numbers[..];
        for weight in group.weights {
            let (bytes, after) = rest
                .split_at_checked(weight.stored_bytes()?)
                .ok_or_else(|| refused("its shards are shorter than its manifest says"))?;
            rest = after;
            let tensor = weight.tensor(bytes)?;
            weights.insert(weight.name, tensor);
        }
    }
    if weights.is_empty() { Err(refused("its manifest lists no weights")) } else { Ok(weights) }
}

fn groups(manifest: &Path) -> Result<Vec<Group>, Error> {
    let file = File::open(manifest).map_err(Error::file(manifest))?;
    let mut text = Vec::new();
    file.take(LARGEST_MANIFEST + 1).read_to_end(&mut text).map_err(Error::file(manifest))?;
    if text.len() as u64 > LARGEST_MANIFEST {
        return Err(refused("its manifest is larger than any network needs"));
    }
    // The network's description can be nested; serde_json bounds the depth.
    match serde_json::from_slice(&text) {
        Ok(Manifest::Model { groups } | Manifest::Weights(groups)) => Ok(groups),
        Err(_) => Err(refused("this is not the manifest of a TensorFlow.js model (model.json)")),
    }
}

/// All shards of a group in one piece, which must be exactly as long as its weights.
fn read_shards(folder: &Path, paths: &[String], expected: u64) -> Result<Vec<u8>, Error> {
    let mut numbers = Vec::new();
    for path in paths {
        let path = folder.join(safe(path)?);
        let left = expected - numbers.len() as u64;
        let file = File::open(&path).map_err(Error::file(&path))?;
        file.take(left + 1).read_to_end(&mut numbers).map_err(Error::file(&path))?;
        if numbers.len() as u64 > expected {
            return Err(refused("its shards are longer than its manifest says"));
        }
    }
    if numbers.len() as u64 == expected {
        Ok(numbers)
    } else {
        Err(refused("its shards are shorter than its manifest says"))
    }
}

/// A path that stays below its folder.
fn safe(path: &str) -> Result<PathBuf, Error> {
    let path = Path::new(path);
    let stays = path.components().all(|part| matches!(part, Component::Normal(_)));
    if stays && path.components().next().is_some() {
        Ok(path.to_owned())
    } else {
        Err(refused("its manifest names a file outside of its folder"))
    }
}

impl Weight {
    fn stored(&self) -> Result<Stored, Error> {
        let plain = match self.dtype.as_str() {
            "float32" => ElementType::F32,
            "int32" => ElementType::I32,
            "uint8" => ElementType::U8,
            "bool" => ElementType::Bool,
            _ => {
                return Err(refused(
                    "one of its weights is of a type that networks for pictures do not have",
                ));
            }
        };
        let Some(quantization) = &self.quantization else { return Ok(Stored::Plain(plain)) };
        let width = match (quantization.dtype.as_str(), plain) {
            ("float16", ElementType::F32) => return Ok(Stored::Half),
            ("uint8", ElementType::F32) => 1,
            ("uint16", ElementType::F32) => 2,
            _ => return Err(refused("one of its weights is compressed in an unknown way")),
        };
        match (quantization.scale, quantization.min) {
            (Some(scale), Some(minimum)) => Ok(Stored::Scaled { width, scale, minimum }),
            _ => Err(refused("one of its weights is compressed without a scale and a minimum")),
        }
    }

    fn stored_bytes(&self) -> Result<usize, Error> {
        let size = match self.stored()? {
            Stored::Plain(element) => element.size(),
            Stored::Half => 2,
            Stored::Scaled { width, .. } => width,
        };
        self.shape
            .iter()
            .try_fold(size, |product, &side| product.checked_mul(side))
            .ok_or_else(|| refused("it claims an impossible number of weights"))
    }

    fn tensor(&self, bytes: &[u8]) -> Result<Tensor, Error> {
        let shape = self.shape.clone();
        let tensor = match self.stored()? {
            Stored::Plain(ElementType::Bool) => Tensor::new(
                ElementType::Bool,
                shape,
                bytes.iter().map(|&byte| u8::from(byte != 0)).collect::<Vec<_>>(),
            ),
            Stored::Plain(element) => Tensor::new(element, shape, bytes.to_vec()),
            Stored::Half => Tensor::from_f32(
                shape,
                &bytes
                    .as_chunks()
                    .0
                    .iter()
                    .map(|&word| f16::from_le_bytes(word).to_f32())
                    .collect::<Vec<_>>(),
            ),
            Stored::Scaled { width, scale, minimum } => {
                let numbers: Vec<f32> = bytes
                    .chunks_exact(width)
                    .map(|word| {
                        word.iter().rev().fold(0_u32, |number, &byte| (number << 8) | u32::from(byte))
                    })
                    .map(|stored| stored as f32 * scale + minimum)
                    .collect();
                Tensor::from_f32(shape, &numbers)
            }
        };
        tensor.ok_or_else(|| refused("one of its weights does not fit its shape"))
    }
}

fn refused(reason: &str) -> Error {
    Error::Import(reason.into())
}
