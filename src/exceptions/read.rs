//! The text of an exceptions file to checked entries.

use std::sync::Arc;

use super::condition;
use super::entry::{Entry, Exceptions};
use super::path::PathPattern;
use super::raw::{Day, RawEntry};
use super::reasons::{self, Reasons};
use crate::model::facts::ExceptionEntry;
use crate::model::{Known, Level, Problem, Span, closest};
use crate::yaml::{self, Node, NodeValue, Place, Source, Spanned};

const TOP: &str = "exceptions";

/// Reads an exceptions file in the old form (`rule: [path, ...]`), the new one, or both mixed.
///
/// Returns `None` when the file cannot be trusted: broken YAML, conflict markers, a list where the map should be, an
/// entry with a fault. Every fault is then in `problems` as an error, and the run cannot be judged: such a file is not
/// the same as one without exceptions. A file that is empty, or whose `exceptions` are, has none.
pub fn read(source: &Arc<Source>, problems: &mut Vec<Problem>) -> Option<Exceptions> {
    let mut found = Vec::new();
    let exceptions = read_file(source, &mut found);
    let trusted = found.iter().all(|problem| problem.level != Level::Error);
    problems.append(&mut found);
    exceptions.filter(|_| trusted)
}

fn read_file(source: &Arc<Source>, problems: &mut Vec<Problem>) -> Option<Exceptions> {
    if let Some(problem) = conflict_marker(source) {
        problems.push(problem);
        return None;
    }
    let root = match yaml::parse(source) {
        Ok(root) => root,
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    if matches!(root.value, NodeValue::Null) {
        return Some(Exceptions::default());
    }
    let Some(keys) = root.as_map() else {
        let message = format!("expected a map with `{TOP}`, found {}", root.type_name());
        problems.push(root.place.error(message).hint("write `exceptions:` and below it `rule: [path, ...]`"));
        return None;
    };
    let Some((_, rules)) = root.entry(TOP) else {
        problems.push(missing_top(&root, keys));
        return None;
    };
    for (key, _) in keys.iter().filter(|(key, _)| key.as_text() != Some(TOP)) {
        let name = key.as_text().unwrap_or_default();
        problems.push(key.place.warning(format!("`{name}` means nothing beside `{TOP}`: ignored")));
    }
    let mut entries = Vec::new();
    match &rules.value {
        NodeValue::Null => {}
        NodeValue::Map(rules) => {
            let mut before = None;
            for (rule, items) in rules.iter() {
                let rule_reason = reasons::of_rule(source, rule.place.span.line, before);
                read_rule((rule, items), (rule_reason, before), source, &mut entries, problems);
                before = items.as_list().and_then(<[Node]>::last).or(before);
            }
        }
        _ => {
            problems.push(rules.place.error(format!("expected a map of rule to entries, found {}", rules.type_name())))
        }
    }
    Some(Exceptions { entries })
}

fn missing_top(root: &Node, keys: &[(Node, Node)]) -> Problem {
    let near = keys.iter().find(|(key, _)| closest(key.as_text().unwrap_or_default(), [TOP]).is_some());
    match near {
        Some((key, _)) => {
            let name = key.as_text().unwrap_or_default();
            key.place.error(format!("`{TOP}` is missing, and `{name}` means nothing here")).suggest(Some(TOP))
        }
        None => root.place.error(format!("`{TOP}` is missing")).hint("write `exceptions: {}` when there are none"),
    }
}

/// Git's markers, which YAML may take for text.
pub(super) fn conflict_marker(source: &Arc<Source>) -> Option<Problem> {
    let is_marker = |line: &str| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ");
    let (index, line) = source.text.lines().enumerate().find(|(_, line)| is_marker(line))?;
    let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
    let width = u32::try_from(line.chars().count()).unwrap_or(u32::MAX);
    let span = Span { line: number, column: 1, end_line: number, end_column: width.saturating_add(1) };
    let place = Place { source: source.clone(), span };
    Some(place.error("an unresolved merge conflict").hint("resolve it and remove the marker lines"))
}

fn read_rule(
    (rule, items): (&Node, &Node),
    (rule_reason, before): (Option<String>, Option<&Node>),
    source: &Arc<Source>,
    entries: &mut Vec<Entry>,
    problems: &mut Vec<Problem>,
) {
    let name: Arc<str> = rule.as_text().unwrap_or_default().trim().into();
    let items = match &items.value {
        NodeValue::Null => return,
        NodeValue::List(items) => items,
        _ => {
            let message = format!("expected a list of entries for `{name}`, found {}", items.type_name());
            problems.push(items.place.error(message).hint("begin each entry with `- `"));
            return;
        }
    };
    let mut comments = Reasons::new(source, before);
    for item in items.iter() {
        let comment = comments.of_entry(item).or_else(|| rule_reason.clone());
        let written = match &item.value {
            NodeValue::Text(_) => Some(Written { path: path_text(item, problems), ..Written::default() }),
            NodeValue::Map(_) => read_map(item, problems),
            _ => {
                let message = format!("expected a path, or a map with `path` or `match`, found {}", item.type_name());
                problems.push(item.place.error(message));
                None
            }
        };
        if let Some(written) = written {
            entries.push(written.entry(&name, rule, item, comment, problems));
        }
    }
}

/// What an item of the list says, in either form.
#[derive(Default)]
struct Written {
    path: Option<(Place, String)>,
    conditions: Vec<condition::FieldCondition>,
    reason: Option<String>,
    owner: Option<String>,
    expires: Option<Day>,
    max: Option<u32>,
}

impl Written {
    fn entry(
        self,
        name: &Arc<str>,
        rule: &Node,
        item: &Node,
        comment: Option<String>,
        problems: &mut Vec<Problem>,
    ) -> Entry {
        let path = self.path.map(|(place, text)| {
            let pattern = PathPattern::new(&text);
            check_path(&pattern, &place, problems);
            pattern
        });
        let fact = ExceptionEntry {
            rule: name.clone(),
            path: path.as_ref().map(PathPattern::display),
            reason: self.reason.or(comment).map(Into::into),
            owner: self.owner.map(Into::into),
            expires: self.expires.map(|day| day.0.to_string().into()),
            max: self.max,
            inline: false,
            seen: Known::No(ExceptionEntry::NOT_YET.into()),
            location: item.place.location(),
        };
        Entry {
            fact: Arc::new(fact),
            path,
            conditions: self.conditions,
            expires: self.expires.map(|day| day.0),
            place: item.place.clone(),
            rule_place: rule.place.clone(),
        }
    }
}

fn check_path(pattern: &PathPattern, place: &Place, problems: &mut Vec<Problem>) {
    if let Some(fault) = &pattern.fault {
        let message = format!("not a valid glob: {fault}; it covers only the path that it spells");
        problems.push(place.warning(message));
    }
    let drive = pattern.text.as_bytes().get(1) == Some(&b':');
    if pattern.text.starts_with('/') || pattern.text.starts_with("..") || drive {
        problems.push(place.warning("paths are relative to the root of the project: this one covers nothing"));
    }
}

/// Returns the path of a text; an empty one is a fault.
fn path_text(node: &Node, problems: &mut Vec<Problem>) -> Option<(Place, String)> {
    let text = node.as_text().unwrap_or_default();
    if text.trim().is_empty() {
        problems.push(node.place.error("the path is empty"));
        return None;
    }
    Some((node.place.clone(), text.to_owned()))
}

fn read_map(item: &Node, problems: &mut Vec<Problem>) -> Option<Written> {
    let raw: RawEntry = yaml::read(item, problems)?;
    let match_ = item.get("match").filter(|node| !matches!(node.value, NodeValue::Null));
    if raw.path.is_none() && match_.is_none() {
        let problem = item.place.error("an entry needs `path`, `match`, or both");
        problems.push(problem.hint("switch the rule off in lawbook.yml to excuse everything"));
    }
    if let Some(max) = &raw.max
        && max.get() == Some(&0)
    {
        problems.push(max.place.error("`max: 0` excuses nothing: remove the entry, or allow at least 1"));
    }
    Some(Written {
        path: raw.path.is_some().then(|| item.get("path")).flatten().and_then(|path| match path.value {
            NodeValue::Text(_) => path_text(path, problems),
            // Reported by the reader.
            _ => None,
        }),
        conditions: match_.map(|node| condition::read(node, problems)).unwrap_or_default(),
        reason: text(raw.reason),
        owner: text(raw.owner),
        expires: raw.expires.and_then(|expires| expires.value),
        max: raw.max.and_then(|max| max.value),
    })
}

/// Returns a text that says something.
fn text(field: Option<Spanned<String>>) -> Option<String> {
    let text = field?.value?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
