//! The graph itself: nodes in topological order, constants by name.

use std::collections::BTreeMap;

use crate::Tensor;

/// One dimension of a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dimension {
    /// A fixed side.
    Fixed(usize),
    /// A free side with a name, such as `batch`; the name may be empty.
    Free(String),
}

/// An input or output of the graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Port {
    /// Name of the value that flows here.
    pub name: String,
    /// Type of each element.
    pub element: crate::ElementType,
    /// Sides, outermost first; `None` when the file does not even say how many there are.
    pub shape: Option<Vec<Dimension>>,
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
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Node {
    /// For people; may be empty and need not be unique.
    pub name: String,
    /// The operator, such as `Conv`.
    pub operator: String,
    /// Whose operator it is; empty for ONNX itself.
    pub domain: String,
    /// Names of the values it takes.
    pub inputs: Vec<String>,
    /// Names of the values it makes; an empty one is not wanted.
    pub outputs: Vec<String>,
    /// Its settings by name.
    pub attributes: BTreeMap<String, Attribute>,
}

/// A graph: what flows in, what is constant, what is computed, what flows out.
///
/// A graph that was read or built keeps three promises on which engines and passes rely: every value has
/// one name that is defined once, every value is defined before it is used, and every output exists.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graph {
    /// For people.
    pub name: String,
    /// What must be given to run it.
    pub inputs: Vec<Port>,
    /// What it answers.
    pub outputs: Vec<Port>,
    /// Weights and other fixed numbers by name.
    pub constants: BTreeMap<String, Tensor>,
    /// What is computed, in an order in which it can be.
    pub nodes: Vec<Node>,
    /// Version of each operator domain; the empty domain is ONNX itself. Empty in a subgraph.
    pub opsets: BTreeMap<String, i64>,
    /// What the file's maker noted beside the graph, by key.
    pub metadata: BTreeMap<String, String>,
}

impl Node {
    /// Whether this is that operator of ONNX itself.
    pub fn is(&self, operator: &str) -> bool {
        self.domain.is_empty() && self.operator == operator
    }

    /// An integer setting; `None` when absent or of another type.
    pub fn int(&self, name: &str) -> Option<i64> {
        match self.attributes.get(name) {
            Some(Attribute::Int(value)) => Some(*value),
            _ => None,
        }
    }

    /// A float setting; `None` when absent or of another type.
    pub fn float(&self, name: &str) -> Option<f32> {
        match self.attributes.get(name) {
            Some(Attribute::Float(value)) => Some(*value),
            _ => None,
        }
    }

    /// The graphs inside this node: the bodies of `If`, `Loop` and `Scan`.
    pub fn subgraphs(&self) -> impl Iterator<Item = &Graph> {
        self.attributes.values().filter_map(|attribute| match attribute {
            Attribute::Graph(graph) => Some(graph.as_ref()),
            _ => None,
        })
    }

    /// The same, to be changed.
    pub fn subgraphs_mut(&mut self) -> impl Iterator<Item = &mut Graph> {
        self.attributes.values_mut().filter_map(|attribute| match attribute {
            Attribute::Graph(graph) => Some(graph.as_mut()),
            _ => None,
        })
    }
}
