//! Which engine runs a model.

use std::sync::Arc;

use crate::adapters::Rten;
use crate::{Engine, Found, Kind, Places, Precision};

/// The engine that will run, and what the user should know about it.
pub struct Choice {
    /// The engine.
    pub engine: Arc<dyn Engine>,
    /// The precision it can honour: the one asked for, or `f32` when no engine here has it.
    pub precision: Precision,
    /// One sentence for each wish that could not be met.
    pub warnings: Vec<String>,
}

impl Places {
    /// Opens the engine that `wanted` names, or else the fastest that has `precision`, trying the next one
    /// with a warning when a library is missing (only if it was named) or broken. Opens no more libraries
    /// than it must: each costs tens of milliseconds. rten in `f32` is the last resort, so there is always
    /// a choice.
    pub fn select(&self, wanted: Option<Kind>, precision: Precision) -> Choice {
        let mut warnings = Vec::new();
        let order =
            wanted.into_iter().chain(by_speed(precision).into_iter().filter(|kind| Some(*kind) != wanted));
        for kind in order {
            match self.open(kind) {
                Found::Ready { engine, .. } if engine.supports(precision) => {
                    return Choice { engine, precision, warnings: told(warnings, wanted, kind) };
                }
                Found::Ready { .. } if wanted == Some(kind) => {
                    warnings.push(format!("{kind} cannot compute in {precision} on this processor."));
                }
                missing @ Found::Missing { .. } if wanted == Some(kind) => warnings.push(missing.to_string()),
                Found::Ready { .. } | Found::Missing { .. } => {}
                broken @ Found::Broken { .. } => warnings.push(broken.to_string()),
            }
        }
        let without_bf16 = match precision {
            Precision::Bf16 => self.select(wanted, Precision::F32),
            Precision::F32 => Choice { engine: Arc::new(Rten::new()), precision, warnings },
        };
        let warning =
            format!("No engine here computes in {precision} on this processor; f32 is used instead.");
        Choice { warnings: [vec![warning], without_bf16.warnings].concat(), ..without_bf16 }
    }
}

/// Closes the warnings with what runs instead of what was wanted.
fn told(mut warnings: Vec<String>, wanted: Option<Kind>, runs: Kind) -> Vec<String> {
    if wanted.is_some_and(|wanted| wanted != runs) || !warnings.is_empty() {
        warnings.push(format!("{runs} runs instead."));
    }
    warnings
}

/// Fastest first. In f32 ONNX Runtime and OpenVINO compute about equally fast (ResNet-50 33-35 and 31 images/s,
/// 2 cores), and ONNX Runtime is ready sooner (MobileNetV2 after 140 ms, OpenVINO 340 ms); bf16 is OpenVINO's alone.
fn by_speed(precision: Precision) -> [Kind; 3] {
    match precision {
        Precision::F32 => [Kind::OnnxRuntime, Kind::OpenVino, Kind::Rten],
        Precision::Bf16 => [Kind::OpenVino, Kind::OnnxRuntime, Kind::Rten],
    }
}
