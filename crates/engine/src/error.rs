//! What can go wrong between a graph and its numbers.

/// Why an engine could not load or run a graph, or could not be installed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The graph was refused when it was loaded.
    #[error("{engine} cannot load this model: {reason}")]
    Load {
        /// Name of the engine.
        engine: &'static str,
        /// The library's own words.
        reason: String,
    },
    /// A run failed.
    #[error("{engine} failed to run the model: {reason}")]
    Run {
        /// Name of the engine.
        engine: &'static str,
        /// The library's own words.
        reason: String,
    },
    /// The inputs given are not those of the graph.
    #[error("the model's input does not fit: {0}")]
    Input(String),
    /// A precision that the engine or the processor lacks.
    #[error("{engine} cannot compute in {precision} on this processor")]
    Precision {
        /// Name of the engine.
        engine: &'static str,
        /// What was asked.
        precision: &'static str,
    },
    /// A library could not be unpacked from its wheel, or does not work where it was put.
    #[error("{engine} was not installed: {reason}")]
    Install {
        /// Name of the engine.
        engine: &'static str,
        /// What went wrong, in a sentence.
        reason: String,
    },
}
