//! An ONNX graph as a value: read, write, build, fold.

mod error;
mod model;
mod tensor;

pub use error::Error;
pub use model::{Attribute, Dimension, Graph, Node, Port};
pub use tensor::{ElementType, Tensor};
