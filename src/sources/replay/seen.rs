//! What a single operation meets: the state just before it runs.

use std::sync::Arc;

use super::state::State;
use crate::model::Known;
use crate::model::operation::{Action, ObjectKind, Operation};
use crate::model::schema::{Column, ObjectName};

/// What an operation met, for laws to read.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationSeen {
    /// Whether it runs, as far as its guards tell.
    pub runs: Known<bool>,
    /// Whether its table was there; `None` where it is about none.
    pub table_exists: Option<Known<bool>>,
    /// Whether its table was created by the same migration, in the same direction.
    pub table_created_here: Known<bool>,
    /// Whether its column was there; `None` where it is about none.
    pub column_exists: Option<Known<bool>>,
    /// The column as it was before.
    pub column_before: Option<Column>,
}

impl State {
    /// Returns what an operation meets if it is applied now.
    pub fn seen(&self, operation: &Operation) -> OperationSeen {
        let runs = self.runs(operation);
        let Some(table) = operation.action.table() else {
            let owner = self.owner_of(operation);
            let created = owner.as_ref().is_some_and(|owner| self.created_here(owner));
            return OperationSeen {
                runs,
                table_exists: owner.map(|_| Known::Yes(true)),
                table_created_here: Known::Yes(created),
                column_exists: None,
                column_before: None,
            };
        };
        let name = match table {
            Known::Yes(name) => name,
            Known::No(why) => {
                return OperationSeen {
                    runs,
                    table_exists: Some(Known::No(why.clone())),
                    table_created_here: Known::No(why.clone()),
                    column_exists: column_of(&operation.action).map(|_| Known::No(why.clone())),
                    column_before: None,
                };
            }
        };
        let column = column_of(&operation.action);
        let column_exists = column.map(|column| match column {
            Known::Yes(column) => self.exists(ObjectKind::Column, name, Some(&column)),
            Known::No(why) => Known::No(why),
        });
        let column_before = match column_of(&operation.action) {
            Some(Known::Yes(column)) => self.column(name, &column).cloned(),
            _ => None,
        };
        OperationSeen {
            runs,
            table_exists: Some(self.table_exists(name)),
            table_created_here: Known::Yes(self.created_here(name)),
            column_exists,
            column_before,
        }
    }

    /// Returns the table of an index that is named without it.
    fn owner_of(&self, operation: &Operation) -> Option<ObjectName> {
        match &operation.action {
            Action::DropIndex { index: Known::Yes(index), schema, .. }
            | Action::RenameIndex { index: Known::Yes(index), schema, .. } => {
                self.table_of_index(schema.as_ref(), index)
            }
            _ => None,
        }
    }
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
