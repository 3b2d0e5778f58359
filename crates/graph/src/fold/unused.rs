//! What nothing needs is dropped.

use std::collections::HashSet;

use crate::Graph;

/// Drops nodes and constants on which no output depends. Inputs of the graph stay, used or not.
pub fn remove_unused(graph: &mut Graph) {
    let mut needed: HashSet<String> = graph.outputs.iter().map(|output| output.name.clone()).collect();
    // Nodes stand in topological order: walked backwards, all who need a value come before its maker.
    let mut keep = vec![false; graph.nodes.len()];
    for (node, keep) in graph.nodes.iter().zip(&mut keep).rev() {
        *keep = node.outputs.iter().any(|output| needed.contains(output));
        if *keep {
            needed.extend(node.inputs.iter().cloned());
            for subgraph in node.subgraphs() {
                needed.extend(subgraph.uses().into_keys().map(str::to_owned));
            }
        }
    }
    let mut kept = keep.into_iter();
    graph.nodes.retain(|_| kept.next().unwrap_or(true));
    graph.constants.retain(|name, _| needed.contains(name));
}
