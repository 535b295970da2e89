//! Regex matches, as a script sees them, and the places that they know.

use std::sync::Arc;

use regex::Regex;
use rhai::{Array, Dynamic, Engine, EvalAltResult, INT, ImmutableString};

use super::budget::Budget;
use super::searching::Pattern;
use super::values::host_fault;
use crate::model::{Location, Span};

/// One match of a regex.
#[derive(Clone, Debug)]
pub(super) struct Match(Arc<Found>);

#[derive(Debug)]
struct Found {
    regex: Arc<Regex>,
    /// The whole match, then its groups.
    groups: Vec<Option<ImmutableString>>,
    /// In the searched text, in characters, 0-based.
    start: usize,
    end: usize,
    /// In the file when a fact was searched, in the text otherwise.
    span: Span,
    /// The place; none when a plain text was searched.
    location: Option<Location>,
}

impl Match {
    /// Returns the matched text.
    pub(super) fn text(&self) -> &str {
        self.0.groups.first().and_then(Option::as_ref).map_or("", |text| text.as_str())
    }

    /// Returns the place in a file, if a fact was searched.
    pub(super) fn location(&self) -> Option<&Location> {
        self.0.location.as_ref()
    }

    fn group(&self, number: INT) -> Result<Dynamic, Box<EvalAltResult>> {
        let group = usize::try_from(number).ok().and_then(|number| self.0.groups.get(number));
        match group {
            Some(group) => Ok(group.clone().map_or(Dynamic::UNIT, Dynamic::from)),
            None => Err(host_fault(
                format!("the regex has no group {number}"),
                Some(format!("its groups are 0 to {}; 0 is the whole match", self.0.groups.len().saturating_sub(1))),
            )),
        }
    }

    fn named(&self, name: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        let names = || self.0.regex.capture_names();
        match names().position(|candidate| candidate == Some(name)) {
            Some(number) => Ok(self.0.groups[number].clone().map_or(Dynamic::UNIT, Dynamic::from)),
            None => Err(host_fault(
                format!("the regex has no group `{name}`"),
                super::values::suggestion(name, names().flatten()),
            )),
        }
    }
}

/// What is searched: a text, and the place of its first character when it stands in a file.
pub(super) struct Searched<'a> {
    pub(super) text: &'a str,
    /// Path, line and column of the first character.
    pub(super) origin: Option<(Arc<str>, u32, u32)>,
}

impl Searched<'_> {
    /// Returns whether there is a match.
    pub(super) fn is_match(&self, pattern: &Pattern, budget: &Budget) -> Result<bool, Box<EvalAltResult>> {
        pattern.probe(self.text, budget)?;
        Ok(pattern.regex(self.text).is_match(self.text))
    }

    /// Returns the first match, or `()`.
    pub(super) fn first(&self, pattern: &Pattern, budget: &Budget) -> Result<Dynamic, Box<EvalAltResult>> {
        pattern.probe(self.text, budget)?;
        let regex = pattern.regex(self.text);
        let captures = regex.captures(self.text);
        Ok(captures
            .map_or(Dynamic::UNIT, |captures| Dynamic::from(self.found(regex, &captures, &mut Cursor::default()))))
    }

    /// Returns all matches, within the budget.
    pub(super) fn all(&self, pattern: &Pattern, budget: &Budget) -> Result<Array, Box<EvalAltResult>> {
        pattern.probe(self.text, budget)?;
        let regex = pattern.regex(self.text);
        let mut cursor = Cursor::default();
        let mut matches = Array::new();
        for captures in regex.captures_iter(self.text) {
            matches.push(Dynamic::from(self.found(regex, &captures, &mut cursor)));
            budget.allow_items(matches.len())?;
            // Each search for a next match may read all that is left of the text.
            budget.check()?;
        }
        Ok(matches)
    }

    fn found(&self, regex: &Arc<Regex>, captures: &regex::Captures<'_>, cursor: &mut Cursor) -> Match {
        let whole = captures.get_match();
        let (start, line, column) = cursor.advance(self.text, whole.start());
        let mut end_cursor = *cursor;
        let (end, end_line, end_column) = end_cursor.advance(self.text, whole.end());
        let (path, first_line, first_column) = match &self.origin {
            Some((path, line, column)) => (Some(path), *line, *column),
            None => (None, 1, 1),
        };
        let place = |line: u32, column: u32| {
            (line + first_line - 1, if line == 1 { column + first_column - 1 } else { column })
        };
        let ((line, column), (end_line, end_column)) = (place(line, column), place(end_line, end_column));
        let span = Span { line, column, end_line, end_column };
        Match(Arc::new(Found {
            regex: regex.clone(),
            groups: captures.iter().map(|group| group.map(|group| group.as_str().into())).collect(),
            start,
            end,
            span,
            location: path.map(|path| Location::span(path.clone(), span)),
        }))
    }
}

/// A place in a text that only moves forward, so that finding the places of all matches reads the text once.
#[derive(Clone, Copy)]
struct Cursor {
    bytes: usize,
    characters: usize,
    line: u32,
    column: u32,
}

impl Default for Cursor {
    fn default() -> Self {
        Self { bytes: 0, characters: 0, line: 1, column: 1 }
    }
}

impl Cursor {
    /// Moves to a byte offset; returns it in characters, with line and column.
    fn advance(&mut self, text: &str, bytes: usize) -> (usize, u32, u32) {
        for character in text[self.bytes..bytes].chars() {
            self.characters += 1;
            if character == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.bytes = bytes;
        (self.characters, self.line, self.column)
    }
}

/// What a script can read of a match.
pub(super) const PROPERTIES: &[&str] = &["text", "line", "column", "start", "end"];

/// Registers what a script can do with a match.
pub(super) fn register(engine: &mut Engine) {
    let integer = |number: usize| INT::try_from(number).unwrap_or(INT::MAX);
    engine
        .register_type_with_name::<Match>("match")
        .register_get("text", |found: &mut Match| ImmutableString::from(found.text()))
        .register_get("line", |found: &mut Match| INT::from(found.0.span.line))
        .register_get("column", |found: &mut Match| INT::from(found.0.span.column))
        .register_get("start", move |found: &mut Match| integer(found.0.start))
        .register_get("end", move |found: &mut Match| integer(found.0.end))
        .register_fn("group", |found: &mut Match, number: INT| found.group(number))
        .register_fn("group", |found: &mut Match, name: ImmutableString| found.named(&name))
        .register_indexer_get(|found: &mut Match, number: INT| found.group(number))
        .register_fn("to_string", |found: &mut Match| ImmutableString::from(found.text()))
        .register_fn("to_debug", |found: &mut Match| format!("{:?}", found.text()))
        .register_fn("==", |left: Match, right: Match| Arc::ptr_eq(&left.0, &right.0))
        .register_fn("!=", |left: Match, right: Match| !Arc::ptr_eq(&left.0, &right.0));
}
