//! One resolver for every command and reporter: which exception excuses which finding.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::entry::{Entry, Exceptions};
use super::index::Index;
use super::inline::Inline;
use super::names::{Names, Resolution};
use super::today::Today;
use crate::model::{Excuse, Finding, Location, Problem, closest};

/// Excuses findings, and remembers what each exception was good for.
#[derive(Debug)]
pub struct Resolver {
    pub(super) entries: Vec<Entry>,
    /// Full names of the rules that each entry is about; none for one whose rule is unknown.
    pub(super) rules: Vec<Vec<Arc<str>>>,
    pub(super) uses: Vec<Use>,
    pub(super) index: Index,
    names: Names,
    pub(super) today: Today,
    pub(super) inline: Vec<InlineUse>,
    /// Fields that the findings of a rule were about, for rules with an entry that has `match`.
    fields: BTreeMap<Arc<str>, BTreeSet<String>>,
}

/// What one entry of the exceptions file was good for in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// Findings that it excused.
    pub excused: usize,
    /// Findings that it would have excused, had it not expired, and that nothing else excused.
    pub expired: usize,
    /// Findings beyond its `max`, that nothing else excused.
    pub over: usize,
}

/// What one inline exception was good for in a run.
#[derive(Debug)]
pub(super) struct InlineUse {
    pub(super) path: Arc<str>,
    pub(super) inline: Inline,
    pub(super) rules: Vec<Arc<str>>,
    /// Findings that it excused.
    pub(super) excused: usize,
}

impl Resolver {
    /// Returns a resolver, and an error for each name in the file that several rules have. Entries of such rules excuse
    /// nothing, nor do those of a rule that is not known.
    pub fn new(exceptions: Exceptions, names: Names, today: impl Into<Today>) -> (Self, Vec<Problem>) {
        let entries = exceptions.entries;
        let mut problems = Vec::new();
        let mut index = Index::default();
        let mut rules: Vec<Vec<Arc<str>>> = Vec::with_capacity(entries.len());
        let mut fields = BTreeMap::new();
        // Entries of one rule stand together: the name is resolved once, and told of once.
        let mut group: Option<(&Entry, Vec<Arc<str>>)> = None;
        for (number, entry) in entries.iter().enumerate() {
            let same =
                |first: &Entry| first.fact.rule == entry.fact.rule && first.rule_place.span == entry.rule_place.span;
            let ids = match group.take() {
                Some((first, ids)) if same(first) => ids,
                _ => resolve(&names, &entry.fact.rule, &mut problems, |message| entry.rule_place.error(message)),
            };
            for id in &ids {
                index.add(id, number, entry);
                if !entry.conditions.is_empty() {
                    fields.insert(id.clone(), BTreeSet::new());
                }
            }
            rules.push(ids.clone());
            group = Some((entry, ids));
        }
        let uses = vec![Use::default(); entries.len()];
        (Self { entries, rules, uses, index, names, today: today.into(), inline: Vec::new(), fields }, problems)
    }

    /// Marks the findings that are excused, anew: marks of before are removed, and the uses counted from zero.
    ///
    /// Findings come sorted, and `max` counts in that order. An inline exception comes first, then the first entry of
    /// the file that has not expired and is not used up. Returns an error for each inline exception whose rule is
    /// ambiguous.
    pub fn apply(&mut self, findings: &mut [Arc<Finding>], inline: &BTreeMap<Arc<str>, Vec<Inline>>) -> Vec<Problem> {
        let problems = self.reset(inline);
        self.mark(findings);
        problems
    }

    /// Marks more findings that are excused; uses go on counting.
    pub fn mark(&mut self, findings: &mut [Arc<Finding>]) {
        let mut by_line: HashMap<Arc<str>, HashMap<u32, Vec<usize>>> = HashMap::new();
        for (number, used) in self.inline.iter().enumerate() {
            by_line.entry(used.path.clone()).or_default().entry(used.inline.covers).or_default().push(number);
        }
        let mut candidates = Vec::new();
        for finding in findings {
            if let Some(fields) = self.fields.get_mut(&finding.rule) {
                let new =
                    finding.about.keys().filter(|field| !fields.contains(field.as_ref())).map(ToString::to_string);
                let new: Vec<String> = new.collect();
                fields.extend(new);
            }
            let mut excuse = self.excuse_inline(finding, &by_line);
            if excuse.is_none() {
                self.index.candidates(finding, &mut candidates);
                excuse = self.excuse(finding, &candidates);
            }
            if finding.excepted != excuse {
                Arc::make_mut(finding).excepted = excuse;
            }
        }
    }

    fn reset(&mut self, inline: &BTreeMap<Arc<str>, Vec<Inline>>) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.uses.fill(Use::default());
        self.fields.values_mut().for_each(BTreeSet::clear);
        self.inline.clear();
        for (path, inline) in inline.iter().flat_map(|(path, all)| all.iter().map(move |inline| (path, inline))) {
            let rules = resolve(&self.names, &inline.rule, &mut problems, |message| {
                at_inline(Problem::error(message), path, inline)
            });
            self.inline.push(InlineUse { path: path.clone(), inline: inline.clone(), rules, excused: 0 });
        }
        problems
    }

    fn excuse_inline(
        &mut self,
        finding: &Finding,
        by_line: &HashMap<Arc<str>, HashMap<u32, Vec<usize>>>,
    ) -> Option<Arc<Excuse>> {
        let lines = by_line.get(finding.path()?)?;
        let span = finding.span()?;
        // A comment at the end of a statement over several lines stands behind its last line, which an exclusive end
        // in the first column is not.
        let last = if span.end_column > 1 { span.end_line } else { span.end_line.saturating_sub(1) };
        let numbers = [Some(span.line), (last > span.line).then_some(last)];
        let numbers = numbers.into_iter().flatten().filter_map(|line| lines.get(&line)).flatten();
        let number = numbers.copied().find(|number| self.inline[*number].rules.contains(&finding.rule))?;
        let InlineUse { path, inline, excused, .. } = &mut self.inline[number];
        *excused += 1;
        let excuse = Excuse {
            at: Location::span(path.clone(), inline.span),
            reason: inline.reason.as_deref().map(str::to_owned),
            owner: None,
            expires: None,
        };
        Some(excuse.into())
    }

    fn excuse(&mut self, finding: &Finding, candidates: &[usize]) -> Option<Arc<Excuse>> {
        let mut blocked: Option<usize> = None;
        for &number in candidates {
            let entry = &self.entries[number];
            if !entry.covers(finding) {
                continue;
            }
            let room = |used: usize| entry.fact.max.is_none_or(|max| used < max as usize);
            if entry.expired(&self.today) {
                if room(self.uses[number].expired) {
                    blocked = blocked.or(Some(number));
                }
            } else if room(self.uses[number].excused) {
                self.uses[number].excused += 1;
                return Some(excuse(entry).into());
            } else {
                blocked = blocked.or(Some(number));
            }
        }
        if let Some(number) = blocked {
            let used = &mut self.uses[number];
            if self.entries[number].expired(&self.today) { used.expired += 1 } else { used.over += 1 }
        }
        None
    }

    /// Returns the entries of the file, in its order, each with what it was good for in the last [`Resolver::apply`].
    pub fn uses(&self) -> impl Iterator<Item = (&Entry, Use)> {
        self.entries.iter().zip(self.uses.iter().copied())
    }

    /// Returns whether there is an exception at all, in the file or inline.
    pub fn has_any(&self) -> bool {
        !self.entries.is_empty() || !self.inline.is_empty()
    }

    /// Returns what `match` of an entry asks for that no finding of its rules has, and the field that is near.
    pub(super) fn foreign(&self, entry: &Entry, rules: &[Arc<str>]) -> Option<String> {
        let seen: BTreeSet<&str> =
            rules.iter().filter_map(|rule| self.fields.get(rule)).flatten().map(String::as_str).collect();
        let is_known = |field: &str| matches!(field, "message" | "subject" | "path") || seen.contains(field);
        let foreign = entry.conditions.iter().find(|condition| !seen.is_empty() && !is_known(&condition.field))?;
        let field = &foreign.field;
        let near = closest(field, seen.iter().copied()).map(|near| format!(": did you mean `{near}`?"));
        Some(format!("no finding of this rule has a field `{field}`{}", near.unwrap_or_default()))
    }

    /// Returns whether an entry or a comment speaks of this rule, by its full name.
    pub fn speaks_of(&self, rule: &Arc<str>) -> bool {
        let inline = self.inline.iter().map(|used| &used.rules);
        self.rules.iter().chain(inline).any(|rules| rules.contains(rule))
    }

    /// Returns the full names of the rules that a name in the file means.
    pub(super) fn rules_of(&self, name: &str) -> Vec<Arc<str>> {
        match self.names.resolve(name) {
            Resolution::Rules(ids) => ids,
            Resolution::Unknown { .. } | Resolution::Ambiguous(_) => Vec::new(),
        }
    }

    /// Returns the name that is nearest to one that no rule has.
    pub(super) fn nearest(&self, name: &str) -> Option<Arc<str>> {
        match self.names.resolve(name) {
            Resolution::Unknown { nearest } => nearest,
            Resolution::Rules(_) | Resolution::Ambiguous(_) => None,
        }
    }
}

fn excuse(entry: &Entry) -> Excuse {
    let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
    Excuse {
        at: entry.fact.location.clone(),
        reason: text(&entry.fact.reason),
        owner: text(&entry.fact.owner),
        expires: text(&entry.fact.expires),
    }
}

/// Resolves a rule's name; one that several have is an error at a place. That none has it is for laws about exceptions
/// to say.
fn resolve(names: &Names, name: &str, problems: &mut Vec<Problem>, place: impl Fn(String) -> Problem) -> Vec<Arc<str>> {
    match names.resolve(name) {
        Resolution::Rules(ids) => ids,
        Resolution::Ambiguous(ids) => {
            let problem = place(format!("several rules are called `{name}`"));
            problems.push(problem.hint(format!("write one of {}", ids.join(", "))));
            Vec::new()
        }
        Resolution::Unknown { .. } => Vec::new(),
    }
}

fn at_inline(problem: Problem, path: &Arc<str>, inline: &Inline) -> Problem {
    let problem = problem.at(Location::span(path.clone(), inline.span));
    Problem { line_text: Some(inline.line_text.clone()), ..problem }
}
