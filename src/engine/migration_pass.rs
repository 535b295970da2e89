//! Laws about what migrations do: on operations, statements and faults, and on migrations where they ask for these.
//! Judged once all migrations have been replayed, each by itself: what it gave holds as long as it does the same.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rayon::prelude::*;

use super::compile::{CompiledRule, Laws, Node};
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

impl MigrationResult {
    /// Returns what is kept of it, with no room that nothing takes.
    pub(super) fn settled(mut self) -> Box<Self> {
        self.outcome.shrink();
        self.tally.shrink();
        Box::new(self)
    }

    /// Adds what judging the facts after these gave.
    fn append(&mut self, later: Self) {
        self.outcome.append(later.outcome);
        self.facts.iter_mut().zip(later.facts).for_each(|(all, more)| *all += more);
        self.tally.append(later.tally);
    }
}

/// So many facts of one migration are judged as one piece of work.
const CHUNK: usize = 512;

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
        let mut given = MigrationResult::default();
        self.judge_whole(migration, &mut given);
        if let Some(changes) = &migration.changes.get() {
            let operations = changes.operations.iter().cloned().map(|fact| (0, Fact::Operation(fact)));
            let statements = changes.statements.iter().cloned().map(|fact| (1, Fact::Statement(fact)));
            let faults = changes.faults.iter().cloned().map(|fact| (2, Fact::Fault(fact)));
            let facts: Vec<(usize, Fact)> = operations.chain(statements).chain(faults).collect();
            changes.prepare();
            let judge = |facts: &[(usize, Fact)]| {
                let mut given = MigrationResult::default();
                facts.iter().for_each(|(kind, fact)| self.judge_fact(*kind, fact, &mut given));
                given
            };
            // A file may hold more than all others together.
            let parts: Vec<MigrationResult> = facts.par_chunks(CHUNK).map(judge).collect();
            parts.into_iter().for_each(|part| given.append(part));
        }
        given
    }

    /// Judges an operation, a statement or a fault, by number of the kind.
    fn judge_fact(&self, kind: usize, fact: &Fact, given: &mut MigrationResult) {
        if !self.asks_for_all && fact.location().is_some_and(|at| !self.inputs.asks_for(&at.path)) {
            return;
        }
        given.facts[kind] += 1;
        let (any, some) = &self.rules.on_facts[kind];
        let view = View::none(self.laws);
        let rules = &self.laws.rules;
        match self.laws.concerned_by(fact) {
            // By those that say nothing it was judged as well.
            Some(met) => {
                for concern in met.iter().filter(|concern| rules[concern.rule].files.are_any()) {
                    self.judge_by(concern.rule, fact, (&view, concern.where_.as_ref()), given);
                }
            }
            None => {
                for number in any {
                    self.judge_by(*number, fact, (&view, rules[*number].where_.as_ref()), given);
                }
            }
        }
        for number in some {
            let rule = &rules[*number];
            if fact.location().is_none_or(|at| rule.files.contain(&at.path)) {
                given.tally.judged.push((*number, 1));
                self.judge_by(*number, fact, (&view, rule.where_.as_ref()), given);
            }
        }
    }

    /// Judges a fact by a rule whose `where` is given.
    fn judge_by(
        &self,
        number: usize,
        fact: &Fact,
        (view, where_): (&View<'_>, Option<&Node>),
        given: &mut MigrationResult,
    ) {
        if self.counters.exhausted[number].load(Ordering::Relaxed) {
            return;
        }
        match rule_pass::judge_where(&self.laws.rules[number], number, fact, (view, where_), &mut given.outcome) {
            Judged::Yes => {}
            Judged::Failed => {
                given.tally.judged.push((number, -1));
                given.tally.failed.push(number);
            }
            // At once: others need not try.
            Judged::Exhausted => self.counters.count(number, Judged::Exhausted),
        }
    }

    /// Judges the migration itself.
    fn judge_whole(&self, migration: &Arc<Migration>, given: &mut MigrationResult) {
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
            given.tally.judged.push((number, 1));
            self.judge_by(number, &fact, (&view, laws.rules[number].where_.as_ref()), given);
        }
    }
}
