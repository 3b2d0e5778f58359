//! Which engine runs, and the shelf on it.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use engine::Places;
use models::shelf::{Engines, Model, Options, Shelf, State};

use crate::settings::Settings;

/// Where engines are looked for.
pub(crate) fn places(settings: &Settings) -> Places {
    Places::usual(settings.engine_dir.as_deref(), &settings.data)
}

/// The configured shelf. No model is loaded and no library opened yet.
pub(crate) fn open_shelf(settings: &Settings) -> Shelf {
    let wanted = settings.engine.map(engine::Kind::from);
    let engines = Engines::new(places(settings), wanted, settings.file.runtime.threads);
    let options = Options { engines: Arc::new(engines), queue: settings.file.runtime.queue };
    Shelf::open(&settings.models, options)
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
        State::Present => bail!("the model \"{name}\" was not loaded"),
        State::Failed(reason) => bail!("the model \"{name}\" cannot be loaded: {reason}"),
    }
}
