//! How old exceptions are, where the configuration asks.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::workspace::Workspace;
use crate::exceptions::Today;
use crate::model::Problem;
use crate::sources::git;

/// Returns how many days each line of the exceptions file has stood, by git; empty where nobody asks. That it cannot
/// be known is a warning.
pub(super) fn ages(workspace: &Workspace, today: &Today, problems: &mut Vec<Problem>) -> Vec<Option<u32>> {
    let policy = &workspace.config.policy;
    let path = workspace.config.exceptions.value.as_str();
    let (Some(_), Some(place)) = (policy.value.max_age, &policy.place) else { return Vec::new() };
    if !workspace.root.absolute.join(path).exists() {
        return Vec::new();
    }
    let ages = match line_ages(workspace, today) {
        Ok(ages) => ages,
        Err(problem) => {
            problems.push(place.warning(format!("`max-age` cannot be judged: {}", problem.message)));
            return Vec::new();
        }
    };
    if git::is_shallow(&workspace.root) {
        let warning = place.warning("the history is cut off: an entry may be older than `max-age` sees");
        problems.push(warning.hint("fetch all of it: `git fetch --unshallow`"));
    }
    ages
}

/// Returns how many days each line of the exceptions file has stood, by git; `None` for one that is not committed.
///
/// # Errors
/// There is no git, no repository, or the file is not in it.
pub(in crate::app) fn line_ages(workspace: &Workspace, today: &Today) -> Result<Vec<Option<u32>>, Problem> {
    let times = git::line_times(&workspace.root, &workspace.config.exceptions.value)?;
    let age = |seconds: i64| {
        let day = Timestamp::from_second(seconds).ok()?.to_zoned(TimeZone::UTC).date();
        // A line of tomorrow is of today: clocks and time zones differ.
        u32::try_from((today.get() - day).get_days().max(0)).ok()
    };
    Ok(times.into_iter().map(|time| time.and_then(age)).collect())
}
