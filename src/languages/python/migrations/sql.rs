//! SQL inside Python strings.

use std::sync::Arc;

use super::machine::{Details, Machine};
use crate::languages::python::interpret::{Interpreter, Place};
use crate::model::operation::Action;

impl<'a> Machine<'_, 'a> {
    /// Executes SQL. `binds`: it may hold `:name` for values that are given beside it.
    pub fn sql(&self, interpreter: &Interpreter<'_, 'a>, text: &Arc<str>, place: Place, _binds: bool) {
        let word = text.split_whitespace().next().unwrap_or_default().to_uppercase();
        let action = match &*word {
            "SELECT" | "SET" | "UPDATE" | "INSERT" | "DELETE" | "GRANT" | "PRAGMA" | "ANALYZE" | "VACUUM" => {
                Action::Execute
            }
            _ => Action::Unknown { why: "SQL that is not read".into() },
        };
        self.emit(interpreter, place, action, Details::default());
    }
}
