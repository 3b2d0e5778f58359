//! What can go wrong with a model, in words that say what to do.

use std::path::{Path, PathBuf};

/// Why a model could not be found, fetched, imported, loaded or run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// `model.toml` is not usable.
    #[error("{path}: {reason}", path = path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        reason: String,
    },
    /// A foreign file that is damaged, hostile or of an unknown kind.
    #[error("the file cannot be imported: {0}")]
    Import(String),
    /// A package or address that could not be brought.
    #[error("{what} could not be fetched: {reason}")]
    Fetch {
        /// Package or address.
        what: String,
        /// What went wrong and what to do.
        reason: String,
    },
    /// The user stopped it.
    #[error("stopped")]
    Cancelled,
    /// A name that is not in the catalogue.
    #[error("the catalogue has no model called \"{0}\"; `pinhole models available` lists what there is")]
    NotInCatalogue(String),
    /// The waiting line of a model is full.
    #[error("the model is busy; try again in {retry_after_seconds} s")]
    Busy {
        /// When a place is likely free.
        retry_after_seconds: u64,
    },
    /// The system gave no thread.
    #[error("no thread could be started for the model \"{model}\": {source}")]
    Thread {
        /// Name of the model.
        model: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The model is being stopped or was swapped out.
    #[error("the model has been stopped")]
    Stopped,
    /// The model's numbers make no sense as an answer.
    #[error("the model gave an unusable answer: {0}")]
    Answer(String),
    /// The graph is not usable.
    #[error(transparent)]
    Graph(#[from] graph::Error),
    /// The engine refused.
    #[error(transparent)]
    Engine(#[from] engine::Error),
    /// The picture or the input rule is not usable.
    #[error(transparent)]
    Vision(#[from] vision::Error),
}

impl Error {
    /// For `map_err` on file operations.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}
