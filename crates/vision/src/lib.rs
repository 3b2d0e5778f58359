//! Bytes to pixels to tensor, and nothing about models or servers.
//!
//! [`decode`] turns untrusted bytes into an upright RGB [`Picture`]; [`prepare`] turns a picture into the
//! numbers that a network reads, by the network's own ordered list of [`Step`]s.
#![warn(clippy::todo)]

mod error;
mod picture;
mod steps;

pub use error::Error;
pub use picture::{Format, Header, Limits, Picture};
pub use steps::{ChannelOrder, Filter, Planes, ResizeMethod, Step};

/// Reads only the header: format, stored size, orientation and what decoding would cost.
pub fn probe(_bytes: &[u8], _limits: &Limits) -> Result<Header, Error> {
    todo!("vision room")
}

/// Decodes to an upright RGB picture; alpha is composited on white.
pub fn decode(_bytes: &[u8], _limits: &Limits) -> Result<Picture, Error> {
    todo!("vision room")
}

/// Applies the steps in order and returns the numbers for one picture.
pub fn prepare(_picture: &Picture, _steps: &[Step]) -> Result<Planes, Error> {
    todo!("vision room")
}
