//! Facts of kind `operation`.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use super::fault::FaultFact;
use super::migration::Migration;
use super::schema::Described;
use super::statement::{StatementFact, migration};
use super::table::TableFact;
use super::{Fact, FieldType, Kind, fields};
use crate::model::location::Location;
use crate::model::operation::{
    Action, AlterColumn, Constraint, ConstraintKind, Direction, EnumPosition, Guard, Lock, Operation,
};
use crate::model::schema::{Column, Dialect, Normal, ObjectName, Origin, Schema, SchemaUnknown, Table};
use crate::model::value::{Known, Value};

/// A schema change of a migration, and what is known of the schema at that moment.
#[derive(Debug)]
pub struct OperationFact {
    pub operation: Arc<Operation>,
    pub dialect: Dialect,
    /// Major version of the server, where the configuration says it.
    pub server_version: Option<u32>,
    pub migration: Weak<Migration>,
    /// The SQL statement that it is, or is part of.
    pub statement: Option<Arc<StatementFact>>,
    pub seen: Seen,
    pub faults: Vec<Arc<FaultFact>>,
    definition: OnceLock<Option<Arc<TableFact>>>,
}

/// What is known of the schema, and of the migration so far, when an operation runs.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Whether its conditions say that it does not run.
    pub skipped: bool,
    /// Whether the migration made the table before.
    pub table_created_here: Option<Known<bool>>,
    /// Whether the table is there.
    pub table_exists: Option<Known<bool>>,
    /// The column as it is before; `Yes(None)` where there is none; nothing where the operation is about no column.
    pub column_before: Option<Box<Known<Option<Column>>>>,
    /// The strongest lock on a table that others use which the transaction holds already.
    pub held: Option<Lock>,
    /// Another table that the transaction keeps from everybody else already, the first of them; nothing where there is
    /// none, or where the migration has kept its own table from them before.
    pub locked_besides: Option<Known<Arc<str>>>,
    /// Whether it adds foreign keys to tables which the migration does not make.
    pub points_out: bool,
    /// Whether its transaction made a table before that points to one which the migration does not make.
    pub pointed_before: Known<bool>,
    /// Settings that are in force because the migration set them: `lock_timeout`, `statement_timeout`.
    pub settings: Vec<Arc<str>>,
    /// Columns that may hold null before, and may not after it.
    pub sets_not_null: Vec<Arc<str>>,
    /// Whether a check of the table says of all of them that they are not null.
    pub not_null_checked: bool,
}

impl Default for Seen {
    /// Returns what is known where nothing is.
    fn default() -> Self {
        Self {
            skipped: false,
            table_created_here: None,
            table_exists: None,
            column_before: None,
            held: None,
            locked_besides: None,
            points_out: false,
            pointed_before: Known::Yes(false),
            settings: Vec::new(),
            sets_not_null: Vec::new(),
            not_null_checked: false,
        }
    }
}

impl OperationFact {
    /// Returns the fact of an operation.
    pub fn new(
        operation: Arc<Operation>,
        (dialect, server_version): (Dialect, Option<u32>),
        migration: Weak<Migration>,
        statement: Option<Arc<StatementFact>>,
        seen: Seen,
        faults: Vec<Arc<FaultFact>>,
    ) -> Self {
        Self { operation, dialect, server_version, migration, statement, seen, faults, definition: OnceLock::new() }
    }

    /// Returns its place.
    pub(super) fn at(&self) -> Location {
        self.operation.at.clone()
    }

    /// Returns what people call it: `drop_column deals.status`.
    pub(super) fn label(&self) -> String {
        let mut label = self.operation.action.name().to_owned();
        if let Some(Known::Yes(table)) = self.operation.action.table() {
            label = format!("{label} {table}");
            if let Value::Text(column) = column(self) {
                label = format!("{label}.{column}");
            }
        }
        label
    }

    /// Returns the table, column, index or constraint that it says something about, as a table of its own that holds
    /// nothing else.
    fn definition(&self) -> Option<&Arc<TableFact>> {
        let definition = self.definition.get_or_init(|| {
            let (name, mut table) = definition(&self.operation.action)?;
            table.at.get_or_insert_with(|| self.at());
            let unknown = self.operation.unknown.iter().map(|unknown| SchemaUnknown {
                what: unknown.what.clone(),
                part: unknown.part,
                table: Some(name.clone()),
                at: Some(self.at()),
            });
            Some(alone(self.dialect, name.clone(), table, unknown.collect()))
        });
        definition.as_ref()
    }

    /// Returns a field of its definition; an empty list where it defines nothing.
    fn defines(&self, field: &str) -> Value {
        let none = || Value::List(Arc::new([]));
        let table = self.definition().cloned().map(Fact::Table);
        table.and_then(|table| table.get(field)).unwrap_or_else(none)
    }

    /// Returns a field of the one column that it defines or changes; null where it is about no column, or several.
    fn of_column(&self, field: &str) -> Value {
        if !matches!(self.operation.action, Action::AddColumn { .. } | Action::AlterColumn(_)) {
            return Value::Null;
        }
        let Some(table) = self.definition() else { return Value::Null };
        let column = table.columns().next().map(Fact::Column);
        column.and_then(|column| column.get(field)).unwrap_or(Value::Null)
    }
}

/// Returns a table as a fact of a schema that holds nothing else.
fn alone(dialect: Dialect, name: ObjectName, table: Table, unknown: Vec<SchemaUnknown>) -> Arc<TableFact> {
    // Most operations say all that there is to know of them: these share what stands around.
    static PLAIN: Mutex<Vec<Arc<Described>>> = Mutex::new(Vec::new());
    let make =
        |unknown| Described::alone(Schema { unknown, ..Schema::empty("migrations", Origin::Replay, Some(dialect)) });
    if !unknown.is_empty() {
        return TableFact::alone(make(unknown), name, table);
    }
    let mut plain = PLAIN.lock().unwrap_or_else(PoisonError::into_inner);
    let found = plain.iter().find(|described| described.schema.dialect == Some(dialect)).cloned();
    let of = found.unwrap_or_else(|| {
        plain.push(make(unknown));
        plain[plain.len() - 1].clone()
    });
    TableFact::alone(of, name, table)
}

/// Returns what an operation leaves open.
fn unsaid<T>() -> Known<T> {
    Known::No("the operation does not say it".into())
}

/// A name for a table whose own name is not known.
fn name_of(table: &Known<ObjectName>) -> ObjectName {
    table.as_known().cloned().unwrap_or_else(|| ObjectName::new("unknown"))
}

/// Returns what an action defines, as a table that holds nothing else.
fn definition(action: &Action) -> Option<(ObjectName, Table)> {
    let mut table = Table::default();
    let name = match action {
        Action::CreateTable(create) => return Some((name_of(&create.name), create.table.clone())),
        Action::AddColumn { table: name, column, constraints } => {
            table.columns.push((**column).clone());
            constraints.iter().for_each(|constraint| constrain(&mut table, constraint));
            name
        }
        Action::AlterColumn(alter) => {
            let ty = alter.ty.clone().or_else(|| alter.existing_type.clone()).unwrap_or_else(unsaid);
            let nullable = alter.nullable.clone().or_else(|| alter.existing_nullable.clone()).unwrap_or_else(unsaid);
            let mut column = Column::new(alter.column.as_known().map_or("unknown", |name| name), ty, nullable);
            column.default = alter.default.clone().unwrap_or_else(unsaid);
            column.identity = alter.identity.flatten();
            column.generated = alter.generated.clone().flatten();
            table.columns.push(column);
            &alter.table
        }
        Action::CreateIndex { table: name, index } => {
            table.indexes.push((**index).clone());
            name
        }
        Action::AddConstraint { table: name, constraint, .. } => {
            constrain(&mut table, constraint);
            name
        }
        _ => return None,
    };
    Some((name_of(name), table))
}

fn constrain(table: &mut Table, constraint: &Constraint) {
    match constraint {
        Constraint::PrimaryKey(key) => table.primary_key = Some(key.clone()),
        Constraint::Unique(key) => table.uniques.push(key.clone()),
        Constraint::ForeignKey(key) => table.foreign_keys.push(key.clone()),
        Constraint::Check(check) => table.checks.push(check.clone()),
        // A schema does not hold these.
        Constraint::Exclude { .. } => {}
    }
}

fn known_text(name: &Known<Arc<str>>) -> Value {
    name.value(|name| Value::Text(name.clone()))
}

fn known_name(name: &Known<ObjectName>) -> Value {
    name.value(|name| Value::text(name.to_string()))
}

/// Returns the table that it is about.
pub(super) fn table(fact: &OperationFact) -> Value {
    fact.operation.action.table().map_or(Value::Null, known_name)
}

fn column(fact: &OperationFact) -> Value {
    match &fact.operation.action {
        Action::AddColumn { column, .. } => Value::Text(column.name.clone()),
        Action::AlterColumn(alter) => known_text(&alter.column),
        Action::DropColumn { column, .. } | Action::RenameColumn { column, .. } => known_text(column),
        _ => Value::Null,
    }
}

fn index(fact: &OperationFact) -> Value {
    match &fact.operation.action {
        Action::CreateIndex { index, .. } => Value::optional_text(index.name.as_ref()),
        Action::DropIndex { index, .. } | Action::RenameIndex { index, .. } => known_text(index),
        Action::Reindex { name } => known_text(name),
        _ => Value::Null,
    }
}

fn constraint(fact: &OperationFact) -> Value {
    match &fact.operation.action {
        Action::AddConstraint { constraint, .. } => Value::optional_text(constraint.name()),
        Action::DropConstraint { name, .. } => name.value(|name| Value::optional_text(name.as_ref())),
        Action::RenameConstraint { name, .. } | Action::ValidateConstraint { name, .. } => known_text(name),
        _ => Value::Null,
    }
}

/// Returns what a constraint that it adds or drops demands.
pub(super) fn constraint_kind(fact: &OperationFact) -> Option<ConstraintKind> {
    match &fact.operation.action {
        Action::AddConstraint { constraint, .. } => Some(constraint.kind()),
        Action::DropConstraint { kind, .. } => *kind,
        _ => None,
    }
}

/// Returns the object that it is about, where that is no table.
pub(super) fn name(fact: &OperationFact) -> Value {
    match &fact.operation.action {
        Action::CreateEnum { name, .. }
        | Action::AddEnumValue { name, .. }
        | Action::RenameEnumValue { name, .. }
        | Action::RenameEnum { name, .. }
        | Action::DropEnum { name, .. }
        | Action::CreateView { name, .. }
        | Action::DropView { name, .. }
        | Action::RefreshView { name } => known_name(name),
        Action::CreateExtension { name }
        | Action::DropExtension { name, .. }
        | Action::CreateSchema { name }
        | Action::DropSchema { name, .. }
        | Action::RenameSchema { name, .. }
        | Action::CreateOther { name, .. }
        | Action::AlterOther { name, .. }
        | Action::DropOther { name, .. } => known_text(name),
        Action::AttachPartition { partition, .. } | Action::DetachPartition { partition, .. } => known_name(partition),
        _ => Value::Null,
    }
}

fn to(fact: &OperationFact) -> Value {
    match &fact.operation.action {
        Action::RenameTable { to, .. } | Action::RenameEnum { to, .. } => known_name(to),
        Action::RenameColumn { to, .. }
        | Action::RenameIndex { to, .. }
        | Action::RenameConstraint { to, .. }
        | Action::RenameEnumValue { to, .. }
        | Action::RenameSchema { to, .. } => known_text(to),
        _ => Value::Null,
    }
}

fn what(fact: &OperationFact) -> Value {
    match &fact.operation.action {
        Action::AlterTable { what, .. } => Value::Text(what.clone()),
        Action::CreateOther { kind, .. } | Action::AlterOther { kind, .. } | Action::DropOther { kind, .. } => {
            Value::Text(kind.clone())
        }
        Action::Unknown { why } => Value::Text(why.clone()),
        _ => Value::Null,
    }
}

fn labels(fact: &OperationFact) -> Value {
    match &fact.operation.action {
        Action::CreateEnum { labels, .. } => labels.value(|labels| Value::texts(labels)),
        Action::AddEnumValue { value, .. } | Action::RenameEnumValue { value, .. } => match known_text(value) {
            Value::Text(label) => Value::List(Arc::new([Value::Text(label)])),
            other => other,
        },
        _ => Value::Null,
    }
}

fn cascade(fact: &OperationFact) -> bool {
    match &fact.operation.action {
        Action::DropTable { cascade, .. }
        | Action::DropColumn { cascade, .. }
        | Action::DropIndex { cascade, .. }
        | Action::DropConstraint { cascade, .. }
        | Action::DropEnum { cascade, .. }
        | Action::DropView { cascade, .. }
        | Action::DropExtension { cascade, .. }
        | Action::DropSchema { cascade, .. }
        | Action::DropOther { cascade, .. } => *cascade,
        _ => false,
    }
}

/// Returns whether it is an `alter_column` that changes what a word says, for each of the words.
pub(super) fn changed(fact: &OperationFact) -> [(&'static str, bool); 6] {
    let alter = if let Action::AlterColumn(alter) = &fact.operation.action { Some(alter) } else { None };
    let changes = |change: fn(&AlterColumn) -> bool| alter.is_some_and(|alter| change(alter));
    [
        ("type", changes(|alter| alter.ty.is_some())),
        ("nullable", changes(|alter| alter.nullable.is_some())),
        ("default", changes(|alter| alter.default.is_some())),
        ("identity", changes(|alter| alter.identity.is_some())),
        ("generated", changes(|alter| alter.generated.is_some())),
        ("comment", changes(|alter| alter.comment.is_some())),
    ]
}

fn conditions(fact: &OperationFact) -> Value {
    let conditions = fact.operation.guards.iter().map(|guard| match guard {
        Guard::Unknown(source) => Value::Text(source.clone()),
        Guard::Object { name, column, exists, .. } => {
            let column = column.as_ref().map_or_else(String::new, |column| format!(".{column}"));
            Value::text(format!("{name}{column} {}", if *exists { "exists" } else { "does not exist" }))
        }
        Guard::Dialects(dialects) => {
            let names: Vec<&str> = dialects.iter().map(|dialect| dialect.name()).collect();
            Value::text(format!("the database is {}", names.join(" or ")))
        }
    });
    Value::List(conditions.collect())
}

/// Returns the column as it was before, as a fact: from the schema, else as Alembic is told that it was.
fn before(fact: &OperationFact) -> Value {
    let told = || match &fact.operation.action {
        Action::AlterColumn(alter) => existing(alter),
        _ => None,
    };
    let column = match fact.seen.column_before.as_deref() {
        Some(Known::Yes(Some(column))) => Some(column.clone()),
        Some(Known::No(reason)) => match told() {
            Some(column) => Some(column),
            None => return Value::Unknown(reason.clone()),
        },
        Some(Known::Yes(None)) | None => told(),
    };
    let Some(column) = column else { return Value::Null };
    let name = fact.operation.action.table().map_or_else(|| ObjectName::new("unknown"), name_of);
    let table = alone(fact.dialect, name, Table { columns: vec![column], ..Table::default() }, Vec::new());
    let column = table.columns().next();
    column.map_or(Value::Null, |column| Value::Fact(Fact::Column(column)))
}

/// Returns what Alembic is told that a column was before, if it is told anything.
fn existing(alter: &AlterColumn) -> Option<Column> {
    let untold = || Arc::from("neither the schema nor the operation says it");
    if alter.existing_type.is_none() && alter.existing_nullable.is_none() {
        return None;
    }
    let name = alter.column.as_known()?.clone();
    let ty = alter.existing_type.clone().unwrap_or_else(|| Known::No(untold()));
    let mut column = Column::new(name, ty, alter.existing_nullable.clone().unwrap_or_else(|| Known::No(untold())));
    column.default = Known::No(untold());
    Some(column)
}

fn seen(value: Option<&Known<bool>>) -> Value {
    value.map_or(Value::Null, |value| value.value(|value| Value::Bool(*value)))
}

/// Returns the lock that it takes on its table.
pub(super) fn lock_of(fact: &OperationFact) -> Option<Lock> {
    let is_postgres = fact.dialect == Dialect::Postgresql;
    is_postgres.then(|| Lock::of(&fact.operation.action, fact.operation.concurrently)).flatten()
}

fn texts(texts: &[Arc<str>]) -> Value {
    Value::texts(texts)
}

pub static KIND: Kind = Kind {
    name: "operation",
    about: "A change of the schema in a migration, whether a directive of Alembic or SQL makes it.",
    judged: true,
    includes: None,
    fields: fields! { operation:
        "path", FieldType::Text, "File that holds it.", |operation| Value::Text(operation.operation.at.path.clone());
        "line", FieldType::Int, "Line on which it starts.", |operation| super::line_of(Some(&operation.operation.at));
        "action", FieldType::Word(Action::WORDS), "What it does.", |operation| Value::word(operation.operation.action.name());
        "direction", FieldType::Word(Direction::WORDS), "Whether it runs when the migration is applied or undone.",
            |operation| Value::word(operation.operation.direction.name());
        "table", FieldType::Text, "The table that it is about, `deals` or `audit.deals`; null if it is about none.",
            table;
        "column", FieldType::Text, "The column that it adds, changes, renames or drops; null for others.", column;
        "name", FieldType::Text, "The enum, view, extension, schema, partition or other object that it is about; null for operations on tables.", name;
        "index", FieldType::Text, "The index that it creates, drops or renames; null for others, and where it gives it no name.", index;
        "constraint", FieldType::Text, "The constraint that it adds, drops, renames or validates; null for others, and where it gives it no name.", constraint;
        "constraint_type", FieldType::Word(ConstraintKind::WORDS), "What the constraint demands; null for other operations, and where a drop does not say it.",
            |operation| constraint_kind(operation).map_or(Value::Null, |kind| Value::word(kind.name()));
        "to", FieldType::Text, "The new name of what is renamed; null for others.", to;
        "dialect", FieldType::Word(Dialect::WORDS), "The database that the migration is read for.",
            |operation| Value::word(operation.dialect.name());
        "server_version", FieldType::Int, "Major version of the server that lawbook.yml names; null if it names none.",
            |operation| super::statement::version(operation.server_version);
        "namespace", FieldType::Text, "The schema inside the database that the table is in; null for the default one.",
            |operation| operation.operation.action.table().map_or(Value::Null, |table| table.value(|table| Value::optional_text(table.schema.as_ref())));
        "what", FieldType::Text, "For `alter_table` its words, for `*_other` the kind of object, for `unknown` the reason; null for others.", what;
        "columns", FieldType::Facts("column"), "Columns that it defines: of `create_table`, `add_column`; what `alter_column` says of its column.",
            |operation| operation.defines("columns");
        "constraints", FieldType::Facts("constraint"), "Constraints that it defines: of `create_table`, `add_column`, `add_constraint`.",
            |operation| operation.defines("constraints");
        "indexes", FieldType::Facts("index"), "Indexes that it defines: of `create_index`, `create_table`.",
            |operation| operation.defines("indexes");
        "changes", FieldType::Texts, "What `alter_column` changes: `type`, `nullable`, `default`, `identity`, `generated`, `comment`; empty for others.",
            |operation| Value::List(changed(operation).into_iter().filter(|(_, changed)| *changed).map(|(word, _)| Value::word(word)).collect());
        "type", FieldType::Text, "Type of the column that it adds or changes, as SQLAlchemy spells it; null for others.",
            |operation| operation.of_column("type");
        "family", FieldType::Word(Normal::FAMILIES), "Kind of that type, whatever its size; null for others.", |operation| operation.of_column("family");
        "nullable", FieldType::Bool, "Whether the column that it adds or changes may hold null; null for others.",
            |operation| operation.of_column("nullable");
        "default", FieldType::Text, "Default of the column that it adds or changes, as SQL; null if there is none, and for others.",
            |operation| operation.of_column("default");
        "using", FieldType::Text, "`USING` expression of a change of type; null if there is none.",
            |operation| match &operation.operation.action {
                Action::AlterColumn(alter) => Value::optional_text(alter.using.as_ref()),
                _ => Value::Null,
            };
        "labels", FieldType::Texts, "Labels of the enum that it creates, or the label that it adds or renames; null for others.", labels;
        "positioned", FieldType::Bool, "Whether a label is added `BEFORE` or `AFTER` another; null for others.",
            |operation| match &operation.operation.action {
                Action::AddEnumValue { position, .. } => Value::Bool(*position != EnumPosition::End),
                _ => Value::Null,
            };
        "concurrently", FieldType::Bool, "Whether it is done `CONCURRENTLY`.", |operation| Value::Bool(operation.operation.concurrently);
        "if_exists", FieldType::Bool, "Whether nothing happens where the object is not there.", |operation| Value::Bool(operation.operation.if_exists);
        "if_not_exists", FieldType::Bool, "Whether nothing happens where the object is there already.", |operation| Value::Bool(operation.operation.if_not_exists);
        "not_valid", FieldType::Bool, "Whether a constraint is added `NOT VALID`.",
            |operation| Value::Bool(matches!(operation.operation.action, Action::AddConstraint { not_valid: true, .. }));
        "using_index", FieldType::Text, "The index that a constraint is added with, `USING INDEX`; null if there is none.",
            |operation| match &operation.operation.action {
                Action::AddConstraint { using_index, .. } => Value::optional_text(using_index.as_ref()),
                _ => Value::Null,
            };
        "cascade", FieldType::Bool, "Whether it drops what depends on the object as well.", |operation| Value::Bool(cascade(operation));
        "temporary", FieldType::Bool, "Whether the table that it creates is gone when the session ends.",
            |operation| Value::Bool(matches!(&operation.operation.action, Action::CreateTable(create) if create.temporary));
        "batch", FieldType::Bool, "Whether it stands in a batch of Alembic's, which on SQLite makes the table anew.",
            |operation| Value::Bool(operation.operation.batch);
        "in_transaction", FieldType::Bool, "Whether it runs inside a transaction.",
            |operation| operation.operation.in_transaction.value(|inside| Value::Bool(*inside));
        "conditional", FieldType::Bool, "Whether it depends on something that only a run can decide.",
            |operation| Value::Bool(operation.operation.conditional());
        "conditions", FieldType::Texts, "What must be so for it to run, outermost first.", conditions;
        "statement", FieldType::Fact("statement"), "The SQL statement that it is, or is part of; null for a directive of Alembic.",
            |operation| operation.statement.as_ref().map_or(Value::Null, |statement| Value::Fact(Fact::Statement(statement.clone())));
        "sql", FieldType::Text, "The text of that statement; null for a directive of Alembic.",
            |operation| Value::optional_text(operation.operation.statement.as_ref().map(|statement| &statement.text));
        "lock", FieldType::Word(Lock::WORDS), "Lock that PostgreSQL takes on the table; null where it takes none that anybody waits for, and on other databases.",
            |operation| lock_of(operation).map_or(Value::Null, |lock| Value::word(lock.name()));
        "held_lock", FieldType::Word(Lock::WORDS), "Strongest lock that its transaction holds already on a table that it did not make; null if there is none.",
            |operation| operation.seen.held.map_or(Value::Null, |lock| Value::word(lock.name()));
        "locked_besides", FieldType::Text, "Of an operation with an `access_exclusive` lock the first other table on which its transaction holds one already; null if there is none, and where an earlier statement of the migration locked its own table so.",
            |operation| operation.seen.locked_besides.as_ref().map_or(Value::Null, known_text);
        "points_out", FieldType::Bool, "Whether it adds foreign keys to tables that the migration does not make, which locks these.",
            |operation| Value::Bool(operation.seen.points_out);
        "pointed_before", FieldType::Bool, "Whether its transaction made a table before whose foreign keys lock tables that the migration does not make.",
            |operation| seen(Some(&operation.seen.pointed_before));
        "settings", FieldType::Texts, "Settings that the migration has set before: `lock_timeout`, `statement_timeout`.",
            |operation| texts(&operation.seen.settings);
        "table_created_here", FieldType::Bool, "Whether the same migration made the table before; null if it is about no table.",
            |operation| seen(operation.seen.table_created_here.as_ref());
        "table_exists", FieldType::Bool, "Whether the table is there when it runs; null if it is about no table.",
            |operation| seen(operation.seen.table_exists.as_ref());
        "column_before", FieldType::Fact("column"), "The column as it is when the operation runs, or as Alembic is told by `existing_type` and `existing_nullable`; null if there is none, or it is about no column.", before;
        "sets_not_null", FieldType::Texts, "Columns that may hold null before it runs, and may not after: of SET NOT NULL, and of a primary key.",
            |operation| texts(&operation.seen.sets_not_null);
        "not_null_checked", FieldType::Bool, "Whether checks of the table say already that `sets_not_null` are not null; whether they are valid is not known.",
            |operation| Value::Bool(operation.seen.not_null_checked);
        "faults", FieldType::Facts("fault"), "What goes wrong when it runs; empty if nothing does.",
            |operation| Value::List(operation.faults.iter().map(|fault| Value::Fact(Fact::Fault(fault.clone()))).collect());
        "migration", FieldType::Fact("migration"), "The migration that makes it.", |operation| migration(&operation.migration);
    },
    queries: &[],
    subject: &[
        ("table", "table"),
        ("column", "column"),
        ("index", "index"),
        ("constraint", "constraint"),
        ("name", "name"),
        ("action", "action"),
    ],
};
