//! Which findings each entry is about, whoever excused them.

use std::cell::LazyCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::super::condition::{Condition, text_of};
use super::super::resolver::Resolver;
use crate::model::{Finding, Location};

/// What an entry is about, in one run.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    /// How many findings.
    pub(super) findings: usize,
    /// In which files.
    pub(super) paths: BTreeSet<Arc<str>>,
    /// Fields and values of `match` that were met.
    pub(super) values: BTreeSet<(Arc<str>, Option<Arc<str>>)>,
    /// What excused the first of them, if it was something else.
    pub(super) taker: Option<Taker>,
}

/// What excused a finding in place of an entry.
#[derive(Clone, Copy, Debug)]
pub(super) enum Taker {
    Entry(usize),
    Inline,
}

/// Returns what each entry is about, in their order.
pub(super) fn of(resolver: &Resolver, findings: &[Arc<Finding>]) -> Vec<Coverage> {
    // Of ten thousand entries most runs need none.
    let places = LazyCell::new(|| {
        let places = resolver.entries.iter().enumerate().map(|(number, entry)| (&entry.fact.location, number));
        places.collect::<HashMap<&Location, usize>>()
    });
    let mut coverage: Vec<Coverage> = resolver.entries.iter().map(|_| Coverage::default()).collect();
    let mut candidates = Vec::new();
    for finding in findings {
        resolver.index.candidates(finding, &mut candidates);
        let excuser = finding.excepted.as_ref().map(|excuse| places.get(&excuse.at).copied());
        for &number in &candidates {
            let entry = &resolver.entries[number];
            if !entry.covers(finding) {
                continue;
            }
            let covered = &mut coverage[number];
            covered.findings += 1;
            covered.paths.extend(finding.at.as_ref().map(|at| at.path.clone()));
            for condition in &entry.conditions {
                let Condition::OneOf(_) = condition.condition else { continue };
                let text = text_of(&condition.field, finding).map(Arc::from);
                covered.values.insert((condition.field.clone(), text));
            }
            match excuser {
                Some(Some(other)) if other != number => {
                    covered.taker.get_or_insert(Taker::Entry(other));
                }
                Some(None) => {
                    covered.taker.get_or_insert(Taker::Inline);
                }
                _ => {}
            }
        }
    }
    coverage
}
