//! Where the characters of a string stand in the source that writes it.

use std::ops::Range;

use ruff_text_size::{TextRange, TextSize};

use crate::languages::python::interpret::Place;

/// How the text of a string and its source correspond.
#[derive(Debug)]
pub struct Literal {
    /// From so many bytes of the text on, it stands at that byte of the source. Ascending.
    marks: Vec<(usize, usize)>,
    length: usize,
}

impl Literal {
    /// Returns how a string literal, or several side by side, correspond to the text that they make; `None` where they
    /// are written in a way that is not understood.
    pub fn new(source: &str, text: &str) -> Option<Self> {
        let mut literal = Self { marks: Vec::new(), length: 0 };
        let mut rest = Cursor { source, at: 0 };
        loop {
            rest.skip_between();
            if rest.at >= source.len() {
                break;
            }
            literal.string(&mut rest)?;
        }
        (literal.length == text.len()).then_some(literal)
    }

    /// Reads one string.
    fn string(&mut self, rest: &mut Cursor<'_>) -> Option<()> {
        let prefix = rest.take_while(|letter| letter.is_ascii_alphabetic());
        let lower = prefix.to_ascii_lowercase();
        if lower.contains(['f', 'b', 't']) {
            return None;
        }
        let raw = lower.contains('r');
        let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| rest.rest().starts_with(quote))?;
        rest.at += quote.len();
        self.mark(rest.at);
        while !rest.rest().starts_with(quote) {
            let letter = rest.rest().chars().next()?;
            if letter == '\\' && !raw {
                let (written, makes) = escape(rest.rest())?;
                self.mark(rest.at);
                rest.at += written;
                self.length += makes;
                self.mark(rest.at);
            } else if letter == '\\' {
                // Raw: the backslash stays, and what follows ends nothing.
                let next = rest.rest().chars().nth(1)?;
                rest.at += 1 + next.len_utf8();
                self.length += 1 + next.len_utf8();
            } else if rest.rest().starts_with("\r\n") {
                self.length += 1;
                rest.at += 2;
                self.mark(rest.at);
            } else {
                rest.at += letter.len_utf8();
                self.length += letter.len_utf8();
            }
        }
        rest.at += quote.len();
        Some(())
    }

    fn mark(&mut self, source: usize) {
        match self.marks.last_mut() {
            Some(last) if last.0 == self.length => last.1 = source,
            _ => self.marks.push((self.length, source)),
        }
    }

    fn of(&self, at: usize) -> usize {
        let index = self.marks.partition_point(|(from, _)| *from <= at).saturating_sub(1);
        self.marks.get(index).map_or(at, |(from, to)| to + (at - from))
    }

    /// Returns the place of a range of the text, which is written at `own`.
    pub fn place(&self, own: Place, range: Range<usize>) -> Place {
        let size = |at: usize| own.range.start() + TextSize::try_from(at).unwrap_or_default();
        // The end belongs to the character before it.
        let end = if range.end > range.start { self.of(range.end - 1) + 1 } else { self.of(range.end) };
        let (start, end) = (size(self.of(range.start)), size(end));
        let (start, end) = (start.min(own.range.end()), end.min(own.range.end()));
        Place { file: own.file, range: TextRange::new(start.min(end), end) }
    }
}

/// Returns how many bytes an escape takes in the source, and how many it makes.
fn escape(source: &str) -> Option<(usize, usize)> {
    let letter = source.chars().nth(1)?;
    let hexadecimal = |digits: usize| {
        let value = u32::from_str_radix(source.get(2..2 + digits)?, 16).ok()?;
        Some((2 + digits, char::from_u32(value)?.len_utf8()))
    };
    match letter {
        '\n' => Some((2, 0)),
        '\r' => Some((if source[2..].starts_with('\n') { 3 } else { 2 }, 0)),
        'x' => hexadecimal(2),
        'u' => hexadecimal(4),
        'U' => hexadecimal(8),
        '0'..='7' => {
            let digits = source[1..].chars().take(3).take_while(|digit| ('0'..='7').contains(digit)).count();
            let value = u32::from_str_radix(source.get(1..=digits)?, 8).ok()?;
            Some((1 + digits, char::from_u32(value)?.len_utf8()))
        }
        'N' => None,
        '\\' | '\'' | '"' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' => Some((2, 1)),
        // No escape: the backslash stays.
        other => Some((1 + other.len_utf8(), 1 + other.len_utf8())),
    }
}

struct Cursor<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Cursor<'s> {
    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    fn take_while(&mut self, test: impl Fn(char) -> bool) -> &'s str {
        let rest = self.rest();
        let end = rest.find(|letter| !test(letter)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Skips what stands between strings: white space, comments, ends of lines that do not count.
    fn skip_between(&mut self) {
        loop {
            self.take_while(|letter| letter.is_whitespace() || matches!(letter, '\\' | '(' | ')'));
            if !self.rest().starts_with('#') {
                return;
            }
            self.take_while(|letter| letter != '\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_in_their_source() {
        // Source, text, a piece of it, and where that begins in the source.
        let cases = [
            ("'DROP TABLE a'", "DROP TABLE a", "a", 12),
            ("\"\"\"\nDROP\n\"\"\"", "\nDROP\n", "DROP", 4),
            ("r'\\d x'", "\\d x", "x", 5),
            ("'a\\nb'", "a\nb", "b", 4),
            ("'a' 'bc'", "abc", "c", 6),
            ("'a'  # b\n  'bc'", "abc", "b", 12),
            ("'\\x41\\u00fcB'", "A\u{fc}B", "B", 11),
            ("'\u{fc}b'", "\u{fc}b", "b", 3),
            ("'a\\\nb'", "ab", "b", 4),
            ("'\\q'", "\\q", "q", 2),
        ];
        for (source, text, piece, expected) in cases {
            let literal = Literal::new(source, text).expect(source);
            let at = text.find(piece).expect(piece);
            assert_eq!(literal.of(at), expected, "{source}");
        }
    }

    #[test]
    fn other_sources_are_not_understood() {
        for (source, text) in
            [("f'a'", "a"), ("'a'", "ab"), ("x + 'a'", "a"), ("'\\N{DASH}'", "-"), ("'a", "a"), ("", "a")]
        {
            assert!(Literal::new(source, text).is_none(), "{source}");
        }
    }
}
