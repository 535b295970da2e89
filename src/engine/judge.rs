//! The whole run: files in parallel, then graphs and the project.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::compile::Laws;
use super::counters::Counters;
use super::file_pass::{FilePass, FileResult};
use super::findings::{Judgement, fingerprints};
use super::inputs::{Input, Inputs, Keep, Replayed};
use super::kept::{KeptFile, KeptFiles};
use super::rule_pass::{Key, Outcome, finding};
use super::{migration_pass, whole_pass};
use crate::model::facts::{Graph, Project};
use crate::model::schema::Schema;
use crate::model::{Finding, Location, RuleRun};
use crate::script;
use crate::sources::migrations::{graph, is_version_file};
use crate::yaml::Source;

/// Stack of a worker: parsing recurses, and the reader's nesting limits assume this much (see `languages::python`).
const STACK: usize = 16 * 1024 * 1024;

/// Judges the files by the laws. The outcome does not depend on the number of workers or their timing.
pub fn judge(laws: &Laws, inputs: &Inputs<'_>, keep: Keep) -> Judgement {
    let counters = Counters::new(laws);
    let pass = FilePass::new(laws, inputs, keep, &counters);
    let results = in_pool(|| {
        let results = inputs.files.par_iter().filter_map(|input| {
            let result = pass.judge(input);
            (inputs.tick)();
            result.map(Arc::new)
        });
        results.collect()
    });
    judge_whole(laws, inputs, keep, (results, &counters), None)
}

/// Does the same as [`judge`], but takes what the files gave from an earlier run wherever they are `kept`, and keeps what
/// the others give now.
pub fn judge_again(laws: &Laws, inputs: &Inputs<'_>, keep: Keep, kept: &mut KeptFiles) -> Judgement {
    let counters = Counters::new(laws);
    let pass = FilePass::new(laws, inputs, keep, &counters);
    let again = |input: &&Input| kept.get(input).is_none();
    let new: Vec<KeptFile> = in_pool(|| {
        let files = inputs.files.par_iter().filter(again);
        let judge = |input: &Input| KeptFile { input: input.clone(), result: pass.judge(input).map(Arc::new) };
        files.map(judge).inspect(|_| (inputs.tick)()).collect()
    });
    kept.extend(new);
    let results = inputs.files.iter().filter_map(|input| kept.get(input)?.clone()).collect();
    let judgement = judge_whole(laws, inputs, keep, (results, &counters), Some(kept));
    if counters.exhausted.iter().any(|exhausted| exhausted.load(Ordering::Relaxed)) {
        // Which of the files were still judged was a matter of luck.
        kept.clear();
    }
    judgement
}

/// Judges what is left when every file has been seen. What is `kept` of an earlier run becomes what is kept
/// of this one.
fn judge_whole(
    laws: &Laws,
    inputs: &Inputs<'_>,
    keep: Keep,
    (results, counters): (Vec<Arc<FileResult>>, &Counters),
    kept: Option<&mut KeptFiles>,
) -> Judgement {
    let mut judgement = Judgement::default();
    let mut outcome = Outcome::default();
    let (mut files, mut migrations) = (Vec::new(), Vec::new());
    for result in results {
        judgement.files += 1;
        counters.add(&result.tally);
        if let Some((path, text)) = &result.inline {
            judgement.inline.insert(path.clone(), text.clone());
        }
        migrations.extend(result.migration.clone().map(|migration| (result.tree, migration)));
        files.extend(result.file.clone());
        match Arc::try_unwrap(result) {
            Ok(own) => outcome.append(own.outcome),
            Err(shared) => outcome.add(&shared.outcome),
        }
    }
    let (mut before, migrations_kept) = match kept {
        Some(KeptFiles { graphs, migrations, .. }) => (Some(graphs), Some(migrations)),
        None => (None, None),
    };
    let graphs = inputs.trees.iter().enumerate().map(|(index, tree)| {
        let in_line = |path: &str| tree.sql.as_ref().is_none_or(|sql| sql.is_in_line(path));
        let members = migrations.iter().filter(|(tree, one)| *tree == Some(index) && in_line(&one.file.path));
        let members = members.map(|(_, migration)| migration.clone()).collect();
        graph::build_again(tree, members, before.as_ref().and_then(|before| before.get(index)))
    });
    let graphs: Vec<Arc<Graph>> = graphs.collect();
    if let Some(before) = &mut before {
        before.clone_from(&graphs);
    }
    let replayed =
        if keep.operations || laws.need_operations() { (inputs.replay)(&graphs) } else { Replayed::default() };
    outcome.problems.extend(replayed.problems);
    let schemas: Vec<Arc<Schema>> = inputs.schemas.iter().cloned().chain(replayed.schemas).collect();
    // A graph whose tree the user did not ask about is not judged: nothing about it would be reported.
    let about_trees = inputs.asks_for_all()
        || inputs
            .files
            .iter()
            .filter(|input| input.judged)
            .any(|input| inputs.trees.iter().any(|tree| is_version_file(tree, &input.found.path)));
    let migrations = migrations.into_iter().map(|(_, migration)| migration).collect();
    judgement.project =
        Arc::new(Project::new(files, migrations, graphs, inputs.exceptions.clone()).with_schemas(&schemas));
    // Scripts need the deep stack of the workers.
    let (late, whole) = in_pool(|| {
        let late = migration_pass::judge(laws, inputs, &judgement.project, counters, migrations_kept);
        (late, whole_pass::judge(laws, &judgement.project, counters, about_trees))
    });
    outcome.append(late);
    outcome.append(whole);
    outcome.findings.extend(shared_keys(laws, &outcome.keys));
    finish(laws, inputs, counters, outcome, judgement)
}

/// Workers with deep stacks.
enum Pool {
    /// Those that everything else that is done in parallel shares.
    All,
    /// Some of its own, because others were there first.
    Own(rayon::ThreadPool),
    None,
}

/// Starts the workers, so that what is done in parallel before there is something to judge needs no others. While the
/// project is opened, one of them makes the interpreter of scripts ready.
pub fn start_workers() {
    if let Pool::All = pool() {
        rayon::spawn(script::prepare);
    }
}

/// Returns the pool, which is made once.
fn pool() -> &'static Pool {
    static POOL: std::sync::OnceLock<Pool> = std::sync::OnceLock::new();
    let builder = || rayon::ThreadPoolBuilder::new().stack_size(STACK);
    POOL.get_or_init(|| match builder().build_global() {
        Ok(()) => Pool::All,
        Err(_) => builder().build().map_or(Pool::None, Pool::Own),
    })
}

/// Runs work on a pool whose workers have deep stacks.
pub(super) fn in_pool<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match pool() {
        Pool::All => rayon::scope(|_| work()),
        Pool::Own(pool) => pool.install(work),
        Pool::None => work(),
    }
}

/// Returns a finding for every fact whose key another fact shares.
fn shared_keys(laws: &Laws, keys: &[Key]) -> Vec<Finding> {
    let mut first: FxHashMap<(usize, &[String]), usize> = FxHashMap::default();
    let mut groups: BTreeMap<(usize, &[String]), Vec<&Key>> = BTreeMap::new();
    for (number, key) in keys.iter().enumerate() {
        let place = (key.rule, &*key.values);
        let earlier = *first.entry(place).or_insert(number);
        if earlier != number {
            groups.entry(place).or_insert_with(|| vec![&keys[earlier]]).push(key);
        }
    }
    let mut findings = Vec::new();
    for ((rule, values), group) in groups {
        for (index, key) in group.iter().enumerate() {
            let others = group.iter().enumerate().filter(|(other, _)| *other != index);
            let others: Vec<String> = others
                .map(|(_, other)| {
                    other.fact.location().map_or_else(|| other.fact.label(), |location| location.path.to_string())
                })
                .collect();
            let data = [("others".to_owned(), others.join(", ")), ("key".to_owned(), values.join(", "))];
            let mut found = finding(&laws.rules[rule], &key.fact, None, data.into(), None);
            // `others` is for the message: an exception names its own subject, not everything that collides with it.
            Arc::make_mut(&mut found.about).remove("others");
            findings.push(found);
        }
    }
    findings
}

fn finish(
    laws: &Laws,
    inputs: &Inputs<'_>,
    counters: &Counters,
    mut outcome: Outcome,
    mut judgement: Judgement,
) -> Judgement {
    let exhausted: BTreeSet<&str> = laws
        .rules
        .iter()
        .zip(&counters.exhausted)
        .filter(|(_, exhausted)| exhausted.load(Ordering::Relaxed))
        .map(|(rule, _)| &*rule.rule.id)
        .collect();
    let asks_for_all = inputs.asks_for_all();
    outcome.findings.retain(|finding| {
        let asked_for = || asks_for_all || finding.path().is_none_or(|path| inputs.asks_for(path));
        !exhausted.contains(&*finding.rule) && asked_for()
    });
    outcome.unknowns.retain(|unknown| !exhausted.contains(&*unknown.rule));
    in_pool(|| fill_lines(&mut outcome.findings, inputs, &mut judgement.inline));
    fingerprints(&mut outcome.findings);
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
    let numbers: BTreeMap<Arc<str>, usize> =
        rules.iter().enumerate().map(|(number, run)| (run.rule.clone(), number)).collect();
    for finding in &outcome.findings {
        if let Some(number) = numbers.get(&finding.rule) {
            rules[*number].findings += 1;
        }
    }
    for unknown in &outcome.unknowns {
        if let Some(number) = numbers.get(&unknown.rule) {
            rules[*number].unknown += 1;
        }
    }
    outcome.unknowns.sort_by(|left, right| (&left.at, &left.rule).cmp(&(&right.at, &right.rule)));
    judgement.findings = outcome.findings;
    judgement.problems = outcome.problems;
    judgement.unknowns = outcome.unknowns;
    judgement.log = outcome.log;
    judgement.rules = rules;
    judgement
}

/// Gives findings of laws about the whole the lines that they point at. Texts that may hold inline exceptions are added to `inline`.
fn fill_lines(findings: &mut [Finding], inputs: &Inputs<'_>, inline: &mut BTreeMap<Arc<str>, Arc<str>>) {
    let lacks = |finding: &&Finding| finding.line_text.is_none() && finding.span().is_some();
    let places = findings.iter().filter(lacks).filter_map(|finding| finding.at.as_ref());
    let paths: HashSet<&Arc<str>> = places.map(|location| &location.path).collect();
    let read = |path: &Arc<str>| Some((path.clone(), Source::new(path.clone(), inputs.text(path)?)));
    let sources: HashMap<Arc<str>, Arc<Source>> = paths.into_par_iter().filter_map(read).collect();
    findings.par_iter_mut().filter(|finding| lacks(&&**finding)).for_each(|finding| {
        let Some(Location { path, span: Some(span) }) = &finding.at else { return };
        finding.line_text = sources.get(path).map(|source| source.line(span.line).into());
    });
    for (path, source) in sources {
        if source.text.contains("lawbook:") {
            inline.entry(path).or_insert_with(|| source.text.clone());
        }
    }
}
