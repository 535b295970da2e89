//! Where in a text the keys and entries of an exceptions file begin and end, by lines.

use std::ops::{Range, RangeInclusive};

use super::super::reasons::{has_text_line, is_commented_out};
use crate::yaml::{Node, Place};

/// The lines of a text.
pub(super) struct Lines<'a> {
    pub(super) text: &'a str,
    /// Where each line begins, and where the text ends.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let mut starts: Vec<usize> = std::iter::once(0).chain(breaks).collect();
        if starts.last() != Some(&text.len()) {
            starts.push(text.len());
        }
        Self { text, starts }
    }

    pub(super) fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Returns the bytes of lines, with the break behind the last.
    pub(super) fn range(&self, lines: RangeInclusive<usize>) -> Range<usize> {
        self.starts[*lines.start()]..self.starts[lines.end() + 1]
    }

    /// Returns a line without its break.
    pub(super) fn line(&self, index: usize) -> &'a str {
        self.text[self.range(index..=index)].trim_end_matches(['\n', '\r'])
    }

    /// Returns the line that holds a byte.
    pub(super) fn of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1).min(self.count().saturating_sub(1))
    }

    /// Returns the line, counted from 0, and the byte at which a place begins.
    pub(super) fn place(&self, place: &Place) -> Option<(usize, usize)> {
        let index = (place.span.line as usize).checked_sub(1).filter(|index| *index < self.count())?;
        let line = self.line(index);
        let column = place.span.column as usize - 1;
        let at = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
        Some((index, self.starts[index] + at))
    }

    /// Returns how far a line is indented.
    pub(super) fn indent(&self, index: usize) -> usize {
        let line = self.line(index);
        line.len() - line.trim_start_matches(' ').len()
    }

    pub(super) fn is_blank(&self, index: usize) -> bool {
        self.line(index).trim().is_empty()
    }

    /// Returns what stands behind the `#` of a line that is nothing but a comment.
    pub(super) fn comment(&self, index: usize) -> Option<&'a str> {
        self.line(index).trim().strip_prefix('#')
    }

    fn is_item(&self, index: usize) -> bool {
        let line = self.line(index).trim();
        line == "-" || line.starts_with("- ") || line.starts_with("-\t")
    }

    /// Returns the last line of what begins at a line with an indentation: a key, with lists that are indented as far
    /// as it is, or an item.
    pub(super) fn last_line(&self, first: usize, indent: usize, is_key: bool) -> usize {
        let mut last = first;
        for index in first + 1..self.count() {
            if self.is_blank(index) || self.comment(index).is_some() {
                continue;
            }
            let own = self.indent(index);
            let closes = own >= indent && self.line(index).trim_start().starts_with([']', '}']);
            if own > indent || closes || (is_key && own == indent && self.is_item(index)) {
                last = index;
            } else {
                break;
            }
        }
        last
    }

    /// Returns the last line of a key with its list, and the comments below that are indented further than the key.
    pub(super) fn last_of_key(&self, first: usize, list: &Node) -> usize {
        let indent = self.indent(first);
        let mut last = self.last_line(first, indent, true);
        if let Some(item) = list.as_list().and_then(<[Node]>::last).and_then(|item| self.block_item(item)) {
            last = last.max(*item.end());
        }
        while last + 1 < self.count() && self.comment(last + 1).is_some() && self.indent(last + 1) > indent {
            last += 1;
        }
        last
    }

    /// Returns the comments right above a line, down from `after`, as far as they are indented so.
    pub(super) fn comments_above(&self, line: usize, after: Option<usize>, fits: impl Fn(usize) -> bool) -> Vec<usize> {
        let first = after.map_or(0, |after| after + 1);
        let above =
            (first..line).rev().take_while(|index| self.comment(*index).is_some_and(|_| fits(self.indent(*index))));
        let mut above: Vec<usize> = above.collect();
        above.reverse();
        above
    }

    /// Returns whether a line is an entry that is commented out.
    pub(super) fn is_commented_out(&self, index: usize) -> bool {
        self.comment(index).is_some_and(is_commented_out)
    }

    /// Returns the lines of an item that begins each of its lines with a dash: from the dash to the end of its last
    /// field. `None` for one that shares its line with something else.
    pub(super) fn block_item(&self, node: &Node) -> Option<RangeInclusive<usize>> {
        let (mut first, at) = self.place(&node.place)?;
        let mut before = &self.text[self.starts[first]..at];
        // The dash may stand alone, lines above.
        if before.trim().is_empty() {
            first = (0..first).rev().find(|index| !self.is_blank(*index) && self.comment(*index).is_none())?;
            before = self.line(first);
            if before.trim() != "-" && !before.trim_start().starts_with("- #") {
                return None;
            }
        }
        // An anchor or a tag may stand between dash and text.
        if !before.trim_start().starts_with('-') {
            return None;
        }
        let indent = self.indent(first);
        let mut last = self.last_line(first, indent, false);
        // The last lines of a text over several lines may look like comments.
        let fields = node.as_map().map_or(usize::MAX, |_| node.place.span.column as usize - 1);
        while let Some(next) = (last + 1..self.count()).find(|index| !self.is_blank(*index))
            && self.comment(next).is_some()
            && self.indent(next) > indent
            && (has_text_line(node, self.line(next).trim())
                || (self.indent(last) > fields && self.indent(next) >= self.indent(last)))
        {
            last = next;
        }
        Some(first..=last)
    }
}
