//! `Constant` nodes become constants.

use crate::{Attribute, Graph, Node, Tensor};

/// Turns every `Constant` node into a constant of the graph. Those that hold text stay.
pub fn take_constants(graph: &mut Graph) {
    let Graph { nodes, constants, .. } = graph;
    nodes.retain(|node| match constant(node) {
        Some((name, tensor)) => {
            constants.insert(name.to_owned(), tensor);
            false
        }
        None => true,
    });
}

fn constant(node: &Node) -> Option<(&str, Tensor)> {
    if !node.is("Constant") {
        return None;
    }
    let name = node.outputs.first().filter(|name| !name.is_empty())?;
    let (kind, value) = node.attributes.first_key_value()?;
    let tensor = match (kind.as_str(), value) {
        ("value", Attribute::Tensor(tensor)) => tensor.clone(),
        ("value_float", Attribute::Float(value)) => Tensor::scalar(*value),
        ("value_int", Attribute::Int(value)) => Tensor::from_i64(Vec::new(), &[*value])?,
        ("value_floats", Attribute::Floats(values)) => Tensor::from_f32(vec![values.len()], values)?,
        ("value_ints", Attribute::Ints(values)) => Tensor::from_i64(vec![values.len()], values)?,
        _ => return None,
    };
    Some((name, tensor))
}
