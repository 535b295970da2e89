//! What an operation does.

use std::sync::Arc;

use crate::model::schema::{Check, Column, ForeignKey, Generated, Identity, Index, Key, ObjectName, Table, Type};
use crate::model::value::Known;

/// What an operation does, with everything that it says about it.
///
/// A name that is computed at run time is `Known::No` with the reason.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    CreateTable(Box<CreateTable>),
    DropTable {
        table: Known<ObjectName>,
        cascade: bool,
    },
    /// Also `SET SCHEMA`: then `to` has another schema.
    RenameTable {
        table: Known<ObjectName>,
        to: Known<ObjectName>,
    },
    /// With the constraints that stand at the column itself.
    AddColumn {
        table: Known<ObjectName>,
        column: Box<Column>,
        constraints: Vec<Constraint>,
    },
    DropColumn {
        table: Known<ObjectName>,
        column: Known<Arc<str>>,
        cascade: bool,
    },
    RenameColumn {
        table: Known<ObjectName>,
        column: Known<Arc<str>>,
        to: Known<Arc<str>>,
    },
    AlterColumn(Box<AlterColumn>),
    CreateIndex {
        table: Known<ObjectName>,
        index: Box<Index>,
    },
    /// `table` where it is said (Alembic, MySQL); the schema of the index is that of its table.
    DropIndex {
        index: Known<Arc<str>>,
        schema: Option<Arc<str>>,
        table: Option<Known<ObjectName>>,
        cascade: bool,
    },
    RenameIndex {
        index: Known<Arc<str>>,
        schema: Option<Arc<str>>,
        table: Option<Known<ObjectName>>,
        to: Known<Arc<str>>,
    },
    /// REINDEX of an index, table, schema or database.
    Reindex {
        name: Known<Arc<str>>,
    },
    AddConstraint {
        table: Known<ObjectName>,
        constraint: Box<Constraint>,
        /// `NOT VALID`.
        not_valid: bool,
        /// `USING INDEX name`.
        using_index: Option<Arc<str>>,
    },
    /// `name` is null where it has none and the kind must tell (`DROP PRIMARY KEY`).
    DropConstraint {
        table: Known<ObjectName>,
        name: Known<Option<Arc<str>>>,
        kind: Option<ConstraintKind>,
        cascade: bool,
    },
    RenameConstraint {
        table: Known<ObjectName>,
        name: Known<Arc<str>>,
        to: Known<Arc<str>>,
    },
    ValidateConstraint {
        table: Known<ObjectName>,
        name: Known<Arc<str>>,
    },
    CreateEnum {
        name: Known<ObjectName>,
        labels: Known<Vec<Arc<str>>>,
    },
    AddEnumValue {
        name: Known<ObjectName>,
        value: Known<Arc<str>>,
        position: EnumPosition,
    },
    RenameEnumValue {
        name: Known<ObjectName>,
        value: Known<Arc<str>>,
        to: Known<Arc<str>>,
    },
    RenameEnum {
        name: Known<ObjectName>,
        to: Known<ObjectName>,
    },
    DropEnum {
        name: Known<ObjectName>,
        cascade: bool,
    },
    /// `definition` as SQL text; its columns only where it names them.
    CreateView {
        name: Known<ObjectName>,
        definition: Arc<str>,
        columns: Vec<Arc<str>>,
        materialized: bool,
        replace: bool,
    },
    DropView {
        name: Known<ObjectName>,
        materialized: bool,
        cascade: bool,
    },
    RefreshView {
        name: Known<ObjectName>,
    },
    CreateExtension {
        name: Known<Arc<str>>,
    },
    DropExtension {
        name: Known<Arc<str>>,
        cascade: bool,
    },
    CreateSchema {
        name: Known<Arc<str>>,
    },
    DropSchema {
        name: Known<Arc<str>>,
        cascade: bool,
    },
    RenameSchema {
        name: Known<Arc<str>>,
        to: Known<Arc<str>>,
    },
    AttachPartition {
        table: Known<ObjectName>,
        partition: Known<ObjectName>,
    },
    DetachPartition {
        table: Known<ObjectName>,
        partition: Known<ObjectName>,
    },
    /// A comment on a table; null removes it.
    CommentTable {
        table: Known<ObjectName>,
        comment: Known<Option<Arc<str>>>,
    },
    /// An object that a schema does not hold: sequences, domains, functions, triggers, policies, databases, types.
    CreateOther {
        kind: Arc<str>,
        name: Known<Arc<str>>,
    },
    AlterOther {
        kind: Arc<str>,
        name: Known<Arc<str>>,
    },
    DropOther {
        kind: Arc<str>,
        name: Known<Arc<str>>,
        cascade: bool,
    },
    /// Another change of a table: `ENABLE TRIGGER`, `SET LOGGED`, `OWNER TO`, `CLUSTER ON`, by its words in lower case.
    AlterTable {
        table: Known<ObjectName>,
        what: Arc<str>,
    },
    /// Rows are changed, not the schema.
    Data {
        verb: Data,
        table: Known<ObjectName>,
    },
    /// A statement that changes no schema: SELECT, SET, GRANT, BEGIN, VACUUM. What it is stands in the statement.
    Execute,
    /// What it does cannot be known: SQL computed at run time, a statement that could not be parsed, a call that is not
    /// followed. Replay treats what it may touch as unknown.
    Unknown {
        why: Arc<str>,
    },
}

/// What creates a table.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateTable {
    pub name: Known<ObjectName>,
    /// Columns, constraints and indexes as far as they are known. Types of enums carry their names; an enum type that is
    /// created along with the table is an operation of its own before it.
    pub table: Table,
    /// `TEMPORARY`: gone when the session ends.
    pub temporary: bool,
    /// A table whose columns and more it takes over: `LIKE other`, `INHERITS (other)`, `PARTITION OF other`.
    pub like: Option<ObjectName>,
    /// It is a partition of `like`.
    pub partition: bool,
    /// Made from a query: its columns are those of the query.
    pub from_query: bool,
}

/// What changes a column. `None` leaves it as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterColumn {
    pub table: Known<ObjectName>,
    pub column: Known<Arc<str>>,
    pub ty: Option<Known<Type>>,
    /// `USING expression` of a change of type.
    pub using: Option<Arc<str>>,
    pub nullable: Option<Known<bool>>,
    /// `Some(Known::Yes(None))` drops it.
    pub default: Option<Known<Option<Arc<str>>>>,
    pub identity: Option<Option<Identity>>,
    pub generated: Option<Option<Generated>>,
    pub comment: Option<Known<Option<Arc<str>>>>,
    /// What Alembic is told that the column was before (`existing_type` and the like).
    pub existing_type: Option<Known<Type>>,
    pub existing_nullable: Option<Known<bool>>,
    /// The whole column is said anew (MySQL's MODIFY and CHANGE): what is not said is reset.
    pub whole: bool,
}

impl AlterColumn {
    /// Returns a change of nothing.
    pub const fn new(table: Known<ObjectName>, column: Known<Arc<str>>) -> Self {
        Self {
            table,
            column,
            ty: None,
            using: None,
            nullable: None,
            default: None,
            identity: None,
            generated: None,
            comment: None,
            existing_type: None,
            existing_nullable: None,
            whole: false,
        }
    }
}

/// A constraint of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Constraint {
    PrimaryKey(Key),
    Unique(Key),
    ForeignKey(ForeignKey),
    Check(Check),
    /// PostgreSQL's EXCLUDE, by its name and SQL text.
    Exclude {
        name: Option<Arc<str>>,
        sql: Arc<str>,
    },
}

/// What kind of constraint it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConstraintKind {
    PrimaryKey,
    Unique,
    ForeignKey,
    Check,
    Exclude,
}

impl ConstraintKind {
    pub const WORDS: &'static [&'static str] = &["primary_key", "unique", "foreign_key", "check", "exclude"];

    /// Returns the word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PrimaryKey => "primary_key",
            Self::Unique => "unique",
            Self::ForeignKey => "foreign_key",
            Self::Check => "check",
            Self::Exclude => "exclude",
        }
    }
}

impl Constraint {
    /// Returns what kind of constraint it is.
    pub const fn kind(&self) -> ConstraintKind {
        match self {
            Self::PrimaryKey(_) => ConstraintKind::PrimaryKey,
            Self::Unique(_) => ConstraintKind::Unique,
            Self::ForeignKey(_) => ConstraintKind::ForeignKey,
            Self::Check(_) => ConstraintKind::Check,
            Self::Exclude { .. } => ConstraintKind::Exclude,
        }
    }

    /// Returns its name, if it is given one.
    pub const fn name(&self) -> Option<&Arc<str>> {
        match self {
            Self::PrimaryKey(key) | Self::Unique(key) => key.name.as_ref(),
            Self::ForeignKey(key) => key.name.as_ref(),
            Self::Check(check) => check.name.as_ref(),
            Self::Exclude { name, .. } => name.as_ref(),
        }
    }
}

/// Where a new label of an enum goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnumPosition {
    End,
    Before(Arc<str>),
    After(Arc<str>),
}

/// How rows are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    Insert,
    Update,
    Delete,
    Truncate,
}

/// What kind of object a guard asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    Table,
    Column,
    Index,
    Constraint,
    Enum,
    View,
    Extension,
    Schema,
}

/// The word for an action, as laws and output write it.
pub type Word = &'static str;

impl Action {
    /// Every word, in the order of the reference.
    pub const WORDS: &'static [Word] = &[
        "create_table",
        "drop_table",
        "rename_table",
        "add_column",
        "drop_column",
        "rename_column",
        "alter_column",
        "create_index",
        "drop_index",
        "rename_index",
        "reindex",
        "add_constraint",
        "drop_constraint",
        "rename_constraint",
        "validate_constraint",
        "create_enum",
        "add_enum_value",
        "rename_enum_value",
        "rename_enum",
        "drop_enum",
        "create_view",
        "drop_view",
        "refresh_view",
        "create_extension",
        "drop_extension",
        "create_schema",
        "drop_schema",
        "rename_schema",
        "attach_partition",
        "detach_partition",
        "comment_table",
        "create_other",
        "alter_other",
        "drop_other",
        "alter_table",
        "insert",
        "update",
        "delete",
        "truncate",
        "execute",
        "unknown",
    ];

    /// Returns the word for it.
    pub const fn name(&self) -> Word {
        match self {
            Self::CreateTable(_) => "create_table",
            Self::DropTable { .. } => "drop_table",
            Self::RenameTable { .. } => "rename_table",
            Self::AddColumn { .. } => "add_column",
            Self::DropColumn { .. } => "drop_column",
            Self::RenameColumn { .. } => "rename_column",
            Self::AlterColumn(_) => "alter_column",
            Self::CreateIndex { .. } => "create_index",
            Self::DropIndex { .. } => "drop_index",
            Self::RenameIndex { .. } => "rename_index",
            Self::Reindex { .. } => "reindex",
            Self::AddConstraint { .. } => "add_constraint",
            Self::DropConstraint { .. } => "drop_constraint",
            Self::RenameConstraint { .. } => "rename_constraint",
            Self::ValidateConstraint { .. } => "validate_constraint",
            Self::CreateEnum { .. } => "create_enum",
            Self::AddEnumValue { .. } => "add_enum_value",
            Self::RenameEnumValue { .. } => "rename_enum_value",
            Self::RenameEnum { .. } => "rename_enum",
            Self::DropEnum { .. } => "drop_enum",
            Self::CreateView { .. } => "create_view",
            Self::DropView { .. } => "drop_view",
            Self::RefreshView { .. } => "refresh_view",
            Self::CreateExtension { .. } => "create_extension",
            Self::DropExtension { .. } => "drop_extension",
            Self::CreateSchema { .. } => "create_schema",
            Self::DropSchema { .. } => "drop_schema",
            Self::RenameSchema { .. } => "rename_schema",
            Self::AttachPartition { .. } => "attach_partition",
            Self::DetachPartition { .. } => "detach_partition",
            Self::CommentTable { .. } => "comment_table",
            Self::CreateOther { .. } => "create_other",
            Self::AlterOther { .. } => "alter_other",
            Self::DropOther { .. } => "drop_other",
            Self::AlterTable { .. } => "alter_table",
            Self::Data { verb, .. } => match verb {
                Data::Insert => "insert",
                Data::Update => "update",
                Data::Delete => "delete",
                Data::Truncate => "truncate",
            },
            Self::Execute => "execute",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// Returns the table that it is about, if it is about one.
    pub fn table(&self) -> Option<&Known<ObjectName>> {
        match self {
            Self::CreateTable(create) => Some(&create.name),
            Self::AlterColumn(alter) => Some(&alter.table),
            Self::DropTable { table, .. }
            | Self::RenameTable { table, .. }
            | Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::CreateIndex { table, .. }
            | Self::AddConstraint { table, .. }
            | Self::DropConstraint { table, .. }
            | Self::RenameConstraint { table, .. }
            | Self::ValidateConstraint { table, .. }
            | Self::AttachPartition { table, .. }
            | Self::DetachPartition { table, .. }
            | Self::CommentTable { table, .. }
            | Self::AlterTable { table, .. }
            | Self::Data { table, .. } => Some(table),
            Self::DropIndex { table, .. } | Self::RenameIndex { table, .. } => table.as_ref(),
            _ => None,
        }
    }
}
