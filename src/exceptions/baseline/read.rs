//! The text of a baseline, checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::{JsonSchema, Schema};
use serde::Deserialize;

use super::{Baseline, BaselineEntry, VERSION};
use crate::exceptions::read::conflict_marker;
use crate::model::{Level, Problem};
use crate::yaml::{self, Node, NodeValue, Source, Spanned};

/// Findings that were there before, written by `lawbook baseline`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Lawbook baseline")]
struct RawBaseline {
    /// The version of this form.
    #[schemars(range(min = 1, max = 1))]
    #[expect(dead_code, reason = "looked at before the rest is read")]
    version: Spanned<u32>,
    /// By full name of their rule.
    #[schemars(with = "BTreeMap<String, Vec<RawEntry>>")]
    findings: Node,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Finding")]
struct RawEntry {
    /// Identity of the finding: 16 hexadecimal digits that stay when lines move.
    #[schemars(regex(pattern = "^[0-9a-f]{16}$"))]
    fingerprint: Spanned<String>,
    /// The file, for people and to know whether it was judged.
    path: Option<Spanned<String>>,
    /// What it is about, for people.
    subject: Option<Spanned<String>>,
}

/// Reads a baseline. `None` when it cannot be trusted, which `problems` say: a broken one is not an empty one.
pub fn read(source: &Arc<Source>, problems: &mut Vec<Problem>) -> Option<Baseline> {
    let mut found = Vec::new();
    let baseline = read_file(source, &mut found);
    let trusted = found.iter().all(|problem| problem.level != Level::Error);
    problems.append(&mut found);
    baseline.filter(|_| trusted)
}

fn read_file(source: &Arc<Source>, problems: &mut Vec<Problem>) -> Option<Baseline> {
    if let Some(problem) = conflict_marker(source) {
        problems.push(problem.hint("keep the lines that both sides have, then run `lawbook baseline --prune`"));
        return None;
    }
    let root = yaml::parse(source).map_err(|problem| problems.push(problem)).ok()?;
    match root.get("version").map(|node| (&node.value, node)) {
        Some((NodeValue::Int(version), node)) if *version > i64::from(VERSION) => {
            let message = format!("this is version {version} of a baseline; the newest that can be read is {VERSION}");
            problems.push(node.place.error(message).hint("a newer Lawbook wrote it: use that one"));
            return None;
        }
        Some((NodeValue::Int(version), node)) if *version < 1 => {
            problems.push(node.place.error(format!("there is no version {version} of a baseline")));
            return None;
        }
        _ if root.get("version").is_none() && root.get("findings").is_none() => {
            let problem = root.place.error("this is no baseline: it has neither `version` nor `findings`");
            problems.push(problem.hint("`lawbook baseline` writes one"));
            return None;
        }
        _ => {}
    }
    let raw: RawBaseline = yaml::read(&root, problems)?;
    let rules = match &raw.findings.value {
        NodeValue::Map(rules) => rules,
        NodeValue::Null => return Some(Baseline::default()),
        _ => {
            let found = raw.findings.type_name();
            problems.push(raw.findings.place.error(format!("expected a map of rule to findings, found {found}")));
            return None;
        }
    };
    let mut baseline = Baseline::default();
    for (rule, items) in rules.iter() {
        let name: Arc<str> = rule.as_text().unwrap_or_default().into();
        match &items.value {
            NodeValue::Null => {}
            NodeValue::List(items) => {
                baseline.entries.extend(items.iter().filter_map(|item| read_entry(&name, item, problems)));
            }
            _ => {
                let found = items.type_name();
                problems.push(items.place.error(format!("expected a list of findings for `{name}`, found {found}")));
            }
        }
    }
    Some(baseline)
}

fn read_entry(rule: &Arc<str>, item: &Node, problems: &mut Vec<Problem>) -> Option<BaselineEntry> {
    let raw: RawEntry = yaml::read(item, problems)?;
    let text = |field: Option<Spanned<String>>| field.and_then(|field| field.value).map(Arc::from);
    let fingerprint = raw.fingerprint.value?;
    let is_one = fingerprint.len() == 16 && fingerprint.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_one {
        let message = format!("`{fingerprint}` is no fingerprint: expected 16 hexadecimal digits");
        problems.push(raw.fingerprint.place.error(message));
        return None;
    }
    Some(BaselineEntry {
        rule: rule.clone(),
        path: text(raw.path),
        subject: text(raw.subject),
        fingerprint: fingerprint.into(),
    })
}

/// Returns the JSON Schema of a baseline.
pub fn schema() -> Schema {
    schemars::schema_for!(RawBaseline)
}
