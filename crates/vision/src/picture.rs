//! The picture as the rest of the program sees it: upright, RGB, eight bits.

use std::fmt;

/// Bounds that are checked before anything of that size is allocated.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest encoded file, in bytes.
    pub bytes: u64,
    /// Largest picture, in pixels (width times height).
    pub pixels: u64,
}

impl Limits {
    /// Longest side of any picture, in pixels: JPEG's own limit. It bounds the tables of the resampler, which
    /// grow with the sides and not with the area.
    pub const LONGEST_SIDE: u32 = 65_535;
}

impl Default for Limits {
    /// 20 MiB and 100 megapixels: above what phones send.
    fn default() -> Self {
        Self { bytes: 20 << 20, pixels: 100_000_000 }
    }
}

/// Formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Format {
    Jpeg,
    Png,
    WebP,
    Gif,
    Bmp,
    Tiff,
}

impl Format {
    /// The name that people know.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What the header alone tells.
#[derive(Debug, Clone)]
pub struct Header {
    /// Format by magic bytes, not by file name.
    pub format: Format,
    /// Upright width in pixels.
    pub width: u32,
    /// Upright height in pixels.
    pub height: u32,
    /// Largest memory that decoding will hold at once, in bytes: pixels, the turned copy, coefficients. The file
    /// itself is not counted, except where a decoder copies it. The finished [`Picture`] holds 3 bytes a pixel.
    pub decoding_bytes: u64,
}

/// An upright picture: rows of RGB, eight bits each.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Picture {
    /// A picture of `width * height * 3` bytes; `None` when the length does not fit or a side is zero or above
    /// [`Limits::LONGEST_SIDE`].
    pub fn new(width: u32, height: u32, pixels: Vec<u8>) -> Option<Self> {
        let sides = 1..=Limits::LONGEST_SIDE;
        let expected = u64::from(width) * u64::from(height) * 3;
        (sides.contains(&width) && sides.contains(&height) && expected == pixels.len() as u64)
            .then_some(Self { width, height, pixels })
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Rows of RGB, top to bottom.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Picture({} x {})", self.width, self.height)
    }
}
