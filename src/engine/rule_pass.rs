//! One rule on one fact.

use std::cell::RefCell;
use std::sync::Arc;

use super::compile::{CompiledLaw, CompiledRule, Node, ScriptLaw};
use super::message;
use super::predicate::{Match, View};
use super::truth::Truth;
use crate::model::{Fact, Finding, Location, Named, Problem, Unknown, Value};
use crate::script::{Limits, Worker};

thread_local! {
    /// One script engine per worker thread, made when the first script runs there.
    static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

/// What judging a few facts gave.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) findings: Vec<Finding>,
    pub(super) unknowns: Vec<Unknown>,
    pub(super) problems: Vec<Problem>,
    pub(super) keys: Vec<Key>,
    pub(super) log: Vec<String>,
}

impl Outcome {
    /// Gives back the room that nothing took.
    pub(super) fn shrink(&mut self) {
        self.findings.shrink_to_fit();
        self.unknowns.shrink_to_fit();
        self.keys.shrink_to_fit();
    }

    /// Adds what judging other facts gave.
    pub(super) fn append(&mut self, part: Self) {
        self.findings.extend(part.findings);
        self.unknowns.extend(part.unknowns);
        self.problems.extend(part.problems);
        self.keys.extend(part.keys);
        self.log.extend(part.log);
    }
}

/// The key of a fact under a `unique` law, with the finding to make if another fact shares it.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) rule: usize,
    pub(super) values: Arc<[String]>,
    pub(super) fact: Fact,
}

/// How judging one fact ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    Yes,
    /// The script failed on this fact.
    Failed,
    /// The script was stopped because it used up a budget; running it on other facts would use it up again.
    Exhausted,
}

/// Judges a fact by a rule. `index` is the rule's number, for keys.
pub(super) fn judge(rule: &CompiledRule, index: usize, fact: &Fact, view: &View<'_>, outcome: &mut Outcome) -> Judged {
    judge_where(rule, index, fact, (view, rule.where_.as_ref()), outcome)
}

/// Does the same where it is known already what part of `where` is to be asked for; `None` for nothing of it.
pub(super) fn judge_where(
    rule: &CompiledRule,
    index: usize,
    fact: &Fact,
    (view, where_): (&View<'_>, Option<&Node>),
    outcome: &mut Outcome,
) -> Judged {
    let unknown = |reason: Arc<str>| Unknown { rule: rule.rule.id.clone(), at: fact.location(), reason };
    if !lets_through(rule, where_, fact, view, outcome) {
        return Judged::Yes;
    }
    let mut found = Vec::new();
    match &rule.law {
        // Most facts have nothing that is forbidden, and telling so costs less than looking for places.
        CompiledLaw::Forbid(node) if view.holds(node, fact) == Truth::False => return Judged::Yes,
        CompiledLaw::Forbid(node) => {
            let verdict = view.judge(node, fact);
            match verdict.truth {
                Truth::True => found.extend(forbidden(rule, fact, verdict.matches)),
                Truth::False => {}
                Truth::Unknown(reason) => outcome.unknowns.push(unknown(reason)),
            }
        }
        CompiledLaw::Require(node) => match view.holds(node, fact) {
            Truth::True => {}
            Truth::False => found.push(finding(rule, fact, None, Named::default(), None)),
            Truth::Unknown(reason) => outcome.unknowns.push(unknown(reason)),
        },
        CompiledLaw::Unique(fields) => {
            let values: Vec<Value> = fields.iter().map(|field| (field.get)(fact)).collect();
            if let Some(reason) =
                values.iter().find_map(|value| if let Value::Unknown(reason) = value { Some(reason) } else { None })
            {
                outcome.unknowns.push(unknown(reason.clone()));
            } else if !values.contains(&Value::Null) && !moot(rule, fact, view, outcome) {
                let values = values.iter().map(ToString::to_string).collect();
                outcome.keys.push(Key { rule: index, values, fact: fact.clone() });
            }
            return Judged::Yes;
        }
        // Laws on schemas join several of them: they have a pass of their own.
        CompiledLaw::Expect(_) | CompiledLaw::Agree(_) => {}
        CompiledLaw::Script(script) => match run(rule, script, fact, outcome) {
            Ok(findings) => found.extend(findings),
            Err(exhausted) => return if exhausted { Judged::Exhausted } else { Judged::Failed },
        },
    }
    if !found.is_empty() && !moot(rule, fact, view, outcome) {
        for finding in &mut found {
            fill_line(finding, fact, view);
        }
        outcome.findings.append(&mut found);
    }
    Judged::Yes
}

/// Returns whether `where` lets the fact through; where that cannot be known, the fact is not judged.
pub(super) fn concerns(rule: &CompiledRule, fact: &Fact, view: &View<'_>, outcome: &mut Outcome) -> bool {
    lets_through(rule, rule.where_.as_ref(), fact, view, outcome)
}

fn lets_through(
    rule: &CompiledRule,
    where_: Option<&Node>,
    fact: &Fact,
    view: &View<'_>,
    outcome: &mut Outcome,
) -> bool {
    match where_.map(|node| view.holds(node, fact)) {
        None | Some(Truth::True) => true,
        Some(Truth::False) => false,
        Some(Truth::Unknown(reason)) => {
            outcome.unknowns.push(Unknown { rule: rule.rule.id.clone(), at: fact.location(), reason });
            false
        }
    }
}

/// Returns whether `unless` makes the law moot; where that cannot be known, the fact is not judged.
pub(super) fn moot(rule: &CompiledRule, fact: &Fact, view: &View<'_>, outcome: &mut Outcome) -> bool {
    match rule.unless.as_ref().map(|node| view.holds(node, fact)) {
        None | Some(Truth::False) => false,
        Some(Truth::True) => true,
        Some(Truth::Unknown(reason)) => {
            outcome.unknowns.push(Unknown { rule: rule.rule.id.clone(), at: fact.location(), reason });
            true
        }
    }
}

/// Returns one finding for each place that matched, or one for the fact where none has a place.
fn forbidden(rule: &CompiledRule, fact: &Fact, matches: Vec<Match>) -> Vec<Finding> {
    let path = fact.location().map(|location| location.path);
    let mut findings: Vec<Finding> = Vec::new();
    let mut captures = Named::default();
    for found in matches {
        match (found.span, &path) {
            (Some(span), Some(path)) => {
                let at = Location::span(path.clone(), span);
                findings.push(finding(rule, fact, Some(at), found.data, None));
            }
            _ => captures.extend(found.data),
        }
    }
    if findings.is_empty() {
        findings.push(finding(rule, fact, None, captures, None));
    }
    findings
}

fn run(rule: &CompiledRule, law: &ScriptLaw, fact: &Fact, outcome: &mut Outcome) -> Result<Vec<Finding>, bool> {
    let script = match law.get() {
        Ok(script) => script,
        Err(faults) => {
            outcome.problems.extend(faults.iter().map(|fault| law.problem(fault)));
            return Err(true);
        }
    };
    let result = WORKER
        .with(|worker| worker.borrow_mut().get_or_insert_with(|| Worker::new(Limits::default())).check(script, fact));
    match result {
        Ok(checked) => {
            if let Some(reason) = checked.unknown {
                outcome.unknowns.push(Unknown { rule: rule.rule.id.clone(), at: fact.location(), reason });
            }
            outcome.log.extend(checked.log);
            let findings = checked.reports.into_iter().map(|report| {
                let about = report.fact.as_ref().unwrap_or(fact);
                finding(rule, about, report.at, report.data, report.message)
            });
            Ok(findings.collect())
        }
        Err(fault) => {
            let exhausted = fault.exhausted;
            // Which fact used the budget up depends on which came first, and so does what was printed before.
            if !exhausted {
                outcome.log.extend(fault.log.iter().cloned());
            }
            let mut problem = law.problem(&fault);
            if !exhausted {
                problem.message = format!("{}: {} (judging {})", rule.rule.id, problem.message, fact.label());
            } else {
                problem.message = format!("{}: {}", rule.rule.id, problem.message);
            }
            outcome.problems.push(problem);
            Err(exhausted)
        }
    }
}

/// Makes a finding about a fact.
pub(super) fn finding(
    rule: &CompiledRule,
    fact: &Fact,
    at: Option<Location>,
    data: Named,
    message: Option<String>,
) -> Finding {
    let message = message.unwrap_or_else(|| message::render(&rule.rule.message, fact, &data));
    let mut about = fact.about();
    about.extend(data.into_iter().filter(|(name, _)| !name.starts_with(|first: char| first.is_ascii_digit())));
    Finding {
        rule: rule.rule.id.clone(),
        severity: rule.rule.severity,
        message: message.into(),
        at: at.or_else(|| fact.location()),
        subject: subject(&about).map(Into::into),
        about: about.into(),
        line_text: None,
        fingerprint: Arc::default(),
        excepted: None,
        group: None,
    }
}

/// Returns what a finding is about in one text: the most telling of its fields.
fn subject(about: &Named) -> Option<String> {
    let get = |name: &str| about.get(name).cloned();
    if let (Some(table), Some(part)) = (get("table"), get("constraint").or_else(|| get("index"))) {
        return Some(format!("{table}.{part}"));
    }
    match (get("table"), get("column")) {
        (Some(table), Some(column)) => Some(format!("{table}.{column}")),
        (Some(table), None) => Some(get("columns").map_or(table.clone(), |columns| format!("{table}({columns})"))),
        (None, _) => ["revision", "name", "callee", "enum", "view", "schema"].into_iter().find_map(get),
    }
}

/// Gives a finding the line that it points at, if it points into the file of the fact that was judged.
fn fill_line(finding: &mut Finding, fact: &Fact, view: &View<'_>) {
    let (Some(span), Some(path)) = (finding.span(), finding.path()) else { return };
    if fact.location().is_some_and(|location| location.path.as_ref() == path) {
        finding.line_text = view.line(span.line).map(Arc::from);
    }
}
