//! Facts that share a key under a `unique` law.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::compile::Laws;
use super::rule_pass::{Key, finding};
use crate::model::{Fact, Finding};

/// When facts are judged, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pass {
    Files,
    Migrations,
    Whole,
}

/// The number of the rule, and what the fields say.
type Name = (usize, Arc<[String]>);

/// Where a fact comes from: in this order they are told. None for the whole.
type From = (Pass, Option<Arc<str>>, usize);

/// The facts of a run by their keys.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Each in order; most have one.
    groups: FxHashMap<Name, Vec<(From, Fact)>>,
    /// Keys that several facts have.
    shared: BTreeSet<Name>,
    /// Keys of facts of the whole.
    whole: Vec<Key>,
}

impl Keys {
    /// Adds the keys that a file gave.
    pub(super) fn add(&mut self, pass: Pass, path: Option<&Arc<str>>, keys: &[Key]) {
        for (number, key) in keys.iter().enumerate() {
            let name = (key.rule, key.values.clone());
            let from = (pass, path.cloned(), number);
            let group = self.groups.entry(name.clone()).or_insert_with(|| Vec::with_capacity(1));
            group.insert(group.partition_point(|(other, _)| *other < from), (from, key.fact.clone()));
            if group.len() == 2 {
                self.shared.insert(name);
            }
        }
    }

    /// Takes away the keys that a file gave.
    pub(super) fn remove(&mut self, pass: Pass, path: &Arc<str>, keys: &[Key]) {
        self.take(pass, Some(path), keys);
    }

    /// Takes the keys of facts of the whole in place of those of before.
    pub(super) fn set_whole(&mut self, keys: Vec<Key>) {
        let before = std::mem::take(&mut self.whole);
        self.take(Pass::Whole, None, &before);
        self.add(Pass::Whole, None, &keys);
        self.whole = keys;
    }

    fn take(&mut self, pass: Pass, path: Option<&Arc<str>>, keys: &[Key]) {
        for (number, key) in keys.iter().enumerate() {
            let name = (key.rule, key.values.clone());
            let Some(group) = self.groups.get_mut(&name) else { continue };
            let from = (pass, path.cloned(), number);
            group.retain(|(other, _)| *other != from);
            match group.len() {
                0 => _ = self.groups.remove(&name),
                1 => _ = self.shared.remove(&name),
                _ => {}
            }
        }
    }

    /// Returns a finding for every fact whose key another fact shares.
    pub(super) fn findings(&self, laws: &Laws) -> Vec<Finding> {
        let mut findings = Vec::new();
        for name in &self.shared {
            let (rule, values) = name;
            let group: Vec<&Fact> = self.groups.get(name).into_iter().flatten().map(|(_, fact)| fact).collect();
            for (index, fact) in group.iter().enumerate() {
                let others = group.iter().enumerate().filter(|(other, _)| *other != index);
                let others: Vec<String> = others
                    .map(|(_, other)| other.location().map_or_else(|| other.label(), |at| at.path.to_string()))
                    .collect();
                let data = [("others".into(), others.join(", ")), ("key".into(), values.join(", "))];
                let mut found = finding(&laws.rules[*rule], fact, None, data.into_iter().collect(), None);
                // `others` is for the message: an exception names its own subject, not everything that collides with it.
                Arc::make_mut(&mut found.about).remove("others");
                findings.push(found);
            }
        }
        findings
    }
}
