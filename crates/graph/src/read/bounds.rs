//! Walks the wire format once, before anything is decoded, and counts what decoding would allocate.

use super::Limits;
use crate::Error;

/// The messages whose parts are counted.
#[derive(Clone, Copy)]
enum Message {
    Model,
    Graph,
    SparseTensor,
    Node,
    Attribute,
    Tensor,
    Value,
    Type,
    TensorType,
    Shape,
}

impl Message {
    /// The message in field `number` of this one, when it is one that is walked.
    fn nested(self, number: u64) -> Option<Self> {
        Some(match (self, number) {
            (Self::Model, 7) | (Self::Attribute, 6) => Self::Graph,
            (Self::Graph, 1) => Self::Node,
            (Self::Graph | Self::Attribute, 5) | (Self::SparseTensor, 1) => Self::Tensor,
            (Self::Graph, 11 | 12) => Self::Value,
            (Self::Graph, 15) => Self::SparseTensor,
            (Self::Node, 5) => Self::Attribute,
            (Self::Value, 2) => Self::Type,
            (Self::Type, 1) => Self::TensorType,
            (Self::TensorType, 2) => Self::Shape,
            _ => return None,
        })
    }
}

/// Refuses a file that is larger, holds more parts or is nested deeper than `limits` allow, or whose
/// framing is broken.
pub(super) fn check(file: &[u8], limits: &Limits) -> Result<(), Error> {
    if file.is_empty() {
        return Err(Error::NotOnnx("the file is empty".into()));
    }
    if file.len() > limits.bytes {
        return Err(Error::Invalid(format!(
            "it has {} bytes, and at most {} are allowed",
            file.len(),
            limits.bytes
        )));
    }
    Walk { limits, parts: 0 }.message(file, Message::Model, 0)
}

struct Walk<'a> {
    limits: &'a Limits,
    parts: usize,
}

impl Walk<'_> {
    fn message(&mut self, mut rest: &[u8], message: Message, depth: usize) -> Result<(), Error> {
        while !rest.is_empty() {
            let tag = varint(&mut rest)?;
            match tag & 7 {
                0 => {
                    varint(&mut rest)?;
                }
                1 => {
                    take(&mut rest, 8)?;
                }
                2 => {
                    let length = varint(&mut rest)?;
                    let field = take(&mut rest, length)?;
                    self.parts += 1;
                    if self.parts > self.limits.parts {
                        let most = self.limits.parts;
                        return Err(Error::Invalid(format!("it has more than {most} parts")));
                    }
                    if let Some(nested) = message.nested(tag >> 3) {
                        let graph_in_graph =
                            matches!((message, nested), (Message::Attribute, Message::Graph));
                        let depth = depth + usize::from(graph_in_graph);
                        if depth > self.limits.subgraph_depth {
                            let most = self.limits.subgraph_depth;
                            return Err(Error::Invalid(format!(
                                "graphs stand more than {most} deep in graphs"
                            )));
                        }
                        self.message(field, nested, depth)?;
                    }
                }
                5 => {
                    take(&mut rest, 4)?;
                }
                _ => return Err(Error::NotOnnx("it is not a protobuf file".into())),
            }
        }
        Ok(())
    }
}

fn varint(rest: &mut &[u8]) -> Result<u64, Error> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first().ok_or_else(truncated)?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Error::NotOnnx("it is not a protobuf file".into()))
}

fn take<'a>(rest: &mut &'a [u8], length: u64) -> Result<&'a [u8], Error> {
    let length = usize::try_from(length).map_err(|_| truncated())?;
    let (field, after) = rest.split_at_checked(length).ok_or_else(truncated)?;
    *rest = after;
    Ok(field)
}

fn truncated() -> Error {
    Error::NotOnnx("it ends in the middle, or it is not a protobuf file".into())
}
