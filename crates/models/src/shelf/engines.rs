//! The engines of a shelf: opened when first needed, since each library costs tens of milliseconds.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use engine::{Engine, Kind, Places, Precision, Session};

use crate::{Error, Manifest};

/// Opens the engine that a model asks for.
pub struct Engines {
    places: Places,
    wanted: Option<Kind>,
    threads: usize,
    for_f32: OnceLock<Chosen>,
    for_bf16: OnceLock<Chosen>,
}

/// An engine with the precision that it can honour.
struct Chosen {
    engine: Arc<dyn Engine>,
    precision: Precision,
}

impl Engines {
    /// Engines from these places; `wanted` is preferred to the fastest. `threads` of one run, 0 meaning one per
    /// core.
    pub fn new(places: Places, wanted: Option<Kind>, threads: usize) -> Self {
        Self { places, wanted, threads, for_f32: OnceLock::new(), for_bf16: OnceLock::new() }
    }

    /// This engine for every model, whatever else is on the machine.
    pub fn only(engine: &Arc<dyn Engine>, threads: usize) -> Self {
        let chosen = |precision| Chosen { engine: Arc::clone(engine), precision }.into();
        Self {
            places: Places::only(Path::new("")),
            wanted: None,
            threads,
            for_f32: chosen(Precision::F32),
            for_bf16: chosen(Precision::Bf16),
        }
    }

    /// The engine that runs models of this precision.
    pub fn preferred(&self, precision: Precision) -> Arc<dyn Engine> {
        Arc::clone(&self.choose(precision).engine)
    }

    fn choose(&self, precision: Precision) -> &Chosen {
        let cell = match precision {
            Precision::F32 => &self.for_f32,
            Precision::Bf16 => &self.for_bf16,
        };
        cell.get_or_init(|| {
            let choice = self.places.select(self.wanted, precision);
            for warning in &choice.warnings {
                tracing::warn!("{warning}");
            }
            Chosen { engine: choice.engine, precision: choice.precision }
        })
    }

    /// Loads a graph on the preferred engine, and on rten when that one refuses it, so that the gap of one
    /// engine does not lose the model. Returns the session and the engine's name with its version.
    pub(super) fn load(
        &self,
        graph: &[u8],
        manifest: &Manifest,
    ) -> Result<(Arc<dyn Session>, String), Error> {
        let Chosen { engine, precision } = self.choose(manifest.precision);
        let options = engine::Options { precision: *precision, threads: self.threads };
        let refusal = match engine.load(graph, &options) {
            Ok(session) => return Ok((session, describe(engine.as_ref()))),
            Err(refusal) => refusal,
        };
        let last_resort = self.places.open(Kind::Rten);
        let Some(rten) = last_resort.engine().filter(|_| engine.kind() != Kind::Rten) else {
            return Err(refusal.into());
        };
        tracing::warn!("{refusal}; {} is tried instead", rten.kind());
        let options = engine::Options { precision: Precision::F32, threads: self.threads };
        // The first refusal is the one that says most.
        let session = rten.load(graph, &options).map_err(|_| refusal)?;
        Ok((session, describe(rten.as_ref())))
    }
}

fn describe(engine: &dyn Engine) -> String {
    format!("{} {}", engine.kind(), engine.version())
}
