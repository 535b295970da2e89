//! Places in the user's files.

use std::sync::Arc;

/// A range in a text. Lines and columns are 1-based, columns count characters (not bytes); the end is exclusive:
/// `end_column` is the column after the last character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

impl Span {
    /// Returns the empty span at a place.
    pub const fn at(line: u32, column: u32) -> Self {
        Self { line, column, end_line: line, end_column: column }
    }

    /// Returns the span so many lines further down.
    pub const fn down(self, lines: u32) -> Self {
        Self { line: self.line + lines, end_line: self.end_line + lines, ..self }
    }

    /// Returns the span of the byte range `start..end` of `text`, by scanning it. For many ranges of one text keep a
    /// line index instead. Offsets past the end, or inside a character, are moved back to the nearest valid place.
    pub fn of_bytes(text: &str, start: usize, end: usize) -> Self {
        let (line, column) = position(text, start);
        let (end_line, end_column) = position(text, end.max(start));
        Self { line, column, end_line, end_column }
    }
}

fn position(text: &str, offset: usize) -> (u32, u32) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before[line_start..].chars().count() + 1;
    (to_u32(line), to_u32(column))
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A place in a file: its path relative to the root, with `/`, and the range, if one is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    pub path: Arc<str>,
    pub span: Option<Span>,
}

impl Location {
    /// Returns the place of a whole file.
    pub fn file(path: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), span: None }
    }

    /// Returns the place of a range in a file.
    pub fn span(path: impl Into<Arc<str>>, span: Span) -> Self {
        Self { path: path.into(), span: Some(span) }
    }
}

impl std::fmt::Display for Location {
    /// Writes `path`, or `path:line:column`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.span {
            Some(span) => write!(formatter, "{}:{}:{}", self.path, span.line, span.column),
            None => formatter.write_str(&self.path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_count_characters_not_bytes() {
        let text = "a = 1\nü = 'x'\n";
        let start = text.find('\'').expect("quote is there");
        assert_eq!(Span::of_bytes(text, start, start + 3), Span { line: 2, column: 5, end_line: 2, end_column: 8 });
        assert_eq!(Span::of_bytes(text, 999, 0), Span::at(3, 1));
        assert_eq!(Span::of_bytes(text, 7, 7), Span::at(2, 1), "inside a character: moved back");
    }
}
