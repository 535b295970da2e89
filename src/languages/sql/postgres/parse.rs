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
        self.parse(sql, EntryPoint::SourceFile, is_closed)
    }

    /// Parses a query that is looked through.
    pub(super) fn query(&mut self, sql: &str) -> Parsed {
        self.parse(sql, EntryPoint::SourceFile, |_, _, _| false)
    }

    pub(super) fn body(&mut self, sql: &str) -> Parsed {
        self.parse(sql, EntryPoint::Plpgsql, |_, _, _| false)
    }

    /// Parses a text. Nodes that are `closed`, by the statement that they are in, their depth and their kind, have their
    /// text and nothing else in them: nobody looks inside. Built here and not by `SourceFile::parse`, whose errors cannot
    /// be had without a validation that takes as long again.
    fn parse(&mut self, sql: &str, entry: EntryPoint, closed: fn(SyntaxKind, usize, SyntaxKind) -> bool) -> Parsed {
        if self.parsed == SHARED {
            *self = Self::default();
        }
        self.parsed += 1;
        let lexed = LexedStr::new(sql);
        let output = entry.parse(&lexed.to_input());
        let mut faults = Vec::new();
        let mut builder = GreenNodeBuilder::with_cache(&mut self.cache);
        let (mut at, mut depth, mut statement) = (0, 0_usize, SyntaxKind::SOURCE_FILE);
        // The closed node around: its depth, and where it starts.
        let mut around: Option<(usize, usize)> = None;
        lexed.intersperse_trivia(&output, &mut |step| match step {
            StrStep::Token { kind, text } => {
                at += text.len();
                if around.is_none() {
                    builder.token(raw(kind), text);
                }
            }
            StrStep::Enter { kind } => {
                if around.is_none() {
                    builder.start_node(raw(kind));
                    if depth == STATEMENT {
                        statement = kind;
                    }
                    if closed(statement, depth, kind) {
                        around = Some((depth, at));
                    }
                }
                depth += 1;
            }
            StrStep::Exit => {
                depth -= 1;
                if let Some((_, start)) = around.take_if(|(of, _)| *of == depth) {
                    builder.token(raw(SyntaxKind::ERROR), &sql[start..at]);
                }
                if around.is_none() {
                    builder.finish_node();
                }
            }
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

/// How deep statements stand in the tree.
const STATEMENT: usize = 1;

/// Returns whether nobody looks into a node: a statement that is known by its words, rows, a query for its own sake.
fn is_closed(statement: SyntaxKind, depth: usize, kind: SyntaxKind) -> bool {
    use SyntaxKind as K;
    match depth {
        STATEMENT => matches!(
            kind,
            K::CREATE_FUNCTION
                | K::CREATE_PROCEDURE
                | K::CREATE_TRIGGER
                | K::CREATE_POLICY
                | K::CREATE_SEQUENCE
                | K::ALTER_SEQUENCE
                | K::GRANT
                | K::REVOKE
                | K::SET
        ),
        2 => match statement {
            K::INSERT => kind == K::VALUES,
            K::SELECT | K::COMPOUND_SELECT | K::PAREN_SELECT | K::VALUES | K::TABLE => kind != K::WITH_CLAUSE,
            _ => false,
        },
        _ => false,
    }
}

fn raw(kind: SyntaxKind) -> rowan::SyntaxKind {
    rowan::SyntaxKind(kind.into())
}
