//! What `op.*` and `batch_op.*` do, directive by directive.

mod columns;
mod constraints;
mod indexes;
mod tables;

use std::rc::Rc;
use std::sync::Arc;

use super::arguments::{Arguments, text};
use super::machine::{Details, Machine};
use crate::languages::python::interpret::{Call, Interpreter, Object, Place, Value};
use crate::model::Known;
use crate::model::operation::{Action, Data};
use crate::model::schema::{Dialect, ObjectName};

/// A call to a directive.
pub struct Directive<'d, 'a> {
    /// `op.batch_alter_table(...)` whose batch it is in.
    batch: Option<&'d Rc<Object<'a>>>,
    call: &'d Call<'d, 'a>,
}

impl<'d, 'a> Directive<'d, 'a> {
    /// Returns the arguments by the names of the parameters, in which a batch leaves out the table.
    fn arguments(&self, names: &'d [&'static str], batch_names: &'d [&'static str]) -> Arguments<'d, 'a> {
        let names = if self.batch.is_some() { batch_names } else { names };
        Arguments::new(names, self.call.arguments, self.call.keywords)
    }

    /// Returns the table that it is about: an argument, or that of the batch.
    fn table(&self, arguments: &Arguments<'_, 'a>, name: &str, schema: &str) -> Known<ObjectName> {
        match self.batch {
            Some(batch) => batch_table(batch),
            None => arguments.object(name, schema),
        }
    }

    const fn place(&self) -> Place {
        self.call.place
    }
}

/// Returns the table of a batch.
fn batch_table(batch: &Object<'_>) -> Known<ObjectName> {
    let names = ["table_name", "schema"];
    Arguments::new(&names, &batch.arguments, &batch.keywords).object("table_name", "schema")
}

impl<'a> Machine<'_, 'a> {
    /// Does what a directive does.
    pub fn directive(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        name: &str,
        batch: Option<&Rc<Object<'a>>>,
        call: &Call<'_, 'a>,
    ) -> Option<Value<'a>> {
        // Where an error of it is caught, what the database cannot do does not happen.
        if batch.is_none() && interpreter.attempts() && self.cannot(name, call) {
            interpreter.raise();
            return Some(Value::None);
        }
        self.batch.set(batch.is_some());
        let value = self.dispatch(interpreter, name, &Directive { batch, call });
        self.batch.set(false);
        value
    }

    fn dispatch(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        name: &str,
        directive: &Directive<'_, 'a>,
    ) -> Option<Value<'a>> {
        let call = directive.call;
        let done = Some(Value::None);
        match name {
            "create_table" => return Some(self.create_table(interpreter, directive)),
            "drop_table" => self.drop_table(interpreter, directive),
            "rename_table" => self.rename_table(interpreter, directive),
            "create_table_comment" | "drop_table_comment" => self.comment_table(interpreter, directive, name),
            "add_column" => self.add_column(interpreter, directive),
            "alter_column" => self.alter_column(interpreter, directive),
            "drop_column" => self.drop_column(interpreter, directive),
            "create_index" => self.create_index(interpreter, directive),
            "drop_index" => self.drop_index(interpreter, directive),
            "create_foreign_key" => self.create_foreign_key(interpreter, directive),
            "create_unique_constraint" => self.create_unique(interpreter, directive),
            "create_primary_key" => self.create_primary_key(interpreter, directive),
            "create_check_constraint" => self.create_check(interpreter, directive),
            "create_exclude_constraint" => self.create_exclude(interpreter, directive),
            "drop_constraint" => self.drop_constraint(interpreter, directive),
            "execute" => self.execute(interpreter, call, false),
            "bulk_insert" => self.bulk_insert(interpreter, call),
            // A name that no convention touches.
            "f" => {
                let arguments = call.arguments.to_vec();
                return Some(Value::Object(Object::outside("sqlalchemy.conv", arguments, Vec::new(), call.place)));
            }
            "inline_literal" => {
                let arguments = call.arguments.to_vec();
                return Some(Value::Object(Object::outside("sqlalchemy.literal", arguments, Vec::new(), call.place)));
            }
            "batch_alter_table" => {
                self.batch_constraints(interpreter, call);
                return None;
            }
            "get_bind" | "get_context" => return None,
            "run_async" => {
                let function = call.arguments.first()?;
                let bind = Object::outside("alembic.op.get_bind", Vec::new(), Vec::new(), call.place);
                let mut arguments = vec![Value::Object(bind)];
                arguments.extend(call.arguments.iter().skip(1).cloned());
                return Some(interpreter.call_value(function, arguments, call.keywords.clone(), call.place));
            }
            "implementation_for" | "register_operation" | "context" => return None,
            "add_column_if_not_exists" | "invoke" => {
                self.unknown(interpreter, call.place, format!("what `{name}` does is not known"));
            }
            _ => {
                self.unknown(interpreter, call.place, format!("`op.{name}` is no directive of Alembic"));
                return Some(Value::unknown(format!("what `op.{name}` yields is not known")));
            }
        }
        done
    }

    /// Returns whether the database cannot run a directive: SQLite alters nothing in place but names.
    fn cannot(&self, name: &str, call: &Call<'_, 'a>) -> bool {
        let given = |wanted: &str| {
            call.keywords
                .iter()
                .any(|(own, value)| &**own == wanted && !matches!(value, Value::None | Value::Bool(false)))
        };
        self.dialect == Dialect::Sqlite
            && match name {
                "alter_column" => {
                    call.keywords.iter().any(|(own, _)| &**own == "nullable")
                        || given("type_")
                        || given("server_default")
                }
                "create_foreign_key"
                | "create_unique_constraint"
                | "create_primary_key"
                | "create_check_constraint"
                | "drop_constraint" => true,
                _ => false,
            }
    }

    fn bulk_insert(&self, interpreter: &Interpreter<'_, 'a>, call: &Call<'_, 'a>) {
        let arguments = Arguments::new(&["table", "rows"], call.arguments, call.keywords);
        let table = arguments.get("table").and_then(|table| super::objects::table_name(interpreter, table));
        let table = table.unwrap_or_else(|| Known::No("the table is computed".into()));
        let action = Action::Data { verb: Data::Insert, table };
        self.emit(interpreter, call.place, action, Details::default());
    }
}

/// Returns a text, or the reason why it is not known in `details`.
fn name_of(value: Option<&Value<'_>>, name: &str) -> Known<Option<Arc<str>>> {
    match value {
        None | Some(Value::None) => Known::Yes(None),
        Some(value) => match text(value, name) {
            Known::Yes(text) => Known::Yes(Some(text)),
            Known::No(reason) => Known::No(reason),
        },
    }
}
