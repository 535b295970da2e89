//! A rule on its way from several layers to one checked rule.

use std::sync::Arc;

use super::file::RuleNode;
use super::law::Script;
use super::layer::{FileText, is_script};
use super::options::Options;
use super::raw::RawRule;
use crate::model::{Problem, closest};
use crate::yaml::{Node, Place, Source};

/// A rule as the layers so far make it.
#[derive(Debug)]
pub(super) struct Draft {
    /// Full name.
    pub id: Arc<str>,
    pub built_in: bool,
    /// The law came with the binary; false when a later layer brought another one.
    pub law_built_in: bool,
    pub raw: RawRule,
    pub options: Options,
    pub script: Option<Script>,
    /// The maps that it was read from, latest last.
    pub nodes: Vec<Node>,
    /// A fault was found in one of the layers.
    pub broken: bool,
}

impl Draft {
    /// Returns the rule of the first layer that has it.
    pub fn new(id: Arc<str>, built_in: bool, node: Node) -> Self {
        let (raw, options) = (RawRule::default(), Options::default());
        Self { id, built_in, law_built_in: built_in, raw, options, script: None, nodes: vec![node], broken: false }
    }

    /// Puts a later layer over it.
    pub fn overlay(
        &mut self,
        rule: RuleNode,
        script: Option<Script>,
        built_in: bool,
        declared_only: bool,
        problems: &mut Vec<Problem>,
    ) {
        let faults_before = problems.len();
        self.broken |= rule.broken;
        if let Some(options) = &rule.raw.options {
            self.options.overlay(options, declared_only, problems);
        }
        if !rule.raw.laws().is_empty() {
            self.script = script;
            self.law_built_in = built_in;
        }
        self.raw = std::mem::take(&mut self.raw).overlaid(rule.raw);
        self.nodes.push(rule.node);
        self.broken |= problems.len() > faults_before;
    }

    /// Returns the place of a key, in the latest layer that has it; of the rule, if none has.
    pub fn key_place(&self, name: &str) -> &Place {
        let key = self.nodes.iter().rev().find_map(|node| node.entry(name));
        key.map_or(&self.nodes[0].place, |(key, _)| &key.place)
    }
}

/// Finds the script of a raw rule: the file beside it, or its block. Returns also the path of the file that was used.
pub(super) fn script(
    raw: &RawRule,
    node: &Node,
    files: &[FileText],
    built_in: bool,
    problems: &mut Vec<Problem>,
) -> Option<(Script, Option<Arc<str>>)> {
    let spanned = raw.script.as_ref()?;
    let text = spanned.get()?;
    let place = &spanned.place;
    if !is_script(text.trim()) || text.trim().contains('\n') {
        if text.trim().is_empty() {
            problems.push(place.error("an empty script"));
            return None;
        }
        let key = node.entry("script").map_or(place, |(key, _)| &key.place);
        return block(text, key, place, built_in, problems).map(|script| (script, None));
    }
    let name = text.trim();
    let folder = place.source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let wanted = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let scripts = || files.iter().filter(|(path, _)| is_script(path));
    if let Some((path, source)) = scripts().find(|(path, _)| path.as_ref() == wanted) {
        let script = Script { source: source.clone(), path: path.clone(), line: 1, column: 1, built_in };
        return Some((script, Some(path.clone())));
    }
    let names: Vec<_> = scripts().map(|(path, _)| path.rsplit('/').next().unwrap_or(path)).collect();
    let problem = place.error(format!("there is no script `{name}` beside the rule"));
    problems.push(match closest(name, names.iter().copied()) {
        Some(nearest) => problem.suggest(Some(nearest)),
        None => problem.hint(format!("expected it at `{wanted}`")),
    });
    None
}

/// Returns a script that stands in the YAML, with the place of its first character.
fn block(text: &str, key: &Place, place: &Place, built_in: bool, problems: &mut Vec<Problem>) -> Option<Script> {
    let source: &Source = &place.source;
    let after_key: String = source.line(key.span.line).chars().skip(key.span.end_column as usize - 1).collect();
    let header = after_key.trim_start_matches([' ', '\t', ':']);
    let (line, column) = if header.starts_with('>') {
        let problem = key.error("a folded block (`>`) joins the lines of a script");
        problems.push(problem.hint("write `script: |`"));
        return None;
    } else if header.starts_with('|') {
        // Blank lines that the block begins with are part of it, so its first line is always the next one. All lines
        // share one indentation: what the first that is not blank has more in the YAML than in the text.
        let line = key.span.line + 1;
        let blank_lines = text.lines().take_while(|line| line.trim().is_empty()).count();
        let first = line.saturating_add(u32::try_from(blank_lines).unwrap_or(u32::MAX));
        let indentation = |line: &str| line.chars().take_while(|character| *character == ' ').count();
        let inside = text.lines().nth(blank_lines).map_or(0, indentation);
        let column = indentation(source.line(first)).saturating_sub(inside) + 1;
        (line, u32::try_from(column).unwrap_or(1))
    } else {
        (place.span.line, place.span.column + u32::from(header.starts_with(['"', '\''])))
    };
    Some(Script { source: text.into(), path: source.path.clone(), line, column, built_in })
}
