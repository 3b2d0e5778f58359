//! Downloads and pulls against a server on this machine that behaves as badly as real ones do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod archives;
mod downloads;
mod pulls;
mod server;
