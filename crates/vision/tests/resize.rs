//! Resizing equals Pillow's to the bit, and keeps the obvious promises for any size.

mod generated;

use generated::generated;
use proptest::prelude::*;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use vision::{Filter, Picture, resize};

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    source: (u32, u32),
    target: (u32, u32),
    #[serde(rename = "box")]
    area: Option<[f32; 4]>,
    filter: Filter,
    sha256: String,
}

#[test]
fn every_filter_gives_the_bytes_that_pillow_gives() {
    let reference: Reference = serde_json::from_str(include_str!("fixtures/pillow_resize.json")).unwrap();
    let mut wrong = Vec::new();
    for case in reference.cases {
        let picture = generated(case.source.0, case.source.1);
        let resized = resize(&picture, case.target.0, case.target.1, case.filter, case.area).unwrap();
        let digest = Sha256::digest(resized.pixels());
        let expected: Vec<u8> =
            (0..64).step_by(2).map(|at| u8::from_str_radix(&case.sha256[at..at + 2], 16).unwrap()).collect();
        if digest.as_slice() != expected {
            wrong.push(format!("{:?} -> {:?} {:?} {:?}", case.source, case.target, case.filter, case.area));
        }
    }
    assert!(wrong.is_empty(), "differs from Pillow: {wrong:#?}");
}

#[test]
fn an_area_outside_the_picture_is_refused() {
    let picture = generated(10, 10);
    for area in
        [[0.0, 0.0, 10.5, 10.0], [-1.0, 0.0, 5.0, 5.0], [5.0, 0.0, 5.0, 10.0], [0.0, f32::NAN, 5.0, 5.0]]
    {
        assert!(resize(&picture, 5, 5, Filter::Bilinear, Some(area)).is_err(), "{area:?}");
    }
    assert!(resize(&picture, 0, 5, Filter::Bilinear, None).is_err());
}

fn any_filter() -> impl Strategy<Value = Filter> {
    prop::sample::select(vec![Filter::Nearest, Filter::Bilinear, Filter::Bicubic, Filter::Lanczos])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_picture_of_one_colour_keeps_it(
        source in (1..80_u32, 1..80_u32),
        target in (1..90_u32, 1..90_u32),
        colour: [u8; 3],
        filter in any_filter(),
    ) {
        let pixels = colour.repeat((source.0 * source.1) as usize);
        let picture = Picture::new(source.0, source.1, pixels).unwrap();
        let resized = resize(&picture, target.0, target.1, filter, None).unwrap();
        prop_assert_eq!((resized.width(), resized.height()), target);
        prop_assert!(resized.pixels().chunks_exact(3).all(|pixel| pixel == colour));
    }

    #[test]
    fn the_same_size_changes_nothing(source in (1..60_u32, 1..60_u32), filter in any_filter()) {
        let picture = generated(source.0, source.1);
        let resized = resize(&picture, source.0, source.1, filter, None).unwrap();
        prop_assert_eq!(resized.pixels(), picture.pixels());
    }
}
