//! The tree of a YAML document, every node with its place.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::place::Place;

/// The name by which the reader knows that a [`Node`] is asked for.
pub(super) const MARKER: &str = "$lawbook::yaml::Node";

thread_local! {
    /// Hands a node from the reader to the field that takes it as it is: serde's data model has no room for it.
    static HANDED_OVER: RefCell<Option<Node>> = const { RefCell::new(None) };
}

pub(super) fn hand_over(node: Node) {
    HANDED_OVER.with(|cell| *cell.borrow_mut() = Some(node));
}

/// A YAML value and where it stands. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Node {
    pub place: Place,
    pub value: NodeValue,
}

/// A YAML value, by the 1.2 core schema: `on` and `off` are texts.
#[derive(Clone, Debug)]
pub enum NodeValue {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    List(Arc<[Node]>),
    /// In order of the text. Keys are texts, with their places.
    Map(Arc<[(Node, Node)]>),
}

impl Node {
    /// Returns the text of a text node.
    pub fn as_text(&self) -> Option<&str> {
        if let NodeValue::Text(text) = &self.value { Some(text) } else { None }
    }

    /// Returns the items of a list node.
    pub fn as_list(&self) -> Option<&[Node]> {
        if let NodeValue::List(items) = &self.value { Some(items) } else { None }
    }

    /// Returns the entries of a map node.
    pub fn as_map(&self) -> Option<&[(Node, Node)]> {
        if let NodeValue::Map(entries) = &self.value { Some(entries) } else { None }
    }

    /// Returns the value of a key of a map node.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|(_, value)| value)
    }

    /// Returns the key node and the value of a key of a map node.
    pub fn entry(&self, key: &str) -> Option<&(Node, Node)> {
        self.as_map()?.iter().find(|(name, _)| name.as_text() == Some(key))
    }

    /// Returns what the node is, for messages: "a text", "a list".
    pub const fn type_name(&self) -> &'static str {
        match self.value {
            NodeValue::Null => "nothing",
            NodeValue::Bool(_) => "a boolean",
            NodeValue::Int(_) => "an integer",
            NodeValue::Float(_) => "a number",
            NodeValue::Text(_) => "a text",
            NodeValue::List(_) => "a list",
            NodeValue::Map(_) => "a map",
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    /// Takes the node as it is, for fields whose shape serde cannot say. Works with the reader of this module only.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_unit_struct(MARKER, NodeVisitor)
    }
}

struct NodeVisitor;

impl Visitor<'_> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        let node = HANDED_OVER.with(|cell| cell.borrow_mut().take());
        node.ok_or_else(|| E::custom("nodes are known only to the YAML reader"))
    }
}
