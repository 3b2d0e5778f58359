//! What all requests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use models::shelf::{Model, Shelf};

use crate::config::Config;
use crate::feedback::Journal;
use crate::measurements::Measurements;
use crate::pipeline::Pipeline;
use crate::pull::Puller;
use crate::rate::Limiter;

/// What all requests share. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

struct Shared {
    config: Config,
    shelf: Shelf,
    puller: Arc<dyn Puller>,
    pipeline: Pipeline,
    limiter: Limiter,
    journal: Journal,
    measurements: Measurements,
    ready: AtomicBool,
}

impl AppState {
    /// The state of a server over this shelf. It counts as ready at once; see [`AppState::set_ready`].
    pub fn new(config: Config, shelf: Shelf, puller: Arc<dyn Puller>) -> Self {
        Self(Arc::new(Shared {
            pipeline: Pipeline::new(&config),
            limiter: Limiter::new(config.rate),
            journal: Journal::new(&config),
            measurements: Measurements::install(),
            ready: AtomicBool::new(true),
            config,
            shelf,
            puller,
        }))
    }

    /// What was configured.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The models.
    pub fn shelf(&self) -> &Shelf {
        &self.0.shelf
    }

    /// Where further models come from.
    pub fn puller(&self) -> &dyn Puller {
        &*self.0.puller
    }

    /// The way of a picture to its answer.
    pub(crate) fn pipeline(&self) -> &Pipeline {
        &self.0.pipeline
    }

    /// What keeps clients to their rate.
    pub(crate) fn limiter(&self) -> &Limiter {
        &self.0.limiter
    }

    /// Where feedback is written.
    pub(crate) fn journal(&self) -> &Journal {
        &self.0.journal
    }

    /// What is measured.
    pub(crate) fn measurements(&self) -> &Measurements {
        &self.0.measurements
    }

    /// The model that answers when none is named: the configured one if it serves, else the first by name.
    pub fn default_model(&self) -> Option<Arc<Model>> {
        let configured = self.0.config.default_model.as_deref();
        configured
            .and_then(|name| self.0.shelf.get(name))
            .or_else(|| self.0.shelf.models().into_iter().next())
    }

    /// Whether `/readyz` says so: the shelf has been loaded and the server is not stopping.
    pub fn is_ready(&self) -> bool {
        self.0.ready.load(Ordering::Relaxed)
    }

    /// Says whether the shelf has been loaded; a program that listens before it loads says `false` first.
    pub fn set_ready(&self, ready: bool) {
        self.0.ready.store(ready, Ordering::Relaxed);
    }
}
