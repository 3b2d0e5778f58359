//! The weights of a network by parameter name.

use std::collections::BTreeMap;

/// Weights by name, such as `features.0.0.weight`, each a row-major constant.
pub type StateDict = BTreeMap<String, graph::Tensor>;
