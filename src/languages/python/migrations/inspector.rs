//! What the code asks of the database, answered from the state so far.

use std::sync::Arc;

use super::arguments::Arguments;
use super::machine::Machine;
use super::session::Session;
use crate::languages::python::interpret::{Call, Interpreter, Place, Value};
use crate::model::Known;
use crate::model::operation::ObjectKind;
use crate::model::schema::{Dialect, ObjectName, Part, Table};

/// Why an answer is not known, or the answer.
type Answer<'a> = Result<Value<'a>, Arc<str>>;

impl<'a> Machine<'_, 'a> {
    /// Answers what a method of an inspector asks.
    pub fn inspector_method(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        name: &str,
        call: &Call<'_, 'a>,
    ) -> Option<Value<'a>> {
        let arguments = match name {
            "get_table_names"
            | "get_view_names"
            | "get_enums"
            | "get_sorted_table_and_fkc_names"
            | "get_materialized_view_names" => Arguments::new(&["schema"], call.arguments, call.keywords),
            "has_index" => Arguments::new(&["table_name", "index_name"], call.arguments, call.keywords),
            "has_schema" => Arguments::new(&["schema_name"], call.arguments, call.keywords),
            "has_type" => Arguments::new(&["type_name", "schema"], call.arguments, call.keywords),
            _ => Arguments::new(&["table_name", "schema"], call.arguments, call.keywords),
        };
        let answer = match name {
            "get_table_names" | "get_view_names" | "get_enums" | "get_materialized_view_names" => {
                match arguments.optional_text("schema") {
                    Known::Yes(schema) => {
                        let schema = schema.filter(|schema| !matches!(&**schema, "public" | "main"));
                        self.ask(|session| match name {
                            "get_table_names" => table_names(session, schema.as_ref()),
                            "get_enums" => enums(session, schema.as_ref()),
                            _ => views(session, schema.as_ref(), name == "get_materialized_view_names"),
                        })
                    }
                    Known::No(reason) => Err(reason),
                }
            }
            "has_type" => match arguments.object("type_name", "schema") {
                Known::Yes(name) => self.ask(|session| exists(session, ObjectKind::Enum, &name, None)),
                Known::No(reason) => Err(reason),
            },
            "has_table"
            | "get_columns"
            | "get_indexes"
            | "get_foreign_keys"
            | "get_unique_constraints"
            | "get_pk_constraint"
            | "get_primary_keys"
            | "get_check_constraints"
            | "has_index"
            | "get_table_comment" => match arguments.object("table_name", "schema") {
                Known::Yes(table) => self.ask(|session| match name {
                    "has_table" => has_table(session, &table),
                    "has_index" => match arguments.text("index_name") {
                        Known::Yes(index) => has_index(session, &table, &index),
                        Known::No(reason) => Err(reason),
                    },
                    _ => of_table(session, self.dialect, &table, name),
                }),
                Known::No(reason) => Err(reason),
            },
            "clear_cache" | "close" => return Some(Value::None),
            _ => return None,
        };
        // A table that is not there is an error, which some code waits for.
        if answer.is_err()
            && name.starts_with("get_")
            && interpreter.attempts()
            && let Known::Yes(table) = self.table_asked(&arguments)
            && self.ask(|session| session.exists(ObjectKind::Table, &table, None)) == Known::Yes(false)
        {
            interpreter.raise();
        }
        let what = || interpreter.short(call.place);
        Some(answer.unwrap_or_else(|reason| Value::unknown(format!("what `{}` yields: {reason}", what()))))
    }

    /// Returns the table that is asked for; the default schema is not named.
    fn table_asked(&self, arguments: &Arguments<'_, 'a>) -> Known<ObjectName> {
        match arguments.object("table_name", "schema") {
            Known::Yes(ObjectName { schema, name }) => {
                let default = match self.dialect {
                    Dialect::Postgresql => "public",
                    Dialect::Sqlite => "main",
                    Dialect::Mysql => "",
                };
                Known::Yes(ObjectName { schema: schema.filter(|schema| &**schema != default), name })
            }
            unknown => unknown,
        }
    }

    /// Returns what a method yields of the rows of a query that was answered from the state.
    pub fn rows_method(&self, _interpreter: &Interpreter<'_, 'a>, of: &Value<'a>, name: &str) -> Option<Value<'a>> {
        let Value::List(rows) = of else { return None };
        let rows = rows.borrow();
        Some(match name {
            "fetchall" | "all" | "mappings" | "partitions" | "unique" | "tuples" => Value::list(rows.clone()),
            "fetchone" | "first" | "one_or_none" | "one" => match rows.first() {
                None => Value::None,
                Some(Value::Spread(reason)) => Value::Unknown(reason.clone()),
                Some(row) => row.clone(),
            },
            "scalar" | "scalar_one_or_none" | "scalar_one" => first_of_first(&rows),
            "scalars" => Value::list(rows.iter().map(first_cell).collect()),
            _ => return None,
        })
    }
}

/// Returns the first cell of the first row.
pub fn first_of_first<'a>(rows: &[Value<'a>]) -> Value<'a> {
    match rows.first() {
        None => Value::None,
        Some(row) => match first_cell(row) {
            Value::Spread(reason) => Value::Unknown(reason),
            cell => cell,
        },
    }
}

fn first_cell<'a>(row: &Value<'a>) -> Value<'a> {
    match row {
        Value::Tuple(cells) => cells.first().cloned().unwrap_or(Value::None),
        other => other.clone(),
    }
}

/// Returns the rows of a query as the result that code goes through.
pub fn result<'a>(rows: Vec<Value<'a>>, _place: Place) -> Value<'a> {
    Value::list(rows)
}

/// Returns why nothing at all is known of the state.
fn nothing() -> Arc<str> {
    "the schema at this point is not known".into()
}

/// Returns whether an object is there.
pub fn exists<'a>(session: &dyn Session, kind: ObjectKind, name: &ObjectName, member: Option<&str>) -> Answer<'a> {
    match session.exists(kind, name, member) {
        Known::Yes(there) => Ok(Value::Bool(there)),
        Known::No(reason) => Err(reason),
    }
}

/// Returns whether a table, or a view, is there.
pub fn has_table<'a>(session: &dyn Session, name: &ObjectName) -> Answer<'a> {
    match (session.exists(ObjectKind::Table, name, None), session.exists(ObjectKind::View, name, None)) {
        (Known::Yes(true), _) | (_, Known::Yes(true)) => Ok(Value::Bool(true)),
        (Known::No(reason), _) | (_, Known::No(reason)) => Err(reason),
        _ => Ok(Value::Bool(false)),
    }
}

/// Returns the table, if it is there for certain.
fn table<'s>(session: &'s dyn Session, name: &ObjectName) -> Result<&'s Table, Arc<str>> {
    let schema = session.schema().ok_or_else(nothing)?;
    match session.exists(ObjectKind::Table, name, None) {
        Known::Yes(true) => {
            schema.tables.get(name).ok_or_else(|| format!("what the table `{name}` holds is not known").into())
        }
        Known::Yes(false) => Err(format!("the table `{name}` is not there").into()),
        Known::No(reason) => Err(reason),
    }
}

fn table_names<'a>(session: &dyn Session, within: Option<&Arc<str>>) -> Answer<'a> {
    let schema = session.schema().ok_or_else(nothing)?;
    let mut names = Vec::new();
    let mut open = session.doubt(Part::Tables, None);
    for name in schema.tables.keys().filter(|name| name.schema.as_ref() == within) {
        match session.exists(ObjectKind::Table, name, None) {
            Known::Yes(true) => names.push(Value::Text(name.name.clone())),
            Known::Yes(false) => {}
            Known::No(reason) => open = Some(reason),
        }
    }
    names.extend(open.map(Value::Spread));
    Ok(Value::list(names))
}

fn views<'a>(session: &dyn Session, within: Option<&Arc<str>>, materialized: bool) -> Answer<'a> {
    let schema = session.schema().ok_or_else(nothing)?;
    let own =
        schema.views.iter().filter(|(name, view)| name.schema.as_ref() == within && view.materialized == materialized);
    let mut names: Vec<Value<'a>> = own.map(|(name, _)| Value::Text(name.name.clone())).collect();
    names.extend(session.doubt(Part::Views, None).map(Value::Spread));
    Ok(Value::list(names))
}

fn enums<'a>(session: &dyn Session, within: Option<&Arc<str>>) -> Answer<'a> {
    let schema = session.schema().ok_or_else(nothing)?;
    let all = within.is_some_and(|schema| &**schema == "*");
    let own = schema.enums.iter().filter(|(name, _)| all || name.schema.as_ref() == within);
    let mut found: Vec<Value<'a>> = own
        .map(|(name, own)| {
            let labels = match &own.labels {
                Known::Yes(labels) => Value::list(labels.iter().cloned().map(Value::Text).collect()),
                Known::No(reason) => Value::Unknown(reason.clone()),
            };
            dict([
                ("name", Value::Text(name.name.clone())),
                ("schema", Value::Text(name.schema.clone().unwrap_or_else(|| "public".into()))),
                ("visible", Value::Bool(name.schema.is_none())),
                ("labels", labels),
            ])
        })
        .collect();
    found.extend(session.doubt(Part::Enums, None).map(Value::Spread));
    Ok(Value::list(found))
}

fn has_index<'a>(session: &dyn Session, name: &ObjectName, index: &Arc<str>) -> Answer<'a> {
    let table = table(session, name)?;
    if table.uniques.iter().any(|own| own.name.as_ref() == Some(index)) {
        return Ok(Value::Bool(true));
    }
    exists(session, ObjectKind::Index, name, Some(index))
}

/// Returns the names of the columns of a table, and at the end why there may be more.
pub fn columns<'a>(session: &dyn Session, name: &ObjectName) -> Result<Vec<Value<'a>>, Arc<str>> {
    let columns = of_table(session, session.dialect(), name, "get_columns")?.elements().unwrap_or_default();
    let named = |column: Value<'a>| match &column {
        Value::Dict(entries) => {
            let entries = entries.borrow();
            entries.iter().find(|(key, _)| key.as_text().as_deref() == Some("name")).map(|(_, name)| name.clone())
        }
        _ => Some(column.clone()),
    };
    Ok(columns.into_iter().filter_map(named).collect())
}

/// Answers questions about what a table has.
pub fn of_table<'a>(session: &dyn Session, dialect: Dialect, name: &ObjectName, question: &str) -> Answer<'a> {
    let table = table(session, name)?;
    let open = |part: Part| session.doubt(part, Some(name)).map(Value::Spread);
    // The database itself gives names to what has none.
    let named = |name: Option<&Arc<str>>| match name {
        Some(name) => Value::Text(name.clone()),
        None if dialect == Dialect::Sqlite => Value::None,
        None => Value::unknown("a name that the database gives"),
    };
    // What may be there or not comes at the end, as elements in any number.
    let sure = |kind: ObjectKind, member: Option<&Arc<str>>, value: Value<'a>| match member
        .map(|member| session.exists(kind, name, Some(member)))
    {
        Some(Known::No(reason)) => Some(Value::Spread(reason)),
        Some(Known::Yes(false)) => None,
        _ => Some(value),
    };
    let texts = |names: &[Arc<str>]| Value::list(names.iter().cloned().map(Value::Text).collect());
    let mut found: Vec<Value<'a>> = match question {
        "get_columns" => table
            .columns
            .iter()
            .filter_map(|column| match session.exists(ObjectKind::Column, name, Some(&column.name)) {
                Known::Yes(there) => there.then(|| column_value(table, column)),
                Known::No(reason) => Some(Value::Spread(reason)),
            })
            .chain(open(Part::Columns))
            .collect(),
        "get_indexes" => {
            let own = table.indexes.iter().filter_map(|index| {
                let columns =
                    index.columns().map(|column| column.map_or(Value::None, |name| Value::Text(name.clone())));
                let value = dict([
                    ("name", named(index.name.as_ref())),
                    ("column_names", Value::list(columns.collect())),
                    ("unique", Value::Bool(index.unique)),
                ]);
                sure(ObjectKind::Index, index.name.as_ref(), value)
            });
            // PostgreSQL and MySQL list those behind unique constraints as well.
            let behind = table.uniques.iter().filter(|_| dialect != Dialect::Sqlite).map(|key| {
                dict([
                    ("name", named(key.name.as_ref())),
                    ("column_names", texts(&key.columns)),
                    ("unique", Value::Bool(true)),
                    ("duplicates_constraint", named(key.name.as_ref())),
                ])
            });
            let mysql = (dialect == Dialect::Mysql && !table.foreign_keys.is_empty())
                .then(|| Value::Spread("MySQL makes indexes for foreign keys by itself".into()));
            own.chain(behind).chain(open(Part::Indexes)).chain(open(Part::Constraints)).chain(mysql).collect()
        }
        "get_foreign_keys" => table
            .foreign_keys
            .iter()
            .filter_map(|key| {
                let mut options = Vec::new();
                for (name, value) in [("ondelete", &key.on_delete), ("onupdate", &key.on_update)] {
                    if let Some(value) = value {
                        options.push((Value::text(name), Value::Text(value.clone())));
                    }
                }
                let value = dict([
                    ("name", named(key.name.as_ref())),
                    ("constrained_columns", texts(&key.columns)),
                    ("referred_schema", key.table.schema.clone().map_or(Value::None, Value::Text)),
                    ("referred_table", Value::Text(key.table.name.clone())),
                    ("referred_columns", texts(&key.references)),
                    ("options", Value::dict(options)),
                ]);
                sure(ObjectKind::Constraint, key.name.as_ref(), value)
            })
            .chain(open(Part::Constraints))
            .collect(),
        "get_unique_constraints" => table
            .uniques
            .iter()
            .filter_map(|key| {
                let value = dict([("name", named(key.name.as_ref())), ("column_names", texts(&key.columns))]);
                sure(ObjectKind::Constraint, key.name.as_ref(), value)
            })
            .chain(open(Part::Constraints))
            .collect(),
        "get_check_constraints" => table
            .checks
            .iter()
            .map(|check| dict([("name", named(check.name.as_ref())), ("sqltext", Value::Text(check.sql.clone()))]))
            .chain(open(Part::Constraints))
            .collect(),
        "get_pk_constraint" | "get_primary_keys" => {
            if let (None, Some(reason)) = (&table.primary_key, session.doubt(Part::Constraints, Some(name))) {
                return Err(reason);
            }
            let columns = table.primary_key.as_ref().map_or_else(|| texts(&[]), |key| texts(&key.columns));
            let name = match &table.primary_key {
                Some(key) => named(key.name.as_ref()),
                None => Value::None,
            };
            return Ok(match question {
                "get_primary_keys" => columns,
                _ => dict([("name", name), ("constrained_columns", columns)]),
            });
        }
        _ => {
            let comment = table.comment.clone().map_or(Value::None, Value::Text);
            return Ok(dict([("text", comment)]));
        }
    };
    // What is in doubt comes last, so that a search finds what is certain first.
    found.sort_by_key(|value| matches!(value, Value::Spread(_)));
    Ok(Value::list(found))
}

fn column_value<'a>(table: &Table, column: &crate::model::schema::Column) -> Value<'a> {
    let unknown = |reason: &Arc<str>| Value::Unknown(reason.clone());
    let default = match &column.default {
        Known::Yes(None) => Value::None,
        // The database spells it in its own way.
        Known::Yes(Some(_)) => Value::unknown("a default as the database spells it"),
        Known::No(reason) => unknown(reason),
    };
    let ty = match &column.ty {
        Known::Yes(_) => Value::unknown("a type as the database spells it"),
        Known::No(reason) => unknown(reason),
    };
    dict([
        ("name", Value::Text(column.name.clone())),
        ("type", ty),
        (
            "nullable",
            match &column.nullable {
                Known::Yes(nullable) => Value::Bool(*nullable),
                Known::No(reason) => unknown(reason),
            },
        ),
        ("default", default),
        ("comment", column.comment.clone().map_or(Value::None, Value::Text)),
        ("primary_key", Value::Int(i64::from(table.in_primary_key(&column.name)))),
    ])
}

fn dict<'a, const N: usize>(entries: [(&str, Value<'a>); N]) -> Value<'a> {
    Value::dict(entries.into_iter().map(|(name, value)| (Value::text(name), value)).collect())
}
