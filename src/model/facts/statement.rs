//! Facts of kind `statement`.

use std::sync::{Arc, Weak};

use super::changes::Changes;
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
    /// How many statements of the migration are before it.
    pub number: usize,
    /// The transaction that it runs in.
    pub transaction: Option<TransactionOf>,
    /// It begins a transaction that nothing ends.
    pub left_open: bool,
}

/// Who began the transaction that a statement runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionOf {
    /// The tool that runs the migration.
    Tool,
    /// A statement of the migration.
    Own,
}

impl TransactionOf {
    const WORDS: &[&str] = &[Self::Tool.name(), Self::Own.name()];

    const fn name(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Own => "own",
        }
    }
}

impl StatementFact {
    /// Returns its place.
    pub(super) fn at(&self) -> Location {
        self.statement.at.clone()
    }

    /// Reads what its migration does.
    fn changes(&self, read: impl FnOnce(&Changes) -> Value) -> Value {
        let changes = self.migration.upgrade().and_then(|migration| migration.changes.get());
        changes.map_or(Value::Null, |changes| read(&changes))
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

pub static KIND: Kind = Kind {
    name: "statement",
    about: "A SQL statement of a migration: in a .sql file, or in a string that `op.execute` runs.",
    judged: true,
    includes: None,
    fields: fields! { statement:
        "path", FieldType::Text, "File that holds it.", |statement| Value::Text(statement.statement.at.path.clone());
        "line", FieldType::Int, "Line on which it starts.", |statement| super::line_of(Some(&statement.statement.at));
        "direction", FieldType::Word(Direction::WORDS), "Whether it runs when the migration is applied or undone.",
            |statement| Value::word(statement.direction.name());
        "kind", FieldType::Text, "Its leading words, as `create_index` or `update`; `unknown` for what could not be read.",
            |statement| Value::Text(statement.statement.kind.0.clone());
        "text", FieldType::Text, "As written, without the semicolon.", |statement| Value::Text(statement.statement.text.clone());
        "dialect", FieldType::Word(Dialect::WORDS), "The database that it is read for.",
            |statement| Value::word(statement.statement.dialect.name());
        "server_version", FieldType::Int, "Major version of the server that lawbook.yml names; null if it names none.",
            |statement| version(statement.server_version);
        "in_transaction", FieldType::Bool, "Whether it runs inside a transaction.",
            |statement| statement.statement.in_transaction.value(|inside| Value::Bool(*inside));
        "transaction", FieldType::Word(TransactionOf::WORDS), "Whose transaction it runs in, where one was begun for certain: that of the tool that runs the migration, or the migration's own; null for none.",
            |statement| statement.transaction.map_or(Value::Null, |of| Value::word(of.name()));
        "left_open", FieldType::Bool, "Whether it begins a transaction that the migration neither commits nor rolls back.",
            |statement| Value::Bool(statement.left_open);
        "words", FieldType::Texts, "Options that it names, in lower case: `cascade`, `full`, `concurrently`, `where`, `local`.",
            |statement| Value::texts(&statement.statement.words);
        "names", FieldType::Texts, "What it is about, as written: tables, the setting of a SET.",
            |statement| Value::texts(&statement.statement.names);
        "value", FieldType::Text, "The value of a SET; null for other statements.",
            |statement| Value::optional_text(statement.statement.value.as_ref());
        "fault", FieldType::Text, "Why it could not be read; null if it could.",
            |statement| Value::optional_text(statement.statement.fault.as_ref());
        "before", FieldType::Fact("statement"), "The statement before it in the migration; null for the first.",
            |statement| statement.changes(|changes| {
                changes.before(statement).map_or(Value::Null, |before| Value::Fact(Fact::Statement(before.clone())))
            });
        "operations", FieldType::Facts("operation"), "What it does to the schema.",
            |statement| statement.changes(|changes| changes.operations_in(statement));
        "migration", FieldType::Fact("migration"), "The migration that holds it.", |statement| migration(&statement.migration);
    },
    queries: &[],
    subject: &[("kind", "kind"), ("path", "path")],
};
