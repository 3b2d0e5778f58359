//! Checks the promises that a [`Graph`] makes, and brings its nodes into an order in which they can run.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::{Error, Graph, Node};

/// The names that a graph and the graphs around it define.
struct Scope<'a> {
    names: HashSet<String>,
    around: Option<&'a Scope<'a>>,
}

impl Scope<'_> {
    fn has(&self, name: &str) -> bool {
        self.names.contains(name) || self.around.is_some_and(|around| around.has(name))
    }
}

/// Refuses a graph in which a name is defined twice or never, or whose nodes wait for each other in a circle;
/// sorts the nodes of any other.
pub(crate) fn check_and_sort(graph: &mut Graph) -> Result<(), Error> {
    check_within(graph, None)
}

fn check_within(graph: &mut Graph, around: Option<&Scope>) -> Result<(), Error> {
    let mut scope = Scope { names: HashSet::new(), around };
    let inputs = graph.inputs.iter().map(|port| &port.name);
    let computed = graph.nodes.iter().flat_map(|node| &node.outputs).filter(|name| !name.is_empty());
    for name in inputs.chain(graph.constants.keys()).chain(computed) {
        if scope.has(name) {
            return Err(Error::Invalid(format!("two things in it are called \"{name}\"")));
        }
        scope.names.insert(name.clone());
    }
    for output in &graph.outputs {
        if !scope.has(&output.name) {
            return Err(Error::Invalid(format!("nothing computes its output \"{}\"", output.name)));
        }
    }
    sort(graph, &scope)?;
    for subgraph in graph.nodes.iter_mut().flat_map(Node::subgraphs_mut) {
        check_within(subgraph, Some(&scope))?;
    }
    Ok(())
}

/// Sorts the nodes topologically (Kahn's algorithm, first come first served, so a sorted graph stays as it is).
fn sort(graph: &mut Graph, scope: &Scope) -> Result<(), Error> {
    let mut makers = HashMap::new();
    for (index, node) in graph.nodes.iter().enumerate() {
        makers.extend(node.outputs.iter().map(|name| (name.as_str(), index)));
    }
    let mut waits_for = vec![0usize; graph.nodes.len()];
    let mut awaited_by = vec![Vec::new(); graph.nodes.len()];
    for (index, node) in graph.nodes.iter().enumerate() {
        for name in node.inputs.iter().filter(|name| !name.is_empty()) {
            if !scope.has(name) {
                let operator = &node.operator;
                return Err(Error::Invalid(format!(
                    "the node \"{}\" ({operator}) uses \"{name}\", which nothing computes",
                    node.name
                )));
            }
        }
        let mut needs: Vec<&str> = node.inputs.iter().map(String::as_str).collect();
        node.subgraphs().for_each(|subgraph| mentioned(subgraph, &mut needs));
        for maker in needs.into_iter().filter(|name| !name.is_empty()).filter_map(|name| makers.get(name)) {
            waits_for[index] += 1;
            awaited_by[*maker].push(index);
        }
    }
    let idle = waits_for.iter().enumerate().filter(|(_, count)| **count == 0);
    let mut ready: BinaryHeap<Reverse<usize>> = idle.map(|(index, _)| Reverse(index)).collect();
    let mut order = Vec::with_capacity(graph.nodes.len());
    while let Some(Reverse(index)) = ready.pop() {
        order.push(index);
        for &next in &awaited_by[index] {
            waits_for[next] -= 1;
            if waits_for[next] == 0 {
                ready.push(Reverse(next));
            }
        }
    }
    if let Some(stuck) = waits_for.iter().position(|&count| count > 0) {
        let node = &graph.nodes[stuck];
        return Err(Error::Invalid(format!(
            "the node \"{}\" ({}) waits for its own result",
            node.name, node.operator
        )));
    }
    let mut nodes: Vec<_> = std::mem::take(&mut graph.nodes).into_iter().map(Some).collect();
    graph.nodes = order.into_iter().filter_map(|index| nodes[index].take()).collect();
    Ok(())
}

/// Every name that a subgraph uses, its own ones included: those cannot clash with names outside.
fn mentioned<'graph>(graph: &'graph Graph, names: &mut Vec<&'graph str>) {
    names.extend(graph.outputs.iter().map(|output| output.name.as_str()));
    for node in &graph.nodes {
        names.extend(node.inputs.iter().map(String::as_str));
        node.subgraphs().for_each(|subgraph| mentioned(subgraph, names));
    }
}
