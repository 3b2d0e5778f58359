//! A look at a shared library before the system loads it: a truncated one would end the process with a bus
//! error, which no error handling could catch.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

const HEADER: usize = 64;
const PROGRAM_HEADER: usize = 56;
const SHARED_OBJECT: u16 = 3;
const LOAD: u32 = 1;

/// The processor number of the ELF format for the processor this program was built for.
const MACHINE: u16 = if cfg!(target_arch = "x86_64") {
    62
} else if cfg!(target_arch = "aarch64") {
    183
} else {
    0
};

/// Checks that `path` is a whole 64-bit ELF library for this processor. The reason is the end of a sentence
/// that begins with the path.
pub(crate) fn inspect(path: &Path) -> Result<(), String> {
    let unreadable = |error: io::Error| format!("cannot be read: {error}");
    let mut file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let mut header = [0; HEADER];
    match file.read_exact(&mut header) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Err("is not a shared library".into());
        }
        other => other.map_err(unreadable)?,
    }
    if header[..4] != *b"\x7fELF" {
        return Err("is not a shared library".into());
    }
    // Class 2 is 64-bit, data encoding 1 is little-endian.
    if header[4] != 2 || header[5] != 1 || half(&header, 18) != MACHINE {
        return Err("was made for another kind of processor".into());
    }
    if half(&header, 16) != SHARED_OBJECT {
        return Err("is not a shared library".into());
    }
    let (program_at, sections_at) = (long(&header, 32), long(&header, 40));
    let (program_size, program_count) = (u64::from(half(&header, 54)), u64::from(half(&header, 56)));
    let sections_size = u64::from(half(&header, 58)) * u64::from(half(&header, 60));
    let truncated = || "is truncated".to_owned();
    let is_within = |at: u64, size: u64| at.checked_add(size).is_some_and(|end| end <= length);
    if program_size != PROGRAM_HEADER as u64
        || !is_within(program_at, program_size * program_count)
        || !is_within(sections_at, sections_size)
    {
        return Err(truncated());
    }
    file.seek(SeekFrom::Start(program_at)).map_err(unreadable)?;
    for _ in 0..program_count {
        let mut segment = [0; PROGRAM_HEADER];
        file.read_exact(&mut segment).map_err(unreadable)?;
        let is_loaded = word(&segment, 0) == LOAD;
        if is_loaded && !is_within(long(&segment, 8), long(&segment, 32)) {
            return Err(truncated());
        }
    }
    Ok(())
}

fn half(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from(half(bytes, at)) | u32::from(half(bytes, at + 2)) << 16
}

fn long(bytes: &[u8], at: usize) -> u64 {
    u64::from(word(bytes, at)) | u64::from(word(bytes, at + 4)) << 32
}
