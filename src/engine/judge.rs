//! The whole run: files in parallel, then graphs and the project.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rustc_hash::FxHashMap;

use super::compile::Laws;
use super::counters::Counters;
use super::file_pass::FilePass;
use super::findings::Judgement;
use super::inputs::{Inputs, Keep, Replayed};
use super::kept::{Changed, KeptFiles, Slot};
use super::migration_pass::MigrationPass;
use super::rule_pass::Outcome;
use super::{sheets, whole_pass};
use crate::languages::python::migrations;
use crate::model::RuleRun;
use crate::model::facts::{Graph, Project};
use crate::model::schema::Schema;
use crate::script;
use crate::sources::migrations::{Tree, graph, is_version_file};

/// Stack of a worker: parsing recurses, and the reader's nesting limits assume this much (see `languages::python`).
const STACK: usize = 16 * 1024 * 1024;

/// Stack of a worker that follows what migrations do as well. None of it is memory before it is used.
const DEEP_STACK: usize = migrations::STACK;

/// Judges the files by the laws. The outcome does not depend on the number of workers or their timing.
pub fn judge(laws: &Laws, inputs: &Inputs<'_>, keep: Keep) -> Judgement {
    judge_again(laws, inputs, keep, &mut KeptFiles::new(false))
}

/// Does the same as [`judge`], but takes what the files gave from an earlier run wherever they are `kept`, and keeps what
/// the others give now.
pub fn judge_again(laws: &Laws, inputs: &Inputs<'_>, keep: Keep, kept: &mut KeptFiles) -> Judgement {
    kept.settle(keep);
    let counters = Counters::new(laws);
    let pass = FilePass::new(laws, inputs, keep, &counters);
    let changed = kept.take_up(inputs.files, inputs.rank, &|input| {
        let result = pass.judge(input);
        (inputs.passed)(&input.found.path, result.as_ref().and_then(|result| result.migration.as_ref()));
        result
    });
    settle_project(kept, inputs.trees, &changed);
    let mut outcome = judge_whole(laws, inputs, keep, &counters, (kept, &changed));
    drop(changed);
    let exhausted: BTreeSet<&str> = laws
        .rules
        .iter()
        .zip(&counters.exhausted)
        .filter(|(_, exhausted)| exhausted.load(Ordering::Relaxed))
        .map(|(rule, _)| &*rule.rule.id)
        .collect();
    kept.keys.set_whole(std::mem::take(&mut outcome.keys));
    let whole = (std::mem::take(&mut outcome.findings), std::mem::take(&mut outcome.unknowns));
    kept.take_whole(whole, kept.keys.findings(laws));
    let judgement = finish(laws, inputs, (&counters, &exhausted), outcome, kept);
    if !exhausted.is_empty() {
        // Which of the files were still judged was a matter of luck.
        kept.clear();
    }
    judgement
}

/// Takes up the facts of files that are others now.
fn settle_project(kept: &mut KeptFiles, trees: &[Tree], changed: &Changed) {
    let is_known = kept.project.graphs.len() == trees.len();
    match changed.in_place(&kept.slots).filter(|_| is_known) {
        Some(pairs) => {
            let project = Arc::make_mut(&mut kept.project);
            let migrations = pairs.iter().filter_map(|(old, new)| old.migration.as_ref().zip(new.migration.as_ref()));
            let migrations: Vec<_> = migrations.map(|((tree, old), (_, new))| (*tree, old, new)).collect();
            project.put(
                pairs.iter().filter_map(|(_, new)| new.result.as_ref()?.file.as_ref()),
                migrations.iter().map(|(_, _, new)| *new),
            );
            for (number, tree) in trees.iter().enumerate() {
                let own = migrations.iter().filter(|(of, _, new)| *of == number && is_in_line(tree, &new.file.path));
                let own: Vec<_> = own.map(|(_, old, new)| (*old, *new)).collect();
                if own.iter().all(|(old, new)| old.is_placed_as(new)) {
                    if !own.is_empty() {
                        Arc::make_mut(&mut project.graphs[number]).put(&own);
                    }
                } else {
                    project.graphs[number] = graph_of(kept.slots.as_slice(), (number, tree), None);
                }
            }
        }
        None => {
            let slots = &kept.slots;
            let files = slots.iter().filter_map(|slot| slot.result.as_ref()?.file.clone());
            let migrations = slots.iter().filter_map(|slot| Some(slot.migration.as_ref()?.1.clone()));
            let before = &kept.project.graphs;
            let graphs =
                trees.iter().enumerate().map(|(number, tree)| graph_of(slots, (number, tree), before.get(number)));
            let project = Project::new(files.collect(), migrations.collect(), graphs.collect(), Vec::new());
            kept.project = Arc::new(project);
        }
    }
}

/// Returns whether a file has a place among the migrations of a tree.
fn is_in_line(tree: &Tree, path: &str) -> bool {
    tree.sql.as_ref().is_none_or(|sql| sql.is_in_line(path))
}

/// Returns the graph of a tree, given as it was before.
fn graph_of(slots: &[Slot], (number, tree): (usize, &Tree), before: Option<&Arc<Graph>>) -> Arc<Graph> {
    let members = slots.iter().filter_map(|slot| slot.migration.as_ref());
    let members = members.filter(|(of, one)| *of == number && is_in_line(tree, &one.file.path));
    graph::build_again(tree, members.map(|(_, migration)| migration.clone()).collect(), before)
}

/// Judges what is left when every file has been seen; returns what is no file's own.
fn judge_whole(
    laws: &Laws,
    inputs: &Inputs<'_>,
    keep: Keep,
    counters: &Counters,
    (kept, changed): (&mut KeptFiles, &Changed),
) -> Outcome {
    let replayed = match keep.operations || laws.need_operations() {
        true => (inputs.replay)(&kept.project.graphs),
        false => Replayed::default(),
    };
    let mut outcome = Outcome { problems: replayed.problems, ..Outcome::default() };
    let schemas: Vec<Arc<Schema>> = inputs.schemas.iter().cloned().chain(replayed.schemas).collect();
    let project = Arc::make_mut(&mut kept.project);
    project.exceptions.clone_from(&inputs.exceptions);
    project.set_schemas(&schemas);
    let pass = MigrationPass::new(laws, inputs, counters);
    // What nobody asked about may be asked about now.
    let holds = inputs.asks_for_all() || changed.in_place(&kept.slots).is_some();
    kept.forget_migrations(if holds { Some(&replayed.told) } else { None });
    if !pass.is_idle() {
        // Scripts need the deep stack of the workers.
        in_pool(|| kept.take_up_migrations(&|migration| pass.judge(migration)));
    }
    let looked_at = pass.looked_at(kept.totals.facts);
    counters.add(&kept.totals, |number| looked_at[number]);
    // A graph whose tree the user did not ask about is not judged: nothing about it would be reported.
    let about_trees = inputs.asks_for_all()
        || inputs
            .files
            .iter()
            .filter(|input| input.judged)
            .any(|input| inputs.trees.iter().any(|tree| is_version_file(tree, &input.found.path)));
    let whole = in_pool(|| whole_pass::judge(laws, &kept.project, counters, about_trees));
    for pass in 0..2 {
        for (_, own) in kept.slots.iter().filter(|slot| slot.speaks).filter_map(|slot| slot.outcomes()[pass]) {
            outcome.problems.extend_from_slice(&own.problems);
            outcome.log.extend_from_slice(&own.log);
        }
    }
    outcome.append(whole);
    outcome
}

/// Puts together what was found.
fn finish(
    laws: &Laws,
    inputs: &Inputs<'_>,
    (counters, exhausted): (&Counters, &BTreeSet<&str>),
    mut outcome: Outcome,
    kept: &mut KeptFiles,
) -> Judgement {
    let gathered = in_pool(|| sheets::gather(kept, inputs, exhausted));
    outcome.problems.sort_by(|left, right| (&left.at, &left.message).cmp(&(&right.at, &right.message)));
    outcome.problems.dedup();
    let mut rules: Vec<RuleRun> = laws
        .rules
        .iter()
        .zip(counters.judged.iter().zip(&counters.failed))
        .map(|(rule, (judged, failed))| RuleRun {
            rule: rule.rule.id.clone(),
            failed: failed.load(Ordering::Relaxed),
            judged: if exhausted.contains(&*rule.rule.id) { 0 } else { judged.load(Ordering::Relaxed) },
            ..RuleRun::default()
        })
        .collect();
    let numbers: FxHashMap<Arc<str>, usize> =
        rules.iter().enumerate().map(|(number, run)| (run.rule.clone(), number)).collect();
    for finding in &gathered.findings {
        if let Some(number) = numbers.get(&finding.rule) {
            rules[*number].findings += 1;
        }
    }
    for unknown in &gathered.unknowns {
        if let Some(number) = numbers.get(&unknown.rule) {
            rules[*number].unknown += 1;
        }
    }
    let of_files = kept.slots.iter().filter(|slot| slot.speaks);
    let inline = of_files.filter_map(|slot| slot.result.as_ref()?.inline.clone());
    let mut inline: BTreeMap<Arc<str>, Arc<str>> = inline.collect();
    for (path, text) in gathered.inline {
        inline.entry(path).or_insert(text);
    }
    Judgement {
        findings: gathered.findings,
        problems: outcome.problems,
        unknowns: gathered.unknowns,
        rules,
        project: kept.project.clone(),
        inline,
        log: outcome.log,
        files: kept.slots.iter().filter(|slot| slot.result.is_some()).count(),
    }
}

/// Workers.
enum Pool {
    /// Those that everything else that is done in parallel shares, whose stacks have so many bytes.
    All(usize),
    /// Some of its own, because others were there first.
    Own(rayon::ThreadPool),
    None,
}

/// Starts the workers, so that what is done in parallel before there is something to judge needs no others. While the
/// project is opened, one of them makes the interpreter of scripts ready.
pub fn start_workers() {
    if let Pool::All(_) = pool() {
        rayon::spawn(script::prepare);
    }
}

/// Returns whether workers can follow what migrations do.
pub fn has_deep_workers() -> bool {
    matches!(pool(), Pool::All(DEEP_STACK))
}

/// Returns the pool, which is made once.
fn pool() -> &'static Pool {
    static POOL: std::sync::OnceLock<Pool> = std::sync::OnceLock::new();
    let builder = |stack| rayon::ThreadPoolBuilder::new().stack_size(stack);
    // A system may grant less.
    let all = || [DEEP_STACK, STACK].into_iter().find(|stack| builder(*stack).build_global().is_ok()).map(Pool::All);
    POOL.get_or_init(|| all().unwrap_or_else(|| builder(STACK).build().map_or(Pool::None, Pool::Own)))
}

/// Runs work on a pool whose workers have deep stacks.
pub(super) fn in_pool<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match pool() {
        Pool::All(_) => rayon::scope(|_| work()),
        Pool::Own(pool) => pool.install(work),
        Pool::None => work(),
    }
}
