//! Edits that an editor offers for a finding: excuse it, in the exceptions file or on its line; take out an exception
//! that is of no use.

use std::sync::Arc;

use super::Project;
use crate::app::exceptions;
use crate::app::workspace::Workspace;
use crate::exceptions::{NewEntry, inline, read, remove, remove_inline};
use crate::model::{Finding, Severity, Span};
use crate::yaml::Source;

/// Stands for the reason until somebody writes one.
const REASON: &str = "TODO: say why";

/// What is said of exceptions that may go. Others are worth a change, not a removal.
const DEAD: &[&str] = &[
    "exceptions/unused",
    "exceptions/expired",
    "exceptions/path-gone",
    "exceptions/unknown-rule",
    "exceptions/duplicate",
    "exceptions/shadowed",
];

/// Something that an editor may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub title: String,
    /// What it changes, or why it cannot be done.
    pub edit: Result<Edit, String>,
}

/// A file, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Relative to the root.
    pub path: Arc<str>,
    /// `None` for a file that is not there yet.
    pub before: Option<Arc<str>>,
    pub after: String,
}

/// Returns whether a finding says that an exception may go.
pub fn is_dead(finding: &Finding) -> bool {
    DEAD.contains(&&*finding.rule)
}

/// Returns what can be done about a finding.
pub fn actions(project: &Project, workspace: &Workspace, finding: &Finding) -> Vec<Action> {
    let Some(path) = finding.path() else { return vec![in_file(project, workspace, finding)] };
    if is_dead(finding) {
        let removed = project.text(path).and_then(|text| without(workspace, path, &text, finding));
        return removed
            .map(|edit| Action { title: "Remove this exception".to_owned(), edit: Ok(edit) })
            .into_iter()
            .collect();
    }
    if finding.rule.starts_with("exceptions/") {
        return Vec::new();
    }
    let on_line = project.text(path).and_then(|text| on_line(path, &text, finding));
    let on_line =
        on_line.map(|edit| Action { title: format!("Allow `{}` on this line", finding.rule), edit: Ok(edit) });
    on_line.into_iter().chain([in_file(project, workspace, finding)]).collect()
}

/// Returns the entry of the exceptions file that excuses it, as `lawbook exceptions add` writes it.
fn in_file(project: &Project, workspace: &Workspace, finding: &Finding) -> Action {
    let file = workspace.config.exceptions.value.as_str();
    let conditions = match finding.path() {
        Some(_) => Vec::new(),
        None => finding.about.iter().map(|(field, value)| (field.to_string(), value.clone())).collect(),
    };
    let new = NewEntry {
        rule: finding.rule.to_string(),
        path: finding.path().map(str::to_owned),
        conditions,
        reason: Some(REASON.to_owned()),
        ..NewEntry::default()
    };
    let edit = exceptions::add(workspace, new).map_err(|problem| problem.to_string()).and_then(|(plan, _)| {
        let after = plan.texts().find(|(path, _)| *path == file).map(|(_, after)| after.to_owned());
        let after = after.ok_or_else(|| "nothing would change".to_owned())?;
        Ok(Edit { path: file.into(), before: project.text(file), after })
    });
    Action { title: format!("Allow `{}` for this in {file}", finding.rule), edit }
}

/// Returns the file with a comment that excuses the finding: at the end of its line, or above it where the end is
/// inside a text.
fn on_line(path: &str, text: &Arc<str>, finding: &Finding) -> Option<Edit> {
    let span = finding.span()?;
    let index = usize::try_from(span.line).ok()?.checked_sub(1)?;
    let opener = if path.ends_with(".sql") { "--" } else { "#" };
    let is_code = [".py", ".sql"].iter().any(|ending| path.ends_with(ending));
    if !is_code || finding.severity == Severity::Off {
        return None;
    }
    let comment = format!("{opener} lawbook: allow {} -- {REASON}", finding.rule);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let line = lines.get(index)?;
    let content = line.trim_end_matches(['\n', '\r']);
    let end_of_line = if line.len() > content.len() { &line[content.len()..] } else { "\n" };
    let indent = &content[..content.len() - content.trim_start().len()];
    let behind = format!("{}  {comment}{}", content.trim_end(), &line[content.len()..]);
    let above = format!("{indent}{comment}{end_of_line}{line}");
    [(behind, 0), (above, 1)].into_iter().find_map(|(changed, moved)| {
        let mut written = lines.clone();
        written[index] = &changed;
        let after = written.concat();
        is_excused(path, &after, finding, span, moved).then(|| Edit {
            path: path.into(),
            before: Some(text.clone()),
            after,
        })
    })
}

/// Returns whether a comment of the text excuses the finding, whose line has moved down by so many.
fn is_excused(path: &str, text: &str, finding: &Finding, span: Span, moved: u32) -> bool {
    let found = inline(&path.into(), text, &mut Vec::new());
    found.iter().any(|inline| inline.rule == finding.rule && inline.covers == span.line + moved)
}

/// Returns the file without the exception that the finding is about, as `lawbook exceptions prune` leaves it.
fn without(workspace: &Workspace, path: &str, text: &Arc<str>, finding: &Finding) -> Option<Edit> {
    let line = finding.span()?.line;
    let after = if path == workspace.config.exceptions.value {
        let source = Source::new(path, text.clone());
        let entries = read(&source, &mut Vec::new())?.entries;
        let number = entries.iter().position(|entry| entry.place.span.line == line)?;
        remove(&source, &[number]).filter(|removal| removal.removed == [number])?.text
    } else {
        let path: Arc<str> = path.into();
        let found = inline(&path, text, &mut Vec::new());
        let dead: Vec<(u32, Arc<str>)> = found
            .iter()
            .filter(|inline| {
                inline.line == line && finding.span().is_none_or(|span| span.column == 1 || span == inline.span)
            })
            .map(|inline| (line, inline.rule.clone()))
            .collect();
        remove_inline(&path, text, &dead).filter(|after| !dead.is_empty() && **after != **text)?
    };
    Some(Edit { path: path.into(), before: Some(text.clone()), after })
}
