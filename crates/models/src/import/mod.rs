//! Foreign files to graphs. Nothing in them is ever executed.

pub mod networks;
pub mod pickle;
mod state_dict;
pub mod tfjs;
pub mod torch;

pub use state_dict::StateDict;
