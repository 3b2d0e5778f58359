//! Foreign files to graphs. Nothing in them is ever executed.

pub mod networks;
mod state_dict;

pub use state_dict::StateDict;
