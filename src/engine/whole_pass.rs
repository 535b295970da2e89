//! Laws about graphs, exceptions, schemas and the whole project, after all files.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rayon::prelude::*;

use super::compile::{CompiledLaw, CompiledRule, Laws};
use super::counters::Counters;
use super::inputs::Inputs;
use super::predicate::View;
use super::rule_pass::{self, Judged, Outcome};
use super::schema_pass;
use crate::model::facts::Project;
use crate::model::{Fact, Finding};

/// How many facts of schemas are judged as one piece of work.
const CHUNK: usize = 256;

/// Judges what is left when every file has been seen; graphs only if `about_trees`.
pub(super) fn judge(
    laws: &Laws,
    inputs: &Inputs<'_>,
    project: &Arc<Project>,
    counters: &Counters,
    about_trees: bool,
) -> Outcome {
    let mut outcome = Outcome::default();
    // A database has many columns: their facts are made once for all rules.
    let mut facts: BTreeMap<&str, Vec<Fact>> = BTreeMap::new();
    let mut looked_at = None;
    for (number, rule) in laws.rules.iter().enumerate() {
        let kind = rule.kind().name;
        if kind == "graph" && !about_trees {
            continue;
        }
        outcome.problems.extend(schema_pass::missing(rule, project));
        let facts = facts.entry(kind).or_insert_with(|| {
            let mut facts = project.facts_of(kind);
            if OF_MIGRATIONS.contains(&kind) {
                facts.retain(|fact| fact.location().is_none_or(|location| inputs.asks_for(&location.path)));
            }
            facts
        });
        if kind == "fault" {
            // All that migrations do was looked at for faults; those that it has are judged below.
            let operations = *looked_at.get_or_insert_with(|| operations_asked(inputs, project));
            counters.judged[number].fetch_add(operations.saturating_sub(facts.len()), Ordering::Relaxed);
        }
        let mut parts: Vec<Outcome> =
            facts.par_chunks(CHUNK).map(|facts| judge_all((laws, project), number, rule, facts, counters)).collect();
        let findings = parts.iter_mut().flat_map(|part| std::mem::take(&mut part.findings)).collect();
        outcome.findings.extend(once(findings));
        parts.into_iter().for_each(|part| outcome.append(part));
    }
    outcome
}

/// Kinds of facts that lie in migrations: only those that somebody asks about are judged.
const OF_MIGRATIONS: &[&str] = &["operation", "statement", "fault"];

/// Returns how many operations lie in migrations that somebody asks about.
fn operations_asked(inputs: &Inputs<'_>, project: &Project) -> usize {
    let asked = project.migrations.iter().filter(|migration| inputs.asks_for(&migration.file.path));
    asked.filter_map(|migration| migration.changes.get()).map(|changes| changes.operations.len()).sum()
}

/// Judges facts by one rule.
fn judge_all(
    (laws, project): (&Laws, &Project),
    number: usize,
    rule: &CompiledRule,
    facts: &[Fact],
    counters: &Counters,
) -> Outcome {
    let mut outcome = Outcome::default();
    let view = View::none(laws);
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
    let mut seen: BTreeMap<(Arc<str>, Arc<str>), usize> = BTreeMap::new();
    for finding in findings {
        let (Some(schema), Some(subject)) = (finding.about.get("schema"), &finding.subject) else {
            kept.push(finding);
            continue;
        };
        let key = (subject.clone(), finding.message.clone());
        match seen.get(&key).map(|index| &mut kept[*index]) {
            Some(first) if first.about.get("schema") != Some(schema) && first.at == finding.at => {
                let schemas = Arc::make_mut(&mut first.about).entry("schema".to_owned()).or_default();
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
