//! The tree of a YAML document, every node with its place.

use std::sync::Arc;

use super::place::Place;

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
