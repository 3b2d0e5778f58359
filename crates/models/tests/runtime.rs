//! How one model serves many callers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests"
)]

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use engine::{Data, ElementType, Error as EngineError, Port, Session, Tensor};
use models::Error;
use models::runtime::Runtime;
use vision::Planes;

/// An engine whose runs wait until the test lets them go; it answers each picture with its first number.
struct Gate {
    ports: [Port; 1],
    begun: Mutex<Sender<usize>>,
    go: Mutex<Receiver<()>>,
}

struct Handle {
    begun: Receiver<usize>,
    go: Sender<()>,
}

impl Handle {
    /// Lets the next run finish and returns its batch size.
    fn let_one_run(&self) -> usize {
        let size = self.begun.recv().unwrap();
        self.go.send(()).unwrap();
        size
    }
}

fn gate() -> (Arc<Gate>, Handle) {
    let (begun_sender, begun) = channel();
    let (go, go_receiver) = channel();
    let port = Port { name: "input".into(), element: ElementType::F32, shape: vec![None; 4] };
    let gate = Gate { ports: [port], begun: Mutex::new(begun_sender), go: Mutex::new(go_receiver) };
    (Arc::new(gate), Handle { begun, go })
}

impl Session for Gate {
    fn inputs(&self) -> &[Port] {
        &self.ports
    }

    fn outputs(&self) -> &[Port] {
        &self.ports
    }

    fn run(&self, inputs: &[(&str, &Tensor)]) -> Result<Vec<(String, Tensor)>, EngineError> {
        let input = inputs[0].1;
        let batch = input.shape()[0];
        self.begun.lock().unwrap().send(batch).unwrap();
        self.go.lock().unwrap().recv().unwrap();
        let pixels = input.as_f32().unwrap();
        let firsts: Vec<f32> = pixels.chunks(pixels.len() / batch).map(|picture| picture[0]).collect();
        if firsts.iter().any(|first| first.is_nan()) {
            return Err(EngineError::Run { engine: "gate", reason: "not a number".into() });
        }
        Ok(vec![("output".into(), Tensor::new(vec![batch, 1], Data::F32(firsts)).unwrap())])
    }
}

fn picture(first: f32) -> Planes {
    Planes { channels: 3, height: 1, width: 1, values: vec![first, 0.0, 0.0] }
}

fn wide_picture() -> Planes {
    Planes { channels: 3, height: 1, width: 2, values: vec![9.0; 6] }
}

#[test]
fn an_idle_model_starts_at_once_with_one_picture() {
    let (session, handle) = gate();
    let runtime = Runtime::start("test", session, 8).unwrap();
    let answer = runtime.submit(picture(0.5)).unwrap();
    assert_eq!(handle.let_one_run(), 1);
    let row = answer.blocking_recv().unwrap().unwrap();
    assert_eq!((row.values, row.batch), (vec![0.5], 1));
}

#[test]
fn what_gathers_while_the_engine_is_busy_is_run_together_and_each_gets_its_own_row() {
    let (session, handle) = gate();
    let runtime = Runtime::start("test", session, 64).unwrap();
    // Sizes are learned before they are trusted, so feed plenty and look for a real batch.
    let answers: Vec<_> = (0..40_u8).map(|n| runtime.submit(picture(f32::from(n))).unwrap()).collect();
    let mut largest = 0;
    let mut done = 0;
    while done < 40 {
        let size = handle.let_one_run();
        largest = largest.max(size);
        done += size;
    }
    assert!(largest > 1, "40 waiting pictures were run one by one");
    for (n, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer.blocking_recv().unwrap().unwrap().values, vec![n as f32]);
    }
}

#[test]
fn pictures_of_another_shape_get_a_run_of_their_own() {
    let (session, handle) = gate();
    let runtime = Runtime::start("test", session, 8).unwrap();
    let first = runtime.submit(picture(1.0)).unwrap();
    let wide = runtime.submit(wide_picture()).unwrap();
    assert_eq!(handle.let_one_run(), 1);
    assert_eq!(handle.let_one_run(), 1);
    assert_eq!(first.blocking_recv().unwrap().unwrap().values, vec![1.0]);
    assert_eq!(wide.blocking_recv().unwrap().unwrap().values, vec![9.0]);
}

#[test]
fn a_caller_that_has_gone_is_not_computed() {
    let (session, handle) = gate();
    let runtime = Runtime::start("test", session, 8).unwrap();
    let busy = runtime.submit(picture(1.0)).unwrap();
    let size = handle.begun.recv().unwrap();
    drop(runtime.submit(picture(2.0)).unwrap());
    let last = runtime.submit(picture(3.0)).unwrap();
    handle.go.send(()).unwrap();
    assert_eq!((size, handle.let_one_run()), (1, 1));
    assert!(busy.blocking_recv().unwrap().is_ok());
    assert_eq!(last.blocking_recv().unwrap().unwrap().values, vec![3.0]);
    drop(runtime);
    assert!(handle.begun.recv().is_err(), "a run was started that nobody waited for");
}

#[test]
fn a_full_queue_is_refused_with_a_time_to_come_back() {
    let (session, handle) = gate();
    let runtime = Runtime::start("test", session, 2).unwrap();
    let _running = runtime.submit(picture(1.0)).unwrap();
    let _ = handle.begun.recv().unwrap();
    let _waiting = [runtime.submit(picture(2.0)).unwrap(), runtime.submit(picture(3.0)).unwrap()];
    let refusal = runtime.submit(picture(4.0)).unwrap_err();
    assert!(matches!(refusal, Error::Busy { retry_after_seconds: 1.. }), "{refusal}");
    for _ in 0..3 {
        let _ = handle.go.send(());
    }
}

#[test]
fn one_bad_picture_does_not_spoil_the_batch() {
    let (session, handle) = gate();
    let runtime = Runtime::start("test", session, 8).unwrap();
    // Hold the engine until good and bad wait together, past the first trials of a batch of one.
    let trials: Vec<_> = (0..3).map(|_| runtime.submit(picture(0.0)).unwrap()).collect();
    let bad = runtime.submit(picture(f32::NAN)).unwrap();
    let good = runtime.submit(picture(7.0)).unwrap();
    for _ in 0..16 {
        let _ = handle.go.send(());
    }
    for trial in trials {
        assert!(trial.blocking_recv().unwrap().is_ok());
    }
    assert!(bad.blocking_recv().unwrap().is_err());
    assert_eq!(good.blocking_recv().unwrap().unwrap().values, vec![7.0]);
}

#[test]
fn what_was_accepted_is_finished_when_the_model_is_let_go() {
    let (session, handle) = gate();
    let runtime = Runtime::start("test", session, 8).unwrap();
    let answers: Vec<_> = (0..4).map(|_| runtime.submit(picture(1.0)).unwrap()).collect();
    drop(runtime);
    for _ in 0..4 {
        let _ = handle.go.send(());
    }
    for answer in answers {
        assert!(answer.blocking_recv().unwrap().is_ok());
    }
}
