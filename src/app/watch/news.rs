//! What a verdict changes of what was known.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use super::Known;
use crate::app::session::Verdict;
use crate::model::{Finding, Problem};

/// What a verdict says, seen from the one before.
pub struct News<'a> {
    /// Whether it is the first verdict: all that it found is there, none of it is new.
    pub first: bool,
    /// The verdict itself, or why there is none.
    pub verdict: Result<Verdict, Problem>,
    /// Findings that were known and are no longer.
    pub fixed: Vec<Arc<Finding>>,
    /// Findings that were not known.
    pub new: Vec<&'a Finding>,
    /// Findings that were known and still hold, the newest first.
    pub remaining: Vec<&'a Finding>,
    /// Findings that were known, and that this run could not judge.
    pub unsure: Vec<&'a Finding>,
    /// How long it took.
    pub took: Duration,
}

impl<'a> News<'a> {
    /// Returns the news of a step.
    pub(super) fn of(
        known: &'a [Known],
        step: usize,
        fixed: Vec<Arc<Finding>>,
        verdict: Result<Verdict, Problem>,
        took: Duration,
    ) -> Self {
        let first = step == 1;
        let is_new = |known: &&Known| !first && known.since == step;
        let mut remaining: Vec<&Known> = known.iter().filter(|known| !known.unsure && !is_new(known)).collect();
        remaining.sort_by_key(|known| Reverse(known.since));
        let findings = |known: Vec<&'a Known>| known.into_iter().map(|known| &*known.finding).collect::<Vec<_>>();
        Self {
            first,
            verdict,
            fixed,
            new: findings(known.iter().filter(|known| !known.unsure && is_new(known)).collect()),
            remaining: findings(remaining),
            unsure: findings(known.iter().filter(|known| known.unsure).collect()),
            took,
        }
    }
}
