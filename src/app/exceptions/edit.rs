//! `prune` and `add`: what becomes of which file, and writing it.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8Path;

use crate::app::replace::replace;
use crate::app::workspace::Workspace;
use crate::exceptions::{self, NewEntry};
use crate::model::audit::{Audit, Audited, Required, State};
use crate::model::{Level, Location, Problem};
use crate::yaml::Source;

/// Files to write, and what of the exceptions goes.
#[derive(Debug, Default)]
pub struct Plan {
    /// The exceptions that go, in order of the audit.
    pub removed: Vec<Audited>,
    /// What cannot be done, and is left to the user; what is odd.
    pub problems: Vec<Problem>,
    files: Vec<Change>,
}

impl Plan {
    /// Returns the files that are written, by path relative to the root, with their new texts.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|file| (&*file.path, file.after.as_str()))
    }
}

/// A file to write.
#[derive(Debug)]
struct Change {
    path: Arc<str>,
    before: Option<Vec<u8>>,
    after: String,
}

/// Writes what is planned; each file whole or not at all.
///
/// # Errors
/// A file cannot be written, or changed meanwhile. Files before it are written.
pub fn write(workspace: &Workspace, plan: &Plan) -> Result<(), Problem> {
    let root = &workspace.root.absolute;
    plan.files.iter().try_for_each(|file| replace(root, &file.path, file.before.as_deref(), &file.after))
}

/// Plans the removal of dead exceptions, and of those in one of the states `also`.
pub fn prune(workspace: &Workspace, audit: &Audit, also: &[State]) -> Plan {
    let mut plan = Plan::default();
    let goes = |entry: &Audited| entry.dead || also.iter().any(|state| entry.is(*state));
    let of_file: Vec<&Audited> = audit.entries.iter().filter(|entry| !entry.inline).collect();
    let dead: Vec<usize> = (0..of_file.len()).filter(|number| goes(of_file[*number])).collect();
    if !dead.is_empty() {
        prune_file(workspace, &of_file, &dead, &mut plan);
    }
    let mut inline: BTreeMap<&Arc<str>, Vec<&Audited>> = BTreeMap::new();
    for entry in audit.entries.iter().filter(|entry| entry.inline && goes(entry)) {
        inline.entry(&entry.file).or_default().push(entry);
    }
    for (path, entries) in inline {
        prune_inline(workspace, path, &entries, &mut plan);
    }
    plan
}

fn prune_file(workspace: &Workspace, entries: &[&Audited], dead: &[usize], plan: &mut Plan) {
    let path: Arc<str> = workspace.config.exceptions.value.as_str().into();
    let (bytes, text) = match read(workspace, &path) {
        Ok(read) => read,
        Err(problem) => return plan.problems.push(problem),
    };
    let source = Source::new(path.clone(), text);
    let changed = || Problem::error("it changed while this ran: nothing is written").at(Location::file(path.clone()));
    let same = exceptions::read(&source, &mut Vec::new()).is_some_and(|read| {
        read.entries
            .iter()
            .map(|entry| (&entry.fact.rule, entry.place.span.line))
            .eq(entries.iter().map(|e| (&e.rule, e.line)))
    });
    let Some(removal) = exceptions::remove(&source, dead).filter(|_| same) else {
        return plan.problems.push(changed());
    };
    plan.removed.extend(removal.removed.iter().map(|number| entries[*number].clone()));
    plan.problems.extend(removal.refused.iter().map(|number| by_hand(entries[*number])));
    if !removal.removed.is_empty() {
        plan.files.push(Change { path, before: Some(bytes), after: removal.text });
    }
}

fn prune_inline(workspace: &Workspace, path: &Arc<str>, entries: &[&Audited], plan: &mut Plan) {
    let dead: Vec<(u32, Arc<str>)> = entries.iter().map(|entry| (entry.line, entry.rule.clone())).collect();
    let read = read(workspace, path).ok();
    let pruned = read.and_then(|(bytes, text)| Some((exceptions::remove_inline(path, &text, &dead)?, bytes)));
    let Some((after, before)) = pruned.filter(|(after, before)| after.as_bytes() != before) else {
        return plan.problems.extend(entries.iter().map(|entry| by_hand(entry)));
    };
    plan.removed.extend(entries.iter().map(|entry| (*entry).clone()));
    plan.files.push(Change { path: path.clone(), before: Some(before), after });
}

fn by_hand(entry: &Audited) -> Problem {
    let span = crate::model::Span::at(entry.line, 1);
    let problem = Problem::warning(format!("`{}` cannot be removed without touching what stays", entry.rule));
    problem.at(Location::span(entry.file.clone(), span)).hint("remove it by hand")
}

fn read(workspace: &Workspace, path: &str) -> Result<(Vec<u8>, String), Problem> {
    let bytes = workspace.root.read(path, workspace.size_limit())?;
    let text =
        String::from_utf8(bytes.clone()).map_err(|_| Problem::error("it is not UTF-8").at(Location::file(path)))?;
    Ok((bytes, text))
}

/// Plans a new entry; returns the line on which it will stand as well.
///
/// # Errors
/// There is no such rule; the project requires more of an entry; the entry is there already; the file has a fault.
pub fn add(workspace: &Workspace, mut new: NewEntry) -> Result<(Plan, u32), Problem> {
    workspace.rule(&new.rule)?;
    let missing = workspace.config.policy.value.require.iter().find(|required| match required {
        Required::Reason => new.reason.is_none(),
        Required::Owner => new.owner.is_none(),
        Required::Expires => new.expires.is_none(),
    });
    if let Some(required) = missing {
        let name = required.name();
        let problem = Problem::error(format!("lawbook.yml requires `{name}` of every exception"));
        return Err(problem.hint(format!("give `--{name}`")));
    }
    let mut plan = Plan::default();
    if let Some(path) = &mut new.path {
        from_root(workspace, path);
        let pattern = exceptions::PathPattern::new(path);
        let found = workspace.root.absolute.join(&*pattern.text).exists();
        if !found && !pattern.is_glob() {
            plan.problems.push(Problem::warning(format!("there is no file or folder `{path}`")));
        }
    }
    let path = workspace.config.exceptions.value.as_str();
    let there = workspace.root.absolute.join(path).exists();
    let (before, text) = match read(workspace, path) {
        Ok((bytes, text)) => (Some(bytes), text),
        Err(_) if !there => (None, String::new()),
        Err(problem) => return Err(problem),
    };
    let (after, line) = exceptions::add(&Source::new(path, text), &new, &workspace.names())?;
    let mut said = Vec::new();
    // What the file says of the new entry alone: a glob that is none, a path that leads out.
    exceptions::read(&Source::new(path, after.as_str()), &mut said);
    said.retain(|problem| problem.level == Level::Warning && is_at(problem, line));
    plan.problems.extend(said);
    plan.files.push(Change { path: path.into(), before, after });
    Ok((plan, line))
}

fn is_at(problem: &Problem, line: u32) -> bool {
    problem.at.as_ref().and_then(|at| at.span).is_some_and(|span| span.line == line)
}

/// Makes a path that is there only as seen from the current folder one from the root, as the file has it.
fn from_root(workspace: &Workspace, path: &mut String) {
    let root = &workspace.root;
    if root.absolute.join(&*path).exists() && !Utf8Path::new(path).is_absolute() {
        return;
    }
    let absolute = Utf8Path::new(path).canonicalize_utf8().ok();
    if let Some(relative) =
        absolute.and_then(|absolute| root.relative(&absolute)).filter(|relative| !relative.is_empty())
    {
        *path = relative.to_string();
    }
}
