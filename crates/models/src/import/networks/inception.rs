//! Inception v3 (Szegedy and others 2015), with torchvision's parameter names. The second head, which only
//! training uses, is left out. Where torchvision is told to change its input (`transform_input`), the input
//! rule does that: a mean and standard deviation of 0.5 for every channel.

use graph::{Convolution, Pool, Value};

use super::layers::Layers;
use crate::Error;

/// A convolution of a branch: its name, channels out, kernel, step and padding.
struct Step {
    name: &'static str,
    out: usize,
    kernel: [usize; 2],
    stride: usize,
    padding: [usize; 2],
}

/// A convolution that keeps the height and width: step 1, padded by half its kernel.
const fn keep(name: &'static str, out: usize, kernel: [usize; 2]) -> Step {
    Step { name, out, kernel, stride: 1, padding: [kernel[0] / 2, kernel[1] / 2] }
}

/// A 3 x 3 convolution without padding.
const fn shrink(name: &'static str, out: usize, stride: usize) -> Step {
    Step { name, out, kernel: [3, 3], stride, padding: [0, 0] }
}

const HALVE: Pool = Pool { kernel: [3, 3], strides: [2, 2], padding: [0; 4] };
const SMOOTH: Pool = Pool { kernel: [3, 3], strides: [1, 1], padding: [1; 4] };

/// One way through a block. The outputs of all branches are laid one after the other.
enum Branch {
    /// Convolutions in a row.
    Row(Vec<Step>),
    /// The same, and at the end two convolutions side by side.
    Fork(Vec<Step>, [Step; 2]),
    /// A mean over 3 x 3 and a convolution.
    Mean(Step),
    /// The largest of 3 x 3, in steps of two.
    Largest,
}
use Branch::{Fork, Largest, Mean, Row};

const ONE: [usize; 2] = [1, 1];
const THREE: [usize; 2] = [3, 3];
const FIVE: [usize; 2] = [5, 5];
/// Height 1, width 7, and so on.
const FLAT7: [usize; 2] = [1, 7];
const TALL7: [usize; 2] = [7, 1];
const FLAT3: [usize; 2] = [1, 3];
const TALL3: [usize; 2] = [3, 1];

fn block_a(pooled: usize) -> Vec<Branch> {
    vec![
        Row(vec![keep("branch1x1", 64, ONE)]),
        Row(vec![keep("branch5x5_1", 48, ONE), keep("branch5x5_2", 64, FIVE)]),
        Row(vec![
            keep("branch3x3dbl_1", 64, ONE),
            keep("branch3x3dbl_2", 96, THREE),
            keep("branch3x3dbl_3", 96, THREE),
        ]),
        Mean(keep("branch_pool", pooled, ONE)),
    ]
}

fn block_b() -> Vec<Branch> {
    vec![
        Row(vec![shrink("branch3x3", 384, 2)]),
        Row(vec![
            keep("branch3x3dbl_1", 64, ONE),
            keep("branch3x3dbl_2", 96, THREE),
            shrink("branch3x3dbl_3", 96, 2),
        ]),
        Largest,
    ]
}

fn block_c(inner: usize) -> Vec<Branch> {
    vec![
        Row(vec![keep("branch1x1", 192, ONE)]),
        Row(vec![
            keep("branch7x7_1", inner, ONE),
            keep("branch7x7_2", inner, FLAT7),
            keep("branch7x7_3", 192, TALL7),
        ]),
        Row(vec![
            keep("branch7x7dbl_1", inner, ONE),
            keep("branch7x7dbl_2", inner, TALL7),
            keep("branch7x7dbl_3", inner, FLAT7),
            keep("branch7x7dbl_4", inner, TALL7),
            keep("branch7x7dbl_5", 192, FLAT7),
        ]),
        Mean(keep("branch_pool", 192, ONE)),
    ]
}

fn block_d() -> Vec<Branch> {
    vec![
        Row(vec![keep("branch3x3_1", 192, ONE), shrink("branch3x3_2", 320, 2)]),
        Row(vec![
            keep("branch7x7x3_1", 192, ONE),
            keep("branch7x7x3_2", 192, FLAT7),
            keep("branch7x7x3_3", 192, TALL7),
            shrink("branch7x7x3_4", 192, 2),
        ]),
        Largest,
    ]
}

fn block_e() -> Vec<Branch> {
    vec![
        Row(vec![keep("branch1x1", 320, ONE)]),
        Fork(
            vec![keep("branch3x3_1", 384, ONE)],
            [keep("branch3x3_2a", 384, FLAT3), keep("branch3x3_2b", 384, TALL3)],
        ),
        Fork(
            vec![keep("branch3x3dbl_1", 448, ONE), keep("branch3x3dbl_2", 384, THREE)],
            [keep("branch3x3dbl_3a", 384, FLAT3), keep("branch3x3dbl_3b", 384, TALL3)],
        ),
        Mean(keep("branch_pool", 192, ONE)),
    ]
}

pub(super) fn build(layers: &mut Layers, _network: &str, input: &Value) -> Result<Value, Error> {
    layers.epsilon = 1e-3;
    let mut x = Feature { value: input.clone(), channels: 3 };
    let stem =
        [shrink("Conv2d_1a_3x3", 32, 2), shrink("Conv2d_2a_3x3", 32, 1), keep("Conv2d_2b_3x3", 64, THREE)];
    x = row(layers, x, "", &stem)?;
    x.value = layers.graph.max_pool(&x.value, HALVE);
    x = row(layers, x, "", &[keep("Conv2d_3b_1x1", 80, ONE), shrink("Conv2d_4a_3x3", 192, 1)])?;
    x.value = layers.graph.max_pool(&x.value, HALVE);

    let blocks = [
        ("Mixed_5b", block_a(32)),
        ("Mixed_5c", block_a(64)),
        ("Mixed_5d", block_a(64)),
        ("Mixed_6a", block_b()),
        ("Mixed_6b", block_c(128)),
        ("Mixed_6c", block_c(160)),
        ("Mixed_6d", block_c(160)),
        ("Mixed_6e", block_c(192)),
        ("Mixed_7a", block_d()),
        ("Mixed_7b", block_e()),
        ("Mixed_7c", block_e()),
    ];
    for (name, branches) in blocks {
        x = block(layers, &x, &format!("{name}."), branches)?;
    }
    let row = layers.pooled_row(&x.value);
    let row = layers.graph.dropout(&row, 0.5);
    layers.classifier(&row, "fc", x.channels)
}

/// A value with its channels.
#[derive(Clone)]
struct Feature {
    value: Value,
    channels: usize,
}

fn block(layers: &mut Layers, x: &Feature, prefix: &str, branches: Vec<Branch>) -> Result<Feature, Error> {
    let mut ends = Vec::new();
    for branch in branches {
        match branch {
            Row(steps) => ends.push(row(layers, x.clone(), prefix, &steps)?),
            Fork(steps, tines) => {
                let stem = row(layers, x.clone(), prefix, &steps)?;
                for tine in &tines {
                    ends.push(conv_norm_relu(layers, &stem, prefix, tine)?);
                }
            }
            Mean(step) => {
                let value = layers.graph.average_pool(&x.value, SMOOTH);
                ends.push(conv_norm_relu(layers, &Feature { value, ..x.clone() }, prefix, &step)?);
            }
            Largest => ends.push(Feature { value: layers.graph.max_pool(&x.value, HALVE), ..x.clone() }),
        }
    }
    let channels = ends.iter().map(|end| end.channels).sum();
    let values: Vec<_> = ends.into_iter().map(|end| end.value).collect();
    Ok(Feature { value: layers.graph.concat(&values), channels })
}

fn row(layers: &mut Layers, mut x: Feature, prefix: &str, steps: &[Step]) -> Result<Feature, Error> {
    for step in steps {
        x = conv_norm_relu(layers, &x, prefix, step)?;
    }
    Ok(x)
}

fn conv_norm_relu(layers: &mut Layers, x: &Feature, prefix: &str, step: &Step) -> Result<Feature, Error> {
    let name = format!("{prefix}{}", step.name);
    let [height, width] = step.kernel;
    let [vertical, horizontal] = step.padding;
    let how = Convolution {
        strides: [step.stride; 2],
        padding: [vertical, horizontal, vertical, horizontal],
        ..Convolution::default()
    };
    let value = layers.conv(&x.value, &format!("{name}.conv"), [step.out, x.channels, height, width], how)?;
    let value = layers.norm(&value, &format!("{name}.bn"), step.out)?;
    Ok(Feature { value: layers.graph.relu(&value), channels: step.out })
}
