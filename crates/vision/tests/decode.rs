//! What decoding gives for good files and says about bad ones, with files made on the spot.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;

use files::{corners, encoded, jpeg, one_of_each, with_orientation};
use image::{DynamicImage, ImageFormat, imageops};
use vision::{Error, Format, Limits, decode, probe};

fn sentence(bytes: &[u8]) -> String {
    decode(bytes, &Limits::default()).unwrap_err().to_string()
}

#[test]
fn every_format_is_read_by_its_bytes() {
    let original = corners(24, 16);
    for (name, bytes) in one_of_each() {
        let header = probe(&bytes, &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let picture = decode(&bytes, &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((header.width, header.height), (picture.width(), picture.height()), "{name}");
        if name.starts_with("jpeg") || name == "gif" {
            continue;
        }
        assert_eq!(picture.pixels(), original.as_raw(), "{name}");
    }
}

#[test]
fn the_eight_orientations_of_a_jpeg_are_turned_upright() {
    let upright = corners(40, 24);
    for orientation in 1..=8 {
        // What a camera would have stored for this orientation: the inverse of turning it upright.
        let stored = match orientation {
            2 => imageops::flip_horizontal(&upright),
            3 => imageops::rotate180(&upright),
            4 => imageops::flip_vertical(&upright),
            5 => imageops::rotate90(&imageops::flip_vertical(&upright)),
            6 => imageops::rotate270(&upright),
            7 => imageops::rotate90(&imageops::flip_horizontal(&upright)),
            8 => imageops::rotate90(&upright),
            _ => upright.clone(),
        };
        let picture = decode(&with_orientation(&jpeg(&stored), orientation), &Limits::default()).unwrap();
        assert_eq!((picture.width(), picture.height()), (40, 24), "orientation {orientation}");
        let furthest = picture.pixels().iter().zip(upright.as_raw()).map(|(&a, &b)| a.abs_diff(b)).max();
        assert!(furthest < Some(24), "orientation {orientation} differs by {furthest:?}");
    }
}

#[test]
fn transparency_is_composited_on_white() {
    let image = image::RgbaImage::from_raw(3, 1, vec![0, 0, 0, 0, 200, 100, 0, 128, 1, 2, 3, 255]).unwrap();
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff] {
        let picture =
            decode(&encoded(&DynamicImage::ImageRgba8(image.clone()), format), &Limits::default()).unwrap();
        assert_eq!(picture.pixels(), [255, 255, 255, 227, 177, 127, 1, 2, 3], "{format:?}");
    }
}

#[test]
fn of_sixteen_bits_the_high_byte_is_kept() {
    let grey =
        image::ImageBuffer::<image::Luma<u16>, _>::from_raw(3, 1, vec![0x00FF, 0x8001, 0xFFFF]).unwrap();
    let picture =
        decode(&encoded(&DynamicImage::ImageLuma16(grey), ImageFormat::Png), &Limits::default()).unwrap();
    assert_eq!(picture.pixels(), [0, 0, 0, 128, 128, 128, 255, 255, 255]);
}

#[test]
fn rubbish_behind_a_good_file_is_not_minded() {
    for (name, mut bytes) in one_of_each() {
        bytes.extend(b"and then some more".repeat(20));
        assert!(decode(&bytes, &Limits::default()).is_ok(), "{name}");
    }
}

#[test]
fn a_file_cut_in_the_middle_is_never_shown_in_part() {
    for (name, bytes) in one_of_each() {
        for percent in [30, 60, 90] {
            let cut = &bytes[..bytes.len() * percent / 100];
            let refused = decode(cut, &Limits::default());
            assert!(refused.is_err(), "{name} cut to {percent}%");
        }
    }
}

#[test]
fn a_truncated_jpeg_is_refused_with_a_reason() {
    let bytes = jpeg(&corners(64, 64));
    insta::assert_snapshot!(sentence(&bytes[..bytes.len() - 40]), @"The JPEG picture is damaged: it is cut off, its end is missing. Send the original file again.");
}

#[test]
fn what_is_no_picture_is_called_by_its_name() {
    let files: [&[u8]; 12] = [
        b"",
        b"<?xml version=\"1.0\"?>\n<svg xmlns=\"x\"/>",
        b"<!DOCTYPE html><html></html>",
        b"%PDF-1.7 ...",
        b"\0\0\0\x18ftypheic\0\0\0\0",
        b"\0\0\0\x1cftypavif\0\0\0\0",
        b"\0\0\0\x18ftypmp42\0\0\0\0",
        b"PK\x03\x04abcd",
        b"a letter, not a photo",
        b"\x01\x02\x03\x04",
        b"BM is how this text begins, and it is no bitmap",
        b"RIFF\x10\0\0\0AVI LIST",
    ];
    let sentences: Vec<_> = files.into_iter().map(sentence).collect();
    insta::assert_snapshot!(sentences.join("\n"), @"
    The file is empty. Choose another file.
    This is not a picture that can be read (it looks like an SVG drawing). Send a JPEG or PNG; WebP, GIF, BMP and TIFF work too.
    This is not a picture that can be read (it looks like a web page). Send a JPEG or PNG; WebP, GIF, BMP and TIFF work too.
    This is not a picture that can be read (it looks like a PDF document). Send a JPEG or PNG; WebP, GIF, BMP and TIFF work too.
    This is not a picture that can be read (it looks like a HEIC photo of an iPhone). Send a JPEG or PNG; WebP, GIF, BMP and TIFF work too.
    This is not a picture that can be read (it looks like an AVIF picture). Send a JPEG or PNG; WebP, GIF, BMP and TIFF work too.
    This is not a picture that can be read (it looks like a video). Send a JPEG or PNG; WebP, GIF, BMP and TIFF work too.
    This is not a picture that can be read (it looks like a zip archive or an office document). Send a JPEG or PNG; WebP, GIF, BMP and TIFF work too.
    This is not a picture that can be read (it looks like text). Send a JPEG or PNG; WebP, GIF, BMP and TIFF work too.
    This is not a picture that can be read. Send a JPEG or PNG; WebP, GIF, BMP and TIFF work too.
    This is not a picture that can be read (it looks like text). Send a JPEG or PNG; WebP, GIF, BMP and TIFF work too.
    This is not a picture that can be read (it looks like a video). Send a JPEG or PNG; WebP, GIF, BMP and TIFF work too.
    ");
}

#[test]
fn bytes_and_pixels_are_limited_before_they_are_read() {
    let bytes = encoded(&DynamicImage::ImageRgb8(corners(24, 16)), ImageFormat::Png);
    let few_bytes = Limits { bytes: 10, ..Limits::default() };
    assert!(matches!(probe(&bytes, &few_bytes), Err(Error::TooManyBytes { limit: 10, .. })));
    for (name, bytes) in one_of_each() {
        let few_pixels = Limits { pixels: 24 * 16 - 1, ..Limits::default() };
        assert!(matches!(probe(&bytes, &few_pixels), Err(Error::TooManyPixels { .. })), "{name}");
        assert!(matches!(decode(&bytes, &few_pixels), Err(Error::TooManyPixels { .. })), "{name}");
    }
}

#[test]
fn the_header_tells_what_decoding_will_hold() {
    let stored = jpeg(&corners(800, 600));
    let plain = probe(&stored, &Limits::default()).unwrap();
    assert_eq!(plain.format, Format::Jpeg);
    assert!((1_440_000..2_200_000).contains(&plain.decoding_bytes), "{}", plain.decoding_bytes);
    let turned = probe(&with_orientation(&stored, 6), &Limits::default()).unwrap();
    assert_eq!((turned.width, turned.height), (600, 800));
    assert!(turned.decoding_bytes >= 2 * 1_440_000);
}

#[test]
fn a_frame_hidden_behind_a_small_canvas_is_not_decoded() {
    let mut bytes = encoded(&DynamicImage::ImageRgb8(corners(24, 16)), ImageFormat::WebP);
    assert_eq!(&bytes[12..16], b"VP8L");
    // An extended header that claims one pixel, before the frame of 24 x 16.
    let canvas = [b"VP8X\x0a\0\0\0".as_slice(), &[0; 10]].concat();
    bytes.splice(12..12, canvas);
    let size = (bytes.len() - 8) as u32;
    bytes[4..8].copy_from_slice(&size.to_le_bytes());
    insta::assert_snapshot!(sentence(&bytes), @"The WebP picture is damaged: a frame is larger than the picture. Send the original file again.");
}
