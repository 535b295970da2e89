//! Steps over the tokens of a statement.

use std::ops::Range;
use std::sync::Arc;

use super::super::head::unquoted;
use super::super::lexer::{Kind, Token};

#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    pub(super) sql: &'a str,
    tokens: &'a [Token],
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(sql: &'a str, tokens: &'a [Token]) -> Self {
        Self { sql, tokens }
    }

    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.first().copied()
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(*first)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Returns whether these keywords follow.
    pub(super) fn follows(&self, keywords: &[&str]) -> bool {
        self.tokens.len() >= keywords.len()
            && self.tokens.iter().zip(keywords).all(|(token, keyword)| token.is(self.sql, keyword))
    }

    /// Returns whether one of these keywords follows.
    pub(super) fn follows_any(&self, keywords: &[&str]) -> bool {
        self.peek().is_some_and(|token| keywords.iter().any(|keyword| token.is(self.sql, keyword)))
    }

    /// Steps over these keywords, if they follow.
    pub(super) fn take(&mut self, keywords: &[&str]) -> bool {
        let follows = self.follows(keywords);
        if follows {
            self.tokens = &self.tokens[keywords.len()..];
        }
        follows
    }

    /// Steps over one of these keywords, if it follows.
    pub(super) fn take_any(&mut self, keywords: &[&str]) -> bool {
        let follows = self.follows_any(keywords);
        if follows {
            self.tokens = &self.tokens[1..];
        }
        follows
    }

    pub(super) fn at_mark(&self, mark: u8) -> bool {
        self.peek().is_some_and(|token| token.is_mark(mark))
    }

    /// Steps over a mark, if it follows.
    pub(super) fn take_mark(&mut self, mark: u8) -> bool {
        let follows = self.at_mark(mark);
        if follows {
            self.tokens = &self.tokens[1..];
        }
        follows
    }

    /// Steps over a name. SQLite takes a text for one where only a name can stand.
    pub(super) fn name(&mut self) -> Option<Arc<str>> {
        let token = self.peek()?;
        let name = match token.kind {
            Kind::Word | Kind::Quoted => unquoted(token, self.sql),
            Kind::Text => text(token.text(self.sql)),
            _ => return None,
        };
        self.next();
        Some(name.into())
    }

    /// Steps over a text, and returns its value.
    pub(super) fn text(&mut self) -> Option<Arc<str>> {
        let token = self.peek().filter(|token| token.kind == Kind::Text)?;
        self.next();
        Some(text(token.text(self.sql)).into())
    }

    /// Steps over `( ... )`, and returns what stands inside.
    pub(super) fn group(&mut self) -> Option<Self> {
        self.group_to().map(|(inside, _)| inside)
    }

    /// Steps over `( ... )`, and returns what stands inside and where it ends.
    pub(super) fn group_to(&mut self) -> Option<(Self, usize)> {
        if !self.take_mark(b'(') {
            return None;
        }
        let mut depth = 1_usize;
        for (index, token) in self.tokens.iter().enumerate() {
            match token.kind {
                Kind::Mark(b'(') => depth += 1,
                Kind::Mark(b')') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let inside = Self { sql: self.sql, tokens: &self.tokens[..index] };
                self.tokens = &self.tokens[index + 1..];
                return Some((inside, token.end));
            }
        }
        None
    }

    /// Returns the items between commas that stand in no parentheses.
    pub(super) fn items(&self) -> Vec<Self> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut depth = 0_usize;
        let parts = self.tokens.split(|token| {
            match token.kind {
                Kind::Mark(b'(') => depth += 1,
                Kind::Mark(b')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && token.is_mark(b',')
        });
        parts.map(|tokens| Self { sql: self.sql, tokens }).collect()
    }

    /// Steps forward while this holds of the next token; groups are stepped over as one.
    pub(super) fn until(&mut self, stop: impl Fn(&Self) -> bool) -> Self {
        let before = self.tokens;
        while !self.is_empty() && !stop(self) {
            if self.at_mark(b'(') && self.group().is_some() {
                continue;
            }
            self.next();
        }
        Self { sql: self.sql, tokens: &before[..before.len() - self.tokens.len()] }
    }

    /// Returns the bytes of what is left.
    pub(super) fn range(&self) -> Range<usize> {
        match (self.tokens.first(), self.tokens.last()) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..0,
        }
    }

    /// Returns the text of what is left, as it was written.
    pub(super) fn source(&self) -> &'a str {
        &self.sql[self.range()]
    }
}

/// Returns the value of a text in quotes.
fn text(written: &str) -> String {
    let Some(open) = written.find(['\'', '"']) else { return written.to_owned() };
    let mark = if written[open..].starts_with('"') { "\"" } else { "'" };
    let inside = written[open + 1..].strip_suffix(mark).unwrap_or(&written[open + 1..]);
    let doubled = inside.replace(&mark.repeat(2), mark);
    if doubled.contains('\\') {
        doubled.replace("\\'", "'").replace("\\\"", "\"").replace("\\\\", "\\")
    } else {
        doubled
    }
}
