//! How deeply a statement is nested: syntax trees are built and dropped recursively, so depth must be bounded before one
//! exists.

use super::super::lexer::{Keywords, Kind, Token};

/// Brackets and CASE that may be open at once.
const MAX_OPEN: usize = 120;
/// Operators and the like that may follow each other in one expression, brackets around included.
const MAX_CHAIN: u32 = 2_000;
/// Other words that may follow each other with nothing in between.
const MAX_WORDS: u32 = 300;

/// Watches the tokens of one statement.
#[derive(Debug, Default)]
pub(super) struct Depth {
    /// What is chained before each bracket that is open.
    outer: Vec<u32>,
    /// Chained tokens since the last comma.
    chain: u32,
    /// Sum of `outer`.
    below: u32,
    words: u32,
    /// Where the last operator or dot ended.
    operator: usize,
    dots: u32,
    too_deep: bool,
}

impl Depth {
    pub(super) fn clear(&mut self) {
        self.outer.clear();
        let outer = std::mem::take(&mut self.outer);
        *self = Self { outer, ..Self::default() };
    }

    pub(super) const fn too_deep(&self) -> bool {
        self.too_deep
    }

    pub(super) fn see(&mut self, token: Token, sql: &str) {
        let mut words = 0;
        match token.kind {
            Kind::Mark(b'(' | b'[' | b'{') => self.open(),
            Kind::Mark(b')' | b']' | b'}') => self.close(),
            Kind::Mark(b',') => {
                self.chain = 0;
                self.dots = 0;
            }
            Kind::Mark(b';') => self.clear(),
            Kind::Mark(b'.') => {
                self.dots += 1;
                if self.dots > 8 {
                    self.chain += 1;
                }
            }
            Kind::Mark(_) => {
                self.dots = 0;
                if self.operator != token.start {
                    self.chain += 1;
                }
                self.operator = token.end;
            }
            Kind::Word => {
                let chains = self.word(token.text(sql));
                words = if chains { 0 } else { self.words + 1 };
            }
            Kind::Quoted | Kind::Text | Kind::Dollar | Kind::Number | Kind::Open => {}
        }
        self.words = words;
        self.too_deep |= self.outer.len() > MAX_OPEN || self.below + self.chain > MAX_CHAIN || self.words > MAX_WORDS;
    }

    fn open(&mut self) {
        self.outer.push(self.chain);
        self.below = self.below.saturating_add(self.chain);
        self.chain = 0;
    }

    fn close(&mut self) {
        if let Some(chain) = self.outer.pop() {
            self.below -= chain;
            self.chain = chain.saturating_add(1);
        }
    }

    /// Takes a word up; returns whether it is counted as one that chains.
    fn word(&mut self, word: &str) -> bool {
        const CHAINS: Keywords = Keywords::new(&[
            "and",
            "or",
            "not",
            "is",
            "union",
            "all",
            "except",
            "intersect",
            "join",
            "select",
            "like",
            "ilike",
            "in",
            "between",
            "collate",
            "similar",
            "operator",
            "isnull",
            "notnull",
            "at",
            "any",
            "some",
            "exists",
            "case",
            "end",
        ]);
        match CHAINS.find(word) {
            Some("case") => self.open(),
            Some("end") => self.close(),
            Some(_) => self.chain += 1,
            None => return false,
        }
        true
    }
}
