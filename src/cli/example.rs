//! The schemas and exceptions of a rule's tests, in a few lines for people.

use std::fmt::Write as _;

use crate::model::Known;
use crate::model::facts::ExceptionEntry;
use crate::model::schema::{Column, IndexPart, Schema, Table};

/// Returns a line for each table and enum: `main.deals: id INTEGER not null, code TEXT; primary key (id)`.
pub(super) fn lines(schema: &Schema) -> String {
    let mut text = String::new();
    let mut line = |name: &str, body: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}.{name}{}{body}", schema.name, if body.is_empty() { "" } else { ": " });
    };
    for (name, fact) in &schema.enums {
        let labels = fact.labels.as_known().map_or_else(String::new, |labels| labels.join(", "));
        line(&format!("{name} (enum)"), &labels);
    }
    for (name, table) in &schema.tables {
        line(&name.to_string(), &described(schema, table));
    }
    if text.is_empty() {
        let _ = writeln!(text, "  {} without tables", schema.name);
    }
    text
}

fn described(schema: &Schema, table: &Table) -> String {
    let columns: Vec<String> = table.columns.iter().map(|column| of_column(schema, column)).collect();
    let mut parts = vec![columns.join(", ")];
    let key = |word: &str, columns: &[std::sync::Arc<str>]| format!("{word} ({})", columns.join(", "));
    parts.extend(table.primary_key.iter().map(|primary| key("primary key", &primary.columns)));
    parts.extend(table.uniques.iter().map(|unique| key("unique", &unique.columns)));
    for foreign in &table.foreign_keys {
        parts.push(format!(
            "{} -> {}({})",
            key("foreign key", &foreign.columns),
            foreign.table,
            foreign.references.join(", ")
        ));
    }
    for index in &table.indexes {
        let columns: Vec<&str> = index.parts.iter().map(IndexPart::text).map(|text| &**text).collect();
        let unique = if index.unique { "unique " } else { "" };
        let only = index.where_.as_ref().map_or_else(String::new, |only| format!(" where {only}"));
        let name = index.name.as_ref().map_or_else(String::new, |name| format!(" {name}"));
        parts.push(format!("{unique}index{name} ({}){only}", columns.join(", ")));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("; ")
}

fn of_column(schema: &Schema, column: &Column) -> String {
    let mut text = column.name.to_string();
    if let Some(ty) = column.ty.as_known() {
        let _ = write!(text, " {}", ty.sql(schema.dialect));
    }
    if column.nullable.as_known() == Some(&false) {
        text.push_str(" not null");
    }
    if let Some(Some(default)) = column.default.as_known() {
        let _ = write!(text, " default {default}");
    }
    if let Some(identity) = column.identity {
        let _ = write!(text, " {}", identity.name());
    }
    text.trim_end().to_owned()
}

/// Returns an exception in a line: `alembic/enum-variable for v/a.py, expires 2027-03-31: expired`.
pub(super) fn exception(entry: &ExceptionEntry) -> String {
    let mut text = format!("  {}", entry.rule);
    if let Some(path) = &entry.path {
        let _ = write!(text, " for {path}");
    }
    let fields = [("reason", &entry.reason), ("owner", &entry.owner), ("expires", &entry.expires)];
    for (name, value) in fields.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        let _ = write!(text, ", {name} {value}");
    }
    if let Some(max) = entry.max {
        let _ = write!(text, ", max {max}");
    }
    if let Known::Yes(seen) = &entry.seen {
        let mut words: Vec<&str> = seen.states.iter().map(|state| state.name()).collect();
        words.extend(seen.grows.then_some("new"));
        if !words.is_empty() {
            let _ = write!(text, ": {}", words.join(", "));
        }
    }
    text.push('\n');
    text
}
