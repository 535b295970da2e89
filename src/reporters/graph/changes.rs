//! What the upgrade of each revision does to the schema, short and in the words of the field.

use std::sync::Arc;

use serde::Serialize;

use super::drawing::Node;
use crate::model::Known;
use crate::model::facts::{Changes, Migration};
use crate::model::operation::{
    Action, AlterColumn, Constraint, ConstraintKind, Direction, Guard, Operation, OperationUnknown,
};
use crate::model::schema::{Index, ObjectName};
use crate::reporters::text::short_line;

/// Of a longer list so many are drawn; one that is a little longer is drawn whole.
const DRAWN: usize = 10;
const LONGEST: usize = 12;
/// Characters of a line.
const MOST_CHARACTERS: usize = 100;

/// One line: what comes (`+`), goes (`-`), becomes another (`~`), or cannot be known (`!`).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) sign: char,
    pub(super) text: String,
}

impl std::fmt::Display for Line {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.sign, self.text)
    }
}

/// Returns the lines of a revision as they are drawn, each once and safe to print, and how many are left out.
pub(super) fn drawn(node: &Node<'_>) -> (Vec<Line>, usize) {
    let mut lines: Vec<Line> = Vec::new();
    for migration in &node.files {
        match migration.changes.get() {
            None => lines.push(Line { sign: '!', text: format!("unknown: {}", why(migration)) }),
            Some(changes) => lines.extend(upgrades(&changes).flat_map(told)),
        }
    }
    for line in &mut lines {
        line.text = short_line(&line.text, MOST_CHARACTERS);
    }
    lines.dedup();
    let left_out = if lines.len() > LONGEST { lines.len() - DRAWN } else { 0 };
    lines.truncate(lines.len() - left_out);
    (lines, left_out)
}

/// One change, for programs.
#[derive(Serialize)]
pub(super) struct Change {
    change: String,
    /// As laws know it.
    action: &'static str,
    conditional: bool,
    path: Arc<str>,
    line: Option<u32>,
}

/// Returns all that a migration does, or why that is not known.
pub(super) fn all(migration: &Migration) -> Result<Vec<Change>, &str> {
    let Some(changes) = migration.changes.get() else { return Err(why(migration)) };
    let of_operation = |operation| {
        told(operation).into_iter().map(move |line: Line| Change {
            change: line.to_string(),
            action: if line.sign == '!' { "unknown" } else { operation.action.name() },
            conditional: operation.conditional(),
            path: operation.at.path.clone(),
            line: operation.at.span.map(|span| span.line),
        })
    };
    Ok(upgrades(&changes).flat_map(of_operation).collect())
}

/// Returns why it is not known what a migration does.
fn why(migration: &Migration) -> &str {
    migration.unparsed.as_deref().unwrap_or("it was not replayed")
}

fn upgrades(changes: &Changes) -> impl Iterator<Item = &Operation> {
    let run = changes.operations.iter().filter(|fact| !fact.seen.skipped).map(|fact| &*fact.operation);
    run.filter(|operation| operation.direction == Direction::Upgrade)
}

/// Returns the lines of an operation; none where it changes neither schema nor rows.
fn told(operation: &Operation) -> Vec<Line> {
    let mut lines: Vec<Line> = line(&operation.action).into_iter().collect();
    let condition = operation.guards.iter().find_map(|guard| match guard {
        Guard::Unknown(condition) => Some(condition),
        _ => None,
    });
    if let (Some(condition), Some(line)) = (condition, lines.first_mut()) {
        // A loop is as good as a condition.
        let word = if condition.starts_with("for ") { "" } else { "if " };
        line.text = format!("{} ({word}{})", line.text, short_line(condition, 40));
    }
    let unknown = |unknown: &OperationUnknown| Line { sign: '!', text: format!("unknown: {}", unknown.what) };
    lines.extend(operation.unknown.iter().map(unknown));
    lines
}

fn line(action: &Action) -> Option<Line> {
    let (sign, text) = match action {
        Action::CreateTable(create) => match &create.like {
            Some(parent) if create.partition => ('+', format!("partition {} of {parent}", known(&create.name))),
            _ if create.temporary => ('+', format!("temporary table {}", known(&create.name))),
            _ => ('+', format!("table {}", known(&create.name))),
        },
        Action::DropTable { table, .. } => ('-', format!("table {}", known(table))),
        Action::RenameTable { table, to } => ('~', format!("table {} -> {}", known(table), known(to))),
        Action::CommentTable { table, .. } => ('~', format!("table {} comment", known(table))),
        Action::AlterTable { table, what } => ('~', format!("table {} {what}", known(table))),
        Action::AddColumn { table, column, .. } => ('+', format!("column {}.{}", known(table), column.name)),
        Action::DropColumn { table, column, .. } => ('-', format!("column {}.{}", known(table), known(column))),
        Action::RenameColumn { table, column, to } => {
            ('~', format!("column {}.{} -> {}", known(table), known(column), known(to)))
        }
        Action::AlterColumn(alter) => {
            let words = altered(alter);
            ('~', format!("column {}.{}{words}", known(&alter.table), known(&alter.column)))
        }
        Action::CreateIndex { table, index } => ('+', format!("index {}", index_words(table, index))),
        Action::DropIndex { index, .. } => ('-', format!("index {}", known(index))),
        Action::RenameIndex { index, to, .. } => ('~', format!("index {} -> {}", known(index), known(to))),
        Action::AddConstraint { table, constraint, .. } => ('+', constraint_words(table, constraint)),
        Action::DropConstraint { table, name, kind, .. } => {
            let kind = kind.map_or("constraint", noun);
            let name = match name {
                Known::Yes(None) => format!("of {}", known(table)),
                Known::Yes(Some(name)) => name.to_string(),
                Known::No(_) => UNKNOWN.to_owned(),
            };
            ('-', format!("{kind} {name}"))
        }
        Action::RenameConstraint { name, to, .. } => ('~', format!("constraint {} -> {}", known(name), known(to))),
        Action::ValidateConstraint { name, .. } => ('~', format!("constraint {} validated", known(name))),
        Action::CreateEnum { name, .. } => ('+', format!("enum {}", known(name))),
        Action::AddEnumValue { name, value, .. } => ('+', format!("label {}.{}", known(name), known(value))),
        Action::RenameEnumValue { name, value, to } => {
            ('~', format!("label {}.{} -> {}", known(name), known(value), known(to)))
        }
        Action::RenameEnum { name, to } => ('~', format!("enum {} -> {}", known(name), known(to))),
        Action::DropEnum { name, .. } => ('-', format!("enum {}", known(name))),
        Action::CreateView { name, .. } => ('+', format!("view {}", known(name))),
        Action::DropView { name, .. } => ('-', format!("view {}", known(name))),
        Action::CreateExtension { name } => ('+', format!("extension {}", known(name))),
        Action::DropExtension { name, .. } => ('-', format!("extension {}", known(name))),
        Action::CreateSchema { name } => ('+', format!("schema {}", known(name))),
        Action::DropSchema { name, .. } => ('-', format!("schema {}", known(name))),
        Action::RenameSchema { name, to } => ('~', format!("schema {} -> {}", known(name), known(to))),
        Action::AttachPartition { table, partition } => {
            ('+', format!("partition {} of {}", known(partition), known(table)))
        }
        Action::DetachPartition { table, partition } => {
            ('-', format!("partition {} of {}", known(partition), known(table)))
        }
        Action::CreateOther { kind, name } => ('+', format!("{kind} {}", known(name))),
        Action::AlterOther { kind, name } => ('~', format!("{kind} {}", known(name))),
        Action::DropOther { kind, name, .. } => ('-', format!("{kind} {}", known(name))),
        // No change of the schema, but one that people look for.
        Action::Data { table, .. } => ('~', format!("rows of {} {}", known(table), action.name())),
        Action::Unknown { why } => ('!', format!("unknown: {why}")),
        Action::Reindex { .. } | Action::RefreshView { .. } | Action::Execute => return None,
    };
    Some(Line { sign, text })
}

/// Stands for a name that is not known.
const UNKNOWN: &str = "?";

fn known<T: std::fmt::Display>(name: &Known<T>) -> String {
    name.as_known().map_or_else(|| UNKNOWN.to_owned(), ToString::to_string)
}

/// Returns ` type, not null`: what of a column becomes another.
fn altered(alter: &AlterColumn) -> String {
    let mut words = Vec::new();
    words.extend(alter.ty.as_ref().map(|_| "type"));
    words.extend(alter.nullable.as_ref().map(|nullable| match nullable {
        Known::Yes(true) => "null",
        Known::Yes(false) => "not null",
        Known::No(_) => "nullable",
    }));
    words.extend(alter.default.as_ref().map(|default| match default {
        Known::Yes(None) => "no default",
        _ => "default",
    }));
    words.extend(alter.identity.map(|_| "identity"));
    words.extend(alter.generated.as_ref().map(|_| "generated"));
    words.extend(alter.comment.as_ref().map(|_| "comment"));
    if words.is_empty() { String::new() } else { format!(" {}", words.join(", ")) }
}

fn index_words(table: &Known<ObjectName>, index: &Index) -> String {
    let parts = index.parts.iter().map(|part| part.text());
    index.name.as_ref().map_or_else(|| keyed(table, parts), ToString::to_string)
}

fn constraint_words(table: &Known<ObjectName>, constraint: &Constraint) -> String {
    let noun = noun(constraint.kind());
    if let Some(name) = constraint.name() {
        return format!("{noun} {name}");
    }
    match constraint {
        Constraint::PrimaryKey(key) | Constraint::Unique(key) => format!("{noun} {}", keyed(table, key.columns.iter())),
        Constraint::ForeignKey(key) => {
            format!("{noun} {} -> {}", keyed(table, key.columns.iter()), key.table)
        }
        Constraint::Check(_) | Constraint::Exclude { .. } => format!("{noun} of {}", known(table)),
    }
}

/// Returns `deals (owner_id, code)`.
fn keyed<'a>(table: &Known<ObjectName>, columns: impl Iterator<Item = &'a Arc<str>>) -> String {
    let columns: Vec<&str> = columns.map(|column| &**column).collect();
    format!("{} ({})", known(table), columns.join(", "))
}

const fn noun(kind: ConstraintKind) -> &'static str {
    match kind {
        ConstraintKind::PrimaryKey => "primary key",
        ConstraintKind::Unique => "unique constraint",
        ConstraintKind::ForeignKey => "foreign key",
        ConstraintKind::Check => "check",
        ConstraintKind::Exclude => "exclusion constraint",
    }
}
