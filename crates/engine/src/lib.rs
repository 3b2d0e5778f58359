//! Run a graph: one small trait, three adapters.
//!
//! rten is compiled in and always there. ONNX Runtime and OpenVINO are shared libraries looked for when the
//! program starts; a missing or broken one is a sentence, never a panic.

mod adapters;
mod error;
pub mod install;
mod kind;
mod library;
mod places;
mod select;
mod signature;
mod tensor;

use std::path::Path;
use std::sync::Arc;

pub use error::Error;
pub use kind::{Kind, Precision};
pub use places::{Found, Places};
pub use select::Choice;
pub use tensor::{Data, ElementType, Tensor};

/// How a graph is loaded.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Arithmetic inside the engine.
    pub precision: Precision,
    /// Threads of one run; 0 means one per core that this process may use.
    pub threads: usize,
}

impl Options {
    /// The number of threads with 0 resolved.
    fn threads(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
    }
}

/// An input or output of a graph; a `None` dimension is free (the batch, usually). An output whose rank the
/// file leaves out has an empty shape.
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
    /// The library's own version, such as `1.31.1`.
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

/// Looks for every engine: `engine_dir` (`PINHOLE_ENGINE_DIR`), then `data_dir/engines`, the usual library
/// places and a Python environment. The result has one entry per [`Kind`]; rten is always `Ready`.
///
/// Opens every library it finds. To serve, [`Places::select`] opens only the one that will run.
pub fn discover(engine_dir: Option<&Path>, data_dir: &Path) -> Vec<Found> {
    Places::usual(engine_dir, data_dir).discover()
}
