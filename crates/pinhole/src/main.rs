//! `pinhole`: one program that lets people use an image model.
// Printing is what a command line does.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod arguments;
mod columns;
mod commands;
mod engines;
mod logging;
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
        Err(error) => {
            eprintln!("{}: {error:#}", console::style("error").red().bold().for_stderr());
            ExitCode::FAILURE
        }
    }
}
