//! What `lawbook baseline` writes.

use std::sync::Arc;

use jiff::civil::Date;

use super::{Chosen, File, from_disk, of_bytes, stale};
use crate::app::check::{self, Progress};
use crate::app::full::{self, Aim};
use crate::app::replace::replace;
use crate::app::schemas::Asked;
use crate::app::workspace::Workspace;
use crate::exceptions::baseline::{Baseline, BaselineEntry};
use crate::model::{Level, Problem};

/// What to do with a baseline that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Write the first one; one that is there may only shrink.
    Write,
    /// Take out what is mended; there must be one.
    Prune,
    /// Write all that is found now, also what is new.
    Renew,
}

/// What to write, and how to find out.
#[derive(Clone, Debug)]
pub struct Question {
    pub mode: Mode,
    pub file: Chosen,
    /// Which schemas are read.
    pub schemas: Asked,
    /// The day on which exceptions expire or not.
    pub today: Date,
}

/// A baseline to write.
#[derive(Debug, Default)]
pub struct Plan {
    /// The file, relative to the root, or absolute where it lies elsewhere.
    pub path: Arc<str>,
    /// All that is in it then.
    pub baseline: Baseline,
    /// What goes.
    pub removed: Vec<BaselineEntry>,
    /// How many were in it before; `None` where there was none.
    pub before: Option<usize>,
    /// Every run hides it: `lawbook.yml` names it.
    pub configured: bool,
    /// What was wrong on the way.
    pub problems: Vec<Problem>,
    /// What scripts printed.
    pub log: Vec<String>,
    bytes: Option<Vec<u8>>,
}

impl Plan {
    /// Returns whether something could not be run or judged: there is nothing to write then.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.level == Level::Error)
    }
}

/// Runs all laws over the whole project and plans the baseline of what they find. Where not everything could be judged
/// there is nothing to write, and the problems say why.
pub fn plan(workspace: &Workspace, question: &Question, progress: &Progress<'_>) -> Plan {
    let mut plan = Plan { problems: workspace.problems.clone(), ..Plan::default() };
    fill(workspace, question, progress, &mut plan);
    check::show_lines(workspace, &mut plan.problems);
    check::sort_problems(&mut plan.problems);
    plan
}

fn fill(workspace: &Workspace, question: &Question, progress: &Progress<'_>, plan: &mut Plan) -> Option<()> {
    let file = File::of(workspace, &question.file)?;
    plan.path = file.path.clone();
    plan.configured = workspace.config.baseline.as_ref().is_some_and(|named| *named.value == *file.path);
    let bytes = from_disk(workspace, &file.path).transpose().map_err(|problem| plan.problems.push(problem)).ok()?;
    let old = match &bytes {
        Some(bytes) => Some(of_bytes(file.path.clone(), bytes.clone(), &mut plan.problems)?.findings),
        None if question.mode == Mode::Prune => {
            plan.problems.push(file.absent().hint("`lawbook baseline` writes one"));
            return None;
        }
        None => None,
    };
    plan.bytes = bytes;
    plan.before = old.as_ref().map(|old| old.entries.len());
    let run =
        full::run(workspace, (&question.schemas, &question.today.into()), Aim::Findings, progress, &mut plan.problems)?;
    let found = Baseline::of(&run.judgement.findings);
    let mut findings = run.judgement.findings.clone();
    plan.log.clone_from(&run.judgement.log);
    let Some(old) = old else {
        plan.baseline = found;
        return Some(());
    };
    let hidden = old.hide(&mut findings);
    let stale: Vec<BaselineEntry> =
        stale(workspace, &old, &hidden, &run.fared, &run.judgement).into_iter().cloned().collect();
    let new = found.beyond(&old);
    if let (Mode::Write, [first, ..]) = (question.mode, new.as_slice()) {
        let message = format!(
            "there is a baseline `{}`, and it would grow by {}, such as {}",
            file.path,
            new.len(),
            first.label()
        );
        let hint = "mend them; `--prune` takes out what is mended, `--renew` puts in all that is found now";
        plan.problems.push(Problem::error(message).hint(hint));
        return None;
    }
    // What this run did not judge stays: it says nothing of it.
    plan.baseline.entries = old.entries.iter().filter(|entry| !stale.contains(entry)).cloned().collect();
    if question.mode == Mode::Renew {
        plan.baseline.entries.extend(new.into_iter().cloned());
    }
    plan.removed = stale;
    Some(())
}

/// Writes what is planned, whole or not at all.
///
/// # Errors
/// The file cannot be written, or changed meanwhile.
pub fn write(workspace: &Workspace, plan: &Plan) -> Result<(), Problem> {
    let text = plan.baseline.text();
    if plan.bytes.as_deref() == Some(text.as_bytes()) {
        return Ok(());
    }
    replace(&workspace.root.absolute, &plan.path, plan.bytes.as_deref(), &text)
}
