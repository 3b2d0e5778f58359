//! `pinhole predict`: photos in, labels out.

mod inputs;
mod report;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use ::models::classify::Prediction;
use ::models::shelf::Model;
use vision::Limits;

use self::inputs::Input;
use self::report::Report;
use crate::arguments::PredictArguments;
use crate::settings::Settings;
use crate::{engines, progress};

/// The answer to one photo, or a sentence why there is none.
type Answer = Result<Vec<Prediction>, String>;

/// Classifies every photo; one that fails costs one line, not the others.
pub(super) fn run(settings: &Settings, arguments: &PredictArguments) -> anyhow::Result<ExitCode> {
    let inputs = inputs::find(&arguments.inputs);
    let shelf = engines::open_shelf(settings);
    let model = engines::load_model(settings, &shelf, arguments.model.as_deref())?;
    let bar = progress::counting(inputs.len() as u64, "photos");
    let mut report = Report::new(arguments.format, model.name());
    let mut failures = 0_usize;
    classify_all(&model, &inputs, usize::from(arguments.top), |input, answer| {
        failures += usize::from(answer.is_err());
        bar.suspend(|| report.add(&input.name, &answer))?;
        bar.inc(1);
        Ok(())
    })?;
    bar.finish_and_clear();
    report.finish()?;
    if failures > 0 && inputs.len() > 1 {
        eprintln!("{failures} of {} photos could not be answered", inputs.len());
    }
    Ok(if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Decodes on every core and hands out the answers in the order of the inputs.
fn classify_all(
    model: &Arc<Model>,
    inputs: &[Input],
    top: usize,
    mut each: impl FnMut(&Input, Answer) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(inputs.len());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while let Some((index, input)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    inputs.get(index).map(|input| (index, input))
                } {
                    if sender.send((index, classify(model, input, top))).is_err() {
                        break; // The printing side failed and has said why.
                    }
                }
            });
        }
        drop(sender);
        let mut early = std::collections::BTreeMap::new();
        for (turn, input) in inputs.iter().enumerate() {
            while !early.contains_key(&turn) {
                let (index, answer) = receiver.recv()?;
                early.insert(index, answer);
            }
            if let Some(answer) = early.remove(&turn) {
                each(input, answer)?;
            }
        }
        drop(receiver);
        Ok(())
    })
}

fn classify(model: &Model, input: &Input, top: usize) -> Answer {
    let limits = Limits::default();
    let bytes = input.read(&limits)?;
    let picture = vision::decode(&bytes, &limits).map_err(|error| error.to_string())?;
    let classification = model.classify_blocking(&picture).map_err(|error| error.to_string())?;
    Ok(classification.top(top))
}
