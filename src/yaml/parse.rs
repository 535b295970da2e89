//! YAML text to a tree: the short way where the text is plain, else through serde-saphyr.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location as YamlLocation, Spanned as YamlSpanned};

use super::node::{Node, NodeValue};
use super::place::{Place, Source};
use super::quick;
use crate::model::{Problem, Span};

/// How deep a document may be nested; deeper ones are refused, as reading them recurses.
const MAX_DEPTH: usize = 64;

/// A line with more bytes than this is not measured.
const LONG_LINE: usize = 4096;

/// Parses one YAML document. An empty text is a null node.
///
/// # Errors
/// The first syntax error, duplicate key, alias bomb, second document or over-deep nesting, with its place.
pub fn parse(source: &Arc<Source>) -> Result<Node, Problem> {
    quick::parse(source).map_or_else(|| parse_any(source), Ok)
}

/// Parses any document.
pub(super) fn parse_any(source: &Arc<Source>) -> Result<Node, Problem> {
    let parsed: Result<YamlSpanned<Raw>, _> =
        serde_saphyr::from_str_with_options(&source.text, options(source.text.len()));
    match parsed {
        Ok(raw) => node(&raw, source, 0),
        Err(error) => Err(syntax_problem(&error, source)),
    }
}

/// Reads a scalar that stands alone.
pub(super) fn scalar(text: &str) -> Result<Raw, serde_saphyr::Error> {
    serde_saphyr::from_str_with_options(text, options(text.len()))
}

fn options(length: usize) -> serde_saphyr::Options {
    let mut options = serde_saphyr::options! {
        strict_booleans: true,
        emit_comments: false,
    };
    options.budget = Some(budget(length));
    options
}

/// Returns limits that grow with the text, so that a long honest file passes and a short bomb does not.
fn budget(length: usize) -> serde_saphyr::budget::Budget {
    let mut budget = serde_saphyr::budget::Budget::default();
    budget.max_events = budget.max_events.max(length);
    budget.max_nodes = budget.max_nodes.max(length);
    budget.max_total_scalar_bytes = budget.max_total_scalar_bytes.max(length.saturating_mul(2));
    budget
}

fn syntax_problem(error: &serde_saphyr::Error, source: &Arc<Source>) -> Problem {
    let error = error.without_snippet();
    let rendered = error.to_string();
    let message = rendered.lines().next().unwrap_or("not valid YAML");
    // serde-saphyr ends its one-line messages with the place, which is shown on its own here.
    let message = plain(message.split(" at line ").next().unwrap_or(message).trim());
    match error.location() {
        Some(location) => place(source, range(location), None).error(format!("not valid YAML: {message}")),
        None => {
            Problem::error(format!("not valid YAML: {message}")).at(crate::model::Location::file(source.path.clone()))
        }
    }
}

/// Says in words for users what the parser says in words for programmers.
fn plain(message: &str) -> String {
    let duplicate = message.strip_prefix("duplicate mapping key");
    if let Some(key) = duplicate.and_then(|rest| rest.split(", set ").next()) {
        let key = key.trim_start_matches(':').trim();
        return if key.is_empty() {
            "a key is there twice".to_owned()
        } else {
            format!("the key `{key}` is there twice")
        };
    }
    if message.starts_with("budget breached") || message.contains("alias") && message.contains("limit") {
        return "it unfolds to more than a file of this size may hold".to_owned();
    }
    message.to_owned()
}

/// A value before it gets its source.
pub(super) enum Raw {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    List(Vec<YamlSpanned<Raw>>),
    Map(Vec<(YamlSpanned<Raw>, YamlSpanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Int(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Raw, E> {
        i64::try_from(value).map(Raw::Int).map_err(|_| E::custom("the integer is too large"))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries: Vec<(YamlSpanned<Raw>, YamlSpanned<Raw>)> = Vec::new();
        while let Some(key) = map.next_key::<YamlSpanned<Raw>>()? {
            if matches!(key.value, Raw::List(_) | Raw::Map(_)) {
                return Err(A::Error::custom("a key must be a plain text"));
            }
            entries.push((key, map.next_value()?));
        }
        Ok(Raw::Map(entries))
    }
}

fn node(raw: &YamlSpanned<Raw>, source: &Arc<Source>, depth: usize) -> Result<Node, Problem> {
    let at = |text: Option<&str>| place(source, range(raw.referenced), text);
    if depth > MAX_DEPTH {
        return Err(at(None).error(format!("nested more than {MAX_DEPTH} levels deep")));
    }
    let (value, text) = match &raw.value {
        Raw::Null => (NodeValue::Null, None),
        Raw::Bool(value) => (NodeValue::Bool(*value), None),
        Raw::Int(value) => (NodeValue::Int(*value), None),
        Raw::Float(value) => (NodeValue::Float(*value), None),
        Raw::Text(value) => (NodeValue::Text(value.clone()), Some(value.as_ref())),
        Raw::List(items) => {
            let items: Result<Arc<[Node]>, Problem> = items.iter().map(|item| node(item, source, depth + 1)).collect();
            (NodeValue::List(items?), None)
        }
        Raw::Map(entries) => {
            let entries: Result<Arc<[(Node, Node)]>, Problem> = entries
                .iter()
                .map(|(key, value)| Ok((key_node(key, source), node(value, source, depth + 1)?)))
                .collect();
            (NodeValue::Map(entries?), None)
        }
    };
    Ok(Node { place: at(text), value })
}

/// Returns a key as a text node: `1:` and `true:` are the texts that they are spelled as.
fn key_node(raw: &YamlSpanned<Raw>, source: &Arc<Source>) -> Node {
    let text: Arc<str> = match &raw.value {
        Raw::Text(text) => text.clone(),
        Raw::Bool(value) => value.to_string().into(),
        Raw::Int(value) => value.to_string().into(),
        Raw::Float(value) => value.to_string().into(),
        Raw::Null | Raw::List(_) | Raw::Map(_) => "".into(),
    };
    Node { place: place(source, range(raw.referenced), Some(&text)), value: NodeValue::Text(text) }
}

/// Returns the line, the column and the length in characters of what serde-saphyr read.
fn range(location: YamlLocation) -> (usize, usize, usize) {
    let to_usize = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    (to_usize(location.line()), to_usize(location.column()), to_usize(location.span().len()))
}

/// Returns the place of a node. The parser's ranges start exactly; a range that is empty or runs over the line (a
/// block) is cut at the end of its first line.
pub(super) fn place(source: &Arc<Source>, (line, column, spelled): (usize, usize, usize), text: Option<&str>) -> Place {
    let to_u32 = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).max(1);
    let (line, column) = (to_u32(line), to_u32(column));
    let whole_line = source.line(line);
    // Counting characters on a line of a megabyte, for each of its values, would never end.
    let rest_of_line = if whole_line.len() > LONG_LINE {
        usize::MAX
    } else if whole_line.is_ascii() {
        whole_line.trim_end().len().saturating_sub(column as usize - 1)
    } else {
        whole_line.trim_end().chars().skip(column as usize - 1).count()
    };
    let width = if spelled > 0 { spelled } else { text.map_or(1, |text| text.chars().count()) };
    let width = u32::try_from(width.min(rest_of_line.max(1)).min(LONG_LINE)).unwrap_or(1);
    Place { source: source.clone(), span: Span { line, column, end_line: line, end_column: column + width } }
}
