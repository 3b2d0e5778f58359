//! From what a decoder gives to RGB of eight bits, in the decoder's own buffer: a second copy of a large photo is
//! what a server runs out of memory by.

use image::ColorType;

/// Bytes a pixel in the buffer that [`to_rgb`] wants: room for the decoder's pixels and for RGB.
pub(super) fn buffer_bytes_per_pixel(color: ColorType) -> u64 {
    u64::from(color.bytes_per_pixel()).max(3)
}

/// Converts `count` pixels that stand at the front of the buffer; `None` when the colour type is not read.
///
/// Alpha is composited on white; of sixteen bits the high byte is kept.
pub(super) fn to_rgb(mut pixels: Vec<u8>, count: usize, color: ColorType) -> Option<Vec<u8>> {
    match color {
        ColorType::Rgb8 => {}
        ColorType::L8 => spread_grey(&mut pixels, count),
        ColorType::La8 => convert(&mut pixels, count, |[grey, alpha]: [u8; 2]| [on_white(grey, alpha); 3]),
        ColorType::Rgba8 => convert(&mut pixels, count, |[red, green, blue, alpha]: [u8; 4]| {
            [on_white(red, alpha), on_white(green, alpha), on_white(blue, alpha)]
        }),
        ColorType::L16 => convert(&mut pixels, count, |[a, b]: [u8; 2]| [high(a, b); 3]),
        ColorType::La16 => {
            convert(&mut pixels, count, |[a, b, c, d]: [u8; 4]| [on_white(high(a, b), high(c, d)); 3]);
        }
        ColorType::Rgb16 => {
            convert(&mut pixels, count, |[a, b, c, d, e, f]: [u8; 6]| [high(a, b), high(c, d), high(e, f)]);
        }
        ColorType::Rgba16 => convert(&mut pixels, count, |[a, b, c, d, e, f, g, h]: [u8; 8]| {
            let alpha = high(g, h);
            [on_white(high(a, b), alpha), on_white(high(c, d), alpha), on_white(high(e, f), alpha)]
        }),
        _ => return None,
    }
    pixels.truncate(count * 3);
    pixels.shrink_to_fit();
    Some(pixels)
}

/// Grey at the front of the buffer to RGB over all of it.
pub(super) fn spread_grey(pixels: &mut [u8], count: usize) {
    convert(pixels, count, |[grey]: [u8; 1]| [grey; 3]);
}

/// Converts in place. Pixels that grow are done from the back, those that shrink from the front, so that none is
/// overwritten before it is read.
fn convert<const SIZE: usize>(pixels: &mut [u8], count: usize, rgb: impl Fn([u8; SIZE]) -> [u8; 3]) {
    let mut one = |index: usize| {
        let mut pixel = [0; SIZE];
        pixel.copy_from_slice(&pixels[index * SIZE..][..SIZE]);
        pixels[index * 3..][..3].copy_from_slice(&rgb(pixel));
    };
    if SIZE < 3 {
        (0..count).rev().for_each(&mut one);
    } else {
        (0..count).for_each(&mut one);
    }
}

/// The high byte of a sixteen-bit sample in the machine's byte order.
fn high(first: u8, second: u8) -> u8 {
    (u16::from_ne_bytes([first, second]) >> 8) as u8
}

/// A sample seen through its alpha on a white ground, rounded to nearest.
fn on_white(sample: u8, alpha: u8) -> u8 {
    let (sample, alpha) = (u32::from(sample), u32::from(alpha));
    ((sample * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opaque_stays_and_transparent_turns_white() {
        for sample in 0..=255 {
            assert_eq!(on_white(sample, 255), sample);
            assert_eq!(on_white(sample, 0), 255);
        }
        assert_eq!(on_white(0, 128), 127);
    }

    #[test]
    fn growing_and_shrinking_pixels_survive_in_place() {
        assert_eq!(to_rgb(vec![1, 2, 0, 0, 0, 0], 2, ColorType::L8), Some(vec![1, 1, 1, 2, 2, 2]));
        assert_eq!(to_rgb(vec![9, 255, 7, 0, 0, 0], 2, ColorType::La8), Some(vec![9, 9, 9, 255, 255, 255]));
        let rgba = vec![1, 2, 3, 255, 4, 5, 6, 255];
        assert_eq!(to_rgb(rgba, 2, ColorType::Rgba8), Some(vec![1, 2, 3, 4, 5, 6]));
    }
}
