//! The input rule of a model: an ordered list of steps, as written in `model.toml`.

use serde::{Deserialize, Serialize};

/// How pixels are weighted when a picture is resized; all antialiased as Pillow does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Filter {
    Nearest,
    #[default]
    Bilinear,
    Bicubic,
    Lanczos,
}

/// How a picture is brought to a given rectangle (fastai's names).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResizeMethod {
    /// Keep the shape, fill the rectangle, cut what is over (centred).
    Crop,
    /// Ignore the shape.
    Squish,
    /// Keep the shape, fit inside, fill the rest with black (`pad_mode` zeros).
    Pad,
    /// The same, the rest filled with the outermost pixels (`pad_mode` border).
    PadBorder,
    /// The same, the rest filled with the picture mirrored (`pad_mode` reflection, fastai's default).
    PadReflection,
}

/// Order of the colour planes that the network expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ChannelOrder {
    #[default]
    Rgb,
    Bgr,
}

/// One step of an input rule. Steps on pixels come first, `normalize` comes last and only once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// torchvision's `Resize(int)`: the short side becomes `size`, the shape stays.
    ResizeShortSide {
        /// Pixels of the short side.
        size: u32,
        /// Resampling filter.
        #[serde(default)]
        filter: Filter,
    },
    /// torchvision's and fastai's centre crop; a smaller picture is padded with black, as torchvision does.
    CenterCrop {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// fastai's `Resize(size, method)` at prediction time.
    Resize {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// How the shape is treated.
        method: ResizeMethod,
        /// Resampling filter.
        #[serde(default)]
        filter: Filter,
    },
    /// `(value / scale - mean) / std` per channel, where `value` is 0 to 255; `order` is applied first, so
    /// `mean` and `std` are in the network's own channel order.
    Normalize {
        /// Divisor of the 8-bit value, usually 255 or 1.
        scale: f32,
        /// Mean per channel after scaling.
        mean: [f32; 3],
        /// Standard deviation per channel after scaling.
        std: [f32; 3],
        /// Channel order of the network.
        #[serde(default)]
        order: ChannelOrder,
    },
}

/// The numbers of one picture, ready for a network: channels x height x width, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Planes {
    /// Always 3.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// `channels * height * width` values.
    pub values: Vec<f32>,
}
