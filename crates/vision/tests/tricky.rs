//! Every file of the collection of tricky pictures is either upright or refused with the right sentence.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

use std::path::PathBuf;

use vision::{Limits, Picture, decode, probe};

/// The folder, or nothing on a fresh clone (an error where it is required).
fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/tricky"));
    if folder.is_dir() {
        return Some(folder);
    }
    let required = std::env::var("PINHOLE_REQUIRE_SHARED").is_ok_and(|value| value == "1");
    assert!(!required, "{} is missing", folder.display());
    eprintln!("SKIPPED: {} is missing", folder.display());
    None
}

/// The mean difference of the samples of two pictures of one size.
fn difference(one: &Picture, other: &Picture) -> f64 {
    assert_eq!((one.width(), one.height()), (other.width(), other.height()));
    let total: u64 = one.pixels().iter().zip(other.pixels()).map(|(&a, &b)| u64::from(a.abs_diff(b))).sum();
    total as f64 / one.pixels().len() as f64
}

fn decoded(name: &str, folder: &std::path::Path) -> Picture {
    let bytes = std::fs::read(folder.join(name)).unwrap();
    let picture = decode(&bytes, &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let header = probe(&bytes, &Limits::default()).unwrap();
    assert_eq!((header.width, header.height), (picture.width(), picture.height()), "{name}");
    assert!(header.decoding_bytes >= picture.pixels().len() as u64, "{name}");
    picture
}

#[test]
fn every_good_file_shows_the_upright_photo() {
    let Some(folder) = folder() else { return };
    let photo = decoded("photo.bmp", &folder);
    // Largest mean difference: what the coarser formats lose, and nothing that a turned picture would pass.
    let colour = [
        ("photo.tiff", 0.0),
        ("photo.webp", 6.0),
        ("photo.gif", 12.0),
        ("palette.png", 12.0),
        ("progressive.jpg", 6.0),
        ("cmyk.jpg", 6.0),
    ];
    for (name, tolerance) in colour {
        let difference = difference(&photo, &decoded(name, &folder));
        assert!(difference <= tolerance, "{name} differs by {difference}");
    }
    for orientation in 1..=8 {
        let name = format!("exif_orientation_{orientation}.jpg");
        let difference = difference(&photo, &decoded(&name, &folder));
        assert!(difference <= 5.0, "{name} differs by {difference}");
    }
    let grey: Vec<u8> = photo
        .pixels()
        .chunks_exact(3)
        .flat_map(|p| {
            [((u32::from(p[0]) * 299 + u32::from(p[1]) * 587 + u32::from(p[2]) * 114) / 1000) as u8; 3]
        })
        .collect();
    let grey = Picture::new(photo.width(), photo.height(), grey).unwrap();
    for name in ["gray.jpg", "gray16.png"] {
        let difference = difference(&grey, &decoded(name, &folder));
        assert!(difference <= 3.0, "{name} differs by {difference}");
    }
}

#[test]
fn a_hole_in_the_photo_is_white() {
    let Some(folder) = folder() else { return };
    let photo = decoded("photo.bmp", &folder);
    let holed = decoded("rgba_hole.png", &folder);
    let pairs = photo.pixels().chunks_exact(3).zip(holed.pixels().chunks_exact(3));
    let (same, white) = pairs.fold((0, 0), |(same, white), (before, after)| {
        (same + u32::from(before == after), white + u32::from(before != after && after == [255; 3]))
    });
    assert!(white > 100, "only {white} pixels turned white");
    assert_eq!(same + white, photo.width() * photo.height());
}

#[test]
fn odd_shapes_are_read() {
    let Some(folder) = folder() else { return };
    assert_eq!(decoded("one_pixel.png", &folder).pixels().len(), 3);
    assert_eq!(decoded("thin_3000x2.png", &folder).width(), 3000);
}

#[test]
fn every_bad_file_is_refused_with_a_sentence_of_its_own() {
    let Some(folder) = folder() else { return };
    let names = [
        "bomb_50000x50000_1bit.png",
        "claims_65500x65500.jpg",
        "empty.jpg",
        "header_only.jpg",
        "script.svg",
        "text.jpg",
        "truncated.jpg",
    ];
    let sentences = names.map(|name| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        format!("{name}: {}", decode(&bytes, &Limits::default()).unwrap_err())
    });
    insta::assert_snapshot!(sentences.join("\n"), @"
    bomb_50000x50000_1bit.png: The picture claims 50000 x 50000 pixels; at most 100000000 pixels in all are accepted. Send a smaller picture.
    claims_65500x65500.jpg: The picture claims 65500 x 65500 pixels; at most 100000000 pixels in all are accepted. Send a smaller picture.
    empty.jpg: The file is empty. Choose another file.
    header_only.jpg: The JPEG picture is damaged: it is cut off, its end is missing. Send the original file again.
    script.svg: This is not a picture that can be read (it looks like an SVG drawing). Send a JPEG or PNG; WebP, GIF, BMP and TIFF work too.
    text.jpg: This is not a picture that can be read (it looks like text). Send a JPEG or PNG; WebP, GIF, BMP and TIFF work too.
    truncated.jpg: The JPEG picture is damaged: it is cut off, its end is missing. Send the original file again.
    ");
}
