//! `pinhole models show`: everything about one model, without running it.

use std::process::ExitCode;

use ::models::Manifest;
use anyhow::bail;

use crate::engines;
use crate::output::line;
use crate::settings::Settings;

/// Labels that are printed before the rest is only counted.
const LABELS_SHOWN: usize = 10;

/// Prints what `model.toml` and the graph say.
pub(super) fn run(settings: &Settings, name: &str) -> anyhow::Result<ExitCode> {
    let shelf = engines::open_shelf(settings);
    if !shelf.names()?.contains(name) {
        bail!("there is no model \"{name}\" in {}", settings.models.display());
    }
    let version = shelf.serving_version(name)?;
    let manifest = Manifest::read(&version.folder.join(Manifest::FILE))?;
    let summary = ::models::shelf::summary(&version)?;
    line!("{name}, version {}", version.number);
    field("folder", &version.folder.display().to_string());
    field("network", if manifest.network.is_empty() { "unknown" } else { &manifest.network });
    field("operators", &summary.operators);
    field("parameters", &count(summary.parameters));
    field("precision", &manifest.precision.to_string());
    field("from", &manifest.origin.from);
    field("licence", &manifest.origin.licence);
    line!("\nA photo becomes the network's input like this:");
    for (number, step) in manifest.input.steps.iter().enumerate() {
        line!("  {}. {step}", number + 1);
    }
    line!("\n{} labels:", manifest.labels.len());
    for label in manifest.labels.iter().take(LABELS_SHOWN) {
        line!("  {label}");
    }
    if let Some(more) = manifest.labels.len().checked_sub(LABELS_SHOWN).filter(|&more| more > 0) {
        line!("  and {more} more");
    }
    Ok(ExitCode::SUCCESS)
}

/// A number that people can say.
fn count(number: usize) -> String {
    if number < 100_000 { number.to_string() } else { format!("{:.2} million", number as f64 / 1e6) }
}

fn field(name: &str, value: &str) {
    if !value.is_empty() {
        line!("  {name:<11} {value}");
    }
}
