//! What the server needs to know about getting further models, without knowing how they are got.

use serde::Serialize;

/// A model that can be pulled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Offer {
    /// Name in the catalogue, and on the shelf once pulled.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// Its licence, as its publisher states it.
    pub licence: String,
    /// Size of the download in bytes, when known.
    pub bytes: Option<u64>,
}

/// How far a pull has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum Pull {
    /// Under way.
    Running {
        /// What is being done, such as "Downloading".
        stage: String,
        /// Bytes done.
        done: u64,
        /// Bytes in all, when known.
        total: Option<u64>,
    },
    /// The model is on the shelf.
    Done,
    /// It did not work.
    Failed {
        /// Why, in a sentence.
        reason: String,
    },
}

/// Gets models from the catalogue; the program provides it. Methods return at once.
pub trait Puller: Send + Sync {
    /// What can be had.
    fn available(&self) -> Vec<Offer>;
    /// Starts pulling in the background; does nothing when that pull is under way. `name` is one of
    /// [`Puller::available`]. The error is a sentence for the user.
    fn start(&self, name: &str) -> Result<(), String>;
    /// How far the latest pull of that name has come; `None` when there was none.
    fn progress(&self, name: &str) -> Option<Pull>;
}

/// For programs without a catalogue.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPuller;

impl Puller for NoPuller {
    fn available(&self) -> Vec<Offer> {
        Vec::new()
    }

    fn start(&self, name: &str) -> Result<(), String> {
        Err(format!("this server has no catalogue to pull \"{name}\" from"))
    }

    fn progress(&self, _name: &str) -> Option<Pull> {
        None
    }
}
