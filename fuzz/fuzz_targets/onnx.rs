//! Any bytes as an ONNX file: what can be read can be folded, written and read again.

#![no_main]

use graph::{Graph, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let limits = Limits { bytes: 1 << 20, ..Limits::default() };
    let Ok(mut graph) = Graph::read_shared(file.to_vec(), &limits) else { return };
    let again = Graph::read(&graph.write()).expect("what was written can be read");
    assert_eq!(again.to_string(), graph.to_string());
    graph::fold(&mut graph);
    Graph::read(&graph.write()).expect("what was folded can be read");
});
