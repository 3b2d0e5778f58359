//! Which photos were meant: files, folders with everything below them, or standard input.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use vision::Limits;

/// Endings of files that are taken from a folder. A file that is named itself is read whatever its name.
const ENDINGS: [&str; 9] = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "jfif"];

/// One photo to read, or the reason why there is none.
pub(super) struct Input {
    /// As the user will recognise it.
    pub(super) name: String,
    source: Source,
}

enum Source {
    StandardInput,
    File(PathBuf),
    Unreadable(String),
}

/// Every photo that the arguments mean, in order; folders sorted by name.
pub(super) fn find(arguments: &[PathBuf]) -> Vec<Input> {
    let mut inputs = Vec::new();
    for argument in arguments {
        if argument.as_os_str() == "-" {
            inputs.push(Input { name: "-".into(), source: Source::StandardInput });
        } else if argument.is_dir() {
            let before = inputs.len();
            add_folder(argument, &mut inputs);
            if inputs.len() == before {
                inputs.push(unreadable(argument, "there are no photos in this folder"));
            }
        } else {
            inputs
                .push(Input { name: argument.display().to_string(), source: Source::File(argument.clone()) });
        }
    }
    inputs
}

fn add_folder(folder: &Path, inputs: &mut Vec<Input>) {
    let mut paths: Vec<PathBuf> = match std::fs::read_dir(folder) {
        Ok(entries) => entries.filter_map(Result::ok).map(|entry| entry.path()).collect(),
        Err(error) => return inputs.push(unreadable(folder, &error.to_string())),
    };
    paths.sort();
    for path in paths {
        if path.is_dir() {
            // A link may lead back to a folder that contains it.
            if !path.is_symlink() {
                add_folder(&path, inputs);
            }
        } else if has_photo_ending(&path) {
            inputs.push(Input { name: path.display().to_string(), source: Source::File(path) });
        }
    }
}

fn has_photo_ending(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

fn unreadable(path: &Path, reason: &str) -> Input {
    Input { name: path.display().to_string(), source: Source::Unreadable(reason.to_owned()) }
}

impl Input {
    /// The bytes, at most one more than the limit allows, so that the decoder can say that it is too much.
    pub(super) fn read(&self, limits: &Limits) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let read = match &self.source {
            Source::Unreadable(reason) => return Err(reason.clone()),
            Source::StandardInput => std::io::stdin().take(limits.bytes + 1).read_to_end(&mut bytes),
            Source::File(path) => {
                File::open(path).and_then(|file| file.take(limits.bytes + 1).read_to_end(&mut bytes))
            }
        };
        read.map_err(|error| format!("cannot be read: {error}"))?;
        Ok(bytes)
    }
}
