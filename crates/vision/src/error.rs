//! What can be wrong with a picture, in the words of the person who sent it.

/// Why a picture was refused. The messages are shown to users as they are.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No bytes at all.
    #[error("The file is empty.")]
    Empty,
    /// More bytes than [`crate::Limits::bytes`].
    #[error("The file has {bytes} bytes; at most {limit} are accepted.")]
    TooManyBytes {
        /// Bytes that came.
        bytes: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// More pixels than [`crate::Limits::pixels`].
    #[error("The picture claims {width} x {height} pixels; at most {limit} pixels in all are accepted.")]
    TooManyPixels {
        /// Stored width.
        width: u32,
        /// Stored height.
        height: u32,
        /// Pixels allowed.
        limit: u64,
    },
    /// Not one of the formats that are read.
    #[error("This is not a picture in a format that can be read (JPEG, PNG, WebP, GIF, BMP or TIFF){hint}.")]
    UnknownFormat {
        /// What it seems to be instead, as " (it looks like ...)", or nothing.
        hint: String,
    },
    /// A known format, but broken or cut off.
    #[error("The {format} picture is damaged: {reason}.")]
    Damaged {
        /// Format by its magic bytes.
        format: &'static str,
        /// What the decoder said.
        reason: String,
    },
    /// The input rule of a model cannot be applied.
    #[error("The input rule is wrong: {0}.")]
    Rule(String),
}
