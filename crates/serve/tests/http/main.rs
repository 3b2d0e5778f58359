//! The server as its clients see it: every test talks HTTP over loopback to the real router and listener.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::format_collect,
    reason = "a test that cannot go on says so by panicking"
)]

mod app;
mod catalogue;
mod documentation;
mod feedback;
mod inferences;
mod limits;
mod page;
mod predict;
mod probes;
mod remote;
mod stop;
