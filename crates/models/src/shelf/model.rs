//! One loaded, warm model: from a picture to its classification.

use std::sync::Arc;

use graph::Graph;
use tokio::sync::oneshot;
use vision::{Picture, Planes};

use super::Options;
use super::folder::{GRAPH, Version};
use crate::classify::{Classification, softmax};
use crate::fetch::digest;
use crate::runtime::{Row, Runtime};
use crate::{Error, Manifest, Output};

/// A loaded model that answers.
pub struct Model {
    name: String,
    version: u64,
    manifest: Manifest,
    labels: Arc<[String]>,
    engine: String,
    runtime: Runtime,
}

impl Model {
    /// Reads, checks, folds, loads and warms one version.
    pub(super) fn load(name: &str, version: &Version, options: &Options) -> Result<Self, Error> {
        let manifest = Manifest::read(&version.folder.join(Manifest::FILE))?;
        let folded = folded_graph(version, &manifest)?;
        let grey = Picture::new(64, 64, vec![128; 64 * 64 * 3])
            .ok_or_else(|| vision::Error::Rule("no picture to warm the model with".into()))?;
        let planes = vision::prepare(&grey, &manifest.input.steps)?;
        let (session, engine) = options.engines.load(&folded, &manifest)?;
        let runtime = Runtime::start(name, session, options.queue)?;
        let labels = manifest.labels.clone().into();
        let model =
            Self { name: name.to_owned(), version: version.number, manifest, labels, engine, runtime };
        // The first run allocates and checks that the numbers match the labels, before anyone waits for it.
        receive_blocking(model.runtime.submit(planes)?).and_then(|row| model.classification(row))?;
        Ok(model)
    }

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

    /// Name and version of the engine that runs it.
    pub fn engine(&self) -> &str {
        &self.engine
    }

    /// Pictures that wait for this model now.
    pub fn queued(&self) -> usize {
        self.runtime.queued()
    }

    /// Applies the model's input rule. A few milliseconds of work: call it off the async threads.
    pub fn prepare(&self, picture: &Picture) -> Result<Planes, Error> {
        Ok(vision::prepare(picture, &self.manifest.input.steps)?)
    }

    /// Classifies prepared numbers; dropping the future tells the runtime that nobody waits any more.
    /// [`Error::Busy`] when too many wait already.
    pub async fn classify_planes(&self, planes: Planes) -> Result<Classification, Error> {
        let row = self.runtime.submit(planes)?.await.map_err(|_| Error::Stopped)??;
        self.classification(row)
    }

    /// Prepares and classifies one upright picture on the calling thread, which must not be an async one.
    pub fn classify_blocking(&self, picture: &Picture) -> Result<Classification, Error> {
        let row = receive_blocking(self.runtime.submit(self.prepare(picture)?)?)?;
        self.classification(row)
    }

    fn classification(&self, row: Row) -> Result<Classification, Error> {
        if row.values.len() != self.labels.len() {
            return Err(Error::Answer(format!(
                "it has {} numbers for {} labels",
                row.values.len(),
                self.labels.len()
            )));
        }
        if row.values.iter().any(|value| !value.is_finite()) {
            return Err(Error::Answer("some of its numbers are not finite".into()));
        }
        let probabilities = match self.manifest.output {
            Output::Logits => softmax(&row.values),
            Output::Probabilities => row.values,
        };
        Ok(Classification::new(Arc::clone(&self.labels), probabilities, row.waited, row.computed, row.batch))
    }
}

/// The graph of a version, checked against its manifest and folded: what an engine gets to load.
pub fn folded_graph(version: &Version, manifest: &Manifest) -> Result<Vec<u8>, Error> {
    let path = version.folder.join(GRAPH);
    let bytes = std::fs::read(&path).map_err(Error::file(&path))?;
    let sha256 = digest::of_bytes(&bytes);
    if sha256 != manifest.sha256 {
        return Err(Error::Manifest {
            path,
            reason: format!(
                "its SHA-256 is {sha256}, but {} says {}; the file was changed or damaged",
                Manifest::FILE,
                manifest.sha256
            ),
        });
    }
    let mut graph = Graph::read(&bytes)?;
    graph::fold(&mut graph);
    Ok(graph.write())
}

fn receive_blocking(receiver: oneshot::Receiver<Result<Row, Error>>) -> Result<Row, Error> {
    receiver.blocking_recv().map_err(|_| Error::Stopped)?
}
