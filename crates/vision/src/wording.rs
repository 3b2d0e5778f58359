//! An input rule in words, for people who want to know what happens to their photo.

use std::fmt::{Display, Formatter, Result};

use crate::{ChannelOrder, Filter, ResizeMethod, Step};

impl Display for Step {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        match self {
            Self::ResizeShortSide { size, filter } => {
                write!(formatter, "resize the short side to {size} pixels ({filter})")
            }
            Self::CenterCrop { width, height } => {
                write!(formatter, "cut {width} x {height} pixels from the centre")
            }
            Self::Resize { width, height, method, filter } => {
                let how = match method {
                    ResizeMethod::Crop => "keeping the shape and cutting what is over",
                    ResizeMethod::Squish => "without keeping the shape",
                    ResizeMethod::Pad => "keeping the shape and filling up with black",
                    ResizeMethod::PadBorder => "keeping the shape and filling up with its edges",
                    ResizeMethod::PadReflection => "keeping the shape and filling up with its mirror image",
                };
                write!(formatter, "resize to {width} x {height} pixels, {how} ({filter})")
            }
            Self::Normalize { scale, mean, std, order } => {
                let order = match order {
                    ChannelOrder::Rgb => "red, green, blue",
                    ChannelOrder::Bgr => "blue, green, red",
                };
                write!(
                    formatter,
                    "in the order {order}: (value / {scale} - mean {mean:?}) / deviation {std:?}"
                )
            }
        }
    }
}

impl Display for Filter {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter.write_str(match self {
            Self::Nearest => "nearest",
            Self::Bilinear => "bilinear",
            Self::Bicubic => "bicubic",
            Self::Lanczos => "Lanczos",
        })
    }
}
