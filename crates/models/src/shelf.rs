//! The models of one folder, loaded and warm.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::classify::Classification;
use crate::{Error, Manifest};

/// A loaded model that answers.
pub struct Model {
    name: String,
    version: u64,
    manifest: Manifest,
}

impl Model {
    /// The name that users see and send as `model_type`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version that serves.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What stands in `model.toml`.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Classifies one upright picture. Preparing runs on the calling thread (a few milliseconds; call it off
    /// the async threads with [`Model::prepare`] and [`Model::classify_planes`] instead).
    pub fn classify_blocking(&self, _picture: &vision::Picture) -> Result<Classification, Error> {
        todo!()
    }

    /// Applies the model's input rule.
    pub fn prepare(&self, picture: &vision::Picture) -> Result<vision::Planes, Error> {
        Ok(vision::prepare(picture, &self.manifest.input.steps)?)
    }

    /// Queues prepared numbers; the future's drop tells the runtime that nobody waits any more.
    /// `Error::Busy` when the bounded queue is full.
    pub async fn classify_planes(&self, _planes: vision::Planes) -> Result<Classification, Error> {
        todo!()
    }
}

/// What became of one folder on the shelf.
#[derive(Debug, Clone)]
pub enum State {
    /// Loaded and answering.
    Serving,
    /// Could not be loaded; the reason in a sentence.
    Failed(String),
}

/// One line of `pinhole models list` and of the page.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Status {
    pub name: String,
    pub version: Option<u64>,
    pub state: State,
}

/// The models of one folder. Cheap to clone; all clones share the same shelf.
#[derive(Clone)]
pub struct Shelf {
    _root: PathBuf,
}

impl Shelf {
    /// The folder.
    pub fn root(&self) -> &Path {
        &self._root
    }

    /// Looks at the folder again: loads and warms what is new, drops what is gone. Blocking.
    pub fn refresh(&self) -> Result<(), Error> {
        todo!()
    }

    /// Models that answer, by name.
    pub fn models(&self) -> Vec<Arc<Model>> {
        todo!()
    }

    /// The model of that name.
    pub fn get(&self, _name: &str) -> Option<Arc<Model>> {
        todo!()
    }

    /// Every folder with its state, by name.
    pub fn statuses(&self) -> Vec<Status> {
        todo!()
    }
}
