//! The way of one picture to its answer, the same for every door:
//! a place ([`admission`]) -> remembered? ([`cache`]) -> header, room, pixels, numbers ([`decoding`]) -> model.

mod admission;
mod cache;
mod decoding;

use std::sync::Arc;

use bytes::Bytes;
use models::classify::{Classification, Prediction};
use models::shelf::Model;

pub(crate) use admission::{Admission, Reservation, Ticket};

use crate::config::Config;
use crate::fields::{FieldErrors, Problem};
use crate::remote::Fetcher;
use crate::{AppState, Error};

/// What came in through a door.
#[derive(Debug)]
pub(crate) struct Upload {
    /// The picture or where it is.
    pub(crate) source: Source,
    /// The place that the request holds until it is answered.
    pub(crate) ticket: Ticket,
}

/// A picture or where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The bytes of a file.
    Bytes(Bytes),
    /// An http or https address to fetch it from.
    Url(String),
}

impl Source {
    /// The field that such a picture comes in.
    fn field(&self) -> &'static str {
        match self {
            Self::Bytes(_) => "image",
            Self::Url(_) => "image_url",
        }
    }
}

/// What a model said about a picture.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// Name of the model.
    pub(crate) model: String,
    /// Every label with its probability.
    pub(crate) classification: Arc<Classification>,
}

impl Answer {
    fn new(model: &Model, classification: Arc<Classification>) -> Self {
        Self { model: model.name().to_owned(), classification }
    }

    /// The `count` most probable labels, most probable first.
    pub(crate) fn top(&self, count: usize) -> Vec<Prediction> {
        self.classification.top(count)
    }
}

/// Everything on the way that is bounded or remembered.
pub(crate) struct Pipeline {
    pub(crate) admission: Admission,
    cache: cache::Cache,
    decoding: decoding::Decoding,
    fetcher: Fetcher,
}

impl Pipeline {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            admission: Admission::new(config),
            cache: cache::Cache::new(config.cache_bytes),
            decoding: decoding::Decoding::new(config),
            fetcher: Fetcher::new(&config.remote, config.limits.picture_bytes),
        }
    }
}

/// Classifies one picture with the named model, or with the default one when none is named.
///
/// The picture is looked up among the remembered answers, its header is checked, it waits for room to be
/// decoded in, and is decoded and prepared off the async threads. Dropping the future at any point stops what
/// has not begun.
pub(crate) async fn classify(state: &AppState, model: Option<&str>, upload: Upload) -> Result<Answer, Error> {
    let pipeline = state.pipeline();
    let model = choose(state, model)?;
    let Upload { source, mut ticket } = upload;
    let field = source.field();
    let picture = match source {
        Source::Bytes(bytes) => bytes,
        Source::Url(url) => {
            let (bytes, reservation) = pipeline.fetcher.fetch(&url, &pipeline.admission).await?;
            ticket.hold(reservation);
            bytes
        }
    };
    let key = pipeline.cache.key(&picture, &model).await;
    if let Some(classification) = key.as_ref().and_then(|key| pipeline.cache.get(key)) {
        return Ok(Answer::new(&model, classification));
    }
    let prepared = pipeline.decoding.prepare(Arc::clone(&model), picture, field, ticket).await?;
    // The place and the memory of the numbers stay taken until the model has answered.
    let decoding::Prepared { planes, ticket: _ticket, memory: _memory } = prepared;
    let classification = Arc::new(model.classify_planes(planes).await.map_err(refused_by_model)?);
    measure(&model, &classification);
    if let Some(key) = key {
        pipeline.cache.insert(key, Arc::clone(&classification));
    }
    Ok(Answer::new(&model, classification))
}

fn choose(state: &AppState, name: Option<&str>) -> Result<Arc<Model>, Error> {
    let Some(name) = name else { return state.default_model().ok_or(Error::NoModel) };
    let unknown = || FieldErrors::one("model", Problem::NotAChoice(name.to_owned()));
    Ok(state.shelf().get(name).ok_or_else(unknown)?)
}

fn refused_by_model(error: models::Error) -> Error {
    match error {
        models::Error::Busy { retry_after_seconds } => {
            Error::Busy { seconds: retry_after_seconds.max(1), full: "model" }
        }
        // Swapped for a newer version a moment ago; the next try finds that one.
        models::Error::Stopped => Error::Busy { seconds: 1, full: "swapped" },
        other => Error::Model(other),
    }
}

fn measure(model: &Model, classification: &Classification) {
    let name = || model.name().to_owned();
    metrics::histogram!("pinhole_queue_seconds", "model" => name()).record(classification.waited);
    metrics::histogram!("pinhole_engine_seconds", "model" => name()).record(classification.computed);
    metrics::histogram!("pinhole_batch_size", "model" => name()).record(classification.batch as f64);
}
