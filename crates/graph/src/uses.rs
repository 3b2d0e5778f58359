//! Who uses which value.

use std::collections::{HashMap, HashSet};

use crate::Graph;

impl Graph {
    /// How often each value is used: by a node, inside a graph within a node, or as an output of the graph.
    pub(crate) fn uses(&self) -> HashMap<&str, usize> {
        let mut uses = HashMap::new();
        self.count_uses(&mut uses);
        uses
    }

    fn count_uses<'graph>(&'graph self, uses: &mut HashMap<&'graph str, usize>) {
        for output in &self.outputs {
            *uses.entry(&output.name).or_default() += 1;
        }
        for node in &self.nodes {
            for input in node.inputs.iter().filter(|input| !input.is_empty()) {
                *uses.entry(input).or_default() += 1;
            }
            node.subgraphs().for_each(|subgraph| subgraph.count_uses(uses));
        }
    }

    /// Every value's name, in this graph and in those inside its nodes.
    pub(crate) fn value_names(&self) -> HashSet<String> {
        let mut names = HashSet::new();
        self.collect_names(&mut names);
        names
    }

    fn collect_names(&self, names: &mut HashSet<String>) {
        names.extend(self.inputs.iter().map(|port| port.name.clone()));
        names.extend(self.constants.keys().cloned());
        for node in &self.nodes {
            names.extend(node.outputs.iter().cloned());
            node.subgraphs().for_each(|subgraph| subgraph.collect_names(names));
        }
    }

    /// Lets every use of a value take another one instead. Outputs of the graph keep their names.
    pub(crate) fn redirect(&mut self, renames: &HashMap<String, String>) {
        for node in &mut self.nodes {
            for input in &mut node.inputs {
                if let Some(name) = renames.get(input) {
                    input.clone_from(name);
                }
            }
            for subgraph in node.subgraphs_mut() {
                subgraph.redirect(renames);
                for output in &mut subgraph.outputs {
                    if let Some(name) = renames.get(&output.name) {
                        output.name.clone_from(name);
                    }
                }
            }
        }
    }
}
