//! Laws about migrations that ask what these do to the schema: judged once all of them have been replayed.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rayon::prelude::*;

use super::compile::{CompiledRule, Laws};
use super::counters::Counters;
use super::inputs::{Inputs, is_python};
use super::predicate::View;
use super::rule_pass::{self, Outcome};
use crate::model::facts::{Migration, Project};
use crate::model::{Fact, Known};

/// Returns whether a rule is judged here, and not with the file that holds the migration.
pub(super) fn concerns(rule: &CompiledRule) -> bool {
    rule.kind().name == "migration" && rule.reads_operations
}

/// Judges all migrations by the laws that ask what these do to the schema.
pub(super) fn judge(laws: &Laws, inputs: &Inputs<'_>, project: &Project, counters: &Counters) -> Outcome {
    let rules: Vec<usize> = (0..laws.rules.len()).filter(|number| concerns(&laws.rules[*number])).collect();
    if rules.is_empty() {
        return Outcome::default();
    }
    let parts: Vec<Outcome> =
        project.migrations.par_iter().map(|migration| judge_one(laws, &rules, inputs, migration, counters)).collect();
    let mut outcome = Outcome::default();
    for part in parts {
        outcome.append(part);
    }
    outcome
}

fn judge_one(
    laws: &Laws,
    rules: &[usize],
    inputs: &Inputs<'_>,
    migration: &Arc<Migration>,
    counters: &Counters,
) -> Outcome {
    let mut outcome = Outcome::default();
    let path = &migration.file.path;
    let applies = |number: &&usize| inputs.asks_for(path) && laws.rules[**number].files.contain(path);
    let rules: Vec<usize> = rules.iter().filter(applies).copied().collect();
    let needs_text = rules.iter().any(|number| laws.rules[*number].reads_text);
    let unreadable: Arc<str> = "the file could not be read".into();
    let source = match inputs.find(path).filter(|_| needs_text && is_python(path)) {
        Some(input) => inputs.python(input).map_or_else(|_| Known::No(unreadable.clone()), Known::Yes),
        None => Known::No("the file is not Python".into()),
    };
    let text = match &source {
        Known::Yes(source) => Known::Yes(source.text().clone()),
        Known::No(_) if needs_text => inputs.text(path).map_or_else(|| Known::No(unreadable), Known::Yes),
        Known::No(_) => Known::No("no law asks for the text".into()),
    };
    let module = match &source {
        Known::Yes(source) => match source.parse() {
            Ok(module) => Known::Yes(module),
            Err(fault) => Known::No(format!("not valid Python: {}", fault.message).into()),
        },
        Known::No(reason) => Known::No(reason.clone()),
    };
    let view = View::new(laws, text.as_deref(), module);
    let fact = Fact::Migration(migration.clone());
    for number in rules {
        if !counters.exhausted[number].load(Ordering::Relaxed) {
            let judged = rule_pass::judge(&laws.rules[number], number, &fact, &view, &mut outcome);
            counters.count(number, judged);
        }
    }
    outcome
}
