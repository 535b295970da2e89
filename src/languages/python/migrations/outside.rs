//! Calls outside the project: methods of connections, sessions, contexts and dialects, functions of other packages.

use std::sync::Arc;

use super::handles::{Handle, commits_by_itself, handle};
use super::machine::Machine;
use crate::languages::python::interpret::{Call, Interpreter, Value};

/// Packages whose functions change no schema by themselves.
const KNOWN_MODULES: &[&str] = &["sqlalchemy", "alembic", "builtins", "sqlmodel", "pandas", "logging", "typing"];

impl<'a> Machine<'_, 'a> {
    pub fn outside(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        path: &Arc<str>,
        call: &Call<'_, 'a>,
    ) -> Option<Value<'a>> {
        match &**path {
            "alembic.context.is_offline_mode" => return Some(Value::Bool(false)),
            "builtins.isinstance" => return self.is_instance(call),
            "builtins.hasattr" => return None,
            "sqlalchemy.event.listen" => return None,
            _ => {}
        }
        let module = path.split('.').next().unwrap_or(path);
        if KNOWN_MODULES.contains(&module) {
            return None;
        }
        let mut given = call.given();
        let name = path.rsplit('.').next().unwrap_or(path);
        let holds = if asks(name) { given.any(gives_operations) } else { given.any(gives_hold) };
        if holds || speaks_of_schema(path) {
            let why = format!("what `{path}` does is not known");
            self.unknown(interpreter, call.place, why);
        }
        None
    }

    pub fn context_method(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        name: &str,
        call: &Call<'_, 'a>,
    ) -> Option<Value<'a>> {
        match name {
            "execute" => self.execute(interpreter, call, false),
            "is_offline_mode" => return Some(Value::Bool(false)),
            _ => {}
        }
        None
    }

    pub fn dialect_method(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        name: &str,
        call: &Call<'_, 'a>,
    ) -> Option<Value<'a>> {
        // `bind.dialect.has_table(bind, "deals")` takes the connection first.
        match name {
            "has_table" | "get_columns" | "has_index" | "get_table_names" | "get_indexes" | "has_type" => {
                let rest = call.arguments.get(1..).unwrap_or_default();
                let call = Call { callee: call.callee, arguments: rest, keywords: call.keywords, place: call.place };
                self.inspector_method(interpreter, name, &call)
            }
            _ => None,
        }
    }

    pub fn bind_method(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        of: &Value<'a>,
        name: &str,
        call: &Call<'_, 'a>,
    ) -> Option<Value<'a>> {
        match name {
            "execute" | "exec_driver_sql" | "scalar" | "scalars" | "executescript" | "exec" => {
                if let Some(rows) = self.catalogue_query(interpreter, call) {
                    return Some(match name {
                        "scalar" => super::inspector::first_of_first(&rows),
                        _ => super::inspector::result(rows, call.place),
                    });
                }
                let own = commits_by_itself(of);
                self.autocommit.set(self.autocommit.get() + u32::from(own));
                self.execute(interpreter, call, true);
                self.autocommit.set(self.autocommit.get() - u32::from(own));
                Some(Value::unknown(format!("what `{}` yields", interpreter.short(call.place))))
            }
            "has_table" => self.inspector_method(interpreter, "has_table", call),
            // A function that is given the connection.
            "run_sync" | "run_callable" | "transaction" => {
                let function = call.arguments.first()?;
                let mut arguments = vec![of.clone()];
                arguments.extend(call.arguments.iter().skip(1).cloned());
                Some(interpreter.call_value(function, arguments, call.keywords.clone(), call.place))
            }
            _ => None,
        }
    }
}

/// Returns whether a value lets a function change the schema.
pub fn gives_hold(value: &Value<'_>) -> bool {
    match value {
        Value::Attribute(_) | Value::External(_) | Value::Object(_) => {
            matches!(handle(value), Some(Handle::Operations | Handle::Batch | Handle::Bind | Handle::Context))
        }
        _ => false,
    }
}

pub fn gives_operations(value: &Value<'_>) -> bool {
    matches!(value, Value::Object(_) | Value::External(_))
        && matches!(handle(value), Some(Handle::Operations | Handle::Batch))
}

/// Returns whether the name of a function says that it only asks, or makes a session.
fn asks(name: &str) -> bool {
    let starts = ["has_", "get_", "is_", "find_", "list_", "check_", "read_", "fetch_", "load_", "count_"];
    starts.iter().any(|start| name.starts_with(start))
        || name.contains("exist")
        || name.ends_with("_names")
        || matches!(name, "Session" | "sessionmaker" | "scoped_session" | "inspect" | "Inspector")
}

/// Returns whether the name of a function of another package says that it changes a schema.
fn speaks_of_schema(path: &str) -> bool {
    let Some((module, name)) = path.rsplit_once('.') else { return false };
    let verb = ["create_", "drop_", "alter_", "add_", "rename_", "upgrade", "downgrade", "migrate"]
        .iter()
        .any(|verb| name.starts_with(verb));
    let noun = ["table", "column", "index", "constraint", "enum", "schema", "migration", "view"]
        .iter()
        .any(|noun| name.contains(noun) || module.contains("migrat") || module.contains("alembic"));
    verb && noun
}
