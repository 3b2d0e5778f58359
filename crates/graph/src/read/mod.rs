//! Bytes to graph. The bytes may come from anybody: bounds are checked before memory is taken.

mod bounds;
mod tensor;

use std::collections::BTreeMap;

use prost::Message;
use prost::bytes::Bytes;

use crate::schema::{self, attribute_type};
use crate::{Attribute, Dimension, Error, Graph, Node, Port, order};

/// What an ONNX file may hold at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file. Protobuf itself ends at 2 GiB.
    pub bytes: usize,
    /// Nodes, names, attributes, constants and the like, all together. Each costs up to some hundred bytes of
    /// memory while it may take two in the file, which is why they are counted before anything is read.
    pub parts: usize,
    /// How deep graphs may stand inside graphs.
    pub subgraph_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: (1 << 31) - 1, parts: 500_000, subgraph_depth: 8 }
    }
}

impl Graph {
    /// Reads an ONNX file within the default [`Limits`]. Copies the bytes once; [`Graph::read_shared`] does not.
    pub fn read(file: &[u8]) -> Result<Self, Error> {
        let limits = Limits::default();
        bounds::check(file, &limits)?;
        decode(Bytes::copy_from_slice(file))
    }

    /// Reads an ONNX file whose weights then stay where they are in `file` and are shared.
    pub fn read_shared(file: impl Into<Bytes>, limits: &Limits) -> Result<Self, Error> {
        let file = file.into();
        bounds::check(&file, limits)?;
        decode(file)
    }
}

fn decode(file: Bytes) -> Result<Graph, Error> {
    let model = schema::Model::decode(file).map_err(|error| Error::NotOnnx(error.to_string()))?;
    if !model.functions.is_empty() {
        return Err(Error::Invalid(
            "it defines functions of its own; export it again with its functions inlined".into(),
        ));
    }
    let graph = model.graph.ok_or_else(|| Error::NotOnnx("there is no graph in it".into()))?;
    let mut graph = read_graph(graph)?;
    for set in model.opset_import {
        let version = set.version.unwrap_or_default();
        if graph.opsets.insert(domain(set.domain), version).is_some_and(|other| other != version) {
            return Err(Error::Invalid("it asks for two versions of the same operators".into()));
        }
    }
    graph.metadata = model.metadata.into_iter().map(|entry| (entry.key, entry.value)).collect();
    order::check_and_sort(&mut graph)?;
    Ok(graph)
}

fn read_graph(graph: schema::Graph) -> Result<Graph, Error> {
    if let Some(sparse) = graph.sparse_initializers.first() {
        let name = sparse.values.as_ref().map_or("", |values| values.name.as_str());
        return Err(Error::Invalid(format!(
            "the constant \"{name}\" is stored as a sparse tensor; export the model with dense weights"
        )));
    }
    let mut constants = BTreeMap::new();
    for initializer in graph.initializers {
        let (name, constant) = tensor::read(initializer)?;
        if constants.insert(name.clone(), constant).is_some() {
            return Err(Error::Invalid(format!("the constant \"{name}\" is there twice")));
        }
    }
    // Files of IR version 3 and older list each constant among the inputs as well.
    let inputs = graph.inputs.into_iter().filter(|input| !constants.contains_key(&input.name));
    Ok(Graph {
        name: graph.name,
        inputs: inputs.map(read_port).collect::<Result<_, _>>()?,
        outputs: graph.outputs.into_iter().map(read_port).collect::<Result<_, _>>()?,
        nodes: graph.nodes.into_iter().map(read_node).collect::<Result<_, _>>()?,
        constants,
        ..Graph::default()
    })
}

fn read_port(value: schema::Value) -> Result<Port, Error> {
    let name = value.name;
    let tensor = match value.r#type {
        None => return Err(Error::Invalid(format!("it does not say the type of \"{name}\""))),
        Some(schema::Type { tensor: None }) => {
            return Err(Error::Invalid(format!(
                "\"{name}\" is not a tensor but a sequence, map or optional value; \
                 export the model without them (scikit-learn converters: zipmap=False)"
            )));
        }
        Some(schema::Type { tensor: Some(tensor) }) => tensor,
    };
    let element = tensor::element(tensor.element, &name)?;
    let shape = tensor.shape.map(|shape| shape.dimensions.into_iter().map(read_dimension).collect());
    Ok(Port { name, element, shape })
}

/// A negative side means "unknown" to some exporters.
fn read_dimension(dimension: schema::Dimension) -> Dimension {
    match dimension.value.map(usize::try_from) {
        Some(Ok(side)) => Dimension::Fixed(side),
        _ => Dimension::Free(dimension.parameter.unwrap_or_default()),
    }
}

fn read_node(node: schema::Node) -> Result<Node, Error> {
    if node.operator.is_empty() {
        return Err(Error::Invalid(format!("the node \"{}\" has no operator", node.name)));
    }
    let mut attributes = BTreeMap::new();
    for mut attribute in node.attributes {
        let name = std::mem::take(&mut attribute.name);
        let value = read_attribute(attribute, &name, &node.operator)?;
        if attributes.insert(name.clone(), value).is_some() {
            return Err(Error::Invalid(format!(
                "the setting \"{name}\" of {} is there twice",
                node.operator
            )));
        }
    }
    Ok(Node {
        name: node.name,
        operator: node.operator,
        domain: domain(node.domain),
        inputs: node.inputs,
        outputs: node.outputs,
        attributes,
    })
}

fn read_attribute(attribute: schema::Attribute, name: &str, operator: &str) -> Result<Attribute, Error> {
    let refused = |what: &str| Error::Invalid(format!("the setting \"{name}\" of {operator} {what}"));
    let text =
        |bytes: Bytes| String::from_utf8(bytes.into()).map_err(|_| refused("holds bytes that are not text"));
    Ok(match kind(&attribute) {
        attribute_type::INT => Attribute::Int(attribute.int.unwrap_or_default()),
        attribute_type::FLOAT => Attribute::Float(attribute.float.unwrap_or_default()),
        attribute_type::STRING => Attribute::String(text(attribute.string.unwrap_or_default())?),
        attribute_type::INTS => Attribute::Ints(attribute.ints),
        attribute_type::FLOATS => Attribute::Floats(attribute.floats),
        attribute_type::STRINGS => {
            Attribute::Strings(attribute.strings.into_iter().map(text).collect::<Result<_, _>>()?)
        }
        attribute_type::TENSOR => {
            let tensor = attribute.tensor.ok_or_else(|| refused("lacks its tensor"))?;
            Attribute::Tensor(tensor::read(tensor)?.1)
        }
        attribute_type::GRAPH => {
            let graph = attribute.graph.ok_or_else(|| refused("lacks its graph"))?;
            Attribute::Graph(Box::new(read_graph(graph)?))
        }
        other => return Err(refused(&format!("is of a type that Pinhole does not carry (number {other})"))),
    })
}

/// The type that an attribute states, or for files that predate the statement the one that it holds.
fn kind(attribute: &schema::Attribute) -> i32 {
    let held = [
        (attribute.int.is_some(), attribute_type::INT),
        (attribute.float.is_some(), attribute_type::FLOAT),
        (attribute.string.is_some(), attribute_type::STRING),
        (attribute.tensor.is_some(), attribute_type::TENSOR),
        (attribute.graph.is_some(), attribute_type::GRAPH),
        (!attribute.ints.is_empty(), attribute_type::INTS),
        (!attribute.floats.is_empty(), attribute_type::FLOATS),
        (!attribute.strings.is_empty(), attribute_type::STRINGS),
    ];
    match attribute.kind {
        attribute_type::UNDEFINED => {
            held.iter().find(|(is, _)| *is).map_or(attribute_type::UNDEFINED, |(_, kind)| *kind)
        }
        stated => stated,
    }
}

/// ONNX's own operators go by two names.
fn domain(name: String) -> String {
    if name == "ai.onnx" { String::new() } else { name }
}
