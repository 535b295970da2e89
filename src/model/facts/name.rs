//! Facts of kind `name`.

use std::sync::Arc;

use super::{Fact, FieldType, Kind, fields};
use crate::model::schema::Schema;
use crate::model::value::Value;

/// The name of an object of a schema: one kind of fact for laws about how things are called.
#[derive(Debug, PartialEq)]
pub struct NameFact {
    /// What has the name: a table, column, index, constraint, enum or view.
    pub object: Fact,
    pub name: Arc<str>,
}

/// The kinds of what has a name.
const OBJECTS: &[&str] = &["table", "column", "index", "constraint", "enum", "view"];

impl NameFact {
    /// Returns the name of an object of a schema; `None` for what has none.
    pub fn of(object: Fact) -> Option<Self> {
        let name = match &object {
            Fact::Table(table) => Some(table.name.name.clone()),
            Fact::Column(column) => Some(column.column().name.clone()),
            Fact::Index(index) => index.index().name.clone(),
            Fact::Constraint(constraint) => constraint.name().cloned(),
            Fact::Enum(fact) => Some(fact.name.name.clone()),
            Fact::View(view) => Some(view.name.name.clone()),
            _ => None,
        }?;
        Some(Self { object, name })
    }

    /// Returns whether the database made the name up, as it does for what was given none.
    fn is_made_up(&self) -> bool {
        let table: &Arc<str> = match &self.object {
            Fact::Constraint(constraint) => &constraint.table.name.name,
            Fact::Index(index) => &index.table.name.name,
            _ => return false,
        };
        let own = ["_pkey", "_fkey", "_key", "_check", "_excl", "_idx"];
        let by_postgresql = self.name.starts_with(&**table)
            && own.iter().any(|end| self.name.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with(end));
        let by_mysql = &*self.name == "PRIMARY" || self.name.contains("_ibfk_") || self.name.contains("_chk_");
        by_postgresql || by_mysql
    }
}

pub static KIND: Kind = Kind {
    name: "name",
    about: "The name of a table, column, index, constraint, enum or view, for laws about names.",
    judged: true,
    includes: None,
    fields: fields! { name:
        "name", FieldType::Text, "The name, without namespace and table.", |name| Value::Text(name.name.clone());
        "of", FieldType::Word(OBJECTS), "What it is the name of.", |name| Value::text(name.object.kind().name);
        "bytes", FieldType::Int, "How many bytes it has, in UTF-8.", |name| Value::count(name.name.len());
        "made_up", FieldType::Bool, "Whether a database makes up such names for constraints and indexes that are given none.",
            |name| Value::Bool(name.is_made_up());
        "object", FieldType::Text, "What has it, as findings write it: `deals`, `deals.status`.", |name| Value::text(name.object.label());
        "schema", FieldType::Fact("schema"), "The schema that describes it.", |name| name.object.get("schema").unwrap_or(Value::Null);
        "table", FieldType::Fact("table"), "The table that it is in; null for enums, views and tables themselves.",
            |name| name.object.get("table").unwrap_or(Value::Null);
    },
    queries: &[],
    subject: &[],
};

impl Fact {
    /// Returns the schema that describes it, for facts of schemas.
    pub fn schema(&self) -> Option<&Arc<Schema>> {
        match self {
            Self::Schema(described) => Some(&described.schema),
            Self::Table(table) => Some(&table.of.schema),
            Self::Column(column) => Some(&column.table.of.schema),
            Self::Index(index) => Some(&index.table.of.schema),
            Self::Constraint(constraint) => Some(&constraint.table.of.schema),
            Self::Enum(fact) => Some(&fact.of.schema),
            Self::View(view) => Some(&view.of.schema),
            Self::Name(name) => name.object.schema(),
            _ => None,
        }
    }
}
