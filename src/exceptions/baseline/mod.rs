//! The baseline: findings that were there before, by fingerprint, so that a project may begin with a thousand of them.
//!
//! It is generated and only ever shrinks; nobody writes a reason into it. It knows nothing of exceptions: what one of
//! them excuses is neither put into a baseline nor hidden by it.

mod read;
#[cfg(test)]
mod tests;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::Finding;

pub use read::{read, schema};

/// The version of the file that is written, and the newest that is read.
const VERSION: u32 = 1;

/// The findings of a baseline, in order of rule, path, subject and fingerprint, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    pub entries: BTreeSet<BaselineEntry>,
}

/// A finding that was there before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BaselineEntry {
    /// Full name of the rule.
    pub rule: Arc<str>,
    /// The file; `None` for an object that has none.
    pub path: Option<Arc<str>>,
    /// What the finding is about, for people.
    pub subject: Option<Arc<str>>,
    /// The identity, see [`Finding::fingerprint`].
    pub fingerprint: Arc<str>,
}

/// What a baseline hid of a run.
#[derive(Clone, Debug, Default)]
pub struct Hidden {
    /// How many findings of each rule.
    pub of_rules: BTreeMap<Arc<str>, usize>,
    fingerprints: BTreeSet<Arc<str>>,
}

impl Hidden {
    /// Returns how many findings were hidden.
    pub fn count(&self) -> usize {
        self.of_rules.values().sum()
    }
}

impl BaselineEntry {
    fn of(finding: &Finding) -> Self {
        Self {
            rule: finding.rule.clone(),
            path: finding.at.as_ref().map(|at| at.path.clone()),
            subject: finding.subject.clone(),
            fingerprint: finding.fingerprint.clone(),
        }
    }

    /// Returns it in a message: `pack/rule migrations/a.py deals.status`.
    pub fn label(&self) -> String {
        let parts = [Some(&self.rule), self.path.as_ref(), self.subject.as_ref()];
        parts.into_iter().flatten().map(AsRef::as_ref).collect::<Vec<&str>>().join(" ")
    }
}

impl Baseline {
    /// Returns the baseline of the findings that nothing excuses. Take them before findings are merged.
    pub fn of(findings: &[Arc<Finding>]) -> Self {
        let active = findings.iter().filter(|finding| finding.excepted.is_none());
        Self { entries: active.map(|finding| BaselineEntry::of(finding)).collect() }
    }

    /// Takes the findings out that are in the baseline and that nothing excuses.
    pub fn hide(&self, findings: &mut Vec<Arc<Finding>>) -> Hidden {
        let known: BTreeSet<&str> = self.fingerprints().collect();
        let mut hidden = Hidden::default();
        findings.retain(|finding| {
            let hides = finding.excepted.is_none() && known.contains(&*finding.fingerprint);
            if hides {
                *hidden.of_rules.entry(finding.rule.clone()).or_default() += 1;
                hidden.fingerprints.insert(finding.fingerprint.clone());
            }
            !hides
        });
        hidden
    }

    /// Returns the entries that hid nothing, though all that they are about was `judged`.
    pub fn stale(&self, hidden: &Hidden, judged: impl Fn(&BaselineEntry) -> bool) -> Vec<&BaselineEntry> {
        let idle = self.entries.iter().filter(|entry| !hidden.fingerprints.contains(&entry.fingerprint));
        idle.filter(|entry| judged(entry)).collect()
    }

    /// Returns the entries whose finding `other` does not have.
    pub fn beyond<'a>(&'a self, other: &Self) -> Vec<&'a BaselineEntry> {
        let known: BTreeSet<&str> = other.fingerprints().collect();
        self.entries.iter().filter(|entry| !known.contains(&*entry.fingerprint)).collect()
    }

    fn fingerprints(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| &*entry.fingerprint)
    }
}
