//! Writes protobuf by hand, to make files that no well-meaning program writes.

/// A field of bytes, text, packed numbers or a message.
pub(crate) fn bytes(number: u64, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    [varint(number << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
}

/// A field with one whole number.
pub(crate) fn number(number: u64, value: i64) -> Vec<u8> {
    [varint(number << 3), varint(value as u64)].concat()
}

pub(crate) fn varint(mut value: u64) -> Vec<u8> {
    let mut written = Vec::new();
    while value >= 0x80 {
        written.push(value as u8 | 0x80);
        value >>= 7;
    }
    written.push(value as u8);
    written
}

/// An ONNX file around the fields of a graph.
pub(crate) fn model(graph: &[Vec<u8>]) -> Vec<u8> {
    [number(1, 8), bytes(7, graph.concat()), bytes(8, number(2, 17))].concat()
}

/// An input or output of a graph (its field number is given) of `f32 [1]`.
pub(crate) fn port(field: u64, name: &str) -> Vec<u8> {
    let shape = bytes(1, number(1, 1));
    let tensor = [number(1, 1), bytes(2, shape)].concat();
    bytes(field, [bytes(1, name), bytes(2, bytes(1, tensor))].concat())
}

/// A node of one input and one output.
pub(crate) fn node(operator: &str, input: &str, output: &str, attribute: &[u8]) -> Vec<u8> {
    let attribute = if attribute.is_empty() { Vec::new() } else { bytes(5, attribute) };
    bytes(1, [bytes(1, input), bytes(2, output), bytes(3, output), bytes(4, operator), attribute].concat())
}

/// A constant with these sides, element type and further fields.
pub(crate) fn constant(name: &str, sides: &[i64], element: i64, rest: &[u8]) -> Vec<u8> {
    let sides = sides.iter().flat_map(|&side| number(1, side)).collect();
    bytes(5, [sides, number(2, element), bytes(8, name), rest.to_vec()].concat())
}
