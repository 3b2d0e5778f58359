//! The stack machine: each opcode of a pickle, on symbols.

use std::collections::HashMap;
use std::io::Read;

use super::input::{Input, text, unescaped};
use super::value::{ClassName, Node, NodeId, Object, Pickle};
use super::{Limits, Policy};
use crate::Error;

const NONE: NodeId = NodeId(0);
const FALSE: NodeId = NodeId(1);
const TRUE: NodeId = NodeId(2);
const EMPTY_TUPLE: NodeId = NodeId(3);

/// Bytes of a class's module and name. A stored text can be named again and again, and each name is a copy.
const LONGEST_NAME: usize = 1024;

pub(super) struct Machine<'a, R> {
    input: Input<R>,
    limits: Limits,
    policy: &'a Policy<'a>,
    nodes: Vec<Node>,
    stack: Vec<NodeId>,
    /// Heights of the stack at each open MARK.
    marks: Vec<usize>,
    memo: HashMap<u32, NodeId>,
}

impl<'a, R: Read> Machine<'a, R> {
    pub(super) fn new(source: R, limits: Limits, policy: &'a Policy<'a>) -> Self {
        let nodes = vec![Node::None, Node::Bool(false), Node::Bool(true), Node::Tuple(Vec::new())];
        let input = Input::new(source, limits.bytes);
        Self { input, limits, policy, nodes, stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() }
    }

    pub(super) fn run(mut self) -> Result<Pickle, Error> {
        loop {
            let opcode = self.input.byte()?;
            if opcode == b'.' {
                let root = self.pop()?;
                return Ok(Pickle { nodes: self.nodes, root });
            }
            self.step(opcode)?;
        }
    }

    fn step(&mut self, opcode: u8) -> Result<(), Error> {
        match opcode {
            // The stack and the memo.
            b'(' => self.mark(),
            b'0' => self.drop_top(),
            b'1' => self.pop_to_mark().map(drop),
            b'2' => self.top().and_then(|id| self.push_id(id)),
            b'p' => self.line_number().and_then(|index| self.memoize(index)),
            b'q' => self.input.byte().and_then(|index| self.memoize(u32::from(index))),
            b'r' => self.unsigned().and_then(|index| self.memoize(index)),
            0x94 => self.memoize(self.memo.len() as u32),
            b'g' => self.line_number().and_then(|index| self.recall(index)),
            b'h' => self.input.byte().and_then(|index| self.recall(u32::from(index))),
            b'j' => self.unsigned().and_then(|index| self.recall(index)),
            // The protocol number and the frame length tell nothing that is needed.
            0x80 => self.protocol(),
            0x95 => self.input.array::<8>().map(drop),

            b'N' => self.push_id(NONE),
            0x88 => self.push_id(TRUE),
            0x89 => self.push_id(FALSE),
            b'I' | b'J' | b'K' | b'M' | b'L' | 0x8a | 0x8b | b'F' | b'G' => self.number(opcode),
            b'S' | b'T' | b'U' | b'V' | b'X' | 0x8c | 0x8d | b'B' | b'C' | 0x8e | 0x96 => self.string(opcode),

            b')' => self.push_id(EMPTY_TUPLE),
            b't' => self.pop_to_mark().and_then(|items| self.push(Node::Tuple(items))),
            0x85..=0x87 => {
                self.pop_many(usize::from(opcode - 0x84)).and_then(|it| self.push(Node::Tuple(it)))
            }
            b']' => self.push(Node::List(Vec::new())),
            b'l' => self.pop_to_mark().and_then(|items| self.push(Node::List(items))),
            0x8f => self.push(Node::Set(Vec::new())),
            0x91 => self.pop_to_mark().and_then(|items| self.push(Node::Set(items))),
            b'}' => self.push(Node::Dict(Vec::new())),
            b'd' => self.pop_to_mark().and_then(|flat| self.push(Node::Dict(pairs(&flat)?))),
            b'a' => self.pop().and_then(|item| self.append(&[item])),
            b'e' | 0x90 => self.pop_to_mark().and_then(|items| self.append(&items)),
            b's' => self.pop_many(2).and_then(|flat| self.set_entries(&flat)),
            b'u' => self.pop_to_mark().and_then(|flat| self.set_entries(&flat)),

            b'c' | b'i' | 0x93 | b'R' | b'o' | 0x81 | 0x92 => self.construct(opcode),
            b'b' => self.build(),
            b'P' => self.persistent_line(),
            b'Q' => self.pop().and_then(|id| self.push(Node::Persistent(id))),
            0x82..=0x84 => refuse("its pickle uses a registry of extensions that only its author has"),
            0x97 | 0x98 => refuse("its pickle keeps data in buffers outside of the file"),
            _ => Err(Error::Import(format!("its pickle has an unknown instruction ({opcode:#04x})"))),
        }
    }

    fn number(&mut self, opcode: u8) -> Result<(), Error> {
        let node = match opcode {
            b'I' => match self.input.line()?.trim() {
                "00" => return self.push_id(FALSE),
                "01" => return self.push_id(TRUE),
                digits => Node::Integer(parse(digits)?),
            },
            b'J' => Node::Integer(i64::from(i32::from_le_bytes(self.input.array()?))),
            b'K' => Node::Integer(i64::from(self.input.byte()?)),
            b'M' => Node::Integer(i64::from(u16::from_le_bytes(self.input.array()?))),
            b'L' => Node::Integer(parse(self.input.line()?.trim().trim_end_matches('L'))?),
            b'F' => Node::Float(parse(self.input.line()?.trim())?),
            b'G' => Node::Float(f64::from_be_bytes(self.input.array()?)),
            0x8a => {
                let length = u32::from(self.input.byte()?);
                self.long(length)?
            }
            _ => {
                let length = self.unsigned()?;
                self.long(length)?
            }
        };
        self.push(node)
    }

    /// A whole number in two's complement, little-endian, shortest form.
    fn long(&mut self, length: u32) -> Result<Node, Error> {
        if length as usize > self.limits.integer_bytes {
            return Err(Error::Import(format!("its pickle has a whole number of {length} bytes")));
        }
        let bytes = self.input.bytes(u64::from(length))?;
        let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        if bytes.len() > 8 {
            return Ok(Node::LargeInteger(bytes.into()));
        }
        let mut word = if negative { [0xff; 8] } else { [0; 8] };
        word[..bytes.len()].copy_from_slice(&bytes);
        Ok(Node::Integer(i64::from_le_bytes(word)))
    }

    fn string(&mut self, opcode: u8) -> Result<(), Error> {
        let length = match opcode {
            b'S' => {
                let quoted = self.input.line()?;
                let Some(content) = unquote(quoted.trim()) else {
                    return refuse("a text in its pickle is not quoted");
                };
                return self.push(Node::Text(content.into()));
            }
            b'V' => {
                let line = self.input.raw_line()?;
                return self.push(Node::Text(unescaped(&line)?.into()));
            }
            b'U' | b'C' | 0x8c => u64::from(self.input.byte()?),
            b'T' | b'X' | b'B' => u64::from(self.unsigned()?),
            _ => u64::from_le_bytes(self.input.array()?),
        };
        let bytes = self.input.bytes(length)?;
        let node = match opcode {
            b'X' | 0x8c | 0x8d => Node::Text(text(bytes)?.into()),
            // Python 2 wrote its texts as bytes, Python 3 its bytes under other opcodes.
            b'T' | b'U' => match String::from_utf8(bytes) {
                Ok(text) => Node::Text(text.into()),
                Err(error) => Node::Bytes(error.into_bytes().into()),
            },
            _ => Node::Bytes(bytes.into()),
        };
        self.push(node)
    }

    fn construct(&mut self, opcode: u8) -> Result<(), Error> {
        let (constructor, arguments, keywords) = match opcode {
            b'c' => {
                let (module, name) = (self.input.line()?, self.input.line()?);
                let class = self.class(module, name)?;
                return self.push_id(class);
            }
            0x93 => {
                let names = self.pop_many(2)?;
                let [Node::Text(module), Node::Text(name)] = [self.node(names[0]), self.node(names[1])]
                else {
                    return refuse("its pickle names a class by something that is not a text");
                };
                if module.len() + name.len() > LONGEST_NAME {
                    return refuse("its pickle names a class by an endless text");
                }
                let class = self.class(module.to_string(), name.to_string())?;
                return self.push_id(class);
            }
            b'i' => {
                let (module, name) = (self.input.line()?, self.input.line()?);
                let class = self.class(module, name)?;
                let items = self.pop_to_mark()?;
                (class, self.add(Node::Tuple(items))?, None)
            }
            b'o' => {
                let mut items = self.pop_to_mark()?;
                if items.is_empty() {
                    return refuse("its pickle makes an object of no class");
                }
                let constructor = items.remove(0);
                (constructor, self.add(Node::Tuple(items))?, None)
            }
            0x92 => {
                let parts = self.pop_many(3)?;
                (parts[0], parts[1], Some(parts[2]))
            }
            _ => {
                let parts = self.pop_many(2)?;
                (parts[0], parts[1], None)
            }
        };
        let callable =
            matches!(self.node(constructor), Node::Class(_) | Node::Persistent(_) | Node::Object(_));
        if !callable || !matches!(self.node(arguments), Node::Tuple(_)) {
            return refuse("its pickle calls something that is not a class or function");
        }
        let (items, entries) = (Vec::new(), Vec::new());
        let object = Object { constructor, arguments, keywords, state: None, items, entries };
        self.push(Node::Object(Box::new(object)))
    }

    /// A class or function by name, if the policy lets it pass.
    fn class(&mut self, module: String, name: String) -> Result<NodeId, Error> {
        let class = ClassName { module: module.into(), name: name.into() };
        (self.policy)(&class).map_err(Error::Import)?;
        self.add(Node::Class(Box::new(class)))
    }

    fn build(&mut self) -> Result<(), Error> {
        let state = self.pop()?;
        match self.top_node()? {
            Node::Object(object) if object.state.is_none() => {
                object.state = Some(state);
                Ok(())
            }
            _ => refuse("its pickle gives a state to something that takes none"),
        }
    }

    fn append(&mut self, new: &[NodeId]) -> Result<(), Error> {
        match self.top_node()? {
            Node::List(items) | Node::Set(items) => items.extend_from_slice(new),
            Node::Object(object) => object.items.extend_from_slice(new),
            _ => return refuse("its pickle appends to something that is not a list"),
        }
        Ok(())
    }

    fn set_entries(&mut self, flat: &[NodeId]) -> Result<(), Error> {
        let new = pairs(flat)?;
        match self.top_node()? {
            Node::Dict(entries) => entries.extend(new),
            Node::Object(object) => object.entries.extend(new),
            _ => return refuse("its pickle sets entries of something that is not a dictionary"),
        }
        Ok(())
    }

    fn persistent_line(&mut self) -> Result<(), Error> {
        let line = self.input.line()?;
        let id = self.add(Node::Text(line.into()))?;
        self.push(Node::Persistent(id))
    }

    fn protocol(&mut self) -> Result<(), Error> {
        match self.input.byte()? {
            0..=5 => Ok(()),
            newer => Err(Error::Import(format!("its pickle has protocol {newer}; 0 to 5 are known"))),
        }
    }

    fn mark(&mut self) -> Result<(), Error> {
        if self.marks.len() >= self.limits.marks {
            return refuse("its pickle is nested deeper than any model needs");
        }
        self.marks.push(self.stack.len());
        Ok(())
    }

    fn memoize(&mut self, index: u32) -> Result<(), Error> {
        let id = self.top()?;
        if self.memo.len() >= self.limits.nodes {
            return refuse("its pickle has more values than any model needs");
        }
        self.memo.insert(index, id);
        Ok(())
    }

    fn recall(&mut self, index: u32) -> Result<(), Error> {
        let Some(&id) = self.memo.get(&index) else {
            return refuse("its pickle refers to a value that it has not stored");
        };
        self.push_id(id)
    }

    fn unsigned(&mut self) -> Result<u32, Error> {
        self.input.array().map(u32::from_le_bytes)
    }

    fn line_number(&mut self) -> Result<u32, Error> {
        parse(self.input.line()?.trim())
    }

    fn add(&mut self, node: Node) -> Result<NodeId, Error> {
        if self.nodes.len() >= self.limits.nodes {
            return refuse("its pickle has more values than any model needs");
        }
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(node);
        Ok(id)
    }

    fn push(&mut self, node: Node) -> Result<(), Error> {
        let id = self.add(node)?;
        self.push_id(id)
    }

    fn push_id(&mut self, id: NodeId) -> Result<(), Error> {
        if self.stack.len() >= self.limits.nodes {
            return refuse("its pickle has more values than any model needs");
        }
        self.stack.push(id);
        Ok(())
    }

    /// Height below which the values belong to somebody outside of the open MARK.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn top(&self) -> Result<NodeId, Error> {
        match self.stack.last() {
            Some(&id) if self.stack.len() > self.floor() => Ok(id),
            _ => refuse("its pickle takes a value that is not there"),
        }
    }

    fn top_node(&mut self) -> Result<&mut Node, Error> {
        let id = self.top()?;
        Ok(&mut self.nodes[id.0 as usize])
    }

    fn pop(&mut self) -> Result<NodeId, Error> {
        let id = self.top()?;
        self.stack.pop();
        Ok(id)
    }

    /// POP takes an open MARK away when nothing lies on it.
    fn drop_top(&mut self) -> Result<(), Error> {
        if !self.marks.is_empty() && self.stack.len() == self.floor() {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(drop)
    }

    fn pop_many(&mut self, count: usize) -> Result<Vec<NodeId>, Error> {
        if self.stack.len() < self.floor() + count {
            return refuse("its pickle takes a value that is not there");
        }
        Ok(self.stack.split_off(self.stack.len() - count))
    }

    fn pop_to_mark(&mut self) -> Result<Vec<NodeId>, Error> {
        match self.marks.pop() {
            Some(height) => Ok(self.stack.split_off(height)),
            None => refuse("its pickle closes a group that was never opened"),
        }
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }
}

fn refuse<T>(reason: &str) -> Result<T, Error> {
    Err(Error::Import(reason.into()))
}

fn pairs(flat: &[NodeId]) -> Result<Vec<(NodeId, NodeId)>, Error> {
    let (pairs, rest) = flat.as_chunks::<2>();
    if rest.is_empty() {
        Ok(pairs.iter().map(|&[key, value]| (key, value)).collect())
    } else {
        refuse("its pickle has a dictionary key without a value")
    }
}

fn parse<T: std::str::FromStr>(digits: &str) -> Result<T, Error> {
    digits.parse().map_err(|_| Error::Import("its pickle has a number that is not one".into()))
}

/// A quoted text of protocol 0; escapes stay as they are written, no name of a weight has one.
fn unquote(quoted: &str) -> Option<&str> {
    ['\'', '"'].iter().find_map(|&quote| quoted.strip_prefix(quote)?.strip_suffix(quote))
}
