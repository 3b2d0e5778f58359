//! A graph as text for people: one line per port and node.

use std::fmt;

use crate::{Attribute, Dimension, Graph, Node, Port};

/// Longer lists and texts are cut.
const LONGEST: usize = 16;

impl fmt::Display for Graph {
    /// What flows in and out, how much is constant, and each node with the shapes of its constants:
    ///
    /// ```text
    /// graph tiny, opset 17
    /// input   x: f32 [batch, 3, 8, 8]
    /// output  y: f32 [batch, 4, 8, 8]
    /// 2 constants, 124 numbers, 496 bytes
    /// y = Conv(x, first.weight: f32[4, 3, 3, 3], first.bias: f32[4]) pads=[1, 1, 1, 1]
    /// ```
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "graph {}", self.name)?;
        for (domain, version) in &self.opsets {
            let space = if domain.is_empty() { "" } else { " " };
            write!(formatter, ", {domain}{space}opset {version}")?;
        }
        writeln!(formatter)?;
        for input in &self.inputs {
            writeln!(formatter, "input   {input}")?;
        }
        for output in &self.outputs {
            writeln!(formatter, "output  {output}")?;
        }
        let numbers: usize = self.constants.values().map(|each| each.shape().iter().product::<usize>()).sum();
        let bytes: usize = self.constants.values().map(|each| each.bytes().len()).sum();
        writeln!(formatter, "{} constants, {numbers} numbers, {bytes} bytes", self.constants.len())?;
        self.nodes.iter().try_for_each(|node| describe_node(self, node, formatter))
    }
}

impl fmt::Display for Port {
    /// Name, type and sides, such as `x: f32 [batch, 3, 224, 224]`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.name, self.element)?;
        let Some(shape) = &self.shape else { return Ok(()) };
        let sides: Vec<_> = shape.iter().map(Dimension::to_string).collect();
        write!(formatter, " [{}]", sides.join(", "))
    }
}

impl fmt::Display for Dimension {
    /// The side, its name, or `?`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(side) => write!(formatter, "{side}"),
            Self::Free(name) => formatter.write_str(if name.is_empty() { "?" } else { name }),
        }
    }
}

fn describe_node(graph: &Graph, node: &Node, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let input = |name: &String| match graph.constants.get(name) {
        _ if name.is_empty() => "-".to_owned(),
        Some(constant) => format!("{name}: {constant}"),
        None => name.clone(),
    };
    let inputs: Vec<_> = node.inputs.iter().map(input).collect();
    write!(formatter, "{} = ", node.outputs.join(", "))?;
    if !node.domain.is_empty() {
        write!(formatter, "{}.", node.domain)?;
    }
    write!(formatter, "{}({})", node.operator, inputs.join(", "))?;
    for (name, value) in &node.attributes {
        write!(formatter, " {name}={value}")?;
    }
    writeln!(formatter)
}

impl fmt::Display for Attribute {
    /// The value; long lists are cut, graphs are given by their number of nodes.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => write!(formatter, "{value}"),
            Self::Float(value) => write!(formatter, "{value}"),
            Self::String(value) => {
                let start: String = value.chars().take(4 * LONGEST).collect();
                write!(formatter, "{start:?}")
            }
            Self::Ints(values) => list(values, formatter),
            Self::Floats(values) => list(values, formatter),
            Self::Strings(values) => list(values, formatter),
            Self::Tensor(tensor) => write!(formatter, "{tensor}"),
            Self::Graph(graph) => write!(formatter, "<graph of {} nodes>", graph.nodes.len()),
        }
    }
}

fn list<T: fmt::Debug>(values: &[T], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    match values.get(..LONGEST) {
        Some(first) if values.len() > LONGEST => write!(formatter, "{first:?} of {}", values.len()),
        _ => write!(formatter, "{values:?}"),
    }
}
