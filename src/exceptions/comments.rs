//! Comments that may hold a directive, in the languages that Lawbook reads.
//!
//! Strings are told from comments in Python (all quotes, over lines) and SQL (quotes, block comments; the body of a
//! `$$` text is code). In other files a `#` after white space begins a comment, even inside quotes: YAML and shell
//! cannot be told apart cheaply. Nested quotes of the same kind in f-strings (Python 3.12) are read as separate texts.

/// What every directive contains; a text without it is not looked at.
pub(super) const MARKER: &str = "lawbook:";

/// How comments look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    Python,
    Sql,
    /// YAML, shell, TOML, Mako: `#` to the end of the line.
    Hash,
}

/// A line comment that contains the marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    /// 0-based.
    pub line: usize,
    /// Byte offset in the line of the text behind `#` or `--`.
    pub start: usize,
    /// Nothing but the comment is on the line.
    pub alone: bool,
}

impl Syntax {
    /// Returns the syntax of a file by its name.
    pub(super) fn of_path(path: &str) -> Self {
        let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        match extension.as_deref() {
            Some("py" | "pyi" | "pyw") => Self::Python,
            Some("sql" | "psql" | "pgsql" | "ddl") => Self::Sql,
            _ => Self::Hash,
        }
    }

    /// Returns what begins a comment.
    pub(super) const fn opener(self) -> &'static str {
        match self {
            Self::Sql => "--",
            Self::Python | Self::Hash => "#",
        }
    }

    /// Returns the comments that contain the marker, in order.
    pub(super) fn comments(self, text: &str) -> Vec<Comment> {
        let mut scan = Scan { text: text.as_bytes(), at: 0, line: 0, line_start: 0 };
        let mut comments = Vec::new();
        while let Some(byte) = scan.peek(0) {
            match byte {
                b'#' if self == Self::Python || (self == Self::Hash && scan.after_space()) => {
                    comments.extend(scan.comment(text, 1));
                }
                b'-' if self == Self::Sql && scan.peek(1) == Some(b'-') => comments.extend(scan.comment(text, 2)),
                b'/' if self == Self::Sql && scan.peek(1) == Some(b'*') => scan.skip_block(),
                b'\'' | b'"' if self == Self::Python => scan.skip_python_string(byte),
                b'\'' | b'"' | b'`' if self == Self::Sql => scan.skip_sql_string(byte),
                _ => scan.step(),
            }
        }
        comments
    }

    /// Returns the first line from `from` (0-based) that is neither blank nor comment.
    pub(super) fn next_code_line(self, lines: &[&str], from: usize) -> Option<usize> {
        let mut in_block = false;
        for (number, line) in lines.iter().enumerate().skip(from) {
            let mut rest = line.trim();
            if self == Self::Sql {
                while in_block || rest.starts_with("/*") {
                    in_block = true;
                    let Some((_, behind)) = rest.split_once("*/") else { break };
                    in_block = false;
                    rest = behind.trim_start();
                }
            }
            if !in_block && !rest.is_empty() && !rest.starts_with(self.opener()) {
                return Some(number);
            }
        }
        None
    }
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
    line_start: usize,
}

impl Scan<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    fn step(&mut self) {
        if self.peek(0) == Some(b'\n') {
            self.line += 1;
            self.line_start = self.at + 1;
        }
        self.at += 1;
    }

    fn steps(&mut self, count: usize) {
        for _ in 0..count {
            self.step();
        }
    }

    fn after_space(&self) -> bool {
        let before = &self.text[self.line_start..self.at];
        before.last().is_none_or(u8::is_ascii_whitespace) || before == "\u{feff}".as_bytes()
    }

    /// Moves past a line comment, and returns it if it contains the marker.
    fn comment(&mut self, text: &str, opener: usize) -> Option<Comment> {
        let end = text[self.at..].find('\n').map_or(text.len(), |length| self.at + length);
        let before = text[self.line_start..self.at].trim_start_matches('\u{feff}');
        let start = self.at + opener;
        let comment = Comment { line: self.line, start: start - self.line_start, alone: before.trim().is_empty() };
        self.at = end;
        text[start..end].contains(MARKER).then_some(comment)
    }

    fn skip_block(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b'/', Some(b'*')) => {
                    depth += 1;
                    self.steps(2);
                }
                (b'*', Some(b'/')) => {
                    depth -= 1;
                    self.steps(2);
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.step(),
            }
        }
    }

    fn skip_python_string(&mut self, quote: u8) {
        let triple = self.peek(1) == Some(quote) && self.peek(2) == Some(quote);
        self.steps(if triple { 3 } else { 1 });
        while let Some(byte) = self.peek(0) {
            if byte == b'\\' {
                // An escaped CRLF is two bytes, and ends neither the string nor the line count.
                self.steps(if self.peek(1) == Some(b'\r') { 3 } else { 2 });
            } else if triple && byte == quote && self.peek(1) == Some(quote) && self.peek(2) == Some(quote) {
                return self.steps(3);
            } else if !triple && byte == quote {
                return self.step();
            } else if !triple && byte == b'\n' {
                return;
            } else {
                self.step();
            }
        }
    }

    fn skip_sql_string(&mut self, quote: u8) {
        self.step();
        while let Some(byte) = self.peek(0) {
            self.step();
            if byte == quote {
                return;
            }
        }
    }
}
