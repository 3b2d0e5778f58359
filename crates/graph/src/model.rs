//! The graph itself: nodes in topological order, constants by name.

use std::collections::BTreeMap;

use crate::Tensor;

/// One dimension of a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dimension {
    /// A fixed side.
    Fixed(usize),
    /// A free side with a name, such as `batch`.
    Free(String),
}

/// An input or output of the graph.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Port {
    pub name: String,
    pub element: crate::ElementType,
    pub shape: Vec<Dimension>,
}

/// An attribute of a node.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Attribute {
    Int(i64),
    Float(f32),
    String(String),
    Ints(Vec<i64>),
    Floats(Vec<f32>),
    Strings(Vec<String>),
    Tensor(Tensor),
    Graph(Box<Graph>),
}

/// One operator applied to named values; an empty input name means "left out".
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Node {
    pub name: String,
    pub operator: String,
    pub domain: String,
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
    pub attributes: BTreeMap<String, Attribute>,
}

/// A graph: what flows in, what is constant, what is computed, what flows out.
#[derive(Debug, Clone, PartialEq, Default)]
#[allow(missing_docs)]
pub struct Graph {
    pub name: String,
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
    pub constants: BTreeMap<String, Tensor>,
    pub nodes: Vec<Node>,
    /// Version of each operator domain; the empty domain is ONNX itself.
    pub opsets: BTreeMap<String, i64>,
}
