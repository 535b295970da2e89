//! What a run looked at, in words.

use std::io;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table};

use super::text::{count, one_line, wrap};
use crate::model::look::{Count, Look, RuleLook};

/// Where values begin.
const INDENT: usize = 17;

/// Writes what was looked at: a few lines, and a table of all rules.
pub fn write(look: &Look, width: usize, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "what was looked at")?;
    for (name, values) in sections(look) {
        let lines = values.iter().flat_map(|value| wrap(value, width.saturating_sub(INDENT).max(30), 20));
        for (number, line) in lines.enumerate() {
            let name = if number == 0 { name } else { "" };
            writeln!(out, "  {name:<14} {line}")?;
        }
    }
    writeln!(out)?;
    out.write_all(rules(&look.rules).as_bytes())?;
    writeln!(out)
}

/// Returns what was looked at by name, each with one value a line, in a fixed order.
pub fn sections(look: &Look) -> Vec<(&'static str, Vec<String>)> {
    let or_none = |values: Vec<String>| if values.is_empty() { vec!["none".to_owned()] } else { values };
    let packs = look.packs.iter().map(|pack| {
        let own = if pack.built_in { "" } else { ", of the project" };
        format!("{} ({} of {} ran{own})", pack.name, pack.ran, count(pack.rules, "rule"))
    });
    let trees = look.trees.iter().map(|tree| {
        let (found, folders) = (count(tree.migrations, "migration"), tree.folders.join(", "));
        format!("{}: {found} in {folders} ({}, declared by {})", tree.name, tree.tool, tree.declared)
    });
    let schemas = look.schemas.iter().map(|schema| {
        let dialect = schema.dialect.map(|dialect| format!(", {dialect}")).unwrap_or_default();
        let unknown = if schema.unknown > 0 { format!(", {} unknown", schema.unknown) } else { String::new() };
        format!("{}: {}{unknown} ({}{dialect})", schema.name, count(schema.tables, "table"), schema.origin)
    });
    let entries = |entries: usize| if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") };
    let exceptions = format!("{}: {}", look.exceptions.path, entries(look.exceptions.entries));
    let baseline = look.baseline.as_ref();
    let baseline = baseline.map_or("none".to_owned(), |known| format!("{}: {}", known.path, entries(known.entries)));
    vec![
        ("root", vec![one_line(&look.root).into_owned()]),
        ("configuration", vec![look.configuration.as_deref().unwrap_or("none: defaults").to_owned()]),
        ("compared with", vec![look.compared_with.clone().unwrap_or_else(|| "nothing".to_owned())]),
        ("paths", if look.paths.is_empty() { vec!["all".to_owned()] } else { look.paths.clone() }),
        ("packs", or_none(packs.collect())),
        ("trees", or_none(trees.collect())),
        ("files", vec![counts(&look.files, "no file")]),
        ("schemas", or_none(schemas.collect())),
        ("facts", vec![counts(&look.facts, "none")]),
        ("exceptions", vec![exceptions]),
        ("baseline", vec![baseline]),
    ]
}

fn counts(counts: &[Count], none: &str) -> String {
    let counts: Vec<String> = counts.iter().map(|one| format!("{} {}", one.count, one_line(&one.kind))).collect();
    if counts.is_empty() { none.to_owned() } else { counts.join(", ") }
}

fn rules(rules: &[RuleLook]) -> String {
    let mut table = Table::new();
    // Names of rules are to be copied: they are never broken.
    table
        .force_no_tty()
        .load_style(UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()))
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(["rule", "on", "judged", "findings", "excepted", "unknown", "why not"]);
    for rule in rules {
        let numbers = [rule.judged, rule.findings + rule.baselined, rule.excepted, rule.unknown];
        let mut row = vec![Cell::new(one_line(&rule.rule)), Cell::new(rule.on)];
        row.extend(numbers.map(|number| Cell::new(number).set_alignment(CellAlignment::Right)));
        row.push(Cell::new(rule.idle.as_deref().unwrap_or_default()));
        table.add_row(row);
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    text
}
