//! Nodes that pass their input on unchanged are taken out.

use std::collections::{HashMap, HashSet};

use crate::{Graph, Node};

/// Takes out `Identity` and, since a graph that is run is not being trained, `Dropout`.
///
/// A node stays if its mask is used, if it is told to train, or if it only gives an input or constant of the
/// graph, or something that is an output already, a second name as an output.
pub fn remove_identities(graph: &mut Graph) {
    let uses = graph.uses();
    let mut outputs: HashSet<String> = graph.outputs.iter().map(|output| output.name.clone()).collect();
    let mut computed: HashSet<String> = HashSet::new();
    // What stands for a value that is gone.
    let mut sources: HashMap<String, String> = HashMap::new();
    // What a value is called from now on because it became an output.
    let mut promoted: HashMap<String, String> = HashMap::new();
    let mut gone = vec![false; graph.nodes.len()];
    for (node, gone) in graph.nodes.iter().zip(&mut gone) {
        if let Some((input, output)) = passes_on(node, graph, &uses) {
            let source = sources.get(input).map_or(input, String::as_str).to_owned();
            let is_output = outputs.contains(output);
            if !is_output {
                sources.insert(output.to_owned(), source);
                *gone = true;
                continue;
            }
            if computed.contains(&source) && !outputs.contains(&source) && !promoted.contains_key(&source) {
                outputs.insert(source.clone());
                promoted.insert(source, output.to_owned());
                *gone = true;
                continue;
            }
        }
        computed.extend(node.outputs.iter().cloned());
    }
    for source in sources.values_mut() {
        if let Some(name) = promoted.get(source) {
            source.clone_from(name);
        }
    }
    for output in graph.nodes.iter_mut().flat_map(|node| &mut node.outputs) {
        if let Some(name) = promoted.get(output) {
            output.clone_from(name);
        }
    }
    let mut gone = gone.into_iter();
    graph.nodes.retain(|_| !gone.next().unwrap_or(false));
    sources.extend(promoted);
    graph.redirect(&sources);
}

/// Input and output of a node that does nothing.
fn passes_on<'graph>(
    node: &'graph Node,
    graph: &Graph,
    uses: &HashMap<&str, usize>,
) -> Option<(&'graph str, &'graph str)> {
    let (input, output) = (node.inputs.first()?, node.outputs.first()?);
    let rest_unused = node.outputs.iter().skip(1).all(|other| !uses.contains_key(other.as_str()));
    let does_nothing = match node.operator.as_str() {
        "Identity" => true,
        "Dropout" => !may_train(node, graph),
        _ => false,
    };
    let named = !input.is_empty() && !output.is_empty();
    (node.domain.is_empty() && does_nothing && rest_unused && named).then_some((input, output))
}

/// Whether a dropout's third input, `training_mode`, is anything but a constant "no".
fn may_train(node: &Node, graph: &Graph) -> bool {
    match node.inputs.get(2).filter(|name| !name.is_empty()) {
        None => false,
        Some(name) => graph.constants.get(name).is_none_or(|mode| mode.bytes() != [0]),
    }
}
