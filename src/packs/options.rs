//! Options of a rule: their values in this run, and `${name}` in the texts of predicates.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::law::Literal;
use crate::model::{Problem, closest};
use crate::yaml::{Node, NodeValue};

/// Options by name: where the name stands, and the value.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    entries: BTreeMap<Arc<str>, (Node, Node)>,
}

impl Options {
    /// Puts later values over these. With `declared_only`, the names must be known and values of the default's type.
    pub fn overlay(&mut self, later: &Node, declared_only: bool, problems: &mut Vec<Problem>) {
        let Some(entries) = later.as_map() else {
            problems.push(later.place.error(format!("expected a map of options, found {}", later.type_name())));
            return;
        };
        for (key, value) in entries {
            let name = key.as_text().unwrap_or_default();
            if literal(value).is_none() {
                let message = "the value of an option is a text, a number, a boolean, null or a list of these";
                problems.push(value.place.error(message));
                continue;
            }
            if declared_only && !self.accepts(name, key, value, problems) {
                continue;
            }
            self.entries.insert(name.into(), (key.clone(), value.clone()));
        }
    }

    fn accepts(&self, name: &str, key: &Node, value: &Node, problems: &mut Vec<Problem>) -> bool {
        let Some((_, default)) = self.entries.get(name) else {
            problems.push(self.unknown(name, key.place.error(format!("the rule has no option `{name}`"))));
            return false;
        };
        let number = |node: &Node| matches!(node.value, NodeValue::Int(_) | NodeValue::Float(_));
        let fits = matches!(default.value, NodeValue::Null)
            || std::mem::discriminant(&default.value) == std::mem::discriminant(&value.value)
            || number(default) && number(value);
        if !fits {
            let message = format!("option `{name}` is {}, found {}", default.type_name(), value.type_name());
            problems.push(value.place.error(message));
        }
        fits
    }

    /// Returns whether an option has a value that says something; `None` where there is no such option.
    pub fn is_given(&self, name: &str) -> Option<bool> {
        let (_, value) = self.entries.get(name)?;
        Some(match &value.value {
            NodeValue::Null | NodeValue::Bool(false) => false,
            NodeValue::Text(text) => !text.is_empty(),
            NodeValue::List(items) => !items.is_empty(),
            _ => true,
        })
    }

    /// Returns the problem with the option that may be meant.
    pub fn unknown(&self, name: &str, problem: Problem) -> Problem {
        match closest(name, self.names()) {
            Some(nearest) => problem.suggest(Some(nearest)),
            None if self.entries.is_empty() => problem.hint("it has no options"),
            None => problem.hint(format!("its options are {}", self.names().collect::<Vec<_>>().join(", "))),
        }
    }

    /// Returns the names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(AsRef::as_ref)
    }

    /// Returns where each option is named, by name.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.entries.iter().map(|(name, (key, _))| (name.as_ref(), key))
    }

    /// Returns the values.
    pub fn literals(&self) -> BTreeMap<String, Literal> {
        let value = |(name, (_, node)): (&Arc<str>, &(Node, Node))| Some((name.to_string(), literal(node)?));
        self.entries.iter().filter_map(value).collect()
    }

    /// Returns a node with `${name}` replaced in all its texts. A text that is `${name}` alone becomes the value,
    /// whatever its type; inside a longer text the value must be a text, a number or a boolean.
    pub fn substitute(&self, node: &Node, used: &mut BTreeSet<String>, problems: &mut Vec<Problem>) -> Node {
        if self.entries.is_empty() && node.place.source.vouched_for {
            return node.clone();
        }
        let value = match &node.value {
            NodeValue::Text(text) if text.contains("${") => return self.substitute_text(node, text, used, problems),
            NodeValue::List(items) => {
                NodeValue::List(items.iter().map(|item| self.substitute(item, used, problems)).collect())
            }
            NodeValue::Map(entries) => NodeValue::Map(
                entries.iter().map(|(key, value)| (key.clone(), self.substitute(value, used, problems))).collect(),
            ),
            _ => return node.clone(),
        };
        Node { place: node.place.clone(), value }
    }

    fn substitute_text(
        &self,
        node: &Node,
        text: &str,
        used: &mut BTreeSet<String>,
        problems: &mut Vec<Problem>,
    ) -> Node {
        let mut result = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let Some(length) = rest[start..].find('}') else { break };
            let name = &rest[start + 2..start + length];
            result.push_str(&rest[..start]);
            rest = &rest[start + length + 1..];
            let Some((key, value)) = self.entries.get_key_value(name) else {
                let problem = node.place.error(format!("`${{{name}}}` is no option of the rule"));
                problems.push(self.unknown(name, problem));
                // Any text will do where the fault is reported, as long as it brings no second one.
                result.push_str("option");
                continue;
            };
            used.insert(key.to_string());
            if result.is_empty() && rest.is_empty() && start == 0 {
                return value.1.clone();
            }
            match literal(&value.1) {
                Some(Literal::Text(value)) => result.push_str(&value),
                Some(Literal::Int(value)) => result.push_str(&value.to_string()),
                Some(Literal::Float(value)) => result.push_str(&value.to_string()),
                Some(Literal::Bool(value)) => result.push_str(&value.to_string()),
                Some(Literal::Null | Literal::List(_)) | None => {
                    let message = format!("option `{name}` is {}: it cannot stand in a text", value.1.type_name());
                    problems.push(node.place.error(message));
                }
            }
        }
        result.push_str(rest);
        // Part of it may be the user's.
        Node { place: node.place.doubted(), value: NodeValue::Text(result.into()) }
    }
}

/// Returns a node as a literal; `None` for maps.
pub(super) fn literal(node: &Node) -> Option<Literal> {
    Some(match &node.value {
        NodeValue::Null => Literal::Null,
        NodeValue::Bool(value) => Literal::Bool(*value),
        NodeValue::Int(value) => Literal::Int(*value),
        NodeValue::Float(value) => Literal::Float(*value),
        NodeValue::Text(value) => Literal::Text(value.clone()),
        NodeValue::List(items) => Literal::List(items.iter().map(literal).collect::<Option<_>>()?),
        NodeValue::Map(_) => return None,
    })
}
