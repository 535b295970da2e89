//! A schema for people: each table with its columns, then its keys and indexes in SQL's words.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use comfy_table::presets::NOTHING;
use comfy_table::{Cell, ContentArrangement, Table as Grid};

use super::SchemaOptions;
use crate::model::Known;
use crate::model::schema::{Column, Dialect, ForeignKey, Index, ObjectName, Origin, Schema, Table, View};
use crate::reporters::text::one_line;

const NAME: Style = AnsiColor::Cyan.on_default().bold();
const DIM: Style = Style::new().dimmed();

pub(super) fn write(schema: &Schema, options: &SchemaOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let style = |style: Style| if options.color { style } else { Style::new() };
    let (name, dim) = (style(NAME), style(DIM));
    writeln!(out, "{name}{}{name:#}  {dim}{}{dim:#}", one_line(&schema.name), headline(schema))?;
    for (table_name, table) in &schema.tables {
        writeln!(out, "\n{name}{}{name:#}{dim}{}{dim:#}", one_line(&table_name.to_string()), place(table))?;
        write!(out, "{}", columns(table, schema.dialect, options.width))?;
        for line in constraints(table) {
            writeln!(out, "  {dim}{}{dim:#}", one_line(&line))?;
        }
    }
    for (view_name, view) in &schema.views {
        writeln!(out, "\n{name}{}{name:#}  {dim}{}{dim:#}", one_line(&view_name.to_string()), view_words(view))?;
    }
    if !schema.enums.is_empty() {
        writeln!(out)?;
    }
    for (enum_name, found) in &schema.enums {
        let labels = match &found.labels {
            Known::Yes(labels) => list(labels),
            Known::No(reason) => format!("unknown: {reason}"),
        };
        writeln!(out, "enum {name}{}{name:#}: {}", one_line(&enum_name.to_string()), one_line(&labels))?;
    }
    if !schema.unknown.is_empty() {
        writeln!(out, "\nnot known:")?;
    }
    for unknown in &schema.unknown {
        let at = unknown.at.as_ref().map(|at| format!("{at}: ")).unwrap_or_default();
        let table = unknown.table.as_ref().map(|table| format!("{table}: ")).unwrap_or_default();
        writeln!(out, "  {}", one_line(&format!("{at}{table}{}", unknown.what)))?;
    }
    Ok(())
}

/// Returns where the schema is from and what it holds.
fn headline(schema: &Schema) -> String {
    let dialect = schema.dialect.map(Dialect::name);
    let from = match (&schema.server, dialect) {
        // SQLite and MySQL tell a version alone.
        (Some(version), Some(dialect)) if version.starts_with(|first: char| first.is_ascii_digit()) => {
            format!("{dialect} {version}")
        }
        (Some(server), _) => server.to_string(),
        (None, Some(dialect)) => dialect.to_owned(),
        (None, None) if schema.origin == Origin::Models => "as Python declares them".to_owned(),
        (None, None) => schema.origin.name().to_owned(),
    };
    let mut line = format!("{from}, {}", count(schema.tables.len(), "table"));
    for (number, what) in [(schema.views.len(), "view"), (schema.enums.len(), "enum")] {
        if number > 0 {
            write!(line, ", {}", count(number, what)).expect("writing to a string succeeds");
        }
    }
    one_line(&line).into_owned()
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn place(table: &Table) -> String {
    let mut words = String::new();
    if let Some(at) = &table.at {
        write!(words, "  {at}").expect("writing to a string succeeds");
    }
    if !table.partitions.is_empty() {
        write!(words, "  {}", count(table.partitions.len(), "partition")).expect("writing to a string succeeds");
    }
    one_line(&words).into_owned()
}

fn columns(table: &Table, dialect: Option<Dialect>, width: usize) -> String {
    if table.columns.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new();
    // Colour and width are the caller's to decide, not the table's to find out.
    grid.force_no_tty()
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width.max(60)).unwrap_or(u16::MAX));
    for column in &table.columns {
        grid.add_row(row(table, column, dialect).map(|text| Cell::new(one_line(&text))));
    }
    let text = grid.trim_fmt();
    text.lines().fold(String::new(), |mut all, line| {
        writeln!(all, "  {}", line.strip_prefix(' ').unwrap_or(line)).expect("writing to a string succeeds");
        all
    })
}

fn row(table: &Table, column: &Column, dialect: Option<Dialect>) -> [String; 4] {
    let ty = match &column.ty {
        Known::Yes(ty) => ty.sql(dialect),
        Known::No(reason) => format!("unknown: {reason}"),
    };
    let nullable = match &column.nullable {
        Known::Yes(true) => "null",
        Known::Yes(false) => "not null",
        Known::No(_) => "null?",
    };
    let mut rest = Vec::new();
    if table.in_primary_key(&column.name) {
        rest.push("primary key".to_owned());
    }
    if let Some(identity) = column.identity {
        rest.push(identity.name().to_owned());
    }
    match &column.default {
        Known::Yes(Some(default)) if column.identity.is_none() => rest.push(format!("default {default}")),
        Known::No(reason) => rest.push(format!("default unknown: {reason}")),
        Known::Yes(_) => {}
    }
    if let Some(generated) = &column.generated {
        rest.push(format!("generated {}", generated.expression));
    }
    [column.name.to_string(), ty, nullable.to_owned(), rest.join(", ")]
}

fn constraints(table: &Table) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(key) = table.primary_key.as_ref().filter(|key| key.columns.len() > 1) {
        lines.push(format!("primary key {}({})", named(key.name.as_ref()), list(&key.columns)));
    }
    lines
        .extend(table.uniques.iter().map(|key| format!("unique {}({})", named(key.name.as_ref()), list(&key.columns))));
    lines.extend(table.foreign_keys.iter().map(foreign_key));
    lines.extend(table.indexes.iter().map(index));
    lines.extend(table.checks.iter().map(|check| format!("check {}({})", named(check.name.as_ref()), check.sql)));
    lines
}

fn foreign_key(key: &ForeignKey) -> String {
    let mut line = format!(
        "foreign key {}({}) -> {} ({})",
        named(key.name.as_ref()),
        list(&key.columns),
        reference(&key.table),
        list(&key.references)
    );
    for (event, action) in [("delete", &key.on_delete), ("update", &key.on_update)] {
        if let Some(action) = action {
            write!(line, " on {event} {}", action.to_lowercase()).expect("writing to a string succeeds");
        }
    }
    line
}

fn reference(name: &ObjectName) -> String {
    name.to_string()
}

fn index(index: &Index) -> String {
    let parts: Vec<&str> = index.parts.iter().map(|part| &**part.text()).collect();
    let unique = if index.unique { "unique " } else { "" };
    let mut line = format!("{unique}index {}({})", named(index.name.as_ref()), parts.join(", "));
    if let Some(method) = &index.method {
        write!(line, " using {method}").expect("writing to a string succeeds");
    }
    if !index.include.is_empty() {
        write!(line, " include ({})", list(&index.include)).expect("writing to a string succeeds");
    }
    if let Some(condition) = &index.where_ {
        write!(line, " where {condition}").expect("writing to a string succeeds");
    }
    line
}

fn view_words(view: &View) -> String {
    let kind = if view.materialized { "materialised view" } else { "view" };
    one_line(&format!("{kind} ({})", list(&view.columns))).into_owned()
}

fn named(name: Option<&Arc<str>>) -> String {
    name.map(|name| format!("{name} ")).unwrap_or_default()
}

fn list(names: &[Arc<str>]) -> String {
    names.iter().map(|name| &**name).collect::<Vec<_>>().join(", ")
}
