//! Facts of kind `exception`.

use std::sync::Arc;

use super::{FieldType, Kind, fields};
use crate::model::location::Location;
use crate::model::value::Value;

/// One entry of the exceptions file.
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
    pub location: Location,
}

pub const KIND: Kind = Kind {
    name: "exception",
    about: "An entry of the exceptions file.",
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
        "line", FieldType::Int, "Line of the exceptions file on which it stands.",
            |entry| entry.location.span.map_or(Value::Null, |span| Value::Int(i64::from(span.line)));
    },
    queries: &[],
    subject: &[("rule", "rule")],
};
