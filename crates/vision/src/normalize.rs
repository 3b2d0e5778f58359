//! Bytes to floats: `(value / scale - mean) / std`, and pixels side by side to planes one after the other.

use crate::{ChannelOrder, Picture, Planes};

/// The numbers of [`crate::Step::Normalize`], in the network's channel order.
pub(crate) struct Normalization {
    pub(crate) scale: f32,
    pub(crate) mean: [f32; 3],
    pub(crate) std: [f32; 3],
    pub(crate) order: ChannelOrder,
}

/// A byte has 256 values: each is computed once, with the same 32-bit operations in the same order as in Python.
pub(crate) fn planes(picture: &Picture, by: &Normalization) -> Planes {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut values = Vec::with_capacity(3 * width * height);
    for plane in 0..3 {
        let table: [f32; 256] =
            std::array::from_fn(|value| (value as f32 / by.scale - by.mean[plane]) / by.std[plane]);
        let channel = match by.order {
            ChannelOrder::Rgb => plane,
            ChannelOrder::Bgr => 2 - plane,
        };
        let (pixels, _) = picture.pixels().as_chunks::<3>();
        values.extend(pixels.iter().map(|pixel| table[usize::from(pixel[channel])]));
    }
    Planes { channels: 3, height, width, values }
}
