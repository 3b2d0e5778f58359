//! Foreign files to graphs. Nothing in them is ever executed.

mod state_dict;

pub use state_dict::StateDict;
