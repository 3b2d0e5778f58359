//! What a loaded graph promises, on every engine that is there.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod support;

use std::sync::Arc;
use std::thread;

use engine::{Data, Engine, Error, Kind, Options, Precision, Session, Tensor};
use proptest::prelude::*;
use support::{engine, model, ramp};

fn each_engine(check: impl Fn(&dyn Engine)) {
    for kind in Kind::ALL {
        if let Some(engine) = engine(kind) {
            check(engine.as_ref());
        }
    }
}

fn load(engine: &dyn Engine, name: &str) -> Arc<dyn Session> {
    engine.load(&model(name), &Options::default()).unwrap()
}

#[test]
fn a_session_tells_its_inputs_and_outputs() {
    each_engine(|engine| {
        let session = load(engine, "two_inputs_three_outputs");
        let names: Vec<&str> = session.inputs().iter().map(|port| port.name.as_str()).collect();
        assert_eq!(names, ["z", "x"]);
        let names: Vec<&str> = session.outputs().iter().map(|port| port.name.as_str()).collect();
        assert_eq!(names, ["sum", "product", "same"]);
        assert_eq!(session.inputs()[0].shape, [None, Some(3)]);
    });
}

#[test]
fn several_threads_share_a_session_and_get_the_same_numbers() {
    each_engine(|engine| {
        let session = load(engine, "inverted_residual_any_batch");
        let expected: Vec<_> = (1..=4)
            .map(|batch| session.run(&[("x", &ramp(&[batch, 3, 10, 10]))]).unwrap()[0].1.clone())
            .collect();
        thread::scope(|scope| {
            for number in 0..8 {
                let (session, expected) = (&session, &expected);
                scope.spawn(move || {
                    for turn in 0..25 {
                        let batch = (number + turn) % 4 + 1;
                        let outputs = session.run(&[("x", &ramp(&[batch, 3, 10, 10]))]).unwrap();
                        assert_close(&outputs[0].1, &expected[batch - 1], 1e-5);
                    }
                });
            }
        });
    });
}

#[test]
fn the_number_of_threads_does_not_change_the_answer() {
    each_engine(|engine| {
        let input = ramp(&[2, 3, 10, 10]);
        let one =
            engine.load(&model("inverted_residual_any_batch"), &Options { threads: 1, ..Options::default() });
        let four =
            engine.load(&model("inverted_residual_any_batch"), &Options { threads: 4, ..Options::default() });
        let run = |session: Arc<dyn Session>| session.run(&[("x", &input)]).unwrap().remove(0).1;
        assert_close(&run(one.unwrap()), &run(four.unwrap()), 1e-5);
    });
}

#[test]
fn inputs_that_do_not_fit_are_refused_in_the_same_words_everywhere() {
    each_engine(|engine| {
        let session = load(engine, "inverted_residual_any_batch");
        let good = ramp(&[1, 3, 10, 10]);
        let bytes = Tensor::new(vec![1, 3, 10, 10], Data::U8(vec![0; 300])).unwrap();
        let sentences = [
            session.run(&[]),
            session.run(&[("image", &good)]),
            session.run(&[("x", &good), ("x", &good)]),
            session.run(&[("x", &bytes)]),
            session.run(&[("x", &ramp(&[1, 3, 10, 11]))]),
            session.run(&[("x", &ramp(&[3, 10, 10]))]),
            session.run(&[("x", &Tensor::new(vec![0, 3, 10, 10], Data::F32(vec![])).unwrap())]),
        ]
        .map(|outcome| outcome.unwrap_err().to_string());
        let reasons = [
            "`x` is not given",
            "there is no input `image` (the model has x)",
            "`x` is given twice",
            "`x` holds U8 and the model wants F32",
            "`x` is [1, 3, 10, 11] and the model wants [any, 3, 10, 10]",
            "`x` is [3, 10, 10] and the model wants [any, 3, 10, 10]",
            "`x` is empty ([0, 3, 10, 10])",
        ];
        assert_eq!(sentences, reasons.map(|reason| format!("the model's input does not fit: {reason}")));
        // And it still works.
        session.run(&[("x", &good)]).unwrap();
    });
}

#[test]
fn a_file_that_is_no_model_is_refused() {
    each_engine(|engine| {
        for bytes in [b"".as_slice(), b"hello", b"\x89PNG\r\n\x1a\n", &model("conv")[..100]] {
            let Err(Error::Load { reason, .. }) = engine.load(bytes, &Options::default()) else { panic!() };
            assert!(reason.starts_with("it is not an ONNX file"), "{reason}");
        }
    });
}

#[test]
fn weights_in_other_files_are_not_looked_for() {
    let bytes = include_bytes!("refused/weights_elsewhere.onnx");
    each_engine(|engine| {
        let refused = engine.load(bytes, &Options::default()).err().unwrap().to_string();
        assert!(refused.contains("its weights are in another file"), "{refused}");
    });
}

#[test]
fn half_floats_at_the_border_are_refused_with_their_name() {
    let bytes = include_bytes!("refused/half_floats.onnx");
    each_engine(|engine| {
        let Err(Error::Load { reason, .. }) = engine.load(bytes, &Options::default()) else { panic!() };
        insta::allow_duplicates! {
            insta::assert_snapshot!(reason, @"`y` holds 16-bit float values, which are not supported at the border of a model");
        }
    });
}

#[test]
fn an_unknown_operator_is_an_error() {
    let mut bytes = model("relu");
    let at = bytes.windows(4).position(|window| window == b"Relu").unwrap();
    bytes[at..at + 4].copy_from_slice(b"Rulu");
    each_engine(|engine| {
        let Err(Error::Load { reason, .. }) = engine.load(&bytes, &Options::default()) else { panic!() };
        assert!(reason.contains("Rulu"), "{reason}");
    });
}

#[test]
fn bf16_is_refused_where_it_is_not_computed() {
    let options = Options { precision: Precision::Bf16, threads: 0 };
    each_engine(|engine| {
        assert!(engine.supports(Precision::F32));
        if !engine.supports(Precision::Bf16) {
            let Err(error) = engine.load(&model("conv"), &options) else { panic!() };
            assert_eq!(
                error.to_string(),
                format!("{} cannot compute in bf16 on this processor", engine.kind())
            );
        }
    });
}

#[test]
fn bf16_is_used_when_asked_for_and_only_then() {
    let Some(engine) = engine(Kind::OpenVino) else { return };
    if !engine.supports(Precision::Bf16) {
        eprintln!("SKIPPED: this processor has no bf16");
        return;
    }
    let input = ramp(&[1, 3, 12, 12]);
    let run = |precision| {
        let session = engine.load(&model("conv_seven"), &Options { precision, threads: 0 }).unwrap();
        session.run(&[("x", &input)]).unwrap().remove(0).1
    };
    let (exact, rounded, again) = (run(Precision::F32), run(Precision::Bf16), run(Precision::F32));
    assert_eq!(exact, again);
    assert_ne!(exact, rounded);
    assert_close(&exact, &rounded, 0.1);
}

fn assert_close(one: &Tensor, other: &Tensor, most: f32) {
    assert_eq!(one.shape(), other.shape());
    let gaps =
        one.as_f32().unwrap().iter().zip(other.as_f32().unwrap()).map(|(one, other)| (one - other).abs());
    assert!(gaps.clone().all(|gap| gap <= most), "off by {}", gaps.fold(0.0, f32::max));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_damaged_model_loads_or_is_refused_by_rten(
        name in prop::sample::select(vec!["conv_bare", "quantized_conv", "two_inputs_three_outputs", "mish", "slice"]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = model(name);
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let engine = engine(Kind::Rten).unwrap();
        let _ = engine.load(&bytes, &Options::default());
    }
}
