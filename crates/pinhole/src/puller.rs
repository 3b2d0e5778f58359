//! Pulls from the catalogue for the page: in the background, one thread per pull.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use ::serve::pull::{Offer, Pull, Puller};
use models::catalogue::{Catalogue, pull};
use models::shelf::Shelf;

/// The built-in catalogue, pulling onto a shelf that is being served.
pub(crate) struct CataloguePuller {
    catalogue: Catalogue,
    shelf: Shelf,
    downloads: PathBuf,
    pulls: Pulls,
}

type Pulls = Arc<Mutex<HashMap<String, Pull>>>;

impl CataloguePuller {
    pub(crate) fn new(shelf: Shelf, downloads: PathBuf) -> Result<Self, models::Error> {
        Ok(Self { catalogue: Catalogue::builtin()?, shelf, downloads, pulls: Pulls::default() })
    }
}

impl Puller for CataloguePuller {
    fn available(&self) -> Vec<Offer> {
        let entries = self.catalogue.entries().iter();
        entries
            .map(|entry| Offer {
                name: entry.name.clone(),
                description: entry.title.clone(),
                licence: entry.licence.clone(),
                bytes: Some(entry.size),
            })
            .collect()
    }

    fn start(&self, name: &str) -> Result<(), String> {
        let entry = self.catalogue.find(name).map_err(|error| error.to_string())?.clone();
        {
            let mut pulls = self.pulls.lock().unwrap_or_else(PoisonError::into_inner);
            if matches!(pulls.get(name), Some(Pull::Running { .. })) {
                return Ok(());
            }
            pulls.insert(name.to_owned(), running("waiting", 0, None));
        }
        let (shelf, downloads, pulls) = (self.shelf.clone(), self.downloads.clone(), Arc::clone(&self.pulls));
        let started = std::thread::Builder::new().name(format!("pull {name}")).spawn(move || {
            let note = |state| {
                pulls.lock().unwrap_or_else(PoisonError::into_inner).insert(entry.name.clone(), state);
            };
            let pulled = pull(&entry, shelf.root(), &downloads, &mut |progress| {
                note(running(progress.stage, progress.done, progress.total));
                ControlFlow::Continue(())
            });
            note(match pulled.and_then(|_| shelf.refresh()) {
                Ok(()) => Pull::Done,
                Err(error) => {
                    tracing::warn!(model = entry.name, %error, "pull failed");
                    Pull::Failed { reason: error.to_string() }
                }
            });
        });
        started.map(drop).map_err(|error| format!("no thread could be started: {error}"))
    }

    fn progress(&self, name: &str) -> Option<Pull> {
        self.pulls.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}

fn running(stage: &str, done: u64, total: Option<u64>) -> Pull {
    Pull::Running { stage: stage.to_owned(), done, total }
}
