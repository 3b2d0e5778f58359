//! Pictures made by the formula that the reference scripts use.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

use vision::Picture;

/// Noise from a 32-bit linear congruential generator over a checkerboard.
pub(crate) fn generated(width: u32, height: u32) -> Picture {
    let mut state = width.wrapping_mul(65_537).wrapping_add(height);
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            for channel in 0..3 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let edge = if (x / 8 + y / 8 + channel) % 2 == 1 { 127 } else { 0 };
                pixels.push((state >> 25) as u8 + edge);
            }
        }
    }
    Picture::new(width, height, pixels).expect("a generated picture has pixels")
}
