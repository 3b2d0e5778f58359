//! Finds the state dict in a read pickle, and the tensors in it.

use super::element;
use super::plan::{MOST_SIDES, Slice, Storage};
use crate::Error;
use crate::import::pickle::{Node, NodeId, Pickle, Value};

/// Where people keep the weights when they save more than those, the usual names first.
const USUAL_NAMES: &[&str] =
    &["state_dict", "model_state_dict", "model", "net", "network", "weights", "params", "model_ema", "ema"];

/// How many dictionaries may lie around the state dict.
const DEEPEST: usize = 4;

/// Prefixes that wrappers put in front of every name.
const WRAPPERS: &[&str] = &["module.", "_orig_mod."];

/// Bytes of a tensor's or storage's name. All of them may be the same stored text, and each is copied.
const LONGEST_NAME: usize = 512;

/// Tensors of a state dict; large networks have a few thousand.
const MOST_TENSORS: usize = 20_000;

/// Arguments of the functions that make tensors, and parts of the ids of storages.
const MOST_PARTS: usize = 16;

/// A tensor as the pickle describes it.
pub(super) struct Described {
    pub(super) name: String,
    pub(super) storage: Storage,
    pub(super) slice: Slice,
}

/// The tensors of the state dict, in the file's order.
pub(super) fn tensors(pickle: &Pickle) -> Result<Vec<Described>, Error> {
    let entries = find(pickle.root(), 0, &mut Vec::new())?;
    let mut tensors = Vec::new();
    for (key, value) in entries {
        // Numbers and notes between the weights belong to nobody here.
        if let (Some(name), Some(tensor)) = (key.text(), unwrapped(value)) {
            if tensors.len() >= MOST_TENSORS {
                return Err(Error::Import("it has more tensors than any network".into()));
            }
            if name.len() > LONGEST_NAME {
                return Err(Error::Import("the name of a tensor in it is endless".into()));
            }
            let (storage, slice) = describe(tensor).ok_or_else(|| unusual(name))?;
            tensors.push(Described { name: name.to_owned(), storage, slice });
        }
    }
    for wrapper in WRAPPERS {
        if tensors.iter().all(|tensor| tensor.name.starts_with(wrapper)) {
            for tensor in &mut tensors {
                tensor.name.drain(..wrapper.len());
            }
        }
    }
    Ok(tensors)
}

/// Every storage that the pickle mentions, also those of an optimiser: the legacy container has them in line.
pub(super) fn storages(pickle: &Pickle) -> impl Iterator<Item = Result<Storage, Error>> {
    let ids = pickle.values().filter_map(Value::persistent);
    ids.map(|id| storage(id).ok_or_else(|| Error::Import("it refers to a storage in an unknown way".into())))
}

/// `seen` keeps dictionaries that contain each other from being searched more than once.
fn find<'p>(
    value: Value<'p>,
    depth: usize,
    seen: &mut Vec<NodeId>,
) -> Result<Vec<(Value<'p>, Value<'p>)>, Error> {
    seen.push(value.id());
    let Some(entries) = mapping(value) else {
        return Err(Error::Import(format!("it holds {}, not a dictionary of weights", value.describe())));
    };
    if entries.iter().any(|(key, value)| key.text().is_some() && unwrapped(*value).is_some()) {
        return Ok(entries);
    }
    if depth < DEEPEST {
        for name in USUAL_NAMES {
            let inner = entries.iter().rev().find(|(key, _)| key.text() == Some(name));
            if let Some((_, inner)) = inner
                && !seen.contains(&inner.id())
                && let Ok(found) = find(*inner, depth + 1, seen)
            {
                return Ok(found);
            }
        }
    }
    let names: Vec<String> = entries.iter().filter_map(|(key, _)| key.text()).take(8).map(short).collect();
    Err(Error::Import(if names.is_empty() {
        "its dictionary is empty".into()
    } else {
        format!("there are no weights in its dictionary, which has {}", names.join(", "))
    }))
}

/// Entries of a dictionary of any of the usual classes.
fn mapping(value: Value<'_>) -> Option<Vec<(Value<'_>, Value<'_>)>> {
    if matches!(value.node(), Node::Dict(_)) {
        return Some(value.entries()?.collect());
    }
    let class = value.constructor()?;
    if !class.is("collections", "OrderedDict") && !class.is("collections", "defaultdict") {
        return None;
    }
    let mut entries: Vec<_> = value.entries()?.collect();
    // Python 2 gave the entries of an OrderedDict as a list of pairs.
    if entries.is_empty()
        && let Some(pairs) = value.arguments()?.next().and_then(Value::items)
    {
        for pair in pairs {
            let [key, value] = few(pair.items()?)?[..] else { return None };
            entries.push((key, value));
        }
    }
    Some(entries)
}

/// The tensor in a value: itself, or what a parameter wraps.
fn unwrapped(value: Value<'_>) -> Option<Value<'_>> {
    let class = value.constructor()?;
    match (&*class.module, &*class.name) {
        ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2" | "_rebuild_tensor_v3") => Some(value),
        ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => {
            let inner = value.arguments()?.next()?;
            let class = inner.constructor()?;
            (&*class.module == "torch._utils" && class.name.starts_with("_rebuild_tensor")).then_some(inner)
        }
        _ => None,
    }
}

/// `_rebuild_tensor*(storage, offset, size, stride, ...)`; the third version names its dtype as seventh.
fn describe(tensor: Value<'_>) -> Option<(Storage, Slice)> {
    let arguments = few(tensor.arguments()?)?;
    let [storage_id, offset, shape, strides, rest @ ..] = &arguments[..] else { return None };
    let (storage, base, visible) = viewed_storage(storage_id.persistent()?)?;
    let element = match rest {
        [_, _, dtype, ..] if tensor.constructor()?.name.ends_with("_v3") => {
            element::of_dtype(dtype.class()?)?
        }
        _ => storage.element,
    };
    let slice = Slice {
        element,
        // A storage that is a view of another one begins inside of it. Counted in elements of the storage.
        base,
        visible,
        offset: offset.size()?,
        shape: sizes(*shape)?,
        strides: sizes(*strides)?,
    };
    Some((storage, slice))
}

/// A handful of values, or nothing: a long tuple may be shared by a hundred thousand tensors.
fn few<'p>(values: impl ExactSizeIterator<Item = Value<'p>>) -> Option<Vec<Value<'p>>> {
    (values.len() <= MOST_PARTS).then(|| values.collect())
}

fn sizes(value: Value<'_>) -> Option<Vec<usize>> {
    // `torch.Size` is a tuple with another name.
    let value = if value.object().is_some() { value.arguments()?.next()? } else { value };
    let sides = value.items()?;
    if sides.len() > MOST_SIDES { None } else { sides.map(Value::size).collect() }
}

fn storage(id: Value<'_>) -> Option<Storage> {
    viewed_storage(id).map(|(storage, _, _)| storage)
}

/// `("storage", class, key, location, elements)`, in the legacy container followed by `None` or
/// `(key of the view, offset, elements)`.
fn viewed_storage(id: Value<'_>) -> Option<(Storage, usize, usize)> {
    let parts = few(id.items()?)?;
    let [kind, class, key, _location, elements, rest @ ..] = &parts[..] else { return None };
    if kind.text() != Some("storage") {
        return None;
    }
    let elements = elements.size()?;
    let storage = Storage {
        key: key.text().filter(|key| key.len() <= LONGEST_NAME)?.to_owned(),
        element: element::of_storage(class.class()?)?,
        elements,
    };
    match rest {
        [view, ..] if !matches!(view.node(), Node::None) => {
            let [_, offset, visible] = few(view.items()?)?[..] else { return None };
            Some((storage, offset.size()?, visible.size()?))
        }
        _ => Some((storage, 0, elements)),
    }
}

fn unusual(name: &str) -> Error {
    Error::Import(format!("the tensor {} is described in an impossible way", short(name)))
}

/// A name from the file, fit for a message.
pub(super) fn short(name: &str) -> String {
    let clean: String = name.chars().take(80).map(|c| if c.is_control() { '?' } else { c }).collect();
    format!("\"{clean}\"")
}
