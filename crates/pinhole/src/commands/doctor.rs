//! `pinhole doctor`: what is well, what is not, and how to mend it.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use ::engine::{Found, Precision};
use ::models::shelf::State;

use crate::engines;
use crate::output::line;
use crate::settings::Settings;

/// Checks everything that a command relies on. The exit status is 1 when something is wrong that stops work;
/// a missing faster engine is only a hint.
pub(super) fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    line!("pinhole {} on {} cores", env!("CARGO_PKG_VERSION"), cores());
    line!("\nEngines");
    let places = engines::places(settings);
    for found in places.discover() {
        print_engine(&found);
    }
    let choice = places.select(settings.engine.map(::engine::Kind::from), Precision::F32);
    for warning in &choice.warnings {
        wrong(warning);
    }
    well(&format!("models run on {} {}", choice.engine.kind(), choice.engine.version()));
    line!("\nFolders");
    let folders_well = [("shelf", &settings.models), ("data", &settings.data)]
        .map(|(name, folder)| check_folder(name, folder))
        .iter()
        .all(|&well| well);
    line!("\nTools for getting models and engines (not needed to serve)");
    for (tool, use_for) in
        [("pip", "models and engines from Python packages"), ("npm", "models from npm packages")]
    {
        check_tool(tool, use_for);
    }
    line!("\nModels");
    let models_well = check_models(settings)?;
    Ok(if folders_well && models_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn well(line: &str) {
    line!("  ok    {line}");
}

fn hint(line: &str) {
    line!("  hint  {line}");
}

fn wrong(line: &str) {
    line!("  WRONG {line}");
}

fn print_engine(found: &Found) {
    match found {
        Found::Ready { engine, library: None } => {
            well(&format!("{} {}, compiled in", engine.kind(), engine.version()));
        }
        Found::Ready { engine, library: Some(library) } => {
            well(&format!("{} {} in {}", engine.kind(), engine.version(), library.display()));
        }
        Found::Missing { kind, looked_in } => {
            hint(&format!(
                "{kind} is not here (looked in {} places); `pinhole engine install {}` gets it",
                looked_in.len(),
                kind.id()
            ));
        }
        Found::Broken { kind, library, reason } => {
            wrong(&format!("{kind} in {} cannot be used: {reason}", library.display()));
        }
    }
}

/// Whether the folder can be written, or made.
fn check_folder(name: &str, folder: &Path) -> bool {
    let tried = std::fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder).map(|_| ()));
    match tried {
        Ok(()) => well(&format!("{name}: {}", folder.display())),
        Err(ref error) => wrong(&format!(
            "{name}: {} cannot be written ({error}); choose another with PINHOLE_{}",
            folder.display(),
            if name == "shelf" { "MODELS" } else { "DATA" }
        )),
    }
    tried.is_ok()
}

fn check_tool(tool: &str, use_for: &str) {
    let version = Command::new(tool)
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())
        .map(|output| String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned());
    match version {
        Some(version) => well(&format!("{tool}: {version}")),
        None => hint(&format!("{tool} is not here; it brings {use_for}")),
    }
}

fn check_models(settings: &Settings) -> anyhow::Result<bool> {
    let shelf = engines::open_shelf(settings);
    shelf.refresh()?;
    let statuses = shelf.statuses();
    if statuses.is_empty() {
        hint("the shelf is empty; `pinhole models pull mobilenet` gets a first model");
    }
    for status in &statuses {
        match (&status.state, shelf.get(&status.name)) {
            (State::Serving, Some(model)) => {
                well(&format!("{} version {} runs on {}", status.name, model.version(), model.engine()));
            }
            (State::Serving | State::Present, _) => {}
            (State::Failed(reason), _) => wrong(&format!("{}: {reason}", status.name)),
        }
    }
    Ok(statuses.iter().all(|status| status.state == State::Serving))
}
