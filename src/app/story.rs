//! What a report for reading at leisure tells beside what was found: trees, ages of exceptions, growth.

use jiff::tz::TimeZone;

use super::exceptions::{self, policy};
use super::workspace::Workspace;
use crate::engine::Judgement;
use crate::exceptions::Today;
use crate::model::audit::Audit;
use crate::model::story::Story;

/// Returns it. What git does not know is left out, and said.
pub(super) fn story(workspace: &Workspace, today: &Today, judgement: &Judgement, audit: Audit) -> Story {
    let lines = policy::line_ages(workspace, today).unwrap_or_default();
    let age = |line: u32| lines.get(line.checked_sub(1)? as usize).copied().flatten();
    let ages = audit.entries.iter().map(|entry| if entry.inline { None } else { age(entry.line) }).collect();
    let now = today.get().to_zoned(TimeZone::UTC).map_or(0, |day| day.timestamp().as_second());
    Story {
        project: workspace.root.absolute.file_name().unwrap_or_default().to_owned(),
        day: today.get().to_string(),
        graphs: judgement.project.graphs.clone(),
        audit,
        ages,
        growth: exceptions::history(workspace, now, &mut Vec::new()).map_err(|problem| problem.message),
    }
}
