//! The configuration: one TOML file under the command line and the environment.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;

use crate::arguments::{EngineName, Places};

/// The file that is read when none is named.
const FILE: &str = "pinhole.toml";

/// Everything a command needs to know of its surroundings.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The shelf's folder.
    pub(crate) models: PathBuf,
    /// The folder for everything else.
    pub(crate) data: PathBuf,
    /// A folder with engine libraries that is looked in first.
    pub(crate) engine_dir: Option<PathBuf>,
    /// The engine that was asked for.
    pub(crate) engine: Option<EngineName>,
    /// What stands in the file.
    pub(crate) file: File,
}

/// `pinhole.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct File {
    /// The `[server]` table.
    pub(crate) server: serve::Config,
    /// The `[runtime]` table.
    pub(crate) runtime: Runtime,
}

/// How models are run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Runtime {
    /// Threads of one run; 0 means one per core.
    pub(crate) threads: usize,
    /// Pictures that may wait for one model.
    pub(crate) queue: usize,
}

impl Default for Runtime {
    fn default() -> Self {
        Self { threads: 0, queue: 256 }
    }
}

impl Settings {
    /// Reads the configuration file, if there is one.
    pub(crate) fn read(places: Places) -> anyhow::Result<Self> {
        let file = match &places.config {
            Some(path) => File::read(path)?,
            None if Path::new(FILE).exists() => File::read(Path::new(FILE))?,
            None => File::default(),
        };
        Ok(Self {
            models: places.models,
            data: places.data,
            engine_dir: places.engine_dir,
            engine: places.engine,
            file,
        })
    }

    /// Where downloads are kept until they are whole.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.data.join("downloads")
    }
}

impl File {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is not usable", path.display()))
    }
}
