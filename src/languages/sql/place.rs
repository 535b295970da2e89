//! Places: from bytes of what is parsed to bytes of the text, and from there to lines.

use std::ops::Range;

use super::Places;
use crate::languages::lines::LineIndex;
use crate::model::Location;

/// Knows the place of each byte of the text.
pub(super) struct PlaceIndex<'a> {
    text: &'a str,
    places: &'a Places<'a>,
    /// Where lines start, if the text is that of a file.
    lines: Option<LineIndex>,
}

impl<'a> PlaceIndex<'a> {
    pub(super) fn new(text: &'a str, places: &'a Places<'a>) -> Self {
        let lines = matches!(places, Places::File(_)).then(|| LineIndex::new(text));
        Self { text, places, lines }
    }

    pub(super) fn location(&self, range: Range<usize>) -> Location {
        match (self.places, &self.lines) {
            (Places::Inside(place), _) => place(range),
            (Places::File(path), Some(lines)) => {
                Location::span(path.clone(), lines.span(self.text, range.start, range.end))
            }
            (Places::File(path), None) => Location::file(path.clone()),
        }
    }
}

/// Where a piece of SQL stands in the text: as it is, or written with escapes inside a string.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// From so many bytes on, the piece stands at that byte of the text. Ascending, the first at 0.
    marks: Vec<(usize, usize)>,
}

impl Origin {
    /// Returns the origin of a piece that stands in the text as it is.
    pub(super) fn at(start: usize) -> Self {
        Self { marks: vec![(0, start)] }
    }

    /// Returns where a byte of the piece stands in the text.
    pub(super) fn of(&self, at: usize) -> usize {
        let index = self.marks.partition_point(|(from, _)| *from <= at).saturating_sub(1);
        self.marks.get(index).map_or(at, |(from, to)| to + (at - from))
    }

    pub(super) fn range(&self, range: Range<usize>) -> Range<usize> {
        self.of(range.start)..self.of(range.end)
    }

    /// Returns the origin of a part of the piece.
    pub(super) fn part(&self, start: usize) -> Self {
        let later = self.marks.iter().filter(|(from, _)| *from > start).map(|(from, to)| (from - start, *to));
        Self { marks: std::iter::once((0, self.of(start))).chain(later).collect() }
    }

    /// Adds that the bytes of the piece from `from` on stand at `to`.
    pub(super) fn mark(&mut self, from: usize, to: usize) {
        match self.marks.last_mut() {
            Some(last) if last.0 == from => last.1 = to,
            Some(last) if last.1 + (from - last.0) == to => {}
            _ => self.marks.push((from, to)),
        }
    }
}
