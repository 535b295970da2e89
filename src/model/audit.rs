//! What an audit says of exceptions, entry by entry, and what a project asks of them.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::severity::Severity;

/// What may be said of an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Unused,
    PartlyUsed,
    Expired,
    Expiring,
    NoReason,
    NoOwner,
    NoExpiry,
    PathGone,
    UnknownRule,
    RuleOff,
    Shadowed,
    Duplicate,
    OverMax,
    TooOld,
    OverMaxEntries,
    NotJudged,
}

impl State {
    /// All states, in the order in which they are told.
    pub const ALL: &[Self] = &[
        Self::Unused,
        Self::PartlyUsed,
        Self::Expired,
        Self::Expiring,
        Self::NoReason,
        Self::NoOwner,
        Self::NoExpiry,
        Self::PathGone,
        Self::UnknownRule,
        Self::RuleOff,
        Self::Shadowed,
        Self::Duplicate,
        Self::OverMax,
        Self::TooOld,
        Self::OverMaxEntries,
        Self::NotJudged,
    ];

    /// The words for them, in the same order.
    pub const WORDS: &[&str] = &[
        "unused",
        "partly-used",
        "expired",
        "expiring",
        "no-reason",
        "no-owner",
        "no-expiry",
        "path-gone",
        "unknown-rule",
        "rule-off",
        "shadowed",
        "duplicate",
        "over-max",
        "too-old",
        "over-max-entries",
        "not-judged",
    ];

    /// Returns the word used in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unused => "unused",
            Self::PartlyUsed => "partly-used",
            Self::Expired => "expired",
            Self::Expiring => "expiring",
            Self::NoReason => "no-reason",
            Self::NoOwner => "no-owner",
            Self::NoExpiry => "no-expiry",
            Self::PathGone => "path-gone",
            Self::UnknownRule => "unknown-rule",
            Self::RuleOff => "rule-off",
            Self::Shadowed => "shadowed",
            Self::Duplicate => "duplicate",
            Self::OverMax => "over-max",
            Self::TooOld => "too-old",
            Self::OverMaxEntries => "over-max-entries",
            Self::NotJudged => "not-judged",
        }
    }

    /// Returns how grave it is where the project asks for nothing.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Expiring | Self::NoOwner | Self::NoExpiry | Self::RuleOff | Self::NotJudged => Severity::Info,
            _ => Severity::Warning,
        }
    }
}

/// A state of an exception, with what else is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub state: State,
    pub severity: Severity,
    /// More in words: "3 of 10 files", "by line 12".
    pub note: Option<String>,
}

/// An exception, audited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// Its rule, as written.
    pub rule: Arc<str>,
    /// The path or glob that it excuses, the file of an inline one; `None` for an entry that has only `match`.
    pub path: Option<Arc<str>>,
    /// The file in which it stands.
    pub file: Arc<str>,
    /// The line on which it stands there.
    pub line: u32,
    /// It is a comment in a file that is judged.
    pub inline: bool,
    /// In order of [`State::ALL`].
    pub remarks: Vec<Remark>,
    /// How many findings it excused.
    pub excused: usize,
    /// Nothing would change if it went: it excused nothing in a run that judged all that it is about.
    pub dead: bool,
    pub reason: Option<Arc<str>>,
    pub owner: Option<Arc<str>>,
    /// ISO 8601 date, the last day on which it excuses.
    pub expires: Option<Arc<str>>,
}

impl Audited {
    /// Returns whether this is said of it.
    pub fn is(&self, state: State) -> bool {
        self.remarks.iter().any(|remark| remark.state == state)
    }

    /// Returns the gravest of what is said of it.
    pub fn severity(&self) -> Severity {
        self.remarks.iter().map(|remark| remark.severity).max().unwrap_or(Severity::Off)
    }
}

/// All exceptions of a project: those of the file in its order, then inline ones by path and line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    pub entries: Vec<Audited>,
}

impl Audit {
    /// Returns whether something of at least this severity is said.
    pub fn fails(&self, fail_on: Severity) -> bool {
        fail_on != Severity::Off && self.entries.iter().any(|entry| entry.severity() >= fail_on)
    }
}

/// What a project asks of its exceptions. The default asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// What each entry must have.
    pub require: Vec<Required>,
    /// How many entries the file may have.
    pub max_entries: Option<usize>,
    /// How many days an entry may stand.
    pub max_age: Option<u32>,
    /// A change may add none without a reason.
    pub no_growth: bool,
}

/// What an entry must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Required {
    Reason,
    Owner,
    Expires,
}

impl Required {
    /// The words for them.
    pub const WORDS: &[&str] = &["reason", "owner", "expires"];

    /// Returns the word used in YAML and in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reason => "reason",
            Self::Owner => "owner",
            Self::Expires => "expires",
        }
    }
}

/// Reads a number of days: `30d`, `12w`, or `30`.
///
/// # Errors
/// It is none, in words.
pub fn days(text: &str) -> Result<u32, String> {
    let text = text.trim();
    let fault = || format!("expected a number of days such as `30d`, found `{text}`");
    let (number, unit) = match text.char_indices().last() {
        Some((at, 'd')) => (&text[..at], 1),
        Some((at, 'w')) => (&text[..at], 7),
        _ => (text, 1),
    };
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(fault());
    }
    // A hundred years and more are a slip, and beyond what a calendar can add.
    let days = number.parse::<u32>().ok().and_then(|number| number.checked_mul(unit));
    days.filter(|days| *days <= 36_525).ok_or_else(|| format!("`{text}` is more than a hundred years"))
}

#[cfg(test)]
mod tests {
    use super::{State, days};

    #[test]
    fn days_are_days_or_weeks() {
        for (text, expected) in [("30d", Some(30)), ("0d", Some(0)), (" 2w ", Some(14)), ("365", Some(365))] {
            assert_eq!(days(text).ok(), expected, "{text}");
        }
        for text in ["", "d", "-3d", "1.5d", "30 days", "3m", "36526d", "99999999999d", "700000000w", "३d", "3ä"] {
            assert!(days(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_state_is_listed_once_in_order() {
        let mut sorted = State::ALL.to_vec();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted, State::ALL);
        assert_eq!(State::ALL.iter().map(|state| state.name()).collect::<Vec<_>>(), State::WORDS);
        assert_eq!(State::ALL.last(), Some(&State::NotJudged));
    }
}
