//! Reads Python pickles into a bounded tree of symbols. Nothing is imported, called or executed.
//!
//! A pickle is a program for a stack machine. Python runs it and calls whatever functions it names; this reader
//! only writes down what would have been called ([`Node::Object`]) and leaves the meaning to others: it knows
//! nothing of `PyTorch` or fastai. The opcodes follow Python's `pickletools` documentation, protocols 0 to 5.
//!
//! The nodes live in one flat list and refer to each other by number. Shared and cyclic values therefore cost
//! nothing extra ("billion laughs" stay as small as their file), nothing here recurses, and dropping is flat.

mod input;
mod machine;
mod value;

use std::io::Read;

pub use value::{ClassName, Node, NodeId, Object, Pickle, Value};

use crate::Error;

/// Which classes and functions a pickle may name; `Err` has the sentence that says why not.
pub type Policy<'a> = dyn Fn(&ClassName) -> Result<(), String> + 'a;

/// What a pickle may cost at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the pickle itself.
    pub bytes: u64,
    /// Values in all, entries of the memo, and height of the stack.
    pub nodes: usize,
    /// Bytes of one whole number of arbitrary length.
    pub integer_bytes: usize,
    /// Marks open at the same time, that is, nesting while values are gathered.
    pub marks: usize,
}

impl Default for Limits {
    /// Many times what checkpoints and exports of image models need; at most about 100 MB of memory.
    fn default() -> Self {
        Self { bytes: 16 << 20, nodes: 1 << 19, integer_bytes: 1024, marks: 10_000 }
    }
}

/// Reads one pickle from `source`, up to its STOP and not a byte further.
///
/// `policy` is asked about each class or function that the pickle names; the first one that it refuses ends the
/// reading with the policy's reason. Bytes are taken one by one: give a buffered or in-memory source.
pub fn read(source: impl Read, limits: Limits, policy: &Policy<'_>) -> Result<Pickle, Error> {
    machine::Machine::new(source, limits, policy).run()
}
