//! Runs a package tool as a child process with a time limit, so that it can be stopped at any moment.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::{Watch, failed, tell};
use crate::Error;

/// How often the child and the watcher are looked at.
const ROUND: Duration = Duration::from_millis(100);

/// What is kept of each output; the rest is read and dropped.
const LONGEST_OUTPUT: u64 = 4 << 20;

/// How long the outputs may stay open after the end of the child.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// What a child said.
pub(super) struct Finished {
    pub(super) succeeded: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Finished {
    /// The last lines of what it complained about, for a message.
    pub(super) fn complaint(&self) -> String {
        let lines: Vec<&str> = self.stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let last = lines[lines.len().saturating_sub(3)..].join(" / ");
        if last.is_empty() { "it said nothing about why".into() } else { last.chars().take(600).collect() }
    }
}

/// Runs `command` to its end; meanwhile tells the watcher how many bytes lie in `grows`.
pub(super) fn run(
    mut command: Command,
    what: &str,
    limit: Duration,
    grows: &Path,
    watch: &mut Watch<'_>,
) -> Result<Finished, Error> {
    let tool = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A group of its own, so that whatever the tool starts ends with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let child =
        command.spawn().map_err(|error| failed(what, format!("{tool} could not be started: {error}")))?;
    let mut running = Running(child);
    let (stdout, stderr) = (collect(running.0.stdout.take()), collect(running.0.stderr.take()));
    let start = Instant::now();
    let status = loop {
        match running.0.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if start.elapsed() > limit => {
                return Err(failed(what, format!("{tool} was stopped after {} s", limit.as_secs())));
            }
            Ok(None) => std::thread::sleep(ROUND),
            Err(error) => return Err(failed(what, format!("{tool} was lost: {error}"))),
        }
        tell(watch, "Downloading", bytes_below(grows, 4), None)?;
    };
    let text = |output: Receiver<Vec<u8>>| {
        String::from_utf8_lossy(&output.recv_timeout(LAST_WORDS).unwrap_or_default()).into_owned()
    };
    Ok(Finished { succeeded: status.success(), stdout: text(stdout), stderr: text(stderr) })
}

/// Ends the child, and what it started, however its user leaves.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            #[cfg(unix)]
            if let Some(group) = i32::try_from(self.0.id()).ok().and_then(rustix::process::Pid::from_raw) {
                // It can have ended by itself in this moment.
                let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            }
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

fn collect(output: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        if let Some(mut output) = output {
            // An output that breaks off is as good as one that ends.
            let _ = output.by_ref().take(LONGEST_OUTPUT).read_to_end(&mut kept);
            let _ = std::io::copy(&mut output, &mut std::io::sink());
        }
        let _ = sender.send(kept);
    });
    receiver
}

/// Bytes of all files in a folder and the folders in it; files may vanish meanwhile.
fn bytes_below(folder: &Path, depth: usize) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(facts) if facts.is_dir() && depth > 0 => bytes_below(&entry.path(), depth - 1),
        Ok(facts) if facts.is_file() => facts.len(),
        _ => 0,
    });
    sizes.sum()
}
