//! SQLAlchemy's objects in migrations: what `Table(...)`, `Column(...)`, `Index(...)` and constraints describe.

use std::rc::Rc;
use std::sync::Arc;

use super::arguments::text;
use crate::languages::python::interpret::{Interpreter, Keywords, OPEN, Object, Place, Value};
use crate::languages::python::sqlalchemy::{Reader, Single};
use crate::model::Known;
use crate::model::operation::{Constraint, OperationUnknown};
use crate::model::schema::{ObjectName, Part, SchemaUnknown, Table};

/// Stands for a table whose name is not known.
pub const NAMELESS: &str = "?";

/// Returns the naming convention of metadata as a dict.
pub fn convention<'a>(interpreter: &Interpreter<'_, 'a>, metadata: &Value<'a>) -> Option<Value<'a>> {
    let reader = Reader::new(interpreter);
    let metadata = reader.metadata(metadata);
    if metadata.convention.is_empty() {
        return None;
    }
    let entries = metadata.convention.iter().map(|(kind, form)| (Value::Text(kind.clone()), form.clone()));
    Some(Value::dict(entries.collect()))
}

/// Returns the call to `Table(...)` that describes a table with these columns and constraints.
pub fn table_object<'a>(
    name: &Known<ObjectName>,
    metadata: Value<'a>,
    parts: &[Value<'a>],
    keywords: &Keywords<'a>,
    place: Place,
) -> Rc<Object<'a>> {
    let (schema, name) = match name {
        Known::Yes(name) => (name.schema.clone(), name.name.clone()),
        Known::No(_) => (None, Arc::from(NAMELESS)),
    };
    let mut arguments = vec![Value::Text(name), metadata];
    arguments.extend(parts.iter().cloned());
    let mut own: Keywords<'a> =
        keywords.iter().filter(|(name, _)| !matches!(&**name, "schema" | "table_name" | OPEN)).cloned().collect();
    if let Some(schema) = schema {
        own.push(("schema".into(), Value::Text(schema)));
    }
    let open = keywords.iter().any(|(name, _)| &**name == OPEN);
    let object = Object::outside("sqlalchemy.Table", arguments, own, place);
    if open { Rc::new(Object { open, ..unshared(object) }) } else { object }
}

fn unshared<'a>(object: Rc<Object<'a>>) -> Object<'a> {
    Rc::try_unwrap(object).unwrap_or_else(|shared| Object {
        callee: shared.callee.clone(),
        arguments: shared.arguments.clone(),
        keywords: shared.keywords.clone(),
        open: shared.open,
        place: shared.place,
        condition: None,
        attributes: std::cell::RefCell::default(),
    })
}

/// Returns what a reader could not know as what an operation cannot know.
pub fn doubts(unknown: Vec<SchemaUnknown>) -> Vec<OperationUnknown> {
    let mut doubts: Vec<OperationUnknown> = Vec::new();
    for SchemaUnknown { what, part, .. } in unknown {
        if part != Part::Tables && !doubts.iter().any(|own| own.part == part && own.what == what) {
            doubts.push(OperationUnknown { what, part });
        }
    }
    doubts
}

/// Returns all constraints of a table but its primary key.
pub fn constraints(table: &Table) -> Vec<Constraint> {
    let keys = table.foreign_keys.iter().cloned().map(Constraint::ForeignKey);
    let uniques = table.uniques.iter().cloned().map(Constraint::Unique);
    let checks = table.checks.iter().cloned().map(Constraint::Check);
    keys.chain(uniques).chain(checks).collect()
}

/// Reads an index or constraint that hangs on a table.
pub fn hanging<'a>(
    interpreter: &Interpreter<'_, 'a>,
    table: &Known<ObjectName>,
    metadata: &Value<'a>,
    item: &Rc<Object<'a>>,
) -> Single<'a> {
    let name = table.as_known().cloned().unwrap_or_else(|| ObjectName::new(NAMELESS));
    Reader::hanging(interpreter, name, metadata, item.place).hang(item)
}

/// Returns the name of the table that a value stands for: `sa.table("deals")`, `Table(...)`, `Model`, `Model.__table__`.
pub fn table_name<'a>(interpreter: &Interpreter<'_, 'a>, value: &Value<'a>) -> Option<Known<ObjectName>> {
    match value {
        Value::Object(object) => {
            let path = object.callee.path()?;
            let name = path.strip_prefix("sqlalchemy.")?;
            match name {
                "table" | "Table" | "TableClause" => {
                    let schema = match object.keyword("schema") {
                        None | Some(Value::None) => Known::Yes(None),
                        Some(schema) => match text(schema, "schema") {
                            Known::Yes(schema) => Known::Yes(Some(schema)),
                            Known::No(reason) => Known::No(reason),
                        },
                    };
                    let name = text(object.argument(0, "name")?, "name");
                    Some(match (schema, name) {
                        (Known::Yes(schema), Known::Yes(name)) => Known::Yes(ObjectName { schema, name }),
                        (Known::No(reason), _) | (_, Known::No(reason)) => Known::No(reason),
                    })
                }
                "alias" | "orm.aliased" => table_name(interpreter, object.arguments.first()?),
                _ => None,
            }
        }
        Value::Class(class) => {
            let name = interpreter.class_value(class, "__tablename__")?;
            Some(match text(&name, "__tablename__") {
                Known::Yes(name) => Known::Yes(ObjectName::new(name)),
                Known::No(reason) => Known::No(reason),
            })
        }
        Value::Attribute(attribute) if &*attribute.name == "__table__" => table_name(interpreter, &attribute.of),
        // `metadata.tables["deals"]`.
        Value::Subscript(subscript) => match &subscript.0 {
            Value::Attribute(attribute) if &*attribute.name == "tables" => {
                let name = subscript.1.as_text()?;
                Some(Known::Yes(match name.split_once('.') {
                    Some((schema, name)) => ObjectName::within(schema, name),
                    None => ObjectName::new(name),
                }))
            }
            _ => None,
        },
        _ => None,
    }
}
