//! Laws about what migrations do: on operations, statements and faults, and on migrations where they ask for these.
//! Judged once all migrations have been replayed, each by itself: what it gave holds as long as it does the same.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::compile::{CompiledRule, Laws};
use super::counters::{Counters, Tally};
use super::inputs::{Inputs, is_python};
use super::predicate::View;
use super::rule_pass::{self, Judged, Outcome};
use crate::model::facts::Migration;
use crate::model::{Fact, Known};

/// Kinds of facts that lie in migrations.
pub(super) const KINDS: [&str; 3] = ["operation", "statement", "fault"];

/// Returns whether a rule is judged here.
pub(super) fn concerns(rule: &CompiledRule) -> bool {
    let kind = rule.kind().name;
    KINDS.contains(&kind) || kind == "migration" && rule.reads_operations
}

/// What judging one migration gave.
#[derive(Debug, Default)]
pub(super) struct MigrationResult {
    pub(super) outcome: Outcome,
    /// How many facts of each of the kinds there were: rules about all files judged these.
    pub(super) facts: [usize; KINDS.len()],
    /// What is to be counted beside.
    pub(super) tally: Tally,
}

/// The rules that are judged here, as numbers.
struct Rules {
    on_migration: Vec<usize>,
    /// By kind: those about all files, and those about some.
    on_facts: [(Vec<usize>, Vec<usize>); KINDS.len()],
}

impl Rules {
    fn new(laws: &Laws) -> Self {
        let on = |kind| (0..laws.rules.len()).filter(move |number| laws.rules[*number].kind().name == kind);
        let of_kind = |kind: &'static str| on(kind).partition(|number| laws.rules[*number].files.are_any());
        Self {
            on_migration: on("migration").filter(|number| concerns(&laws.rules[*number])).collect(),
            on_facts: KINDS.map(of_kind),
        }
    }

    fn are_none(&self) -> bool {
        self.on_migration.is_empty() && self.on_facts.iter().all(|(any, some)| any.is_empty() && some.is_empty())
    }
}

/// What a run knows before it looks at migrations.
pub(super) struct MigrationPass<'a> {
    laws: &'a Laws,
    rules: Rules,
    inputs: &'a Inputs<'a>,
    asks_for_all: bool,
    counters: &'a Counters,
}

impl<'a> MigrationPass<'a> {
    pub(super) fn new(laws: &'a Laws, inputs: &'a Inputs<'a>, counters: &'a Counters) -> Self {
        Self { laws, rules: Rules::new(laws), inputs, asks_for_all: inputs.asks_for_all(), counters }
    }

    /// Returns whether no law asks what migrations do.
    pub(super) fn is_idle(&self) -> bool {
        self.rules.are_none()
    }

    /// Returns how many facts a rule looked at, given how many there are of each of the kinds, by number of the rule.
    pub(super) fn looked_at(&self, [operations, statements, faults]: [usize; KINDS.len()]) -> Vec<usize> {
        // All that migrations do was looked at for faults.
        let facts = [operations, statements, faults.max(operations)];
        let mut looked_at = vec![0; self.laws.rules.len()];
        for (facts, (any, _)) in facts.into_iter().zip(&self.rules.on_facts) {
            any.iter().for_each(|number| looked_at[*number] = facts);
        }
        looked_at
    }

    /// Judges a migration, and what it does.
    pub(super) fn judge(&self, migration: &Arc<Migration>) -> MigrationResult {
        let mut result = MigrationResult::default();
        self.judge_whole(migration, &mut result);
        if let Some(changes) = migration.changes.get() {
            let operations = changes.operations.iter().cloned().map(Fact::Operation);
            let statements = changes.statements.iter().cloned().map(Fact::Statement);
            let faults = changes.faults.iter().cloned().map(Fact::Fault);
            operations.for_each(|fact| self.judge_fact(0, &fact, &mut result));
            statements.for_each(|fact| self.judge_fact(1, &fact, &mut result));
            faults.for_each(|fact| self.judge_fact(2, &fact, &mut result));
        }
        result
    }

    /// Judges an operation, a statement or a fault, by number of the kind.
    fn judge_fact(&self, kind: usize, fact: &Fact, result: &mut MigrationResult) {
        if !self.asks_for_all && fact.location().is_some_and(|at| !self.inputs.asks_for(&at.path)) {
            return;
        }
        result.facts[kind] += 1;
        let (any, some) = &self.rules.on_facts[kind];
        let met = self.laws.concerned_by(fact);
        // By those that say nothing it was judged as well.
        let silent = |number: &usize| met.as_ref().is_some_and(|met| met.binary_search(number).is_err());
        for number in any.iter().filter(|number| !silent(number)) {
            self.judge_by(*number, fact, &View::none(self.laws), result);
        }
        for number in some {
            let files = &self.laws.rules[*number].files;
            if fact.location().is_none_or(|at| files.contain(&at.path)) {
                result.tally.judged.push((*number, 1));
                self.judge_by(*number, fact, &View::none(self.laws), result);
            }
        }
    }

    fn judge_by(&self, number: usize, fact: &Fact, view: &View<'_>, result: &mut MigrationResult) {
        if self.counters.exhausted[number].load(Ordering::Relaxed) {
            return;
        }
        match rule_pass::judge(&self.laws.rules[number], number, fact, view, &mut result.outcome) {
            Judged::Yes => {}
            Judged::Failed => {
                result.tally.judged.push((number, -1));
                result.tally.failed.push(number);
            }
            // At once: others need not try.
            Judged::Exhausted => self.counters.count(number, Judged::Exhausted),
        }
    }

    /// Judges the migration itself.
    fn judge_whole(&self, migration: &Arc<Migration>, result: &mut MigrationResult) {
        let Self { laws, inputs, .. } = self;
        let path = &migration.file.path;
        let applies = |number: &&usize| inputs.asks_for(path) && laws.rules[**number].files.contain(path);
        let rules: Vec<usize> = self.rules.on_migration.iter().filter(applies).copied().collect();
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
            result.tally.judged.push((number, 1));
            self.judge_by(number, &fact, &view, result);
        }
    }
}
