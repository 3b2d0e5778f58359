//! Preparation gives what torchvision and fastai give, and refuses what no network could mean.

mod generated;

use generated::generated;
use serde::Deserialize;
use vision::{ChannelOrder, Error, Filter, Picture, ResizeMethod, Step, check, prepare};

#[derive(Deserialize)]
struct Case {
    source: (u32, u32),
    steps: Vec<Step>,
    shape: [usize; 3],
    sums: Vec<f64>,
    every_499th: Vec<f32>,
}

fn plain() -> Step {
    Step::Normalize { scale: 1.0, mean: [0.0; 3], std: [1.0; 3], order: ChannelOrder::Rgb }
}

fn short_side(size: u32) -> Step {
    Step::ResizeShortSide { size, filter: Filter::Bilinear }
}

fn crop(width: u32, height: u32) -> Step {
    Step::CenterCrop { width, height }
}

#[test]
fn the_numbers_are_those_of_torchvision_and_fastai() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("fixtures/prepare.json")).unwrap();
    let mut wrong = Vec::new();
    for case in cases {
        let planes = prepare(&generated(case.source.0, case.source.1), &case.steps).unwrap();
        let shape = [planes.channels, planes.height, planes.width];
        let plane = planes.height * planes.width;
        let sums =
            planes.values.chunks_exact(plane).map(|values| values.iter().map(|&v| f64::from(v)).sum::<f64>());
        let same = shape == case.shape
            && planes.values.iter().step_by(499).zip(&case.every_499th).all(|(a, b)| (a - b).abs() < 1e-6)
            && sums.zip(&case.sums).all(|(a, b)| (a - b).abs() < 1e-6 * plane as f64);
        if !same {
            wrong.push(format!("{:?} {:?}", case.source, case.steps));
        }
    }
    assert!(wrong.is_empty(), "differs from the reference: {wrong:#?}");
}

#[test]
fn a_crop_after_a_resize_is_the_middle_of_the_whole_resize() {
    let picture = generated(91, 47);
    let whole = prepare(&picture, &[short_side(40), plain()]).unwrap();
    let cut = prepare(&picture, &[short_side(40), crop(31, 27), plain()]).unwrap();
    assert_eq!((whole.width, whole.height), (77, 40));
    // (40 - 27) / 2 = 6.5 goes to the even 6; (77 - 31) / 2 = 23.
    for channel in 0..3 {
        for y in 0..27 {
            for x in 0..31 {
                let in_whole = whole.values[(channel * 40 + y + 6) * 77 + x + 23];
                assert_eq!(cut.values[(channel * 27 + y) * 31 + x].to_bits(), in_whole.to_bits());
            }
        }
    }
}

#[test]
fn bgr_turns_the_colours_before_the_means_are_taken() {
    let picture = Picture::new(1, 1, vec![10, 20, 30]).unwrap();
    let step = Step::Normalize { scale: 1.0, mean: [1.0, 2.0, 3.0], std: [1.0; 3], order: ChannelOrder::Bgr };
    assert_eq!(prepare(&picture, &[step]).unwrap().values, [29.0, 18.0, 7.0]);
}

#[test]
fn a_hair_of_a_picture_is_cropped_without_being_drawn_in_full() {
    let hair = generated(1, 50_000);
    let planes = prepare(&hair, &[short_side(256), crop(224, 224), plain()]).unwrap();
    assert_eq!((planes.width, planes.height), (224, 224));
}

#[test]
fn a_hair_of_a_picture_is_refused_where_all_of_it_would_be_drawn() {
    let hair = generated(1, 50_000);
    let refused = prepare(&hair, &[short_side(4096), plain()]).unwrap_err();
    assert!(matches!(refused, Error::TooThin { .. }), "{refused}");
    let padded =
        Step::Resize { width: 64, height: 64, method: ResizeMethod::PadReflection, filter: Filter::Bilinear };
    let refused = prepare(&hair, &[padded, plain()]).unwrap_err();
    insta::assert_snapshot!(refused, @"The picture is 1 x 50000 pixels: too long and thin for this model. Cut out the part that matters and send that.");
}

#[test]
fn senseless_rules_are_refused_in_words() {
    let normalize = |scale, std| Step::Normalize { scale, mean: [0.0; 3], std, order: ChannelOrder::Rgb };
    let rules: [&[Step]; 8] = [
        &[],
        &[short_side(224)],
        &[plain(), short_side(224)],
        &[short_side(0), plain()],
        &[crop(224, 5000), plain()],
        &[normalize(0.0, [1.0; 3])],
        &[normalize(255.0, [1.0, f32::NAN, 1.0])],
        &vec![short_side(8); 17],
    ];
    let sentences: Vec<_> = rules.into_iter().map(|rule| check(rule).unwrap_err().to_string()).collect();
    insta::assert_snapshot!(sentences.join("\n"), @r"
    The input rule is wrong: it does not end with normalize.
    The input rule is wrong: it does not end with normalize.
    The input rule is wrong: normalize is not the last step.
    The input rule is wrong: a size is 0; it must be from 1 to 4096.
    The input rule is wrong: a size is 5000; it must be from 1 to 4096.
    The input rule is wrong: scale and std of normalize must be numbers other than zero.
    The input rule is wrong: scale and std of normalize must be numbers other than zero.
    The input rule is wrong: it has 17 steps; at most 16 are possible.
    ");
}
