//! The words of SQL, as each database splits them: enough to find where statements end and to read simple ones.

mod keywords;
mod skip;

use crate::model::schema::Dialect;
pub use keywords::Keywords;

/// A word of SQL, or a mark. Comments and white space are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A keyword or a plain name.
    Word,
    /// A name in quotes, backticks or (SQLite) brackets.
    Quoted,
    /// A text in quotes, with its prefix: `'x'`, `E'x'`; MySQL's `"x"`.
    Text,
    /// A text in dollar quotes.
    Dollar,
    Number,
    Mark(u8),
    /// A quote or comment that is never closed, up to the end of the text.
    Open,
}

impl Token {
    /// Returns its text.
    pub fn text<'a>(&self, sql: &'a str) -> &'a str {
        &sql[self.start..self.end]
    }

    /// Returns whether it is this keyword.
    pub fn is(&self, sql: &str, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text(sql).eq_ignore_ascii_case(keyword)
    }

    /// Returns which of these keywords it is.
    pub fn one_of(&self, sql: &str, keywords: &Keywords) -> Option<&'static str> {
        if self.kind == Kind::Word { keywords.find(self.text(sql)) } else { None }
    }

    /// Returns whether it is this mark.
    pub fn is_mark(&self, mark: u8) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

/// Splits a text into tokens, one at a time.
#[derive(Clone, Copy, Debug)]
pub struct Lexer<'a> {
    pub sql: &'a str,
    pub dialect: Dialect,
}

impl<'a> Lexer<'a> {
    /// Returns a lexer of a text.
    pub const fn new(sql: &'a str, dialect: Dialect) -> Self {
        Self { sql, dialect }
    }

    /// Returns all tokens.
    pub fn tokens(self) -> Vec<Token> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(token) = self.next(at) {
            at = token.end;
            found.push(token);
        }
        found
    }

    /// Returns the next token at or after an offset.
    pub fn next(&self, at: usize) -> Option<Token> {
        let bytes = self.sql.as_bytes();
        let start = match skip::blank(bytes, at, self.dialect) {
            Ok(start) => start,
            Err(start) => return Some(Token { kind: Kind::Open, start, end: bytes.len() }),
        };
        let byte = *bytes.get(start)?;
        let (kind, end) = match byte {
            b'\'' => self.quote(start, start, b'\''),
            b'"' if self.dialect == Dialect::Mysql => self.quote(start, start, b'"'),
            b'"' | b'`' => closed(bytes, start, byte, Kind::Quoted),
            b'[' if self.dialect == Dialect::Sqlite => {
                let end = memchr::memchr(b']', &bytes[start..]).map(|length| start + length + 1);
                end.map_or((Kind::Open, bytes.len()), |end| (Kind::Quoted, end))
            }
            b'$' if self.dialect == Dialect::Postgresql => dollar(bytes, start),
            b'0'..=b'9' => (Kind::Number, number(bytes, start)),
            b'e' | b'E' | b'b' | b'B' | b'x' | b'X' | b'n' | b'N' if bytes.get(start + 1) == Some(&b'\'') => {
                self.quote(start, start + 1, b'\'')
            }
            b'u' | b'U' if bytes.get(start + 1) == Some(&b'&') && self.dialect == Dialect::Postgresql => {
                match bytes.get(start + 2) {
                    Some(b'\'') => closed(bytes, start + 2, b'\'', Kind::Text),
                    Some(b'"') => closed(bytes, start + 2, b'"', Kind::Quoted),
                    _ => (Kind::Word, start + 1),
                }
            }
            byte if is_word(byte) => (Kind::Word, run(bytes, start, is_word)),
            byte => (Kind::Mark(byte), start + 1),
        };
        Some(Token { kind, start, end })
    }

    /// Reads a text in quotes that open at `open`.
    fn quote(&self, start: usize, open: usize, mark: u8) -> (Kind, usize) {
        let bytes = self.sql.as_bytes();
        let escapes = match self.dialect {
            Dialect::Mysql => true,
            Dialect::Postgresql => open > start && matches!(bytes[start], b'e' | b'E'),
            Dialect::Sqlite => false,
        };
        if !escapes {
            return closed(bytes, open, mark, Kind::Text);
        }
        let mut at = open + 1;
        while let Some(length) = memchr::memchr2(mark, b'\\', &bytes[at.min(bytes.len())..]) {
            at += length;
            match (bytes[at], bytes.get(at + 1)) {
                (b'\\', _) => at += 2,
                (_, Some(next)) if *next == mark => at += 2,
                _ => return (Kind::Text, at + 1),
            }
        }
        (Kind::Open, bytes.len())
    }
}

/// Returns whether a byte can be part of a name. Every byte of a character beyond ASCII can.
pub const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn run(bytes: &[u8], from: usize, holds: impl Fn(u8) -> bool) -> usize {
    bytes[from..].iter().position(|byte| !holds(*byte)).map_or(bytes.len(), |length| from + length)
}

fn number(bytes: &[u8], start: usize) -> usize {
    let end = run(bytes, start, |byte| is_word(byte) || byte == b'.');
    // The sign of an exponent.
    let signed = matches!(bytes.get(end), Some(b'+' | b'-')) && matches!(bytes[end - 1], b'e' | b'E');
    let hexadecimal = bytes.get(start + 1).is_some_and(|byte| matches!(byte, b'x' | b'X'));
    match signed && !hexadecimal && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        true => run(bytes, end + 1, is_word),
        false => end,
    }
}

/// Reads a quote in which a doubled mark stands for itself.
fn closed(bytes: &[u8], open: usize, mark: u8, kind: Kind) -> (Kind, usize) {
    let mut at = open + 1;
    while let Some(length) = memchr::memchr(mark, &bytes[at.min(bytes.len())..]) {
        at += length + 1;
        if bytes.get(at) != Some(&mark) {
            return (kind, at);
        }
        at += 1;
    }
    (Kind::Open, bytes.len())
}

/// Reads `$$ ... $$` or `$tag$ ... $tag$`; a lone dollar is a mark, `$1` a word.
fn dollar(bytes: &[u8], start: usize) -> (Kind, usize) {
    let digit = bytes.get(start + 1).is_some_and(u8::is_ascii_digit);
    let tag = run(bytes, start + 1, |byte| is_word(byte) && byte != b'$');
    if digit || bytes.get(tag) != Some(&b'$') {
        return if digit { (Kind::Word, tag) } else { (Kind::Mark(b'$'), start + 1) };
    }
    let quote = &bytes[start..=tag];
    let close = memchr::memmem::find(&bytes[tag + 1..], quote);
    close.map_or((Kind::Open, bytes.len()), |length| (Kind::Dollar, tag + 1 + length + quote.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dialect: Dialect, sql: &str, expected: &[&str]) {
        let found: Vec<&str> = Lexer::new(sql, dialect).tokens().iter().map(|token| token.text(sql)).collect();
        assert_eq!(found, expected, "{sql}");
    }

    #[test]
    fn each_dialect_has_its_quotes() {
        check(Dialect::Postgresql, r"a'b\'c", &["a", r"'b\'", "c"]);
        check(Dialect::Postgresql, r"E'b\'c' e'x''y'", &[r"E'b\'c'", "e'x''y'"]);
        check(Dialect::Postgresql, "$$ ; $a$ $$ $a$ $$ $a$ $1 a$b$", &["$$ ; $a$ $$", "$a$ $$ $a$", "$1", "a$b$"]);
        check(Dialect::Postgresql, "U&\"a\" u&'b' \"a\"\"b\"", &["U&\"a\"", "u&'b'", "\"a\"\"b\""]);
        check(Dialect::Postgresql, "/* a /* b */ ; */ x -- ; \n y", &["x", "y"]);
        check(Dialect::Mysql, r#"'a\'b' "c""d" `e``f` # ;"#, &[r"'a\'b'", r#""c""d""#, "`e``f`"]);
        check(Dialect::Mysql, "a --b -- c", &["a", "-", "-", "b"]);
        check(Dialect::Mysql, "/*!40101 SET x */ /* /* */ y", &["SET", "x", "y"]);
        check(Dialect::Mysql, "a */ b", &["a", "b"]);
        check(Dialect::Sqlite, r"'a\' [b c] `d`", &[r"'a\'", "[b c]", "`d`"]);
        check(Dialect::Postgresql, "1.5e-3-2 0x1e-3 ä.ö", &["1.5e-3", "-", "2", "0x1e", "-", "3", "ä", ".", "ö"]);
    }

    #[test]
    fn what_is_never_closed_runs_to_the_end() {
        for (dialect, sql) in [
            (Dialect::Postgresql, "'a"),
            (Dialect::Postgresql, "$a$ $$"),
            (Dialect::Postgresql, "\"a"),
            (Dialect::Postgresql, "E'\\"),
            (Dialect::Postgresql, "/* a /* b */"),
            (Dialect::Mysql, "'a\\'"),
            (Dialect::Mysql, "`a"),
            (Dialect::Sqlite, "[a"),
        ] {
            let tokens = Lexer::new(sql, dialect).tokens();
            assert_eq!(tokens, [Token { kind: Kind::Open, start: 0, end: sql.len() }], "{sql}");
        }
        check(Dialect::Mysql, "a /* b", &["a"]);
    }
}
