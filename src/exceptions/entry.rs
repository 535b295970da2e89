//! Entries of the exceptions file, checked.

use std::sync::Arc;

use jiff::civil::Date;

use super::condition::FieldCondition;
use super::path::PathPattern;
use super::today::Today;
use crate::model::Finding;
use crate::model::facts::ExceptionEntry;
use crate::yaml::Place;

/// A whole exceptions file. The default is what a project without one has.
#[derive(Clone, Debug, Default)]
pub struct Exceptions {
    /// In order of the file.
    pub entries: Vec<Entry>,
}

impl Exceptions {
    /// Returns the entries as facts, in order of the file.
    pub fn facts(&self) -> Vec<Arc<ExceptionEntry>> {
        self.entries.iter().map(|entry| entry.fact.clone()).collect()
    }
}

/// One entry, ready to match.
#[derive(Clone, Debug)]
pub struct Entry {
    pub fact: Arc<ExceptionEntry>,
    /// Which paths it covers; `None` for an entry that only has `match`, which covers them all.
    pub path: Option<PathPattern>,
    /// What else must hold of a finding; all of them.
    pub conditions: Vec<FieldCondition>,
    /// The last day on which it excuses.
    pub expires: Option<Date>,
    /// Where the entry stands.
    pub place: Place,
    /// Where the rule's name stands.
    pub rule_place: Place,
}

impl Entry {
    /// Returns whether the entry's last day has passed.
    pub fn expired(&self, today: &Today) -> bool {
        self.expires.is_some_and(|last_day| last_day < today.get())
    }

    /// Returns whether path and `match` fit a finding; the rule is looked up in an index.
    pub(super) fn covers(&self, finding: &Finding) -> bool {
        let path_covers = match (&self.path, finding.path()) {
            (None, _) => true,
            (Some(pattern), Some(path)) => pattern.covers(path),
            (Some(_), None) => false,
        };
        path_covers && self.conditions.iter().all(|condition| condition.holds(finding))
    }
}
