//! Bytes to pixels to tensor, and nothing about models or servers.
//!
//! [`decode()`] turns untrusted bytes into an upright RGB [`Picture`]; [`prepare()`] turns a picture into the
//! numbers that a network reads, by the network's own ordered list of [`Step`]s.
//!
//! Two things differ from the Python libraries on purpose, because they are what a person sees in the picture:
//! transparency is composited on white (Pillow's `convert("RGB")` drops alpha and shows whatever colour was left
//! underneath), and the EXIF orientation is turned upright (Pillow and torchvision ignore it unless asked). Sixteen
//! bits become eight by keeping the high byte, which is what Pillow does with colour; its way with sixteen-bit
//! grey, where everything above 255 becomes white, is not followed.

mod decode;
mod error;
mod geometry;
mod normalize;
mod picture;
mod prepare;
mod resample;
mod steps;
mod wording;

pub use decode::{decode, probe};
pub use error::Error;
pub use picture::{Format, Header, Limits, Picture};
pub use prepare::{check, prepare};
pub use resample::resize;
pub use steps::{ChannelOrder, Filter, Planes, ResizeMethod, Step};
