//! Reading a database's spelling of a type. One file for each dialect.

mod mysql;
mod postgresql;
mod sqlite;
mod words;

use std::sync::Arc;

use super::{Dialect, Length, Normal};

pub(super) use words::{Token, Words, spaced, string_literal, written};

/// Returns the normal form of a database's spelling.
pub(super) fn normal(spelling: &str, dialect: Dialect) -> Normal {
    let words = Words::of(spelling, dialect);
    let null = words.base.as_deref() == Some("null") && words.arguments.is_none() && !words.array;
    if null || words.tokens.is_empty() {
        return Normal::None;
    }
    let read = match dialect {
        Dialect::Sqlite => sqlite::read,
        Dialect::Postgresql => postgresql::read,
        Dialect::Mysql => mysql::read,
    };
    let element = read(&words).unwrap_or_else(|| Normal::Other(written(&words.tokens, dialect).into()));
    match element {
        // PostgreSQL does not tell dimensions apart.
        element @ Normal::Array(_) => element,
        element if words.array => Normal::Array(Box::new(element)),
        element => element,
    }
}

const fn integer(bits: u8) -> Normal {
    Normal::Integer { bits, unsigned: false }
}

/// Returns a type of one optional number: a length or a precision.
fn sized(numbers: &[u32], of: impl FnOnce(Option<u32>) -> Normal) -> Option<Normal> {
    match numbers {
        [] => Some(of(None)),
        [number] => Some(of(Some(*number))),
        _ => None,
    }
}

const fn varchar(length: Option<u32>) -> Normal {
    Normal::Varchar { length }
}

const fn char(length: Option<u32>) -> Normal {
    Normal::Char { length }
}

const fn text(length: Length) -> Normal {
    Normal::Text { length }
}

const fn blob(length: Length) -> Normal {
    Normal::Blob { length }
}

const fn timestamp(zone: bool, precision: Option<u32>) -> Normal {
    Normal::Timestamp { zone, precision }
}

const fn time(zone: bool, precision: Option<u32>) -> Normal {
    Normal::Time { zone, precision }
}

/// Returns the labels of an enum or set; none where no parentheses say which.
fn labels(words: &Words) -> Option<Arc<[Arc<str>]>> {
    if words.arguments.is_none() {
        return Some(Arc::from([]));
    }
    words.labels().map(|labels| labels.into_iter().map(Arc::from).collect())
}

fn enumeration(words: &Words) -> Option<Normal> {
    Some(Normal::Enum { name: None, labels: labels(words)? })
}
