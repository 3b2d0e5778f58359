//! Which engine runs, and the shelf on it.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use engine::Engine;
use models::shelf::{Model, Options, Shelf, State};

use crate::settings::Settings;

/// The engines that are present, the preferred one first, with a warning for each that is wanted or present
/// but not usable.
pub(crate) fn usable(settings: &Settings) -> Vec<Arc<dyn Engine>> {
    let (engines, warnings) = engine::preferred(
        engine::discover(settings.engine_dir.as_deref(), &settings.data),
        settings.engine.map(engine::Kind::from),
    );
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    engines
}

/// The configured shelf on the engines that are present; nothing is loaded yet.
pub(crate) fn open_shelf(settings: &Settings) -> anyhow::Result<Shelf> {
    let options = Options {
        engines: usable(settings),
        threads: settings.file.runtime.threads,
        queue: settings.file.runtime.queue,
    };
    Ok(Shelf::open(&settings.models, options))
}

/// Loads one model: the named one, the only one, the configured default, or the first by name.
pub(crate) fn load_model(
    settings: &Settings,
    shelf: &Shelf,
    name: Option<&str>,
) -> anyhow::Result<Arc<Model>> {
    let names = shelf.names().context("the shelf cannot be read")?;
    let wanted = name.or(settings.file.server.default_model.as_deref());
    let Some(name) = wanted.or(names.iter().next().map(String::as_str)) else {
        bail!(
            "there is no model in {} yet; get one with `pinhole models pull mobilenet`",
            settings.models.display()
        );
    };
    if !names.contains(name) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        bail!(
            "there is no model \"{name}\" in {}; there is: {}",
            settings.models.display(),
            names.join(", ")
        );
    }
    match shelf.load(name) {
        State::Serving => shelf.get(name).context("the model was just removed"),
        State::Failed(reason) => bail!("the model \"{name}\" cannot be loaded: {reason}"),
    }
}
