//! What can be wrong with a picture, in the words of the person who sent it.

/// Why a picture was refused. The messages are shown to users as they are.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No bytes at all.
    #[error("The file is empty. Choose another file.")]
    Empty,
    /// More bytes than [`crate::Limits::bytes`].
    #[error("The file has {bytes} bytes; at most {limit} are accepted. Send a smaller picture.")]
    TooManyBytes {
        /// Bytes that came.
        bytes: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// More pixels than [`crate::Limits::pixels`].
    #[error(
        "The picture claims {width} x {height} pixels; at most {limit} pixels in all are accepted. \
         Send a smaller picture."
    )]
    TooManyPixels {
        /// Stored width.
        width: u32,
        /// Stored height.
        height: u32,
        /// Pixels allowed.
        limit: u64,
    },
    /// A side longer than the decoders and the resampler are bounded for.
    #[error(
        "The picture claims {width} x {height} pixels; a side may have at most {limit}. \
         Cut it or send a smaller picture."
    )]
    TooLong {
        /// Stored width.
        width: u32,
        /// Stored height.
        height: u32,
        /// Longest side allowed, in pixels.
        limit: u32,
    },
    /// Not one of the formats that are read.
    #[error(
        "This is not a picture that can be read{hint}. \
         Send a JPEG or PNG; WebP, GIF, BMP and TIFF work too."
    )]
    UnknownFormat {
        /// What it seems to be instead, as " (it looks like ...)", or nothing.
        hint: String,
    },
    /// A known format, in a variety that the decoders do not read.
    #[error("This kind of {format} picture cannot be read: {reason}. Save it as an ordinary JPEG or PNG.")]
    Unsupported {
        /// Format by its magic bytes.
        format: &'static str,
        /// Which variety it is.
        reason: String,
    },
    /// A known format, but broken or cut off.
    #[error("The {format} picture is damaged: {reason}. Send the original file again.")]
    Damaged {
        /// Format by its magic bytes.
        format: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// Too long and thin for an input rule that keeps the shape.
    #[error(
        "The picture is {width} x {height} pixels: too long and thin for this model. \
         Cut out the part that matters and send that."
    )]
    TooThin {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The input rule of a model cannot be applied.
    #[error("The input rule is wrong: {0}.")]
    Rule(String),
}
