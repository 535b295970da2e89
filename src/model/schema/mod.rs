//! Schemas: one description of tables, whatever it was read from.
//!
//! SQLAlchemy models, a live database, an exported file: all become a [`Schema`], so that one law serves every origin
//! and any two schemas can be compared. Plain data; reading and comparing live elsewhere.

pub mod compare;
mod constraint;
mod dialect;
pub mod json;
mod table;
pub mod types;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::location::Location;
use super::value::Known;

pub use constraint::{Check, ForeignKey, Index, IndexPart, Key};
pub use dialect::Dialect;
pub use table::{Column, Generated, Identity, Table};
pub use types::{Length, Normal, Type};

/// The tables, enums and views of one origin.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// The name that laws and commands know it by: `models`, or the name of a database in `lawbook.yml`.
    pub name: Arc<str>,
    pub origin: Origin,
    /// `None` when the description holds for several databases, as models do.
    pub dialect: Option<Dialect>,
    /// What the server calls itself and its version: `PostgreSQL 15.18`, `10.11.6-MariaDB`, `3.46.0`.
    pub server: Option<Arc<str>>,
    pub tables: BTreeMap<ObjectName, Table>,
    /// Enum types that have a name of their own.
    pub enums: BTreeMap<ObjectName, Enum>,
    pub views: BTreeMap<ObjectName, View>,
    /// Installed extensions, sorted.
    pub extensions: Vec<Arc<str>>,
    /// What came of going down and up again; `None` where that was not tried.
    pub roundtrip: Option<Roundtrip>,
    /// What could not be known. A comparison asks [`Schema::doubt`] before it calls something missing.
    pub unknown: Vec<SchemaUnknown>,
}

/// What came of undoing all migrations of a throw-away database, and of migrating it again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roundtrip {
    /// The command that failed, on the way down or up again, with the end of what it printed: the rest is then unknown.
    pub failure: Option<Arc<str>>,
    /// Where it failed, if that can be told.
    pub at: Option<Location>,
    /// What is still there after going down: `table deals`, `enum deal_status`; sorted.
    pub left_behind: Vec<Arc<str>>,
    /// How the schema differs after going up again: `table deals differs: column owner_id`.
    pub differences: Vec<Arc<str>>,
}

/// Where a schema came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// SQLAlchemy models, read from Python.
    Models,
    /// Migrations, replayed without running them.
    Replay,
    /// A database that was introspected.
    Database,
    /// A database that was made for this run, migrated and introspected.
    Throwaway,
    /// A file written by `lawbook schema export`, or printed by a command in that shape.
    File,
}

impl Origin {
    pub const WORDS: &'static [&'static str] = &["models", "replay", "database", "throwaway", "file"];

    /// Returns the word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::Replay => "replay",
            Self::Database => "database",
            Self::Throwaway => "throwaway",
            Self::File => "file",
        }
    }

    /// Returns the origin with this word.
    pub fn of_name(name: &str) -> Option<Self> {
        let all = [Self::Models, Self::Replay, Self::Database, Self::Throwaway, Self::File];
        all.into_iter().find(|origin| origin.name() == name)
    }
}

/// The name of a table, view or enum. Ordered by schema, the default schema first, then by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// `None` for the default schema: the first of the search path (PostgreSQL), the connected database (MySQL), `main`
    /// (SQLite).
    pub schema: Option<Arc<str>>,
    pub name: Arc<str>,
}

impl ObjectName {
    /// Returns the name of an object in the default schema.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self { schema: None, name: name.into() }
    }

    /// Returns the name of an object in a named schema.
    pub fn within(schema: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self { schema: Some(schema.into()), name: name.into() }
    }
}

impl std::fmt::Display for ObjectName {
    /// Writes `name`, or `schema.name`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.schema {
            Some(schema) => write!(formatter, "{schema}.{}", self.name),
            None => formatter.write_str(&self.name),
        }
    }
}

/// An enum type with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Enum {
    /// In the order of the database, or of the declaration.
    pub labels: Known<Vec<Arc<str>>>,
    pub comment: Option<Arc<str>>,
    /// Where it is declared; `None` for a database.
    pub at: Option<Location>,
}

/// A view.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    pub materialized: bool,
    /// Names of its columns, in order.
    pub columns: Vec<Arc<str>>,
    /// The query, as the database spells it.
    pub definition: Option<Arc<str>>,
    /// Indexes of a materialised view.
    pub indexes: Vec<Index>,
    pub comment: Option<Arc<str>>,
}

/// Something about a schema that could not be known, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaUnknown {
    /// In a few words, for people: `table name computed at run time`, `permission denied for schema audit`.
    pub what: Arc<str>,
    /// What may be incomplete because of it.
    pub part: Part,
    /// The table, enum or view that it is about; `None` for the schema as a whole.
    pub table: Option<ObjectName>,
    pub at: Option<Location>,
}

/// A part of a schema that may be incomplete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// There may be tables that are not listed.
    Tables,
    /// There may be columns that are not listed.
    Columns,
    /// There may be primary keys, foreign keys, unique or check constraints that are not listed.
    Constraints,
    /// There may be indexes that are not listed.
    Indexes,
    /// There may be enums that are not listed.
    Enums,
    /// There may be views that are not listed.
    Views,
}

impl Part {
    pub const ALL: [Self; 6] =
        [Self::Tables, Self::Columns, Self::Constraints, Self::Indexes, Self::Enums, Self::Views];
    pub const WORDS: &'static [&'static str] = &["tables", "columns", "constraints", "indexes", "enums", "views"];

    /// Returns the word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tables => "tables",
            Self::Columns => "columns",
            Self::Constraints => "constraints",
            Self::Indexes => "indexes",
            Self::Enums => "enums",
            Self::Views => "views",
        }
    }

    /// Returns the part with this word.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }
}

impl Schema {
    /// Returns a schema without any object.
    pub fn empty(name: impl Into<Arc<str>>, origin: Origin, dialect: Option<Dialect>) -> Self {
        Self {
            name: name.into(),
            origin,
            dialect,
            server: None,
            tables: BTreeMap::new(),
            enums: BTreeMap::new(),
            views: BTreeMap::new(),
            extensions: Vec::new(),
            roundtrip: None,
            unknown: Vec::new(),
        }
    }

    /// Returns why a part may be incomplete: of this table, or of the schema as a whole.
    pub fn doubt(&self, part: Part, table: Option<&ObjectName>) -> Option<&SchemaUnknown> {
        self.unknown
            .iter()
            .find(|unknown| unknown.part == part && (unknown.table.is_none() || unknown.table.as_ref() == table))
    }

    /// Returns the table that people call this: `name`, or `schema.name`.
    pub fn table(&self, name: &str) -> Option<(&ObjectName, &Table)> {
        let plain = self.tables.get_key_value(&ObjectName::new(name));
        plain.or_else(|| {
            let (schema, name) = name.split_once('.')?;
            self.tables.get_key_value(&ObjectName::within(schema, name))
        })
    }
}
