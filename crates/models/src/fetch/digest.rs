//! SHA-256 digests, whole or by their first digits.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::Error;

/// Fewer digits than this can be hit by trying.
const FEWEST_DIGITS: usize = 8;

/// The SHA-256 that a file must have: all 64 hexadecimal digits, or the first of them (at least 8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest(String);

impl Digest {
    /// Takes hexadecimal digits; `None` when they are too few, too many or no digits.
    pub fn new(digits: &str) -> Option<Self> {
        let usable =
            (FEWEST_DIGITS..=64).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_hexdigit());
        usable.then(|| Self(digits.to_ascii_lowercase()))
    }

    /// The digits, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Checks a file and gives its whole digest; `what` is named in the error.
    pub fn verify(&self, file: &Path, what: &str) -> Result<String, Error> {
        let found = of_file(file)?;
        if found.starts_with(&self.0) {
            Ok(found)
        } else {
            Err(super::failed(
                what,
                format!(
                    "its SHA-256 begins with {} where {} was expected; \
                     it was damaged on the way or is another file than it used to be",
                    &found[..self.0.len().min(16)],
                    &self.0[..self.0.len().min(16)]
                ),
            ))
        }
    }
}

/// SHA-256 of a file in hexadecimal.
pub(crate) fn of_file(path: &Path) -> Result<String, Error> {
    let mut file = File::open(path).map_err(Error::file(path))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer).map_err(Error::file(path))? {
            0 => return Ok(hexadecimal(&hasher.finalize())),
            count => hasher.update(&buffer[..count]),
        }
    }
}

/// SHA-256 of bytes in hexadecimal.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
