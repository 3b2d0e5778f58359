//! What a file is, by its first bytes.

use crate::{Error, Format, Limits};

/// The format by magic bytes; refuses what is empty, too large or unknown.
pub(super) fn format(bytes: &[u8], limits: &Limits) -> Result<Format, Error> {
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    if bytes.len() as u64 > limits.bytes {
        return Err(Error::TooManyBytes { bytes: bytes.len() as u64, limit: limits.bytes });
    }
    known(bytes).ok_or_else(|| Error::UnknownFormat { hint: hint(bytes) })
}

fn known(bytes: &[u8]) -> Option<Format> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some(Format::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Format::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Format::WebP),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Format::Gif),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Some(Format::Tiff),
        // "BM" alone would take any text that begins so: the reserved bytes are zero and the DIB header is short.
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, _, _, _, _, header, 0, 0, 0, ..] if *header >= 12 => {
            Some(Format::Bmp)
        }
        _ => None,
    }
}

/// " (it looks like ...)", or nothing.
fn hint(bytes: &[u8]) -> String {
    looks_like(bytes).map(|what| format!(" (it looks like {what})")).unwrap_or_default()
}

fn looks_like(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'%', b'P', b'D', b'F', ..] => return Some("a PDF document"),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => return Some("a zip archive or an office document"),
        [0x1F, 0x8B, ..] => return Some("a gzip archive"),
        [0x1A, 0x45, 0xDF, 0xA3, ..] | [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => {
            return Some("a video");
        }
        [0xFF, 0x0A, ..] | [0, 0, 0, 0x0C, b'J', b'X', b'L', b' ', ..] => return Some("a JPEG XL picture"),
        [0, 0, 0, 0x0C, b'j', b'P', ..] => return Some("a JPEG 2000 picture"),
        [b'8', b'B', b'P', b'S', ..] => return Some("a Photoshop document"),
        [0, 0, 1, 0, ..] => return Some("an icon"),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => return Some(media_brand(brand)),
        _ => {}
    }
    let head = &bytes[..bytes.len().min(1024)];
    let text = text(head)?.trim_start().to_ascii_lowercase();
    Some(if text.contains("<svg") {
        "an SVG drawing"
    } else if text.starts_with("<!doctype html") || text.contains("<html") {
        "a web page"
    } else if text.starts_with("<?xml") {
        "an XML file"
    } else {
        "text"
    })
}

/// What an ISO media file is, by its main brand.
fn media_brand(brand: &[u8]) -> &'static str {
    match brand.get(..4) {
        Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"mif1" | b"msf1") => {
            "a HEIC photo of an iPhone"
        }
        Some(b"avif" | b"avis") => "an AVIF picture",
        _ => "a video",
    }
}

/// The bytes as text, if they are UTF-8 without control characters; a character cut at the end is forgiven.
fn text(head: &[u8]) -> Option<&str> {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let binary = text.chars().any(|character| character.is_control() && !character.is_ascii_whitespace());
    (!binary && !text.trim().is_empty()).then_some(text)
}
