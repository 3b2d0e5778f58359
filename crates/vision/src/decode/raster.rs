//! PNG, WebP, GIF, BMP and TIFF, through the decoders of the `image` crate.

use std::io::Cursor;

use image::codecs::{
    bmp::BmpDecoder, gif::GifDecoder, png::PngDecoder, tiff::TiffDecoder, webp::WebPDecoder,
};
use image::error::{ImageError, UnsupportedErrorKind};
use image::{ColorType, ImageDecoder};

use super::{Layout, check_size, clause, cut_off, rgb, webp};
use crate::{Error, Format, Limits};

/// Room for what a PNG carries beside its pixels, colour profiles unpacked.
const PNG_METADATA_BYTES: u64 = 4 << 20;

/// The GIF decoder refuses frames of more than 50 MB at four bytes a pixel.
const GIF_PIXELS: u64 = 12_500_000;

/// Reads the header.
pub(super) fn layout(format: Format, bytes: &[u8], limits: &Limits) -> Result<Layout, Error> {
    open(format, bytes, limits).map(|(layout, _)| layout)
}

/// Decodes to rows of RGB as stored, not yet turned.
pub(super) fn decode(format: Format, bytes: &[u8], limits: &Limits) -> Result<(Layout, Vec<u8>), Error> {
    let (layout, decoder) = open(format, bytes, limits)?;
    let color = decoder.color_type();
    let count = layout.width as usize * layout.height as usize;
    let mut pixels = vec![0; count * rgb::buffer_bytes_per_pixel(color) as usize];
    let native = count * usize::from(color.bytes_per_pixel());
    decoder.read_image_boxed(&mut pixels[..native]).map_err(|error| refusal(format, &error))?;
    let pixels = rgb::to_rgb(pixels, count, color).ok_or_else(|| unread_color(format))?;
    Ok((layout, pixels))
}

fn open<'a>(
    format: Format,
    bytes: &'a [u8],
    limits: &Limits,
) -> Result<(Layout, Box<dyn ImageDecoder + 'a>), Error> {
    let mut decoder = boxed(format, bytes).map_err(|error| refusal(format, &error))?;
    let (width, height) = decoder.dimensions();
    let pixel_limit = if format == Format::Gif { limits.pixels.min(GIF_PIXELS) } else { limits.pixels };
    check_size(width, height, &Limits { pixels: pixel_limit, ..*limits })?;
    check_variety(format, bytes, width, height)?;
    let color = decoder.color_type();
    if matches!(color, ColorType::Rgb32F | ColorType::Rgba32F) {
        return Err(unread_color(format));
    }
    let orientation = decoder.orientation().map_err(|error| refusal(format, &error))?;

    let count = u64::from(width) * u64::from(height);
    let output = count * rgb::buffer_bytes_per_pixel(color);
    let (working, allowance) = working_memory(format, bytes, count, color);
    let mut decoder_limits = image::Limits::no_limits();
    decoder_limits.max_alloc = Some(allowance);
    decoder.set_limits(decoder_limits).map_err(|error| refusal(format, &error))?;
    Ok((Layout { width, height, orientation, decoder_bytes: output + working }, decoder))
}

fn boxed<'a>(format: Format, bytes: &'a [u8]) -> Result<Box<dyn ImageDecoder + 'a>, ImageError> {
    let reader = Cursor::new(bytes);
    Ok(match format {
        Format::Png => {
            // Given at once: the PNG decoder unpacks colour profiles while it reads the header.
            let mut limits = image::Limits::no_limits();
            limits.max_alloc = Some(PNG_METADATA_BYTES);
            Box::new(PngDecoder::with_limits(reader, limits)?)
        }
        Format::WebP => Box::new(WebPDecoder::new(reader)?),
        Format::Gif => Box::new(GifDecoder::new(reader)?),
        Format::Tiff => Box::new(TiffDecoder::new(reader)?),
        Format::Bmp | Format::Jpeg => Box::new(BmpDecoder::new(reader)?),
    })
}

/// Memory that the decoder takes beside its output, and the allowance to set as its limit.
fn working_memory(format: Format, bytes: &[u8], count: u64, color: ColorType) -> (u64, u64) {
    let file = bytes.len() as u64;
    let native = count * u64::from(color.bytes_per_pixel());
    match format {
        Format::Png => (PNG_METADATA_BYTES, PNG_METADATA_BYTES),
        // Lossy: planes of 1.5 bytes a pixel, and 5 for alpha. Lossless: 4. An animation adds canvas and frame.
        Format::WebP => {
            let animated =
                bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 2 != 0);
            let per_pixel = match (animated, color == ColorType::Rgba8) {
                (true, _) => 16,
                (false, true) => 7,
                (false, false) => 4,
            };
            (count * per_pixel + 2 * file, u64::MAX)
        }
        // A frame apart from the canvas: RGBA, and its palette indices.
        Format::Gif => (count * 5, count * 4),
        // The decoder's own pixels (CMYK has a byte more than RGB), and strips or tiles between file and pixels.
        Format::Tiff => {
            let own = count
                * 4
                * u64::from(color.bytes_per_pixel() / color.channel_count()).max(native / count.max(1));
            (2 * own + file + (1 << 20), 2 * own + (1 << 20))
        }
        Format::Bmp | Format::Jpeg => (1 << 16, native),
    }
}

/// Refuses what a decoder would take but not within its bounds.
fn check_variety(format: Format, bytes: &[u8], width: u32, height: u32) -> Result<(), Error> {
    let name = format.name();
    match format {
        Format::WebP if !webp::is_complete(bytes) => Err(cut_off(format)),
        Format::WebP if !webp::frames_fit(bytes, width, height) => {
            Err(Error::Damaged { format: name, reason: "a frame is larger than the picture".to_owned() })
        }
        // The JPEG inside may claim any size, and the TIFF decoder would believe it.
        Format::Tiff if tiff_is_jpeg_compressed(bytes) => {
            Err(Error::Unsupported { format: name, reason: "it is a JPEG packed into a TIFF".to_owned() })
        }
        _ => Ok(()),
    }
}

/// Whether the first directory's Compression (tag 259) is one of the JPEG kinds (6 and 7).
fn tiff_is_jpeg_compressed(bytes: &[u8]) -> bool {
    let little = bytes.first() == Some(&b'I');
    let u16_at = |at: usize| -> Option<u16> {
        let pair = [*bytes.get(at)?, *bytes.get(at + 1)?];
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let find = || -> Option<u16> {
        let (first, second) = (u16_at(4)?, u16_at(6)?);
        let (high, low) = if little { (second, first) } else { (first, second) };
        let directory = usize::from(high) << 16 | usize::from(low);
        let entries = usize::from(u16_at(directory)?);
        // An entry has 12 bytes: tag, kind, count, and from the eighth on the value.
        let entry =
            (0..entries).map(|index| directory + 2 + 12 * index).find(|&entry| u16_at(entry) == Some(259))?;
        u16_at(entry + 8)
    };
    matches!(find(), Some(6 | 7))
}

fn refusal(format: Format, error: &ImageError) -> Error {
    let name = format.name();
    match error {
        ImageError::Unsupported(unsupported) => {
            let reason = match unsupported.kind() {
                UnsupportedErrorKind::Color(_) => return unread_color(format),
                UnsupportedErrorKind::GenericFeature(feature) => clause(&feature),
                _ => clause(&unsupported.to_string()),
            };
            Error::Unsupported { format: name, reason }
        }
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => cut_off(format),
        ImageError::Limits(_) => Error::Damaged {
            format: name,
            reason: "it asks for more memory than its size explains".to_owned(),
        },
        error => {
            let reason = clause(&innermost(error));
            if reason.to_ascii_lowercase().contains("unexpected end") {
                return cut_off(format);
            }
            Error::Damaged { format: name, reason: format!("its data cannot be read ({reason})") }
        }
    }
}

/// The message at the root: the outer ones only say that the format could not be decoded.
fn innermost(error: &ImageError) -> String {
    let mut root: &dyn std::error::Error = error;
    while let Some(source) = root.source() {
        root = source;
    }
    root.to_string()
}

fn unread_color(format: Format) -> Error {
    Error::Unsupported { format: format.name(), reason: "its way of storing colours is not read".to_owned() }
}
