//! Facts of kind `fault`.

use std::sync::{Arc, Weak};

use super::migration::Migration;
use super::statement::migration;
use super::{FieldType, Kind, fields};
use crate::model::operation::{Direction, Fault, FaultKind};
use crate::model::schema::Dialect;
use crate::model::value::Value;

/// Something that goes wrong when a migration runs, seen from the schema that it meets.
#[derive(Debug)]
pub struct FaultFact {
    pub fault: Fault,
    pub dialect: Dialect,
    pub migration: Weak<Migration>,
}

pub static KIND: Kind = Kind {
    name: "fault",
    about: "Something that goes wrong when a migration runs, found by replaying the migrations before it.",
    judged: true,
    includes: None,
    fields: fields! { fault:
        "path", FieldType::Text, "File of the operation.", |fault| Value::Text(fault.fault.at.path.clone());
        "line", FieldType::Int, "Line of the operation.", |fault| super::line_of(Some(&fault.fault.at));
        "fault", FieldType::Word(FaultKind::WORDS), "What kind of fault it is.", |fault| Value::word(fault.fault.kind.name());
        "direction", FieldType::Word(Direction::WORDS), "Whether it happens when the migration is applied or undone.",
            |fault| Value::word(fault.fault.direction.name());
        "object", FieldType::Text, "The table, enum, view, index, extension or schema that it is about.",
            |fault| Value::text(fault.fault.object.to_string());
        "member", FieldType::Text, "The column, index, constraint or label of the object; null if it is about the object itself.",
            |fault| Value::optional_text(fault.fault.member.as_ref());
        "sentence", FieldType::Text, "What is wrong, in a sentence without its full stop.", |fault| Value::text(fault.fault.message());
        "dialect", FieldType::Word(Dialect::WORDS), "The database that the migration is read for.",
            |fault| Value::word(fault.dialect.name());
        "migration", FieldType::Fact("migration"), "The migration.", |fault| migration(&fault.migration);
    },
    queries: &[],
    subject: &[("fault", "fault"), ("object", "object"), ("member", "member"), ("path", "path")],
};

impl FaultFact {
    /// Returns the fact of a fault.
    pub fn new(fault: Fault, dialect: Dialect, migration: &Arc<Migration>) -> Arc<Self> {
        Arc::new(Self { fault, dialect, migration: Arc::downgrade(migration) })
    }
}
