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
    /// Returns a resolver, and a warning for each rule of the file that is not known, an error for each that is
    /// ambiguous. Entries of such rules excuse nothing.
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
                _ => resolve(&names, &entry.fact.rule, &mut problems, |error, message| {
                    if error { entry.rule_place.error(message) } else { entry.rule_place.warning(message) }
                }),
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
    /// the file that has not expired and is not used up. Returns a problem for each inline exception whose rule is
    /// unknown (a warning) or ambiguous (an error).
    pub fn apply(&mut self, findings: &mut [Finding], inline: &BTreeMap<Arc<str>, Vec<Inline>>) -> Vec<Problem> {
        let problems = self.reset(inline);
        let mut by_line: HashMap<Arc<str>, HashMap<u32, Vec<usize>>> = HashMap::new();
        for (number, used) in self.inline.iter().enumerate() {
            by_line.entry(used.path.clone()).or_default().entry(used.inline.covers).or_default().push(number);
        }
        let mut candidates = Vec::new();
        for finding in findings {
            if let Some(fields) = self.fields.get_mut(&finding.rule) {
                let new = finding.about.keys().filter(|field| !fields.contains(field.as_str())).cloned();
                let new: Vec<String> = new.collect();
                fields.extend(new);
            }
            finding.excepted = self.excuse_inline(finding, &by_line);
            if finding.excepted.is_none() {
                self.index.candidates(finding, &mut candidates);
                finding.excepted = self.excuse(finding, &candidates);
            }
        }
        problems
    }

    fn reset(&mut self, inline: &BTreeMap<Arc<str>, Vec<Inline>>) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.uses.fill(Use::default());
        self.fields.values_mut().for_each(BTreeSet::clear);
        self.inline.clear();
        for (path, inline) in inline.iter().flat_map(|(path, all)| all.iter().map(move |inline| (path, inline))) {
            let rules = resolve(&self.names, &inline.rule, &mut problems, |error, message| {
                let problem = if error { Problem::error(message) } else { Problem::warning(message) };
                at_inline(problem, path, inline)
            });
            self.inline.push(InlineUse { path: path.clone(), inline: inline.clone(), rules, excused: 0 });
        }
        problems
    }

    fn excuse_inline(
        &mut self,
        finding: &Finding,
        by_line: &HashMap<Arc<str>, HashMap<u32, Vec<usize>>>,
    ) -> Option<Excuse> {
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
        Some(Excuse {
            at: Location::span(path.clone(), inline.span),
            reason: inline.reason.as_deref().map(str::to_owned),
            owner: None,
            expires: None,
        })
    }

    fn excuse(&mut self, finding: &Finding, candidates: &[usize]) -> Option<Excuse> {
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
                return Some(excuse(entry));
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

    /// Returns a warning for each entry that stood aside in the last [`Resolver::apply`]: expired, or used up, while
    /// findings were there. True of partial runs as well.
    pub fn lapsed(&self) -> Vec<Problem> {
        self.entries.iter().zip(&self.uses).filter_map(|(entry, used)| lapsed(entry, used)).collect()
    }

    /// Returns, after a full run, [`Resolver::lapsed`] and a warning for each exception that excused nothing, in order
    /// of the file, then the inline ones by path and line. `ran` holds the rules that ran: of an exception for another
    /// rule nothing is known, so nothing is said.
    pub fn unused(&self, ran: &BTreeSet<Arc<str>>) -> Vec<Problem> {
        let all_ran = |rules: &[Arc<str>]| !rules.is_empty() && rules.iter().all(|rule| ran.contains(rule));
        let of_file = self.entries.iter().zip(&self.uses).zip(&self.rules).filter_map(|((entry, used), rules)| {
            lapsed(entry, used).or_else(|| (used.excused == 0 && all_ran(rules)).then(|| self.idle(entry, rules)))
        });
        let of_lines = self.inline.iter().filter(|used| used.excused == 0 && all_ran(&used.rules)).map(|used| {
            let problem = Problem::warning(format!("`{}` excused nothing here", used.inline.rule)).hint("remove it");
            at_inline(problem, &used.path, &used.inline)
        });
        of_file.chain(of_lines).collect()
    }

    /// Returns the entries of the file, in its order, each with what it was good for in the last [`Resolver::apply`].
    pub fn uses(&self) -> impl Iterator<Item = (&Entry, Use)> {
        self.entries.iter().zip(self.uses.iter().copied())
    }

    fn idle(&self, entry: &Entry, rules: &[Arc<str>]) -> Problem {
        if let (true, Some(last_day)) = (entry.expired(&self.today), entry.expires) {
            let message = format!("{} expired on {last_day}, and nothing is left to excuse", entry.label());
            return entry.place.warning(message).hint("remove it");
        }
        let problem = entry.place.warning(format!("{} excused nothing", entry.label()));
        let seen: BTreeSet<&str> =
            rules.iter().filter_map(|rule| self.fields.get(rule)).flatten().map(String::as_str).collect();
        let is_known = |field: &str| matches!(field, "message" | "subject" | "path") || seen.contains(field);
        let foreign = entry.conditions.iter().find(|condition| !seen.is_empty() && !is_known(&condition.field));
        match foreign {
            Some(condition) => {
                let field = &condition.field;
                let nearest = closest(field, seen.iter().copied());
                let near = nearest.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                problem.hint(format!("no finding of this rule has a field `{field}`{near}"))
            }
            None => problem.hint("remove it"),
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

fn lapsed(entry: &Entry, used: &Use) -> Option<Problem> {
    if let (Some(last_day), 1..) = (entry.expires, used.expired) {
        let again = if used.expired == 1 { "finding counts" } else { "findings count" };
        let message = format!("{} expired on {last_day}: {} {again} again", entry.label(), used.expired);
        return Some(entry.place.warning(message).hint("fix them, or agree on a new date"));
    }
    if let (Some(max), 1..) = (entry.fact.max, used.over) {
        let more = if used.over == 1 { "more counts" } else { "more count" };
        let message = format!("{} excuses at most {max}: {} {more}", entry.label(), used.over);
        return Some(entry.place.warning(message).hint("fix them, or raise `max`"));
    }
    None
}

/// Resolves a rule's name; what cannot be resolved is told of, through `place`, which is given whether it is an error.
fn resolve(
    names: &Names,
    name: &str,
    problems: &mut Vec<Problem>,
    place: impl Fn(bool, String) -> Problem,
) -> Vec<Arc<str>> {
    match names.resolve(name) {
        Resolution::Rules(ids) => ids,
        Resolution::Ambiguous(ids) => {
            let problem = place(true, format!("several rules are called `{name}`"));
            problems.push(problem.hint(format!("write one of {}", ids.join(", "))));
            Vec::new()
        }
        Resolution::Unknown { nearest } => {
            let problem = place(false, format!("there is no rule `{name}`: excuses nothing"));
            problems.push(problem.suggest(nearest.as_deref()));
            Vec::new()
        }
    }
}

fn at_inline(problem: Problem, path: &Arc<str>, inline: &Inline) -> Problem {
    let problem = problem.at(Location::span(path.clone(), inline.span));
    Problem { line_text: Some(inline.line_text.clone()), ..problem }
}
