//! Facts of kind `column`.

use std::sync::Arc;

use super::table::TableFact;
use super::{Fact, FieldType, Kind, fields, line_of, path_of};
use crate::model::location::Location;
use crate::model::schema::{Column, Identity, Normal, Part, Type};
use crate::model::value::Value;

/// A column of a table.
#[derive(Debug, PartialEq)]
pub struct ColumnFact {
    pub table: Arc<TableFact>,
    pub position: usize,
}

impl ColumnFact {
    /// Returns what it is.
    pub fn column(&self) -> &Column {
        &self.table.table().columns[self.position]
    }

    /// Returns its place, or the table's.
    pub(super) fn at(&self) -> Option<Location> {
        self.column().at.clone().or_else(|| self.table.at())
    }

    /// Returns what its type is on the database that it is described for.
    fn normal(ty: &Type, of: &Self) -> Normal {
        of.table.dialect().map_or_else(|| ty.normal.clone(), |dialect| ty.on(dialect))
    }

    /// Returns something of its type.
    fn of_type(&self, read: impl Fn(&Normal) -> Value) -> Value {
        self.column().ty.value(|ty| read(&Self::normal(ty, self)))
    }

    fn usual_family(&self) -> Option<&'static str> {
        self.table.described().usual_family(&self.column().name)
    }

    fn in_primary_key(&self) -> Value {
        let table = self.table.table();
        match &table.primary_key {
            Some(_) => Value::Bool(table.in_primary_key(&self.column().name)),
            None => self.table.complete(Part::Constraints, || Value::Bool(false)),
        }
    }
}

fn number(number: Option<u32>) -> Value {
    number.map_or(Value::Null, |number| Value::Int(i64::from(number)))
}

fn length(normal: &Normal) -> Value {
    match normal {
        Normal::Varchar { length }
        | Normal::Char { length }
        | Normal::Binary { length }
        | Normal::Varbinary { length }
        | Normal::Bit { length, .. } => number(*length),
        _ => Value::Null,
    }
}

fn precision(normal: &Normal) -> Value {
    match normal {
        Normal::Numeric { precision, .. }
        | Normal::Time { precision, .. }
        | Normal::Timestamp { precision, .. }
        | Normal::Interval { precision, .. } => number(*precision),
        _ => Value::Null,
    }
}

fn labels(normal: &Normal) -> Value {
    match normal {
        Normal::Enum { labels, .. } | Normal::Set { labels } => Value::texts(labels.iter()),
        _ => Value::Null,
    }
}

pub static KIND: Kind = Kind {
    name: "column",
    about: "A column of a table. A literal condition on it compares its name.",
    judged: true,
    includes: None,
    fields: fields! { column:
        "schema", FieldType::Fact("schema"), "The schema that describes it.", |column| Value::Fact(Fact::Schema(column.table.described().clone()));
        "table", FieldType::Fact("table"), "The table that it is in.", |column| Value::Fact(Fact::Table(column.table.clone()));
        "name", FieldType::Text, "Its name.", |column| Value::Text(column.column().name.clone());
        "position", FieldType::Int, "Its place among the columns, from 1.", |column| Value::count(column.position + 1);
        "type", FieldType::Text, "Its type as SQLAlchemy spells it: `VARCHAR(255)`, `TIMESTAMP WITH TIME ZONE`.",
            |column| column.column().ty.value(|ty| Value::text(ty.sql(column.table.dialect())));
        "family", FieldType::Word(Normal::FAMILIES), "Kind of type, whatever its size.",
            |column| column.of_type(|normal| Value::word(normal.family()));
        "usual_family", FieldType::Word(Normal::FAMILIES), "The `family` of most columns of this name in the schema; null where no kind is the usual one.",
            |column| column.usual_family().map_or(Value::Null, Value::text);
        "unusual", FieldType::Bool, "Whether most columns of this name in the schema are of another `family`.",
            |column| column.of_type(|normal| Value::Bool(column.usual_family().is_some_and(|usual| usual != normal.family())));
        "spelling", FieldType::Text, "Its type as the database or the models spell it: `character varying(255)`, `sa.String(255)`.",
            |column| column.column().ty.value(|ty| Value::Text(ty.spelling.clone()));
        "length", FieldType::Int, "Declared length of a text, bytes or bit type; null if there is none.",
            |column| column.of_type(length);
        "bits", FieldType::Int, "Size of an integer or floating point type; null for other types and where the database decides.",
            |column| column.of_type(|normal| match normal {
                Normal::Integer { bits, .. } | Normal::Float { bits: Some(bits) } => Value::Int(i64::from(*bits)),
                _ => Value::Null,
            });
        "unsigned", FieldType::Bool, "Whether an integer type has no negative numbers; null for other types.",
            |column| column.of_type(|normal| if let Normal::Integer { unsigned, .. } = normal { Value::Bool(*unsigned) } else { Value::Null });
        "precision", FieldType::Int, "Declared digits of a numeric type, or of the seconds of a time; null if there are none.",
            |column| column.of_type(precision);
        "scale", FieldType::Int, "Declared digits after the point of a numeric type; null if there are none.",
            |column| column.of_type(|normal| if let Normal::Numeric { scale, .. } = normal { number(*scale) } else { Value::Null });
        "zone", FieldType::Bool, "Whether a time or timestamp has a time zone; null for other types.",
            |column| column.of_type(|normal| match normal {
                Normal::Time { zone, .. } | Normal::Timestamp { zone, .. } => Value::Bool(*zone),
                _ => Value::Null,
            });
        "labels", FieldType::Texts, "Labels of an enum or set, in order; null for other types.", |column| column.of_type(labels);
        "enum_name", FieldType::Text, "Name of its enum type; null where there is none.",
            |column| column.of_type(|normal| match normal {
                Normal::Enum { name: Some(name), .. } => Value::text(name.to_string()),
                _ => Value::Null,
            });
        "nullable", FieldType::Bool, "Whether it may hold null.", |column| column.column().nullable.value(|nullable| Value::Bool(*nullable));
        "default", FieldType::Text, "Default of the database as SQL; null if there is none.",
            |column| column.column().default.value(|default| Value::optional_text(default.as_ref()));
        "primary_key", FieldType::Bool, "Whether it is part of the primary key.", |column| column.in_primary_key();
        "identity", FieldType::Word(Identity::WORDS), "How the database numbers rows by itself; null if it does not.",
            |column| column.column().identity.map_or(Value::Null, |identity| Value::word(identity.name()));
        "generated", FieldType::Text, "SQL that the database computes it by; null if it does not.",
            |column| Value::optional_text(column.column().generated.as_ref().map(|generated| &generated.expression));
        "stored", FieldType::Bool, "Whether the database keeps what it computes; null if it does not compute it.",
            |column| column.column().generated.as_ref().map_or(Value::Null, |generated| Value::Bool(generated.stored));
        "comment", FieldType::Text, "Its comment; null if there is none.", |column| Value::optional_text(column.column().comment.as_ref());
        "collation", FieldType::Text, "Its collation, where it is not the default one; null otherwise.",
            |column| Value::optional_text(column.column().collation.as_ref());
        "path", FieldType::Text, "File that declares it; null for a database.", |column| path_of(column.at().as_ref());
        "line", FieldType::Int, "Line that declares it; null for a database.", |column| line_of(column.at().as_ref());
    },
    queries: &[],
    subject: &[("schema", "schema"), ("table", "table"), ("column", "name")],
};
