//! `make bench`: engines alone, vision alone, the whole server, and what the first two allow the third.
//!
//! Everything is measured in one run on one machine, because only ratios within a run mean anything.
// Printing is what a report does.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod client;
mod drawing;
mod engines;
mod machine;
mod server;
mod timing;
mod vision_alone;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;

/// Measure Pinhole on this machine.
#[derive(Debug, Parser)]
struct Arguments {
    /// The program to measure
    #[arg(long, default_value = "target/release/pinhole")]
    pinhole: PathBuf,
    /// The folder for models and engines; what is missing is pulled into it
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
    /// Only see that everything runs; the numbers mean little
    #[arg(long)]
    quick: bool,
    /// Leave these parts out: engines, vision, server, start
    #[arg(long, value_delimiter = ',')]
    without: Vec<String>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let effort = timing::Effort::new(arguments.quick);
    let mut program = server::Program::new(&arguments.pinhole, &arguments.folder)?;
    let photos = drawing::Photos::draw().context("the test photos cannot be drawn")?;
    program.prepare()?;
    println!("{}", machine::describe(&program)?);
    let wanted = |part: &str| !arguments.without.iter().any(|left_out| left_out == part);

    let mut allowed = server::Allowed::default();
    if wanted("engines") {
        allowed.engine = engines::measure(&program, effort)?;
    }
    if wanted("vision") {
        allowed.vision = vision_alone::measure(&photos, effort)?;
    }
    if wanted("server") {
        server::measure(&program, &photos, &allowed, effort)?;
    }
    if wanted("start") {
        server::measure_start(&program, &photos, effort)?;
    }
    Ok(())
}
