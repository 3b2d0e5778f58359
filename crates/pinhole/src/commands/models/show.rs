//! `pinhole models show`: everything about one model, without running it.

use std::process::ExitCode;

use ::models::Manifest;
use anyhow::bail;

use crate::engines;
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
    println!("{name}, version {}", version.number);
    line("folder", &version.folder.display().to_string());
    line("network", if manifest.network.is_empty() { "unknown" } else { &manifest.network });
    line("operators", &summary.operators);
    line("parameters", &format!("{:.2} million", summary.parameters as f64 / 1e6));
    line("precision", &manifest.precision.to_string());
    line("from", &manifest.origin.from);
    line("licence", &manifest.origin.licence);
    println!("\nA photo becomes the network's input like this:");
    for (number, step) in manifest.input.steps.iter().enumerate() {
        println!("  {}. {step}", number + 1);
    }
    println!("\n{} labels:", manifest.labels.len());
    for label in manifest.labels.iter().take(LABELS_SHOWN) {
        println!("  {label}");
    }
    if let Some(more) = manifest.labels.len().checked_sub(LABELS_SHOWN).filter(|&more| more > 0) {
        println!("  and {more} more");
    }
    Ok(ExitCode::SUCCESS)
}

fn line(name: &str, value: &str) {
    if !value.is_empty() {
        println!("  {name:<11} {value}");
    }
}
