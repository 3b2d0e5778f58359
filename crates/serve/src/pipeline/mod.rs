//! The way of one picture to its answer, the same for every door.

mod admission;

use std::sync::Arc;

use models::classify::{Classification, Prediction};

pub use admission::Ticket;

use crate::config::Config;
use crate::{AppState, Error};

/// What came in through a door.
#[derive(Debug)]
pub struct Upload {
    /// The picture or where it is.
    pub source: Source,
    /// The place that the request holds until it is answered.
    pub ticket: Ticket,
}

/// A picture or where it is.
#[derive(Debug)]
pub enum Source {
    /// The bytes of a file.
    Bytes(bytes::Bytes),
    /// An http or https address to fetch it from.
    Url(String),
}

/// What a model said about a picture.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Name of the model.
    pub model: String,
    /// Version of the model.
    pub version: u64,
    /// Every label with its probability.
    pub classification: Arc<Classification>,
    /// Whether it was remembered instead of computed.
    pub cached: bool,
}

impl Answer {
    /// The `count` most probable labels, most probable first.
    pub fn top(&self, count: usize) -> Vec<Prediction> {
        self.classification.top(count)
    }
}

/// Everything on the way that is bounded or remembered.
pub(crate) struct Pipeline {}

impl Pipeline {
    pub(crate) fn new(_config: &Config) -> Self {
        Self {}
    }
}

/// Classifies one picture with the named model, or with the default one.
///
/// The picture is looked up among the remembered answers, its header is checked, it waits for room to be
/// decoded in, and is decoded and prepared off the async threads. Dropping the future at any point stops what
/// has not begun.
pub async fn classify(_state: &AppState, _model: Option<&str>, _upload: Upload) -> Result<Answer, Error> {
    todo!()
}
