//! Facts of kind `exception`.

use std::sync::Arc;

use super::{FieldType, Kind, fields};
use crate::model::audit::{Required, State};
use crate::model::location::Location;
use crate::model::value::{Known, Value};

/// One entry of the exceptions file, or a comment that allows something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionEntry {
    /// Rule name or alias, as written.
    pub rule: Arc<str>,
    /// Path or glob, normalised to `/` without `./`; `None` for an entry that only has `match`.
    pub path: Option<Arc<str>>,
    pub reason: Option<Arc<str>>,
    pub owner: Option<Arc<str>>,
    /// ISO 8601 date, the last day on which it excuses.
    pub expires: Option<Arc<str>>,
    /// Excuses at most so many findings.
    pub max: Option<u32>,
    /// It is a comment in the file that it is about.
    pub inline: bool,
    /// What the run made of it.
    pub seen: Known<ExceptionUse>,
    pub location: Location,
}

/// What a run made of an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionUse {
    /// What is said of it, in order of [`State::ALL`].
    pub states: Vec<State>,
    /// Findings that it excused.
    pub excused: Known<usize>,
    /// Findings that it is about and does not excuse any more.
    pub beyond: usize,
    /// What the project asks for and it does not have, but for a reason, which is a state.
    pub lacks: Vec<Required>,
    /// It is the first for its rule.
    pub first: bool,
    /// It was added since the base, where the list may not grow.
    pub grows: bool,
    /// More in words, about the gravest of its states.
    pub note: Option<Arc<str>>,
}

impl ExceptionEntry {
    /// What is said of an entry before the run is over.
    pub const NOT_YET: &str = "known only when all else has been judged";

    /// Returns the entry in a message: `enum-variable` for `versions/a.py`.
    pub fn entry(&self) -> String {
        match &self.path {
            Some(path) => format!("`{}` for `{path}`", self.rule),
            None => format!("`{}`", self.rule),
        }
    }

    fn seen(&self, read: impl Fn(&ExceptionUse) -> Value) -> Value {
        match &self.seen {
            Known::Yes(seen) => read(seen),
            Known::No(reason) => Value::Unknown(reason.clone()),
        }
    }
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Value {
    Value::List(texts.map(Value::text).collect())
}

pub static KIND: Kind = Kind {
    name: "exception",
    about: "An exception: an entry of the exceptions file, or a comment that allows something in its line. Judged when all else has been, so that laws know what it was good for.",
    judged: true,
    includes: None,
    fields: fields! { exception:
        "rule", FieldType::Text, "Rule name or alias, as written.", |entry| Value::Text(entry.rule.clone());
        "path", FieldType::Text, "Path or glob that it excuses; null if it has only `match`.",
            |entry| Value::optional_text(entry.path.as_ref());
        "reason", FieldType::Text, "Why, in the owner's words; null if nobody said.", |entry| Value::optional_text(entry.reason.as_ref());
        "owner", FieldType::Text, "Who answers for it; null if nobody does.", |entry| Value::optional_text(entry.owner.as_ref());
        "expires", FieldType::Text, "Last day on which it excuses, YYYY-MM-DD; null if it never ends.",
            |entry| Value::optional_text(entry.expires.as_ref());
        "max", FieldType::Int, "How many findings it excuses at most; null for any number.",
            |entry| entry.max.map_or(Value::Null, |max| Value::Int(i64::from(max)));
        "line", FieldType::Int, "Line of the file on which it stands.",
            |entry| entry.location.span.map_or(Value::Null, |span| Value::Int(i64::from(span.line)));
        "entry", FieldType::Text, "Rule and path, for messages.", |entry| Value::text(entry.entry());
        "inline", FieldType::Bool, "Whether it is a comment in the file that it is about.", |entry| Value::Bool(entry.inline);
        "states", FieldType::Words(State::WORDS), "What an audit says of it; unknown to laws about the project.",
            |entry| entry.seen(|seen| texts(seen.states.iter().map(|state| state.name())));
        "excused", FieldType::Int, "Findings that it excused; unknown where its rule did not judge all that it is about.",
            |entry| entry.seen(|seen| match &seen.excused {
                Known::Yes(count) => Value::count(*count),
                Known::No(reason) => Value::Unknown(reason.clone()),
            });
        "beyond", FieldType::Int, "Findings that it is about and does not excuse: it has expired, or its `max` is reached.",
            |entry| entry.seen(|seen| Value::count(seen.beyond));
        "lacks", FieldType::Words(Required::WORDS), "What `require` in lawbook.yml asks for and it does not have, but for the reason.",
            |entry| entry.seen(|seen| texts(seen.lacks.iter().map(|required| required.name())));
        "first", FieldType::Bool, "Whether it is the first for its rule.", |entry| entry.seen(|seen| Value::Bool(seen.first));
        "grows", FieldType::Bool, "Whether it was added since the base, where lawbook.yml says `may-grow: false`.",
            |entry| entry.seen(|seen| Value::Bool(seen.grows));
        "note", FieldType::Text, "What else is to be said of its states, in words; null if nothing is.",
            |entry| entry.seen(|seen| Value::optional_text(seen.note.as_ref()));
    },
    queries: &[],
    subject: &[("rule", "rule"), ("excepts", "path")],
};
