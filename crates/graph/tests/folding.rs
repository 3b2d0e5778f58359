//! Folding makes a graph smaller and keeps its answers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it fails")]

use graph::{Attribute, Builder, Convolution, ElementType, Graph, Tensor, Value};

const SHAPE: [usize; 1] = [2];

fn vector(values: &[f32]) -> Tensor {
    Tensor::from_f32(vec![values.len()], values).unwrap()
}

fn operators(graph: &Graph) -> Vec<&str> {
    graph.nodes.iter().map(|node| node.operator.as_str()).collect()
}

/// `x -> 1 x 1 convolution -> batch norm -> y`. The norm has scales 2 and 6, shifts 10 and 20, means 1 and 2,
/// and standard deviations 1 and 2, so it multiplies by 2 and 3.
fn conv_and_norm(weight: Tensor, bias: Option<&[f32]>, groups: usize) -> (Builder, Value, Value) {
    let mut builder = Builder::new("folding");
    let x = builder.input("x", ElementType::F32, &[1.into(), 2.into(), 1.into(), 1.into()]);
    let weight = builder.constant("conv.weight", weight);
    let bias = bias.map(|bias| builder.constant("conv.bias", vector(bias)));
    let how = Convolution { groups, ..Convolution::default() };
    let conv = builder.conv(&x, &weight, bias.as_ref(), how);
    let statistics = [
        ("norm.weight", [2.0, 6.0]),
        ("norm.bias", [10.0, 20.0]),
        ("norm.running_mean", [1.0, 2.0]),
        ("norm.running_var", [0.5, 3.5]),
    ]
    .map(|(name, values)| builder.constant(name, vector(&values)));
    let norm = builder.batch_norm(&conv, statistics.each_ref(), 0.5);
    (builder, conv, norm)
}

fn folded(mut builder: Builder, output: &Value) -> Graph {
    builder.output("y", output, ElementType::F32, &SHAPE.map(Into::into));
    let mut graph = builder.finish().unwrap();
    graph::fold(&mut graph);
    graph
}

/// Weights and biases of the only convolution.
fn weights(graph: &Graph) -> (Vec<f32>, Vec<f32>) {
    let [_, weight, bias] = graph.nodes[0].inputs.as_slice() else { panic!("a bias is expected") };
    (graph.constants[weight].to_f32().unwrap(), graph.constants[bias].to_f32().unwrap())
}

#[test]
fn a_batch_norm_is_folded_into_a_convolution_without_bias() {
    let weight = Tensor::from_f32(vec![2, 2, 1, 1], &[1.0, 2.0, 3.0, 4.0]).unwrap();
    let (builder, _, norm) = conv_and_norm(weight, None, 1);
    let graph = folded(builder, &norm);
    assert_eq!(operators(&graph), ["Conv"]);
    // 2 * (x - 1) + 10 and 3 * (x - 2) + 20.
    assert_eq!(weights(&graph), (vec![2.0, 4.0, 9.0, 12.0], vec![8.0, 14.0]));
    assert_eq!(graph.constants.len(), 2);
    assert_eq!(graph.nodes[0].outputs, ["y"]);
}

#[test]
fn a_batch_norm_is_folded_into_a_convolution_with_bias() {
    let weight = Tensor::from_f32(vec![2, 2, 1, 1], &[1.0, 2.0, 3.0, 4.0]).unwrap();
    let (builder, _, norm) = conv_and_norm(weight, Some(&[5.0, -1.0]), 1);
    let graph = folded(builder, &norm);
    assert_eq!(weights(&graph), (vec![2.0, 4.0, 9.0, 12.0], vec![18.0, 11.0]));
}

#[test]
fn a_batch_norm_is_folded_into_a_grouped_convolution() {
    let weight = Tensor::from_f32(vec![2, 1, 1, 1], &[1.0, 2.0]).unwrap();
    let (builder, _, norm) = conv_and_norm(weight, None, 2);
    let graph = folded(builder, &norm);
    assert_eq!(weights(&graph), (vec![2.0, 6.0], vec![8.0, 14.0]));
    assert_eq!(graph.nodes[0].int("group"), Some(2));
}

#[test]
fn a_batch_norm_stays_when_the_convolution_is_seen_elsewhere() {
    let weight = Tensor::from_f32(vec![2, 2, 1, 1], &[1.0; 4]).unwrap();
    let (mut builder, conv, norm) = conv_and_norm(weight, None, 1);
    let sum = builder.add(&conv, &norm);
    assert_eq!(operators(&folded(builder, &sum)), ["Conv", "BatchNormalization", "Add"]);
}

#[test]
fn a_weight_that_two_convolutions_share_is_not_copied_for_each() {
    let weight = Tensor::from_f32(vec![2, 2, 1, 1], &[1.0; 4]).unwrap();
    let (mut builder, _, norm) = conv_and_norm(weight.clone(), None, 1);
    let shared = builder.constant("conv.weight", weight);
    let second = builder.conv(&norm, &shared, None, Convolution::default());
    assert_eq!(operators(&folded(builder, &second)), ["Conv", "BatchNormalization", "Conv"]);
}

#[test]
fn a_batch_norm_that_is_told_to_train_stays() {
    let weight = Tensor::from_f32(vec![2, 2, 1, 1], &[1.0; 4]).unwrap();
    let (mut builder, _, norm) = conv_and_norm(weight, None, 1);
    builder.output("y", &norm, ElementType::F32, &SHAPE.map(Into::into));
    let mut graph = builder.finish().unwrap();
    graph.nodes[1].attributes.insert("training_mode".into(), Attribute::Int(1));
    graph::fold(&mut graph);
    assert_eq!(operators(&graph), ["Conv", "BatchNormalization"]);
}

fn start() -> (Builder, Value) {
    let mut builder = Builder::new("identities");
    let x = builder.input("x", ElementType::F32, &SHAPE.map(Into::into));
    (builder, x)
}

#[test]
fn dropouts_and_identities_are_taken_out() {
    let (mut builder, x) = start();
    let dropped = builder.dropout(&x, 0.5);
    let relu = builder.relu(&dropped);
    let same = builder.node("Identity", None, &[&relu], &[]);
    let sum = builder.add(&same, &dropped);
    let last = builder.dropout(&sum, 0.1);
    let graph = folded(builder, &last);
    assert_eq!(operators(&graph), ["Relu", "Add"]);
    assert_eq!(graph.nodes[1].inputs, ["relu_1", "x"]);
    assert_eq!(graph.nodes[1].outputs, ["y"], "the output keeps its name");
    assert!(graph.constants.is_empty());
}

#[test]
fn an_identity_between_input_and_output_stays() {
    let (mut builder, x) = start();
    let same = builder.node("Identity", None, &[&x], &[]);
    assert_eq!(operators(&folded(builder, &same)), ["Identity"]);
}

#[test]
fn one_value_under_two_output_names_keeps_one_identity() {
    let (mut builder, x) = start();
    let relu = builder.relu(&x);
    builder.output("z", &relu, ElementType::F32, &SHAPE.map(Into::into));
    let graph = folded(builder, &relu);
    assert_eq!(operators(&graph), ["Relu", "Identity"]);
    assert_eq!(Graph::read(&graph.write()).unwrap(), graph);
}

#[test]
fn constant_nodes_become_constants() {
    let (mut builder, x) = start();
    let constants = [
        ("value", Attribute::Tensor(vector(&[1.0, 2.0]))),
        ("value_float", Attribute::Float(3.0)),
        ("value_floats", Attribute::Floats(vec![4.0])),
    ];
    let mut sum = x;
    for constant in constants {
        let constant = builder.node("Constant", None, &[], &[constant]);
        sum = builder.add(&sum, &constant);
    }
    let graph = folded(builder, &sum);
    assert_eq!(operators(&graph), ["Add", "Add", "Add"]);
    assert_eq!(graph.constants["constant_1"].to_f32().unwrap(), [1.0, 2.0]);
    assert_eq!(graph.constants["constant_2"].shape(), []);
    assert_eq!(graph.constants["constant_3"].shape(), [1]);
}

#[test]
fn what_no_output_needs_is_dropped() {
    let (mut builder, x) = start();
    let weight = builder.constant("unused.weight", vector(&[1.0, 1.0]));
    let dead = builder.mul(&x, &weight);
    builder.sigmoid(&dead);
    let relu = builder.relu(&x);
    let graph = folded(builder, &relu);
    assert_eq!(operators(&graph), ["Relu"]);
    assert!(graph.constants.is_empty());
}
