//! Tables that are reflected, as objects of SQLAlchemy's.

use std::sync::Arc;

use super::inspector::of_table;
use super::session::Session;
use crate::languages::python::interpret::{Object, Place, Value};
use crate::model::schema::{Dialect, ObjectName};

/// What a reflected table is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reflected {
    Columns,
    ForeignKeys,
    Indexes,
}

impl Reflected {
    /// Returns the class of its objects.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Columns => "sqlalchemy.Column",
            Self::ForeignKeys => "sqlalchemy.ForeignKeyConstraint",
            Self::Indexes => "sqlalchemy.Index",
        }
    }
}

/// Attributes of an object by name, or why there may be more.
type Attributes<'a> = Result<Vec<(Arc<str>, Value<'a>)>, Arc<str>>;

/// Returns what a table has, as attributes of SQLAlchemy's objects.
pub fn reflected<'a>(
    session: &dyn Session,
    dialect: Dialect,
    name: &ObjectName,
    what: Reflected,
) -> Result<Vec<Attributes<'a>>, Arc<str>> {
    let question = match what {
        Reflected::Columns => "get_columns",
        Reflected::ForeignKeys => "get_foreign_keys",
        Reflected::Indexes => "get_indexes",
    };
    let found = of_table(session, dialect, name, question)?.elements().unwrap_or_default();
    let attributes = |value: Value<'a>| match value {
        Value::Spread(reason) => Err(reason),
        Value::Dict(entries) => {
            let entries = entries.borrow();
            let get = |key: &str| {
                let found = entries.iter().find(|(own, _)| own.as_text().as_deref() == Some(key));
                found.map_or(Value::None, |(_, value)| value.clone())
            };
            let mut attributes: Vec<(Arc<str>, Value<'a>)> = vec![("name".into(), get("name"))];
            match what {
                Reflected::ForeignKeys => {
                    attributes.push(("column_keys".into(), get("constrained_columns")));
                    let referred = Object::outside(
                        "sqlalchemy.table",
                        vec![get("referred_table")],
                        Vec::new(),
                        Place { file: 0, range: ruff_text_size::TextRange::default() },
                    );
                    attributes.push(("referred_table".into(), Value::Object(referred)));
                }
                Reflected::Indexes => attributes.push(("unique".into(), get("unique"))),
                Reflected::Columns => {}
            }
            Ok(attributes)
        }
        other => Err(other.reason().cloned().unwrap_or_else(|| "it is computed".into())),
    };
    Ok(found.into_iter().map(attributes).collect())
}
