//! Types as people write them, in a rule or a description of a schema.

use crate::model::schema::{Dialect, Length, Normal, Type};

/// Returns the type that a text stands for: as the dialect spells it, as SQLAlchemy's generic types are called
/// (`String(255)`, `DateTime(timezone=True)`), or as PostgreSQL spells it.
///
/// A generic type, and one in PostgreSQL's words where the dialect has no such word, becomes on each dialect what
/// SQLAlchemy makes of it there.
pub fn parse_type(text: &str, dialect: Option<Dialect>) -> Type {
    let text = text.trim();
    if let Some(normal) = of_sqlalchemy(text) {
        return Type::new(text, normal);
    }
    let Some(dialect) = dialect else {
        return Type::new(text, Type::parse(text, Dialect::Postgresql).normal);
    };
    let ty = Type::parse(text, dialect);
    // SQLite takes any word for some type.
    let word = text.split(['(', ' ']).next().unwrap_or_default().to_lowercase();
    if matches!(ty.normal, Normal::Other(_)) || OF_POSTGRESQL.contains(&&*word) || text.to_lowercase().contains(" with")
    {
        let normal = Type::parse(text, Dialect::Postgresql).normal;
        if !matches!(normal, Normal::Other(_)) {
            return Type::new(text, normal);
        }
    }
    ty
}

/// Words for types that PostgreSQL alone has, and everyone understands.
const OF_POSTGRESQL: &[&str] =
    &["timestamptz", "timetz", "jsonb", "bytea", "int2", "int4", "int8", "float4", "float8", "bool", "uuid"];

/// Returns the type that SQLAlchemy calls so. Its names are in mixed case; those in upper case are SQL.
fn of_sqlalchemy(text: &str) -> Option<Normal> {
    let text = text.strip_prefix("sa.").or_else(|| text.strip_prefix("sqlalchemy.")).unwrap_or(text);
    let (name, arguments) = match text.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.strip_suffix(')')?),
        None => (text, ""),
    };
    if !name.chars().any(char::is_lowercase) || !name.chars().any(char::is_uppercase) {
        return None;
    }
    let arguments: Vec<&str> = arguments.split(',').map(str::trim).collect();
    let number = |index: usize, keyword: &str| {
        let value = arguments.get(index)?;
        value.strip_prefix(keyword).map_or(*value, |rest| rest.trim_start().trim_start_matches('=').trim()).parse().ok()
    };
    let zone = arguments.iter().any(|argument| argument.replace(' ', "") == "timezone=True" || *argument == "True");
    let integer = |bits| Normal::Integer { bits, unsigned: false };
    Some(match name {
        "String" | "Unicode" => Normal::Varchar { length: number(0, "length") },
        "Text" | "UnicodeText" => Normal::Text { length: Length::Plain },
        "SmallInteger" => integer(16),
        "Integer" => integer(32),
        "BigInteger" => integer(64),
        "Boolean" => Normal::Boolean,
        "Numeric" => Normal::Numeric { precision: number(0, "precision"), scale: number(1, "scale") },
        "Float" => Normal::Float { bits: None },
        "Double" => Normal::Float { bits: Some(64) },
        "Date" => Normal::Date,
        "Time" => Normal::Time { zone, precision: None },
        "DateTime" => Normal::Timestamp { zone, precision: None },
        "Interval" => Normal::Interval { fields: None, precision: None },
        "LargeBinary" => Normal::Blob { length: Length::Plain },
        "Uuid" => Normal::Uuid,
        "Enum" => {
            let labels = arguments.iter().filter_map(|argument| argument.strip_prefix('\'')?.strip_suffix('\''));
            Normal::Enum { name: None, labels: labels.map(Into::into).collect() }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::schema::types::same;

    #[test]
    fn people_write_types_in_several_ways() {
        let cases = [
            ("String(255)", "character varying(255)", Dialect::Postgresql, true),
            ("varchar(255)", "character varying(255)", Dialect::Postgresql, true),
            ("VARCHAR(255)", "varchar(255)", Dialect::Mysql, true),
            ("String(255)", "text", Dialect::Postgresql, false),
            ("timestamptz", "timestamp with time zone", Dialect::Postgresql, true),
            ("DateTime(timezone=True)", "timestamp with time zone", Dialect::Postgresql, true),
            ("DateTime", "timestamp with time zone", Dialect::Postgresql, false),
            ("sa.Numeric(precision=10, scale=2)", "numeric(10,2)", Dialect::Postgresql, true),
            ("Boolean", "tinyint(1)", Dialect::Mysql, true),
            ("boolean", "BOOLEAN", Dialect::Sqlite, true),
            ("timestamptz", "DATETIME", Dialect::Sqlite, true),
            ("Integer", "bigint", Dialect::Postgresql, false),
            ("inet", "inet", Dialect::Postgresql, true),
        ];
        for (written, there, dialect, expected) in cases {
            let written_type = parse_type(written, Some(dialect));
            assert_eq!(
                same(&written_type, &Type::parse(there, dialect), dialect),
                expected,
                "{written} {there} {dialect}"
            );
        }
    }
}
