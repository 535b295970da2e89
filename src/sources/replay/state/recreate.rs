//! Tables that a batch of Alembic's makes anew on SQLite: what it reads of the old table is all that the new one has.

use super::{Found, State, Step};
use crate::model::Known;
use crate::model::operation::Action;
use crate::model::schema::{Column, Dialect, ObjectName, Type};

/// The names of types that SQLAlchemy knows on SQLite; of any other it keeps the affinity.
const KNOWN: &[&str] = &[
    "BIGINT",
    "BLOB",
    "BOOL",
    "BOOLEAN",
    "CHAR",
    "DATE",
    "DATETIME",
    "DATETIME_CHAR",
    "DATE_CHAR",
    "DECIMAL",
    "DOUBLE",
    "DOUBLE_PRECISION",
    "FLOAT",
    "INT",
    "INTEGER",
    "JSON",
    "NUMERIC",
    "NVARCHAR",
    "REAL",
    "SMALLINT",
    "TEXT",
    "TIME",
    "TIMESTAMP",
    "TIME_CHAR",
    "VARCHAR",
];

impl State {
    /// Takes from a table what Alembic does not see of it: checks without a name, and names of types that SQLAlchemy does
    /// not know.
    pub(super) fn recreate(&mut self, step: &Step<'_>) {
        let operation = step.operation;
        let name = operation.action.table().and_then(Known::as_known).map(|name| self.canonical(name));
        let Some(name) = name.filter(|_| self.in_batch(step)) else {
            return self.batch.clear();
        };
        if self.batch.first().is_none_or(|(table, _)| *table != name) {
            self.batch.clear();
        }
        // What the batch itself says of a column is not read from the old table.
        match &operation.action {
            Action::AddColumn { column, .. } => self.batch.push((name.clone(), column.name.clone())),
            Action::AlterColumn(alter) => {
                if let (Known::Yes(column), Some(_)) = (&alter.column, &alter.ty) {
                    self.batch.push((name.clone(), column.clone()));
                }
            }
            Action::RenameColumn { column: Known::Yes(from), to: Known::Yes(to), .. }
                if self.batch.iter().any(|(_, column)| column == from) =>
            {
                self.batch.push((name.clone(), to.clone()));
            }
            _ => {}
        }
        let anew = matches!(
            operation.action,
            Action::DropColumn { .. }
                | Action::RenameColumn { .. }
                | Action::AlterColumn(_)
                | Action::AddConstraint { .. }
                | Action::DropConstraint { .. }
        );
        if anew
            && step.maybe.is_none()
            && let Found::Table(name) = self.find(&name)
        {
            self.read_again(&name);
        }
    }

    /// Returns whether an operation is one of a batch that makes the table anew.
    pub(super) fn in_batch(&self, step: &Step<'_>) -> bool {
        step.operation.batch && self.dialect == Dialect::Sqlite
    }

    fn read_again(&mut self, name: &ObjectName) {
        let Some(table) = self.schema.tables.get(name) else { return };
        let said = |column: &Column| self.batch.iter().any(|(_, other)| *other == column.name);
        let read = |column: &Column| if said(column) { None } else { reflected(column.ty.as_known()?) };
        let types: Vec<Option<Type>> = table.columns.iter().map(read).collect();
        if types.iter().all(Option::is_none) && table.checks.iter().all(|check| check.name.is_some()) {
            return;
        }
        self.edit(name, |table| {
            table.checks.retain(|check| check.name.is_some());
            for (column, ty) in table.columns.iter_mut().zip(types) {
                if let Some(ty) = ty {
                    column.ty = Known::Yes(ty);
                }
            }
        });
    }
}

/// Returns what SQLAlchemy reads of a type whose name it does not know.
fn reflected(ty: &Type) -> Option<Type> {
    let spelling = ty.sql(Some(Dialect::Sqlite));
    let (name, arguments) = match spelling.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.rsplit_once(')').map(|(arguments, _)| arguments)),
        None => (spelling.trim(), None),
    };
    let upper = name.to_ascii_uppercase();
    if KNOWN.contains(&&*upper) || upper.is_empty() || upper == "NULL" {
        return None;
    }
    let has = |words: &[&str]| words.iter().any(|word| upper.contains(word));
    let affinity = if has(&["INT"]) {
        "INTEGER"
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        "TEXT"
    } else if has(&["BLOB"]) {
        return None;
    } else if has(&["REAL", "FLOA", "DOUB"]) {
        "REAL"
    } else {
        "NUMERIC"
    };
    let spelling = match arguments {
        Some(arguments) if matches!(affinity, "NUMERIC" | "TEXT") => format!("{affinity}({arguments})"),
        _ => affinity.to_owned(),
    };
    Some(Type::parse(&spelling, Dialect::Sqlite))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_without_a_known_name_become_their_affinity() {
        for (spelling, expected) in [
            ("BINARY(16)", Some("NUMERIC(16)")),
            ("TINYINT", Some("INTEGER")),
            ("VARBINARY(5)", Some("NUMERIC(5)")),
            ("MEDIUMTEXT", None),
            ("JSONB", Some("NUMERIC")),
            ("VARCHAR(5)", None),
            ("CHAR(32)", None),
            ("", None),
        ] {
            let read = reflected(&Type::parse(spelling, Dialect::Sqlite)).map(|ty| ty.sql(Some(Dialect::Sqlite)));
            let read = read.filter(|read| read != "TEXT");
            assert_eq!(read.as_deref(), expected, "{spelling}");
        }
    }
}
