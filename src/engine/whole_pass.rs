//! Laws about graphs, exceptions, schemas and the whole project, after all files.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rayon::iter::Either;
use rayon::prelude::*;

use super::compile::{CompiledLaw, Laws};
use super::counters::Counters;
use super::inputs::Inputs;
use super::predicate::View;
use super::rule_pass::{self, Judged, Outcome};
use super::schema_pass;
use crate::model::facts::Project;
use crate::model::{Fact, Finding};

/// How many facts are judged as one piece of work.
const CHUNK: usize = 256;

/// The facts of one kind.
struct Facts {
    all: Vec<Fact>,
    /// By number of the rule, the places of those that it may say something about; `None` where that may be all of them.
    met: Option<HashMap<usize, Vec<usize>>>,
}

/// Facts to be judged by one rule.
struct Part<'a> {
    number: usize,
    facts: &'a [Fact],
    /// Those among them that are judged; all without it.
    met: Option<&'a [usize]>,
}

/// Judges what is left when every file has been seen; graphs only if `about_trees`.
pub(super) fn judge(
    laws: &Laws,
    inputs: &Inputs<'_>,
    project: &Arc<Project>,
    counters: &Counters,
    about_trees: bool,
) -> Outcome {
    let mut outcome = Outcome::default();
    let rules = || laws.rules.iter().enumerate().filter(|(_, rule)| rule.kind().name != "graph" || about_trees);
    // A database has many columns: their facts are made once for all rules.
    let mut facts: BTreeMap<&str, Facts> = BTreeMap::new();
    for (_, rule) in rules() {
        let kind = rule.kind().name;
        facts.entry(kind).or_insert_with(|| Facts::of(kind, laws, inputs, project));
    }
    let mut looked_at = None;
    let mut parts: Vec<Part<'_>> = Vec::new();
    for (number, rule) in rules() {
        let kind = rule.kind().name;
        outcome.problems.extend(schema_pass::missing(rule, project));
        let facts = &facts[kind];
        if kind == "fault" {
            // All that migrations do was looked at for faults; those that it has are judged below.
            let operations = *looked_at.get_or_insert_with(|| operations_asked(inputs, project));
            counters.judged[number].fetch_add(operations.saturating_sub(facts.all.len()), Ordering::Relaxed);
        }
        match facts.met.as_ref().filter(|_| rule.files.are_any()) {
            Some(met) => {
                let met = met.get(&number).map_or(&[][..], Vec::as_slice);
                // It was asked of the others as well, once for all that are alike.
                counters.judged[number].fetch_add(facts.all.len() - met.len(), Ordering::Relaxed);
                let chunks = met.chunks(CHUNK);
                parts.extend(chunks.map(|met| Part { number, facts: &facts.all, met: Some(met) }));
            }
            None => parts.extend(facts.all.chunks(CHUNK).map(|facts| Part { number, facts, met: None })),
        }
    }
    let judged: Vec<Outcome> = parts.par_iter().map(|part| judge_part((laws, project), part, counters)).collect();
    let mut judged = parts.iter().map(|part| part.number).zip(judged).peekable();
    while let Some((number, mut of_rule)) = judged.next() {
        while let Some((_, part)) = judged.next_if(|(other, _)| *other == number) {
            of_rule.append(part);
        }
        of_rule.findings = once(of_rule.findings);
        outcome.append(of_rule);
    }
    outcome
}

impl Facts {
    /// Returns the facts of a kind that somebody asks about.
    fn of(kind: &str, laws: &Laws, inputs: &Inputs<'_>, project: &Arc<Project>) -> Self {
        let mut all = project.facts_of(kind);
        if OF_MIGRATIONS.contains(&kind) && !inputs.asks_for_all() {
            all.retain(|fact| fact.location().is_none_or(|location| inputs.asks_for(&location.path)));
        }
        let concerned: Option<Vec<Arc<[usize]>>> = all.par_iter().map(|fact| laws.concerned_by(fact)).collect();
        let met = concerned.map(|concerned| {
            let mut met: HashMap<usize, Vec<usize>> = HashMap::new();
            for (place, numbers) in concerned.iter().enumerate() {
                numbers.iter().for_each(|number| met.entry(*number).or_default().push(place));
            }
            met
        });
        Self { all, met }
    }
}

/// Kinds of facts that lie in migrations: only those that somebody asks about are judged.
const OF_MIGRATIONS: &[&str] = &["operation", "statement", "fault"];

/// Returns how many operations lie in migrations that somebody asks about.
fn operations_asked(inputs: &Inputs<'_>, project: &Project) -> usize {
    let asked = project.migrations.iter().filter(|migration| inputs.asks_for(&migration.file.path));
    asked.filter_map(|migration| migration.changes.get()).map(|changes| changes.operations.len()).sum()
}

/// Judges facts by one rule.
fn judge_part((laws, project): (&Laws, &Project), part: &Part<'_>, counters: &Counters) -> Outcome {
    let mut outcome = Outcome::default();
    let (number, rule) = (part.number, &laws.rules[part.number]);
    let view = View::none(laws);
    let facts = match part.met {
        Some(met) => Either::Left(met.iter().map(|place| &part.facts[*place])),
        None => Either::Right(part.facts.iter()),
    };
    for fact in facts {
        if !rule.files.are_any() {
            let path = fact.location().map(|location| location.path);
            if path.is_some_and(|path| !rule.files.contain(&path)) {
                continue;
            }
        }
        let judged = match (&rule.law, fact) {
            (CompiledLaw::Expect(_) | CompiledLaw::Agree(_), Fact::Schema(described)) => {
                match schema_pass::judge(rule, described, project, &view, &mut outcome) {
                    Some(judged) => judged,
                    None => continue,
                }
            }
            _ => rule_pass::judge(rule, number, fact, &view, &mut outcome),
        };
        counters.count(number, judged);
        if judged == Judged::Exhausted {
            break;
        }
    }
    outcome
}

/// Returns the findings of one rule, with what it says about several databases in the same words said once: the first
/// finding names all of them.
fn once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    for finding in findings {
        let (Some(schema), Some(subject)) = (finding.about.get("schema"), &finding.subject) else {
            kept.push(finding);
            continue;
        };
        let key = (subject.clone(), finding.message.clone());
        match seen.get(&key).map(|index| &mut kept[*index]) {
            Some(first) if first.about.get("schema") != Some(schema) && first.at == finding.at => {
                let schemas = first.about.entry("schema".to_owned()).or_default();
                if !schemas.split(", ").any(|known| known == schema) {
                    schemas.push_str(", ");
                    schemas.push_str(schema);
                }
            }
            _ => {
                seen.insert(key, kept.len());
                kept.push(finding);
            }
        }
    }
    kept
}
