//! ResNet-50 as in Keras 2.2: the step is in a block's first 1 x 1 convolution, convolutions have biases, and
//! the last layer ends in a softmax. Parameters are named and laid out as TensorFlow.js stores them.

use graph::{Convolution, Tensor, Value};

use super::layers::{Layers, STEM_POOL, square};
use crate::Error;

/// Width and number of blocks of each stage. A block's output has four times its width.
const STAGES: [(usize, usize); 4] = [(64, 3), (128, 4), (256, 6), (512, 3)];
const STEM: usize = 64;

pub(super) fn build(layers: &mut Layers, _network: &str, input: &Value) -> Result<Value, Error> {
    layers.epsilon = 1e-3;
    let x = conv_norm(layers, input, ["conv1", "bn_conv1"], [STEM, 3, 7, 7], square(2, 3))?;
    let x = layers.graph.relu(&x);
    let mut x = layers.graph.max_pool(&x, STEM_POOL);

    let mut channels = STEM;
    for (stage, (width, blocks)) in (2..).zip(STAGES) {
        for (block, letter) in (0..blocks).zip('a'..) {
            let stride = if stage > 2 && block == 0 { 2 } else { 1 };
            let name = format!("{stage}{letter}_branch");
            let branch = bottleneck(layers, &x, &name, [channels, width], stride)?;
            if block == 0 {
                x = block_conv(layers, &x, &name, "1", [4 * width, channels, 1, 1], square(stride, 0))?;
            }
            let sum = layers.graph.add(&branch, &x);
            x = layers.graph.relu(&sum);
            channels = 4 * width;
        }
    }
    let x = layers.pooled_row(&x);
    let scores = dense(layers, &x, "fc1000", channels)?;
    Ok(layers.graph.softmax(&scores))
}

fn bottleneck(
    layers: &mut Layers,
    x: &Value,
    name: &str,
    [channels, width]: [usize; 2],
    stride: usize,
) -> Result<Value, Error> {
    let x = block_conv(layers, x, name, "2a", [width, channels, 1, 1], square(stride, 0))?;
    let x = layers.graph.relu(&x);
    let x = block_conv(layers, &x, name, "2b", [width, width, 3, 3], square(1, 1))?;
    let x = layers.graph.relu(&x);
    block_conv(layers, &x, name, "2c", [4 * width, width, 1, 1], square(1, 0))
}

fn block_conv(
    layers: &mut Layers,
    x: &Value,
    block: &str,
    part: &str,
    shape: [usize; 4],
    how: Convolution,
) -> Result<Value, Error> {
    conv_norm(layers, x, [&format!("res{block}{part}"), &format!("bn{block}{part}")], shape, how)
}

/// A convolution with a bias and its batch norm; `shape` is out, in, height, width.
fn conv_norm(
    layers: &mut Layers,
    x: &Value,
    [conv, norm]: [&str; 2],
    [out, channels, height, width]: [usize; 4],
    how: Convolution,
) -> Result<Value, Error> {
    let stored = [Some(height), Some(width), Some(channels), Some(out)];
    let kernel = layers.changed_parameter(&format!("{conv}/kernel"), &stored, last_sides_first)?;
    let bias = layers.parameter(&format!("{conv}/bias"), &[out])?;
    let x = layers.graph.conv(x, &kernel, Some(&bias), how);
    let scale = layers.parameter(&format!("{norm}/gamma"), &[out])?;
    let shift = layers.parameter(&format!("{norm}/beta"), &[out])?;
    let mean = layers.parameter(&format!("{norm}/moving_mean"), &[out])?;
    let variance = layers.parameter(&format!("{norm}/moving_variance"), &[out])?;
    Ok(layers.graph.batch_norm(&x, [&scale, &shift, &mean, &variance], layers.epsilon))
}

fn dense(layers: &mut Layers, x: &Value, name: &str, inputs: usize) -> Result<Value, Error> {
    let mut classes = 0;
    let kernel = layers.changed_parameter(&format!("{name}/kernel"), &[Some(inputs), None], |stored| {
        classes = stored.shape()[1];
        last_sides_first(stored)
    })?;
    layers.set_classes(classes);
    let bias = layers.parameter(&format!("{name}/bias"), &[classes])?;
    Ok(layers.graph.gemm(x, &kernel, Some(&bias)))
}

/// TensorFlow stores `[height, width, in, out]` and `[in, out]`; ONNX wants `[out, in, height, width]` and
/// `[out, in]`.
fn last_sides_first(stored: &Tensor) -> Option<Tensor> {
    let numbers = stored.to_f32()?;
    let (pixels, inputs, out) = match *stored.shape() {
        [height, width, inputs, out] => (height * width, inputs, out),
        [inputs, out] => (1, inputs, out),
        _ => return None,
    };
    let mut laid_out = Vec::with_capacity(numbers.len());
    for channel in 0..out {
        for input in 0..inputs {
            laid_out.extend((0..pixels).map(|pixel| numbers[(pixel * inputs + input) * out + channel]));
        }
    }
    let shape = match *stored.shape() {
        [height, width, ..] if stored.shape().len() == 4 => vec![out, inputs, height, width],
        _ => vec![out, inputs],
    };
    Tensor::from_f32(shape, &laid_out)
}
