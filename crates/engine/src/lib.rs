//! Run a graph: one small trait, three adapters.
//!
//! rten is compiled in and always there. ONNX Runtime and OpenVINO are shared libraries looked for when the
//! program starts; a missing or broken one is a sentence, never a panic.

mod error;
mod names;
mod tensor;

use std::path::PathBuf;
use std::sync::Arc;

pub use error::Error;
pub use tensor::{Data, ElementType, Tensor};

/// The engines that Pinhole knows, slowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Kind {
    Rten,
    OnnxRuntime,
    OpenVino,
}

/// The precision of the arithmetic inside an engine. Always set explicitly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32-bit floats.
    #[default]
    F32,
    /// 16-bit brain floats where the engine and the processor have them.
    Bf16,
}

/// How a graph is loaded.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Arithmetic inside the engine.
    pub precision: Precision,
    /// Threads of one run; 0 means one per core.
    pub threads: usize,
}

/// An input or output of a graph; a `None` dimension is free (the batch, usually).
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Port {
    pub name: String,
    pub element: ElementType,
    pub shape: Vec<Option<usize>>,
}

/// Something that runs ONNX graphs.
pub trait Engine: Send + Sync {
    /// Which one.
    fn kind(&self) -> Kind;
    /// The library's own version, such as `1.31.0`.
    fn version(&self) -> &str;
    /// Whether it can compute in this precision on this processor.
    fn supports(&self, precision: Precision) -> bool;
    /// Loads a serialised ONNX model.
    fn load(&self, model: &[u8], options: &Options) -> Result<Arc<dyn Session>, Error>;
}

/// A loaded graph, usable from several threads.
pub trait Session: Send + Sync {
    /// In the order of the graph.
    fn inputs(&self) -> &[Port];
    /// In the order of the graph.
    fn outputs(&self) -> &[Port];
    /// Runs the graph; outputs come in the order of the graph.
    fn run(&self, inputs: &[(&str, &Tensor)]) -> Result<Vec<(String, Tensor)>, Error>;
}

/// What the search for one engine found.
pub enum Found {
    /// Ready to load graphs.
    Ready {
        /// The engine.
        engine: Arc<dyn Engine>,
        /// Where its library is; `None` when compiled in.
        library: Option<PathBuf>,
    },
    /// No library in any of the places.
    Missing {
        /// Which engine.
        kind: Kind,
        /// Folders looked in, in order.
        looked_in: Vec<PathBuf>,
    },
    /// A library that cannot be used.
    Broken {
        /// Which engine.
        kind: Kind,
        /// The library.
        library: PathBuf,
        /// Why, in a sentence.
        reason: String,
    },
}

/// Looks for every engine: `engine_dir` (`PINHOLE_ENGINE_DIR`), then `data_dir/engines`, the usual library
/// places and a Python environment. The result has one entry per [`Kind`]; rten is always `Ready`.
pub fn discover(_engine_dir: Option<&std::path::Path>, _data_dir: &std::path::Path) -> Vec<Found> {
    todo!("engine room")
}
