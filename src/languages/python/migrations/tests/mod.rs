//! Migrations as people write them, and the operations that come of them.

mod asked;
mod directives;
mod enums;
mod followed;
mod hostile;

use std::sync::Arc;

use super::{Collector, Library, Ran, Session};
use crate::languages::python::source::Source;
use crate::model::Known;
use crate::model::operation::{Action, Constraint, Direction, Guard, Operation};
use crate::model::schema::{Dialect, ObjectName, Schema};

/// Runs the upgrade of the first file against a session that knows nothing.
fn run_files(files: &[(&str, &str)], dialect: Dialect) -> Vec<Operation> {
    let parsed = files.iter().map(|(path, text)| Arc::new(Source::new((*path).into(), (*text).into())));
    let parsed: Vec<Arc<Source>> = parsed.collect();
    Library::new(parsed)
        .read(|project| {
            let mut session = Collector::new(dialect);
            assert_eq!(project.run(files[0].0, Direction::Upgrade, &mut session), Ran::Function);
            session.operations
        })
        .expect("a thread")
}

/// Returns a file whose upgrade has this body.
fn migration(body: &str) -> String {
    let body: String = body.trim_start_matches('\n').lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "from alembic import op, context\nimport sqlalchemy as sa\nfrom sqlalchemy.dialects import postgresql\n\n\
         revision = 'a'\ndown_revision = None\n\n\ndef upgrade():\n{body}"
    )
}

fn run_body(body: &str, dialect: Dialect) -> Vec<Operation> {
    run_files(&[("versions/a.py", &migration(body))], dialect)
}

/// Returns a line for each operation that a body makes on PostgreSQL.
fn told(body: &str) -> Vec<String> {
    run_body(body, Dialect::Postgresql).iter().map(describe).collect()
}

fn known<T: std::fmt::Display>(value: &Known<T>) -> String {
    match value {
        Known::Yes(value) => value.to_string(),
        Known::No(_) => "?".into(),
    }
}

/// Returns an operation on one line.
fn describe(operation: &Operation) -> String {
    let action = &operation.action;
    let mut line = action.name().to_owned();
    if let Some(table) = action.table() {
        line.push_str(&format!(" {}", known(table)));
    }
    match action {
        Action::CreateTable(create) => {
            let columns: Vec<&str> = create.table.columns.iter().map(|column| &*column.name).collect();
            line.push_str(&format!(" ({})", columns.join(", ")));
        }
        Action::AddColumn { column, .. } => line.push_str(&format!(".{}", column.name)),
        Action::DropColumn { column, .. } => line.push_str(&format!(".{}", known(column))),
        Action::RenameColumn { column, to, .. } => line.push_str(&format!(".{} -> {}", known(column), known(to))),
        Action::RenameTable { to, .. } => line.push_str(&format!(" -> {}", known(to))),
        Action::AlterColumn(alter) => {
            line.push_str(&format!(".{}", known(&alter.column)));
            if let Some(ty) = &alter.ty {
                line.push_str(&format!(" type {}", ty.as_known().map_or("?", |ty| &ty.spelling)));
            }
            if let Some(nullable) = &alter.nullable {
                line.push_str(&format!(" nullable {}", known(nullable)));
            }
            if let Some(default) = &alter.default {
                let default = default.as_known().map_or("?", |default| default.as_deref().unwrap_or("none"));
                line.push_str(&format!(" default {default}"));
            }
        }
        Action::CreateIndex { index, .. } => {
            let parts: Vec<&str> = index.parts.iter().map(|part| &**part.text()).collect();
            line.push_str(&format!(" {} ({})", index.name.as_deref().unwrap_or("-"), parts.join(", ")));
            if index.unique {
                line.push_str(" unique");
            }
            if let Some(condition) = &index.where_ {
                line.push_str(&format!(" where {condition}"));
            }
            if let Some(method) = &index.method {
                line.push_str(&format!(" using {method}"));
            }
        }
        Action::DropIndex { index, .. } => line.push_str(&format!(" {}", known(index))),
        Action::AddConstraint { constraint, not_valid, .. } => {
            line.push_str(&format!(" {} {}", constraint.kind().name(), constraint.name().map_or("-", |name| name)));
            match &**constraint {
                Constraint::ForeignKey(key) => {
                    line.push_str(&format!(
                        " ({}) -> {} ({})",
                        key.columns.join(", "),
                        key.table,
                        key.references.join(", ")
                    ));
                }
                Constraint::Unique(key) | Constraint::PrimaryKey(key) => {
                    line.push_str(&format!(" ({})", key.columns.join(", ")));
                }
                Constraint::Check(check) => line.push_str(&format!(" ({})", check.sql)),
                Constraint::Exclude { .. } => {}
            }
            if *not_valid {
                line.push_str(" not valid");
            }
        }
        Action::DropConstraint { name, kind, .. } => {
            let name = name.as_known().map_or("?", |name| name.as_deref().unwrap_or("-"));
            line.push_str(&format!(" {name} {}", kind.map_or("-", |kind| kind.name())));
        }
        Action::CreateEnum { name, labels } => {
            let labels = labels.as_known().map_or_else(|| "?".into(), |labels| labels.join(", "));
            line.push_str(&format!(" {} ({labels})", known(name)));
        }
        Action::DropEnum { name, .. } => line.push_str(&format!(" {}", known(name))),
        Action::AddEnumValue { name, value, .. } => line.push_str(&format!(" {}: {}", known(name), known(value))),
        Action::CommentTable { comment, .. } => {
            line.push_str(&format!(" {}", comment.as_known().map_or("?", |text| text.as_deref().unwrap_or("none"))));
        }
        Action::CreateExtension { name } | Action::CreateSchema { name } => line.push_str(&format!(" {}", known(name))),
        Action::CreateOther { kind, name } => line.push_str(&format!(" {kind} {}", known(name))),
        _ => {}
    }
    for (set, word) in [
        (operation.if_exists, "if exists"),
        (operation.if_not_exists, "if not exists"),
        (operation.concurrently, "concurrently"),
        (operation.batch, "in batch"),
        (operation.in_transaction == Known::Yes(false), "outside"),
        (!operation.unknown.is_empty(), "partly unknown"),
    ] {
        if set {
            line.push_str(&format!("; {word}"));
        }
    }
    for guard in &operation.guards {
        if let Guard::Unknown(condition) = guard {
            line.push_str(&format!("; if {condition}"));
        }
    }
    line
}

/// A session that knows a schema, and keeps the operations.
struct Knowing {
    schema: Schema,
    operations: Vec<Operation>,
}

impl Session for Knowing {
    fn dialect(&self) -> Dialect {
        Dialect::Postgresql
    }

    fn schema(&self) -> Option<&Schema> {
        Some(&self.schema)
    }

    fn apply(&mut self, operation: Operation) {
        if let Action::CreateTable(create) = &operation.action
            && let Known::Yes(name) = &create.name
        {
            self.schema.tables.insert(name.clone(), create.table.clone());
        }
        self.operations.push(operation);
    }
}

/// Returns what a body makes of a schema.
fn told_knowing(schema: Schema, body: &str) -> Vec<String> {
    let text: Arc<str> = migration(body).into();
    let file = Arc::new(Source::new("versions/a.py".into(), text));
    Library::new(vec![file])
        .read(|project| {
            let mut session = Knowing { schema, operations: Vec::new() };
            assert_eq!(project.run("versions/a.py", Direction::Upgrade, &mut session), Ran::Function);
            session.operations.iter().map(describe).collect()
        })
        .expect("a thread")
}

fn name(name: &str) -> ObjectName {
    ObjectName::new(name)
}
