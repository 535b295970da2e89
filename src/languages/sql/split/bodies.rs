//! Semicolons that end no statement: in bodies between BEGIN and END, in the parentheses of a rule.

use super::super::lexer::{Kind, Lexer, Token};
use crate::model::schema::Dialect;

/// Watches the tokens of one statement.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    /// The first words.
    tokens: usize,
    head: Head,
    /// BEGIN and CASE that are open.
    blocks: usize,
    /// Parentheses of a rule that are open.
    parentheses: usize,
    /// The word before.
    before: Before,
    copy: Copy,
    /// Another mark than the semicolon ends statements: bodies need not be followed.
    delimited: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Head {
    #[default]
    None,
    Create,
    /// It has a body: a routine, a trigger.
    Body,
    Rule,
    Copy,
    Other,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Before {
    #[default]
    Other,
    Begin,
    End,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Copy {
    #[default]
    None,
    From,
    Stdin,
}

/// How many tokens may stand between CREATE and the kind of object: `OR REPLACE DEFINER = 'a'@'b' ...`.
const HEAD: usize = 20;

impl Bodies {
    pub(super) fn clear(&mut self, delimited: bool) {
        *self = Self { delimited, ..Self::default() };
    }

    /// Returns whether a semicolon here ends no statement.
    pub(super) const fn inside(&self) -> bool {
        !self.delimited && (self.blocks > 0 || self.parentheses > 0)
    }

    /// Returns whether lines of data follow the statement.
    pub(super) fn copies_from_stdin(&self) -> bool {
        self.copy == Copy::Stdin
    }

    pub(super) fn see(&mut self, token: Token, lexer: &Lexer<'_>) {
        self.tokens += 1;
        match (self.head, token.kind) {
            (Head::Other, _) => {}
            (Head::Rule, Kind::Mark(b'(')) => self.parentheses += 1,
            (Head::Rule, Kind::Mark(b')')) => self.parentheses = self.parentheses.saturating_sub(1),
            (_, Kind::Word) => self.word(token, lexer),
            (Head::None, _) => self.head = Head::Other,
            _ => self.before = Before::Other,
        }
    }

    fn word(&mut self, token: Token, lexer: &Lexer<'_>) {
        let is = |keyword: &str| token.is(lexer.sql, keyword);
        let postgresql = lexer.dialect == Dialect::Postgresql;
        match self.head {
            Head::None if is("create") => self.head = Head::Create,
            Head::None if postgresql && is("copy") => self.head = Head::Copy,
            Head::None => self.head = Head::Other,
            Head::Create if self.tokens > HEAD => self.head = Head::Other,
            Head::Create if is("trigger") || is("procedure") || is("function") || is("event") || is("package") => {
                self.head = Head::Body;
            }
            Head::Create if postgresql && is("rule") => self.head = Head::Rule,
            Head::Create if is("table") || is("view") || is("index") || is("type") => self.head = Head::Other,
            Head::Body => self.body(token, lexer),
            Head::Copy => {
                self.copy = match self.copy {
                    _ if is("from") => Copy::From,
                    Copy::From if is("stdin") => Copy::Stdin,
                    Copy::Stdin => Copy::Stdin,
                    _ => Copy::None,
                }
            }
            Head::Create | Head::Rule | Head::Other => {}
        }
    }

    fn body(&mut self, token: Token, lexer: &Lexer<'_>) {
        let is = |keyword: &str| token.is(lexer.sql, keyword);
        let before = std::mem::take(&mut self.before);
        // In PostgreSQL a body that is no text starts with BEGIN ATOMIC.
        let opened = self.blocks > 0 || lexer.dialect != Dialect::Postgresql;
        match before {
            Before::Begin if is("atomic") => self.blocks = 1,
            Before::End if ["if", "loop", "while", "repeat", "for"].iter().any(|word| is(word)) => self.blocks += 1,
            Before::End if is("case") => {}
            _ if is("begin") => {
                self.before = Before::Begin;
                if opened {
                    self.blocks += 1;
                }
            }
            _ if is("case") && opened && self.blocks > 0 => self.blocks += 1,
            _ if is("end") && self.blocks > 0 => {
                self.before = Before::End;
                self.blocks -= 1;
            }
            _ => {}
        }
    }
}
