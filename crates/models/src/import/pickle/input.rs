//! Bounded reading of the bytes of a pickle.

use std::io::Read;

use crate::Error;

/// Text arguments of protocol 0 end at a line break; a longer line is no honest one.
const LONGEST_LINE: usize = 64 << 10;

pub(super) struct Input<R> {
    source: R,
    left: u64,
}

impl<R: Read> Input<R> {
    pub(super) fn new(source: R, limit: u64) -> Self {
        Self { source, left: limit }
    }

    pub(super) fn byte(&mut self) -> Result<u8, Error> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        self.spend(N as u64)?;
        let mut bytes = [0; N];
        self.source.read_exact(&mut bytes).map_err(cut_off)?;
        Ok(bytes)
    }

    /// `length` bytes. Memory grows with what is really there, not with what is claimed.
    pub(super) fn bytes(&mut self, length: u64) -> Result<Vec<u8>, Error> {
        self.spend(length)?;
        let mut bytes = Vec::with_capacity(length.min(4096) as usize);
        self.source.by_ref().take(length).read_to_end(&mut bytes).map_err(cut_off)?;
        if bytes.len() as u64 == length {
            Ok(bytes)
        } else {
            Err(Error::Import("the pickle in it is cut off".into()))
        }
    }

    /// Up to the next line break, without it.
    pub(super) fn line(&mut self) -> Result<String, Error> {
        text(self.raw_line()?)
    }

    pub(super) fn raw_line(&mut self) -> Result<Vec<u8>, Error> {
        let mut line = Vec::new();
        loop {
            match self.byte()? {
                b'\n' => return Ok(line),
                byte if line.len() < LONGEST_LINE => line.push(byte),
                _ => return Err(Error::Import("the pickle in it has an endless line".into())),
            }
        }
    }

    fn spend(&mut self, bytes: u64) -> Result<(), Error> {
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or_else(|| Error::Import("the pickle in it is larger than any model needs".into()))?;
        Ok(())
    }
}

/// Bytes that Python would decode as UTF-8.
pub(super) fn text(bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|_| Error::Import("a text in it is not UTF-8".into()))
}

/// Python's `raw-unicode-escape`: Latin-1 with `\uXXXX` and `\UXXXXXXXX` for what is beyond.
pub(super) fn unescaped(line: &[u8]) -> Result<String, Error> {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((&byte, after)) = rest.split_first() {
        let digits = match rest {
            [b'\\', b'u', ..] => rest.get(2..6),
            [b'\\', b'U', ..] => rest.get(2..10),
            _ => {
                text.push(char::from(byte));
                rest = after;
                continue;
            }
        };
        let (character, length) = digits
            .and_then(|digits| Some((std::str::from_utf8(digits).ok()?, digits.len())))
            .and_then(|(digits, length)| {
                Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, length))
            })
            .ok_or_else(|| Error::Import("a text in it has a broken escape".into()))?;
        text.push(character);
        rest = &rest[2 + length..];
    }
    Ok(text)
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn cut_off(error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::UnexpectedEof {
        Error::Import("the pickle in it is cut off".into())
    } else {
        Error::Import(format!("its pickle could not be read: {error}"))
    }
}
