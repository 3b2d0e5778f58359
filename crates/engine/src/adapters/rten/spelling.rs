//! Says in a model what rten does not read between the lines: it has no `Mish`, its `Dropout` is behind a
//! feature for random numbers, it wants the sides of a kernel's strides written out, and it does not know
//! protobuf's packed way to write a list of numbers (which files from outside Python have).
//!
//! The protobuf is copied field by field, so nothing unknown is lost and the weights are not decoded.

use prost::encoding::{
    DecodeContext, WireType, decode_key, decode_varint, encode_key, encode_varint, skip_field,
};
use prost::{DecodeError, Message};

/// The messages of onnx.proto that hold something to spell out.
#[derive(Clone, Copy)]
enum Kind {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
}

/// What to do with a field.
enum Field {
    Copy,
    Within(Kind),
    Nodes,
    Integers,
    Floats,
}

/// Field numbers of onnx.proto.
fn field(kind: Kind, number: u32) -> Field {
    match (kind, number) {
        (Kind::Model, 7) | (Kind::Attribute, 6) => Field::Within(Kind::Graph),
        (Kind::Graph, 1) => Field::Nodes,
        (Kind::Graph | Kind::Attribute, 5) => Field::Within(Kind::Tensor),
        (Kind::Node, 5) => Field::Within(Kind::Attribute),
        (Kind::Attribute, 7) => Field::Floats,
        (Kind::Attribute, 8) | (Kind::Tensor, 1) => Field::Integers,
        _ => Field::Copy,
    }
}

/// The same model in words that rten knows. `model` must have passed a protobuf parser, which bounds how deep
/// its messages are nested.
pub(super) fn spell_out(model: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut written = Vec::with_capacity(model.len() + model.len() / 64 + 1024);
    rewrite(Kind::Model, model, &mut written)?;
    Ok(written)
}

fn rewrite(kind: Kind, message: &[u8], written: &mut Vec<u8>) -> Result<(), DecodeError> {
    let mut rest = message;
    while !rest.is_empty() {
        let whole = rest;
        let (number, wire) = decode_key(&mut rest)?;
        let mut value = rest;
        skip_field(wire, number, &mut rest, DecodeContext::default())?;
        let whole = &whole[..whole.len() - rest.len()];
        if wire != WireType::LengthDelimited {
            written.extend_from_slice(whole);
            continue;
        }
        let length = decode_varint(&mut value)? as usize;
        let mut value = &value[..length];
        match field(kind, number) {
            Field::Copy => written.extend_from_slice(whole),
            Field::Within(inner) => rewrite_within(inner, number, value, written)?,
            Field::Nodes => match spelled(value)? {
                None => rewrite_within(Kind::Node, number, value, written)?,
                Some(nodes) => {
                    for node in nodes {
                        rewrite_within(Kind::Node, number, &node, written)?;
                    }
                }
            },
            Field::Integers => {
                while !value.is_empty() {
                    encode_key(number, WireType::Varint, written);
                    encode_varint(decode_varint(&mut value)?, written);
                }
            }
            Field::Floats => {
                for float in value.chunks_exact(4) {
                    encode_key(number, WireType::ThirtyTwoBit, written);
                    written.extend_from_slice(float);
                }
            }
        }
    }
    Ok(())
}

/// Writes a message inside another. Its length is known only afterwards, so it is written as a number of
/// fixed width (each byte says that more follow): the weights are then copied once, not once per level.
fn rewrite_within(kind: Kind, number: u32, message: &[u8], written: &mut Vec<u8>) -> Result<(), DecodeError> {
    const WIDTH: usize = 5;
    encode_key(number, WireType::LengthDelimited, written);
    let at = written.len();
    written.extend([0; WIDTH]);
    rewrite(kind, message, written)?;
    let length = written.len() - at - WIDTH;
    for (place, byte) in written[at..at + WIDTH].iter_mut().enumerate() {
        let more = if place + 1 < WIDTH { 0x80 } else { 0 };
        *byte = (length >> (7 * place)) as u8 & 0x7f | more;
    }
    Ok(())
}

/// The nodes that stand for one node, or `None` when it can stay.
fn spelled(bytes: &[u8]) -> Result<Option<Vec<Vec<u8>>>, DecodeError> {
    let node = Node::decode(bytes)?;
    let ([input, ..], [output, ..]) = (node.input.as_slice(), node.output.as_slice()) else {
        return Ok(None);
    };
    let simple = |operator: &str, inputs: &[&str], output: &str| {
        let inputs = inputs.iter().map(ToString::to_string).collect();
        Node { input: inputs, output: vec![output.into()], operator: operator.into(), ..Node::default() }
            .encode_to_vec()
    };
    Ok(match node.operator.as_str() {
        _ if !node.domain.is_empty() => None,
        // x tanh(ln(1 + exp(x)))
        "Mish" => {
            let (soft, gate) = (format!("{output}/softplus"), format!("{output}/tanh"));
            Some(vec![
                simple("Softplus", &[input], &soft),
                simple("Tanh", &[&soft], &gate),
                simple("Mul", &[input, &gate], output),
            ])
        }
        "Dropout" if node.output.len() == 1 => Some(vec![simple("Identity", &[input], output)]),
        "Conv" if !node.has("kernel_shape") => {
            let pads = if node.has("auto_pad") { None } else { node.absent("pads", 4, 0) };
            Some(vec![with(bytes, [node.absent("strides", 2, 1), node.absent("dilations", 2, 1), pads])])
        }
        "MaxPool" | "AveragePool" if !node.has("strides") => {
            Some(vec![with(bytes, [node.absent("strides", 2, 1), None, None])])
        }
        _ => None,
    })
}

/// A node with more attributes: in protobuf, members of a list may simply be appended.
fn with(node: &[u8], attributes: [Option<Attribute>; 3]) -> Vec<u8> {
    let more = Node { attribute: attributes.into_iter().flatten().collect(), ..Node::default() };
    [node, &more.encode_to_vec()].concat()
}

#[derive(Clone, PartialEq, prost::Message)]
struct Node {
    #[prost(string, repeated, tag = "1")]
    input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    output: Vec<String>,
    #[prost(string, tag = "4")]
    operator: String,
    #[prost(message, repeated, tag = "5")]
    attribute: Vec<Attribute>,
    #[prost(string, tag = "7")]
    domain: String,
}

impl Node {
    fn has(&self, attribute: &str) -> bool {
        self.attribute.iter().any(|found| found.name == attribute)
    }

    /// What a missing attribute means: for images, one number for each of two sides (padding: four).
    fn absent(&self, name: &str, count: usize, number: i64) -> Option<Attribute> {
        const INTS: i32 = 7;
        (!self.has(name)).then(|| Attribute { name: name.into(), ints: vec![number; count], kind: INTS })
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct Attribute {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(int64, repeated, tag = "8")]
    ints: Vec<i64>,
    #[prost(int32, tag = "20")]
    kind: i32,
}
