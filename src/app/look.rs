//! `check --explain-run`: what a run looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::baseline::Known;
use super::check::{Base, Check};
use super::scope::Scope;
use super::workspace::Workspace;
use crate::engine::Judgement;
use crate::model::facts::KINDS;
use crate::model::look::{Count, Entries, Look, PackLook, RuleLook, SchemaLook, TreeLook};
use crate::model::{Report, RuleRun};
use crate::packs::Rule;

/// Returns what a run looked at, but for what its rules found.
pub(super) fn look(
    workspace: &Workspace,
    check: &Check,
    scope: &Scope,
    judgement: &Judgement,
    baseline: Option<&Known>,
) -> Look {
    let project = &judgement.project;
    Look {
        root: workspace.root.absolute.to_string(),
        configuration: workspace.config_path.clone(),
        compared_with: match &check.base {
            Base::None => None,
            Base::Since(revision) => Some(format!("the merge base of {revision}")),
            Base::Staged => Some("HEAD, of what is staged".to_owned()),
        },
        paths: check.paths.iter().map(ToString::to_string).collect(),
        exceptions: Entries {
            path: workspace.config.exceptions.value.as_str().into(),
            entries: project.exceptions.len(),
        },
        baseline: baseline.map(|known| Entries { path: known.path.clone(), entries: known.findings.entries.len() }),
        packs: Vec::new(),
        trees: scope
            .trees
            .iter()
            .map(|tree| TreeLook {
                name: tree.name.clone(),
                tool: tree.tool.name(),
                declared: tree.location.to_string(),
                folders: tree.version_locations.iter().map(|location| location.path.clone()).collect(),
                migrations: project
                    .graphs
                    .iter()
                    .find(|graph| graph.name == tree.name)
                    .map_or(0, |graph| graph.migrations.len()),
            })
            .collect(),
        files: files(scope),
        facts: facts(judgement),
        schemas: project
            .schemas
            .iter()
            .map(|described| SchemaLook {
                name: described.schema.name.clone(),
                origin: described.schema.origin.name(),
                dialect: described.schema.dialect.map(|dialect| dialect.name()),
                tables: described.schema.tables.len(),
                unknown: described.schema.unknown.len(),
            })
            .collect(),
        rules: Vec::new(),
    }
}

fn files(scope: &Scope) -> Vec<Count> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for input in scope.inputs.iter().filter(|input| input.judged) {
        let name = input.found.path.rsplit('/').next().unwrap_or_default();
        let kind =
            name.rsplit_once('.').map_or("other", |(stem, extension)| if stem.is_empty() { name } else { extension });
        *counts.entry(kind.to_owned()).or_default() += 1;
    }
    let mut counts: Vec<Count> = counts.into_iter().map(|(kind, count)| Count { kind, count }).collect();
    counts.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.kind.cmp(&right.kind)));
    counts
}

/// Returns how many facts there are of each kind that a run counts, whether or not a law asks for them.
fn facts(judgement: &Judgement) -> Vec<Count> {
    let project = &judgement.project;
    let kinds = KINDS.iter().filter(|kind| kind.judged && !matches!(kind.name, "file" | "call" | "project"));
    let count = |kind: &str| match kind {
        "migration" => project.migrations.len(),
        kind => project.facts_of(kind).len(),
    };
    kinds.map(|kind| Count { kind: kind.name.to_owned(), count: count(kind.name) }).filter(|c| c.count > 0).collect()
}

/// Adds the packs, and all rules with what they did or why they did nothing.
pub(super) fn complete(workspace: &Workspace, check: &Check, report: &Report, look: &mut Look) {
    let runs: BTreeMap<&str, &RuleRun> = report.rules.iter().map(|run| (&*run.rule, run)).collect();
    look.packs = workspace
        .loaded
        .packs
        .iter()
        .map(|pack| PackLook {
            name: pack.name.clone(),
            built_in: pack.built_in,
            rules: pack.rules.len(),
            ran: pack.rules.iter().filter(|rule| runs.contains_key(&*rule.id)).count(),
        })
        .collect();
    let left_out: BTreeSet<Arc<str>> =
        workspace.left_out.iter().filter_map(|rule| Some(rule.split_once('/')?.0.into())).collect();
    for name in left_out {
        let rules = workspace.left_out.iter().filter(|rule| rule.starts_with(&format!("{name}/"))).count();
        look.packs.push(PackLook { name, built_in: true, rules, ran: 0 });
    }
    look.rules = workspace.rules().map(|rule| of_rule(rule, runs.get(&*rule.id).copied(), check, report)).collect();
    let unread = workspace.left_out.iter().map(|rule| RuleLook {
        rule: rule.clone(),
        on: "schema",
        judged: 0,
        unknown: 0,
        findings: 0,
        excepted: 0,
        baselined: 0,
        idle: Some("the project configures no models and no databases".to_owned()),
    });
    look.rules.extend(unread);
    look.rules.sort_by(|left, right| left.rule.cmp(&right.rule));
}

fn of_rule(rule: &Rule, run: Option<&RuleRun>, check: &Check, report: &Report) -> RuleLook {
    let none = RuleRun::default();
    let run_or_none = run.unwrap_or(&none);
    let on = rule.on.name;
    let idle = match run {
        Some(run) if run.failed => Some("it failed".to_owned()),
        Some(run) if run.judged == 0 && on == "schema" && report.schemas > 0 => {
            Some("there is no schema to compare with".to_owned())
        }
        Some(run) if run.judged == 0 && run.unknown == 0 => Some(if rule.files.is_empty() {
            format!("there is no {on}")
        } else {
            format!("there is no {on} in its `files`")
        }),
        Some(_) => None,
        None if !check.rules.is_empty() => Some("--rule names others".to_owned()),
        None if on == "exception" && rule.enabled() => Some("there is no exception".to_owned()),
        None if !rule.enabled() => Some("it is switched off".to_owned()),
        None if rule.needs_change => Some("it needs --since or --staged".to_owned()),
        None if report.schemas == 0 => Some("no schema was read".to_owned()),
        None => Some("it did not run".to_owned()),
    };
    RuleLook {
        rule: rule.id.clone(),
        on,
        judged: run_or_none.judged,
        unknown: run_or_none.unknown,
        findings: run_or_none.findings,
        excepted: run_or_none.excepted,
        baselined: run_or_none.baselined,
        idle,
    }
}
