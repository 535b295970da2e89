//! Findings: what a law says about the user's project.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::location::{Location, Span};
use super::severity::Severity;

/// One thing that a law found in the user's project.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Full name of the rule: `pack/rule`.
    pub rule: Arc<str>,
    pub severity: Severity,
    pub message: String,
    /// The place; `None` for an object that has no file, like a table of a live database.
    pub at: Option<Location>,
    /// What the finding is about, in the user's words: `deals.status`, a revision, a file name.
    pub subject: Option<String>,
    /// What the finding is about, by field name; what `match:` of an exception compares.
    pub about: BTreeMap<String, String>,
    /// The text of the line that `at` starts on, without the line break.
    pub line_text: Option<Arc<str>>,
    /// Identity that survives moved lines: 16 hexadecimal digits over rule, path, subject, the line's text and an
    /// occurrence index. Filled by the engine when the run is complete.
    pub fingerprint: String,
    /// The exception that excuses it, if any.
    pub excepted: Option<Excuse>,
    /// What it is told together with, once exceptions have taken out what they excuse; `None` for most.
    pub group: Option<Arc<Group>>,
}

/// Findings of one rule that are told as one: the missing columns of a table. Each is a finding for exceptions; what
/// they leave over becomes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The same for all of a group.
    pub key: String,
    /// What tells this one from the others: with rule and key its identity, whatever its message says.
    pub item: String,
    /// What this one is in the list of all: `amount`, `amount (model says NUMERIC, main says TEXT)`.
    pub words: String,
    /// What is said before the list; `{count}` stands for how many there are.
    pub lead: String,
    /// The message; `{difference}` stands for lead and list.
    pub template: String,
    /// What the group is about, as a whole.
    pub subject: String,
    pub about: BTreeMap<String, String>,
}

impl Finding {
    /// Returns the path, if the finding is about a file.
    pub fn path(&self) -> Option<&str> {
        self.at.as_ref().map(|location| location.path.as_ref())
    }

    /// Returns the range, if the finding is about a place in a file.
    pub fn span(&self) -> Option<Span> {
        self.at.as_ref().and_then(|location| location.span)
    }
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excuse {
    /// Where the exception stands: a line of the exceptions file, or an inline comment.
    pub at: Location,
    pub reason: Option<String>,
    pub owner: Option<String>,
    /// ISO 8601 date, the last day on which it excuses.
    pub expires: Option<String>,
}
