//! What the law `expect` wants of a schema, checked.

use std::sync::Arc;

use globset::GlobMatcher;

use crate::model::Location;
use crate::model::schema::ObjectName;

/// What a schema should have.
#[derive(Clone, Debug, Default)]
pub struct Expectation {
    pub tables: Vec<ExpectedTable>,
    /// There are no other tables; the place says so.
    pub exact: Option<Location>,
    /// There are at least so many tables.
    pub at_least: Option<(usize, Location)>,
    pub enums: Vec<ExpectedEnum>,
    pub views: Vec<ExpectedName>,
    /// Tables and columns that there must not be.
    pub forbidden: Vec<ExpectedName>,
}

/// A name, or a glob over names, and where it is written.
#[derive(Clone, Debug)]
pub struct ExpectedName {
    pub text: Arc<str>,
    /// For a glob.
    pub glob: Option<GlobMatcher>,
    pub at: Location,
}

/// What a table should have, or each table that a glob matches.
#[derive(Clone, Debug)]
pub struct ExpectedTable {
    pub name: ExpectedName,
    pub columns: Vec<ExpectedColumn>,
    /// There are no other columns.
    pub exact: Option<Location>,
    /// There are at least so many columns.
    pub at_least: Option<(usize, Location)>,
    /// Empty for a table that must have no primary key.
    pub primary_key: Option<(Vec<Arc<str>>, Location)>,
    pub uniques: Vec<ExpectedKey>,
    pub indexes: Vec<ExpectedKey>,
    pub foreign_keys: Vec<ExpectedForeignKey>,
}

/// What a column should be.
#[derive(Clone, Debug)]
pub struct ExpectedColumn {
    pub name: Arc<str>,
    pub at: Location,
    /// Any of these, as written; empty for any type.
    pub types: Vec<Arc<str>>,
    pub nullable: Option<bool>,
    /// As SQL text; `Some(None)` for no default.
    pub default: Option<Option<Arc<str>>>,
}

/// A unique constraint or an index.
#[derive(Clone, Debug)]
pub struct ExpectedKey {
    pub name: Option<Arc<str>>,
    pub columns: Vec<Arc<str>>,
    /// Of an index; `None` for either.
    pub unique: Option<bool>,
    pub at: Location,
}

/// A foreign key.
#[derive(Clone, Debug)]
pub struct ExpectedForeignKey {
    pub columns: Vec<Arc<str>>,
    pub table: ObjectName,
    /// Empty for the primary key, whatever it is.
    pub references: Vec<Arc<str>>,
    /// Upper case; `None` for any action.
    pub on_delete: Option<Arc<str>>,
    pub at: Location,
}

/// An enum, with all its labels where they are given.
#[derive(Clone, Debug)]
pub struct ExpectedEnum {
    pub name: ObjectName,
    pub labels: Option<Vec<Arc<str>>>,
    pub at: Location,
}

impl ExpectedName {
    /// Returns whether a name is meant.
    pub fn means(&self, name: &str) -> bool {
        match &self.glob {
            Some(glob) => glob.is_match(name.replace('.', "/")),
            None => *self.text == *name,
        }
    }
}
