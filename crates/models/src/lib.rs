//! What a model is and what it does with a picture.
//!
//! [`import`] turns foreign files into graphs, [`catalogue`] knows where ready models are to be had,
//! [`fetch`] brings packages without running them, [`shelf`] holds the models of one folder loaded and warm,
//! and [`runtime`] runs them in batches.

pub mod catalogue;
pub mod classify;
mod error;
pub mod fetch;
pub mod import;
mod manifest;
pub mod runtime;
pub mod shelf;

pub use error::Error;
pub use manifest::{Input, Kind, Manifest, Origin, Output};
