//! The models of one folder, loaded and warm.
//!
//! ```text
//! models/
//!   fruits/            the name that users see and send as model_type
//!     serving          optional: the version that serves
//!     1/model.onnx     a version; without a pin the highest whole number serves
//!     1/model.toml
//! ```

mod engines;
mod folder;
mod model;
mod summary;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

pub use self::engines::Engines;
pub use self::folder::{Version, serving_version};
pub use self::model::{Model, folded_graph};
pub use self::summary::{Summary, summary};
use crate::{Error, Manifest};

/// How models are run.
#[derive(Clone)]
pub struct Options {
    /// Where engines come from.
    pub engines: Arc<Engines>,
    /// Pictures that may wait for one model.
    pub queue: usize,
}

/// What became of one folder on the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Seen on disk and its manifest read, but not loaded.
    Present,
    /// Loaded and answering.
    Serving,
    /// Could not be loaded; the reason in a sentence. An older version may serve on.
    Failed(String),
}

/// One line of `pinhole models list` and of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Name of the folder.
    pub name: String,
    /// The version that should serve; `None` when the folder has none.
    pub version: Option<u64>,
    /// What became of it.
    pub state: State,
}

/// The models of one folder. Cheap to clone; all clones share the same shelf.
#[derive(Clone)]
pub struct Shelf {
    inner: Arc<Inner>,
}

struct Inner {
    root: PathBuf,
    options: Options,
    slots: RwLock<BTreeMap<String, Slot>>,
    /// One look at the folder at a time.
    refreshing: Mutex<()>,
}

#[derive(Clone)]
struct Slot {
    /// The version last tried, so that a broken one is not tried at every look.
    tried: Option<Version>,
    status: Status,
    model: Option<Arc<Model>>,
}

impl Shelf {
    /// A shelf over a folder, which need not exist yet. Nothing is loaded before [`Shelf::refresh`].
    pub fn open(root: impl Into<PathBuf>, options: Options) -> Self {
        Self {
            inner: Arc::new(Inner {
                root: root.into(),
                options,
                slots: RwLock::default(),
                refreshing: Mutex::new(()),
            }),
        }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.inner.root
    }

    /// Looks at the folder again: loads and warms what is new beside the old, swaps it in, drops what is gone.
    /// Blocks while it loads. A model that fails shows in [`Shelf::statuses`]; only an unreadable folder is
    /// an error.
    pub fn refresh(&self) -> Result<(), Error> {
        let _alone = self.inner.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        let names = folder::names(&self.inner.root)?;
        self.write().retain(|name, _| names.contains(name));
        // Side by side, since loading is mostly one thread's work; not all at once, since it takes memory.
        let waiting = Mutex::new(names.iter());
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
        let loaders = std::thread::available_parallelism().map_or(1, usize::from).min(names.len());
        std::thread::scope(|scope| {
            for _ in 0..loaders {
                scope.spawn(|| {
                    while let Some(name) = next() {
                        self.refresh_one(name);
                    }
                });
            }
        });
        Ok(())
    }

    fn refresh_one(&self, name: &str) {
        let old = self.read().get(name).cloned();
        let found = folder::serving_version(&self.inner.root.join(name));
        if let (Some(Slot { tried: Some(tried), .. }), Ok(version)) = (&old, &found)
            && tried == version
        {
            return;
        }
        let number = found.as_ref().ok().map(|version| version.number);
        let tried = found.as_ref().ok().cloned();
        let loaded = found.and_then(|version| Model::load(name, &version, &self.inner.options));
        let previous = old.and_then(|slot| slot.model);
        let (state, model) = match loaded {
            Ok(model) => {
                tracing::info!(model = name, version = number, engine = model.engine(), "model is ready");
                (State::Serving, Some(Arc::new(model)))
            }
            Err(error) => {
                tracing::warn!(model = name, version = number, %error, "model cannot be loaded");
                (State::Failed(error.to_string()), previous)
            }
        };
        let status = Status { name: name.to_owned(), version: number, state };
        self.write().insert(name.to_owned(), Slot { tried, status, model });
    }

    /// Names of the folders on the shelf, loaded or not.
    pub fn names(&self) -> Result<BTreeSet<String>, Error> {
        folder::names(&self.inner.root)
    }

    /// Looks at the folders and manifests without loading anything.
    pub fn look(&self) -> Result<Vec<Status>, Error> {
        let status = |name: String| {
            let found = self.serving_version(&name);
            let version = found.as_ref().ok().map(|version| version.number);
            let read = found.and_then(|version| Manifest::read(&version.folder.join(Manifest::FILE)));
            let state = read.map_or_else(|error| State::Failed(error.to_string()), |_| State::Present);
            Status { name, version, state }
        };
        Ok(self.names()?.into_iter().map(status).collect())
    }

    /// The version of a model that serves or would serve.
    pub fn serving_version(&self, name: &str) -> Result<Version, Error> {
        folder::serving_version(&self.inner.root.join(name))
    }

    /// Loads one model of the shelf, unless it is loaded already, and leaves the others alone.
    pub fn load(&self, name: &str) -> State {
        let _alone = self.inner.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        self.refresh_one(name);
        let state = self.read().get(name).map(|slot| slot.status.state.clone());
        state.unwrap_or_else(|| State::Failed("it is not on the shelf".into()))
    }

    /// Models that answer, by name.
    pub fn models(&self) -> Vec<Arc<Model>> {
        self.read().values().filter_map(|slot| slot.model.clone()).collect()
    }

    /// The model of that name, when it answers.
    pub fn get(&self, name: &str) -> Option<Arc<Model>> {
        self.read().get(name).and_then(|slot| slot.model.clone())
    }

    /// Every folder with its state, by name.
    pub fn statuses(&self) -> Vec<Status> {
        self.read().values().map(|slot| slot.status.clone()).collect()
    }

    // A panic elsewhere leaves the map whole (each write is one insert), so a poisoned lock is still good.
    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, Slot>> {
        self.inner.slots.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, BTreeMap<String, Slot>> {
        self.inner.slots.write().unwrap_or_else(PoisonError::into_inner)
    }
}
