//! From byte offsets to lines and columns.

use crate::model::Span;

/// Bytes between two checkpoints of the character count, in texts that are not pure ASCII.
const BLOCK: usize = 256;

/// Where the lines of a text start: finds line and column of an offset in O(log lines), whatever the length of lines.
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// Number of characters before each block; empty for an ASCII text, in which columns are bytes.
    characters: Vec<u32>,
}

impl LineIndex {
    /// Indexes a text of less than 4 GiB.
    pub fn new(text: &str) -> Self {
        let newlines = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| to_u32(at + 1));
        let starts = std::iter::once(0).chain(newlines).collect();
        let mut characters = Vec::new();
        if !text.is_ascii() {
            let mut count = 0;
            for block in text.as_bytes().chunks(BLOCK) {
                characters.push(count);
                count += to_u32(block.iter().filter(|byte| starts_character(**byte)).count());
            }
        }
        Self { starts, characters }
    }

    /// Returns the span of a byte range of the text that was indexed.
    pub fn span(&self, text: &str, start: usize, end: usize) -> Span {
        let (line, column) = self.position(text, start);
        let (end_line, end_column) = self.position(text, end.max(start));
        Span { line, column, end_line, end_column }
    }

    /// Returns a line of the text that was indexed, counted from 1, without its end.
    pub fn line<'t>(&self, text: &'t str, number: u32) -> Option<&'t str> {
        let start = *self.starts.get((number as usize).checked_sub(1)?)?;
        text.get(start as usize..)?.lines().next()
    }

    fn position(&self, text: &str, offset: usize) -> (u32, u32) {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|start| *start as usize <= offset);
        let start = self.starts[line - 1] as usize;
        let column = self.characters_before(text, offset) - self.characters_before(text, start) + 1;
        (to_u32(line), column)
    }

    fn characters_before(&self, text: &str, offset: usize) -> u32 {
        if self.characters.is_empty() {
            return to_u32(offset);
        }
        // An offset at the very end may lie one block past the last checkpoint.
        let block = (offset / BLOCK).min(self.characters.len() - 1);
        let within = &text.as_bytes()[block * BLOCK..offset];
        self.characters[block] + to_u32(within.iter().filter(|byte| starts_character(**byte)).count())
    }
}

const fn starts_character(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_a_scan_of_the_text() {
        for text in [
            "",
            "a",
            "a\n",
            "a\r\n\n\nb\r",
            "ä\r\nbß = 'x'\n\n",
            &"äb\n".repeat(300),
            &"ß".repeat(700),
            &"a".repeat(512),
        ] {
            let index = LineIndex::new(text);
            for offset in (0..=text.len()).filter(|offset| text.is_char_boundary(*offset)) {
                let expected = Span::of_bytes(text, offset, text.len());
                assert_eq!(index.span(text, offset, text.len()), expected, "{offset} in {text:?}");
            }
            for number in 0..8 {
                let expected = (number as usize).checked_sub(1).and_then(|index| text.lines().nth(index));
                assert_eq!(index.line(text, number), expected, "{number} of {text:?}");
            }
        }
    }
}
