//! Facts of kind `migration`.

use std::sync::Arc;

use super::changes::{Changes, Told};
use super::file::{self, File};
use super::{FieldType, Kind, Query, fields};
use crate::model::location::{Location, Span};
use crate::model::operation::Action;
use crate::model::schema::Dialect;
use crate::model::value::{Known, Value};

/// One migration file.
#[derive(Clone, Debug)]
pub struct Migration {
    pub file: Arc<File>,
    pub tool: Tool,
    /// Name of the migration tree (graph) that it belongs to.
    pub tree: Arc<str>,
    pub revision: Known<Arc<str>>,
    /// Where the revision is assigned; of SQL, the line of the first statement.
    pub revision_span: Option<Span>,
    /// Parents, in order as written; empty for a base.
    pub down_revisions: Known<Vec<Arc<str>>>,
    pub branch_labels: Known<Vec<Arc<str>>>,
    pub depends_on: Known<Vec<Arc<str>>>,
    /// First line of the docstring, or the words in the name of a file of SQL.
    pub message: Option<Arc<str>>,
    /// `Create Date:` of the docstring, as written.
    pub created: Option<Arc<str>>,
    pub upgrade: Option<Body>,
    /// Its span is one in `SqlMigration::down_path`, where there is one.
    pub downgrade: Option<Body>,
    /// What it does to the schema, in order, upgrade first; not there before the migrations were replayed.
    pub changes: Told,
    /// What only migrations of SQL have.
    pub sql: Option<Box<SqlMigration>>,
    /// Why the file could not be parsed, if so: then nothing that stands in it is known.
    pub unparsed: Option<Arc<str>>,
}

impl Migration {
    /// Returns the place that a finding about the whole migration points at: its revision, or its file.
    pub fn location(&self) -> Location {
        Location { path: self.file.path.clone(), span: self.revision_span }
    }

    /// Returns whether another file takes the same place among the migrations.
    pub fn is_placed_as(&self, other: &Self) -> bool {
        self.file.path == other.file.path
            && self.revision == other.revision
            && self.down_revisions == other.down_revisions
            && self.depends_on == other.depends_on
            && self.branch_labels == other.branch_labels
    }

    /// Returns whether it can be undone: it has a downgrade that does something and does not just refuse.
    pub fn is_downgradable(&self) -> bool {
        self.downgrade.as_ref().is_some_and(|body| !body.empty && !body.raises)
    }

    /// Returns what is read of the parsed file, or why it is not known.
    fn parsed(&self, read: impl Fn(&Self) -> Value) -> Value {
        self.unparsed.as_ref().map_or_else(|| read(self), |reason| Value::Unknown(reason.clone()))
    }

    /// Returns something of what it does to the schema, if that was looked at.
    fn changed(&self, read: impl Fn(&Changes) -> Value) -> Value {
        let changes = self.changes.get();
        changes.map_or_else(|| Value::Unknown("the migrations were not replayed".into()), |changes| read(&changes))
    }

    /// Returns the revision, or the path where the revision is not known.
    pub fn label(&self) -> String {
        self.revision.as_known().unwrap_or(&self.file.path).to_string()
    }
}

/// The tool that runs a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    Alembic,
    /// Any tool that runs files of SQL; which one is told by the [`Flavor`].
    Sql,
}

impl Tool {
    /// The words of all tools.
    pub(super) const WORDS: &[&str] = &[Self::Alembic.name(), Self::Sql.name()];

    /// Returns the word used in YAML and output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alembic => "alembic",
            Self::Sql => "sql",
        }
    }
}

/// What only migrations of SQL have.
#[derive(Clone, Debug)]
pub struct SqlMigration {
    pub flavor: Flavor,
    pub role: Role,
    /// The version in its name, as written. Several files may share it where the tool tells them apart by their names.
    pub version: Option<Arc<str>>,
    pub dialect: Known<Dialect>,
    /// The file that undoes it, where that is a file of its own.
    pub down_path: Option<Arc<str>>,
    /// Whether the tool runs the upgrade in a transaction.
    pub transaction: Known<bool>,
    /// The same of the downgrade.
    pub down_transaction: Known<bool>,
}

/// When a migration of SQL runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Once, in its place in the order of versions.
    Versioned,
    /// Whenever it changed, after all others.
    Repeatable,
    /// On a new database, in place of all up to its version.
    Baseline,
}

impl Role {
    const WORDS: &[&str] = &[Self::Versioned.name(), Self::Repeatable.name(), Self::Baseline.name()];

    /// Returns the word used in YAML and output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Versioned => "versioned",
            Self::Repeatable => "repeatable",
            Self::Baseline => "baseline",
        }
    }
}

/// The tool whose conventions files of SQL follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flavor {
    Atlas,
    Dbmate,
    Diesel,
    Flyway,
    GolangMigrate,
    Goose,
    /// Numbers or dates before the name, and no mark of a known tool.
    Plain,
    Prisma,
    Refinery,
    SqlMigrate,
    Sqlx,
}

impl Flavor {
    /// All of them, sorted by name.
    pub const ALL: &[Self] = &[
        Self::Atlas,
        Self::Dbmate,
        Self::Diesel,
        Self::Flyway,
        Self::GolangMigrate,
        Self::Goose,
        Self::Plain,
        Self::Prisma,
        Self::Refinery,
        Self::SqlMigrate,
        Self::Sqlx,
    ];
    /// Their words.
    pub const WORDS: &[&str] = &{
        let mut words = [""; Self::ALL.len()];
        let mut index = 0;
        while index < words.len() {
            words[index] = Self::ALL[index].name();
            index += 1;
        }
        words
    };

    /// Returns the word used in YAML and output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Atlas => "atlas",
            Self::Dbmate => "dbmate",
            Self::Diesel => "diesel",
            Self::Flyway => "flyway",
            Self::GolangMigrate => "golang-migrate",
            Self::Goose => "goose",
            Self::Plain => "plain",
            Self::Prisma => "prisma",
            Self::Refinery => "refinery",
            Self::SqlMigrate => "sql-migrate",
            Self::Sqlx => "sqlx",
        }
    }

    /// Returns the flavor with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|flavor| flavor.name() == name)
    }

    /// Returns whether the tool knows a migration by its version alone, so that two with one version cannot both run.
    pub const fn is_known_by_version(self) -> bool {
        !matches!(self, Self::Plain | Self::Prisma | Self::SqlMigrate)
    }
}

/// The `upgrade` or `downgrade` function of a migration, or the part of SQL that goes up or down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// From `def` to the last statement; of SQL, the part.
    pub span: Span,
    /// It does nothing: only a docstring, `pass`, `...` or a bare `return`; of SQL, only comments.
    pub empty: bool,
    /// It refuses to run: its last top-level statement raises, or every path does. Never of SQL.
    pub raises: bool,
}

fn body_map(body: Option<&Body>, read: impl Fn(&Body) -> bool) -> Value {
    body.map_or(Value::Null, |body| Value::Bool(read(body)))
}

fn sql_value(migration: &Migration, read: impl Fn(&SqlMigration) -> Value) -> Value {
    migration.sql.as_ref().map_or(Value::Null, |sql| read(sql))
}

fn line(body: Option<&Body>) -> Value {
    body.map_or(Value::Null, |body| Value::Int(i64::from(body.span.line)))
}

pub static KIND: Kind = Kind {
    name: "migration",
    about: "A migration file, with all fields of `file`.",
    judged: true,
    includes: Some(&file::KIND),
    fields: fields! { migration:
        "tool", FieldType::Word(Tool::WORDS), "The tool that runs it.", |migration| Value::word(migration.tool.name());
        "flavor", FieldType::Word(Flavor::WORDS), "The tool whose conventions a migration of SQL follows; null for Alembic.",
            |migration| sql_value(migration, |sql| Value::word(sql.flavor.name()));
        "tree", FieldType::Text, "Name of the migration tree that it belongs to.", |migration| Value::Text(migration.tree.clone());
        "revision", FieldType::Text, "Its own identifier; of SQL, the version in its name, or the name itself where that is what the tool goes by.", |migration| migration.revision.value(|revision| Value::Text(revision.clone()));
        "down_revisions", FieldType::Texts, "Identifiers of its parents, in order as written; empty for a base. Of SQL, the one before it in the order of the tree.",
            |migration| migration.down_revisions.value(|parents| Value::texts(parents));
        "branch_labels", FieldType::Texts, "Branch labels that it declares.",
            |migration| migration.branch_labels.value(|labels| Value::texts(labels));
        "depends_on", FieldType::Texts, "Revisions or labels that must run before it without being its parents.",
            |migration| migration.depends_on.value(|names| Value::texts(names));
        "message", FieldType::Text, "First line of its docstring, or the words in the name of its file of SQL; null if there is none.",
            |migration| migration.parsed(|migration| Value::optional_text(migration.message.as_ref()));
        "created", FieldType::Text, "`Create Date:` of its docstring as written; null if there is none.",
            |migration| migration.parsed(|migration| Value::optional_text(migration.created.as_ref()));
        "has_upgrade", FieldType::Bool, "Whether it has an `upgrade` function; of SQL, a part that goes up.",
            |migration| migration.parsed(|migration| Value::Bool(migration.upgrade.is_some()));
        "has_downgrade", FieldType::Bool, "Whether it has a `downgrade` function; of SQL, a part or a file that goes down.",
            |migration| migration.parsed(|migration| Value::Bool(migration.downgrade.is_some()));
        "upgrade_empty", FieldType::Bool, "Whether `upgrade` does nothing; null if there is none. Of SQL: there is nothing but comments.",
            |migration| migration.parsed(|migration| body_map(migration.upgrade.as_ref(), |body| body.empty));
        "downgrade_empty", FieldType::Bool, "Whether `downgrade` does nothing; null if there is none.",
            |migration| migration.parsed(|migration| body_map(migration.downgrade.as_ref(), |body| body.empty));
        "downgrade_raises", FieldType::Bool, "Whether `downgrade` refuses to run by raising; null if there is none.",
            |migration| migration.parsed(|migration| body_map(migration.downgrade.as_ref(), |body| body.raises));
        "upgrade_line", FieldType::Int, "Line on which `upgrade` starts; null if there is none.",
            |migration| migration.parsed(|migration| line(migration.upgrade.as_ref()));
        "downgrade_line", FieldType::Int, "Line on which `downgrade` starts, in `down_path` where there is one; null if there is none.",
            |migration| migration.parsed(|migration| line(migration.downgrade.as_ref()));
        "actions", FieldType::Words(Action::WORDS), "What it does to the schema, up or down: each action of its operations once.",
            |migration| migration.changed(Changes::actions);
        "not_restored", FieldType::Texts, "How the schema differs from before when it was applied and undone: `column deals.status is gone`; null if it cannot be undone.",
            |migration| migration.changed(|changes| changes.not_restored.as_ref().map_or(Value::Null, |what| what.value(|what| Value::texts(what))));
        "role", FieldType::Word(Role::WORDS), "When a migration of SQL runs: once in its order, whenever it changed, or on new databases only; null for Alembic.",
            |migration| sql_value(migration, |sql| Value::word(sql.role.name()));
        "version", FieldType::Text, "The version in the name of its file of SQL, as written; null if there is none, and for Alembic.",
            |migration| sql_value(migration, |sql| Value::optional_text(sql.version.as_ref()));
        "dialect", FieldType::Word(Dialect::WORDS), "The kind of database that its SQL is for; null for Alembic.",
            |migration| sql_value(migration, |sql| sql.dialect.value(|dialect| Value::word(dialect.name())));
        "down_path", FieldType::Text, "Path of the file of SQL that undoes it; null if there is none.",
            |migration| sql_value(migration, |sql| Value::optional_text(sql.down_path.as_ref()));
        "transaction", FieldType::Bool, "Whether the tool runs its SQL in a transaction; null for Alembic.",
            |migration| sql_value(migration, |sql| sql.transaction.value(|transaction| Value::Bool(*transaction)));
        "down_transaction", FieldType::Bool, "Whether the tool runs its SQL that goes down in a transaction; null without any, and for Alembic.",
            |migration| sql_value(migration, |sql| match &migration.downgrade {
                Some(_) => sql.down_transaction.value(|transaction| Value::Bool(*transaction)),
                None => Value::Null,
            });
    },
    queries: &[
        Query {
            name: "operations",
            argument: Some("action"),
            returns: FieldType::Facts("operation"),
            about: "What it does to the schema, upgrade first; only operations whose action is `action`.",
            run: |fact, action| {
                let known = |changes: &Changes| changes.operations_of(action);
                Ok(fact.migration().map_or(Value::Null, |migration| migration.changed(known)))
            },
        },
        Query {
            name: "operations_on",
            argument: Some("name"),
            returns: FieldType::Facts("operation"),
            about: "What it does to the table, or to another object, that is called `name` in whatever case, upgrade first; also where that name is not known.",
            run: |fact, name| {
                let known = |changes: &Changes| {
                    name.map_or_else(|| changes.operations_of(None), |name| changes.operations_on(name))
                };
                Ok(fact.migration().map_or(Value::Null, |migration| migration.changed(known)))
            },
        },
        Query {
            name: "operations_with",
            argument: Some("text"),
            returns: FieldType::Facts("operation"),
            about: "The operations whose SQL, or default, holds `text`, upgrade first; also changes of a column of which the default is not known.",
            run: |fact, text| {
                let known = |changes: &Changes| {
                    text.map_or_else(|| changes.operations_of(None), |text| changes.operations_with(text))
                };
                Ok(fact.migration().map_or(Value::Null, |migration| migration.changed(known)))
            },
        },
        Query {
            name: "statements",
            argument: Some("kind"),
            returns: FieldType::Facts("statement"),
            about: "The SQL statements that it runs, upgrade first; only those whose kind is `kind`.",
            run: |fact, kind| {
                let known = |changes: &Changes| changes.statements_of(kind);
                Ok(fact.migration().map_or(Value::Null, |migration| migration.changed(known)))
            },
        },
    ],
    subject: &[("revision", "revision"), ("path", "path")],
};
