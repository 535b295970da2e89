//! The rows of the catalogue, as the queries return them.

use std::collections::HashSet;
use std::sync::Arc;

use sqlx::postgres::types::Oid;

use super::namespaces::Namespace;

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    /// `PostgreSQL 15.18`.
    pub server: String,
    /// Those that were asked for, the default schema first.
    pub namespaces: Vec<Namespace>,
    pub relations: Vec<Relation>,
    pub columns: Vec<Column>,
    pub types: Vec<UserType>,
    pub partitions: Vec<Partition>,
    pub defaults: Vec<Default>,
    pub comments: Vec<Comment>,
    pub constraints: Vec<Constraint>,
    pub indexes: Vec<Index>,
    pub views: Vec<View>,
    pub extensions: Vec<String>,
    pub collations: Vec<Collation>,
    pub outside: Vec<OutsideColumn>,
    /// The parts that could not be read, and why.
    pub gaps: Vec<(Section, Arc<str>)>,
}

/// A part of the catalogue that the rest can do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Partitions,
    Defaults,
    Comments,
    Constraints,
    Indexes,
    Views,
    Extensions,
    Collations,
    Outside,
}

/// A table or view.
#[derive(Debug)]
pub(super) struct Relation {
    pub oid: u32,
    pub namespace: u32,
    pub name: Arc<str>,
    /// `r` table, `p` partitioned table, `f` foreign table, `v` view, `m` materialised view.
    pub kind: u8,
}

#[derive(Debug)]
pub(super) struct Column {
    pub relation: u32,
    pub number: i16,
    pub name: Arc<str>,
    pub spelling: Arc<str>,
    pub type_oid: u32,
    pub not_null: bool,
    /// `a` always, `d` by default, 0 none.
    pub identity: u8,
    /// `s` stored, `v` virtual, 0 none.
    pub generated: u8,
    pub collation: u32,
}

/// An enum or a domain.
#[derive(Debug)]
pub(super) struct UserType {
    pub oid: u32,
    /// The type of arrays of it; 0 when there is none.
    pub array: u32,
    pub namespace: u32,
    pub namespace_name: Arc<str>,
    pub name: Arc<str>,
    /// Of an enum, in order; `None` for a domain.
    pub labels: Option<Vec<String>>,
    /// What a domain is made of; 0 for an enum.
    pub base: u32,
    pub not_null: bool,
    pub default: Option<Arc<str>>,
    pub collation: u32,
    pub comment: Option<Arc<str>>,
    /// It belongs to an extension.
    pub extension: bool,
}

#[derive(Debug)]
pub(super) struct Partition {
    pub oid: u32,
    pub parent: u32,
    pub namespace: u32,
    pub namespace_name: Arc<str>,
    pub name: Arc<str>,
}

/// The default of a column, or the expression of a generated one.
#[derive(Debug)]
pub(super) struct Default {
    pub relation: u32,
    pub column: i16,
    /// `None` when it vanished while it was read.
    pub expression: Option<Arc<str>>,
    /// It draws from a sequence that belongs to the column.
    pub serial: bool,
}

#[derive(Debug)]
pub(super) struct Comment {
    pub relation: u32,
    /// 0 for the relation itself.
    pub column: i32,
    pub text: Arc<str>,
}

#[derive(Debug)]
pub(super) struct Constraint {
    pub relation: u32,
    /// `p` primary key, `u` unique, `f` foreign key, `c` check.
    pub kind: u8,
    pub name: Arc<str>,
    pub columns: Vec<i16>,
    pub target: u32,
    pub references: Vec<i16>,
    pub on_delete: u8,
    pub on_update: u8,
    pub deferrable: bool,
    pub deferred: bool,
    pub check: Option<String>,
    pub nulls_not_distinct: bool,
}

#[derive(Debug)]
pub(super) struct Index {
    pub relation: u32,
    pub name: Arc<str>,
    /// Numbers of columns, those that are only carried last; 0 for an expression.
    pub columns: Vec<i16>,
    /// How many of them are sorted by.
    pub keys: usize,
    pub unique: bool,
    pub method: Arc<str>,
    pub predicate: Option<String>,
    /// One for each key, where at least one key is an expression.
    pub expressions: Option<Vec<Option<String>>>,
    /// For each key whether it is descending, or has nulls in another place than usual.
    pub options: Vec<bool>,
    /// Some key has another operator class than the usual one of its type.
    pub classes: bool,
}

#[derive(Debug)]
pub(super) struct View {
    pub relation: u32,
    pub definition: Option<String>,
}

#[derive(Debug)]
pub(super) struct Collation {
    pub oid: u32,
    pub name: Arc<str>,
}

/// A column of a table that was not asked for, but that a foreign key points to.
#[derive(Debug)]
pub(super) struct OutsideColumn {
    pub relation: u32,
    pub namespace: u32,
    pub namespace_name: Arc<str>,
    pub table: Arc<str>,
    pub number: i16,
    pub name: Arc<str>,
}

/// Collations that columns have without asking: none, the database's, and `C`, which columns of the type `name` have.
const USUAL_COLLATIONS: [u32; 2] = [0, 100];
const COLLATION_OF_NAME: u32 = 950;
const TYPE_NAME: u32 = 19;
const TYPE_NAMES: u32 = 1003;

impl Column {
    /// Returns whether its collation is neither the database's nor that of its built-in type.
    pub fn has_unusual_collation(&self) -> bool {
        let is_name = [TYPE_NAME, TYPE_NAMES].contains(&self.type_oid);
        let usual = USUAL_COLLATIONS.contains(&self.collation) || is_name && self.collation == COLLATION_OF_NAME;
        !usual
    }
}

impl Catalogue {
    pub fn has_views(&self) -> bool {
        self.relations.iter().any(|relation| matches!(relation.kind, b'v' | b'm'))
    }

    /// Returns the collations whose names are needed.
    pub fn unusual_collations(&self) -> Vec<Oid> {
        let unusual = self.columns.iter().filter(|column| column.has_unusual_collation());
        let oids: HashSet<u32> = unusual.map(|column| column.collation).collect();
        oids.into_iter().map(Oid).collect()
    }

    /// Returns the tables that foreign keys point to and that were not asked for.
    pub fn targets_elsewhere(&self) -> Vec<Oid> {
        let here: HashSet<u32> = self.relations.iter().map(|relation| relation.oid).collect();
        let keys = self.constraints.iter().filter(|constraint| constraint.kind == b'f');
        let targets = keys.map(|key| key.target).filter(|target| !here.contains(target));
        targets.collect::<HashSet<_>>().into_iter().map(Oid).collect()
    }
}
