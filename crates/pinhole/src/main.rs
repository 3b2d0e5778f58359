//! `pinhole`: one program that lets people use an image model.
// Printing is what a command line does.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod arguments;
mod columns;
mod commands;
mod engines;
mod logging;
mod output;
mod progress;
mod puller;
mod settings;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logging::start(&arguments);
    match commands::run(arguments) {
        Ok(status) => status,
        // Nobody reads on, as in `pinhole ... | head`; that is no failure.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error:#}", console::style("error").red().bold().for_stderr());
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = |cause: &(dyn std::error::Error + 'static)| cause.downcast_ref().map(std::io::Error::kind);
    error.chain().any(|cause| kind(cause) == Some(std::io::ErrorKind::BrokenPipe))
}
