//! Facts of kind `view`.

use std::sync::Arc;

use super::schema::Described;
use super::{Fact, FieldType, Kind, fields};
use crate::model::schema::{ObjectName, View};
use crate::model::value::Value;

/// A view of a schema.
#[derive(Debug)]
pub struct ViewFact {
    pub of: Arc<Described>,
    pub name: ObjectName,
}

impl PartialEq for ViewFact {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.of.schema, &other.of.schema) && self.name == other.name
    }
}

impl ViewFact {
    /// Returns the view with this name, which is one of the schema.
    pub(super) fn new(of: &Arc<Described>, name: &ObjectName) -> Arc<Self> {
        Arc::new(Self { of: of.clone(), name: name.clone() })
    }

    /// Returns what it is.
    pub fn view(&self) -> &View {
        self.of.schema.views.get(&self.name).expect("a view fact is made from a name of its schema")
    }
}

pub static KIND: Kind = Kind {
    name: "view",
    about: "A view of a database. A literal condition on it compares its name.",
    judged: true,
    includes: None,
    fields: fields! { view:
        "schema", FieldType::Fact("schema"), "The schema that describes it.", |view| Value::Fact(Fact::Schema(view.of.clone()));
        "namespace", FieldType::Text, "The schema inside the database that it is in; null for the default one.",
            |view| Value::optional_text(view.name.schema.as_ref());
        "name", FieldType::Text, "Its name, without the namespace.", |view| Value::Text(view.name.name.clone());
        "columns", FieldType::Texts, "Names of its columns, in order.", |view| Value::texts(&view.view().columns);
        "materialized", FieldType::Bool, "Whether its rows are stored.", |view| Value::Bool(view.view().materialized);
        "definition", FieldType::Text, "Its query as the database spells it; null if it is not told.",
            |view| Value::optional_text(view.view().definition.as_ref());
        "comment", FieldType::Text, "Its comment; null if there is none.", |view| Value::optional_text(view.view().comment.as_ref());
    },
    queries: &[],
    subject: &[("schema", "schema"), ("view", "")],
};
