//! The tree of symbols that a pickle becomes.

use std::fmt;

/// Number of a node within its [`Pickle`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// A class or function by name; only ever a name here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassName {
    /// Module path, such as `collections`.
    pub module: Box<str>,
    /// Name in the module, possibly dotted, such as `OrderedDict`.
    pub name: Box<str>,
}

impl ClassName {
    /// Whether this is `module.name`.
    pub fn is(&self, module: &str, name: &str) -> bool {
        &*self.module == module && &*self.name == name
    }
}

impl fmt::Display for ClassName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The names come from the file and end in messages: no control characters, no novels.
        let full = format!("{}.{}", self.module, self.name);
        for character in full.chars().take(120) {
            write!(formatter, "{}", if character.is_control() { '?' } else { character })?;
        }
        if full.chars().nth(120).is_some() {
            write!(formatter, "...")?;
        }
        Ok(())
    }
}

/// What Python would have built by calling a class or function.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The class or function: a [`Node::Class`], or a persistent id or object that stands for one.
    pub constructor: NodeId,
    /// Positional arguments, a [`Node::Tuple`].
    pub arguments: NodeId,
    /// Keyword arguments, a [`Node::Dict`], when given.
    pub keywords: Option<NodeId>,
    /// What `__setstate__` would get.
    pub state: Option<NodeId>,
    /// Appended items, for classes that behave as lists or sets.
    pub items: Vec<NodeId>,
    /// Entries set, for classes that behave as dictionaries.
    pub entries: Vec<(NodeId, NodeId)>,
}

/// One value of a pickle.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Node {
    None,
    Bool(bool),
    Integer(i64),
    /// A whole number beyond 64 bits: two's complement, little-endian.
    LargeInteger(Box<[u8]>),
    Float(f64),
    Text(Box<str>),
    Bytes(Box<[u8]>),
    Tuple(Vec<NodeId>),
    List(Vec<NodeId>),
    Set(Vec<NodeId>),
    Dict(Vec<(NodeId, NodeId)>),
    Class(Box<ClassName>),
    Object(Box<Object>),
    /// A reference to something that is kept outside of the pickle, by its id.
    Persistent(NodeId),
}

/// A read pickle.
#[derive(Debug)]
pub struct Pickle {
    pub(super) nodes: Vec<Node>,
    pub(super) root: NodeId,
}

impl Pickle {
    /// The value that the pickle stands for.
    pub fn root(&self) -> Value<'_> {
        self.value(self.root)
    }

    /// The value behind an id of this pickle.
    pub fn value(&self, id: NodeId) -> Value<'_> {
        Value { pickle: self, id }
    }

    /// All values in the order of their creation, for those who look for one kind of value everywhere.
    pub fn values(&self) -> impl Iterator<Item = Value<'_>> {
        (0..self.nodes.len()).map(|index| self.value(NodeId(index as u32)))
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never true: a pickle has at least its root.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// One value seen inside its pickle. Values can be shared and can contain themselves: whoever descends has to bound
/// the depth.
#[derive(Clone, Copy)]
pub struct Value<'p> {
    pickle: &'p Pickle,
    id: NodeId,
}

impl<'p> Value<'p> {
    /// Its number; equal numbers are the same Python object.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The node itself.
    pub fn node(self) -> &'p Node {
        &self.pickle.nodes[self.id.0 as usize]
    }

    /// The text, when it is one.
    pub fn text(self) -> Option<&'p str> {
        if let Node::Text(text) = self.node() { Some(text) } else { None }
    }

    /// The whole number, when it is one of at most 64 bits.
    pub fn integer(self) -> Option<i64> {
        if let Node::Integer(integer) = self.node() { Some(*integer) } else { None }
    }

    /// The whole number, when it is one that is not negative and fits.
    pub fn size(self) -> Option<usize> {
        self.integer().and_then(|integer| usize::try_from(integer).ok())
    }

    /// The class or function name, when it is one.
    pub fn class(self) -> Option<&'p ClassName> {
        if let Node::Class(class) = self.node() { Some(class) } else { None }
    }

    /// The items of a tuple, list, set, or list-like object. Many values can share one long tuple: whoever gathers them
    /// has to bound their number.
    pub fn items(self) -> Option<impl ExactSizeIterator<Item = Self>> {
        let ids = match self.node() {
            Node::Tuple(ids) | Node::List(ids) | Node::Set(ids) => ids,
            Node::Object(object) => &object.items,
            _ => return None,
        };
        Some(ids.iter().map(move |&id| self.at(id)))
    }

    /// The entries of a dictionary or dictionary-like object, in their order.
    pub fn entries(self) -> Option<impl DoubleEndedIterator<Item = (Self, Self)> + ExactSizeIterator> {
        let entries = match self.node() {
            Node::Dict(entries) => entries,
            Node::Object(object) => &object.entries,
            _ => return None,
        };
        Some(entries.iter().map(move |&(key, value)| (self.at(key), self.at(value))))
    }

    /// The last entry with that text as its key, as Python would find it.
    pub fn get(self, name: &str) -> Option<Self> {
        self.entries()?.rev().find(|(key, _)| key.text() == Some(name)).map(|(_, value)| value)
    }

    /// The object, when it is one.
    pub fn object(self) -> Option<&'p Object> {
        if let Node::Object(object) = self.node() { Some(object) } else { None }
    }

    /// Name of the class or function that an object was made by.
    pub fn constructor(self) -> Option<&'p ClassName> {
        self.at(self.object()?.constructor).class()
    }

    /// Positional arguments that an object was made with.
    pub fn arguments(self) -> Option<impl ExactSizeIterator<Item = Self>> {
        self.at(self.object()?.arguments).items()
    }

    /// State that an object was given.
    pub fn state(self) -> Option<Self> {
        Some(self.at(self.object()?.state?))
    }

    /// The id of something kept outside of the pickle.
    pub fn persistent(self) -> Option<Self> {
        if let Node::Persistent(id) = self.node() { Some(self.at(*id)) } else { None }
    }

    /// What kind of value it is, for messages.
    pub fn describe(self) -> String {
        match self.node() {
            Node::None => "None".into(),
            Node::Bool(_) => "a truth value".into(),
            Node::Integer(_) | Node::LargeInteger(_) => "a whole number".into(),
            Node::Float(_) => "a number".into(),
            Node::Text(_) => "a text".into(),
            Node::Bytes(_) => "bytes".into(),
            Node::Tuple(_) => "a tuple".into(),
            Node::List(_) => "a list".into(),
            Node::Set(_) => "a set".into(),
            Node::Dict(_) => "a dictionary".into(),
            Node::Class(class) => format!("the class {class}"),
            Node::Object(_) => match self.constructor() {
                Some(class) => format!("an object of {class}"),
                None => "an object".into(),
            },
            Node::Persistent(_) => "a reference".into(),
        }
    }

    fn at(self, id: NodeId) -> Self {
        Self { pickle: self.pickle, id }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}: {}", self.id, self.describe())
    }
}
