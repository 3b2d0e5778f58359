//! What a file may hold, and what is refused with a reason.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it fails")]

mod wire;

use graph::{ElementType, Error, Graph, Limits, Tensor};
use proptest::prelude::*;
use wire::{bytes, constant, model, node, number, port, varint};

fn refusal(file: &[u8]) -> String {
    Graph::read(file).expect_err("this file must be refused").to_string()
}

/// Reads a file with one constant and gives that constant back.
fn read_constant(sides: &[i64], element: i64, rest: &[u8]) -> Result<Tensor, Error> {
    let file = model(&[constant("c", sides, element, rest), port(12, "c")]);
    Ok(Graph::read(&file)?.constants["c"].clone())
}

#[test]
fn floats_in_their_own_field_are_read_as_raw_ones_are() {
    let packed = [1.5f32.to_le_bytes(), (-2.0f32).to_le_bytes()].concat();
    let typed = read_constant(&[2], 1, &bytes(4, &packed)).unwrap();
    let raw = read_constant(&[2], 1, &bytes(9, &packed)).unwrap();
    assert_eq!(typed, raw);
    assert_eq!(typed.to_f32().unwrap(), [1.5, -2.0]);
}

#[test]
fn doubles_and_64_bit_integers_are_read_from_their_fields() {
    let packed = 0.25f64.to_le_bytes();
    assert_eq!(read_constant(&[1], 11, &bytes(10, packed)).unwrap().bytes(), packed);
    let packed = [varint(7), varint(-1i64 as u64)].concat();
    assert_eq!(read_constant(&[2], 7, &bytes(7, packed)).unwrap().to_i64().unwrap(), [7, -1]);
    let packed = varint(u64::MAX);
    assert_eq!(read_constant(&[1], 13, &bytes(11, packed)).unwrap().bytes(), [255; 8]);
}

#[test]
fn small_integers_are_read_from_the_field_of_32_bit_ones() {
    let packed = [varint(1), varint(-2i64 as u64)].concat();
    let read = |element| read_constant(&[2], element, &bytes(5, &packed)).unwrap();
    assert_eq!((read(3).element(), read(3).bytes()), (ElementType::I8, &[1, 254][..]));
    assert_eq!((read(5).element(), read(5).bytes()), (ElementType::I16, &[1, 0, 254, 255][..]));
    assert_eq!(read(6).bytes(), [1, 0, 0, 0, 254, 255, 255, 255]);
    assert_eq!(read(9).bytes(), [1, 1]);
}

#[test]
fn half_floats_in_the_integer_field_are_their_bits() {
    let read = read_constant(&[1], 10, &bytes(5, varint(0x3c00))).unwrap();
    assert_eq!((read.element(), read.bytes()), (ElementType::F16, &[0x00, 0x3c][..]));
}

#[test]
fn a_number_too_large_for_its_type_is_refused() {
    let error = read_constant(&[1], 3, &bytes(5, varint(200))).unwrap_err();
    insta::assert_snapshot!(error, @r#"the ONNX model is not usable: the constant "c" holds a number that does not fit i8"#);
}

#[test]
fn a_constant_whose_bytes_do_not_fit_its_shape_is_refused() {
    insta::assert_snapshot!(read_constant(&[3], 1, &bytes(9, [0; 8])).unwrap_err(), @r#"the ONNX model is not usable: the constant "c" has 8 bytes, which do not make f32[3]"#);
}

#[test]
fn a_shape_of_astronomic_size_is_refused_without_taking_memory() {
    let error = read_constant(&[i64::MAX, i64::MAX, 4], 1, &bytes(9, [0; 4])).unwrap_err();
    insta::assert_snapshot!(error, @r#"the ONNX model is not usable: the constant "c" has 4 bytes, which do not make f32[9223372036854775807, 9223372036854775807, 4]"#);
    insta::assert_snapshot!(read_constant(&[-1], 1, &[]).unwrap_err(), @r#"the ONNX model is not usable: the constant "c" has a negative side"#);
}

#[test]
fn constants_that_pinhole_does_not_carry_are_refused_by_name() {
    insta::assert_snapshot!(read_constant(&[1], 8, &bytes(6, "text")).unwrap_err(), @r#"the ONNX model is not usable: "c" holds strings, which Pinhole does not run"#);
    insta::assert_snapshot!(read_constant(&[1], 14, &[]).unwrap_err(), @r#"the ONNX model is not usable: "c" holds complex numbers, which Pinhole does not run"#);
    insta::assert_snapshot!(read_constant(&[1], 22, &[]).unwrap_err(), @r#"the ONNX model is not usable: "c" holds numbers of less than 8 bits, which Pinhole does not run"#);
    insta::assert_snapshot!(read_constant(&[1], 99, &[]).unwrap_err(), @r#"the ONNX model is not usable: "c" has the unknown element type 99, which Pinhole does not run"#);
}

#[test]
fn weights_in_another_file_are_refused_with_advice() {
    let elsewhere = [bytes(13, bytes(1, "location")), number(14, 1)].concat();
    insta::assert_snapshot!(read_constant(&[1], 1, &elsewhere).unwrap_err(), @r#"the ONNX model is not usable: the constant "c" is kept in another file; save the model as a single file (in Python: onnx.save(model, path, save_as_external_data=False))"#);
}

#[test]
fn sparse_weights_are_refused_by_name() {
    let values = bytes(1, [number(2, 1), bytes(8, "thin.weight")].concat());
    insta::assert_snapshot!(refusal(&model(&[bytes(15, values)])), @r#"the ONNX model is not usable: the constant "thin.weight" is stored as a sparse tensor; export the model with dense weights"#);
}

#[test]
fn functions_and_values_that_are_not_tensors_are_refused() {
    let functions = [model(&[]), bytes(25, [])].concat();
    insta::assert_snapshot!(refusal(&functions), @"the ONNX model is not usable: it defines functions of its own; export it again with its functions inlined");
    let sequence = bytes(11, [bytes(1, "list"), bytes(2, bytes(4, []))].concat());
    insta::assert_snapshot!(refusal(&model(&[sequence])), @r#"the ONNX model is not usable: "list" is not a tensor but a sequence, map or optional value; export the model without them (scikit-learn converters: zipmap=False)"#);
}

#[test]
fn an_input_that_is_a_constant_as_well_is_a_constant() {
    // Files of IR version 3 list weights twice.
    let weight = constant("w", &[1], 1, &bytes(9, 2.0f32.to_le_bytes()));
    let graph = Graph::read(&model(&[port(11, "x"), port(11, "w"), weight, port(12, "x")])).unwrap();
    assert_eq!(graph.inputs.len(), 1);
}

#[test]
fn nodes_in_any_order_are_sorted() {
    let file = model(&[
        port(11, "x"),
        node("Relu", "b", "c", &[]),
        node("Neg", "a", "b", &[]),
        node("Abs", "x", "a", &[]),
        port(12, "c"),
    ]);
    let graph = Graph::read(&file).unwrap();
    let order: Vec<_> = graph.nodes.iter().map(|node| node.operator.as_str()).collect();
    assert_eq!(order, ["Abs", "Neg", "Relu"]);
}

#[test]
fn a_node_waits_for_what_the_graph_inside_it_uses() {
    let body = [node("Neg", "a", "inner", &[]), port(12, "inner")].concat();
    let attribute = [bytes(1, "then_branch"), bytes(6, body), number(20, 5)].concat();
    let file =
        model(&[port(11, "x"), node("If", "x", "y", &attribute), node("Abs", "x", "a", &[]), port(12, "y")]);
    let graph = Graph::read(&file).unwrap();
    assert_eq!(graph.nodes[0].operator, "Abs");
    assert_eq!(Graph::read(&graph.write()).unwrap(), graph);
}

#[test]
fn graphs_that_cannot_be_run_are_refused() {
    let input = || port(11, "x");
    let circle = model(&[input(), node("Add", "b", "a", &[]), node("Neg", "a", "b", &[]), port(12, "b")]);
    insta::assert_snapshot!(refusal(&circle), @r#"the ONNX model is not usable: the node "a" (Add) waits for its own result"#);
    let undefined = model(&[input(), node("Relu", "ghost", "y", &[]), port(12, "y")]);
    insta::assert_snapshot!(refusal(&undefined), @r#"the ONNX model is not usable: the node "y" (Relu) uses "ghost", which nothing computes"#);
    let twice = model(&[input(), node("Relu", "x", "x", &[]), port(12, "x")]);
    insta::assert_snapshot!(refusal(&twice), @r#"the ONNX model is not usable: two things in it are called "x""#);
    let nowhere = model(&[input(), port(12, "y")]);
    insta::assert_snapshot!(refusal(&nowhere), @r#"the ONNX model is not usable: nothing computes its output "y""#);
}

#[test]
fn what_is_not_onnx_is_refused() {
    insta::assert_snapshot!(refusal(b""), @"this is not an ONNX model: the file is empty");
    insta::assert_snapshot!(refusal(b"\x89PNG\r\n\x1a\n"), @"this is not an ONNX model: it ends in the middle, or it is not a protobuf file");
    insta::assert_snapshot!(refusal(&number(1, 8)), @"this is not an ONNX model: there is no graph in it");
    let whole = model(&[port(11, "x"), port(12, "x")]);
    insta::assert_snapshot!(refusal(&whole[..whole.len() - 1]), @"this is not an ONNX model: it ends in the middle, or it is not a protobuf file");
}

#[test]
fn graphs_nested_too_deep_are_refused_before_they_are_decoded() {
    let mut graph = Vec::new();
    for _ in 0..2_000 {
        graph = bytes(1, bytes(5, [bytes(6, &graph), number(20, 5)].concat()));
    }
    insta::assert_snapshot!(refusal(&bytes(7, graph)), @"the ONNX model is not usable: graphs stand more than 8 deep in graphs");
}

#[test]
fn a_million_empty_nodes_are_refused_before_they_are_decoded() {
    insta::assert_snapshot!(refusal(&bytes(7, [0x0a, 0x00].repeat(1_000_000))), @"the ONNX model is not usable: it has more than 500000 parts");
}

#[test]
fn a_limit_on_bytes_can_be_set() {
    let limits = Limits { bytes: 100, ..Limits::default() };
    let error = Graph::read_shared(vec![0; 101], &limits).unwrap_err();
    insta::assert_snapshot!(error, @"the ONNX model is not usable: it has 101 bytes, and at most 100 are allowed");
}

/// A file with a bit of everything.
fn rich_file() -> Vec<u8> {
    let body = [node("Neg", "a", "inner", &[]), port(12, "inner")].concat();
    let branch = [bytes(1, "then_branch"), bytes(6, body), number(20, 5)].concat();
    let axes = [bytes(1, "axes"), number(8, 1), number(8, -1), number(20, 7)].concat();
    model(&[
        bytes(2, "rich"),
        port(11, "x"),
        constant("w", &[2, 2], 1, &bytes(9, [0x3f; 16])),
        constant("small", &[2], 3, &bytes(5, [1, 2])),
        node("Squeeze", "x", "a", &axes),
        node("If", "x", "y", &branch),
        node("BatchNormalization", "w", "z", &[]),
        node("Dropout", "z", "out", &[]),
        port(12, "y"),
        port(12, "out"),
    ])
}

#[test]
fn ten_thousand_corruptions_of_a_file_crash_nothing() {
    let file = rich_file();
    assert!(Graph::read(&file).is_ok());
    // A fixed generator (xorshift), so that a failure comes back.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let mut read = 0;
    for _ in 0..10_000 {
        let mut broken = file.clone();
        for _ in 0..=next(4) {
            let place = next(broken.len());
            match next(4) {
                0 => broken[place] = next(256) as u8,
                1 => broken[place] ^= 1 << next(8),
                2 => broken.truncate(place + 1),
                _ => broken.insert(place, next(256) as u8),
            }
        }
        if let Ok(mut graph) = Graph::read(&broken) {
            graph::fold(&mut graph);
            let again = Graph::read(&graph.write()).expect("what was written can be read");
            assert_eq!(again.nodes, graph.nodes);
            read += 1;
        }
    }
    assert!(read > 100, "only {read} corrupted files could still be read, so little was tried");
}

proptest! {
    #[test]
    fn no_bytes_at_all_crash_the_reader(file: Vec<u8>) {
        let _ = Graph::read(&file);
    }
}
