//! Models and photos that are not in the repository: got when they can be had, else the test says that it skips.

#![allow(dead_code, reason = "each test file takes what it needs")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// A shelf that has the model, pulled once for all tests; `None`, with the reason printed, when it cannot be
/// pulled here. `PINHOLE_REQUIRE_NETWORK=1` makes that a failure.
pub(crate) fn shelf_with(model: &str) -> Option<PathBuf> {
    static PULLING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = PULLING.lock().unwrap();
    let shelf = std::env::var_os("PINHOLE_TEST_MODELS")
        .map_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("models"), PathBuf::from);
    if shelf.join(model).is_dir() {
        return Some(shelf);
    }
    let output = Command::new(env!("CARGO_BIN_EXE_pinhole"))
        .args(["models", "pull", model])
        .env("PINHOLE_MODELS", &shelf)
        .env("PINHOLE_DATA", Path::new(env!("CARGO_TARGET_TMPDIR")).join("data"))
        .output()
        .unwrap();
    if output.status.success() {
        return Some(shelf);
    }
    let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    skip("PINHOLE_REQUIRE_NETWORK", &format!("{model} cannot be pulled here: {reason}"))
}

/// A folder of the shared test data; `None`, with the reason printed, on a clone without it.
/// `PINHOLE_REQUIRE_SHARED=1` makes that a failure.
pub(crate) fn shared(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    skip("PINHOLE_REQUIRE_SHARED", &format!("{} is not there", path.display()))
}

fn skip<T>(required_by: &str, reason: &str) -> Option<T> {
    assert!(std::env::var(required_by).as_deref() != Ok("1"), "{required_by}=1, but {reason}");
    eprintln!("SKIPPED: {reason}");
    None
}

/// The files of a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}
