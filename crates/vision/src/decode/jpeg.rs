//! JPEG, with the decoder that the `image` crate uses, called directly: it spares a copy of the file and can be
//! told to refuse broken data instead of painting the rest grey.

use image::metadata::Orientation;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use super::{Layout, check_size, clause, cut_off, rgb};
use crate::{Error, Format, Limits};

type Decoder<'a> = JpegDecoder<ZCursor<&'a [u8]>>;

/// Progressive pictures have about ten scans; a file of thousands of empty ones only burns time.
const MOST_SCANS: usize = 64;

/// Reads the header.
pub(super) fn layout(bytes: &[u8], limits: &Limits) -> Result<Layout, Error> {
    open(bytes, limits).map(|(layout, _)| layout)
}

/// Decodes to rows of RGB as stored, not yet turned.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<(Layout, Vec<u8>), Error> {
    let (layout, mut decoder) = open(bytes, limits)?;
    if !reaches_its_end(bytes) {
        return Err(cut_off(Format::Jpeg));
    }
    let grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
    let colors = if grey { ColorSpace::Luma } else { ColorSpace::RGB };
    // Headers may be sloppy, as they are in many good files; coefficients may not.
    decoder.set_options(decoder.options().jpeg_set_out_colorspace(colors).set_strict_mode(true));

    let count = layout.width as usize * layout.height as usize;
    let mut pixels = vec![0; count * 3];
    let native = if grey { count } else { count * 3 };
    decoder.decode_into(&mut pixels[..native]).map_err(|error| refusal(&error))?;
    // The coefficients and row buffers go before the picture is turned.
    drop(decoder);
    if grey {
        rgb::spread_grey(&mut pixels, count);
    }
    Ok((layout, pixels))
}

fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<(Layout, Decoder<'a>), Error> {
    // The size is checked before the decoder sees the file, whatever it would allocate for it.
    let frame = Frame::find(bytes).ok_or_else(|| cut_off(Format::Jpeg))?;
    check_size(frame.width, frame.height, limits)?;
    if !matches!(frame.sampling.len(), 1 | 3 | 4) {
        let reason = format!("it has {} colour components", frame.sampling.len());
        return Err(Error::Unsupported { format: Format::Jpeg.name(), reason });
    }
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(Limits::LONGEST_SIDE as usize)
        .set_max_height(Limits::LONGEST_SIDE as usize)
        .jpeg_set_max_scans(MOST_SCANS);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| refusal(&error))?;
    let stored = decoder.dimensions();
    if stored != Some((frame.width as usize, frame.height as usize)) {
        let reason = "it states its size twice, differently".to_owned();
        return Err(Error::Damaged { format: Format::Jpeg.name(), reason });
    }
    let orientation = decoder
        .exif()
        .and_then(|exif| Orientation::from_exif_chunk(exif))
        .unwrap_or(Orientation::NoTransforms);
    let layout = Layout {
        width: frame.width,
        height: frame.height,
        orientation,
        decoder_bytes: frame.decoder_bytes(),
    };
    Ok((layout, decoder))
}

fn refusal(error: &DecodeErrors) -> Error {
    let format = Format::Jpeg.name();
    match error {
        DecodeErrors::Unsupported(scheme) => {
            Error::Unsupported { format, reason: clause(&format!("{scheme:?}")) }
        }
        DecodeErrors::ExhaustedData => cut_off(Format::Jpeg),
        _ => Error::Damaged { format, reason: "its compressed data is broken".to_owned() },
    }
}

/// The frame header (SOF) and how the scans are laid out: what memory depends on.
struct Frame {
    width: u32,
    height: u32,
    /// Horizontal and vertical sampling factor of each component.
    sampling: Vec<(u64, u64)>,
    /// The decoder must hold all coefficients: progressive, or one component after the other.
    holds_coefficients: bool,
}

impl Frame {
    /// Walks the segments up to the first scan.
    fn find(bytes: &[u8]) -> Option<Self> {
        let mut frame: Option<Self> = None;
        let mut segments = Segments { bytes, position: 2 };
        while let Some((marker, body)) = segments.next_segment() {
            match marker {
                0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF if frame.is_none() => {
                    frame = Some(Self::read(marker, body)?);
                }
                // The first byte of a scan header counts the components that the scan carries.
                0xDA => {
                    let mut frame = frame?;
                    frame.holds_coefficients |= usize::from(*body.first()?) < frame.sampling.len();
                    return Some(frame);
                }
                0xD9 => return None,
                _ => {}
            }
        }
        None
    }

    /// Precision (1 byte), height (2), width (2), component count (1), then per component: identifier, sampling
    /// factors in two nibbles, quantisation table.
    fn read(marker: u8, body: &[u8]) -> Option<Self> {
        let &[_precision, h1, h0, w1, w0, count, ref components @ ..] = body else { return None };
        let sampling = components
            .chunks_exact(3)
            .take(usize::from(count))
            .map(|component| (u64::from(component[1] >> 4).max(1), u64::from(component[1] & 15).max(1)))
            .collect::<Vec<_>>();
        (sampling.len() == usize::from(count)).then_some(Self {
            width: u32::from(u16::from_be_bytes([w1, w0])),
            height: u32::from(u16::from_be_bytes([h1, h0])),
            sampling,
            holds_coefficients: marker == 0xC2,
        })
    }

    /// Output, the coefficients where they are held, and the buffers of a few rows of blocks.
    fn decoder_bytes(&self) -> u64 {
        let (width, height) = (u64::from(self.width), u64::from(self.height));
        let widest = self.sampling.iter().map(|&(across, _)| across).max().unwrap_or(1);
        let tallest = self.sampling.iter().map(|&(_, down)| down).max().unwrap_or(1);
        let (units_across, units_down) = (width.div_ceil(8 * widest), height.div_ceil(8 * tallest));
        let blocks_of_a_unit: u64 = self.sampling.iter().map(|&(across, down)| across * down).sum();
        // A block has 64 coefficients of two bytes.
        let coefficients =
            if self.holds_coefficients { units_across * units_down * blocks_of_a_unit * 128 } else { 0 };
        // For each component: the samples of a row of units, upsampled, the neighbours above and below, scratch.
        let rows = self.sampling.len() as u64 * units_across * widest * tallest * 128 * 4;
        width * height * 3 + coefficients + rows
    }
}

/// Whether the end-of-image marker follows the scans. Anything behind it (a second picture, a video) is not looked
/// at; without it the file is cut off, which is what Pillow says too.
fn reaches_its_end(bytes: &[u8]) -> bool {
    let mut segments = Segments { bytes, position: 2 };
    while let Some((marker, _)) = segments.next_segment() {
        match marker {
            0xD9 => return true,
            0xDA => segments.skip_scan(),
            _ => {}
        }
    }
    false
}

/// The marker segments of a file, one after the other.
struct Segments<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Segments<'a> {
    /// The next marker and the body of its segment (empty for markers that stand alone).
    fn next_segment(&mut self) -> Option<(u8, &'a [u8])> {
        let marker = self.next_marker()?;
        if matches!(marker, 0x01 | 0xD0..=0xD9) {
            return Some((marker, &[]));
        }
        let rest = self.bytes.get(self.position..)?;
        let length = usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?]));
        let body = rest.get(2..length)?;
        self.position += length;
        Some((marker, body))
    }

    /// Skips to a byte 0xFF that is followed by neither a stuffed zero nor another 0xFF.
    fn next_marker(&mut self) -> Option<u8> {
        loop {
            let rest = self.bytes.get(self.position..)?;
            let start = rest.iter().position(|&byte| byte == 0xFF)?;
            let marker = *rest.get(start + 1)?;
            match marker {
                0xFF => self.position += start + 1,
                0x00 => self.position += start + 2,
                _ => {
                    self.position += start + 2;
                    return Some(marker);
                }
            }
        }
    }

    /// Skips entropy-coded data: up to the next marker that is not a restart.
    fn skip_scan(&mut self) {
        while let Some(marker) = self.next_marker() {
            if !matches!(marker, 0xD0..=0xD7) {
                self.position -= 2;
                return;
            }
        }
        self.position = self.bytes.len();
    }
}
