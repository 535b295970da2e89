//! What a single operation meets: the state just before it runs.

use std::sync::Arc;

use super::state::State;
use crate::model::Known;
use crate::model::operation::{Action, Constraint, ObjectKind, Operation};
use crate::model::schema::{Column, ObjectName, Table};

/// What an operation met, for laws to read.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationSeen {
    /// Whether it runs, as far as its guards tell.
    pub runs: Known<bool>,
    /// Whether its table was there; `None` where it is about none.
    pub table_exists: Option<Known<bool>>,
    /// Whether its table was created by the same migration, in the same direction; `None` where it is about none.
    pub table_created_here: Option<Known<bool>>,
    /// The column as it was before, `Yes(None)` where there was none; `None` where it is about no column.
    pub column_before: Option<Known<Option<Column>>>,
    /// Columns that may hold null before, and may not after it.
    pub sets_not_null: Vec<Arc<str>>,
    /// Whether a check of the table says of all of them that they are not null.
    pub not_null_checked: bool,
}

impl State {
    /// Returns what an operation meets if it is applied now.
    pub fn seen(&self, operation: &Operation) -> OperationSeen {
        let runs = self.runs(operation);
        let name = match operation.action.table() {
            Some(Known::Yes(name)) => name.clone(),
            Some(Known::No(why)) => {
                return OperationSeen {
                    runs,
                    table_exists: Some(Known::No(why.clone())),
                    table_created_here: Some(Known::No(why.clone())),
                    column_before: column_of(&operation.action).map(|_| Known::No(why.clone())),
                    sets_not_null: Vec::new(),
                    not_null_checked: false,
                };
            }
            None => match self.table_of_named_index(operation) {
                Some(name) => name,
                None => {
                    return OperationSeen {
                        runs,
                        table_exists: None,
                        table_created_here: None,
                        column_before: None,
                        sets_not_null: Vec::new(),
                        not_null_checked: false,
                    };
                }
            },
        };
        let column_before = column_of(&operation.action).map(|column| match column {
            Known::No(why) => Known::No(why),
            Known::Yes(column) => match self.exists(ObjectKind::Column, &name, Some(&column)) {
                Known::No(why) => Known::No(why),
                Known::Yes(false) => Known::Yes(None),
                Known::Yes(true) => Known::Yes(self.column(&name, &column).cloned()),
            },
        });
        let table = self.schema().tables.get(&name);
        let sets_not_null = table.map(|table| sets_not_null(&operation.action, table)).unwrap_or_default();
        let is_checked = |column: &Arc<str>| {
            table.is_some_and(|table| table.checks.iter().any(|check| says_not_null(&check.sql, column)))
        };
        OperationSeen {
            runs,
            table_exists: Some(self.table_exists(&name)),
            table_created_here: Some(Known::Yes(self.created_here(&name))),
            column_before,
            not_null_checked: !sets_not_null.is_empty() && sets_not_null.iter().all(is_checked),
            sets_not_null,
        }
    }

    /// Returns the table of an index that is named without it.
    fn table_of_named_index(&self, operation: &Operation) -> Option<ObjectName> {
        match &operation.action {
            Action::DropIndex { index: Known::Yes(index), schema, .. }
            | Action::RenameIndex { index: Known::Yes(index), schema, .. } => {
                self.table_of_index(schema.as_ref(), index)
            }
            _ => None,
        }
    }
}

/// Returns the columns of a table that may hold null until an action says otherwise: SET NOT NULL, a primary key.
fn sets_not_null(action: &Action, table: &Table) -> Vec<Arc<str>> {
    let columns: Vec<Arc<str>> = match action {
        Action::AlterColumn(alter) if alter.nullable == Some(Known::Yes(false)) => {
            alter.column.as_known().cloned().into_iter().collect()
        }
        Action::AddConstraint { constraint, using_index, .. } => match &**constraint {
            Constraint::PrimaryKey(key) if !key.columns.is_empty() => key.columns.clone(),
            Constraint::PrimaryKey(_) => {
                let index = table.indexes.iter().find(|index| index.name.is_some() && index.name == *using_index);
                index.map(|index| index.parts.iter().map(|part| part.text().clone()).collect()).unwrap_or_default()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    let may_be_null = |name: &Arc<str>| table.column(name).is_some_and(|column| column.nullable == Known::Yes(true));
    columns.into_iter().filter(may_be_null).collect()
}

/// Returns whether a condition is `column IS NOT NULL`, alone or joined to others by AND.
fn says_not_null(sql: &str, column: &str) -> bool {
    let words: Vec<String> = sql
        .split(|letter: char| letter.is_whitespace() || "()\"`".contains(letter))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let wanted = [&*column.to_lowercase(), "is", "not", "null"].map(str::to_owned);
    words.windows(4).any(|found| found == wanted) && !words.iter().any(|word| word == "or")
}

/// Returns the column that an action is about.
fn column_of(action: &Action) -> Option<Known<Arc<str>>> {
    match action {
        Action::AddColumn { column, .. } => Some(Known::Yes(column.name.clone())),
        Action::DropColumn { column, .. } | Action::RenameColumn { column, .. } => Some(column.clone()),
        Action::AlterColumn(alter) => Some(alter.column.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_that_say_not_null() {
        let cases = [
            ("a IS NOT NULL", true),
            ("(\"A\" is not null)", true),
            ("a IS NOT NULL AND b > 0", true),
            ("a IS NOT NULL OR b > 0", false),
            ("b IS NOT NULL", false),
            ("a IS NULL", false),
            ("aa IS NOT NULL", false),
            ("", false),
        ];
        for (sql, expected) in cases {
            assert_eq!(says_not_null(sql, "a"), expected, "{sql}");
        }
    }
}
