//! A batch norm after a convolution becomes part of the convolution's weights.
//!
//! With `s = scale / sqrt(variance + epsilon)` per output channel, `s * (w * x + b - mean) + shift` is the
//! convolution with weights `s * w` and bias `s * (b - mean) + shift`.

use std::collections::{HashMap, HashSet};

use crate::{ElementType, Graph, Node, Tensor};

/// ONNX's epsilon where a node names none.
const EPSILON: f32 = 1e-5;

/// Folds each `BatchNormalization` with constant statistics into the `Conv` before it, when nothing else sees
/// that convolution's output. Grouped convolutions too. Scales are computed in 64 bits.
///
/// Weights that several convolutions share stay as they are: folding would copy them for each.
pub fn fold_batch_norms(graph: &mut Graph) {
    let uses = graph.uses();
    let once = |name: &str| uses.get(name) == Some(&1);
    let makers: HashMap<&str, usize> = graph
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.is("Conv") && node.outputs.len() == 1)
        .map(|(index, node)| (node.outputs[0].as_str(), index))
        .collect();
    let mut folds = Vec::new();
    for (index, norm) in graph.nodes.iter().enumerate().filter(|(_, node)| node.is("BatchNormalization")) {
        let Some(input) = norm.inputs.first().filter(|input| once(input)) else { continue };
        let Some(&maker) = makers.get(input.as_str()) else { continue };
        let conv = &graph.nodes[maker];
        if let Some((weight, bias)) = folded(graph, conv, norm, &uses) {
            folds.push(Fold { norm: index, conv: maker, weight, bias });
        }
    }
    apply(graph, folds);
}

struct Fold {
    /// Where the batch norm stands among the nodes, and the convolution before it.
    norm: usize,
    conv: usize,
    weight: Tensor,
    bias: Tensor,
}

fn apply(graph: &mut Graph, folds: Vec<Fold>) {
    let mut taken = graph.value_names();
    let gone: HashSet<usize> = folds.iter().map(|fold| fold.norm).collect();
    for fold in folds {
        let output = graph.nodes[fold.norm].outputs[0].clone();
        let conv = &mut graph.nodes[fold.conv];
        let weight = free_name(&mut taken, &format!("{}.folded", conv.inputs[1]));
        let bias = free_name(&mut taken, &format!("{weight}_bias"));
        conv.inputs = vec![conv.inputs[0].clone(), weight.clone(), bias.clone()];
        conv.outputs = vec![output];
        graph.constants.insert(weight, fold.weight);
        graph.constants.insert(bias, fold.bias);
    }
    let mut index = 0..graph.nodes.len();
    graph.nodes.retain(|_| index.next().is_none_or(|index| !gone.contains(&index)));
}

fn free_name(taken: &mut HashSet<String>, wish: &str) -> String {
    let mut name = wish.to_owned();
    let mut number = 1;
    while !taken.insert(name.clone()) {
        number += 1;
        name = format!("{wish}_{number}");
    }
    name
}

/// The weights and bias that do the work of both; `None` when the two cannot be joined.
fn folded(graph: &Graph, conv: &Node, norm: &Node, uses: &HashMap<&str, usize>) -> Option<(Tensor, Tensor)> {
    let trains = norm.int("training_mode").unwrap_or(0) != 0;
    // Before version 9 of the operators, statistics could be one per pixel.
    let per_pixel = norm.int("spatial").unwrap_or(1) == 0;
    let statistics_used = norm.outputs.iter().skip(1).any(|output| uses.contains_key(output.as_str()));
    if trains || per_pixel || statistics_used || norm.outputs.first()?.is_empty() {
        return None;
    }
    let weight = conv.inputs.get(1).filter(|name| uses.get(name.as_str()) == Some(&1))?;
    let weight = graph.constants.get(weight)?;
    let channels = *weight.shape().first()?;
    let numbers = |name: &String| {
        let numbers = graph.constants.get(name)?.to_f32()?;
        (numbers.len() == channels).then_some(numbers)
    };
    let [_, scale, shift, mean, variance] = norm.inputs.as_slice() else { return None };
    let (scale, shift, mean, variance) =
        (numbers(scale)?, numbers(shift)?, numbers(mean)?, numbers(variance)?);
    let bias = match conv.inputs.get(2).filter(|name| !name.is_empty()) {
        Some(name) => numbers(name)?,
        None => vec![0.0; channels],
    };

    let epsilon = f64::from(norm.float("epsilon").unwrap_or(EPSILON));
    let factors: Vec<f64> = scale
        .iter()
        .zip(&variance)
        .map(|(&scale, &variance)| f64::from(scale) / (f64::from(variance) + epsilon).sqrt())
        .collect();
    if factors.iter().any(|factor| !factor.is_finite()) {
        return None;
    }
    if weight.element() != ElementType::F32 {
        return None;
    }
    // Straight from bytes to bytes: this is most of the work of loading a model.
    let words = weight.bytes().as_chunks::<4>().0;
    let per_channel = words.len().checked_div(channels).filter(|&count| count > 0)?;
    let mut weights = Vec::with_capacity(words.len());
    for (channel, factor) in words.chunks_exact(per_channel).zip(&factors) {
        let scaled = |word: &[u8; 4]| (f64::from(f32::from_le_bytes(*word)) * factor) as f32;
        weights.extend(channel.iter().map(|word| scaled(word).to_le_bytes()));
    }
    let biases: Vec<f32> = (0..channels)
        .map(|channel| {
            let centred = f64::from(bias[channel]) - f64::from(mean[channel]);
            (centred * factors[channel] + f64::from(shift[channel])) as f32
        })
        .collect();
    let weight = Tensor::new(ElementType::F32, weight.shape().to_vec(), weights.into_flattened())?;
    Some((weight, Tensor::from_f32(vec![channels], &biases)?))
}
