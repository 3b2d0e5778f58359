//! EfficientNet-Lite (Google 2020): EfficientNet without squeeze-and-excitation, with `ReLU6`.
//! Parameter names are those of the Python package `efficientnet_lite_pytorch`.

use graph::{Convolution, Value};

use super::layers::Layers;
use crate::Error;

/// One network: how much wider and deeper than Lite0 it is, the side of its input, and its dropout.
struct Family {
    name: &'static str,
    width: f64,
    depth: f64,
    side: usize,
    dropout: f32,
}

const FAMILY: [Family; 3] = [
    Family { name: "efficientnet_lite0", width: 1.0, depth: 1.0, side: 224, dropout: 0.2 },
    Family { name: "efficientnet_lite1", width: 1.0, depth: 1.1, side: 240, dropout: 0.2 },
    Family { name: "efficientnet_lite2", width: 1.1, depth: 1.2, side: 260, dropout: 0.3 },
];

/// Rows of blocks of Lite0: blocks, kernel, step of the first block, expansion, channels out.
const STAGES: [(usize, usize, usize, usize, usize); 7] = [
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
];
const STEM: usize = 32;
const HEAD: usize = 1280;

/// A value with its channels and the side of its square.
struct Feature {
    value: Value,
    channels: usize,
    side: usize,
}

pub(super) fn build(layers: &mut Layers, network: &str, input: &Value) -> Result<Value, Error> {
    let family = FAMILY.iter().find(|family| family.name == network);
    let family =
        family.ok_or_else(|| Error::Import(format!("no EfficientNet-Lite is called \"{network}\"")))?;
    layers.epsilon = 1e-3;

    let input = Feature { value: input.clone(), channels: 3, side: family.side };
    let x = conv_norm(layers, &input, ["_conv_stem", "_bn0"], STEM, (3, 2, 1))?;
    let mut x = relu6(layers, &x);
    let mut index = 0;
    let last = STAGES.len() - 1;
    for (stage, (blocks, kernel, stride, expansion, out)) in STAGES.into_iter().enumerate() {
        // The first and last rows keep their depth, as stem and head keep their width.
        let blocks = if stage == 0 || stage == last { blocks } else { deeper(blocks, family.depth) };
        let out = wider(out, family.width);
        for block in 0..blocks {
            let stride = if block == 0 { stride } else { 1 };
            let name = format!("_blocks.{index}");
            let branch = inverted_residual(layers, &x, &name, (kernel, stride, expansion), out)?;
            let residual = block > 0 && x.channels == out;
            let value =
                if residual { layers.graph.add(&branch.value, &x.value) } else { branch.value.clone() };
            x = Feature { value, ..branch };
            index += 1;
        }
    }
    let x = conv_norm(layers, &x, ["_conv_head", "_bn1"], HEAD, (1, 1, 1))?;
    let x = relu6(layers, &x);
    let x = layers.pooled_row(&x.value);
    let x = layers.graph.dropout(&x, family.dropout);
    layers.classifier(&x, "_fc", HEAD)
}

/// Widen, filter each channel by itself, narrow; the last without an activation.
fn inverted_residual(
    layers: &mut Layers,
    x: &Feature,
    name: &str,
    (kernel, stride, expansion): (usize, usize, usize),
    out: usize,
) -> Result<Feature, Error> {
    let part = |part: &str| format!("{name}.{part}");
    let wide = x.channels * expansion;
    let expanded;
    let mut x = x;
    if expansion != 1 {
        let norm = conv_norm(layers, x, [&part("_expand_conv"), &part("_bn0")], wide, (1, 1, 1))?;
        expanded = relu6(layers, &norm);
        x = &expanded;
    }
    let filtered =
        conv_norm(layers, x, [&part("_depthwise_conv"), &part("_bn1")], wide, (kernel, stride, wide))?;
    let filtered = relu6(layers, &filtered);
    conv_norm(layers, &filtered, [&part("_project_conv"), &part("_bn2")], out, (1, 1, 1))
}

/// A convolution of `(kernel, stride, groups)` and its batch norm, by their names.
fn conv_norm(
    layers: &mut Layers,
    x: &Feature,
    [conv, norm]: [&str; 2],
    out: usize,
    (kernel, stride, groups): (usize, usize, usize),
) -> Result<Feature, Error> {
    let [before, after] = same_padding(x.side, kernel, stride);
    let padding = [before, before, after, after];
    let how = Convolution { strides: [stride; 2], padding, groups, ..Convolution::default() };
    let value = layers.conv(&x.value, conv, [out, x.channels / groups, kernel, kernel], how)?;
    let value = layers.norm(&value, norm, out)?;
    Ok(Feature { value, channels: out, side: x.side.div_ceil(stride) })
}

fn relu6(layers: &mut Layers, x: &Feature) -> Feature {
    Feature { value: layers.relu6(&x.value), ..*x }
}

/// TensorFlow's `SAME` padding before and after: the output has `side / stride`, rounded up, and an odd row goes
/// after.
fn same_padding(side: usize, kernel: usize, stride: usize) -> [usize; 2] {
    let covered = (side.div_ceil(stride) - 1) * stride + kernel;
    let all = covered.saturating_sub(side);
    [all / 2, all - all / 2]
}

/// Channels times a factor, rounded to eighths but never down by more than a tenth.
fn wider(channels: usize, factor: f64) -> usize {
    let exact = channels as f64 * factor;
    let rounded = ((exact + 4.0) as usize / 8 * 8).max(8);
    if (rounded as f64) < 0.9 * exact { rounded + 8 } else { rounded }
}

fn deeper(blocks: usize, factor: f64) -> usize {
    (blocks as f64 * factor).ceil() as usize
}
