//! Networks built around made-up weights answer what PyTorch answers, and a bad file of weights is refused by
//! the name of the weight.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it fails")]

mod made_up;

use std::path::Path;
use std::sync::Arc;

use engine::{Data, Engine, Found, Tensor};
use graph::{ElementType, Graph};
use models::import::networks;

fn rten() -> Arc<dyn Engine> {
    let found = engine::discover(None, Path::new("/nonexistent"));
    let ready = found.into_iter().find_map(|found| match found {
        Found::Ready { engine, .. } if engine.kind() == engine::Kind::Rten => Some(engine),
        _ => None,
    });
    ready.expect("rten is always there")
}

fn run(graph: &Graph, shape: &[usize], picture: &[f32]) -> Vec<f32> {
    let session = rten().load(&graph.write(), &engine::Options::default()).unwrap();
    let input = Tensor::new(shape.to_vec(), Data::F32(picture.to_vec())).unwrap();
    let outputs = session.run(&[("input", &input)]).unwrap();
    outputs[0].1.as_f32().unwrap().to_vec()
}

/// Compares a network with PyTorch, as it stands on the shelf and as it is loaded.
fn answers_as_pytorch_does(network: &str) {
    let references = made_up::references();
    let reference = &references[network];
    let built = networks::build(network, &reference.weights()).unwrap();
    assert!(built.unused.is_empty(), "unused: {:?}", built.unused);

    let mut plain = built.graph;
    // rten has no Dropout; its engines are given folded graphs.
    graph::remove_identities(&mut plain);
    let mut folded = plain.clone();
    graph::fold(&mut folded);
    assert!(folded.nodes.iter().all(|node| node.operator != "BatchNormalization"));

    let wanted = reference.scores.concat();
    let largest = wanted.iter().fold(0.0f32, |largest, score| largest.max(score.abs()));
    for graph in [plain, folded] {
        let scores = run(&graph, &reference.input, &reference.picture());
        assert_eq!(scores.len(), wanted.len());
        for (score, wanted) in scores.iter().zip(&wanted) {
            assert!((score - wanted).abs() <= 1e-3 * largest, "{scores:?} instead of {:?}", reference.scores);
        }
    }
}

#[test]
fn mobilenet_v2_answers_as_pytorch_does() {
    answers_as_pytorch_does("mobilenet_v2");
}

#[test]
fn resnet18_answers_as_pytorch_does() {
    answers_as_pytorch_does("resnet18");
}

#[test]
fn resnet34_answers_as_pytorch_does() {
    answers_as_pytorch_does("resnet34");
}

#[test]
fn resnet50_answers_as_pytorch_does() {
    answers_as_pytorch_does("resnet50");
}

#[test]
fn resnet101_answers_as_pytorch_does() {
    answers_as_pytorch_does("resnet101");
}

#[test]
fn resnet152_answers_as_pytorch_does() {
    answers_as_pytorch_does("resnet152");
}

#[test]
fn inception_v3_answers_as_pytorch_does() {
    answers_as_pytorch_does("inception_v3");
}

#[test]
fn efficientnet_lite0_answers_as_pytorch_does() {
    answers_as_pytorch_does("efficientnet_lite0");
}

#[test]
fn efficientnet_lite1_answers_as_pytorch_does() {
    answers_as_pytorch_does("efficientnet_lite1");
}

#[test]
fn efficientnet_lite2_answers_as_pytorch_does() {
    answers_as_pytorch_does("efficientnet_lite2");
}

#[test]
fn the_resnet_of_keras_answers_as_its_own_arithmetic_does() {
    answers_as_pytorch_does("resnet50_keras");
}

#[test]
fn every_network_has_a_reference() {
    let references = made_up::references();
    for name in networks::names() {
        assert!(references.contains_key(name), "{name} has no entry in networks.json");
    }
}

#[test]
fn a_built_network_keeps_parameter_names_batch_norms_and_dropout() {
    let weights = made_up::references()["mobilenet_v2"].weights();
    let graph = networks::build("mobilenet_v2", &weights).unwrap().graph;
    assert_eq!(graph.constants["features.0.0.weight"], weights["features.0.0.weight"]);
    assert_eq!(graph.inputs[0].to_string(), "input: f32 [batch, 3, height, width]");
    assert_eq!(graph.outputs[0].to_string(), "logits: f32 [batch, 7]");
    let count = |operator: &str| graph.nodes.iter().filter(|node| node.operator == operator).count();
    assert_eq!((count("Conv"), count("BatchNormalization"), count("Dropout")), (52, 52, 1));
}

#[test]
fn an_unknown_network_is_refused_with_the_known_ones() {
    let error = networks::build("vgg", &models::import::StateDict::new()).unwrap_err();
    insta::assert_snapshot!(error, @r#"the file cannot be imported: the network "vgg" is not known; known are mobilenet_v2, resnet18, resnet34, resnet50, resnet101, resnet152, inception_v3, efficientnet_lite0, efficientnet_lite1, efficientnet_lite2, resnet50_keras"#);
}

#[test]
fn a_missing_weight_is_named() {
    let mut weights = made_up::references()["resnet18"].weights();
    weights.remove("layer3.1.bn2.running_var");
    let error = networks::build("resnet18", &weights).unwrap_err();
    insta::assert_snapshot!(error, @r#"the file cannot be imported: the weight "layer3.1.bn2.running_var" of shape [256] is missing"#);
}

#[test]
fn a_misshapen_weight_is_named_with_both_shapes() {
    let mut weights = made_up::references()["resnet18"].weights();
    let thin = graph::Tensor::from_f32(vec![64, 3, 1, 1], &[0.0; 192]).unwrap();
    weights.insert("conv1.weight".into(), thin);
    let error = networks::build("resnet18", &weights).unwrap_err();
    insta::assert_snapshot!(error, @r#"the file cannot be imported: the weight "conv1.weight" has the shape [64, 3, 1, 1], and the network needs [64, 3, 7, 7]"#);
}

#[test]
fn weights_that_are_not_floats_are_refused() {
    let mut weights = made_up::references()["resnet18"].weights();
    let bytes = graph::Tensor::new(ElementType::U8, vec![64], vec![1; 64]).unwrap();
    weights.insert("bn1.bias".into(), bytes);
    let error = networks::build("resnet18", &weights).unwrap_err();
    insta::assert_snapshot!(error, @r#"the file cannot be imported: the weight "bn1.bias" holds u8 and not floats"#);
}

#[test]
fn half_precision_becomes_single_precision() {
    let mut weights = made_up::references()["resnet18"].weights();
    let halves = half::f16::from_f32(0.5).to_le_bytes().repeat(64);
    weights.insert("bn1.bias".into(), graph::Tensor::new(ElementType::F16, vec![64], halves).unwrap());
    let brain = half::bf16::from_f32(-2.0).to_le_bytes().repeat(64);
    weights
        .insert("bn1.running_mean".into(), graph::Tensor::new(ElementType::Bf16, vec![64], brain).unwrap());
    let graph = networks::build("resnet18", &weights).unwrap().graph;
    assert_eq!(graph.constants["bn1.bias"].to_f32().unwrap(), [0.5; 64]);
    assert_eq!(graph.constants["bn1.running_mean"].to_f32().unwrap(), [-2.0; 64]);
}

#[test]
fn weights_without_a_place_are_reported() {
    let mut weights = made_up::references()["resnet18"].weights();
    weights.insert("ema.decay".into(), graph::Tensor::scalar(0.9));
    assert_eq!(networks::build("resnet18", &weights).unwrap().unused, ["ema.decay"]);
}
