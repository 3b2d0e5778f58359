//! `model.toml`: what stands beside a graph so that it can be used.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Error;

/// What a model does with a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One probability per label.
    Classifier,
}

/// What the numbers at the output of a classifier are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// Raw scores; a softmax makes probabilities of them.
    #[default]
    Logits,
    /// Already probabilities.
    Probabilities,
}

/// How a picture becomes the input of the graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Applied in order; see [`vision::Step`].
    pub steps: Vec<vision::Step>,
}

/// Where a model came from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The package, address or file it was made from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// SHA-256 of that file, in hexadecimal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha256: String,
    /// Its licence, as its publisher states it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub licence: String,
}

/// The content of `model.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What the model does.
    pub kind: Kind,
    /// The network's name, such as `mobilenet_v2`; empty when unknown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub network: String,
    /// Arithmetic inside the engine; `f32` unless asked for.
    #[serde(default)]
    pub precision: engine::Precision,
    /// What the output numbers are.
    #[serde(default)]
    pub output: Output,
    /// Whether answers take so long that they should go through the queue.
    #[serde(default)]
    pub slow: bool,
    /// SHA-256 of `model.onnx`, in hexadecimal; checked when the model is loaded.
    pub sha256: String,
    /// Label of each output, in order.
    pub labels: Vec<String>,
    /// The input rule.
    pub input: Input,
    /// Where it came from.
    #[serde(default)]
    pub origin: Origin,
}

impl Manifest {
    /// File name beside `model.onnx`.
    pub const FILE: &'static str = "model.toml";

    /// Reads and checks a manifest.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(Error::file(path))?;
        let manifest: Self = toml::from_str(&text)
            .map_err(|error| Error::Manifest { path: path.to_owned(), reason: in_one_line(&error, &text) })?;
        if manifest.labels.is_empty() {
            return Err(Error::Manifest { path: path.to_owned(), reason: "`labels` is empty".into() });
        }
        Ok(manifest)
    }

    /// The manifest as TOML text.
    pub fn to_toml(&self) -> Result<String, Error> {
        toml::to_string(self)
            .map_err(|error| Error::Manifest { path: Self::FILE.into(), reason: error.to_string() })
    }
}

/// What is wrong with the text and where, for lists that have one line per model.
fn in_one_line(error: &toml::de::Error, text: &str) -> String {
    let message = error.message().lines().collect::<Vec<_>>().join(", ");
    let before = error.span().and_then(|span| text.get(..span.start));
    match before {
        Some(before) => format!("line {}: {message}", before.matches('\n').count() + 1),
        None => message,
    }
}
