//! What objects of SQLAlchemy say of themselves: `column.name`, `table.columns`, the constraints of a table that is
//! reflected.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::handles::{Handle, handle};
use super::machine::Machine;
use super::objects;
use super::reflected::{self, Reflected};
use crate::languages::python::interpret::{Call, Interpreter, Object, Place, Value};
use crate::model::Known;
use crate::model::schema::Dialect;

/// Classes of which no other class that matters here is made.
const PLAIN: &[&str] = &["Table", "Column", "MetaData", "Index", "ForeignKeyConstraint", "UniqueConstraint", "Select"];

impl<'a> Machine<'_, 'a> {
    /// Returns an attribute of an object that a call to SQLAlchemy made.
    pub fn described(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        object: &Rc<Object<'a>>,
        name: &str,
    ) -> Option<Value<'a>> {
        let own = object.callee.path()?.strip_prefix("sqlalchemy.")?;
        if object.attributes.borrow().iter().any(|(own, _)| &**own == name) {
            return None;
        }
        let texts = |value: &Value<'a>| value.as_text().map(Value::Text);
        match (own, name) {
            ("Column", "name" | "key") => texts(object.argument(0, "name")?),
            ("Column", "type") => object.keyword("type_").or_else(|| object.arguments.get(1)).cloned(),
            ("Column", "nullable" | "primary_key" | "unique" | "index" | "comment" | "server_default") => {
                object.keyword(name).cloned()
            }
            ("Table" | "table", "name") => texts(object.argument(0, "name")?),
            ("Table" | "table", "schema") => Some(object.keyword("schema").cloned().unwrap_or(Value::None)),
            ("Index", "name") => texts(object.argument(0, "name")?),
            ("Enum" | "dialects.postgresql.ENUM", "name") => texts(object.keyword("name")?),
            ("Enum" | "dialects.postgresql.ENUM", "enums") => object
                .arguments
                .iter()
                .all(|label| label.as_text().is_some())
                .then(|| Value::list(object.arguments.clone())),
            ("UniqueConstraint" | "CheckConstraint" | "ForeignKeyConstraint" | "PrimaryKeyConstraint", "name") => {
                object.keyword("name").cloned()
            }
            ("Table", _) if is_reflected(object) => self.reflected(interpreter, object, name),
            _ => None,
        }
    }

    /// Returns what a table that is reflected has.
    fn reflected(&self, interpreter: &Interpreter<'_, 'a>, object: &Rc<Object<'a>>, name: &str) -> Option<Value<'a>> {
        let what = match name {
            "foreign_key_constraints" => Reflected::ForeignKeys,
            "columns" | "c" => Reflected::Columns,
            "indexes" => Reflected::Indexes,
            _ => return None,
        };
        let table = match objects::table_name(interpreter, &Value::Object(object.clone()))? {
            Known::Yes(table) => table,
            Known::No(_) => return None,
        };
        // Columns of a table are used in queries as well: only their names are looked at.
        if what == Reflected::Columns {
            return None;
        }
        Some(match self.ask(|session| reflected::reflected(session, self.dialect, &table, what)) {
            Ok(items) => {
                let made = items.into_iter().map(|item| match item {
                    Ok(attributes) => Value::Object(with_attributes(what.path(), attributes, object.place)),
                    Err(reason) => Value::Spread(reason),
                });
                Value::list(made.collect())
            }
            Err(reason) => Value::Unknown(reason),
        })
    }

    /// Tells whether a value is of a class: `isinstance(bind.dialect, PGDialect)`.
    pub fn is_instance(&self, call: &Call<'_, 'a>) -> Option<Value<'a>> {
        let (value, class) = (call.arguments.first()?, call.arguments.get(1)?);
        let classes = class.elements().unwrap_or_else(|| vec![class.clone()]);
        let mut all = Some(false);
        for class in &classes {
            match self.is_of(value, class) {
                Some(true) => return Some(Value::Bool(true)),
                Some(false) => {}
                None => all = None,
            }
        }
        all.map(Value::Bool)
    }

    fn is_of(&self, value: &Value<'a>, class: &Value<'a>) -> Option<bool> {
        let path = class.path()?;
        if handle(value) == Some(Handle::Dialect) {
            let dialect = path.strip_prefix("sqlalchemy.dialects.")?.split('.').next()?;
            return Some(Dialect::of_name(dialect) == Some(self.dialect));
        }
        let builtin = match value {
            Value::Text(_) => Some("str"),
            Value::Int(_) => Some("int"),
            Value::Float(_) => Some("float"),
            Value::Bool(_) => Some("bool"),
            Value::Dict(_) => Some("dict"),
            Value::Tuple(_) => Some("tuple"),
            Value::None => Some("NoneType"),
            _ => None,
        };
        if let Some(own) = builtin {
            let asked = path.strip_prefix("builtins.")?;
            return Some(own == asked || own == "bool" && asked == "int" || asked == "object");
        }
        let asked = path.strip_prefix("sqlalchemy.").filter(|name| PLAIN.contains(name))?;
        match value {
            Value::Object(object) => {
                let own = object.callee.path()?.strip_prefix("sqlalchemy.")?;
                Some(own == asked)
            }
            Value::Class(_) => Some(false),
            _ => None,
        }
    }
}

fn is_reflected(object: &Object<'_>) -> bool {
    object.keyword("autoload_with").is_some()
        || object.keyword("autoload").is_some_and(|value| value.truth() == Some(true))
}

/// Returns an object whose attributes are known.
fn with_attributes<'a>(path: &str, attributes: Vec<(Arc<str>, Value<'a>)>, place: Place) -> Rc<Object<'a>> {
    Rc::new(Object {
        callee: Value::external(path),
        arguments: Vec::new(),
        keywords: Vec::new(),
        open: false,
        place,
        condition: None,
        attributes: RefCell::new(attributes),
    })
}
