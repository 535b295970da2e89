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
    /// Whether its table was created by the same migration, in the same direction; `None` where it is about none.
    pub table_created_here: Option<Known<bool>>,
    /// The column as it was before, `Yes(None)` where there was none; `None` where it is about no column.
    pub column_before: Option<Known<Option<Column>>>,
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
                };
            }
            None => match self.table_of_named_index(operation) {
                Some(name) => name,
                None => {
                    return OperationSeen { runs, table_exists: None, table_created_here: None, column_before: None };
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
        OperationSeen {
            runs,
            table_exists: Some(self.table_exists(&name)),
            table_created_here: Some(Known::Yes(self.created_here(&name))),
            column_before,
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

/// Returns the column that an action is about.
fn column_of(action: &Action) -> Option<Known<Arc<str>>> {
    match action {
        Action::AddColumn { column, .. } => Some(Known::Yes(column.name.clone())),
        Action::DropColumn { column, .. } | Action::RenameColumn { column, .. } => Some(column.clone()),
        Action::AlterColumn(alter) => Some(alter.column.clone()),
        _ => None,
    }
}
