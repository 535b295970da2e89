//! The audit: what a full run says of each exception.
//!
//! Whether an entry is used is said only where its rule really ran over all that the entry is about; a rule that
//! failed, met no fact, or could not judge a file there leaves it "not judged". What needs no run (dates, reasons,
//! names, paths) is always said.

mod coverage;
mod facts;
mod files;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;

use super::condition::{Condition, Pattern};
use super::entry::Entry;
use super::resolver::{InlineUse, Resolver, Use};
use crate::model::audit::{Audit, Audited, Policy, Remark, Required, State};
use crate::model::{Finding, Severity};
use coverage::{Coverage, Taker};
pub use facts::{added, facts};
pub use files::Files;

/// What an audit knows of the run.
pub struct Audience<'a> {
    /// How many days ahead an entry counts as expiring.
    pub within: u32,
    pub policy: &'a Policy,
    /// All files of the project.
    pub files: Files<'a>,
    /// Whether a path that is no glob is on the disk, listed or not.
    pub is_there: &'a dyn Fn(&str) -> bool,
    /// How a rule, by its full name, fared.
    pub fared: &'a dyn Fn(&str) -> Fared,
    /// Whether a rule looks at a file; `None` for one that does not look at files one by one.
    pub looks_at: &'a dyn Fn(&str, &str) -> Option<bool>,
    pub blind: &'a [BlindSpot],
    /// How many days each line of the exceptions file is old, as far as that is known.
    pub age: &'a dyn Fn(u32) -> Option<u32>,
}

/// What could not be judged: the rule (`None` for all) and the path (`None` for everywhere).
pub type BlindSpot = (Option<Arc<str>>, Option<Arc<str>>);

/// How a rule fared in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fared {
    /// It judged facts.
    Ran,
    /// It is switched off.
    Off,
    /// It judged nothing, or not all: why.
    Not(String),
}

/// Audits all exceptions after [`Resolver::apply`] marked these findings. Take it before findings are merged.
pub fn audit(resolver: &Resolver, findings: &[Arc<Finding>], audience: &Audience<'_>) -> Audit {
    let coverage = coverage::of(resolver, findings);
    let mut twins = HashMap::new();
    let blind = Blind::new(audience.blind);
    let mut entries = Vec::with_capacity(resolver.entries.len() + resolver.inline.len());
    for (number, entry) in resolver.entries.iter().enumerate() {
        let first = *twins.entry(identity(entry, &resolver.rules[number])).or_insert(number);
        let seen = Seen {
            entry,
            rules: &resolver.rules[number],
            used: resolver.uses[number],
            coverage: &coverage[number],
            twin: (first != number).then(|| &resolver.entries[first]),
            over_count: audience.policy.max_entries.is_some_and(|most| number >= most),
        };
        entries.push(of_entry(&seen, resolver, audience, &blind));
    }
    entries.extend(resolver.inline.iter().map(|used| of_inline(used, audience, &blind)));
    Audit { entries }
}

/// An entry, and what the run saw of it.
struct Seen<'a> {
    entry: &'a Entry,
    rules: &'a [Arc<str>],
    used: Use,
    coverage: &'a Coverage,
    /// The first entry that says the same.
    twin: Option<&'a Entry>,
    over_count: bool,
}

#[derive(Default)]
struct Remarks(Vec<Remark>);

impl Remarks {
    fn add(&mut self, state: State, note: Option<String>) {
        self.0.push(Remark { state, severity: state.severity(), note });
    }

    /// Adds what the project asks for and is not there; grave only where it asks.
    fn missing(&mut self, state: State, required: Required, policy: &Policy) {
        let asked = policy.require.contains(&required);
        let severity = if asked { Severity::Warning } else { state.severity() };
        self.0.push(Remark { state, severity, note: asked.then(|| "required".to_owned()) });
    }

    fn sorted(mut self) -> Vec<Remark> {
        self.0.sort_by_key(|remark| remark.state);
        self.0
    }
}

fn of_entry(seen: &Seen<'_>, resolver: &Resolver, audience: &Audience<'_>, blind: &Blind<'_>) -> Audited {
    let Seen { entry, rules, used, coverage, .. } = seen;
    let mut remarks = Remarks::default();
    let idle = used.excused == 0 && used.expired == 0 && used.over == 0;
    let gone = idle && coverage.findings == 0 && is_gone(entry, audience);
    let judged =
        judged(rules, audience, || blind.covers(rules, |path| entry.path.as_ref().is_none_or(|p| p.covers(path))));
    let shadowed = idle && !entry.expired(&resolver.today) && coverage.findings > 0;
    match &judged {
        Judged::Yes if idle && coverage.findings == 0 => remarks.add(State::Unused, None),
        Judged::Yes if used.excused > 0 => {
            if let Some(note) = partly(seen, audience) {
                remarks.add(State::PartlyUsed, Some(note));
            }
        }
        Judged::Yes => {}
        Judged::Off => remarks.add(State::RuleOff, None),
        Judged::Unknown => remarks.add(State::UnknownRule, Some("excuses nothing".to_owned())),
        Judged::Not(why) if idle && coverage.findings == 0 => remarks.add(State::NotJudged, Some(why.clone())),
        Judged::Not(_) => {}
    }
    say_dates(&mut remarks, seen, resolver.today.get(), audience);
    say_what_lacks(&mut remarks, entry, audience.policy);
    if gone {
        remarks.add(State::PathGone, Some("no file there".to_owned()));
    }
    match (seen.twin, coverage.taker) {
        (Some(twin), _) => remarks.add(State::Duplicate, Some(format!("of line {}", twin.place.span.line))),
        (None, Some(taker)) if shadowed => remarks.add(State::Shadowed, Some(by(taker, resolver))),
        _ => {}
    }
    if used.over > 0 {
        remarks.add(State::OverMax, Some(format!("{} more", used.over)));
    }
    if seen.over_count {
        let most = audience.policy.max_entries.unwrap_or_default();
        remarks.add(State::OverMaxEntries, Some(format!("the file may have {most}")));
    }
    // What takes its findings must not end before it does.
    let outlived = match coverage.taker {
        Some(Taker::Entry(taker)) if coverage.findings > 0 => {
            let taker = resolver.entries[taker].expires;
            taker.is_none_or(|taker| entry.expires.is_some_and(|own| own <= taker))
        }
        _ => true,
    };
    Audited {
        rule: entry.fact.rule.clone(),
        path: entry.fact.path.clone(),
        file: entry.fact.location.path.clone(),
        line: entry.place.span.line,
        inline: false,
        remarks: remarks.sorted(),
        excused: used.excused,
        dead: gone || (idle && matches!(judged, Judged::Yes) && (outlived || entry.expired(&resolver.today))),
        reason: entry.fact.reason.clone(),
        owner: entry.fact.owner.clone(),
        expires: entry.fact.expires.clone(),
    }
}

fn of_inline(used: &InlineUse, audience: &Audience<'_>, blind: &Blind<'_>) -> Audited {
    let mut remarks = Remarks::default();
    let judged = judged(&used.rules, audience, || blind.covers(&used.rules, |path| path == &*used.path));
    match &judged {
        Judged::Yes if used.excused == 0 => remarks.add(State::Unused, None),
        Judged::Yes => {}
        Judged::Off => remarks.add(State::RuleOff, None),
        Judged::Unknown => remarks.add(State::UnknownRule, Some("excuses nothing".to_owned())),
        Judged::Not(why) if used.excused == 0 => remarks.add(State::NotJudged, Some(why.clone())),
        Judged::Not(_) => {}
    }
    if used.inline.reason.is_none() {
        remarks.missing(State::NoReason, Required::Reason, audience.policy);
    }
    Audited {
        rule: used.inline.rule.clone(),
        path: Some(used.path.clone()),
        file: used.path.clone(),
        line: used.inline.line,
        inline: true,
        remarks: remarks.sorted(),
        excused: used.excused,
        dead: used.excused == 0 && matches!(judged, Judged::Yes),
        reason: used.inline.reason.clone(),
        owner: None,
        expires: None,
    }
}

/// Whether use can be judged.
enum Judged {
    Yes,
    Off,
    Unknown,
    Not(String),
}

fn judged(rules: &[Arc<str>], audience: &Audience<'_>, blind: impl Fn() -> bool) -> Judged {
    let mut off = false;
    for rule in rules {
        match (audience.fared)(rule) {
            Fared::Ran => {}
            Fared::Off => off = true,
            Fared::Not(why) => return Judged::Not(why),
        }
    }
    match rules {
        [] => Judged::Unknown,
        _ if off => Judged::Off,
        _ if blind() => Judged::Not("not all could be judged there".to_owned()),
        _ => Judged::Yes,
    }
}

/// Places that could not be judged, by rule.
pub struct Blind<'a> {
    everywhere: Vec<Option<&'a str>>,
    by_rule: HashMap<&'a str, Vec<Option<&'a str>>>,
}

impl<'a> Blind<'a> {
    /// Returns these places, by rule.
    pub fn new(places: &'a [BlindSpot]) -> Self {
        let mut blind = Self { everywhere: Vec::new(), by_rule: HashMap::new() };
        let mut told = BTreeSet::new();
        for (rule, path) in places {
            if !told.insert((rule, path)) {
                continue;
            }
            match rule {
                None => blind.everywhere.push(path.as_deref()),
                Some(rule) => blind.by_rule.entry(rule).or_default().push(path.as_deref()),
            }
        }
        blind
    }

    /// Returns whether one of these rules was blind on a path that is covered.
    pub fn covers(&self, rules: &[Arc<str>], covers: impl Fn(&str) -> bool) -> bool {
        let of_rules = rules.iter().filter_map(|rule| self.by_rule.get(&**rule)).flatten();
        self.everywhere.iter().chain(of_rules).any(|path| path.is_none_or(&covers))
    }
}

fn is_gone(entry: &Entry, audience: &Audience<'_>) -> bool {
    let Some(pattern) = &entry.path else { return false };
    !audience.files.any(pattern) && (pattern.text.is_empty() || !(audience.is_there)(&pattern.text))
}

fn say_dates(remarks: &mut Remarks, seen: &Seen<'_>, today: Date, audience: &Audience<'_>) {
    if let Some(last_day) = seen.entry.expires {
        let again = match seen.used.expired {
            0 => String::new(),
            1 => ": 1 finding counts again".to_owned(),
            many => format!(": {many} findings count again"),
        };
        // A date too far ahead for the calendar is far enough.
        let horizon = today.checked_add(i64::from(audience.within).days()).unwrap_or(Date::MAX);
        if last_day < today {
            remarks.add(State::Expired, Some(format!("on {last_day}{again}")));
        } else if last_day <= horizon {
            remarks.add(State::Expiring, Some(format!("on {last_day}")));
        }
    }
    if let (Some(most), Some(age)) = (audience.policy.max_age, (audience.age)(seen.entry.place.span.line))
        && age > most
    {
        remarks.add(State::TooOld, Some(format!("{age} days, of {most}")));
    }
}

fn say_what_lacks(remarks: &mut Remarks, entry: &Entry, policy: &Policy) {
    if entry.fact.reason.is_none() {
        remarks.missing(State::NoReason, Required::Reason, policy);
    }
    if entry.fact.owner.is_none() {
        remarks.missing(State::NoOwner, Required::Owner, policy);
    }
    if entry.fact.expires.is_none() && policy.require.contains(&Required::Expires) {
        remarks.missing(State::NoExpiry, Required::Expires, policy);
    }
}

/// Returns what of an entry that is about something excuses nothing: files of a folder or glob, values of `match`.
fn partly(seen: &Seen<'_>, audience: &Audience<'_>) -> Option<String> {
    for condition in &seen.entry.conditions {
        if let Condition::OneOf(texts) = &condition.condition {
            let hit = |text: &Option<Arc<str>>| seen.coverage.values.contains(&(condition.field.clone(), text.clone()));
            // A number stands there twice, as it is spelled and as it is printed: one of them is enough.
            let numbers = texts.iter().flatten().any(|text| text.parse::<f64>().is_ok());
            if let (false, Some(idle)) = (numbers, texts.iter().find(|text| !hit(text))) {
                let idle = idle.as_deref().unwrap_or("null");
                return Some(format!("nothing for {} `{idle}`", condition.field));
            }
        }
    }
    let pattern = seen.entry.path.as_ref()?;
    if !audience.files.is_many(pattern) {
        return None;
    }
    let looked_at = |path: &&str| seen.rules.iter().any(|rule| (audience.looks_at)(rule, path) == Some(true));
    let covered: Vec<&str> = audience.files.covered(pattern).filter(looked_at).collect();
    let needed = covered.iter().filter(|path| seen.coverage.paths.contains(**path)).count();
    (needed < covered.len()).then(|| format!("needed for {needed} of {} files", covered.len()))
}

fn by(taker: Taker, resolver: &Resolver) -> String {
    match taker {
        Taker::Entry(number) => format!("by line {}", resolver.entries[number].place.span.line),
        Taker::Inline => "by a comment in the file".to_owned(),
    }
}

/// Returns what two entries that say the same have in common.
fn identity(entry: &Entry, rules: &[Arc<str>]) -> (Vec<Arc<str>>, Option<Arc<str>>, Vec<String>) {
    let mut rules = if rules.is_empty() { vec![entry.fact.rule.clone()] } else { rules.to_vec() };
    rules.sort();
    let mut conditions: Vec<String> = entry
        .conditions
        .iter()
        .map(|condition| match &condition.condition {
            Condition::OneOf(texts) => format!("{}={texts:?}", condition.field),
            Condition::All(patterns) => {
                let patterns: Vec<String> = patterns
                    .iter()
                    .map(|pattern| match pattern {
                        Pattern::Matches(regex) => format!("matches {}", regex.as_str()),
                        Pattern::Glob(glob) => format!("glob {}", glob.glob().glob()),
                    })
                    .collect();
                format!("{} {patterns:?}", condition.field)
            }
        })
        .collect();
    conditions.sort();
    (rules, entry.fact.path.clone(), conditions)
}
