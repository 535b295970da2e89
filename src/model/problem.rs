//! Problems: faults in what the user gave us, as opposed to findings, which are about their project.

use std::sync::Arc;

use super::location::Location;

/// Whether a problem stops the run from being trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something could not be judged: the run exits 2.
    Error,
    /// Something is odd but was judged all the same; it never changes the exit code.
    Warning,
}

/// A fault in a pack, a script, a configuration, an exceptions file or an unreadable source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub level: Level,
    /// What is wrong, in one line, without the place.
    pub message: String,
    /// What to do about it, if we know.
    pub hint: Option<Box<str>>,
    pub at: Option<Location>,
    /// The text of the line that `at` starts on, for the caret. Without the line break.
    pub line_text: Option<Arc<str>>,
    /// The name of what is empty or out of reach, by which `allow-empty` lets it pass.
    pub empty: Option<Arc<str>>,
}

impl Problem {
    /// Returns a problem that makes the run exit 2.
    pub fn error(message: impl Into<String>) -> Self {
        Self { level: Level::Error, message: message.into(), hint: None, at: None, line_text: None, empty: None }
    }

    /// Returns a problem that is shown but does not change the exit code.
    pub fn warning(message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(message) }
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.at = Some(location);
        self
    }

    /// Adds the place, and takes the line for the caret from the text of that file.
    #[must_use]
    pub fn in_text(mut self, location: Location, text: &str) -> Self {
        self.line_text = location.span.and_then(|span| {
            let line = text.lines().nth(span.line.saturating_sub(1) as usize)?;
            Some(Arc::from(line))
        });
        self.at = Some(location);
        self
    }

    /// Adds the name of what is empty or out of reach.
    #[must_use]
    pub fn empty(mut self, name: impl Into<Arc<str>>) -> Self {
        self.empty = Some(name.into());
        self
    }

    /// Adds the remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into().into());
        self
    }

    /// Adds "did you mean" as the remedy, where there is something near enough to mean.
    #[must_use]
    pub fn suggest(mut self, nearest: Option<&str>) -> Self {
        if let Some(nearest) = nearest {
            self.hint = Some(format!("did you mean `{nearest}`?").into());
        }
        self
    }
}

impl std::fmt::Display for Problem {
    /// Writes `path:line:column: message (hint)` on one line.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(location) = &self.at {
            write!(formatter, "{location}: ")?;
        }
        formatter.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(formatter, " ({hint})")?;
        }
        Ok(())
    }
}
