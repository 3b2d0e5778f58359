//! The container of `PyTorch` before 1.6: five pickles in a row, then the storages.
//!
//! Magic number, protocol version, facts about the machine, the object itself, the keys of the storages; then for each
//! key the number of elements (64 bits) and the elements.

use std::io::{BufReader, Read, Seek};

use super::assemble::Assembly;
use super::plan::Plan;
use super::{policy, tree, unreadable};
use crate::Error;
use crate::import::StateDict;
use crate::import::pickle::{self, Limits, Node, Pickle};

/// `0x1950a86a20f9469cfc6c`, little-endian.
const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

const PROTOCOL: i64 = 1001;

pub(super) fn read<R: Read + Seek>(source: R, length: u64) -> Result<StateDict, Error> {
    let mut source = BufReader::with_capacity(1 << 16, source);
    let magic = next_pickle(&mut source).map_err(|_| not_torch())?;
    if !matches!(magic.root().node(), Node::LargeInteger(bytes) if **bytes == MAGIC) {
        return Err(not_torch());
    }
    if next_pickle(&mut source)?.root().integer() != Some(PROTOCOL) {
        return Err(Error::Import("its PyTorch container has an unknown version".into()));
    }
    let machine = next_pickle(&mut source)?;
    let little_endian = machine.root().get("little_endian");
    let big_endian = matches!(little_endian.map(pickle::Value::node), Some(Node::Bool(false)));

    let object = next_pickle(&mut source)?;
    let keys = next_pickle(&mut source)?;
    let keys: Option<Vec<&str>> =
        keys.root().items().and_then(|keys| keys.map(pickle::Value::text).collect());
    let keys = keys.ok_or_else(|| Error::Import("its list of storages is not readable".into()))?;

    // Storages are stored as they are, so there cannot be more of them than bytes left.
    let position = source.stream_position().map_err(unreadable)?;
    let available = length.saturating_sub(position);
    let plan = Plan::new(tree::tensors(&object)?, tree::storages(&object), available)?;
    drop(object);
    let mut assembly = Assembly::new(plan, big_endian);
    for key in keys {
        let mut count = [0; 8];
        source.read_exact(&mut count).map_err(|_| cut_off())?;
        let count = if big_endian { u64::from_be_bytes(count) } else { u64::from_le_bytes(count) };
        let storage = assembly
            .storage(key)
            .filter(|storage| storage.elements as u64 == count)
            .ok_or_else(|| Error::Import(format!("its storage {} is not as described", tree::short(key))))?;
        let size = storage.bytes().ok_or_else(cut_off)?;
        let mut content = source.by_ref().take(size);
        if assembly.wants(key) {
            let mut bytes = Vec::with_capacity(size.min(available) as usize);
            content.read_to_end(&mut bytes).map_err(unreadable)?;
            if bytes.len() as u64 != size {
                return Err(cut_off());
            }
            assembly.supply(key, bytes)?;
        } else {
            std::io::copy(&mut content, &mut std::io::sink()).map_err(unreadable)?;
        }
    }
    assembly.finish()
}

fn next_pickle(source: &mut impl Read) -> Result<Pickle, Error> {
    pickle::read(source, Limits::default(), &policy::check)
}

fn cut_off() -> Error {
    Error::Import("it is cut off: its storages are not complete".into())
}

fn not_torch() -> Error {
    Error::Import("this is a Python pickle, but not one that torch.save wrote".into())
}
