//! `lawbook exceptions`: a full run that says of each exception what it is good for, and edits of the file.

mod edit;
pub(super) mod policy;

use std::sync::Arc;

use super::check::{self, Progress};
use super::full;
use super::schemas::Asked;
use super::workspace::Workspace;
use crate::exceptions::{self, Audience, Exceptions, Fared, Files, Today};
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
    let run = full::run(workspace, &question.schemas, &question.today, progress, problems)?;
    let ages = policy::ages(workspace, &question.today, problems);
    let (judgement, laws, trees) = (&run.judgement, &run.laws, &run.scope.trees);
    let mut paths: Vec<Arc<str>> = run.scope.inputs.iter().map(|input| input.found.path.clone()).collect();
    paths.sort();
    let audience = Audience {
        within: question.within,
        policy: &workspace.config.policy.value,
        files: Files::new(&paths),
        is_there: &|path| workspace.root.absolute.join(path).exists(),
        fared: &|rule| run.fared.get(rule).cloned().unwrap_or_else(|| Fared::Not("its rule did not run".to_owned())),
        looks_at: &|rule, path| laws.looks_at(rule, path, trees.iter().any(|tree| is_version_file(tree, path))),
        blind: &full::blind(judgement),
        age: &|line| ages.get(line.checked_sub(1)? as usize).copied().flatten(),
    };
    let audit = exceptions::audit(&run.resolver, &judgement.findings, &audience);
    Some((audit, run.judgement.log))
}

/// Reads the exceptions file of the work tree; `None` where it cannot be read, which is among the problems.
pub fn read(workspace: &Workspace, problems: &mut Vec<Problem>) -> Option<Exceptions> {
    full::read_exceptions(workspace, problems)
}
