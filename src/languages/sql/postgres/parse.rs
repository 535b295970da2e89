//! The parser: one statement to a tree, and what it could not read.

use std::cell::Cell;

use rowan::{GreenNodeBuilder, NodeCache};
use squawk_parser::{EntryPoint, LexedStr, StrStep};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::languages::sql::draft::Fault;

/// After so many statements what trees share is forgotten, so that it stays small.
const SHARED: usize = 500;

/// Parses statements, whose trees share what they have in common.
#[derive(Default)]
pub struct Parser {
    cache: NodeCache,
    parsed: usize,
}

/// The tree of a text.
pub(super) struct Parsed {
    pub(super) root: SyntaxNode,
    /// What could not be read, if anything.
    pub(super) faults: Vec<Fault>,
}

thread_local! {
    /// The parser that was used last: files are alike in their words, and most hold a few statements only.
    static IDLE: Cell<Option<Parser>> = const { Cell::new(None) };
}

impl Parser {
    /// Returns the parser of this thread, or a new one where that is in use.
    pub fn take() -> Self {
        IDLE.take().unwrap_or_default()
    }

    /// Leaves the parser to who comes next.
    pub fn give_back(self) {
        IDLE.set(Some(self));
    }

    pub(super) fn statement(&mut self, sql: &str) -> Parsed {
        self.parse(sql, EntryPoint::SourceFile)
    }

    pub(super) fn body(&mut self, sql: &str) -> Parsed {
        self.parse(sql, EntryPoint::Plpgsql)
    }

    /// Parses a text. Built here and not by `SourceFile::parse`, whose errors cannot be had without a validation that
    /// takes as long again.
    fn parse(&mut self, sql: &str, entry: EntryPoint) -> Parsed {
        if self.parsed == SHARED {
            *self = Self::default();
        }
        self.parsed += 1;
        let lexed = LexedStr::new(sql);
        let output = entry.parse(&lexed.to_input());
        let mut faults = Vec::new();
        let mut builder = GreenNodeBuilder::with_cache(&mut self.cache);
        lexed.intersperse_trivia(&output, &mut |step| match step {
            StrStep::Token { kind, text } => builder.token(raw(kind), text),
            StrStep::Enter { kind } => builder.start_node(raw(kind)),
            StrStep::Exit => builder.finish_node(),
            StrStep::Error { msg, pos } => {
                faults.push(Fault { message: msg.to_owned(), at: Some(pos) });
            }
        });
        for (range, message) in lexed.errors() {
            faults.push(Fault { message: message.to_owned(), at: Some(range.start as usize) });
        }
        Parsed { root: SyntaxNode::new_root(builder.finish()), faults }
    }
}

fn raw(kind: SyntaxKind) -> rowan::SyntaxKind {
    rowan::SyntaxKind(kind.into())
}
