//! Where a YAML value stands.

use std::sync::Arc;

use crate::model::{Level, Location, Problem, Span};

/// A YAML text and the path that it was read from.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Relative to the root; for embedded packs the path inside the packs folder.
    pub path: Arc<str>,
    pub text: Arc<str>,
    /// Byte offset of the start of each line.
    line_starts: Vec<usize>,
    /// It came with the binary, and has been checked before that was made: what is costly to check is not checked again.
    pub vouched_for: bool,
}

impl Source {
    /// Returns a text with the path that it was read from.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Arc<Self> {
        let text: Arc<str> = text.into();
        let after_breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(index, _)| index + 1);
        let line_starts = std::iter::once(0).chain(after_breaks).collect();
        Arc::new(Self { path: path.into(), text, line_starts, vouched_for: false })
    }

    /// Returns a text that came with the binary.
    pub fn vouched_for(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Arc<Self> {
        let mut source = Self::new(path, text);
        if let Some(source) = Arc::get_mut(&mut source) {
            source.vouched_for = true;
        }
        source
    }

    /// Returns a line by its 1-based number, without its line break; empty past the end.
    pub fn line(&self, number: u32) -> &str {
        let index = number.saturating_sub(1) as usize;
        let Some(&start) = self.line_starts.get(index) else { return "" };
        let end = self.line_starts.get(index + 1).copied().unwrap_or(self.text.len());
        let breaks = self.text.as_bytes()[start..end].iter().rev().take_while(|byte| matches!(byte, b'\n' | b'\r'));
        &self.text[start..end - breaks.count()]
    }
}

/// A range in a YAML text.
#[derive(Clone, Debug)]
pub struct Place {
    pub source: Arc<Source>,
    pub span: Span,
}

impl Place {
    /// Returns the place, of a text that nobody vouches for.
    pub fn doubted(&self) -> Self {
        let Source { path, text, line_starts, .. } = &*self.source;
        let (path, text, line_starts) = (path.clone(), text.clone(), line_starts.clone());
        Self { source: Arc::new(Source { path, text, line_starts, vouched_for: false }), span: self.span }
    }

    /// Returns the place for findings and messages.
    pub fn location(&self) -> Location {
        Location::span(self.source.path.clone(), self.span)
    }

    /// Returns a problem here that makes the run exit 2.
    pub fn error(&self, message: impl Into<String>) -> Problem {
        let line: Arc<str> = self.source.line(self.span.line).into();
        Problem { line_text: Some(line), ..Problem::error(message).at(self.location()) }
    }

    /// Returns a problem here that is shown but changes nothing.
    pub fn warning(&self, message: impl Into<String>) -> Problem {
        Problem { level: Level::Warning, ..self.error(message) }
    }
}
