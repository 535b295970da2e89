//! Findings: what a law says about the user's project.

use std::borrow::Cow;
use std::sync::Arc;

use litemap::LiteMap;

use super::location::{Location, Span};
use super::severity::Severity;

/// A few texts by name, in order of the names: in one piece of memory, and most names are words of the program.
pub type Named = LiteMap<Cow<'static, str>, String>;

/// One thing that a law found in the user's project. What a clone of it holds is shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Full name of the rule: `pack/rule`.
    pub rule: Arc<str>,
    pub severity: Severity,
    pub message: Arc<str>,
    /// The place; `None` for an object that has no file, like a table of a live database.
    pub at: Option<Location>,
    /// What the finding is about, in the user's words: `deals.status`, a revision, a file name.
    pub subject: Option<Arc<str>>,
    /// What the finding is about, by field name; what `match:` of an exception compares.
    pub about: Arc<Named>,
    /// The text of the line that `at` starts on, without the line break.
    pub line_text: Option<Arc<str>>,
    /// Identity that survives moved lines: 16 hexadecimal digits over rule, path, subject, the line's text and an
    /// occurrence index. Filled by the engine when the run is complete.
    pub fingerprint: Arc<str>,
    /// The exception that excuses it, if any.
    pub excepted: Option<Arc<Excuse>>,
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
    pub about: Named,
    /// What to do about this one.
    pub advice: Option<Advice>,
}

/// What to do about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What to write, as code; `None` where nothing is to be written.
    pub write: Option<String>,
    /// What else there is to say.
    pub beside: String,
}

impl Advice {
    /// At most so many are written out together, ...
    const WRITTEN: usize = 3;
    /// ... as long as they are short.
    const LONGEST: usize = 400;

    /// Returns what is said of all that are told together, to be put behind a message.
    pub fn words<'a>(all: impl IntoIterator<Item = &'a Self>) -> String {
        let (written, others): (Vec<&Self>, Vec<&Self>) = all.into_iter().partition(|advice| advice.write.is_some());
        let lines: Vec<&str> = written.iter().filter_map(|advice| advice.write.as_deref()).collect();
        let beside = written.first().map_or("", |advice| &advice.beside);
        let length: usize = lines.iter().map(|line| line.len()).sum();
        let mut words = match lines.as_slice() {
            [] => String::new(),
            few if few.len() == 1 || (few.len() <= Self::WRITTEN && length <= Self::LONGEST) => {
                format!("; write {}{beside}", few.join(", "))
            }
            [first, ..] => format!("; write {first} and the like{beside}"),
        };
        if let Some(other) = others.first() {
            words.push_str(if written.is_empty() { "; " } else { "; of the others: " });
            words.push_str(&other.beside);
        }
        words
    }
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
