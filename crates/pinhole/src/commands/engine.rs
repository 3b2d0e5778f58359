//! `pinhole engine install`: a faster engine into the data folder.

use std::ops::ControlFlow;
use std::process::ExitCode;

use ::engine::Kind;
use anyhow::Context as _;

use crate::arguments::{EngineCommand, InstallableEngine};
use crate::output::line;
use crate::progress::Stages;
use crate::settings::Settings;

/// Runs one of the engine commands.
pub(super) fn run(settings: &Settings, command: &EngineCommand) -> anyhow::Result<ExitCode> {
    match command {
        EngineCommand::Install { library } => install(settings, *library),
    }
}

fn install(settings: &Settings, engine: InstallableEngine) -> anyhow::Result<ExitCode> {
    let kind = match engine {
        InstallableEngine::Onnxruntime => Kind::OnnxRuntime,
        InstallableEngine::Openvino => Kind::OpenVino,
    };
    let package = ::engine::install::package(kind).context("this engine is compiled in already")?;
    let stages = Stages::new(&kind.to_string());
    let downloads = settings.downloads();
    std::fs::create_dir_all(&downloads).with_context(|| format!("cannot make {}", downloads.display()))?;
    // A folder of its own, removed whatever happens, so that a broken download leaves nothing.
    let folder = tempfile::tempdir_in(&downloads)?;
    let options = ::engine::install::pip_options(kind)?;
    let mut watch = |progress: ::models::fetch::Progress| {
        stages.show(progress.stage, progress.done, progress.total);
        ControlFlow::Continue(())
    };
    let wheel = ::models::fetch::wheel(package.name, package.version, &options, folder.path(), &mut watch)?;
    let installed = ::engine::install::unpack(
        kind,
        &wheel,
        &settings.data.join("engines").join(kind.id()),
        &mut |done, total| {
            stages.show("unpacking", done, Some(total));
        },
    )?;
    stages.show("trying it", 0, None);
    let engine = ::engine::install::verify(kind, &installed)?;
    stages.finish();
    line!("{kind} {} is ready in {}", engine.version(), installed.display());
    Ok(ExitCode::SUCCESS)
}
