//! Facts of kind `statement`.

use std::sync::{Arc, Weak};

use super::migration::Migration;
use super::{Fact, FieldType, Kind, fields};
use crate::model::location::Location;
use crate::model::operation::{Direction, Statement};
use crate::model::schema::Dialect;
use crate::model::value::Value;

/// A SQL statement of a migration.
#[derive(Clone, Debug)]
pub struct StatementFact {
    pub statement: Arc<Statement>,
    pub direction: Direction,
    /// Major version of the server, where the configuration says it.
    pub server_version: Option<u32>,
    pub migration: Weak<Migration>,
}

impl StatementFact {
    /// Returns its place.
    pub(super) fn at(&self) -> Location {
        self.statement.at.clone()
    }
}

/// Returns the migration as a field of a fact.
pub(super) fn migration(migration: &Weak<Migration>) -> Value {
    migration.upgrade().map_or(Value::Null, |migration| Value::Fact(Fact::Migration(migration)))
}

/// Returns a version as a field of a fact.
pub(super) fn version(version: Option<u32>) -> Value {
    version.map_or(Value::Null, |version| Value::Int(i64::from(version)))
}

pub const KIND: Kind = Kind {
    name: "statement",
    about: "A SQL statement of a migration: in a .sql file, or in a string that `op.execute` runs.",
    judged: true,
    includes: None,
    fields: fields! { statement:
        "path", FieldType::Text, "File that holds it.", |statement| Value::Text(statement.statement.at.path.clone());
        "line", FieldType::Int, "Line on which it starts.", |statement| super::line_of(Some(&statement.statement.at));
        "direction", FieldType::Word(Direction::WORDS), "Whether it runs when the migration is applied or undone.",
            |statement| Value::text(statement.direction.name());
        "kind", FieldType::Text, "Its leading words, as `create_index` or `update`; `unknown` for what could not be read.",
            |statement| Value::Text(statement.statement.kind.0.clone());
        "text", FieldType::Text, "As written, without the semicolon.", |statement| Value::Text(statement.statement.text.clone());
        "dialect", FieldType::Word(Dialect::WORDS), "The database that it is read for.",
            |statement| Value::text(statement.statement.dialect.name());
        "server_version", FieldType::Int, "Major version of the server that lawbook.yml names; null if it names none.",
            |statement| version(statement.server_version);
        "in_transaction", FieldType::Bool, "Whether it runs inside a transaction.",
            |statement| statement.statement.in_transaction.value(|inside| Value::Bool(*inside));
        "words", FieldType::Texts, "Options that it names, in lower case: `cascade`, `full`, `concurrently`, `where`, `local`.",
            |statement| Value::texts(&statement.statement.words);
        "names", FieldType::Texts, "What it is about, as written: tables, the setting of a SET.",
            |statement| Value::texts(&statement.statement.names);
        "value", FieldType::Text, "The value of a SET; null for other statements.",
            |statement| Value::optional_text(statement.statement.value.as_ref());
        "fault", FieldType::Text, "Why it could not be read; null if it could.",
            |statement| Value::optional_text(statement.statement.fault.as_ref());
        "migration", FieldType::Fact("migration"), "The migration that holds it.", |statement| migration(&statement.migration);
    },
    queries: &[],
    subject: &[("kind", "kind"), ("path", "path")],
};
