//! What was measured on what: without it a number says nothing.

use std::process::Command;

use crate::server::Program;

/// A few lines about the machine and the versions.
pub(crate) fn describe(program: &Program) -> anyhow::Result<String> {
    let processor = std::fs::read_to_string("/proc/cpuinfo")
        .unwrap_or_default()
        .lines()
        .find_map(|line| {
            line.strip_prefix("model name").map(|rest| rest.trim_start_matches([' ', '\t', ':']).to_owned())
        })
        .unwrap_or_else(|| "unknown processor".into());
    let cores = std::thread::available_parallelism()?;
    let engines: Vec<String> =
        program.engines().iter().map(|engine| format!("{} {}", engine.kind(), engine.version())).collect();
    let compiler = Command::new("rustc").arg("--version").output();
    let compiler = compiler.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    Ok(format!(
        "Pinhole {} on {processor}, {cores} cores, {} {}\nengines: {}\ncompiler: {}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        engines.join(", "),
        compiler.unwrap_or_else(|_| "unknown".into()),
    ))
}
