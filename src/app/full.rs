//! A full run, for what only such a run can say: audits of exceptions, baselines.

use std::collections::HashMap;
use std::sync::Arc;

use super::check::{self, Base, Progress};
use super::empty;
use super::exceptions::laws::{self, Judged};
use super::kept::Kept;
use super::replay::Settings;
use super::schemas::{self, Asked};
use super::scope::Scope;
use super::workspace::Workspace;
use crate::engine::{Judgement, Laws};
use crate::exceptions::{BlindSpot, Exceptions, Fared, Resolver, Today};
use crate::model::{Level, Problem};
use crate::packs::Law;

/// A run of all laws over the whole project, its findings marked with what excuses them.
pub(super) struct Full {
    pub(super) scope: Scope,
    pub(super) laws: Laws,
    pub(super) judgement: Judgement,
    pub(super) resolver: Resolver,
    /// How each rule fared, by full name.
    pub(super) fared: HashMap<Arc<str>, Fared>,
}

impl Full {
    /// Returns it for laws about exceptions and audits.
    pub(super) fn judged<'a>(&'a self, workspace: &'a Workspace, today: &'a Today) -> Judged<'a> {
        Judged { workspace, scope: &self.scope, laws: &self.laws, fared: Some(&self.fared), today }
    }
}

/// What a full run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// What is found.
    Findings,
    /// What the exceptions are good for. What laws about exceptions find matters only where one excuses it.
    Uses,
}

/// Runs all laws over the whole project; `None` where it cannot be, which is among the problems.
pub(super) fn run(
    workspace: &Workspace,
    (asked, today): (&Asked, &Today),
    aim: Aim,
    progress: &Progress<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Full> {
    let scope = Scope::find(workspace, &[], &Base::None).map_err(|problem| problems.push(problem)).ok()?;
    problems.extend(scope.problems.iter().cloned());
    let mut rules = check::selected(workspace, &[], problems);
    check::leave_undescribed(workspace, asked, &mut rules);
    let (rules, about) = laws::apart(rules);
    // Scripts may fail, and print.
    let has_scripts = about.iter().any(|rule| matches!(rule.law, Law::Script(_)));
    let (compiled, found) = Laws::compile(&rules, false);
    problems.extend(found);
    let (about, found) = Laws::compile(&about, false);
    problems.extend(found);
    let exceptions = read_exceptions(workspace, problems)?;
    let before = problems.len();
    let mut kept = Kept::once(check::shares(&compiled));
    let schemas = if compiled.need_schemas() {
        schemas::of_run((workspace, &kept.shelf, &mut kept.models), asked, &scope, progress.say, problems)
    } else {
        Vec::new()
    };
    // What was not reached, by choice or not, leaves what is about it unseen.
    let all_reached = problems.len() == before && asked.is_all();
    (progress.started)(scope.inputs.len());
    let facts = exceptions.facts();
    let mut judgement = check::judge(
        workspace,
        (&scope, &mut kept),
        &compiled,
        (facts, &schemas),
        (check::keep(&compiled, &schemas), &Settings::of_config(&workspace.config)),
        progress.tick,
    );
    let mut resolver = check::resolve(workspace, today, exceptions, &mut judgement, problems);
    let mut fared = fared(workspace, &compiled, &judgement, all_reached);
    let judged = Judged { workspace, scope: &scope, laws: &compiled, fared: Some(&fared), today };
    if aim == Aim::Findings || has_scripts || about.names().any(|rule| resolver.speaks_of(rule)) {
        laws::judge(&judged, &about, &mut resolver, &mut judgement, problems);
    }
    fared.extend(about.names().map(|rule| (rule.clone(), Fared::Ran)));
    problems.extend(judgement.problems.iter().cloned());
    empty::allow(workspace, problems, false);
    Some(Full { scope, laws: compiled, judgement, resolver, fared })
}

/// Reads the exceptions file of the work tree; `None` where it cannot be read, which is among the problems.
pub(super) fn read_exceptions(workspace: &Workspace, problems: &mut Vec<Problem>) -> Option<Exceptions> {
    let read = |path: &str| {
        let there = workspace.root.is_there(path);
        there.then(|| workspace.root.read(path, workspace.size_limit()))
    };
    workspace.exceptions(&read, problems)
}

/// Returns how each rule fared, by full name.
pub(super) fn fared(
    workspace: &Workspace,
    laws: &Laws,
    judgement: &Judgement,
    all_reached: bool,
) -> HashMap<Arc<str>, Fared> {
    let mut fared = HashMap::new();
    for rule in workspace.rules() {
        let how = match () {
            () if !rule.enabled() => Fared::Off,
            () if rule.needs_change => Fared::Not("its rule runs with --since or --staged only".to_owned()),
            () => Fared::Not("its rule did not run".to_owned()),
        };
        fared.insert(rule.id.clone(), how);
    }
    for run in &judgement.rules {
        let how = match () {
            () if run.failed => Fared::Not("its rule failed".to_owned()),
            () if !all_reached && laws.is_about_schemas(&run.rule) => {
                Fared::Not("not every database was reached".to_owned())
            }
            () if run.judged == 0 => Fared::Not("its rule met nothing to judge".to_owned()),
            () => Fared::Ran,
        };
        fared.insert(run.rule.clone(), how);
    }
    fared
}

/// Returns what could not be judged: facts that a law could not, and files that could not be read.
pub(super) fn blind(judgement: &Judgement) -> Vec<BlindSpot> {
    let path = |at: &Option<crate::model::Location>| at.as_ref().map(|at| at.path.clone());
    let unknowns = judgement.unknowns.iter().map(|unknown| (Some(unknown.rule.clone()), path(&unknown.at)));
    let errors = judgement.problems.iter().filter(|problem| problem.level == Level::Error && problem.at.is_some());
    unknowns.chain(errors.map(|problem| (None, path(&problem.at)))).collect()
}
