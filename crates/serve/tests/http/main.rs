//! The server as its clients see it: every test talks HTTP over loopback to the real router and listener.

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
