//! The short way from YAML text to a tree: from the events of the parser that serde-saphyr has below it.
//!
//! It reads what people write day by day, and nothing else: one document of maps with plain keys, lists, texts and
//! numbers. At the first anchor, tag, key that is there twice, fault, or number that is spelled in an unusual way it
//! gives up, and [`super::parse`] reads the text anew through serde-saphyr, whose verdict and whose words for it count.
//! So this folder knows no errors; all it may not do is read a text in another way.
//!
//! `live` has the events of a text, `recorded` those that were written down when Lawbook was built.

mod live;
mod recorded;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::node::{Node, NodeValue};
use super::parse::{Raw, place, scalar};
use super::place::{Place, Source};
use live::Live;
use recorded::Recorded;

/// Deeper documents are read the long way, which knows the limit.
const MAX_DEPTH: usize = 48;
/// Longer ones too: there a limit of theirs may count.
const MAX_LENGTH: usize = 16 * 1024 * 1024;
const MAX_NODES: usize = 200_000;
/// Keys of a map that are compared one by one.
const FEW: usize = 12;

/// Returns the tree of a plain document; `None` for one that takes a closer look.
pub(super) fn parse(source: &Arc<Source>) -> Option<Node> {
    if source.text.len() > MAX_LENGTH || source.text.starts_with('\u{feff}') {
        return None;
    }
    let mut reader = Reader { tokens: Live::begin(&source.text)?, source, nodes: 0 };
    let root = reader.root()?;
    reader.tokens.end()?;
    Some(root)
}

/// Returns the tree of a text whose events `build.rs` wrote down.
pub fn replay(source: &Arc<Source>, events: &[u8]) -> Option<Node> {
    Reader { tokens: Recorded(events), source, nodes: 0 }.root()
}

/// A piece of a document.
enum Token<'a> {
    Scalar {
        text: Cow<'a, str>,
        /// Without quotes, and no block.
        plain: bool,
    },
    List,
    EndOfList,
    Map,
    EndOfMap,
}

/// Line and column of a piece, both from 1, and its length in characters.
type Range = (usize, usize, usize);

/// Where the pieces come from.
trait Tokens<'a> {
    /// Returns the next piece; `None` where something else comes, or nothing.
    fn next(&mut self) -> Option<(Token<'a>, Range)>;
}

struct Reader<'a, T> {
    tokens: T,
    source: &'a Arc<Source>,
    nodes: usize,
}

impl<'a, T: Tokens<'a>> Reader<'a, T> {
    fn root(&mut self) -> Option<Node> {
        let (token, range) = self.tokens.next()?;
        self.node(token, range, 0)
    }

    fn node(&mut self, token: Token<'a>, range: Range, depth: usize) -> Option<Node> {
        self.nodes += 1;
        if depth > MAX_DEPTH || self.nodes > MAX_NODES {
            return None;
        }
        let value = match token {
            Token::Scalar { text, plain } => {
                let value = value(&text, plain)?;
                let place = self.place(range, matches!(value, NodeValue::Text(_)).then_some(&*text));
                return Some(Node { place, value });
            }
            Token::List => self.list(depth)?,
            Token::Map => self.map(depth)?,
            Token::EndOfList | Token::EndOfMap => return None,
        };
        Some(Node { place: self.place(range, None), value })
    }

    fn list(&mut self, depth: usize) -> Option<NodeValue> {
        let mut items = Vec::new();
        loop {
            match self.tokens.next()? {
                (Token::EndOfList, _) => return Some(NodeValue::List(items.into())),
                (token, range) => items.push(self.node(token, range, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Option<NodeValue> {
        let mut entries: Vec<(Node, Node)> = Vec::new();
        let mut names: HashSet<Arc<str>> = HashSet::new();
        loop {
            let key = match self.tokens.next()? {
                (Token::EndOfMap, _) => return Some(NodeValue::Map(entries.into())),
                (Token::Scalar { text, plain }, range) => self.key(&text, plain, range)?,
                _ => return None,
            };
            let NodeValue::Text(name) = &key.value else { return None };
            let is_there = match entries.len() {
                ..FEW => entries.iter().any(|(key, _)| key.as_text() == Some(name)),
                FEW => {
                    names.extend(entries.iter().filter_map(|(key, _)| key.as_text()).map(Arc::from));
                    !names.insert(name.clone())
                }
                _ => !names.insert(name.clone()),
            };
            if is_there {
                return None;
            }
            let (token, range) = self.tokens.next()?;
            let value = self.node(token, range, depth + 1)?;
            entries.push((key, value));
        }
    }

    /// Returns a key that is a text, or a number that is spelled as anyone would.
    fn key(&mut self, text: &str, plain: bool, range: Range) -> Option<Node> {
        self.nodes += 1;
        let is_usual = match value(text, plain)? {
            NodeValue::Text(_) => text != "<<",
            NodeValue::Int(number) => number.to_string() == text,
            _ => false,
        };
        is_usual.then(|| Node { place: self.place(range, Some(text)), value: NodeValue::Text(text.into()) })
    }

    fn place(&self, range: Range, text: Option<&str>) -> Place {
        place(self.source, range, text)
    }
}

/// Returns what a scalar without a tag means.
fn value(text: &str, plain: bool) -> Option<NodeValue> {
    if !plain {
        return Some(NodeValue::Text(text.into()));
    }
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => NodeValue::Null,
        "true" | "True" | "TRUE" => NodeValue::Bool(true),
        "false" | "False" | "FALSE" => NodeValue::Bool(false),
        _ if !may_be_number(text) => NodeValue::Text(text.into()),
        _ => match usual_number(text) {
            Some(number) => NodeValue::Int(number),
            // Whatever it is, the long way knows: `1_000`, `0x1f`, `1e3`, `.inf`, `007`.
            None => match scalar(text).ok()? {
                Raw::Int(number) => NodeValue::Int(number),
                Raw::Float(number) => NodeValue::Float(number),
                Raw::Text(text) => NodeValue::Text(text),
                _ => return None,
            },
        },
    })
}

/// Returns whether a plain scalar could be a number in one of all the ways to spell them. Dates are none.
fn may_be_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_dash_inside = |pair: &[u8]| pair[1] == b'-' && !matches!(pair[0], b'e' | b'E' | b'+' | b'-');
    matches!(bytes.first(), Some(b'0'..=b'9' | b'+' | b'-' | b'.'))
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_'))
        && bytes.iter().any(u8::is_ascii_alphanumeric)
        && !bytes.windows(2).any(is_dash_inside)
}

/// Returns a number that is spelled as anyone would.
fn usual_number(text: &str) -> Option<i64> {
    let is_usual = text.len() < 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_usual && (text == "0" || !text.starts_with('0'))).then(|| text.parse().ok()).flatten()
}
