//! What must hold of a WebP file before its decoder may allocate for it.
//!
//! The decoder believes the size that a lossy frame states for itself and compares it with the canvas only after
//! decoding; a canvas of one pixel could hide a frame of 268 million.

/// The file's chunks are all there.
pub(super) fn is_complete(bytes: &[u8]) -> bool {
    let Some(size) = bytes.get(4..8) else { return false };
    let size = u64::from(u32::from_le_bytes([size[0], size[1], size[2], size[3]]));
    bytes.len() as u64 >= size + 8
}

/// Every frame in the file fits the canvas.
pub(super) fn frames_fit(bytes: &[u8], width: u32, height: u32) -> bool {
    chunks_fit(bytes.get(12..).unwrap_or_default(), width, height)
}

fn chunks_fit(bytes: &[u8], width: u32, height: u32) -> bool {
    let mut rest = bytes;
    while let Some((name, body, after)) = split_chunk(rest) {
        let fits = match name {
            b"VP8 " => lossy_size(body).is_none_or(|(w, h)| w <= width && h <= height),
            b"VP8L" => lossless_size(body).is_none_or(|(w, h)| w <= width && h <= height),
            // A frame of an animation: 16 bytes about its place, then chunks of its own (which hold no frames).
            b"ANMF" => body.get(16..).is_none_or(|inner| inner_fits(inner, width, height)),
            _ => true,
        };
        if !fits {
            return false;
        }
        rest = after;
    }
    true
}

fn inner_fits(bytes: &[u8], width: u32, height: u32) -> bool {
    let mut rest = bytes;
    while let Some((name, body, after)) = split_chunk(rest) {
        let size = match name {
            b"VP8 " => lossy_size(body),
            b"VP8L" => lossless_size(body),
            _ => None,
        };
        if size.is_some_and(|(w, h)| w > width || h > height) {
            return false;
        }
        rest = after;
    }
    true
}

/// Name, body and what follows; chunks are padded to even lengths. A last chunk that is cut is given as it is.
fn split_chunk(bytes: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let (name, rest) = bytes.split_first_chunk::<4>()?;
    let (size, rest) = rest.split_first_chunk::<4>()?;
    let size = u32::from_le_bytes(*size) as usize;
    let body = &rest[..size.min(rest.len())];
    let after = rest.get(size.saturating_add(size % 2)..).unwrap_or_default();
    Some((name, body, after))
}

/// Three bytes of frame tag, the start code 9D 01 2A, then width and height in 14 bits each.
fn lossy_size(body: &[u8]) -> Option<(u32, u32)> {
    let &[_, _, _, _, _, _, w0, w1, h0, h1, ..] = body else { return None };
    let size = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
    Some((size(w0, w1), size(h0, h1)))
}

/// The signature 2F, then width less one and height less one in 14 bits each.
fn lossless_size(body: &[u8]) -> Option<(u32, u32)> {
    let &[_, a, b, c, d, ..] = body else { return None };
    let bits = u32::from_le_bytes([a, b, c, d]);
    Some(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
}
