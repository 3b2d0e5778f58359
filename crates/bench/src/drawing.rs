//! Photos that are drawn, so that the bench needs no files: smooth areas, edges and noise, as in real ones.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageResult, Rgb, RgbImage};

/// JPEG files of the two sizes that matter: from the web, and from a phone.
pub(crate) struct Photos {
    /// 500 x 375 pixels.
    pub(crate) small: Vec<u8>,
    /// 4000 x 3000 pixels.
    pub(crate) large: Vec<u8>,
}

impl Photos {
    pub(crate) fn draw() -> ImageResult<Self> {
        Ok(Self { small: jpeg(500, 375)?, large: jpeg(4000, 3000)? })
    }
}

fn jpeg(width: u32, height: u32) -> ImageResult<Vec<u8>> {
    let mut noise = 0x2545_f491_u32;
    let picture = RgbImage::from_fn(width, height, |x, y| {
        // xorshift: the same photo on every machine.
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        let grain = (noise & 15) as f32;
        let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
        let wave = 60.0 * (u * 40.0).sin() * (v * 25.0).cos();
        let edge = if (u - 0.5).hypot(v - 0.5) < 0.3 { 50.0 } else { 0.0 };
        Rgb([120.0 + wave + grain, 90.0 + 100.0 * v + edge + grain, 160.0 - 90.0 * u + edge + grain]
            .map(|c| c as u8))
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 88).encode_image(&picture)?;
    Ok(bytes)
}
