//! SQL, read statically: text to statements, and from there to operations.
//!
//! Statements are found by our own splitter, so that one that is broken damages no other. PostgreSQL is parsed by
//! `squawk-syntax`; what its tree says becomes operations in `postgres`. MySQL and SQLite are read from their tokens in
//! `plain`, which knows more of their DDL than any parser that could be had; what it does not know is told by
//! `sqlparser`. Nothing is run: what only a run could tell is unknown, with the reason.

mod draft;
mod head;
mod holes;
mod lexer;
mod place;
mod plain;
mod postgres;
mod search_path;
mod session;
mod split;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use crate::model::operation::{Direction, Operation, Statement};
use crate::model::schema::Dialect;
use crate::model::{Known, Location};

/// The statements of a text, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    pub statements: Vec<ScriptStatement>,
}

/// A statement with what it does.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptStatement {
    /// Its bytes in the text.
    pub range: Range<usize>,
    pub statement: Arc<Statement>,
    pub operations: Vec<Operation>,
    /// It stands in the body of the `DO` before it.
    pub inside: bool,
}

impl Script {
    /// Returns the operations of all statements, in order.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.statements.iter().flat_map(|statement| &statement.operations)
    }
}

/// How a text is read.
pub struct Options<'a> {
    pub direction: Direction,
    /// Whether the text runs inside a transaction, until it says BEGIN or COMMIT itself.
    pub in_transaction: Known<bool>,
    /// The part of the text that is read, as migration tools keep both ways in one file; `None` for all of it.
    pub range: Option<Range<usize>>,
    pub places: Places<'a>,
}

/// How bytes of the text become places.
pub enum Places<'a> {
    /// The text is that of a file.
    File(Arc<str>),
    /// The text stands in another file, as SQL inside a Python string does.
    Inside(&'a dyn Fn(Range<usize>) -> Location),
}

impl Options<'_> {
    /// Returns how a file that is applied is read.
    pub fn file(path: impl Into<Arc<str>>, in_transaction: Known<bool>) -> Self {
        Self { direction: Direction::Upgrade, in_transaction, range: None, places: Places::File(path.into()) }
    }
}

/// Reads a text.
pub fn read(text: &str, dialect: Dialect, options: &Options<'_>) -> Script {
    session::Session::new(text, dialect, options).run()
}

/// Returns whether a text may hold a statement that changes a schema or rows, by its words alone: whether it is worth
/// reading. Much cheaper than reading it.
pub fn may_change(text: &str) -> bool {
    const VERBS: &[&[u8]] = &[
        b"create",
        b"alter",
        b"drop",
        b"insert",
        b"update",
        b"delete",
        b"truncate",
        b"rename",
        b"comment",
        b"reindex",
        b"copy",
        b"refresh",
        b"merge",
        b"replace",
        b"import",
        b"execute",
        b"into",
        b"call",
    ];
    let bytes = text.as_bytes();
    let is_end = |at: usize| bytes.get(at).is_none_or(|byte| !lexer::is_word(*byte));
    let mut inside = false;
    bytes.iter().enumerate().any(|(at, byte)| {
        let starts = !std::mem::replace(&mut inside, lexer::is_word(*byte)) && inside;
        starts
            && VERBS.iter().any(|verb| {
                verb[0] == byte.to_ascii_lowercase()
                    && bytes.get(at..at + verb.len()).is_some_and(|word| word.eq_ignore_ascii_case(verb))
                    && is_end(at + verb.len())
            })
    })
}
