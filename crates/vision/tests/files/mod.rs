//! Small files made on the spot, so that the tests run on a fresh clone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType, ImageFormat, RgbImage};

/// A smooth picture whose four corners differ, so that any turn shows.
pub(crate) fn corners(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([
            (x * 255 / width) as u8,
            (y * 255 / height) as u8,
            ((x + y) * 127 / (width + height)) as u8,
        ])
    })
}

pub(crate) fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(crate) fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 95)
        .encode(image, image.width(), image.height(), ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}

/// The JPEG with an EXIF segment behind its first marker that holds nothing but the orientation.
#[allow(dead_code, reason = "each test file is its own program, and not all turn pictures")]
pub(crate) fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let length = (exif.len() + 2) as u16;
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xFF, 0xE1]);
    bytes.extend(length.to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&jpeg[2..]);
    bytes
}

/// One good file of every format and a few varieties, all small.
#[allow(dead_code, reason = "each test file is its own program, and not all want every format")]
pub(crate) fn one_of_each() -> Vec<(&'static str, Vec<u8>)> {
    let image = DynamicImage::ImageRgb8(corners(24, 16));
    let with_alpha = DynamicImage::ImageRgba8(image.to_rgba8());
    vec![
        ("jpeg", jpeg(&corners(24, 16))),
        ("jpeg_grey", encoded(&DynamicImage::ImageLuma8(image.to_luma8()), ImageFormat::Jpeg)),
        ("jpeg_turned", with_orientation(&jpeg(&corners(24, 16)), 6)),
        ("png", encoded(&image, ImageFormat::Png)),
        ("png_rgba", encoded(&with_alpha, ImageFormat::Png)),
        ("png_16", encoded(&DynamicImage::ImageRgb16(image.to_rgb16()), ImageFormat::Png)),
        ("webp", encoded(&image, ImageFormat::WebP)),
        ("webp_rgba", encoded(&with_alpha, ImageFormat::WebP)),
        ("gif", encoded(&with_alpha, ImageFormat::Gif)),
        ("bmp", encoded(&image, ImageFormat::Bmp)),
        ("tiff", encoded(&image, ImageFormat::Tiff)),
        ("tiff_16", encoded(&DynamicImage::ImageRgba16(image.to_rgba16()), ImageFormat::Tiff)),
    ]
}
