//! Nothing is skipped in silence: what is configured and turned out to be empty, and what of it may be.

use std::collections::{BTreeMap, BTreeSet};

use super::workspace::Workspace;
use crate::engine;
use crate::exceptions::Resolution;
use crate::model::{Level, Problem, RuleRun};
use crate::packs::{ABOUT_SCHEMAS, Pack, Rule};

/// Returns what is wrong with packs and rules that met no fact in a run over the whole project: a path that is wrong, a
/// kind that does not occur. A pack of which no rule met any is an error, one rule among others a warning; that
/// there are no exceptions is no fault.
pub(super) fn packs(workspace: &Workspace, runs: &[RuleRun]) -> Vec<Problem> {
    let by_rule: BTreeMap<&str, &RuleRun> = runs.iter().map(|run| (&*run.rule, run)).collect();
    let is_idle = |run: &RuleRun| run.judged == 0 && run.unknown == 0 && !run.failed;
    let mut problems = Vec::new();
    let narrowed = narrowed(workspace);
    for pack in &workspace.loaded.packs {
        // That there is no fault and no exception is as it should be.
        let ran = |rule: &&Rule| !matches!(rule.on.name, "exception" | "fault") && by_rule.contains_key(&*rule.id);
        let ran: Vec<&Rule> = pack.rules.iter().filter(ran).collect();
        let idle: Vec<&Rule> = ran.iter().filter(|rule| is_idle(by_rule[&*rule.id])).copied().collect();
        // Laws about schemas wait for a database that only some runs name.
        let waits = !workspace.config.has_schemas() && idle.iter().all(|rule| engine::is_about_schemas(rule.on));
        if !idle.is_empty() && idle.len() == ran.len() && !waits && is_chosen(workspace, pack) {
            problems.push(whole(workspace, pack, &idle));
            continue;
        }
        for rule in idle {
            let kind = rule.on.name;
            let problem = Problem::warning(format!("{} judged nothing: there is no {kind} in its `files`", rule.id));
            let problem = problem.empty(rule.id.clone());
            match narrowed.get(&rule.id) {
                Some(place) => problems.push(Problem { level: Level::Error, ..problem }.at(place.location())),
                None if !pack.built_in => problems.push(problem.at(rule.location.clone())),
                None => {}
            }
        }
    }
    problems
}

/// Returns the rules whose `files` the configuration sets, and where.
fn narrowed(workspace: &Workspace) -> BTreeMap<std::sync::Arc<str>, crate::yaml::Place> {
    let names = workspace.names();
    let files =
        workspace.config.rules.iter().filter_map(|(name, value)| Some((name.as_text()?, &value.entry("files")?.0)));
    let mut narrowed = BTreeMap::new();
    for (name, files) in files {
        if let Resolution::Rules(ids) = names.resolve(name) {
            narrowed.extend(ids.into_iter().map(|id| (id, files.place.clone())));
        }
    }
    narrowed
}

/// Returns whether somebody chose the pack for this project: one of the binary that is on by itself need not fit.
fn is_chosen(workspace: &Workspace, pack: &Pack) -> bool {
    let named = || workspace.config.packs.iter().any(|entry| *entry.value == *pack.name && entry.place.is_some());
    let fits = || !ABOUT_SCHEMAS.contains(&&*pack.name) || workspace.config.has_schemas();
    !pack.built_in || (named() && fits())
}

fn whole(workspace: &Workspace, pack: &Pack, idle: &[&Rule]) -> Problem {
    let kinds: BTreeSet<&str> = idle.iter().map(|rule| rule.on.name).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();
    let rules = if idle.len() == 1 { "its one rule".to_owned() } else { format!("none of its {} rules", idle.len()) };
    let met = if idle.len() == 1 { "met no" } else { "met a" };
    let message = format!("the pack `{}` judged nothing: {rules} {met} {}", pack.name, kinds.join(" or "));
    let problem = Problem::error(message).empty(pack.name.clone());
    let place = workspace.config.packs.iter().find(|entry| *entry.value == *pack.name);
    match place.and_then(|entry| entry.place.as_ref()) {
        Some(place) => problem.at(place.location()),
        None => idle.iter().fold(problem, |problem, rule| match problem.at {
            None => problem.at(rule.location.clone()),
            Some(_) => problem,
        }),
    }
}

/// Returns a warning for each database that is configured and that no law asks for.
pub(super) fn unread(workspace: &Workspace) -> Vec<Problem> {
    let databases = workspace.config.databases.iter();
    databases
        .map(|(name, _)| {
            let message = format!("the database `{}` was not read: no law asks for schemas", name.value);
            let problem = Problem::warning(message).empty(name.value.as_str());
            let problem = problem.hint("`packs: [schema]` has some");
            name.place.iter().fold(problem, |problem, place| problem.at(place.location()))
        })
        .collect()
}

/// Lets pass what the configuration allows to be empty, and says of the rest how to. `all` says that the run has seen
/// everything, so that a name which lets nothing pass is of no use.
pub(super) fn allow(workspace: &Workspace, problems: &mut Vec<Problem>, all: bool) {
    let clean = |name: &str| name.trim_start_matches("./").trim_end_matches('/').to_owned();
    let allowed: BTreeSet<String> = workspace.config.allow_empty.iter().map(|name| clean(&name.value)).collect();
    let mut used = BTreeSet::new();
    for problem in problems.iter_mut() {
        let Some(name) = problem.empty.as_deref().map(clean) else { continue };
        if allowed.contains(&name) {
            problem.level = Level::Warning;
            used.insert(name);
        } else if problem.level == Level::Error {
            let pass = format!("`allow-empty: [{name}]` in lawbook.yml lets it pass");
            let hint = problem.hint.take().map_or_else(|| pass.clone(), |hint| format!("{hint}; {pass}"));
            problem.hint = Some(hint.into());
        }
    }
    for name in workspace.config.allow_empty.iter().filter(|name| all && !used.contains(&clean(&name.value))) {
        let message = format!("`{}` is allowed to be empty, and is not", name.value);
        let problem = name.place.as_ref().map_or_else(|| Problem::warning(&*message), |place| place.warning(&*message));
        problems.push(problem.hint("take it out of `allow-empty`"));
    }
}
