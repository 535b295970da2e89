//! Facts of kind `index`.

use std::sync::Arc;

use super::coverage::{self, Sorted};
use super::table::TableFact;
use super::{Fact, FieldType, Kind, fields, line_of, path_of};
use crate::model::location::Location;
use crate::model::schema::{Index, IndexPart, Part};
use crate::model::value::Value;

/// An index of a table.
#[derive(Debug, PartialEq)]
pub struct IndexFact {
    pub table: Arc<TableFact>,
    pub position: usize,
}

impl IndexFact {
    /// Returns what it is.
    pub fn index(&self) -> &Index {
        &self.table.table().indexes[self.position]
    }

    /// Returns its place, or the table's.
    pub(super) fn at(&self) -> Option<Location> {
        self.index().at.clone().or_else(|| self.table.at())
    }

    /// Returns its name, or what it sorts by where it has none.
    pub(super) fn label(&self) -> String {
        let index = self.index();
        match &index.name {
            Some(name) => format!("{}.{name}", self.table.name),
            None => {
                let parts: Vec<&str> = index.parts.iter().map(|part| &**part.text()).collect();
                format!("{}({})", self.table.name, parts.join(", "))
            }
        }
    }

    /// Returns the names of the other indexes and keys of the table that `is_wanted` of this one.
    fn others(&self, is_wanted: impl Fn(&Sorted<'_>, &Sorted<'_>) -> bool) -> Value {
        self.table.complete(Part::Indexes, || {
            let own = Sorted::index(self.index(), self.position);
            let names = coverage::sorted(self.table.table()).filter(|other| !other.is(&own) && is_wanted(&own, other));
            Value::List(names.map(|other| Value::text(other.label())).collect())
        })
    }
}

pub static KIND: Kind = Kind {
    name: "index",
    about: "An index of a table. A literal condition on it compares its name.",
    judged: true,
    includes: None,
    fields: fields! { index:
        "schema", FieldType::Fact("schema"), "The schema that describes it.", |index| Value::Fact(Fact::Schema(index.table.described().clone()));
        "table", FieldType::Fact("table"), "The table that it is on.", |index| Value::Fact(Fact::Table(index.table.clone()));
        "name", FieldType::Text, "Its name; null if the models give it none.", |index| Value::optional_text(index.index().name.as_ref());
        "columns", FieldType::Texts, "What it sorts by, in order: names of columns, and expressions as SQL.",
            |index| Value::List(index.index().parts.iter().map(|part| Value::Text(part.text().clone())).collect());
        "expressions", FieldType::Texts, "Those of `columns` that are expressions.",
            |index| Value::texts(index.index().parts.iter().filter(|part| matches!(part, IndexPart::Expression(_))).map(IndexPart::text));
        "unique", FieldType::Bool, "Whether no two rows may be the same in it.", |index| Value::Bool(index.index().unique);
        "where", FieldType::Text, "SQL of the rows that it is limited to; null if it holds all.",
            |index| Value::optional_text(index.index().where_.as_ref());
        "method", FieldType::Text, "Its access method, such as `gin` or `fulltext`; null for the usual one.",
            |index| Value::optional_text(index.index().method.as_ref());
        "include", FieldType::Texts, "Columns that it carries but does not sort by.", |index| Value::texts(&index.index().include);
        "same_as", FieldType::Texts, "Names of the keys and earlier indexes of the table that do exactly what it does.",
            |index| index.others(|own, other| other.comes_before(own) && own.same_as(other));
        "covered_by", FieldType::Texts, "Names of the other indexes and keys of the table that start with its columns, so that it is not needed for reading.",
            |index| index.others(|own, other| own.covered_by(other));
        "path", FieldType::Text, "File that declares it; null for a database.", |index| path_of(index.at().as_ref());
        "line", FieldType::Int, "Line that declares it; null for a database.", |index| line_of(index.at().as_ref());
    },
    queries: &[],
    subject: &[("schema", "schema"), ("table", "table"), ("index", "name"), ("columns", "columns")],
};
