//! Facts of kind `migration`.

use std::sync::{Arc, OnceLock};

use super::file::{self, File};
use super::operation::OperationFact;
use super::statement::StatementFact;
use super::{Fact, FieldType, Kind, Query, fields};
use crate::model::location::{Location, Span};
use crate::model::value::{Known, Value};

/// One migration file.
#[derive(Clone, Debug)]
pub struct Migration {
    pub file: Arc<File>,
    pub tool: Tool,
    /// Name of the migration tree (graph) that it belongs to.
    pub tree: Arc<str>,
    pub revision: Known<Arc<str>>,
    /// Where the revision is assigned.
    pub revision_span: Option<Span>,
    /// Parents, in order as written; empty for a base.
    pub down_revisions: Known<Vec<Arc<str>>>,
    pub branch_labels: Known<Vec<Arc<str>>>,
    pub depends_on: Known<Vec<Arc<str>>>,
    /// First line of the docstring.
    pub message: Option<Arc<str>>,
    /// `Create Date:` of the docstring, as written.
    pub created: Option<Arc<str>>,
    pub upgrade: Option<Body>,
    pub downgrade: Option<Body>,
    /// What it does to the schema, in order, upgrade first; not there before the migrations were replayed.
    pub changes: OnceLock<Changes>,
    /// Why the file could not be parsed, if so: then nothing that stands in it is known.
    pub unparsed: Option<Arc<str>>,
}

impl Migration {
    /// Returns the place that a finding about the whole migration points at: its revision, or its file.
    pub fn location(&self) -> Location {
        Location { path: self.file.path.clone(), span: self.revision_span }
    }

    /// Returns what is read of the parsed file, or why it is not known.
    fn parsed(&self, read: impl Fn(&Self) -> Value) -> Value {
        self.unparsed.as_ref().map_or_else(|| read(self), |reason| Value::Unknown(reason.clone()))
    }

    /// Returns something of what it does to the schema, if that was looked at.
    fn changed(&self, read: impl Fn(&Changes) -> Value) -> Value {
        self.changes.get().map_or_else(|| Value::Unknown("the migrations were not replayed".into()), read)
    }

    /// Returns the revision, or the path where the revision is not known.
    pub fn label(&self) -> String {
        self.revision.as_known().unwrap_or(&self.file.path).to_string()
    }
}

/// What a migration does to the schema.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub operations: Vec<Arc<OperationFact>>,
    pub statements: Vec<Arc<StatementFact>>,
    /// How the schema differs when the migration was applied and undone; unknown where something in it is.
    pub not_restored: Option<Known<Vec<Arc<str>>>>,
}

/// The tool that runs a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    Alembic,
}

impl Tool {
    /// The words of all tools.
    pub(super) const WORDS: &[&str] = &[Self::Alembic.name()];

    /// Returns the word used in YAML and output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alembic => "alembic",
        }
    }
}

/// The `upgrade` or `downgrade` function of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// From `def` to the last statement.
    pub span: Span,
    /// It does nothing: only a docstring, `pass`, `...` or a bare `return`.
    pub empty: bool,
    /// It refuses to run: its last top-level statement raises, or every path does.
    pub raises: bool,
}

/// Returns the operations whose action is `action`; all of them for `None`.
pub(super) fn select_operations(operations: &[Arc<OperationFact>], action: Option<&str>) -> Value {
    let wanted = operations.iter().filter(|one| action.is_none_or(|action| one.operation.action.name() == action));
    Value::List(wanted.map(|one| Value::Fact(Fact::Operation(one.clone()))).collect())
}

/// Returns the statements whose kind is `kind`; all of them for `None`.
fn select_statements(statements: &[Arc<StatementFact>], kind: Option<&str>) -> Value {
    let wanted = statements.iter().filter(|one| kind.is_none_or(|kind| &*one.statement.kind.0 == kind));
    Value::List(wanted.map(|one| Value::Fact(Fact::Statement(one.clone()))).collect())
}

fn body_map(body: Option<&Body>, read: impl Fn(&Body) -> bool) -> Value {
    body.map_or(Value::Null, |body| Value::Bool(read(body)))
}

fn line(body: Option<&Body>) -> Value {
    body.map_or(Value::Null, |body| Value::Int(i64::from(body.span.line)))
}

pub const KIND: Kind = Kind {
    name: "migration",
    about: "A migration file, with all fields of `file`.",
    judged: true,
    includes: Some(&file::KIND),
    fields: fields! { migration:
        "tool", FieldType::Word(Tool::WORDS), "The tool that runs it.", |migration| Value::text(migration.tool.name());
        "tree", FieldType::Text, "Name of the migration tree that it belongs to.", |migration| Value::Text(migration.tree.clone());
        "revision", FieldType::Text, "Its own identifier.", |migration| migration.revision.value(|revision| Value::Text(revision.clone()));
        "down_revisions", FieldType::Texts, "Identifiers of its parents, in order as written; empty for a base.",
            |migration| migration.down_revisions.value(|parents| Value::texts(parents));
        "branch_labels", FieldType::Texts, "Branch labels that it declares.",
            |migration| migration.branch_labels.value(|labels| Value::texts(labels));
        "depends_on", FieldType::Texts, "Revisions or labels that must run before it without being its parents.",
            |migration| migration.depends_on.value(|names| Value::texts(names));
        "message", FieldType::Text, "First line of its docstring; null if there is none.",
            |migration| migration.parsed(|migration| Value::optional_text(migration.message.as_ref()));
        "created", FieldType::Text, "`Create Date:` of its docstring as written; null if there is none.",
            |migration| migration.parsed(|migration| Value::optional_text(migration.created.as_ref()));
        "has_upgrade", FieldType::Bool, "Whether it has an `upgrade` function.",
            |migration| migration.parsed(|migration| Value::Bool(migration.upgrade.is_some()));
        "has_downgrade", FieldType::Bool, "Whether it has a `downgrade` function.",
            |migration| migration.parsed(|migration| Value::Bool(migration.downgrade.is_some()));
        "upgrade_empty", FieldType::Bool, "Whether `upgrade` does nothing; null if there is none.",
            |migration| migration.parsed(|migration| body_map(migration.upgrade.as_ref(), |body| body.empty));
        "downgrade_empty", FieldType::Bool, "Whether `downgrade` does nothing; null if there is none.",
            |migration| migration.parsed(|migration| body_map(migration.downgrade.as_ref(), |body| body.empty));
        "downgrade_raises", FieldType::Bool, "Whether `downgrade` refuses to run by raising; null if there is none.",
            |migration| migration.parsed(|migration| body_map(migration.downgrade.as_ref(), |body| body.raises));
        "upgrade_line", FieldType::Int, "Line on which `upgrade` starts; null if there is none.",
            |migration| migration.parsed(|migration| line(migration.upgrade.as_ref()));
        "downgrade_line", FieldType::Int, "Line on which `downgrade` starts; null if there is none.",
            |migration| migration.parsed(|migration| line(migration.downgrade.as_ref()));
        "not_restored", FieldType::Texts, "How the schema differs from before when it was applied and undone: `column deals.status is gone`; null if it cannot be undone.",
            |migration| migration.changed(|changes| changes.not_restored.as_ref().map_or(Value::Null, |what| what.value(|what| Value::texts(what))));
    },
    queries: &[
        Query {
            name: "operations",
            argument: Some("action"),
            returns: FieldType::Facts("operation"),
            about: "What it does to the schema, upgrade first; only operations whose action is `action`.",
            run: |fact, action| {
                let known = |changes: &Changes| select_operations(&changes.operations, action);
                Ok(fact.migration().map_or(Value::Null, |migration| migration.changed(known)))
            },
        },
        Query {
            name: "statements",
            argument: Some("kind"),
            returns: FieldType::Facts("statement"),
            about: "The SQL statements that it runs, upgrade first; only those whose kind is `kind`.",
            run: |fact, kind| {
                let known = |changes: &Changes| select_statements(&changes.statements, kind);
                Ok(fact.migration().map_or(Value::Null, |migration| migration.changed(known)))
            },
        },
    ],
    subject: &[("revision", "revision"), ("path", "path")],
};
