//! The words of SQL as SQLite splits them.

/// A word of SQL, or a mark. Comments and white space are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// As written, with its quotes.
    pub(super) text: &'a str,
    /// Where it starts.
    pub(super) at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or a plain name.
    Word,
    /// A name in `"x"`, `[x]` or backticks.
    Quoted,
    /// A text in `'x'`, which SQLite also takes for a name where only a name can stand.
    Text,
    Number,
    Mark(char),
}

impl Token<'_> {
    /// Returns whether it is this keyword.
    pub(super) fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    /// Returns the name that it stands for.
    pub(super) fn name(&self) -> Option<String> {
        let inside = || {
            let mut chars = self.text.chars();
            chars.next();
            chars.next_back();
            chars.as_str()
        };
        match self.kind {
            Kind::Word => Some(self.text.to_owned()),
            Kind::Quoted if self.text.starts_with('[') => Some(inside().to_owned()),
            Kind::Quoted if self.text.starts_with('`') => Some(inside().replace("``", "`")),
            Kind::Quoted => Some(inside().replace("\"\"", "\"")),
            Kind::Text => Some(inside().replace("''", "'")),
            Kind::Number | Kind::Mark(_) => None,
        }
    }

    /// Returns where it ends.
    pub(super) const fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

/// Splits SQL into tokens. `None` when a quote is never closed.
pub(super) fn tokens(sql: &str) -> Option<Vec<Token<'_>>> {
    let bytes = sql.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let (kind, end) = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0c => {
                at += 1;
                continue;
            }
            b'-' if bytes.get(at + 1) == Some(&b'-') => {
                at = sql[at..].find('\n').map_or(bytes.len(), |line| at + line + 1);
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                // As SQLite has it, a comment that is never closed ends with the text.
                at = sql[at + 2..].find("*/").map_or(bytes.len(), |close| at + 2 + close + 2);
                continue;
            }
            b'"' | b'`' => (Kind::Quoted, closing(bytes, at, byte)?),
            b'\'' => (Kind::Text, closing(bytes, at, byte)?),
            b'[' => (Kind::Quoted, at + sql[at..].find(']')? + 1),
            b'0'..=b'9' => (Kind::Number, run(bytes, at, |b| is_word(b) || b == b'.')),
            b if is_word(b) => (Kind::Word, run(bytes, at, is_word)),
            b => (Kind::Mark(char::from(b)), at + 1),
        };
        found.push(Token { kind, text: &sql[at..end], at });
        at = end;
    }
    Some(found)
}

/// Returns whether a byte can be part of a name. Every byte of a character beyond ASCII can.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn run(bytes: &[u8], from: usize, holds: impl Fn(u8) -> bool) -> usize {
    bytes[from..].iter().position(|byte| !holds(*byte)).map_or(bytes.len(), |length| from + length)
}

/// Returns the end of a quote, in which a doubled mark stands for itself.
fn closing(bytes: &[u8], from: usize, mark: u8) -> Option<usize> {
    let mut at = from + 1;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == mark)? + 1;
        if bytes.get(at) != Some(&mark) {
            return Some(at);
        }
        at += 1;
    }
}

/// Walks over tokens.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) sql: &'a str,
    tokens: &'a [Token<'a>],
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(sql: &'a str, tokens: &'a [Token<'a>]) -> Self {
        Self { sql, tokens }
    }

    pub(super) fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.first()
    }

    pub(super) fn next(&mut self) -> Option<&'a Token<'a>> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Steps over these keywords, if they follow.
    pub(super) fn take(&mut self, keywords: &[&str]) -> bool {
        let follows = self.tokens.len() >= keywords.len()
            && self.tokens.iter().zip(keywords).all(|(token, keyword)| token.is(keyword));
        if follows {
            self.tokens = &self.tokens[keywords.len()..];
        }
        follows
    }

    /// Steps over a mark, if it follows.
    pub(super) fn take_mark(&mut self, mark: char) -> bool {
        let follows = self.peek().is_some_and(|token| token.is_mark(mark));
        if follows {
            self.tokens = &self.tokens[1..];
        }
        follows
    }

    /// Steps over a name.
    pub(super) fn name(&mut self) -> Option<String> {
        let name = self.peek()?.name()?;
        self.next();
        Some(name)
    }

    /// Steps over `( ... )`, and returns what stands inside.
    pub(super) fn group(&mut self) -> Option<Self> {
        if !self.take_mark('(') {
            return None;
        }
        let mut depth = 1_usize;
        for (index, token) in self.tokens.iter().enumerate() {
            match token.kind {
                Kind::Mark('(') => depth += 1,
                Kind::Mark(')') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let inside = Self { sql: self.sql, tokens: &self.tokens[..index] };
                self.tokens = &self.tokens[index + 1..];
                return Some(inside);
            }
        }
        None
    }

    /// Returns the items between commas that stand in no parentheses.
    pub(super) fn items(&self) -> Vec<Self> {
        let mut depth = 0_usize;
        let parts = self.tokens.split(|token| {
            match token.kind {
                Kind::Mark('(') => depth += 1,
                Kind::Mark(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && token.is_mark(',')
        });
        parts.map(|tokens| Self { sql: self.sql, tokens }).collect()
    }

    /// Returns what is left without these keywords at its end.
    pub(super) fn without_last(&self, keywords: &[&str]) -> Self {
        match self.tokens.split_last() {
            Some((last, rest)) if keywords.iter().any(|keyword| last.is(keyword)) => {
                Self { sql: self.sql, tokens: rest }
            }
            _ => *self,
        }
    }

    /// Returns the text of what is left, as it was written.
    pub(super) fn source(&self) -> &'a str {
        match (self.tokens.first(), self.tokens.last()) {
            (Some(first), Some(last)) => &self.sql[first.at..last.end()],
            _ => "",
        }
    }
}
