//! Reads the weights of `PyTorch` files (`.pth`, `.pt`) without Python: the zip container of `PyTorch` 1.6 and later,
//! and the legacy container of before.
//!
//! Both hold a pickle that describes tensors as views of numbered storages. The pickle is read first
//! ([`crate::import::pickle`]), everything it claims is checked against the size of the file (`plan`), and only then
//! are storages read, one after the other.

mod assemble;
mod element;
mod legacy;
mod plan;
mod policy;
mod tree;
mod zipped;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::StateDict;
use crate::Error;

/// Reads the weights in a file that `torch.save` wrote: a state dict, or a dictionary with one under a usual name such as
/// `state_dict` or `model`.
///
/// Floating-point numbers of any width become 32-bit ones; whole numbers and truth values stay as they are. A common
/// `module.` in front of all names (left by `DataParallel`) is taken away.
///
/// # Errors
/// [`Error::Import`] with a sentence for files that are damaged, hostile, or something else than weights.
pub fn read_state_dict(path: &Path) -> Result<StateDict, Error> {
    let file = File::open(path).map_err(Error::file(path))?;
    read_state_dict_from(BufReader::with_capacity(1 << 16, file))
}

/// The same from anything that can be read and searched, such as a [`std::io::Cursor`] over bytes.
pub fn read_state_dict_from<R: Read + Seek>(mut source: R) -> Result<StateDict, Error> {
    let mut start = [0; 8];
    let length = source.seek(SeekFrom::End(0)).map_err(unreadable)?;
    source.rewind().map_err(unreadable)?;
    let mut filled = 0;
    while filled < start.len() {
        match source.read(&mut start[filled..]).map_err(unreadable)? {
            0 => break,
            count => filled += count,
        }
    }
    source.rewind().map_err(unreadable)?;
    match start {
        [b'P', b'K', 3, 4, ..] => zipped::read(source, length),
        [0x80, 2..=5, ..] => legacy::read(source, length),
        _ => Err(Error::Import(format!("this is not a PyTorch file{}", guess(start)))),
    }
}

/// What a file seems to be instead, for the people who took the wrong one.
fn guess(start: [u8; 8]) -> &'static str {
    match start {
        [0, 0, 0, 0, 0, 0, 0, 0] => ": it is empty",
        [0x89, b'H', b'D', b'F', ..] => " but HDF5, as Keras writes",
        [0x1f, 0x8b, ..] => " but a gzip archive: unpack it first",
        [_, _, _, 0, 0, 0, 0, 0] => " but perhaps safetensors",
        [0x08, 1..=20, ..] => " but perhaps ONNX",
        [b'<', ..] => " but a web page: the download went wrong",
        _ => "",
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn unreadable(error: std::io::Error) -> Error {
    Error::Import(format!("it could not be read: {error}"))
}
