//! Models as people write them, and what is read of them.

mod classes;
mod constraints;
mod hostile;
mod projects;
mod types;
mod unknown;

use super::{Options, read};
use crate::model::Known;
use crate::model::schema::{Column, IndexPart, Schema};

/// Reads files, each given as its path and text.
fn read_files(files: &[(&str, &str)]) -> Schema {
    read(files.iter().map(|(path, text)| ((*path).into(), (*text).into())), &Options::default())
}

/// Reads one file.
fn read_text(text: &str) -> Schema {
    read_files(&[("models.py", text)])
}

/// Returns a line for each table and column, key, index and check, and for what is unknown.
fn describe(schema: &Schema) -> String {
    let mut lines = Vec::new();
    for (name, table) in &schema.tables {
        lines.push(format!("table {name}"));
        for column in &table.columns {
            lines.push(format!("  {}", describe_column(column, table.in_primary_key(&column.name))));
        }
        let named = |name: &Option<std::sync::Arc<str>>| name.as_deref().unwrap_or("-").to_owned();
        for key in &table.foreign_keys {
            let action = key.on_delete.as_ref().map_or_else(String::new, |action| format!(" {action}"));
            let (columns, references) = (key.columns.join(","), key.references.join(","));
            lines.push(format!("  fk {} {columns} -> {}.{references}{action}", named(&key.name), key.table));
        }
        for key in &table.uniques {
            lines.push(format!("  unique {} {}", named(&key.name), key.columns.join(",")));
        }
        for index in &table.indexes {
            let parts: Vec<String> = index
                .parts
                .iter()
                .map(|part| match part {
                    IndexPart::Column(name) | IndexPart::Prefix(name, _) => name.to_string(),
                    IndexPart::Expression(text) => format!("({text})"),
                })
                .collect();
            let unique = if index.unique { "unique " } else { "" };
            let rest = index.where_.as_ref().map_or_else(String::new, |sql| format!(" where {sql}"));
            lines.push(format!("  {unique}index {} {}{rest}", named(&index.name), parts.join(",")));
        }
        for check in &table.checks {
            lines.push(format!("  check {} {}", named(&check.name), check.sql));
        }
    }
    for (name, found) in &schema.enums {
        let labels = found.labels.as_known().map_or_else(|| "?".into(), |labels| labels.join(","));
        lines.push(format!("enum {name} {labels}"));
    }
    for unknown in &schema.unknown {
        let table = unknown.table.as_ref().map_or_else(String::new, |table| format!(" {table}"));
        lines.push(format!("unknown {:?}{table}: {}", unknown.part, unknown.what));
    }
    lines.join("\n")
}

fn describe_column(column: &Column, in_key: bool) -> String {
    let ty = match &column.ty {
        Known::Yes(ty) => ty.sql(None),
        Known::No(reason) => format!("? ({reason})"),
    };
    let nullable = match &column.nullable {
        Known::Yes(true) => " null",
        Known::Yes(false) => "",
        Known::No(_) => " null?",
    };
    let default = match &column.default {
        Known::Yes(Some(sql)) => format!(" default {sql}"),
        Known::Yes(None) => String::new(),
        Known::No(reason) => format!(" default? ({reason})"),
    };
    let key = if in_key { " pk" } else { "" };
    format!("{} {ty}{nullable}{key}{default}", column.name)
}

/// Asserts what is read of a text, after the imports that nearly all need.
#[track_caller]
fn check(text: &str, expected: &str) {
    let header = "import sqlalchemy as sa\n\
        from sqlalchemy import *\n\
        from sqlalchemy import Column, ForeignKey, Integer, String, Table, MetaData, Index, UniqueConstraint, Enum, text\n\
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, declared_attr\n\
        class Base(DeclarativeBase): pass\n";
    let plain = |text: &str| {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let lines: Vec<&str> = lines.collect();
        let indent = lines.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
        lines.iter().map(|line| line[indent..].trim_end()).collect::<Vec<_>>().join("\n")
    };
    let schema = read_text(&format!("{header}{}\n", plain(text)));
    assert_eq!(describe(&schema), plain(expected), "of:\n{}", plain(text));
}
