//! `lawbook check`: one run from what the user gave to the report.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use camino::Utf8PathBuf;
use rustc_hash::FxHashMap;

use super::baseline::{self, Chosen, Known as KnownBaseline};
use super::empty;
use super::exceptions::laws::{self, Judged};
use super::full;
use super::kept::Kept;
use super::look;
use super::replay::{self, Settings, Sources};
use super::schemas::{self, Asked};
use super::scope::Scope;
use super::story;
use super::texts::Texts;
use super::workspace::Workspace;
use crate::engine::{self, Inputs, Judgement, Keep, Laws};
use crate::exceptions::{self, Fared, Resolver, Today};
use crate::model::facts::{Change, ExceptionEntry, Project};
use crate::model::schema::{Origin, Schema};
use crate::model::{Known, Location, Problem, Report, RuleRun, RuleText, Severity};
use crate::packs::{Law, Rule};
use crate::sources::git;
use crate::sources::reader::SIZE_LIMIT;
use crate::yaml::Source;

/// What a file is compared with to know whether it changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Base {
    #[default]
    None,
    /// The merge base of this revision and `HEAD`.
    Since(String),
    /// `HEAD`; and the staged content is judged, not the work tree.
    Staged,
}

/// What to check.
#[derive(Clone, Debug)]
pub struct Check {
    /// Only findings in these files and folders are reported; empty for the whole project.
    pub paths: Vec<Utf8PathBuf>,
    pub base: Base,
    /// Only these rules run, by any of their names; empty for all.
    pub rules: Vec<String>,
    /// Which schemas are read.
    pub schemas: Asked,
    /// The day on which exceptions expire or not.
    pub today: Today,
    /// Which baseline is hidden.
    pub baseline: Chosen,
    /// The report tells what was looked at.
    pub explain: bool,
    /// The report tells of trees, exceptions and their growth as well.
    pub story: bool,
}

/// Whom a run tells how far it is.
pub struct Progress<'a> {
    /// Told the number of files before the first is judged.
    pub started: &'a dyn Fn(usize),
    /// Called after each file.
    pub tick: &'a (dyn Fn() + Sync),
    /// Told what takes long: a database that is made, a command that runs.
    pub say: &'a (dyn Fn(&str) + Sync),
}

/// Judges the project; returns the report, and what scripts printed.
pub fn check(workspace: &Workspace, check: &Check, progress: &Progress<'_>) -> (Report, Vec<String>) {
    let find = || Scope::find(workspace, &check.paths, &check.base);
    let (prepared, scope) = rayon::join(|| Prepared::new(workspace, check), find);
    // Models are always those of the work tree, so that files of the index must not stay.
    let on_disk = check.base != Base::Staged;
    let mut kept = Kept::once(on_disk && shares(&prepared.laws));
    let told = check_scope(workspace, check, &prepared, progress, (scope, &mut kept));
    end_with_process((kept, prepared));
    told
}

/// The laws of a run, ready to judge.
pub(super) struct Prepared {
    laws: Laws,
    /// Laws about exceptions.
    about: Laws,
    problems: Vec<Problem>,
}

impl Prepared {
    /// Compiles the laws of a run.
    pub(super) fn new(workspace: &Workspace, check: &Check) -> Self {
        let mut problems = Vec::new();
        let mut rules = selected(workspace, &check.rules, &mut problems);
        if no_schemas(workspace, check) {
            // These would judge nothing.
            rules.retain(|rule| !engine::is_about_schemas(rule.on));
        } else if check.rules.is_empty() {
            leave_undescribed(workspace, &check.schemas, &mut rules);
        }
        let (rules, about) = laws::apart(rules);
        let (laws, found) = Laws::compile(&rules, check.base != Base::None);
        problems.extend(found);
        let (about, found) = Laws::compile(&about, check.base != Base::None);
        problems.extend(found);
        Self { laws, about, problems }
    }
}

/// Returns whether models or a replay read the Python that is judged.
pub(super) fn shares(laws: &Laws) -> bool {
    laws.need_schemas() || laws.need_operations()
}

/// Returns whether a run reads no schemas: one over named paths or over what is staged says nothing about databases,
/// unless it asks for one by name.
fn no_schemas(workspace: &Workspace, check: &Check) -> bool {
    let part = !workspace.root.is_among(&check.paths) || check.base == Base::Staged;
    part && check.schemas.databases.is_empty()
}

/// Does the same as [`check`], with what an earlier run kept.
pub(super) fn check_again(
    workspace: &Workspace,
    check: &Check,
    prepared: &Prepared,
    progress: &Progress<'_>,
    kept: &mut Kept,
) -> (Report, Vec<String>) {
    let scope = match kept.scope.take() {
        Some(mut scope) => {
            scope.reader.edit(&workspace.root.edited);
            Ok(scope)
        }
        None => Scope::find(workspace, &check.paths, &check.base).inspect(|scope| kept.settle(&workspace.root, scope)),
    };
    check_scope(workspace, check, prepared, progress, (scope, kept))
}

fn check_scope(
    workspace: &Workspace,
    check: &Check,
    prepared: &Prepared,
    progress: &Progress<'_>,
    (scope, kept): (Result<Scope, Problem>, &mut Kept),
) -> (Report, Vec<String>) {
    let mut report = Report { problems: workspace.problems.clone(), ..Report::default() };
    match scope {
        Ok(scope) => {
            let told = judge_scope(workspace, check, prepared, (progress, report), (&scope, kept));
            kept.scope = Some(scope);
            told
        }
        Err(problem) => {
            report.problems.push(problem);
            (report, Vec::new())
        }
    }
}

fn judge_scope(
    workspace: &Workspace,
    check: &Check,
    prepared: &Prepared,
    (progress, mut report): (&Progress<'_>, Report),
    (scope, kept): (&Scope, &mut Kept),
) -> (Report, Vec<String>) {
    report.problems.extend(scope.problems.iter().cloned());
    report.problems.extend(prepared.problems.iter().cloned());
    let (compiled, about) = (&prepared.laws, &prepared.about);
    let whole = workspace.root.is_among(&check.paths);
    let read = |path: &str| scope.read_if_there(path, workspace.size_limit());
    let Some(exceptions) = workspace.exceptions(&read, &mut report.problems) else {
        // Without the exceptions every verdict would be wrong: nothing is judged.
        sort_problems(&mut report.problems);
        return (report, Vec::new());
    };
    let Ok(baseline) = baseline::read(workspace, &check.baseline, &read, &mut report.problems) else {
        // A broken one is not an empty one: a thousand findings would bury what is wrong.
        sort_problems(&mut report.problems);
        return (report, Vec::new());
    };
    let told = report.problems.len();
    let schemas = if no_schemas(workspace, check) || !compiled.need_schemas() {
        Vec::new()
    } else {
        schemas::of_run(
            (workspace, &kept.shelf, &mut kept.models),
            &check.schemas,
            scope,
            progress.say,
            &mut report.problems,
        )
    };
    report.schemas = schemas.len();
    let all_schemas = report.problems.len() == told && check.schemas.is_all();
    (progress.started)(scope.inputs.len());
    let facts = exceptions.facts();
    let mut judgement = judge(
        workspace,
        (scope, kept),
        compiled,
        (facts, &schemas),
        (keep(compiled, &schemas), &Settings::of_config(&workspace.config)),
        progress.tick,
    );
    if schemas.is_empty() && workspace.config.models.is_none() {
        // No models were found that could be held against anything: nobody asked for it either.
        judgement.rules.retain(|run| run.judged > 0 || !compares_only(workspace, compiled, &run.rule));
    }
    // Only a run that has seen everything can say what is of no use.
    let full = whole && all_schemas && check.base == Base::None && check.rules.is_empty();
    let proof = full.then(|| full::fared(workspace, compiled, &judgement, all_schemas));
    let mut resolver = resolve(workspace, &check.today, exceptions, &mut judgement, &mut report.problems);
    let judged = Judged { workspace, scope, laws: compiled, fared: proof.as_ref(), today: &check.today };
    let audit = laws::judge(&judged, about, &mut resolver, &mut judgement, &mut report.problems);
    if check.story {
        report.story = Some(story::story(workspace, &check.today, &judgement, audit));
    }
    if let Some(baseline) = &baseline {
        hide(workspace, baseline, proof.as_ref(), &mut judgement, &mut report);
    }
    let mut look = check.explain.then(|| look::look(workspace, check, scope, &judgement, baseline.as_ref()));
    let (project, log) = conclude(judgement, &mut report);
    drop(project);
    if let Some(look) = &mut look {
        look::complete(workspace, check, &report, look);
    }
    report.look = look;
    // What the work tree holds is seen by a comparison too.
    let all = whole && check.base != Base::Staged && check.rules.is_empty() && check.schemas.is_all();
    if all && all_schemas {
        report.problems.extend(empty::packs(workspace, &report.rules));
    }
    if all && !compiled.need_schemas() {
        report.problems.extend(empty::unread(workspace));
    }
    report.texts = texts(workspace, &report.rules);
    let about: BTreeSet<&Arc<str>> = about.names().collect();
    report.problems.extend(nothing_judged(whole, &about, &report));
    empty::allow(workspace, &mut report.problems, all && all_schemas);
    show_lines(workspace, &mut report.problems);
    sort_problems(&mut report.problems);
    (report, log)
}

/// Returns what the rules that ran say of themselves.
fn texts(workspace: &Workspace, runs: &[RuleRun]) -> Vec<RuleText> {
    let by_id: BTreeMap<&str, &Rule> = workspace.rules().map(|rule| (&*rule.id, rule)).collect();
    let rules = runs.iter().filter_map(|run| by_id.get(&*run.rule));
    let text = |rule: &&Rule| RuleText {
        rule: rule.id.clone(),
        severity: rule.severity,
        title: rule.title.clone(),
        why: rule.why.clone(),
        fix: rule.fix.clone(),
    };
    rules.map(text).collect()
}

/// Returns whether a rule is one of the binary's own that compares schemas.
fn compares_only(workspace: &Workspace, laws: &Laws, rule: &str) -> bool {
    let mut built_in = workspace.loaded.packs.iter().filter(|pack| pack.built_in).flat_map(|pack| &pack.rules);
    laws.is_about_schemas(rule) && built_in.any(|own| *own.id == *rule && matches!(own.law, Law::Agree(_)))
}

/// Leaves out what the binary's own packs say about single tables where nobody speaks of schemas: the models are then
/// held against the migrations, and that is all.
pub(super) fn leave_undescribed(workspace: &Workspace, asked: &Asked, rules: &mut Vec<Arc<Rule>>) {
    if workspace.config.has_schemas() || !asked.databases.is_empty() {
        return;
    }
    let built_in = workspace.loaded.packs.iter().filter(|pack| pack.built_in).flat_map(|pack| &pack.rules);
    let built_in: BTreeSet<&str> = built_in.map(|rule| &*rule.id).collect();
    rules.retain(|rule| {
        !engine::is_about_schemas(rule.on) || matches!(rule.law, Law::Agree(_)) || !built_in.contains(&*rule.id)
    });
}

/// Returns what a run keeps: where laws are about schemas and no database is described, what the migrations leave behind
/// stands for it.
pub(super) fn keep(laws: &Laws, schemas: &[Arc<Schema>]) -> Keep {
    let is_database = |schema: &Arc<Schema>| matches!(schema.origin, Origin::Database | Origin::Throwaway);
    let operations = laws.need_schemas() && !schemas.iter().any(is_database) && laws.can_compare(schemas);
    Keep { operations, ..Keep::default() }
}

/// Judges the files of a scope.
pub(super) fn judge(
    workspace: &Workspace,
    (scope, kept): (&Scope, &mut Kept),
    laws: &Laws,
    (exceptions, schemas): (Vec<Arc<ExceptionEntry>>, &[Arc<Schema>]),
    (keep, settings): (Keep, &Settings),
    tick: &(dyn Fn() + Sync),
) -> Judgement {
    let limit = workspace.size_limit();
    let Kept { shelf, followed, files, .. } = kept;
    let (shelf, followed) = (&*shelf, &*followed);
    let texts = Texts::new(&scope.inputs);
    let paths = || scope.inputs.iter().map(|input| input.found.path.clone()).collect();
    let read = |path: &str| texts.get(path, || scope.reader.read(path, limit));
    let sources = Sources { trees: &scope.trees, paths: &paths, read: &read, shelf, followed, early: None };
    let replays = keep.operations || laws.need_operations();
    // Where most files are known, the others are followed when their turn comes.
    let is_early = replays && files.is_empty() && engine::has_deep_workers();
    let early = if is_early { followed.early(&sources, settings) } else { None };
    let inputs = Inputs {
        files: &scope.inputs,
        trees: &scope.trees,
        exceptions,
        schemas,
        replay: &|graphs| replay::replay(graphs, &Sources { early: early.as_ref(), ..sources }, settings),
        read: &|input| match (&input.change, &scope.base) {
            (Known::Yes(Change::Deleted), Some(base)) => git::show(&workspace.root, base, &input.found.path),
            _ => read(&input.found.path),
        },
        ask_size: scope.reader.ask_size(),
        shelf,
        rank: &|path| early.as_ref().map_or(0, |early| early.rank(path)),
        passed: &|path, migration| {
            if let Some(early) = &early {
                early.passed(path, migration);
            }
            tick();
        },
        size_limit: limit,
    };
    std::thread::scope(|threads| {
        // Nobody waits for files that are not judged any more, be it for an error of ours.
        let _judging = early.as_ref().map(|early| early.start(threads));
        engine::judge_again(laws, &inputs, keep, files)
    })
}

/// Takes out what is in the baseline; after a full run, which has `proof`, says what of it is mended.
fn hide(
    workspace: &Workspace,
    baseline: &KnownBaseline,
    proof: Option<&HashMap<Arc<str>, Fared>>,
    judgement: &mut Judgement,
    report: &mut Report,
) {
    let hidden = baseline.findings.hide(&mut judgement.findings);
    for run in &mut judgement.rules {
        run.baselined = hidden.of_rules.get(&run.rule).copied().unwrap_or_default();
    }
    report.baselined = hidden.count();
    let stale = proof.map(|fared| baseline::stale(workspace, &baseline.findings, &hidden, fared, judgement));
    report.problems.extend(baseline::told(baseline, &stale.unwrap_or_default()));
}

/// Moves everything into the report; returns what is left: the facts, and what scripts printed.
fn conclude(mut judgement: Judgement, report: &mut Report) -> (Arc<Project>, Vec<String>) {
    engine::merge_groups(&mut judgement.findings);
    let mut counts: FxHashMap<&str, (usize, usize)> = FxHashMap::default();
    for finding in &judgement.findings {
        let (findings, excepted) = counts.entry(&*finding.rule).or_default();
        *(if finding.excepted.is_some() { excepted } else { findings }) += 1;
    }
    for run in &mut judgement.rules {
        (run.findings, run.excepted) = counts.get(&*run.rule).copied().unwrap_or_default();
    }
    report.findings = judgement.findings;
    report.problems.extend(judgement.problems);
    report.unknowns = judgement.unknowns;
    report.rules = judgement.rules;
    report.files = judgement.files;
    report.migrations = judgement.project.migrations.len();
    (judgement.project, judgement.log)
}

/// Leaves what a single run made to the system, which takes it back when the process ends, at once and whole.
fn end_with_process<T>(large: T) {
    std::mem::forget(large);
}

/// Marks the findings that are excused, by the file and by comments.
pub(super) fn resolve(
    workspace: &Workspace,
    today: &Today,
    exceptions: exceptions::Exceptions,
    judgement: &mut Judgement,
    problems: &mut Vec<Problem>,
) -> Resolver {
    let mut inline = BTreeMap::new();
    for (path, text) in &judgement.inline {
        let found = exceptions::inline(path, text, problems);
        if !found.is_empty() {
            inline.insert(path.clone(), found);
        }
    }
    let (mut resolver, found) = Resolver::new(exceptions, workspace.names(), today.clone());
    problems.extend(found);
    problems.extend(resolver.apply(&mut judgement.findings, &inline));
    resolver
}

/// Returns the rules that are to run.
pub(super) fn selected(workspace: &Workspace, names: &[String], problems: &mut Vec<Problem>) -> Vec<Arc<Rule>> {
    if names.is_empty() {
        return workspace.rules().cloned().map(Arc::new).collect();
    }
    let mut chosen = BTreeMap::new();
    for name in names {
        match workspace.rule(name) {
            // Who names a rule wants to see it run, also if it is switched off.
            Ok(rule) => {
                let severity = if rule.enabled() { rule.severity } else { Severity::Warning };
                chosen.insert(rule.id.clone(), Arc::new(Rule { severity, ..rule.clone() }));
            }
            Err(problem) => problems.push(problem),
        }
    }
    chosen.into_values().collect()
}

/// Says that nothing was judged, so that silence is never taken for success: in every format, with what to do.
fn nothing_judged(whole: bool, about: &BTreeSet<&Arc<str>>, report: &Report) -> Option<Problem> {
    // That there are exceptions does not mean that anything was judged.
    let mut rules = report.rules.iter().filter(|run| !about.contains(&run.rule));
    let judged = rules.any(|run| run.judged > 0 || run.unknown > 0 || run.failed);
    if judged || report.has_errors() {
        return None;
    }
    Some(if report.rules.is_empty() {
        Problem::warning("nothing was judged: no rule is switched on").hint("`lawbook rules` lists them")
    } else if whole {
        Problem::warning("nothing was judged: no migrations were found here").hint(
            "run it in the project's root, or name the folder in lawbook.yml: `migrations: [{path: backend/migrations}]`",
        )
    } else {
        Problem::warning("nothing was judged: no migrations are among these paths")
            .hint("without paths, the whole project is judged")
    })
}

/// Gives problems that know only their place the line that they point at.
pub(super) fn show_lines(workspace: &Workspace, problems: &mut [Problem]) {
    let mut sources: BTreeMap<Arc<str>, Option<Arc<Source>>> = BTreeMap::new();
    for problem in problems.iter_mut().filter(|problem| problem.line_text.is_none()) {
        let Some(Location { path, span: Some(span) }) = &problem.at else { continue };
        let read = || {
            let text = String::from_utf8(workspace.root.read(path, SIZE_LIMIT).ok()?).ok()?;
            Some(Source::new(path.clone(), text))
        };
        let source = sources.entry(path.clone()).or_insert_with(read);
        problem.line_text = source.as_ref().map(|source| source.line(span.line).into());
    }
}

pub(super) fn sort_problems(problems: &mut Vec<Problem>) {
    problems.sort_by(|left, right| (&left.at, &left.message).cmp(&(&right.at, &right.message)));
    problems.dedup();
}
