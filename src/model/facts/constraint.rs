//! Facts of kind `constraint`.

use std::sync::Arc;

use super::coverage;
use super::table::TableFact;
use super::{Fact, FieldType, Kind, fields, line_of, path_of};
use crate::model::location::Location;
use crate::model::schema::{Check, ForeignKey, Key, Part};
use crate::model::value::Value;

/// A constraint of a table.
#[derive(Debug, PartialEq)]
pub struct ConstraintFact {
    pub table: Arc<TableFact>,
    pub which: Which,
}

/// Which of the constraints of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    PrimaryKey,
    ForeignKey(usize),
    Unique(usize),
    Check(usize),
}

impl Which {
    const WORDS: &'static [&'static str] = &["primary_key", "foreign_key", "unique", "check"];

    /// Returns the word for its type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PrimaryKey => "primary_key",
            Self::ForeignKey(_) => "foreign_key",
            Self::Unique(_) => "unique",
            Self::Check(_) => "check",
        }
    }
}

/// What a constraint is.
enum Body<'a> {
    Key(&'a Key),
    ForeignKey(&'a ForeignKey),
    Check(&'a Check),
}

impl ConstraintFact {
    fn body(&self) -> Body<'_> {
        let table = self.table.table();
        match self.which {
            Which::PrimaryKey => {
                Body::Key(table.primary_key.as_ref().expect("a fact of a primary key is made where there is one"))
            }
            Which::ForeignKey(number) => Body::ForeignKey(&table.foreign_keys[number]),
            Which::Unique(number) => Body::Key(&table.uniques[number]),
            Which::Check(number) => Body::Check(&table.checks[number]),
        }
    }

    /// Returns the foreign key, if it is one.
    pub fn foreign_key(&self) -> Option<&ForeignKey> {
        if let Body::ForeignKey(key) = self.body() { Some(key) } else { None }
    }

    /// Returns its name, if it has one.
    pub fn name(&self) -> Option<&Arc<str>> {
        match self.body() {
            Body::Key(key) => key.name.as_ref(),
            Body::ForeignKey(key) => key.name.as_ref(),
            Body::Check(check) => check.name.as_ref(),
        }
    }

    fn columns(&self) -> Option<&[Arc<str>]> {
        match self.body() {
            Body::Key(key) => Some(&key.columns),
            Body::ForeignKey(key) => Some(&key.columns),
            Body::Check(_) => None,
        }
    }

    /// Returns its place, or the table's.
    pub(super) fn at(&self) -> Option<Location> {
        let at = match self.body() {
            Body::Key(key) => &key.at,
            Body::ForeignKey(key) => &key.at,
            Body::Check(check) => &check.at,
        };
        at.clone().or_else(|| self.table.at())
    }

    /// Returns its name, or its columns where it has none.
    pub(super) fn label(&self) -> String {
        match (self.name(), self.columns()) {
            (Some(name), _) => format!("{}.{name}", self.table.name),
            (None, Some(columns)) => format!("{}({})", self.table.name, columns.join(", ")),
            (None, None) => format!("{}: {}", self.table.name, self.which.name()),
        }
    }

    fn of_foreign_key(&self, read: impl Fn(&ForeignKey) -> Value) -> Value {
        self.foreign_key().map_or(Value::Null, read)
    }

    fn of_key(&self, read: impl Fn(&Key) -> Value) -> Value {
        if let Body::Key(key) = self.body() { read(key) } else { Value::Null }
    }

    /// Returns the names of the foreign keys before it that say the same.
    fn same_as(&self) -> Value {
        let Which::ForeignKey(number) = self.which else { return Value::Null };
        let keys = &self.table.table().foreign_keys;
        let own = &keys[number];
        let is_same = |key: &&ForeignKey| {
            key.columns == own.columns && key.table == own.table && key.references == own.references
        };
        let label = |key: &ForeignKey| key.name.as_deref().unwrap_or("one without a name").to_owned();
        Value::List(keys[..number].iter().filter(is_same).map(|key| Value::text(label(key))).collect())
    }

    fn referred(&self) -> Value {
        self.of_foreign_key(|key| {
            let of = self.table.described();
            match of.schema.tables.get_key_value(&key.table) {
                Some((name, _)) => Value::Fact(Fact::Table(TableFact::new(of, name))),
                None => of.complete(Part::Tables, None, || Value::Null),
            }
        })
    }

    fn indexed(&self) -> Value {
        self.of_foreign_key(|key| {
            if coverage::covers(self.table.table(), key) {
                return Value::Bool(true);
            }
            self.table.complete(Part::Indexes, || self.table.complete(Part::Constraints, || Value::Bool(false)))
        })
    }
}

pub static KIND: Kind = Kind {
    name: "constraint",
    about: "A primary key, foreign key, unique or check constraint of a table. A literal condition on it compares its name.",
    judged: true,
    includes: None,
    fields: fields! { constraint:
        "schema", FieldType::Fact("schema"), "The schema that describes it.", |constraint| Value::Fact(Fact::Schema(constraint.table.described().clone()));
        "table", FieldType::Fact("table"), "The table that it is on.", |constraint| Value::Fact(Fact::Table(constraint.table.clone()));
        "name", FieldType::Text, "Its name; null if it has none.", |constraint| Value::optional_text(constraint.name());
        "type", FieldType::Word(Which::WORDS), "What it demands.", |constraint| Value::word(constraint.which.name());
        "columns", FieldType::Texts, "Its columns, in order; null for a check.",
            |constraint| constraint.columns().map_or(Value::Null, Value::texts);
        "referred", FieldType::Fact("table"), "The table that a foreign key points to; null for others, and where the schema has no such table.",
            |constraint| constraint.referred();
        "referred_table", FieldType::Text, "Name of the table that a foreign key points to; null for others.",
            |constraint| constraint.of_foreign_key(|key| Value::text(key.table.to_string()));
        "referred_columns", FieldType::Texts, "Columns that a foreign key points to, one for each of `columns`; null for others.",
            |constraint| constraint.of_foreign_key(|key| Value::texts(&key.references));
        "on_delete", FieldType::Text, "What a foreign key does when the row that it points to goes: `CASCADE`, `SET NULL`; null for nothing.",
            |constraint| constraint.of_foreign_key(|key| Value::optional_text(key.on_delete.as_ref()));
        "on_update", FieldType::Text, "What a foreign key does when the row that it points to changes; null for nothing.",
            |constraint| constraint.of_foreign_key(|key| Value::optional_text(key.on_update.as_ref()));
        "deferrable", FieldType::Bool, "Whether a foreign key may be checked at the end of the transaction; null for others.",
            |constraint| constraint.of_foreign_key(|key| Value::Bool(key.deferrable));
        "indexed", FieldType::Bool, "Whether an index, unique constraint or primary key starts with the columns of a foreign key, in any order; null for others.",
            |constraint| constraint.indexed();
        "same_as", FieldType::Texts, "Names of the earlier foreign keys of the table with the same columns and the same target; null for others.",
            |constraint| constraint.same_as();
        "nulls_not_distinct", FieldType::Bool, "Whether two nulls count as the same in a unique constraint; null for checks and foreign keys.",
            |constraint| constraint.of_key(|key| Value::Bool(key.nulls_not_distinct));
        "sql", FieldType::Text, "Condition of a check as SQL; null for others.",
            |constraint| if let Body::Check(check) = constraint.body() { Value::Text(check.sql.clone()) } else { Value::Null };
        "path", FieldType::Text, "File that declares it; null for a database.", |constraint| path_of(constraint.at().as_ref());
        "line", FieldType::Int, "Line that declares it; null for a database.", |constraint| line_of(constraint.at().as_ref());
    },
    queries: &[],
    subject: &[("schema", "schema"), ("table", "table"), ("constraint", "name"), ("columns", "columns")],
};
