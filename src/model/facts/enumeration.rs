//! Facts of kind `enum`.

use std::sync::Arc;

use super::schema::Described;
use super::{Fact, FieldType, Kind, fields, line_of, path_of};
use crate::model::schema::{Enum, ObjectName};
use crate::model::value::Value;

/// An enum type of a schema.
#[derive(Debug)]
pub struct EnumFact {
    pub of: Arc<Described>,
    pub name: ObjectName,
}

impl PartialEq for EnumFact {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.of.schema, &other.of.schema) && self.name == other.name
    }
}

impl EnumFact {
    /// Returns the enum with this name, which is one of the schema.
    pub(super) fn new(of: &Arc<Described>, name: &ObjectName) -> Arc<Self> {
        Arc::new(Self { of: of.clone(), name: name.clone() })
    }

    /// Returns what it is.
    pub fn enum_type(&self) -> &Enum {
        self.of.schema.enums.get(&self.name).expect("an enum fact is made from a name of its schema")
    }
}

pub static KIND: Kind = Kind {
    name: "enum",
    about: "An enum type with a name of its own. A literal condition on it compares its name.",
    judged: true,
    includes: None,
    fields: fields! { enumeration:
        "schema", FieldType::Fact("schema"), "The schema that describes it.", |fact| Value::Fact(Fact::Schema(fact.of.clone()));
        "namespace", FieldType::Text, "The schema inside the database that it is in; null for the default one.",
            |fact| Value::optional_text(fact.name.schema.as_ref());
        "name", FieldType::Text, "Its name, without the namespace.", |fact| Value::Text(fact.name.name.clone());
        "labels", FieldType::Texts, "Its labels, in order.", |fact| fact.enum_type().labels.value(|labels| Value::texts(labels));
        "comment", FieldType::Text, "Its comment; null if there is none.", |fact| Value::optional_text(fact.enum_type().comment.as_ref());
        "path", FieldType::Text, "File that declares it; null for a database.", |fact| path_of(fact.enum_type().at.as_ref());
        "line", FieldType::Int, "Line that declares it; null for a database.", |fact| line_of(fact.enum_type().at.as_ref());
    },
    queries: &[],
    subject: &[("schema", "schema"), ("enum", "")],
};
