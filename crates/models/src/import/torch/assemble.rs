//! Makes tensors out of the bytes of one storage after the other.

use graph::{ElementType, Tensor};

use super::element;
use super::plan::{Plan, Slice, Storage};
use crate::Error;
use crate::import::StateDict;

pub(super) struct Assembly {
    plan: Plan,
    big_endian: bool,
    weights: StateDict,
}

impl Assembly {
    pub(super) fn new(plan: Plan, big_endian: bool) -> Self {
        Self { plan, big_endian, weights: StateDict::new() }
    }

    pub(super) fn storage(&self, key: &str) -> Option<&Storage> {
        self.plan.storages.get(key)
    }

    /// Keys of the storages that tensors still wait for.
    pub(super) fn wanted(&self) -> Vec<String> {
        self.plan.tensors.keys().cloned().collect()
    }

    pub(super) fn wants(&self, key: &str) -> bool {
        self.plan.tensors.contains_key(key)
    }

    /// Makes the tensors of one storage from its bytes.
    pub(super) fn supply(&mut self, key: &str, mut bytes: Vec<u8>) -> Result<(), Error> {
        let Some(storage) = self.plan.storages.get(key) else { return Ok(()) };
        let unit = storage.element.size();
        let mut tensors = self.plan.tensors.remove(key).unwrap_or_default();
        let last = tensors.pop();
        for (name, slice) in tensors {
            self.weights.insert(name, tensor(&slice, unit, gather(&slice, unit, &bytes)?, self.big_endian)?);
        }
        if let Some((name, slice)) = last {
            // The usual tensor is the whole of its storage: its bytes are moved and not copied.
            let whole = slice.base == 0 && slice.offset == 0 && slice.is_contiguous();
            if whole && slice.count() * slice.element.size() <= bytes.len() {
                bytes.truncate(slice.count() * slice.element.size());
            } else {
                bytes = gather(&slice, unit, &bytes)?;
            }
            self.weights.insert(name, tensor(&slice, unit, bytes, self.big_endian)?);
        }
        Ok(())
    }

    /// The weights, when every storage has been supplied.
    pub(super) fn finish(self) -> Result<StateDict, Error> {
        match self.plan.tensors.keys().next() {
            Some(key) => Err(Error::Import(format!(
                "its storage {} is missing: it is damaged or cut off",
                super::tree::short(key)
            ))),
            None => Ok(self.weights),
        }
    }
}

/// The elements of a slice in row-major order.
fn gather(slice: &Slice, unit: usize, storage: &[u8]) -> Result<Vec<u8>, Error> {
    let outside = || Error::Import("a tensor reaches outside of its storage".into());
    let size = slice.element.size();
    let visible = storage.get(slice.base * unit..).ok_or_else(outside)?;
    let count = slice.count();
    if slice.is_contiguous() {
        let start = slice.offset * size;
        return Ok(if count == 0 {
            Vec::new()
        } else {
            visible.get(start..start + count * size).ok_or_else(outside)?.to_vec()
        });
    }
    let mut gathered = Vec::with_capacity(count * size);
    let mut index = vec![0; slice.shape.len()];
    let mut position = slice.offset;
    for _ in 0..count {
        gathered.extend_from_slice(visible.get(position * size..(position + 1) * size).ok_or_else(outside)?);
        for axis in (0..index.len()).rev() {
            index[axis] += 1;
            position += slice.strides[axis];
            if index[axis] < slice.shape[axis] {
                break;
            }
            position -= index[axis] * slice.strides[axis];
            index[axis] = 0;
        }
    }
    Ok(gathered)
}

fn tensor(slice: &Slice, unit: usize, mut bytes: Vec<u8>, big_endian: bool) -> Result<Tensor, Error> {
    // Untyped storages hold bytes, but their numbers were still written in the machine's order.
    if big_endian && unit.max(slice.element.size()) > 1 {
        bytes.chunks_exact_mut(slice.element.size()).for_each(<[u8]>::reverse);
    }
    if slice.element == ElementType::Bool {
        for byte in &mut bytes {
            *byte = u8::from(*byte != 0);
        }
    }
    let bytes = element::convert(slice.element, bytes);
    Tensor::new(element::imported(slice.element), slice.shape.clone(), bytes)
        .ok_or_else(|| Error::Import("a tensor does not fit its shape".into()))
}
