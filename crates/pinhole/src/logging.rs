//! Log lines on standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::arguments::{Arguments, Command};

/// Starts logging: warnings for commands, the requests too for the server; `PINHOLE_LOG` overrides both.
pub(crate) fn start(arguments: &Arguments) {
    let level = match (arguments.verbose, &arguments.command) {
        (0, Command::Serve(_)) => "warn,pinhole=info,serve=info,models=info,engine=info",
        (0, _) => "warn",
        (1, _) => "info",
        (_, _) => "debug",
    };
    let filter = EnvFilter::try_from_env("PINHOLE_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    if arguments.log_json { lines.json().init() } else { lines.init() }
}
