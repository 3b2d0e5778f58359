//! The graphs of well-known networks around weights from a file.
//!
//! A file of weights holds numbers by name and nothing of how they are connected. The networks here are tables
//! of layers under the parameter names that the weights were published with. Batch norms and dropouts stay in
//! the graph so that it can be trained on; [`graph::fold`] takes them out when a model is loaded.

mod efficientnet_lite;
mod inception;
mod keras_resnet;
mod layers;
mod mobilenet;
mod resnet;
mod weights;

use graph::{Dimension, ElementType, Graph, Value};

use self::layers::Layers;
use crate::import::StateDict;
use crate::{Error, Output};

/// A network with its weights.
#[derive(Debug)]
pub struct Built {
    /// Input `input`: `f32 [batch, 3, height, width]`. Output `logits` or `probabilities`: `f32 [batch, classes]`.
    pub graph: Graph,
    /// What the output's numbers are; its name says the same.
    pub output: Output,
    /// Weights that the network has no place for, by name. Counters and heads that only training uses are left
    /// out.
    pub unused: Vec<String>,
}

/// Builds the layers of the named network from its input to its scores.
type Build = fn(&mut Layers, &str, &Value) -> Result<Value, Error>;

/// One row of the table of networks.
struct Network {
    name: &'static str,
    /// The side of its square input where the network fixes it.
    side: Option<usize>,
    output: Output,
    build: Build,
}

const fn network(name: &'static str, side: Option<usize>, build: Build) -> Network {
    Network { name, side, output: Output::Logits, build }
}

/// Every network that can be built.
const NETWORKS: [Network; 11] = [
    network("mobilenet_v2", None, mobilenet::build),
    network("resnet18", None, resnet::build),
    network("resnet34", None, resnet::build),
    network("resnet50", None, resnet::build),
    network("resnet101", None, resnet::build),
    network("resnet152", None, resnet::build),
    network("inception_v3", None, inception::build),
    network("efficientnet_lite0", Some(224), efficientnet_lite::build),
    network("efficientnet_lite1", Some(240), efficientnet_lite::build),
    network("efficientnet_lite2", Some(260), efficientnet_lite::build),
    Network { output: Output::Probabilities, ..network("resnet50_keras", None, keras_resnet::build) },
];

/// The names that [`build`] understands: torchvision's, `efficientnet_lite0` to `2` (parameters named as in the
/// Python package `efficientnet_lite_pytorch`) and `resnet50_keras` (as in Keras 2.2's `ResNet50`).
pub fn names() -> impl Iterator<Item = &'static str> {
    NETWORKS.iter().map(|network| network.name)
}

/// The network of that name around these weights. Half and double precision become `f32`; the number of
/// classes is that of the last layer. [`Error::Import`] names a weight that is missing or misshapen.
pub fn build(network: &str, weights: &StateDict) -> Result<Built, Error> {
    let network = NETWORKS.iter().find(|known| known.name == network).ok_or_else(|| {
        let known: Vec<_> = names().collect();
        Error::Import(format!("the network \"{network}\" is not known; known are {}", known.join(", ")))
    })?;
    let mut layers = Layers::new(network.name, weights);
    let side = |name: &str| network.side.map_or_else(|| Dimension::from(name), Dimension::Fixed);
    let shape = ["batch".into(), 3.into(), side("height"), side("width")];
    let input = layers.graph.input("input", ElementType::F32, &shape);
    let scores = (network.build)(&mut layers, network.name, &input)?;
    layers.finish(&scores, network.output)
}
