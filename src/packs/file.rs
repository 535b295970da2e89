//! One YAML file of a pack to raw rules.

use std::sync::Arc;

use super::layer::{Form, file_stem};
use super::raw::{RawPack, RawRule};
use crate::model::Problem;
use crate::yaml::{Node, NodeValue, Source, parse, read, replay};

/// What one file of a pack holds.
#[derive(Debug, Default)]
pub(super) struct PackFile {
    pub name: Option<(Node, Arc<str>)>,
    pub title: Option<String>,
    pub rules: Vec<RuleNode>,
    /// Names of rules that exist but could not be read at all.
    pub broken: Vec<String>,
}

/// A rule as written, and its node, for the places of its keys.
#[derive(Debug)]
pub(super) struct RuleNode {
    pub id: Arc<str>,
    pub raw: RawRule,
    pub node: Node,
    /// A fault was found in it.
    pub broken: bool,
}

/// The files of the packs that came with the binary, in order of their paths: what judges of each, see [`stripped`], and
/// the pieces of that text, which were found when the binary was built.
///
/// [`stripped`]: super::stripped
static RECORDED: &[(&str, &str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Returns what judges of a file that came with the binary, and its pieces.
fn recorded(path: &str) -> Option<(&'static str, &'static [u8])> {
    let index = RECORDED.binary_search_by_key(&path, |(path, ..)| path).ok()?;
    let (_, text, pieces) = RECORDED[index];
    Some((text, pieces))
}

/// Reads one file. Pure, so that files can be read in parallel. With `judging`, for a file that came with the binary,
/// tests and explanations of a rule are left unread, and what is costly to check is taken as right.
pub(super) fn read_file(
    path: &Arc<str>,
    text: &Arc<str>,
    form: Form,
    judging: bool,
    problems: &mut Vec<Problem>,
) -> PackFile {
    let stem = file_stem(path);
    let is_rule = form == Form::Folder && stem != "pack";
    let recorded = judging.then(|| recorded(path)).flatten();
    let source = match recorded {
        Some((text, _)) => Source::vouched_for(path.clone(), text),
        None => Source::new(path.clone(), text.clone()),
    };
    let replayed = recorded.and_then(|(_, pieces)| replay(&source, pieces));
    let node = match replayed.map_or_else(|| parse(&source), Ok) {
        Ok(node) => node,
        Err(problem) => {
            problems.push(problem);
            let broken = if is_rule { vec![stem.to_owned()] } else { Vec::new() };
            return PackFile { broken, ..PackFile::default() };
        }
    };
    if is_rule {
        return match read_rule(&node, Some(stem), problems) {
            Ok(rule) => PackFile { rules: vec![rule], ..PackFile::default() },
            Err(broken) => PackFile { broken: vec![broken.unwrap_or_else(|| stem.to_owned())], ..PackFile::default() },
        };
    }
    let mut file = PackFile::default();
    let rules = match &node.value {
        NodeValue::List(items) if form == Form::File => items.to_vec(),
        NodeValue::Null if form == Form::Folder => Vec::new(),
        _ => {
            let Some(raw) = read::<RawPack>(&node, problems) else { return file };
            file.title = raw.title.and_then(|title| title.value);
            if let Some(Some(name)) = raw.name.map(|name| name.value) {
                check_name(&name, node.get("name").unwrap_or(&node), "the name of a pack", problems);
                file.name = node.get("name").map(|node| (node.clone(), name.into()));
            }
            raw.rules.and_then(|rules| rules.value).unwrap_or_default()
        }
    };
    for node in &rules {
        match read_rule(node, None, problems) {
            Ok(rule) => file.rules.push(rule),
            Err(broken) => file.broken.extend(broken),
        }
    }
    if rules.is_empty() && form == Form::File {
        problems.push(node.place.error("a pack without rules").hint("`rules:` holds a list of rules"));
    }
    file
}

/// Reads a rule; the error is its name, if that much is known.
fn read_rule(node: &Node, stem: Option<&str>, problems: &mut Vec<Problem>) -> Result<RuleNode, Option<String>> {
    let faults_before = problems.len();
    if node.as_map().is_none() {
        problems.push(node.place.error(format!("expected a rule, which is a map, found {}", node.type_name())));
        return Err(None);
    }
    let id = node.get("id").and_then(Node::as_text);
    let raw = read::<RawRule>(node, problems);
    match (id, stem) {
        (Some(id), stem) => {
            let id_node = node.get("id").unwrap_or(node);
            check_name(id, id_node, "the id of a rule", problems);
            if let Some(stem) = stem
                && stem != id
            {
                let problem = id_node.place.error(format!("the file of rule `{id}` is called `{stem}`"));
                problems.push(problem.hint(format!("call the file `{id}.yml`, or the rule `{stem}`")));
            }
        }
        (None, _) if node.get("id").is_none() => {
            let problem = node.place.error("field `id` is missing");
            problems.push(match stem {
                Some(stem) => problem.hint(format!("`id: {stem}`, as the file is called")),
                None => problem,
            });
        }
        (None, _) => {}
    }
    let id = id.or(stem);
    match (raw, id) {
        (Some(raw), Some(id)) => {
            let broken = problems.len() > faults_before;
            Ok(RuleNode { id: id.into(), raw, node: node.clone(), broken })
        }
        (_, id) => Err(id.map(ToOwned::to_owned)),
    }
}

/// Checks that a name is kebab-case.
fn check_name(name: &str, node: &Node, what: &str, problems: &mut Vec<Problem>) {
    let kebab: String = name
        .chars()
        .map(|character| if matches!(character, '_' | ' ' | '.' | '/') { '-' } else { character })
        .collect();
    let kebab = kebab.to_lowercase();
    if is_kebab(name) {
        return;
    }
    let problem = node.place.error(format!("{what} is kebab-case: lower-case letters, digits and single dashes"));
    problems.push(problem.suggest(Some(kebab.as_str()).filter(|kebab| is_kebab(kebab))));
}

fn is_kebab(name: &str) -> bool {
    !name.is_empty()
        && name
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packs::stripped::what_judges;
    use crate::packs::{built_in, built_in_names};

    #[test]
    fn what_was_recorded_is_what_is_read() {
        let files = built_in_names().into_iter().filter_map(built_in).flat_map(|layer| layer.files);
        let mut seen = 0;
        for (path, text) in files.filter(|(path, _)| path.ends_with(".yml")) {
            let (judges, pieces) = recorded(&path).unwrap_or_else(|| panic!("{path} is not plain enough"));
            let expected = if file_stem(&path) == "pack" { text.to_string() } else { what_judges(&text) };
            assert_eq!(judges, expected, "{path}");
            let source = Source::new(path.clone(), judges);
            let (replayed, parsed) = (replay(&source, pieces).expect("it is whole"), parse(&source).expect("valid"));
            assert_eq!(format!("{replayed:?}"), format!("{parsed:?}"), "{path}");
            seen += 1;
        }
        assert_eq!(seen, RECORDED.len());
    }
}
