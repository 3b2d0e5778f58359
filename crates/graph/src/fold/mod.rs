//! Makes a graph smaller without changing what it answers.
//!
//! A model keeps its batch norms and dropouts on disk, so that it can be trained on later; they are folded
//! away when it is loaded. The passes work on the outermost graph; graphs inside nodes stay as they are.

mod batch_norm;
mod constants;
mod identity;
mod unused;

pub use batch_norm::fold_batch_norms;
pub use constants::take_constants;
pub use identity::remove_identities;
pub use unused::remove_unused;

use crate::Graph;

/// All passes in the order in which each helps the next.
pub fn fold(graph: &mut Graph) {
    take_constants(graph);
    remove_identities(graph);
    remove_unused(graph);
    fold_batch_norms(graph);
    remove_unused(graph);
}
