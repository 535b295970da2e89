//! Laws about what migrations do: on operations, statements and faults, and on migrations where they ask for these.
//! Judged once all migrations have been replayed, each by itself: what it gave holds as long as it does the same.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rayon::prelude::*;

use super::compile::{CompiledRule, Laws, Node};
use super::counters::Counters;
use super::inputs::{Inputs, is_python};
use super::predicate::View;
use super::rule_pass::{self, Judged, Outcome};
use crate::model::facts::{Changes, Migration, Project};
use crate::model::{Fact, Known};

/// Kinds of facts that lie in migrations.
const KINDS: [&str; 3] = ["operation", "statement", "fault"];

/// Returns whether a rule is judged here.
pub(super) fn concerns(rule: &CompiledRule) -> bool {
    let kind = rule.kind().name;
    KINDS.contains(&kind) || kind == "migration" && rule.reads_operations
}

/// What migrations gave in an earlier run, by path.
pub(super) type KeptMigrations = Vec<Arc<MigrationResult>>;

/// What judging one migration gave.
#[derive(Debug)]
pub(super) struct MigrationResult {
    migration: Arc<Migration>,
    changes: Option<Arc<Changes>>,
    given: Given,
}

/// What judging some facts gave.
#[derive(Debug, Default)]
struct Given {
    outcome: Outcome,
    /// How many facts of each of the kinds there were.
    facts: [usize; KINDS.len()],
    /// How judging them ended, where that is not simply that all were judged.
    ends: Vec<(usize, End)>,
}

impl Given {
    /// Adds what judging the facts after these gave.
    fn append(&mut self, later: Self) {
        self.outcome.append(later.outcome);
        self.facts.iter_mut().zip(later.facts).for_each(|(all, more)| *all += more);
        self.ends.extend(later.ends);
    }
}

/// So many facts of one migration are judged as one piece of work.
const CHUNK: usize = 512;

/// How judging a fact by a rule ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The rule is about some files, and judged it.
    Judged,
    /// It could not be judged.
    Failed,
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

/// Judges all migrations by the laws that ask what these do to the schema. `kept` is what they gave in an earlier run, and
/// becomes what they give now; without it nothing is kept.
pub(super) fn judge(
    laws: &Laws,
    inputs: &Inputs<'_>,
    project: &Project,
    counters: &Counters,
    kept: Option<&mut KeptMigrations>,
) -> Outcome {
    let rules = Rules::new(laws);
    if rules.are_none() {
        return Outcome::default();
    }
    // What nobody asks about may be asked about the next time.
    let asks_for_all = inputs.asks_for_all();
    let kept = kept.filter(|_| asks_for_all);
    let mut before = kept.as_ref().map_or(&[][..], |kept| kept.as_slice());
    let known: Vec<Option<Arc<MigrationResult>>> =
        project.migrations.iter().map(|migration| find(&mut before, migration)).collect();
    let pass = Pass { laws, rules: &rules, inputs, asks_for_all, counters };
    let judge = |(known, migration): (Option<Arc<MigrationResult>>, _)| {
        known.unwrap_or_else(|| Arc::new(pass.judge(migration)))
    };
    let results: Vec<Arc<MigrationResult>> = known.into_par_iter().zip(&project.migrations).map(judge).collect();
    let mut outcome = Outcome::default();
    let mut facts = [0; KINDS.len()];
    results.iter().for_each(|one| one.count(&mut facts, counters));
    match kept {
        Some(kept) => {
            results.iter().for_each(|one| outcome.add(&one.given.outcome));
            *kept = results;
        }
        None => results.into_iter().filter_map(Arc::into_inner).for_each(|one| outcome.append(one.given.outcome)),
    }
    let [operations, _, faults] = &mut facts;
    // All that migrations do was looked at for faults.
    *faults = (*faults).max(*operations);
    for (facts, (any, _)) in facts.into_iter().zip(&rules.on_facts) {
        for number in any {
            counters.judged[*number].fetch_add(facts, Ordering::Relaxed);
        }
    }
    outcome
}

/// Returns what a migration gave before, if it still holds. Both are in order of their paths; `before` is left with what
/// comes later.
fn find(before: &mut &[Arc<MigrationResult>], migration: &Arc<Migration>) -> Option<Arc<MigrationResult>> {
    while let [first, rest @ ..] = before {
        let is_same = Arc::ptr_eq(&first.migration, migration);
        if !is_same && first.migration.file.path > migration.file.path {
            return None;
        }
        *before = rest;
        if is_same {
            return Some(first.clone()).filter(|result| result.still_holds());
        }
    }
    None
}

impl MigrationResult {
    /// Returns whether the migration still does what it did.
    fn still_holds(&self) -> bool {
        match (&self.changes, self.migration.changes.get()) {
            (Some(then), Some(now)) => Arc::ptr_eq(then, &now),
            (then, now) => then.is_none() && now.is_none(),
        }
    }

    fn count(&self, facts: &mut [usize; KINDS.len()], counters: &Counters) {
        for (all, own) in facts.iter_mut().zip(self.given.facts) {
            *all += own;
        }
        for (number, end) in &self.given.ends {
            match end {
                End::Judged => _ = counters.judged[*number].fetch_add(1, Ordering::Relaxed),
                End::Failed => {
                    counters.judged[*number].fetch_sub(1, Ordering::Relaxed);
                    counters.failed[*number].store(true, Ordering::Relaxed);
                }
            }
        }
    }
}

/// What a run knows before it looks at migrations.
struct Pass<'a> {
    laws: &'a Laws,
    rules: &'a Rules,
    inputs: &'a Inputs<'a>,
    asks_for_all: bool,
    counters: &'a Counters,
}

impl Pass<'_> {
    fn judge(&self, migration: &Arc<Migration>) -> MigrationResult {
        let changes = migration.changes.get();
        let mut given = Given::default();
        self.judge_whole(migration, &mut given);
        if let Some(changes) = &changes {
            let operations = changes.operations.iter().cloned().map(|fact| (0, Fact::Operation(fact)));
            let statements = changes.statements.iter().cloned().map(|fact| (1, Fact::Statement(fact)));
            let faults = changes.faults.iter().cloned().map(|fact| (2, Fact::Fault(fact)));
            let facts: Vec<(usize, Fact)> = operations.chain(statements).chain(faults).collect();
            changes.prepare();
            let judge = |facts: &[(usize, Fact)]| {
                let mut given = Given::default();
                facts.iter().for_each(|(kind, fact)| self.judge_fact(*kind, fact, &mut given));
                given
            };
            // A file may hold more than all others together.
            let parts: Vec<Given> = facts.par_chunks(CHUNK).map(judge).collect();
            parts.into_iter().for_each(|part| given.append(part));
        }
        MigrationResult { migration: migration.clone(), changes, given }
    }

    /// Judges an operation, a statement or a fault, by number of the kind.
    fn judge_fact(&self, kind: usize, fact: &Fact, given: &mut Given) {
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
                given.ends.push((*number, End::Judged));
                self.judge_by(*number, fact, (&view, rule.where_.as_ref()), given);
            }
        }
    }

    /// Judges a fact by a rule whose `where` is given.
    fn judge_by(&self, number: usize, fact: &Fact, (view, where_): (&View<'_>, Option<&Node>), given: &mut Given) {
        if self.counters.exhausted[number].load(Ordering::Relaxed) {
            return;
        }
        match rule_pass::judge_where(&self.laws.rules[number], number, fact, (view, where_), &mut given.outcome) {
            Judged::Yes => {}
            Judged::Failed => given.ends.push((number, End::Failed)),
            // At once: others need not try.
            Judged::Exhausted => self.counters.count(number, Judged::Exhausted),
        }
    }

    /// Judges the migration itself.
    fn judge_whole(&self, migration: &Arc<Migration>, given: &mut Given) {
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
            given.ends.push((number, End::Judged));
            self.judge_by(number, &fact, (&view, laws.rules[number].where_.as_ref()), given);
        }
    }
}
