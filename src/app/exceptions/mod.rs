//! `lawbook exceptions`: a full run that says of each exception what it is good for, and edits of the file.

mod edit;
pub(super) mod policy;
mod replace;

use std::collections::HashMap;
use std::sync::Arc;

use super::check::{self, Base, Progress};
use super::schemas::{self, Asked};
use super::scope::Scope;
use super::workspace::Workspace;
use crate::engine::{Judgement, Laws};
use crate::exceptions::{self, Audience, BlindSpot, Exceptions, Fared, Files, Today};
use crate::model::audit::Audit;
use crate::model::{Level, Problem};
use crate::sources::migrations::is_version_file;

pub use edit::{Plan, add, prune, write};

/// What to audit.
#[derive(Clone, Debug)]
pub struct Question {
    /// How many days ahead an entry counts as expiring.
    pub within: u32,
    /// The day on which exceptions expire or not.
    pub today: Today,
    /// Which schemas are read.
    pub schemas: Asked,
}

/// An audit, and what was wrong on the way.
#[derive(Debug, Default)]
pub struct Audited {
    pub audit: Audit,
    pub problems: Vec<Problem>,
    /// What scripts printed.
    pub log: Vec<String>,
}

impl Audited {
    /// Returns whether something could not be run or judged.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.level == Level::Error)
    }
}

/// Runs all laws over the whole project, and says of each exception what it was good for. Where the
/// exceptions file cannot be read the audit is empty, and the problems say why.
pub fn audit(workspace: &Workspace, question: &Question, progress: &Progress<'_>) -> Audited {
    let mut problems = workspace.problems.clone();
    let (audit, log) = run(workspace, question, progress, &mut problems).unwrap_or_default();
    check::show_lines(workspace, &mut problems);
    check::sort_problems(&mut problems);
    Audited { audit, problems, log }
}

fn run(
    workspace: &Workspace,
    question: &Question,
    progress: &Progress<'_>,
    problems: &mut Vec<Problem>,
) -> Option<(Audit, Vec<String>)> {
    let scope = match Scope::find(workspace, &[], &Base::None) {
        Ok(scope) => scope,
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    problems.extend(scope.problems.iter().cloned());
    let mut rules = check::selected(workspace, &[], problems);
    check::leave_undescribed(workspace, &question.schemas, &mut rules);
    let (laws, found) = Laws::compile(&rules, false);
    problems.extend(found);
    let exceptions = read(workspace, problems)?;
    let before = problems.len();
    let schemas = if laws.need_schemas() {
        schemas::of_run(workspace, &question.schemas, !scope.trees.is_empty(), progress.say, problems)
    } else {
        Vec::new()
    };
    // What was not reached, by choice or not, leaves what is about it unseen.
    let all_reached = problems.len() == before && question.schemas.is_all();
    (progress.started)(scope.inputs.len());
    let facts = exceptions.facts();
    let ages = policy::ages(workspace, &question.today, problems);
    let mut judgement =
        check::judge(workspace, &scope, &laws, (facts, &schemas), check::keep(&laws, &schemas), progress.tick);
    let resolver = check::resolve(workspace, &question.today, exceptions, &mut judgement, problems);
    problems.extend(judgement.problems.iter().cloned());
    let fared = fared(workspace, &laws, &judgement, all_reached);
    let mut paths: Vec<Arc<str>> = scope.inputs.iter().map(|input| input.found.path.clone()).collect();
    paths.sort();
    let audience = Audience {
        within: question.within,
        policy: &workspace.config.policy.value,
        files: Files::new(&paths),
        is_there: &|path| workspace.root.absolute.join(path).exists(),
        fared: &|rule| fared.get(rule).cloned().unwrap_or_else(|| Fared::Not("its rule did not run".to_owned())),
        looks_at: &|rule, path| laws.looks_at(rule, path, scope.trees.iter().any(|tree| is_version_file(tree, path))),
        blind: &blind(&judgement),
        age: &|line| ages.get(line.checked_sub(1)? as usize).copied().flatten(),
    };
    let audit = exceptions::audit(&resolver, &judgement.findings, &audience);
    Some((audit, judgement.log))
}

/// Reads the exceptions file of the work tree; `None` where it cannot be read, which is among the problems.
pub fn read(workspace: &Workspace, problems: &mut Vec<Problem>) -> Option<Exceptions> {
    let read = |path: &str| {
        let there = workspace.root.absolute.join(path).exists();
        there.then(|| workspace.root.read(path, workspace.size_limit()))
    };
    workspace.exceptions(&read, problems)
}

/// Returns how each rule fared, by full name.
fn fared(workspace: &Workspace, laws: &Laws, judgement: &Judgement, all_reached: bool) -> HashMap<Arc<str>, Fared> {
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
fn blind(judgement: &Judgement) -> Vec<BlindSpot> {
    let path = |at: &Option<crate::model::Location>| at.as_ref().map(|at| at.path.clone());
    let unknowns = judgement.unknowns.iter().map(|unknown| (Some(unknown.rule.clone()), path(&unknown.at)));
    let errors = judgement.problems.iter().filter(|problem| problem.level == Level::Error && problem.at.is_some());
    unknowns.chain(errors.map(|problem| (None, path(&problem.at)))).collect()
}
