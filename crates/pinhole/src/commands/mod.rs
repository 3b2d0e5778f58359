//! One file per command.

mod doctor;
mod engine;
mod models;
mod predict;
mod serve;

use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::arguments::{Arguments, Command};
use crate::output::line;
use crate::settings::Settings;

/// Runs the command that was given.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let settings = Settings::read(arguments.places)?;
    match arguments.command {
        Command::Predict(predict) => predict::run(&settings, &predict),
        Command::Serve(serve) => serve::run(settings, serve),
        Command::Models(command) => models::run(&settings, command),
        Command::Engine(command) => engine::run(&settings, &command),
        Command::Doctor => doctor::run(&settings),
        Command::Openapi => {
            line!("{}", ::serve::openapi().to_pretty_json()?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Completions { shell } => {
            let mut command = Arguments::command();
            clap_complete::generate(shell, &mut command, "pinhole", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    }
}
