//! Edits of exceptions that keep every byte which is not about what is edited: comments, order, quotes, line ends.
//!
//! Texts are cut and joined, never written anew; what comes out is read back, and an edit whose reading is not exactly
//! what was asked for is refused. So a spelling of YAML that nobody thought of is left to the user, not broken.

mod add;
mod flow;
mod inline;
mod layout;
mod remove;
mod scalar;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::entry::Exceptions;
use super::read::read;
use crate::yaml::{self, Node, NodeValue, Source};

pub use add::{NewEntry, add};
pub use inline::remove as remove_inline;
pub use remove::{Removal, remove};

/// An entry as it is compared before and after an edit.
struct Item {
    rule: Arc<str>,
    node: Node,
}

/// A file, read.
struct File {
    exceptions: Exceptions,
    root: Node,
}

impl File {
    /// Reads a text; `None` where it cannot be trusted.
    fn read(source: &Arc<Source>) -> Option<Self> {
        let exceptions = read(source, &mut Vec::new())?;
        let root = yaml::parse(source).ok()?;
        let file = Self { exceptions, root };
        (file.items().len() == file.exceptions.entries.len()).then_some(file)
    }

    /// Returns the rules, each with its key and its list.
    fn rules(&self) -> &[(Node, Node)] {
        self.root.get("exceptions").and_then(Node::as_map).unwrap_or_default()
    }

    /// Returns the entries as they are written, in order of the file: as many as [`Exceptions::entries`].
    fn items(&self) -> Vec<Item> {
        let items = |(key, list): &(Node, Node)| {
            let rule: Arc<str> = key.as_text().unwrap_or_default().into();
            let items = list.as_list().unwrap_or_default().to_vec();
            items.into_iter().map(move |node| Item { rule: rule.clone(), node }).collect::<Vec<_>>()
        };
        self.rules().iter().flat_map(items).collect()
    }

    /// Returns whether the entries of the other file are these, the excluded left out, place aside.
    fn same(&self, keep: &[usize], other: &Self) -> bool {
        let (own, others) = (self.items(), other.items());
        let same = |(number, (item, entry)): (&usize, (&Item, &super::Entry))| {
            let (mine, fact) = (&own[*number], &self.exceptions.entries[*number].fact);
            let facts = |fact: &crate::model::facts::ExceptionEntry| {
                (fact.path.clone(), fact.reason.clone(), fact.owner.clone(), fact.expires.clone(), fact.max)
            };
            mine.rule == item.rule && facts(fact) == facts(&entry.fact) && same_value(&mine.node, &item.node)
        };
        keep.len() == others.len() && keep.iter().zip(others.iter().zip(&other.exceptions.entries)).all(same)
    }
}

fn same_value(left: &Node, right: &Node) -> bool {
    match (&left.value, &right.value) {
        (NodeValue::Null, NodeValue::Null) => true,
        (NodeValue::Bool(left), NodeValue::Bool(right)) => left == right,
        (NodeValue::Int(left), NodeValue::Int(right)) => left == right,
        (NodeValue::Float(left), NodeValue::Float(right)) => left.to_bits() == right.to_bits(),
        (NodeValue::Text(left), NodeValue::Text(right)) => left == right,
        (NodeValue::List(left), NodeValue::List(right)) => {
            left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| same_value(left, right))
        }
        (NodeValue::Map(left), NodeValue::Map(right)) => {
            let same = |((left_key, left), (right_key, right)): (&(Node, Node), &(Node, Node))| {
                left_key.as_text() == right_key.as_text() && same_value(left, right)
            };
            left.len() == right.len() && left.iter().zip(right.iter()).all(same)
        }
        _ => false,
    }
}
