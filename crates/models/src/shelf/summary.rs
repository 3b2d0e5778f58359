//! What a graph is made of, for people.

use std::collections::BTreeMap;

use graph::Graph;

use super::Version;
use super::folder::GRAPH;
use crate::Error;

/// The size of a network in a few numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Operators by kind, the most frequent first, such as `52 Conv, 35 Clip`.
    pub operators: String,
    /// Constant numbers in the graph.
    pub parameters: usize,
}

/// Counts operators and parameters of a version.
pub fn summary(version: &Version) -> Result<Summary, Error> {
    let path = version.folder.join(GRAPH);
    let bytes = std::fs::read(&path).map_err(Error::file(&path))?;
    let graph = Graph::read(&bytes)?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for node in &graph.nodes {
        *counts.entry(&node.operator).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let operators: Vec<String> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    let parameters = graph.constants.values().map(|tensor| tensor.shape().iter().product::<usize>()).sum();
    Ok(Summary { operators: operators.join(", "), parameters })
}
