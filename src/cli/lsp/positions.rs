//! Places: Lawbook counts characters, editors count what was agreed on, UTF-16 where nothing was.

use gen_lsp_types::{Position, PositionEncodingKind, Range, TextEdit};

use crate::model::Span;

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    #[default]
    Utf16,
    Utf32,
}

impl Encoding {
    /// Returns the one that costs least of those that the client can do.
    pub(super) fn agreed(offered: &[PositionEncodingKind]) -> Self {
        match () {
            () if offered.contains(&PositionEncodingKind::UTF32) => Self::Utf32,
            () if offered.contains(&PositionEncodingKind::UTF8) => Self::Utf8,
            () => Self::Utf16,
        }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn units(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }

    /// Returns the position of a character in a line; beyond its end, the end.
    pub(super) fn position(self, lines: &[&str], line: usize, column: usize) -> Position {
        let text = lines.get(line).copied().unwrap_or_default().trim_end_matches('\r');
        let units: usize = text.chars().take(column).map(|character| self.units(character)).sum();
        Position { line: number(line), character: number(units) }
    }

    /// Returns line and character of a position; beyond the end of a line, its end.
    pub(super) fn place(self, lines: &[&str], position: Position) -> (usize, usize) {
        let line = position.line as usize;
        let text = lines.get(line).copied().unwrap_or_default().trim_end_matches('\r');
        let mut left = position.character as usize;
        let mut column = 0;
        for character in text.chars() {
            if left < self.units(character) {
                break;
            }
            left -= self.units(character);
            column += 1;
        }
        (line, column)
    }

    /// Returns the range of a span. One without length reaches to the end of its line, so that it is seen.
    pub(super) fn range(self, lines: &[&str], span: Option<Span>) -> Range {
        let span = span.unwrap_or(Span::at(1, 1));
        let zero = |number: u32| (number as usize).saturating_sub(1);
        let start = self.position(lines, zero(span.line), zero(span.column));
        let mut end = self.position(lines, zero(span.end_line), zero(span.end_column));
        if (end.line, end.character) <= (start.line, start.character) {
            end = self.position(lines, zero(span.line), usize::MAX);
        }
        Range { start, end }
    }

    /// Returns the text with a part of it replaced.
    pub(super) fn apply(self, text: &str, range: Range, new: &str) -> String {
        let lines: Vec<&str> = text.split('\n').collect();
        let offset = |position: Position| {
            let (line, column) = self.place(&lines, position);
            let before: usize = lines.iter().take(line).map(|line| line.len() + 1).sum();
            let within: usize = lines.get(line).map_or(0, |line| line.chars().take(column).map(char::len_utf8).sum());
            (before + within).min(text.len())
        };
        let (start, end) = (offset(range.start), offset(range.end));
        format!("{}{new}{}", &text[..start], &text[end.max(start)..])
    }

    /// Returns the one edit that makes `after` of `before`: of the lines that differ.
    pub(super) fn edit(self, before: &str, after: &str) -> TextEdit {
        let (old, new): (Vec<&str>, Vec<&str>) = (before.split('\n').collect(), after.split('\n').collect());
        let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
        let most = old.len().min(new.len()) - same;
        let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(old, new)| old == new).count();
        let (old_end, new_end) = (old.len() - tail, new.len() - tail);
        let changed = new[same..new_end].join("\n");
        // From the first line that differs to the first that is the same again; at the end of the text, from the end of
        // the line before.
        if tail > 0 {
            let text = if same == new_end { changed } else { changed + "\n" };
            let (start, end) = (self.position(&old, same, 0), self.position(&old, old_end, 0));
            return TextEdit { range: Range { start, end }, new_text: text };
        }
        let end = self.position(&old, old.len() - 1, usize::MAX);
        match same {
            0 => TextEdit { range: Range { start: Position { line: 0, character: 0 }, end }, new_text: changed },
            _ => {
                let start = self.position(&old, same - 1, usize::MAX);
                let text = if same == new_end { changed } else { format!("\n{changed}") };
                TextEdit { range: Range { start, end }, new_text: text }
            }
        }
    }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_as_agreed() {
        let lines = ["a", "ü😀b\r"];
        for (encoding, expected) in [(Encoding::Utf8, 6), (Encoding::Utf16, 3), (Encoding::Utf32, 2)] {
            let position = encoding.position(&lines, 1, 2);
            assert_eq!(position, Position { line: 1, character: expected });
            assert_eq!(encoding.place(&lines, position), (1, 2));
            assert_eq!(encoding.place(&lines, Position { line: 1, character: 99 }), (1, 3), "the end of the line");
            assert_eq!(encoding.place(&lines, Position { line: 9, character: 9 }), (9, 0));
        }
        assert_eq!(Encoding::Utf16.place(&lines, Position { line: 1, character: 2 }), (1, 1), "inside a character");
        assert_eq!(Encoding::agreed(&[PositionEncodingKind::UTF16, PositionEncodingKind::UTF8]), Encoding::Utf8);
        assert_eq!(Encoding::agreed(&[]), Encoding::Utf16);
        let range = Encoding::Utf16.range(&lines, Some(Span::at(2, 2)));
        assert_eq!((range.start.character, range.end.character), (1, 4));
    }

    #[test]
    fn an_edit_makes_one_text_of_the_other() {
        let texts =
            ["", "a", "a\n", "a\nb", "a\nb\n", "x\na\nb\n", "a\n\nb\n", "ü😀\r\na\r\nb\r\n", "b\n", "\n", "a\nb\nc\nd"];
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for before in texts {
                for after in texts {
                    let edit = encoding.edit(before, after);
                    let made = encoding.apply(before, edit.range, &edit.new_text);
                    assert_eq!(made, after, "{before:?} by {edit:?}");
                }
            }
        }
    }
}
