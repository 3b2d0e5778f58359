//! What can be wrong with a graph.

/// Why a graph was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not a protobuf of an ONNX model.
    #[error("this is not an ONNX model: {0}")]
    NotOnnx(String),
    /// A model that is ONNX but breaks its rules or our bounds.
    #[error("the ONNX model is not usable: {0}")]
    Invalid(String),
}
