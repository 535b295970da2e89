//! `lawbook exceptions history`: the exceptions file over the repository's history.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rayon::prelude::*;

use crate::app::workspace::Workspace;
use crate::exceptions::{self, Exceptions, Names, Resolution};
use crate::model::history::{Growth, Point};
use crate::model::{Level, Location, Problem};
use crate::sources::git;
use crate::yaml::Source;

/// Reads every version of the exceptions file, and what is in the work tree now. `now` is the time of the latter, in
/// seconds since 1970. What cannot be known is said in `problems`.
///
/// # Errors
/// There is no git, no repository, no commit.
pub fn history(workspace: &Workspace, now: i64, problems: &mut Vec<Problem>) -> Result<Growth, Problem> {
    let path: Arc<str> = workspace.config.exceptions.value.as_str().into();
    let limit = workspace.size_limit();
    let history = git::history(&workspace.root, &path, limit).map_err(|problem| {
        let problem = Problem { message: format!("the history cannot be read: {}", problem.message), ..problem };
        problem.hint("it is read from git: the project must be in a repository with a commit")
    })?;
    let there = workspace.root.absolute.join(&*path).exists();
    let current: Option<Arc<[u8]>> = match there {
        true => Some(workspace.root.read(&path, limit)?.into()),
        false => None,
    };
    let names = workspace.names();
    let mut contents: Vec<&Arc<[u8]>> =
        history.versions.iter().filter_map(|version| version.content.as_ref()).collect();
    contents.extend(&current);
    contents.sort();
    contents.dedup();
    // Most versions differ: each is read once, in parallel.
    let read: HashMap<&Arc<[u8]>, Option<Counts>> =
        contents.into_par_iter().map(|content| (content, counts(&path, content, &names))).collect();
    let mut growth = Growth { path: path.clone(), cut_off: history.cut_off, ..Growth::default() };
    for version in &history.versions {
        let counts = version.content.as_ref().map_or_else(|| Some(Counts::default()), |content| read[content].clone());
        match counts {
            Some(counts) => growth.points.push(point(Some(version.commit.clone()), version.time, counts)),
            None => growth.unreadable += 1,
        }
    }
    let committed = history.versions.last().and_then(|version| version.content.as_ref());
    if current.as_ref() != committed {
        match current.as_ref().map_or_else(|| Some(Counts::default()), |content| read[content].clone()) {
            Some(counts) => growth.points.push(point(None, now, counts)),
            None => growth.unreadable += 1,
        }
    }
    let at = || Location::file(path.clone());
    if growth.cut_off {
        let problem = Problem::warning("the history is cut off: what is older than its first version is not known");
        problems.push(problem.at(at()).hint("fetch all of it: `git fetch --unshallow`"));
    }
    if growth.unreadable > 0 {
        let versions = if growth.unreadable == 1 { "version was" } else { "versions were" };
        let message = format!("{} {versions} broken, and left out", growth.unreadable);
        problems.push(Problem::warning(message).at(at()));
    }
    if growth.points.is_empty() && growth.unreadable == 0 {
        problems.push(Problem::warning("no commit has it").at(at()));
    }
    Ok(growth)
}

#[derive(Clone, Debug, Default)]
struct Counts {
    entries: usize,
    without_reason: usize,
    rules: BTreeMap<Arc<str>, usize>,
    owners: BTreeMap<Arc<str>, usize>,
}

/// Counts the entries of a version; `None` for one that is broken.
fn counts(path: &Arc<str>, content: &[u8], names: &Names) -> Option<Counts> {
    let text = std::str::from_utf8(content).ok()?;
    let mut problems = Vec::new();
    let Exceptions { entries } = exceptions::read(&Source::new(path.clone(), text), &mut problems)?;
    if problems.iter().any(|problem| problem.level == Level::Error) {
        return None;
    }
    let mut counts = Counts { entries: entries.len(), ..Counts::default() };
    let mut full: HashMap<Arc<str>, Arc<str>> = HashMap::new();
    for entry in &entries {
        let fact = &entry.fact;
        // An alias and the full name are one rule; a name that several have stays as it is written.
        let name = full.entry(fact.rule.clone()).or_insert_with(|| match names.resolve(&fact.rule) {
            Resolution::Rules(ids) if ids.len() == 1 => ids[0].clone(),
            _ => fact.rule.clone(),
        });
        *counts.rules.entry(name.clone()).or_default() += 1;
        *counts.owners.entry(fact.owner.clone().unwrap_or_default()).or_default() += 1;
        counts.without_reason += usize::from(fact.reason.is_none());
    }
    Some(counts)
}

fn point(commit: Option<Arc<str>>, time: i64, counts: Counts) -> Point {
    let day = Timestamp::from_second(time).map(|time| time.to_zoned(TimeZone::UTC).date().to_string());
    let Counts { entries, without_reason, rules, owners } = counts;
    Point { commit, time, day: day.unwrap_or_default(), entries, without_reason, rules, owners }
}
