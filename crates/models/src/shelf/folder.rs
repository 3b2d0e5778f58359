//! What lies in the folder: names, versions, the pin.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::{Error, Manifest};

/// File beside the versions that pins the one that serves.
const PIN: &str = "serving";
/// The graph of a version.
pub(super) const GRAPH: &str = "model.onnx";

/// One version of a model on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its whole number.
    pub number: u64,
    /// Its folder.
    pub folder: PathBuf,
    /// When graph and manifest were last written: a change is a new version of the same number.
    written: [Option<SystemTime>; 2],
}

/// Names of the models in a shelf's folder. A folder that does not exist is an empty shelf; hidden folders
/// are unfinished work of a pull.
pub(super) fn names(root: &Path) -> Result<BTreeSet<String>, Error> {
    let entries = match std::fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(Error::file(root)(error)),
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        let entry = entry.map_err(Error::file(root))?;
        if let Ok(name) = entry.file_name().into_string()
            && !name.starts_with('.')
            && entry.path().is_dir()
        {
            names.insert(name);
        }
    }
    Ok(names)
}

/// The version in a model's folder that should serve: the pinned one, else the highest.
pub fn serving_version(model: &Path) -> Result<Version, Error> {
    let mut numbers = BTreeSet::new();
    for entry in std::fs::read_dir(model).map_err(Error::file(model))? {
        let entry = entry.map_err(Error::file(model))?;
        if let Some(number) = entry.file_name().to_str().and_then(|name| name.parse::<u64>().ok()) {
            numbers.insert(number);
        }
    }
    let pin = model.join(PIN);
    let number = match std::fs::read_to_string(&pin) {
        Ok(text) => {
            let pinned = text.trim().parse::<u64>().ok().filter(|number| numbers.contains(number));
            pinned.ok_or_else(|| Error::Manifest {
                path: pin,
                reason: format!("\"{}\" is not a version that is here", text.trim()),
            })?
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            *numbers.last().ok_or_else(|| Error::Manifest {
                path: model.to_owned(),
                reason: "no version here; a version is a folder named by a whole number".into(),
            })?
        }
        Err(error) => return Err(Error::file(&pin)(error)),
    };
    let folder = model.join(number.to_string());
    let written = [GRAPH, Manifest::FILE]
        .map(|file| std::fs::metadata(folder.join(file)).and_then(|metadata| metadata.modified()).ok());
    Ok(Version { number, folder, written })
}
