//! Facts of kind `table`.

use std::sync::{Arc, OnceLock};

use super::column::ColumnFact;
use super::constraint::{ConstraintFact, Which};
use super::index::IndexFact;
use super::schema::Described;
use super::{Fact, FieldType, Kind, Query, fields, line_of, path_of};
use crate::model::location::Location;
use crate::model::schema::{Dialect, ObjectName, Part, Schema, Table};
use crate::model::value::Value;

/// A table of a schema.
#[derive(Debug)]
pub struct TableFact {
    /// The schema that it is in; of one that stands alone the same without any table.
    pub of: Arc<Described>,
    pub name: ObjectName,
    alone: Option<Box<Alone>>,
}

/// A table that stands alone, as what an operation defines: few ask for the schema that holds it and nothing else, so it
/// is made for these.
#[derive(Debug)]
struct Alone {
    table: Table,
    of: OnceLock<Arc<Described>>,
}

impl PartialEq for TableFact {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && Arc::ptr_eq(&self.described().schema, &other.described().schema)
    }
}

impl TableFact {
    /// Returns the table with this name, which is one of the schema.
    pub(super) fn new(of: &Arc<Described>, name: &ObjectName) -> Arc<Self> {
        Arc::new(Self { of: of.clone(), name: name.clone(), alone: None })
    }

    /// Returns a table of a schema that holds nothing else; `of` is that schema without it.
    pub(super) fn alone(of: Arc<Described>, name: ObjectName, table: Table) -> Arc<Self> {
        Arc::new(Self { of, name, alone: Some(Box::new(Alone { table, of: OnceLock::new() })) })
    }

    /// Returns the schema that it is in.
    pub(super) fn described(&self) -> &Arc<Described> {
        let Some(alone) = &self.alone else { return &self.of };
        alone.of.get_or_init(|| {
            let mut schema = Schema::clone(&self.of.schema);
            schema.tables.insert(self.name.clone(), alone.table.clone());
            Described::alone(schema)
        })
    }

    /// Returns on which database its types are read.
    pub(super) fn dialect(&self) -> Option<Dialect> {
        self.of.schema.dialect
    }

    /// Returns what it is.
    pub fn table(&self) -> &Table {
        match &self.alone {
            Some(alone) => &alone.table,
            None => self.of.schema.tables.get(&self.name).expect("a table fact is made from a name of its schema"),
        }
    }

    /// Returns its columns as facts, in order.
    pub fn columns(self: &Arc<Self>) -> impl Iterator<Item = Arc<ColumnFact>> + use<> {
        let table = self.clone();
        (0..self.table().columns.len()).map(move |position| Arc::new(ColumnFact { table: table.clone(), position }))
    }

    /// Returns its indexes as facts, in order.
    pub fn indexes(self: &Arc<Self>) -> impl Iterator<Item = Arc<IndexFact>> + use<> {
        let table = self.clone();
        (0..self.table().indexes.len()).map(move |position| Arc::new(IndexFact { table: table.clone(), position }))
    }

    /// Returns its constraints as facts: the primary key, foreign keys, unique constraints, checks.
    pub fn constraints(self: &Arc<Self>) -> impl Iterator<Item = Arc<ConstraintFact>> + use<> {
        let table = self.table();
        let primary_key = table.primary_key.iter().map(|_| Which::PrimaryKey);
        let foreign_keys = (0..table.foreign_keys.len()).map(Which::ForeignKey);
        let uniques = (0..table.uniques.len()).map(Which::Unique);
        let all: Vec<Which> =
            primary_key.chain(foreign_keys).chain(uniques).chain((0..table.checks.len()).map(Which::Check)).collect();
        let table = self.clone();
        all.into_iter().map(move |which| Arc::new(ConstraintFact { table: table.clone(), which }))
    }

    /// Returns the value, unless a part of the table that it is about may be incomplete.
    pub(super) fn complete(&self, part: Part, value: impl FnOnce() -> Value) -> Value {
        self.of.complete(part, Some(&self.name), value)
    }

    pub(super) fn at(&self) -> Option<Location> {
        self.table().at.clone()
    }
}

fn constraints(table: &Arc<TableFact>, is_wanted: fn(Which) -> bool) -> Value {
    table.complete(Part::Constraints, || {
        let wanted = table.constraints().filter(|constraint| is_wanted(constraint.which));
        Value::List(wanted.map(|constraint| Value::Fact(Fact::Constraint(constraint))).collect())
    })
}

fn primary_key(table: &Arc<TableFact>) -> Value {
    match &table.table().primary_key {
        Some(key) => Value::texts(&key.columns),
        None => table.complete(Part::Constraints, || Value::Null),
    }
}

fn column(table: &Arc<TableFact>, name: &str) -> Value {
    match table.table().columns.iter().position(|column| &*column.name == name) {
        Some(position) => Value::Fact(Fact::Column(Arc::new(ColumnFact { table: table.clone(), position }))),
        None => table.complete(Part::Columns, || Value::Null),
    }
}

fn index(table: &Arc<TableFact>, name: &str) -> Value {
    match table.table().indexes.iter().position(|index| index.name.as_deref() == Some(name)) {
        Some(position) => Value::Fact(Fact::Index(Arc::new(IndexFact { table: table.clone(), position }))),
        None => table.complete(Part::Indexes, || Value::Null),
    }
}

fn constraint(table: &Arc<TableFact>, name: &str) -> Value {
    match table.constraints().find(|constraint| constraint.name().is_some_and(|own| &**own == name)) {
        Some(constraint) => Value::Fact(Fact::Constraint(constraint)),
        None => table.complete(Part::Constraints, || Value::Null),
    }
}

/// Answers a query that finds one part of a table by its name.
fn part(fact: &Fact, name: Option<&str>, find: fn(&Arc<TableFact>, &str) -> Value) -> Result<Value, String> {
    let name = name.ok_or("the query needs a name")?;
    Ok(fact.table().map_or(Value::Null, |table| find(table, name)))
}

pub static KIND: Kind = Kind {
    name: "table",
    about: "A table of a schema. A literal condition on it compares its name.",
    judged: true,
    includes: None,
    fields: fields! { table:
        "schema", FieldType::Fact("schema"), "The schema that describes it.", |table| Value::Fact(Fact::Schema(table.described().clone()));
        "namespace", FieldType::Text, "The schema inside the database that it is in, such as `audit`; null for the default one.",
            |table| Value::optional_text(table.name.schema.as_ref());
        "name", FieldType::Text, "Its name, without the namespace.", |table| Value::Text(table.name.name.clone());
        "columns", FieldType::Facts("column"), "Its columns, in order.",
            |table| table.complete(Part::Columns, || Value::List(table.columns().map(|column| Value::Fact(Fact::Column(column))).collect()));
        "primary_key", FieldType::Texts, "Names of the columns of its primary key; null if there is none.", primary_key;
        "foreign_keys", FieldType::Facts("constraint"), "Its foreign keys.",
            |table| constraints(table, |which| matches!(which, Which::ForeignKey(_)));
        "uniques", FieldType::Facts("constraint"), "Its unique constraints; unique indexes are among `indexes`.",
            |table| constraints(table, |which| matches!(which, Which::Unique(_)));
        "checks", FieldType::Facts("constraint"), "Its check constraints.",
            |table| constraints(table, |which| matches!(which, Which::Check(_)));
        "constraints", FieldType::Facts("constraint"), "Its constraints of all types.", |table| constraints(table, |_| true);
        "indexes", FieldType::Facts("index"), "Its indexes, but for those that only back a constraint.",
            |table| table.complete(Part::Indexes, || Value::List(table.indexes().map(|index| Value::Fact(Fact::Index(index))).collect()));
        "comment", FieldType::Text, "Its comment; null if there is none.", |table| Value::optional_text(table.table().comment.as_ref());
        "partitions", FieldType::Texts, "Names of its partitions; empty for a plain table.",
            |table| Value::texts(&table.table().partitions);
        "foreign", FieldType::Bool, "Whether its rows live elsewhere, so that it can have no keys and no indexes.",
            |table| Value::Bool(table.table().foreign);
        "path", FieldType::Text, "File that declares it; null for a database.", |table| path_of(table.at().as_ref());
        "line", FieldType::Int, "Line that declares it; null for a database.", |table| line_of(table.at().as_ref());
    },
    queries: &[
        Query {
            name: "column",
            argument: Some("name"),
            returns: FieldType::Fact("column"),
            about: "The column with this `name`; null if there is none.",
            run: |fact, name| part(fact, name, column),
        },
        Query {
            name: "index",
            argument: Some("name"),
            returns: FieldType::Fact("index"),
            about: "The index with this `name`; null if there is none.",
            run: |fact, name| part(fact, name, index),
        },
        Query {
            name: "constraint",
            argument: Some("name"),
            returns: FieldType::Fact("constraint"),
            about: "The constraint with this `name`; null if there is none.",
            run: |fact, name| part(fact, name, constraint),
        },
    ],
    subject: &[("schema", "schema"), ("table", "")],
};
