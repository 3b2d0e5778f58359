//! MobileNetV2 (Sandler and others 2018), with torchvision's parameter names.

use graph::{Convolution, Value};

use super::layers::{Layers, square};
use crate::Error;

/// Rows of inverted residual blocks: expansion, channels out, blocks, step of the first block.
const STAGES: [(usize, usize, usize, usize); 7] = [
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
];
const STEM: usize = 32;
const HEAD: usize = 1280;
const DROPOUT: f32 = 0.2;

pub(super) fn build(layers: &mut Layers, _network: &str, input: &Value) -> Result<Value, Error> {
    let mut x = conv_norm_relu(layers, input, "features.0", [STEM, 3, 3, 3], square(2, 1))?;
    let mut channels = STEM;
    let mut index = 1;
    for (expansion, out, blocks, stride) in STAGES {
        for block in 0..blocks {
            let stride = if block == 0 { stride } else { 1 };
            let name = format!("features.{index}.conv");
            let branch = inverted_residual(layers, &x, &name, channels, expansion, out, stride)?;
            x = if stride == 1 && channels == out { layers.graph.add(&x, &branch) } else { branch };
            channels = out;
            index += 1;
        }
    }
    let x = conv_norm_relu(layers, &x, &format!("features.{index}"), [HEAD, channels, 1, 1], square(1, 0))?;
    let x = layers.pooled_row(&x);
    let x = layers.graph.dropout(&x, DROPOUT);
    layers.classifier(&x, "classifier.1", HEAD)
}

/// Widen, filter each channel by itself, narrow; the last without an activation.
fn inverted_residual(
    layers: &mut Layers,
    x: &Value,
    name: &str,
    channels: usize,
    expansion: usize,
    out: usize,
    stride: usize,
) -> Result<Value, Error> {
    let wide = channels * expansion;
    let mut x = x.clone();
    let mut step = 0;
    if expansion != 1 {
        x = conv_norm_relu(layers, &x, &format!("{name}.0"), [wide, channels, 1, 1], square(1, 0))?;
        step = 1;
    }
    let depthwise = Convolution { groups: wide, ..square(stride, 1) };
    x = conv_norm_relu(layers, &x, &format!("{name}.{step}"), [wide, 1, 3, 3], depthwise)?;
    let x = layers.conv(&x, &format!("{name}.{}", step + 1), [out, wide, 1, 1], square(1, 0))?;
    layers.norm(&x, &format!("{name}.{}", step + 2), out)
}

fn conv_norm_relu(
    layers: &mut Layers,
    x: &Value,
    name: &str,
    shape: [usize; 4],
    how: Convolution,
) -> Result<Value, Error> {
    let x = layers.conv(x, &format!("{name}.0"), shape, how)?;
    let x = layers.norm(&x, &format!("{name}.1"), shape[0])?;
    Ok(layers.relu6(&x))
}
