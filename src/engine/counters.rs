//! How judging went: counted over all workers, and for each file by itself.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::compile::Laws;
use super::kept::Totals;
use super::rule_pass::Judged;

/// Counters of a run, shared by all workers.
pub(super) struct Counters {
    /// Facts judged, by rule.
    pub(super) judged: Vec<AtomicUsize>,
    /// Rules whose script used up a budget: they run no more, and their findings are dropped as they would depend on
    /// which file came first.
    pub(super) exhausted: Vec<AtomicBool>,
    /// Rules whose script failed on a fact, or used up a budget.
    pub(super) failed: Vec<AtomicBool>,
}

impl Counters {
    pub(super) fn new(laws: &Laws) -> Self {
        let flags = || laws.rules.iter().map(|_| AtomicBool::new(false)).collect();
        Self { judged: laws.rules.iter().map(|_| AtomicUsize::new(0)).collect(), exhausted: flags(), failed: flags() }
    }

    /// Counts how judging one fact by the rule of this number ended.
    pub(super) fn count(&self, rule: usize, judged: Judged) {
        match judged {
            Judged::Yes => _ = self.judged[rule].fetch_add(1, Ordering::Relaxed),
            Judged::Failed => self.failed[rule].store(true, Ordering::Relaxed),
            Judged::Exhausted => {
                self.failed[rule].store(true, Ordering::Relaxed);
                self.exhausted[rule].store(true, Ordering::Relaxed);
            }
        }
    }

    /// Adds what was counted over all files, and facts that rules looked at beside.
    pub(super) fn add(&self, totals: &Totals, beside: impl Fn(usize) -> usize) {
        for (number, judged) in self.judged.iter().enumerate() {
            let counted = totals.judged.get(number).copied().unwrap_or_default();
            judged.fetch_add(beside(number).saturating_add_signed(counted), Ordering::Relaxed);
        }
        for (failed, count) in self.failed.iter().zip(&totals.failed) {
            failed.fetch_or(*count > 0, Ordering::Relaxed);
        }
    }
}

/// How judging the facts of one file ended, by number of the rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// How many facts were judged.
    pub(super) judged: Vec<(usize, isize)>,
    pub(super) failed: Vec<usize>,
}

impl Tally {
    /// Counts how judging one fact ended.
    pub(super) fn count(&mut self, rule: usize, judged: Judged, counters: &Counters) {
        match judged {
            Judged::Yes => self.judged.push((rule, 1)),
            _ => self.note(rule, judged, counters),
        }
    }

    /// Adds what was counted of other facts.
    pub(super) fn append(&mut self, later: Self) {
        self.judged.extend(later.judged);
        self.failed.extend(later.failed);
    }

    /// Gives back the room that nothing took.
    pub(super) fn shrink(&mut self) {
        self.judged.shrink_to_fit();
        self.failed.shrink_to_fit();
    }

    /// Notes how judging ended, for a fact that has been counted.
    pub(super) fn note(&mut self, rule: usize, judged: Judged, counters: &Counters) {
        match judged {
            Judged::Yes => {}
            Judged::Failed => self.failed.push(rule),
            // At once: others need not try.
            Judged::Exhausted => counters.count(rule, judged),
        }
    }
}
