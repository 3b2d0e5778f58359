//! Ready models and where each comes from.

mod entry;
mod pull;
mod sources;

use std::path::Path;

pub use entry::{Entry, Format, Source};
pub use pull::pull;

use crate::Error;

/// The models that can be pulled by name.
#[derive(Debug, Clone)]
pub struct Catalogue {
    entries: Vec<Entry>,
}

impl Catalogue {
    /// The catalogue that comes with the program.
    pub fn builtin() -> Result<Self, Error> {
        Self::parse(include_str!("catalogue.toml"), Path::new("catalogue.toml"))
    }

    /// A catalogue from a file of the same form.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Self::parse(&std::fs::read_to_string(path).map_err(Error::file(path))?, path)
    }

    /// All entries, in the catalogue's order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of that name, or [`Error::NotInCatalogue`].
    pub fn find(&self, name: &str) -> Result<&Entry, Error> {
        let found = self.entries.iter().find(|entry| entry.name == name);
        found.ok_or_else(|| Error::NotInCatalogue(name.to_owned()))
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let entries =
            entry::parse(text).map_err(|reason| Error::Manifest { path: path.to_owned(), reason })?;
        Ok(Self { entries })
    }
}
