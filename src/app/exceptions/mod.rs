//! `lawbook exceptions`: a full run that says of each exception what it is good for, and edits of the file.

mod edit;
mod history;
pub(super) mod laws;
pub(super) mod policy;

use super::check::{self, Progress};
use super::full::{self, Aim};
use super::schemas::Asked;
use super::workspace::Workspace;
use crate::exceptions::{Exceptions, Today};
use crate::model::audit::Audit;
use crate::model::{Level, Problem};

pub use edit::{Plan, add, prune, write};
pub use history::history;

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
    let run = full::run(workspace, (&question.schemas, &question.today), Aim::Uses, progress, problems)?;
    let ages = policy::ages(workspace, &question.today, problems);
    let judged = run.judged(workspace, &question.today);
    let audit = laws::audit(&judged, &run.resolver, &run.judgement, question.within, &ages);
    Some((audit, run.judgement.log))
}

/// Reads the exceptions file of the work tree; `None` where it cannot be read, which is among the problems.
pub fn read(workspace: &Workspace, problems: &mut Vec<Problem>) -> Option<Exceptions> {
    full::read_exceptions(workspace, problems)
}
