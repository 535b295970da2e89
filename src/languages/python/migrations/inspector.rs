//! What the code asks of the database, answered from the state so far.

use std::sync::Arc;

use super::arguments::{Arguments, text};
use super::machine::Machine;
use super::session::Session;
use crate::languages::python::interpret::{Call, Interpreter, Place, Value};
use crate::model::Known;
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
                    Known::Yes(schema) => self.ask(|session| match name {
                        "get_table_names" => table_names(session, schema.as_ref()),
                        "get_enums" => enums(session, schema.as_ref()),
                        _ => views(session, schema.as_ref(), name == "get_materialized_view_names"),
                    }),
                    Known::No(reason) => Err(reason),
                }
            }
            "has_type" => match arguments.object("type_name", "schema") {
                Known::Yes(name) => self.ask(|session| has_enum(session, &name)),
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
        let what = || interpreter.short(call.place);
        Some(answer.unwrap_or_else(|reason| Value::unknown(format!("what `{}` yields: {reason}", what()))))
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

/// Returns whether a table, or a view, is there.
pub fn has_table<'a>(session: &dyn Session, name: &ObjectName) -> Answer<'a> {
    let schema = session.schema().ok_or_else(nothing)?;
    if let Some(reason) = session.doubt(Part::Tables, Some(name)) {
        // What is listed for certain is there, whatever else may be.
        let certain = schema.tables.contains_key(name) && !table_in_doubt(session, name);
        return if certain { Ok(Value::Bool(true)) } else { Err(reason) };
    }
    Ok(Value::Bool(schema.tables.contains_key(name) || schema.views.contains_key(name)))
}

/// Returns whether it is in doubt that a table that is listed is there.
fn table_in_doubt(session: &dyn Session, name: &ObjectName) -> bool {
    session.schema().is_some_and(|schema| {
        schema.unknown.iter().any(|unknown| unknown.part == Part::Tables && unknown.table.as_ref() == Some(name))
    })
}

/// Returns the table, if it is there for certain.
fn table<'s>(session: &'s dyn Session, name: &ObjectName) -> Result<&'s Table, Arc<str>> {
    let schema = session.schema().ok_or_else(nothing)?;
    match schema.tables.get(name) {
        Some(table) if !table_in_doubt(session, name) => Ok(table),
        Some(_) => Err(format!("whether the table `{name}` is there is not known").into()),
        None => Err(session
            .doubt(Part::Tables, Some(name))
            .unwrap_or_else(|| format!("the table `{name}` is not there").into())),
    }
}

fn table_names<'a>(session: &dyn Session, within: Option<&Arc<str>>) -> Answer<'a> {
    let schema = session.schema().ok_or_else(nothing)?;
    let mut names = Vec::new();
    for name in schema.tables.keys().filter(|name| name.schema.as_ref() == within) {
        if !table_in_doubt(session, name) {
            names.push(Value::Text(name.name.clone()));
        }
    }
    let doubtful = schema.tables.keys().find(|name| table_in_doubt(session, name));
    let open =
        session.doubt(Part::Tables, None).or_else(|| doubtful.and_then(|name| session.doubt(Part::Tables, Some(name))));
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

/// Returns whether an enum type is there.
pub fn has_enum<'a>(session: &dyn Session, name: &ObjectName) -> Answer<'a> {
    let schema = session.schema().ok_or_else(nothing)?;
    if schema.enums.contains_key(name) {
        return Ok(Value::Bool(true));
    }
    session.doubt(Part::Enums, None).map_or(Ok(Value::Bool(false)), Err)
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
    if table.indexes.iter().any(|own| own.name.as_ref() == Some(index)) {
        return Ok(Value::Bool(true));
    }
    match session.doubt(Part::Indexes, Some(name)) {
        Some(reason) => Err(reason),
        None => Ok(Value::Bool(table.uniques.iter().any(|own| own.name.as_ref() == Some(index)))),
    }
}

/// Returns whether a column is there.
pub fn has_column<'a>(session: &dyn Session, name: &ObjectName, column: &str) -> Answer<'a> {
    let table = table(session, name)?;
    if let Some(reason) = session.doubtful_column(name, column) {
        return Err(reason);
    }
    if table.column(column).is_some() {
        return Ok(Value::Bool(true));
    }
    session.doubt(Part::Columns, Some(name)).map_or(Ok(Value::Bool(false)), Err)
}

/// Answers questions about what a table has.
fn of_table<'a>(session: &dyn Session, dialect: Dialect, name: &ObjectName, question: &str) -> Answer<'a> {
    let table = table(session, name)?;
    let open = |part: Part| session.doubt(part, Some(name)).map(Value::Spread);
    // The database itself gives names to what has none.
    let named = |name: Option<&Arc<str>>| match name {
        Some(name) => Value::Text(name.clone()),
        None if dialect == Dialect::Sqlite => Value::None,
        None => Value::unknown("a name that the database gives"),
    };
    let texts = |names: &[Arc<str>]| Value::list(names.iter().cloned().map(Value::Text).collect());
    let mut found: Vec<Value<'a>> = match question {
        "get_columns" => table
            .columns
            .iter()
            .map(|column| match session.doubtful_column(name, &column.name) {
                Some(reason) => Value::Spread(reason),
                None => column_value(table, column),
            })
            .chain(open(Part::Columns))
            .collect(),
        "get_indexes" => {
            let own = table.indexes.iter().map(|index| {
                let columns =
                    index.columns().map(|column| column.map_or(Value::None, |name| Value::Text(name.clone())));
                dict([
                    ("name", named(index.name.as_ref())),
                    ("column_names", Value::list(columns.collect())),
                    ("unique", Value::Bool(index.unique)),
                ])
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
            .map(|key| {
                let mut options = Vec::new();
                for (name, value) in [("ondelete", &key.on_delete), ("onupdate", &key.on_update)] {
                    if let Some(value) = value {
                        options.push((Value::text(name), Value::Text(value.clone())));
                    }
                }
                dict([
                    ("name", named(key.name.as_ref())),
                    ("constrained_columns", texts(&key.columns)),
                    ("referred_schema", key.table.schema.clone().map_or(Value::None, Value::Text)),
                    ("referred_table", Value::Text(key.table.name.clone())),
                    ("referred_columns", texts(&key.references)),
                    ("options", Value::dict(options)),
                ])
            })
            .chain(open(Part::Constraints))
            .collect(),
        "get_unique_constraints" => table
            .uniques
            .iter()
            .map(|key| dict([("name", named(key.name.as_ref())), ("column_names", texts(&key.columns))]))
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

impl<'a> Machine<'_, 'a> {
    /// Answers a query of the database's own catalogue; `None` for any other.
    pub fn catalogue_query(&self, interpreter: &Interpreter<'_, 'a>, call: &Call<'_, 'a>) -> Option<Vec<Value<'a>>> {
        let _ = (interpreter, call, text);
        None
    }
}
