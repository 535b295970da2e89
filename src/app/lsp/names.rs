//! Where rules are named: in the exceptions file, under `rules:` of the configuration, in comments that allow.

use std::ops::Range;
use std::sync::Arc;

use crate::app::workspace::Workspace;
use crate::exceptions::Resolution;

/// Returns the rules that are named at a place, and the characters of the line on which the name stands.
pub fn name_at(
    workspace: &Workspace,
    path: &str,
    text: &str,
    (line, column): (usize, usize),
) -> Option<(Range<usize>, Vec<Arc<str>>)> {
    let line: Vec<char> = text.split('\n').nth(line)?.chars().collect();
    let column = column.min(line.len());
    let start = column - line[..column].iter().rev().take_while(|one| is_of_name(**one)).count();
    let end = column + line[column..].iter().take_while(|one| is_of_name(**one)).count();
    let name: String = line[start..end].iter().collect();
    let before: String = line[..start].iter().collect();
    let is_yaml = [".yml", ".yaml"].iter().any(|ending| path.ends_with(ending));
    let names_rules = allows(&before) || top_of(workspace, path).is_some() || (is_yaml && name.contains('/'));
    if !names_rules || name.is_empty() {
        return None;
    }
    match workspace.names().resolve(&name) {
        Resolution::Rules(rules) => Some((start..end, rules)),
        Resolution::Ambiguous(_) | Resolution::Unknown { .. } => None,
    }
}

/// Returns the characters of the line that a rule's name would replace, where one belongs; `None` anywhere else.
pub fn name_to_complete(
    workspace: &Workspace,
    path: &str,
    text: &str,
    (line, column): (usize, usize),
) -> Option<Range<usize>> {
    let lines: Vec<&str> = text.split('\n').collect();
    let current: Vec<char> = lines.get(line)?.chars().collect();
    let column = column.min(current.len());
    let start = column - current[..column].iter().rev().take_while(|one| is_of_name(**one)).count();
    let end = column + current[column..].iter().take_while(|one| is_of_name(**one)).count();
    let before: String = current[..start].iter().collect();
    let is_key = || {
        let top = top_of(workspace, path)?;
        (before.trim().is_empty() && !before.is_empty()).then(|| is_below(&lines[..line], top, before.len()))
    };
    (allows(&before) || is_key() == Some(true)).then_some(start..end)
}

/// Returns the key below which a file names rules.
fn top_of(workspace: &Workspace, path: &str) -> Option<&'static str> {
    if path == workspace.config.exceptions.value {
        Some("exceptions:")
    } else if workspace.config_path.as_deref() == Some(path) {
        Some("rules:")
    } else {
        None
    }
}

/// Returns whether a comment that allows rules is being written, and its reason has not begun.
fn allows(before: &str) -> bool {
    let Some((_, directive)) = before.rsplit_once("lawbook:") else { return false };
    let rules = directive.trim_start().strip_prefix("allow");
    rules.is_some_and(|rules| rules.starts_with([' ', ',']) && !rules.contains("--"))
}

/// Returns whether a key with this indentation, behind these lines, stands right below a key of the top.
fn is_below(before: &[&str], top: &str, indent: usize) -> bool {
    for line in before.iter().rev() {
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        match line.len() - content.len() {
            0 => return content.starts_with(top),
            other if other < indent => return false,
            _ => {}
        }
    }
    false
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_belongs_below_its_key_and_behind_allow() {
        let check = |text: &str, indent, expected| {
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(is_below(&lines, "rules:", indent), expected, "{text}");
        };
        check("rules:", 2, true);
        check("packs: [a]\nrules:\n\n  # why\n  a/b: off", 2, true);
        check("rules:\n  a/b: off", 4, false);
        check("rules:\n  a/b:\n    severity: off", 2, true);
        check("rules:\n  a/b: off\npacks:", 2, false);
        check("", 2, false);
        for (before, expected) in [
            ("x = 1  # lawbook: allow ", true),
            ("-- lawbook: allow a/b, ", true),
            ("# lawbook: ", false),
            ("# lawbook: allow a/b -- because ", false),
            ("# allow ", false),
        ] {
            assert_eq!(allows(before), expected, "{before}");
        }
    }
}
