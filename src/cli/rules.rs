//! `lawbook rules`.

use std::io::{self, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, ContentArrangement, Table};
use serde_json::json;

use super::arguments::{DataFormat, RulesOptions};
use super::terminal::Terminal;
use super::{CLEAN, FAILED, Failure};
use crate::app::Workspace;
use crate::model::{Level, Problem, closest};
use crate::packs::Rule;

pub(super) fn run(options: &RulesOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let workspace = Workspace::open(&[], &options.packs, false)?;
    let packs: Vec<&str> = workspace.loaded.packs.iter().map(|pack| &*pack.name).collect();
    for name in &options.only {
        if !packs.contains(&name.as_str()) {
            let problem = Problem::error(format!("there is no pack `{name}` in this project"));
            let problem = match closest(name, packs.iter().copied()) {
                Some(nearest) => problem.suggest(Some(nearest)),
                None => problem.hint(format!("its packs are {}", packs.join(", "))),
            };
            return Err(problem.into());
        }
    }
    let chosen = |rule: &&Rule| {
        options.only.is_empty()
            || rule.id.split('/').next().is_some_and(|pack| options.only.iter().any(|name| name == pack))
    };
    let rules: Vec<&Rule> = workspace.rules().filter(chosen).collect();
    let mut out = io::stdout().lock();
    match options.format {
        DataFormat::Json => {
            let rules: Vec<_> = rules.iter().map(|rule| rule_json(rule)).collect();
            serde_json::to_writer_pretty(&mut out, &rules).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        DataFormat::Table => {
            let mut table = Table::new();
            table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(u16::try_from(terminal.width).unwrap_or(100));
            for rule in &rules {
                table.add_row([
                    Cell::new(&rule.id),
                    Cell::new(rule.severity.name()),
                    Cell::new(rule.on.name),
                    Cell::new(&rule.title),
                ]);
            }
            if !rules.is_empty() {
                writeln!(out, "{table}")?;
            }
            let noun = if rules.len() == 1 { "rule" } else { "rules" };
            writeln!(out, "\n{} {noun}. `lawbook explain RULE` says why and how to mend.", rules.len())?;
        }
    }
    if workspace.problems.iter().any(|problem| problem.level == Level::Error) {
        return Err(Failure::Problems(workspace.problems));
    }
    if !workspace.problems.is_empty() {
        let _: u8 = terminal.problems(&workspace.problems);
    }
    Ok(if workspace.loaded.broken.is_empty() { CLEAN } else { FAILED })
}

fn rule_json(rule: &Rule) -> serde_json::Value {
    json!({
        "rule": rule.id.as_ref(),
        "title": rule.title,
        "severity": rule.severity.name(),
        "on": rule.on.name,
        "aliases": rule.aliases,
        "options": rule.options.keys().collect::<Vec<_>>(),
        "path": rule.location.path.as_ref(),
    })
}
