//! Untrusted bytes to an upright RGB picture, within bounds.

mod jpeg;
mod raster;
mod rgb;
mod sniff;
mod turn;
mod webp;

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;

use crate::{Error, Format, Header, Limits, Picture};

/// Reads only the header: format, upright size, and what decoding would cost in memory.
///
/// Refuses what [`decode`] would refuse by size, so that nothing of that size is ever allocated.
pub fn probe(bytes: &[u8], limits: &Limits) -> Result<Header, Error> {
    let format = sniff::format(bytes, limits)?;
    let layout = guarded(format, || layout(format, bytes, limits))?;
    let (width, height) = turn::upright_size(layout.width, layout.height, layout.orientation);
    Ok(Header { format, width, height, decoding_bytes: layout.peak_bytes() })
}

/// Decodes to an upright RGB picture; alpha is composited on white, of an animation the first frame is taken.
///
/// A picture that is cut off is refused even where a part of it could be shown: an answer about half a picture
/// would look like an answer about the whole one.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, Error> {
    let format = sniff::format(bytes, limits)?;
    guarded(format, || {
        let (layout, pixels) = match format {
            Format::Jpeg => jpeg::decode(bytes, limits)?,
            _ => raster::decode(format, bytes, limits)?,
        };
        Ok(turn::upright(layout.width, layout.height, pixels, layout.orientation))
    })?
    .ok_or_else(|| Error::Damaged { format: format.name(), reason: "it has no pixels".to_owned() })
}

fn layout(format: Format, bytes: &[u8], limits: &Limits) -> Result<Layout, Error> {
    match format {
        Format::Jpeg => jpeg::layout(bytes, limits),
        _ => raster::layout(format, bytes, limits),
    }
}

/// The stored picture, and what decoding it costs.
struct Layout {
    width: u32,
    height: u32,
    orientation: Orientation,
    /// Largest memory of the decoder, its output included, before the picture is turned.
    decoder_bytes: u64,
}

impl Layout {
    fn peak_bytes(&self) -> u64 {
        let rgb = u64::from(self.width) * u64::from(self.height) * 3;
        let turning = if turn::needs_copy(self.orientation) { 2 * rgb } else { rgb };
        self.decoder_bytes.max(turning)
    }
}

/// Checks the claimed size against the limits.
fn check_size(width: u32, height: u32, limits: &Limits) -> Result<(), Error> {
    if width.max(height) > Limits::LONGEST_SIDE {
        return Err(Error::TooLong { width, height, limit: Limits::LONGEST_SIDE });
    }
    if u64::from(width) * u64::from(height) > limits.pixels {
        return Err(Error::TooManyPixels { width, height, limit: limits.pixels });
    }
    Ok(())
}

/// Runs a decoder so that its panic is an answer about the picture and not the end of a thread.
///
/// The decoders are other people's safe Rust fed with hostile bytes: an index out of bounds in one of them is a
/// matter of time. They share no state between pictures, so nothing is left half done.
fn guarded<T>(format: Format, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::Damaged { format: format.name(), reason: "its data makes no sense".to_owned() })
    })
}

/// A decoder's message as the middle of a sentence: one line, no full stop, not endless.
fn clause(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim().trim_end_matches('.');
    line.chars().filter(|character| !character.is_control()).take(160).collect()
}

fn cut_off(format: Format) -> Error {
    Error::Damaged { format: format.name(), reason: "it is cut off, its end is missing".to_owned() }
}
