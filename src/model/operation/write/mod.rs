//! Writing an operation down, as the line of a migration that makes it: a directive of Alembic, or a statement of SQL.
//!
//! What cannot be written so that it surely is right (a type or a default that is not known, a change that the database
//! cannot make) is not written at all.

mod alembic;
mod python;
mod sql;
#[cfg(test)]
mod tests;

use super::{Action, ConstraintKind};
use crate::model::schema::{Column, Dialect, Normal, Type};
use crate::model::value::Known;

/// What migrations are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    Alembic,
    Sql,
}

/// Characters of a line. A longer one is nothing to be read in a message.
const LONGEST: usize = 300;

impl Writer {
    /// Returns the line that makes an operation happen on a database; `None` where none is surely right.
    pub fn write(self, action: &Action, dialect: Dialect) -> Option<String> {
        let line = match self {
            Self::Alembic => alembic::write(action, dialect),
            Self::Sql => sql::write(action, dialect),
        };
        line.filter(|line| line.len() <= LONGEST && !line.contains(char::is_control))
    }
}

/// Returns a type that the database can have in a table.
fn known_type(ty: &Known<Type>, dialect: Dialect) -> Option<&Type> {
    let ty = ty.as_known()?;
    let needs_length = dialect == Dialect::Mysql;
    match ty.on(dialect) {
        Normal::None => None,
        Normal::Varchar { length: None } | Normal::Varbinary { length: None } if needs_length => None,
        Normal::Enum { labels, .. } if labels.is_empty() => None,
        Normal::Enum { name: None, .. } if dialect == Dialect::Postgresql => None,
        _ => Some(ty),
    }
}

/// Returns whether a column can be added to a table that is there. SQLite takes only one that has a constant to begin
/// with, or null.
fn is_addable(column: &Column, dialect: Dialect) -> bool {
    if dialect != Dialect::Sqlite {
        return true;
    }
    match (&column.default, &column.nullable) {
        (Known::Yes(None), nullable) => *nullable == Known::Yes(true),
        (Known::Yes(Some(default)), _) => {
            let default = default.trim();
            let text = default.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
            text.is_some_and(|text| !text.replace("''", "").contains('\'')) || default.parse::<f64>().is_ok()
        }
        (Known::No(_), _) => false,
    }
}

/// Returns whether SQLite has to make a table anew for it.
const fn is_rebuilt(action: &Action, dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Sqlite)
        && matches!(
            action,
            Action::AlterColumn(_)
                | Action::AddConstraint { .. }
                | Action::DropConstraint { .. }
                | Action::DropColumn { .. }
        )
}

/// Returns the word that Alembic has for a kind of constraint.
const fn constraint_type(kind: ConstraintKind) -> Option<&'static str> {
    match kind {
        ConstraintKind::PrimaryKey => Some("primary"),
        ConstraintKind::Unique => Some("unique"),
        ConstraintKind::ForeignKey => Some("foreignkey"),
        ConstraintKind::Check => Some("check"),
        ConstraintKind::Exclude => None,
    }
}
