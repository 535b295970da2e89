//! Keys, constraints and indexes.

use std::sync::Arc;

use super::ObjectName;
use super::dialect::Dialect;
use crate::model::location::Location;

/// A primary key or a unique constraint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Key {
    /// `None` when the origin gives it no name (SQLite, models without a naming convention).
    pub name: Option<Arc<str>>,
    /// In the order of the constraint.
    pub columns: Vec<Arc<str>>,
    /// Two nulls count as the same: PostgreSQL's `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    pub at: Option<Location>,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq)]
pub struct ForeignKey {
    pub name: Option<Arc<str>>,
    pub columns: Vec<Arc<str>>,
    /// The table that it points to.
    pub table: ObjectName,
    /// The columns that it points to, one for each of `columns`.
    pub references: Vec<Arc<str>>,
    /// `CASCADE`, `SET NULL`, `SET DEFAULT`, `RESTRICT`; `None` for `NO ACTION`, which is the default.
    pub on_delete: Option<Arc<str>>,
    pub on_update: Option<Arc<str>>,
    pub deferrable: bool,
    pub initially_deferred: bool,
    pub at: Option<Location>,
}

/// A check constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub name: Option<Arc<str>>,
    /// The condition as SQL text, as the origin spells it, without the word CHECK and the outer parentheses.
    pub sql: Arc<str>,
    pub at: Option<Location>,
}

/// An index that no primary key or unique constraint of the table implies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Index {
    pub name: Option<Arc<str>>,
    pub parts: Vec<IndexPart>,
    /// Numbers, from 0, of the parts that are not sorted in the usual way: descending, with another collation, with an
    /// operator class of their own.
    pub unusual: Vec<usize>,
    pub unique: bool,
    /// The predicate of a partial index, as SQL text.
    pub where_: Option<Arc<str>>,
    /// The access method, lower case (`gin`, `fulltext`), where it is not the database's default (btree).
    pub method: Option<Arc<str>>,
    /// Columns that the index carries but does not sort by.
    pub include: Vec<Arc<str>>,
    /// The only dialects that it is made for (`postgresql_only`, `ddl_if`); empty for all.
    pub dialects: Vec<Dialect>,
    pub at: Option<Location>,
}

/// What an index sorts by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexPart {
    Column(Arc<str>),
    /// The first so many characters (or bytes) of a column: MySQL's `name(10)`.
    Prefix(Arc<str>, u32),
    /// SQL text.
    Expression(Arc<str>),
}

impl Index {
    /// Returns the names of its columns; `None` stands for an expression.
    pub fn columns(&self) -> impl Iterator<Item = Option<&Arc<str>>> {
        self.parts.iter().map(|part| match part {
            IndexPart::Column(name) | IndexPart::Prefix(name, _) => Some(name),
            IndexPart::Expression(_) => None,
        })
    }
}

impl IndexPart {
    /// Returns the column's name, or the expression.
    pub const fn text(&self) -> &Arc<str> {
        match self {
            Self::Column(text) | Self::Prefix(text, _) | Self::Expression(text) => text,
        }
    }
}
