//! Which entries may be about a finding, without looking at all of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::condition::Condition;
use super::entry::Entry;
use crate::model::Finding;

/// Entries by rule, then by what of their path or their `match` is literal.
#[derive(Debug, Default)]
pub(super) struct Index {
    rules: HashMap<Arc<str>, RuleIndex>,
}

#[derive(Debug, Default)]
struct RuleIndex {
    /// By the path that the entry spells; looked up with a finding's path and each folder above it.
    exact: HashMap<Arc<str>, Bucket>,
    /// Globs by what every path begins with, by length.
    prefixes: BTreeMap<usize, HashMap<Arc<str>, Bucket>>,
    /// Globs that begin with a special character, by what every path ends with, by length.
    suffixes: BTreeMap<usize, HashMap<Arc<str>, Bucket>>,
    /// All paths, and globs without literals.
    anywhere: Bucket,
    /// Entries without a path: for findings with a path and without.
    pathless: Bucket,
}

/// Entries that share a key, those with a literal `match` by one of its fields.
#[derive(Debug, Default)]
struct Bucket {
    plain: Vec<usize>,
    by_field: BTreeMap<Arc<str>, HashMap<Arc<str>, Vec<usize>>>,
}

impl Index {
    /// Adds the entry with this number under a rule's full name.
    pub(super) fn add(&mut self, rule: &Arc<str>, number: usize, entry: &Entry) {
        let index = self.rules.entry(rule.clone()).or_default();
        let Some(path) = &entry.path else { return index.pathless.add(number, entry) };
        if path.text.is_empty() {
            return index.anywhere.add(number, entry);
        }
        index.exact.entry(path.text.clone()).or_default().add(number, entry);
        if !path.is_glob() {
            return;
        }
        let (prefix, suffix) = path.glob_literals();
        let bucket = if !prefix.is_empty() {
            index.prefixes.entry(prefix.len()).or_default().entry(prefix.into()).or_default()
        } else if !suffix.is_empty() {
            index.suffixes.entry(suffix.len()).or_default().entry(suffix.into()).or_default()
        } else {
            &mut index.anywhere
        };
        bucket.add(number, entry);
    }

    /// Fills `candidates` with the entries that may be about the finding, in order of the file.
    pub(super) fn candidates(&self, finding: &Finding, candidates: &mut Vec<usize>) {
        candidates.clear();
        let Some(index) = self.rules.get(&finding.rule) else { return };
        index.pathless.collect(finding, candidates);
        if let Some(path) = finding.path() {
            index.anywhere.collect(finding, candidates);
            let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
            for key in folders.chain([path]) {
                collect(index.exact.get(key), finding, candidates);
            }
            for (length, buckets) in index.prefixes.range(..=path.len()) {
                collect(path.get(..*length).and_then(|key| buckets.get(key)), finding, candidates);
            }
            for (length, buckets) in index.suffixes.range(..=path.len()) {
                collect(path.get(path.len() - length..).and_then(|key| buckets.get(key)), finding, candidates);
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
    }
}

fn collect(bucket: Option<&Bucket>, finding: &Finding, candidates: &mut Vec<usize>) {
    if let Some(bucket) = bucket {
        bucket.collect(finding, candidates);
    }
}

impl Bucket {
    fn add(&mut self, number: usize, entry: &Entry) {
        let literal = entry.conditions.iter().find_map(|condition| match &condition.condition {
            Condition::OneOf(texts) => {
                let texts: Option<Vec<&Arc<str>>> = texts.iter().map(Option::as_ref).collect();
                texts.map(|texts| (&condition.field, texts))
            }
            Condition::All(_) => None,
        });
        let Some((field, texts)) = literal else { return self.plain.push(number) };
        let by_text = self.by_field.entry(field.clone()).or_default();
        for text in texts {
            by_text.entry(text.clone()).or_default().push(number);
        }
    }

    fn collect(&self, finding: &Finding, candidates: &mut Vec<usize>) {
        candidates.extend(&self.plain);
        for (field, by_text) in &self.by_field {
            let numbers = super::condition::text_of(field, finding).and_then(|text| by_text.get(text));
            candidates.extend(numbers.into_iter().flatten());
        }
    }
}
