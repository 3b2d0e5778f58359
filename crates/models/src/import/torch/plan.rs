//! Checks what a pickle claims about its tensors before any storage is read.

use std::collections::BTreeMap;

use graph::ElementType;

use super::element;
use super::tree::{Described, short};
use crate::Error;

/// A run of numbers in the file that tensors are views of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Storage {
    pub(super) key: String,
    pub(super) element: ElementType,
    pub(super) elements: usize,
}

impl Storage {
    /// Its size in bytes, when that is a number at all.
    pub(super) fn bytes(&self) -> Option<u64> {
        (self.elements as u64).checked_mul(self.element.size() as u64)
    }
}

/// Which elements of a storage make a tensor. All numbers count elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) element: ElementType,
    pub(super) base: usize,
    pub(super) visible: usize,
    pub(super) offset: usize,
    pub(super) shape: Vec<usize>,
    pub(super) strides: Vec<usize>,
}

/// What to read, all of it checked.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) storages: BTreeMap<String, Storage>,
    /// Tensors by the key of their storage.
    pub(super) tensors: BTreeMap<String, Vec<(String, Slice)>>,
}

/// Sides of a tensor; `PyTorch` itself stops at 64.
pub(super) const MOST_SIDES: usize = 64;

/// Tensors that repeat elements of their storage (tied or expanded weights) may come to this many times the file.
const LARGEST_GROWTH: u64 = 4;

/// The same for small files.
const ALWAYS_ALLOWED: u64 = 16 << 20;

impl Plan {
    /// Checks tensors and storages against each other and against the `available` bytes of storages.
    pub(super) fn new(
        described: Vec<Described>,
        mentioned: impl Iterator<Item = Result<Storage, Error>>,
        available: u64,
    ) -> Result<Self, Error> {
        let mut storages: BTreeMap<String, Storage> = BTreeMap::new();
        let mut claimed = 0_u64;
        for storage in mentioned {
            let storage = storage?;
            if let Some(known) = storages.get(&storage.key) {
                if *known != storage {
                    return Err(contradiction(&storage.key));
                }
                continue;
            }
            claimed = storage
                .bytes()
                .and_then(|bytes| claimed.checked_add(bytes))
                .filter(|&claimed| claimed <= available)
                .ok_or_else(|| {
                    Error::Import("it claims more numbers than it holds: it is damaged or cut off".into())
                })?;
            storages.insert(storage.key.clone(), storage);
        }
        let allowed = available.saturating_mul(LARGEST_GROWTH).saturating_add(ALWAYS_ALLOWED);
        let mut wanted = 0_u64;
        let mut tensors: BTreeMap<String, Vec<(String, Slice)>> = BTreeMap::new();
        for Described { name, storage, slice } in described {
            if storages.get(&storage.key) != Some(&storage) {
                return Err(contradiction(&storage.key));
            }
            let bytes = slice.check(&storage).ok_or_else(|| {
                Error::Import(format!("the tensor {} reaches outside of its storage", short(&name)))
            })?;
            wanted = wanted.saturating_add(bytes);
            if wanted > allowed {
                return Err(Error::Import(format!(
                    "the tensor {} claims far more numbers than the file holds",
                    short(&name)
                )));
            }
            tensors.entry(storage.key).or_default().push((name, slice));
        }
        Ok(Self { storages, tensors })
    }
}

impl Slice {
    /// Bytes of the imported tensor, when every element lies inside of the storage.
    fn check(&self, storage: &Storage) -> Option<u64> {
        if self.shape.len() != self.strides.len() || self.shape.len() > MOST_SIDES {
            return None;
        }
        if self.base.checked_add(self.visible)? > storage.elements {
            return None;
        }
        // A dtype of its own re-reads the bytes of an untyped storage.
        let visible = self.visible.checked_mul(storage.element.size())? / self.element.size();
        let count = self.shape.iter().try_fold(1_usize, |product, &side| product.checked_mul(side))?;
        if count > 0 {
            let mut last = self.offset;
            for (&side, &stride) in self.shape.iter().zip(&self.strides) {
                last = last.checked_add((side - 1).checked_mul(stride)?)?;
            }
            if last >= visible {
                return None;
            }
        }
        let size = self.element.size().max(element::imported(self.element).size());
        (count as u64).checked_mul(size as u64)
    }

    /// Whether the elements lie row-major without gaps.
    pub(super) fn is_contiguous(&self) -> bool {
        let mut expected = 1_usize;
        for (&side, &stride) in self.shape.iter().zip(&self.strides).rev() {
            if side != 1 && stride != expected {
                return false;
            }
            expected = expected.saturating_mul(side);
        }
        true
    }

    /// How many elements the tensor has; [`Slice::check`] has shown that this does not overflow.
    pub(super) fn count(&self) -> usize {
        self.shape.iter().product()
    }
}

fn contradiction(key: &str) -> Error {
    Error::Import(format!("it describes its storage {} in two ways", short(key)))
}
