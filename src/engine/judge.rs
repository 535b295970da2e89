//! The whole run: files in parallel, then graphs and the project.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::compile::Laws;
use super::file_pass::{FilePass, FileResult};
use super::findings::{Judgement, fingerprints};
use super::rule_pass::{Judged, Key, Outcome, finding};
use super::{migration_pass, whole_pass};
use crate::languages::python;
use crate::model::facts::{Change, ExceptionEntry, Graph, Project};
use crate::model::schema::Schema;
use crate::model::{Finding, Known, Problem, RuleRun};
use crate::sources::files::Found;
use crate::sources::migrations::{Tree, graph, is_version_file};
use crate::sources::shelf::{Shelf, Unread};
use crate::yaml::Source;

/// Stack of a worker: parsing recurses, and the reader's nesting limits assume this much (see `languages::python`).
const STACK: usize = 16 * 1024 * 1024;

/// A file to judge.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    pub found: Found,
    pub change: Known<Change>,
    /// Named by the user, or under a folder that they named; others are read only for what the laws about graphs and
    /// the whole project need.
    pub judged: bool,
}

/// What a run works on.
pub struct Inputs<'a> {
    /// By path.
    pub files: &'a [Input],
    pub trees: &'a [Tree],
    pub exceptions: Vec<Arc<ExceptionEntry>>,
    /// The models first, then databases and files.
    pub schemas: &'a [Arc<Schema>],
    /// Replays the migrations of the graphs: tells each what it does to the schema.
    pub replay: &'a (dyn Fn(&[Arc<Graph>]) -> Replayed + Sync),
    /// Reads a file of `files`.
    pub read: &'a (dyn Fn(&Input) -> Result<Vec<u8>, Problem> + Sync),
    /// The Python among them, shared with who replays them.
    pub shelf: &'a Shelf,
    /// Called after each file, for a progress bar.
    pub tick: &'a (dyn Fn() + Sync),
    /// Files larger than this many bytes are not read.
    pub size_limit: u64,
}

impl Inputs<'_> {
    /// Returns whether somebody asks about a file: it is one to judge, or none of the run's.
    pub(super) fn asks_for(&self, path: &str) -> bool {
        self.find(path).is_none_or(|input| input.judged)
    }

    /// Returns a file of Python.
    pub(super) fn python(&self, input: &Input) -> Result<Arc<python::Source>, Unread> {
        let path = &input.found.path;
        match input.change {
            // What it was is nobody else's business.
            Known::Yes(Change::Deleted) => Shelf::default().get(path, || (self.read)(input)),
            _ => self.shelf.get(path, || (self.read)(input)),
        }
    }

    /// Reads a file of the run again: laws about the whole need the texts of few, so that not all are kept.
    pub(super) fn text(&self, path: &str) -> Option<Arc<str>> {
        let input = self.find(path)?;
        if is_python(path) {
            return self.python(input).ok().map(|source| source.text().clone());
        }
        python::decode(&(self.read)(input).ok()?).ok().map(Into::into)
    }

    pub(super) fn find(&self, path: &str) -> Option<&Input> {
        let index = self.files.binary_search_by(|input| input.found.path.as_ref().cmp(path)).ok()?;
        Some(&self.files[index])
    }
}

/// Returns whether a file is Python, by its name.
pub(super) fn is_python(path: &str) -> bool {
    path.ends_with(".py") || path.ends_with(".pyi")
}

/// What came of replaying migrations.
#[derive(Debug, Default)]
pub struct Replayed {
    /// The schemas that they leave behind.
    pub schemas: Vec<Arc<Schema>>,
    pub problems: Vec<Problem>,
}

/// What to keep of the files beyond what the laws ask for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keep {
    pub texts: bool,
    pub calls: bool,
    /// All files, also those that no law asks for.
    pub files: bool,
    /// What migrations do to the schema.
    pub operations: bool,
}

/// What files gave in an earlier run by the same laws, for a run that finds most of them unchanged.
#[derive(Debug, Default)]
pub struct KeptFiles(HashMap<Arc<str>, KeptFile>);

#[derive(Debug)]
struct KeptFile {
    input: Input,
    result: Option<FileResult>,
}

impl KeptFiles {
    /// Forgets what a file gave: it is another one now.
    pub fn forget(&mut self, path: &str) {
        self.0.remove(path);
    }

    /// Forgets what the files below a folder gave, which ends with a slash.
    pub fn forget_below(&mut self, folder: &str) {
        self.0.retain(|path, _| !path.starts_with(folder));
    }

    /// Returns what a file gave, if it is the same one.
    fn get(&self, input: &Input) -> Option<&Option<FileResult>> {
        let kept = self.0.get(&input.found.path)?;
        (kept.input == *input).then_some(&kept.result)
    }
}

/// Counters of a run, shared by all workers.
pub(super) struct Counters {
    /// Facts judged, by rule.
    pub(super) judged: Vec<AtomicUsize>,
    /// Rules whose script used up a budget: they run no more, and their findings are dropped as they would depend on
    /// which file came first.
    pub(super) exhausted: Vec<AtomicBool>,
    /// Rules whose script failed on a fact, or used up a budget.
    pub(super) failed: Vec<AtomicBool>,
}

impl Counters {
    fn new(laws: &Laws) -> Self {
        let flags = || laws.rules.iter().map(|_| AtomicBool::new(false)).collect();
        Self { judged: laws.rules.iter().map(|_| AtomicUsize::new(0)).collect(), exhausted: flags(), failed: flags() }
    }

    /// Counts how judging one fact by the rule of this number ended.
    pub(super) fn count(&self, rule: usize, judged: Judged) {
        match judged {
            Judged::Yes => _ = self.judged[rule].fetch_add(1, Ordering::Relaxed),
            Judged::Failed => self.failed[rule].store(true, Ordering::Relaxed),
            Judged::Exhausted => {
                self.failed[rule].store(true, Ordering::Relaxed);
                self.exhausted[rule].store(true, Ordering::Relaxed);
            }
        }
    }

    /// Adds what was counted in a file.
    fn add(&self, tally: &Tally) {
        for (rule, judged) in &tally.judged {
            self.judged[*rule].fetch_add(*judged, Ordering::Relaxed);
        }
        for rule in &tally.failed {
            self.failed[*rule].store(true, Ordering::Relaxed);
        }
    }
}

/// How judging the facts of one file ended, by number of the rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// How many facts were judged.
    pub(super) judged: Vec<(usize, usize)>,
    pub(super) failed: Vec<usize>,
}

impl Tally {
    /// Counts how judging one fact ended.
    pub(super) fn count(&mut self, rule: usize, judged: Judged, counters: &Counters) {
        match judged {
            Judged::Yes => self.judged.push((rule, 1)),
            _ => self.note(rule, judged, counters),
        }
    }

    /// Notes how judging ended, for a fact that has been counted.
    pub(super) fn note(&mut self, rule: usize, judged: Judged, counters: &Counters) {
        match judged {
            Judged::Yes => {}
            Judged::Failed => self.failed.push(rule),
            // At once: others need not try.
            Judged::Exhausted => counters.count(rule, judged),
        }
    }
}

/// Judges the files by the laws. The outcome does not depend on the number of workers or their timing.
pub fn judge(laws: &Laws, inputs: &Inputs<'_>, keep: Keep) -> Judgement {
    let counters = Counters::new(laws);
    let results = judge_files(laws, inputs, keep, &counters);
    judge_whole(laws, inputs, keep, (results, &counters))
}

/// Does the same as [`judge`], but takes what the files gave from an earlier run wherever they are `kept`, and keeps what
/// the others give now.
pub fn judge_again(laws: &Laws, inputs: &Inputs<'_>, keep: Keep, kept: &mut KeptFiles) -> Judgement {
    let counters = Counters::new(laws);
    let pass = FilePass::new(laws, inputs, keep, &counters);
    let again = |input: &&Input| kept.get(input).is_none();
    let new: Vec<KeptFile> = in_pool(|| {
        let files = inputs.files.par_iter().filter(again);
        let judge = |input: &Input| KeptFile { input: input.clone(), result: pass.judge(input) };
        files.map(judge).inspect(|_| (inputs.tick)()).collect()
    });
    kept.0.extend(new.into_iter().map(|file| (file.input.found.path.clone(), file)));
    let results = inputs.files.iter().filter_map(|input| kept.get(input)?.clone()).map(FileResult::again).collect();
    let judgement = judge_whole(laws, inputs, keep, (results, &counters));
    if counters.exhausted.iter().any(|exhausted| exhausted.load(Ordering::Relaxed)) {
        // Which of the files were still judged was a matter of luck.
        kept.0.clear();
    }
    judgement
}

fn judge_files(laws: &Laws, inputs: &Inputs<'_>, keep: Keep, counters: &Counters) -> Vec<FileResult> {
    let pass = FilePass::new(laws, inputs, keep, counters);
    in_pool(|| {
        let results = inputs.files.par_iter().filter_map(|input| {
            let result = pass.judge(input);
            (inputs.tick)();
            result
        });
        results.collect()
    })
}

/// Judges what is left when every file has been seen.
fn judge_whole(
    laws: &Laws,
    inputs: &Inputs<'_>,
    keep: Keep,
    (results, counters): (Vec<FileResult>, &Counters),
) -> Judgement {
    let mut judgement = Judgement::default();
    let mut outcome = Outcome::default();
    let (mut files, mut migrations) = (Vec::new(), Vec::new());
    for result in results {
        judgement.files += 1;
        counters.add(&result.tally);
        outcome.append(result.outcome);
        if let Some((path, text)) = result.inline {
            judgement.inline.insert(path, text);
        }
        migrations.extend(result.migration.map(|migration| (result.tree, migration)));
        files.extend(result.file);
    }
    let graphs = inputs.trees.iter().enumerate().map(|(index, tree)| {
        let in_line = |path: &str| tree.sql.as_ref().is_none_or(|sql| sql.is_in_line(path));
        let members = migrations.iter().filter(|(tree, one)| *tree == Some(index) && in_line(&one.file.path));
        Arc::new(graph::build(tree, members.map(|(_, migration)| migration.clone()).collect()))
    });
    let graphs: Vec<Arc<Graph>> = graphs.collect();
    let replayed =
        if keep.operations || laws.need_operations() { (inputs.replay)(&graphs) } else { Replayed::default() };
    outcome.problems.extend(replayed.problems);
    let schemas: Vec<Arc<Schema>> = inputs.schemas.iter().cloned().chain(replayed.schemas).collect();
    // A graph whose tree the user did not ask about is not judged: nothing about it would be reported.
    let about_trees = inputs.files.iter().all(|input| input.judged)
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
        let late = migration_pass::judge(laws, inputs, &judgement.project, counters);
        (late, whole_pass::judge(laws, inputs, &judgement.project, counters, about_trees))
    });
    outcome.append(late);
    outcome.append(whole);
    outcome.findings.extend(shared_keys(laws, &outcome.keys));
    finish(laws, inputs, counters, outcome, judgement)
}

/// Runs work on a pool whose workers have deep stacks. The pool is made once.
fn in_pool<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static POOL: std::sync::OnceLock<Option<rayon::ThreadPool>> = std::sync::OnceLock::new();
    let pool = POOL.get_or_init(|| rayon::ThreadPoolBuilder::new().stack_size(STACK).build().ok());
    match pool {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

/// Returns a finding for every fact whose key another fact shares.
fn shared_keys(laws: &Laws, keys: &[Key]) -> Vec<Finding> {
    let mut groups: BTreeMap<(usize, &[String]), Vec<&Key>> = BTreeMap::new();
    for key in keys {
        groups.entry((key.rule, &key.values)).or_default().push(key);
    }
    let mut findings = Vec::new();
    for ((rule, values), group) in groups.into_iter().filter(|(_, group)| group.len() > 1) {
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
            found.about.remove("others");
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
    outcome.findings.retain(|finding| {
        let asked_for = || finding.path().is_none_or(|path| inputs.asks_for(path));
        !exhausted.contains(&*finding.rule) && asked_for()
    });
    outcome.unknowns.retain(|unknown| !exhausted.contains(&*unknown.rule));
    fill_lines(&mut outcome.findings, inputs, &mut judgement.inline);
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
    let mut sources: BTreeMap<Arc<str>, Option<Arc<Source>>> = BTreeMap::new();
    for finding in findings.iter_mut().filter(|finding| finding.line_text.is_none()) {
        let Some(location) = &finding.at else { continue };
        let Some(span) = location.span else { continue };
        let source = sources.entry(location.path.clone()).or_insert_with(|| {
            let text = inputs.text(&location.path)?;
            if text.contains("lawbook:") {
                inline.entry(location.path.clone()).or_insert_with(|| text.clone());
            }
            Some(Source::new(location.path.clone(), &*text))
        });
        finding.line_text = source.as_ref().map(|source| source.line(span.line).into());
    }
}
