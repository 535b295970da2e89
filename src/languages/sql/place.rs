//! Places: from bytes of what is parsed to bytes of the text, and from there to lines.

use std::ops::Range;
use std::sync::Arc;

use squawk_syntax::decoded_text::DecodedText;

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
    /// Where the piece starts, in the text or in what was decoded.
    start: usize,
    /// The string whose value it is a part of, and where that stands.
    string: Option<Arc<(DecodedText, Self)>>,
}

impl Origin {
    /// Returns the origin of a piece that stands in the text as it is.
    pub(super) const fn at(start: usize) -> Self {
        Self { start, string: None }
    }

    /// Returns the origin of the value of a string that stands in this piece.
    pub(super) fn value(&self, decoded: DecodedText) -> Self {
        Self { start: 0, string: Some(Arc::new((decoded, self.clone()))) }
    }

    /// Returns the origin of what starts there in the piece.
    pub(super) fn part(&self, start: usize) -> Self {
        Self { start: self.start + start, string: self.string.clone() }
    }

    /// Returns where a byte of the piece stands in the text.
    fn of(&self, at: usize) -> usize {
        let at = self.start + at;
        let Some((decoded, outer)) = self.string.as_deref() else { return at };
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        outer.of(decoded.source_pos(at.into()).into())
    }

    pub(super) fn range(&self, range: Range<usize>) -> Range<usize> {
        let (start, end) = (self.of(range.start), self.of(range.end));
        start..end.max(start)
    }
}
