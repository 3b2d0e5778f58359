//! A graph that is written and read again is the same graph.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it fails")]

use std::collections::BTreeMap;

use graph::{Attribute, Builder, Dimension, ElementType, Graph, Limits, Tensor};
use proptest::prelude::*;

#[test]
fn every_kind_of_attribute_comes_back() {
    let mut builder = Builder::new("attributes");
    let x = builder.input("x", ElementType::F32, &["".into(), 2.into()]);
    let body = {
        let mut body = Builder::new("body");
        let inner = body.input("inner", ElementType::F32, &[]);
        let relu = body.relu(&inner);
        body.output("relu_1_out", &relu, ElementType::F32, &[]);
        Graph { opsets: BTreeMap::new(), ..body.finish().unwrap() }
    };
    let attributes = [
        ("int", Attribute::Int(0)),
        ("float", Attribute::Float(0.0)),
        ("string", Attribute::String(String::new())),
        ("ints", Attribute::Ints(vec![])),
        ("floats", Attribute::Floats(vec![0.5, -1.0])),
        ("strings", Attribute::Strings(vec!["a".into(), "ä".into()])),
        ("tensor", Attribute::Tensor(Tensor::from_i64(vec![2], &[1, -1]).unwrap())),
        ("graph", Attribute::Graph(Box::new(body))),
    ];
    let y = builder.node("Everything", None, &[&x], &attributes);
    builder.output("y", &y, ElementType::Bool, &[0.into()]);
    let mut graph = builder.finish().unwrap();
    graph.metadata.insert("names".into(), "cat, dog".into());
    assert_eq!(Graph::read(&graph.write()).unwrap(), graph);
}

#[test]
fn an_output_of_unknown_rank_stays_unknown() {
    let mut builder = Builder::new("rank");
    let x = builder.input("x", ElementType::F32, &[]);
    let y = builder.relu(&x);
    builder.output("y", &y, ElementType::F32, &[]);
    let mut graph = builder.finish().unwrap();
    graph.outputs[0].shape = None;
    assert_eq!(Graph::read(&graph.write()).unwrap(), graph);
}

#[test]
fn weights_are_shared_with_the_file_and_not_copied() {
    let mut builder = Builder::new("shared");
    let weight = builder.constant("w", Tensor::from_f32(vec![1000], &[1.0; 1000]).unwrap());
    builder.output("y", &weight, ElementType::F32, &[1000.into()]);
    let file = builder.finish().unwrap().write();
    let place = file.as_ptr_range();
    let graph = Graph::read_shared(file, &Limits::default()).unwrap();
    assert!(place.contains(&graph.constants["w"].bytes().as_ptr()));
}

#[test]
fn a_graph_whose_output_nothing_computes_cannot_be_built() {
    let mut builder = Builder::new("wrong");
    let elsewhere = Builder::new("elsewhere").input("x", ElementType::F32, &[]);
    let y = builder.relu(&elsewhere);
    builder.output("y", &y, ElementType::F32, &[]);
    insta::assert_snapshot!(builder.finish().unwrap_err(), @r#"the ONNX model is not usable: the node "relu_1" (Relu) uses "x", which nothing computes"#);
}

/// One step of a random network: which layer, and which of the values so far it takes.
fn steps() -> impl Strategy<Value = Vec<(u8, prop::sample::Index, prop::sample::Index)>> {
    prop::collection::vec((0..7u8, any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..30)
}

fn random_graph(steps: &[(u8, prop::sample::Index, prop::sample::Index)]) -> Graph {
    let mut builder = Builder::new("random");
    let sides: [Dimension; 4] = ["batch".into(), 2.into(), 5.into(), 5.into()];
    let mut values = vec![builder.input("input", ElementType::F32, &sides)];
    for (number, (layer, left, right)) in steps.iter().enumerate() {
        let (left, right) = (left.get(&values).clone(), right.get(&values).clone());
        values.push(match layer {
            0 => builder.add(&left, &right),
            1 => builder.relu(&left),
            2 => builder.dropout(&left, 0.5),
            3 => builder.node("Identity", None, &[&left], &[]),
            4 => {
                let weight = Tensor::from_f32(vec![2, 2, 1, 1], &[1.0, 0.5, -1.0, number as f32]).unwrap();
                let weight = builder.constant(&format!("{number}.conv.weight"), weight);
                builder.conv(&left, &weight, None, graph::Convolution::default())
            }
            5 => {
                let statistics = ["weight", "bias", "mean", "var"].map(|part| {
                    let numbers = Tensor::from_f32(vec![2], &[1.0, 2.0]).unwrap();
                    builder.constant(&format!("{number}.norm.{part}"), numbers)
                });
                builder.batch_norm(&left, statistics.each_ref(), 1e-5)
            }
            _ => {
                let constant = Attribute::Tensor(Tensor::scalar(number as f32));
                builder.node("Constant", None, &[], &[("value", constant)])
            }
        });
    }
    let last = values.pop().unwrap();
    builder.output("output", &last, ElementType::F32, &sides);
    builder.finish().unwrap()
}

proptest! {
    #[test]
    fn a_random_graph_survives_writing_reading_and_folding(steps in steps()) {
        let graph = random_graph(&steps);
        prop_assert_eq!(&Graph::read(&graph.write()).unwrap(), &graph);

        let mut folded = graph.clone();
        graph::fold(&mut folded);
        prop_assert_eq!(&Graph::read(&folded.write()).unwrap(), &folded);
        prop_assert!(folded.nodes.len() <= graph.nodes.len());
        prop_assert_eq!((&folded.inputs, &folded.outputs), (&graph.inputs, &graph.outputs));
        let known = |node: &graph::Node| ["Dropout", "Constant"].contains(&node.operator.as_str());
        // One dropout may stay where the graph's input is its output.
        prop_assert!(folded.nodes.len() == 1 || !folded.nodes.iter().any(known));
    }
}
