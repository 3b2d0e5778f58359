//! Graph to bytes.

use prost::Message;
use prost::bytes::Bytes;

use crate::schema::{self, attribute_type};
use crate::{Attribute, Dimension, Graph, Node, Port, Tensor};

/// The version of the file format that is written: new enough for all that Pinhole writes, old enough for all engines.
const IR_VERSION: i64 = 8;

impl Graph {
    /// The graph as an ONNX file. Reading it gives an equal graph.
    pub fn write(&self) -> Vec<u8> {
        let set = |(domain, &version): (&String, &i64)| schema::OperatorSet {
            domain: domain.clone(),
            version: Some(version),
        };
        let entry =
            |(key, value): (&String, &String)| schema::Entry { key: key.clone(), value: value.clone() };
        schema::Model {
            ir_version: Some(IR_VERSION),
            producer_name: "pinhole".into(),
            graph: Some(write_graph(self)),
            opset_import: self.opsets.iter().map(set).collect(),
            metadata: self.metadata.iter().map(entry).collect(),
            functions: Vec::new(),
        }
        .encode_to_vec()
    }
}

fn write_graph(graph: &Graph) -> schema::Graph {
    schema::Graph {
        nodes: graph.nodes.iter().map(write_node).collect(),
        name: graph.name.clone(),
        initializers: graph.constants.iter().map(|(name, constant)| write_tensor(name, constant)).collect(),
        inputs: graph.inputs.iter().map(write_port).collect(),
        outputs: graph.outputs.iter().map(write_port).collect(),
        sparse_initializers: Vec::new(),
    }
}

fn write_node(node: &Node) -> schema::Node {
    schema::Node {
        inputs: node.inputs.clone(),
        outputs: node.outputs.clone(),
        name: node.name.clone(),
        operator: node.operator.clone(),
        attributes: node.attributes.iter().map(|(name, value)| write_attribute(name, value)).collect(),
        domain: node.domain.clone(),
    }
}

fn write_attribute(name: &str, value: &Attribute) -> schema::Attribute {
    let text = |text: &String| Bytes::copy_from_slice(text.as_bytes());
    let mut written = schema::Attribute { name: name.to_owned(), ..schema::Attribute::default() };
    written.kind = match value {
        Attribute::Int(value) => {
            written.int = Some(*value);
            attribute_type::INT
        }
        Attribute::Float(value) => {
            written.float = Some(*value);
            attribute_type::FLOAT
        }
        Attribute::String(value) => {
            written.string = Some(text(value));
            attribute_type::STRING
        }
        Attribute::Ints(values) => {
            written.ints.clone_from(values);
            attribute_type::INTS
        }
        Attribute::Floats(values) => {
            written.floats.clone_from(values);
            attribute_type::FLOATS
        }
        Attribute::Strings(values) => {
            written.strings = values.iter().map(text).collect();
            attribute_type::STRINGS
        }
        Attribute::Tensor(tensor) => {
            written.tensor = Some(write_tensor("", tensor));
            attribute_type::TENSOR
        }
        Attribute::Graph(graph) => {
            written.graph = Some(write_graph(graph));
            attribute_type::GRAPH
        }
    };
    written
}

fn write_tensor(name: &str, tensor: &Tensor) -> schema::Tensor {
    schema::Tensor {
        dimensions: tensor.shape().iter().map(|&side| side as i64).collect(),
        element: Some(tensor.element().code()),
        name: name.to_owned(),
        raw_data: Some(tensor.shared_bytes()),
        ..schema::Tensor::default()
    }
}

fn write_port(port: &Port) -> schema::Value {
    let dimension = |dimension: &Dimension| match dimension {
        Dimension::Fixed(side) => schema::Dimension { value: Some(*side as i64), parameter: None },
        Dimension::Free(name) => {
            schema::Dimension { value: None, parameter: (!name.is_empty()).then(|| name.clone()) }
        }
    };
    let shape = port.shape.as_ref();
    let shape = shape.map(|shape| schema::Shape { dimensions: shape.iter().map(dimension).collect() });
    let tensor = schema::TensorType { element: port.element.code(), shape };
    schema::Value { name: port.name.clone(), r#type: Some(schema::Type { tensor: Some(tensor) }) }
}
