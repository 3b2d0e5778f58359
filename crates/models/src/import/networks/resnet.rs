//! The ResNet family (He and others 2015), with torchvision's parameter names and its step in the 3 x 3 convolution.

use graph::{Convolution, Value};

use super::layers::{Layers, STEM_POOL, square};
use crate::Error;

/// What a residual block is made of.
#[derive(Clone, Copy, PartialEq)]
enum Block {
    /// Two 3 x 3 convolutions.
    Basic,
    /// 1 x 1 down, 3 x 3, 1 x 1 up to four times the width.
    Bottleneck,
}

impl Block {
    /// Channels out of a block for each of its width.
    fn expansion(self) -> usize {
        match self {
            Self::Basic => 1,
            Self::Bottleneck => 4,
        }
    }
}

/// One network: blocks in each of the four stages, groups of the 3 x 3 convolutions, and the width of one group
/// in the first stage where a plain ResNet has 64.
struct Family {
    name: &'static str,
    block: Block,
    depths: [usize; 4],
    groups: usize,
    group_width: usize,
}

const fn plain(name: &'static str, block: Block, depths: [usize; 4]) -> Family {
    Family { name, block, depths, groups: 1, group_width: 64 }
}

const FAMILY: [Family; 5] = [
    plain("resnet18", Block::Basic, [2, 2, 2, 2]),
    plain("resnet34", Block::Basic, [3, 4, 6, 3]),
    plain("resnet50", Block::Bottleneck, [3, 4, 6, 3]),
    plain("resnet101", Block::Bottleneck, [3, 4, 23, 3]),
    plain("resnet152", Block::Bottleneck, [3, 8, 36, 3]),
];

pub(super) fn build(layers: &mut Layers, network: &str, input: &Value) -> Result<Value, Error> {
    let family = FAMILY.iter().find(|family| family.name == network);
    let family = family.ok_or_else(|| Error::Import(format!("no ResNet is called \"{network}\"")))?;

    let x = layers.conv(input, "conv1", [64, 3, 7, 7], square(2, 3))?;
    let x = layers.norm(&x, "bn1", 64)?;
    let x = layers.graph.relu(&x);
    let mut x = layers.graph.max_pool(&x, STEM_POOL);

    let mut channels = 64;
    for (stage, &depth) in family.depths.iter().enumerate() {
        let width = 64 << stage;
        let out = width * family.block.expansion();
        for block in 0..depth {
            let stride = if stage > 0 && block == 0 { 2 } else { 1 };
            let name = format!("layer{}.{block}", stage + 1);
            let branch = match family.block {
                Block::Basic => basic(layers, &x, &name, [channels, width], stride)?,
                Block::Bottleneck => {
                    let inner = width * family.group_width / 64 * family.groups;
                    bottleneck(layers, &x, &name, [channels, inner, out], stride, family.groups)?
                }
            };
            if stride != 1 || channels != out {
                let name = format!("{name}.downsample");
                x = layers.conv(&x, &format!("{name}.0"), [out, channels, 1, 1], square(stride, 0))?;
                x = layers.norm(&x, &format!("{name}.1"), out)?;
            }
            let sum = layers.graph.add(&branch, &x);
            x = layers.graph.relu(&sum);
            channels = out;
        }
    }
    let x = layers.pooled_row(&x);
    layers.classifier(&x, "fc", channels)
}

fn basic(
    layers: &mut Layers,
    x: &Value,
    name: &str,
    [channels, width]: [usize; 2],
    stride: usize,
) -> Result<Value, Error> {
    let x = layers.conv(x, &format!("{name}.conv1"), [width, channels, 3, 3], square(stride, 1))?;
    let x = layers.norm(&x, &format!("{name}.bn1"), width)?;
    let x = layers.graph.relu(&x);
    let x = layers.conv(&x, &format!("{name}.conv2"), [width, width, 3, 3], square(1, 1))?;
    layers.norm(&x, &format!("{name}.bn2"), width)
}

fn bottleneck(
    layers: &mut Layers,
    x: &Value,
    name: &str,
    [channels, inner, out]: [usize; 3],
    stride: usize,
    groups: usize,
) -> Result<Value, Error> {
    let x = layers.conv(x, &format!("{name}.conv1"), [inner, channels, 1, 1], square(1, 0))?;
    let x = layers.norm(&x, &format!("{name}.bn1"), inner)?;
    let x = layers.graph.relu(&x);
    let grouped = Convolution { groups, ..square(stride, 1) };
    let x = layers.conv(&x, &format!("{name}.conv2"), [inner, inner / groups, 3, 3], grouped)?;
    let x = layers.norm(&x, &format!("{name}.bn2"), inner)?;
    let x = layers.graph.relu(&x);
    let x = layers.conv(&x, &format!("{name}.conv3"), [out, inner, 1, 1], square(1, 0))?;
    layers.norm(&x, &format!("{name}.bn3"), out)
}
