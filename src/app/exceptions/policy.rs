//! What the configuration asks of exceptions, as warnings of a run.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::workspace::Workspace;
use crate::exceptions::{Exceptions, Today, lacks};
use crate::model::Problem;
use crate::sources::git;

/// Returns a warning for each entry that lacks what is required, and for a file with too many.
pub(in crate::app) fn lacking(workspace: &Workspace, exceptions: &Exceptions) -> Vec<Problem> {
    let policy = &workspace.config.policy;
    let mut problems = Vec::new();
    for entry in &exceptions.entries {
        let missing: Vec<&str> = lacks(entry, &policy.value).map(|required| required.name()).collect();
        if !missing.is_empty() {
            let message = format!("{} has no {}", entry.label(), missing.join(", no "));
            problems.push(entry.place.warning(message).hint("lawbook.yml requires it of every exception"));
        }
    }
    if let (Some(most), Some(place)) = (policy.value.max_entries, &policy.place)
        && exceptions.entries.len() > most
    {
        let count = exceptions.entries.len();
        problems.push(place.warning(format!("the exceptions file has {count} entries, `max-entries` is {most}")));
    }
    problems
}

/// Returns a warning for each entry that has stood for longer than it may.
pub(in crate::app) fn too_old(workspace: &Workspace, exceptions: &Exceptions, today: &Today) -> Vec<Problem> {
    let Some(most) = workspace.config.policy.value.max_age else { return Vec::new() };
    let mut problems = Vec::new();
    let ages = ages(workspace, today, &mut problems);
    for entry in &exceptions.entries {
        let age = ages.get(entry.place.span.line.saturating_sub(1) as usize).copied().flatten();
        if let Some(age) = age.filter(|age| *age > most) {
            let message = format!("{} is {age} days old, `max-age` is {most}", entry.label());
            problems.push(entry.place.warning(message).hint("mend what it excuses"));
        }
    }
    problems
}

/// Returns how many days each line of the exceptions file has stood, by git; empty where nobody asks. That it cannot
/// be known is a warning.
pub(super) fn ages(workspace: &Workspace, today: &Today, problems: &mut Vec<Problem>) -> Vec<Option<u32>> {
    let policy = &workspace.config.policy;
    let path = workspace.config.exceptions.value.as_str();
    let (Some(_), Some(place)) = (policy.value.max_age, &policy.place) else { return Vec::new() };
    if !workspace.root.absolute.join(path).exists() {
        return Vec::new();
    }
    let times = match git::line_times(&workspace.root, path) {
        Ok(times) => times,
        Err(problem) => {
            problems.push(place.warning(format!("`max-age` cannot be judged: {}", problem.message)));
            return Vec::new();
        }
    };
    if git::is_shallow(&workspace.root) {
        let warning = place.warning("the history is cut off: an entry may be older than `max-age` sees");
        problems.push(warning.hint("fetch all of it: `git fetch --unshallow`"));
    }
    let age = |seconds: i64| {
        let day = Timestamp::from_second(seconds).ok()?.to_zoned(TimeZone::UTC).date();
        // A line of tomorrow is of today: clocks and time zones differ.
        u32::try_from((today.get() - day).get_days().max(0)).ok()
    };
    times.into_iter().map(|time| time.and_then(age)).collect()
}
