//! Laws about graphs, exceptions, schemas and the whole project, after all files.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::compile::{CompiledLaw, Laws};
use super::counters::Counters;
use super::migration_pass;
use super::predicate::View;
use super::rule_pass::{self, Judged, Outcome};
use super::schema_pass;
use crate::model::facts::Project;
use crate::model::{Fact, Finding};

/// How many facts are judged as one piece of work.
const CHUNK: usize = 256;

/// Judges what is left when every file has been seen; graphs only if `about_trees`.
pub(super) fn judge(laws: &Laws, project: &Arc<Project>, counters: &Counters, about_trees: bool) -> Outcome {
    let mut outcome = Outcome::default();
    let rules = || laws.rules.iter().enumerate().filter(|(_, rule)| rule.kind().name != "graph" || about_trees);
    // A database has many columns: their facts are made once for all rules.
    let mut facts: BTreeMap<&str, Vec<Fact>> = BTreeMap::new();
    for (_, rule) in rules().filter(|(_, rule)| !migration_pass::concerns(rule)) {
        facts.entry(rule.kind().name).or_insert_with(|| project.facts_of(rule.kind().name));
    }
    let mut parts: Vec<(usize, &[Fact])> = Vec::new();
    for (number, rule) in rules() {
        outcome.problems.extend(schema_pass::missing(rule, project));
        let facts = facts.get(rule.kind().name).map_or(&[][..], Vec::as_slice);
        parts.extend(facts.chunks(CHUNK).map(|facts| (number, facts)));
    }
    let judged: Vec<Outcome> = parts.par_iter().map(|part| judge_part((laws, project), *part, counters)).collect();
    let mut judged = parts.iter().map(|(number, _)| *number).zip(judged).peekable();
    while let Some((number, mut of_rule)) = judged.next() {
        while let Some((_, part)) = judged.next_if(|(other, _)| *other == number) {
            of_rule.append(part);
        }
        of_rule.findings = once(of_rule.findings);
        outcome.append(of_rule);
    }
    outcome
}

/// Judges facts by one rule.
fn judge_part((laws, project): (&Laws, &Project), (number, facts): (usize, &[Fact]), counters: &Counters) -> Outcome {
    let mut outcome = Outcome::default();
    let rule = &laws.rules[number];
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
                let schemas = Arc::make_mut(&mut first.about).entry("schema".into()).or_default();
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
