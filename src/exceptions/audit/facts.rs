//! What an audit says, as facts: for laws about exceptions.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::super::entry::Exceptions;
use super::super::resolver::Resolver;
use super::identity;
use crate::model::audit::{Audit, Audited, Policy, Required, State};
use crate::model::facts::{ExceptionEntry, ExceptionUse};
use crate::model::{Known, Location};

/// Returns the exceptions as facts that know what the run made of them. `audit` is what [`super::audit`] made of the
/// same resolver; `added` are the numbers of entries that a change has added to a list that may not grow.
pub fn facts(resolver: &Resolver, audit: &Audit, policy: &Policy, added: &BTreeSet<usize>) -> Vec<Arc<ExceptionEntry>> {
    let of_file = resolver.entries.iter().enumerate().map(Some).chain(std::iter::repeat(None));
    let mut inline = resolver.inline.iter();
    let mut rules = BTreeSet::new();
    let mut facts = Vec::with_capacity(audit.entries.len());
    for (audited, entry) in audit.entries.iter().zip(of_file) {
        let first = rules.insert(audited.rule.clone());
        let base = match entry {
            Some((_, entry)) => (*entry.fact).clone(),
            None => {
                let Some(used) = inline.next() else { break };
                ExceptionEntry {
                    rule: audited.rule.clone(),
                    path: Some(used.path.clone()),
                    reason: audited.reason.clone(),
                    owner: None,
                    expires: None,
                    max: None,
                    inline: true,
                    seen: Known::No(ExceptionEntry::NOT_YET.into()),
                    location: Location::span(used.path.clone(), used.inline.span),
                }
            }
        };
        let used = entry.map(|(number, _)| resolver.uses[number]).unwrap_or_default();
        let not_judged = audited.remarks.iter().find(|remark| remark.state == State::NotJudged);
        let lacks = policy.require.iter().copied().filter(|required| match required {
            Required::Reason => false,
            Required::Owner => !base.inline && base.owner.is_none(),
            Required::Expires => !base.inline && base.expires.is_none(),
        });
        let seen = ExceptionUse {
            states: audited.remarks.iter().map(|remark| remark.state).collect(),
            excused: match not_judged.and_then(|remark| remark.note.as_deref()) {
                Some(why) => Known::No(why.into()),
                None => Known::Yes(audited.excused),
            },
            beyond: used.expired + used.over,
            lacks: lacks.collect(),
            first,
            grows: entry.is_some_and(|(number, _)| added.contains(&number)),
            note: note(resolver, audited, entry.map(|(number, _)| number)).map(Into::into),
        };
        facts.push(Arc::new(ExceptionEntry { seen: Known::Yes(seen), ..base }));
    }
    facts
}

/// Returns what else is to be said of an exception: about the first of its states that has something.
fn note(resolver: &Resolver, audited: &Audited, number: Option<usize>) -> Option<String> {
    let has = |state: State| audited.is(state);
    let said = |state: State| audited.remarks.iter().find(|remark| remark.state == state)?.note.clone();
    if has(State::UnknownRule) {
        let nearest = resolver.nearest(&audited.rule);
        return Some(nearest.map_or_else(|| "remove them".to_owned(), |near| format!("did you mean `{near}`?")));
    }
    if has(State::Expired) {
        let again = said(State::Expired).and_then(|note| Some(note.split_once(": ")?.1.to_owned()));
        return Some(again.unwrap_or_else(|| "nothing is left to excuse".to_owned()));
    }
    if has(State::Duplicate) || has(State::Shadowed) {
        let place = said(State::Duplicate).or_else(|| said(State::Shadowed)).unwrap_or_default();
        let place = place.trim_start_matches("of ").trim_start_matches("by ");
        return Some(format!("{place} excuses the same"));
    }
    if has(State::Unused) {
        let foreign = number.and_then(|number| resolver.foreign(&resolver.entries[number], &resolver.rules[number]));
        return Some(foreign.unwrap_or_else(|| "remove it".to_owned()));
    }
    said(State::PartlyUsed)
}

/// Returns the numbers of the entries that an older version of the file does not have. One whose reason, owner or date
/// changed is the same.
pub fn added(resolver: &Resolver, old: &Exceptions) -> BTreeSet<usize> {
    let mut known: HashMap<_, usize> = HashMap::new();
    for entry in &old.entries {
        *known.entry(identity(entry, &resolver.rules_of(&entry.fact.rule))).or_default() += 1;
    }
    let mut added = BTreeSet::new();
    for (number, entry) in resolver.entries.iter().enumerate() {
        match known.get_mut(&identity(entry, &resolver.rules[number])) {
            Some(count @ 1..) => *count -= 1,
            _ => drop(added.insert(number)),
        }
    }
    added
}
