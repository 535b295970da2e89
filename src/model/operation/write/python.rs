//! Python: literals, and types of columns as SQLAlchemy has them.

use std::fmt::Write as _;
use std::sync::Arc;

use super::known_type;
use crate::model::schema::{Dialect, Length, Normal, ObjectName, Type};
use crate::model::value::Known;

/// Returns a text as a literal.
pub(super) fn text(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                literal.push('\\');
                literal.push(character);
            }
            '\n' => literal.push_str("\\n"),
            '\t' => literal.push_str("\\t"),
            _ if character.is_control() => {
                write!(literal, "\\u{:04x}", u32::from(character)).expect("writing to a string succeeds");
            }
            _ => literal.push(character),
        }
    }
    literal.push('"');
    literal
}

/// Returns `["a", "b"]`.
pub(super) fn list<'a>(texts: impl IntoIterator<Item = &'a Arc<str>>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|one| text(one)).collect();
    format!("[{}]", texts.join(", "))
}

/// Returns SQL as `sa.text("...")`, in which `:name` would stand for a value.
pub(super) fn sql(sql: &str) -> String {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = sql.as_bytes();
    let mut escaped = String::with_capacity(sql.len());
    for (at, character) in sql.char_indices() {
        if character == ':' {
            let before = at.checked_sub(1).map(|before| bytes[before]);
            let word = bytes[at + 1..].iter().take_while(|byte| is_word(**byte)).count();
            let is_part = before.is_some_and(|before| before == b':' || before == b'\\' || is_word(before));
            if word > 0 && !is_part && bytes.get(at + 1 + word) != Some(&b':') {
                escaped.push('\\');
            }
        }
        escaped.push(character);
    }
    format!("sa.text({})", text(&escaped))
}

/// Returns a type of a column: `sa.String(length=50)`, `postgresql.JSONB()`.
pub(super) fn ty(ty: &Known<Type>, dialect: Dialect) -> Option<String> {
    let ty = known_type(ty, dialect)?;
    let own = ty.variants.iter().find(|(of, _)| *of == dialect).map(|(_, normal)| normal);
    normal(own.unwrap_or(&ty.normal), dialect, own.is_some())
}

/// Returns a normal form; `exact`: it is meant for this dialect, and no generic type.
fn normal(normal: &Normal, dialect: Dialect, exact: bool) -> Option<String> {
    let mysql = dialect == Dialect::Mysql;
    let postgresql = dialect == Dialect::Postgresql;
    let on = |holds: bool, name: &str| holds.then(|| name.to_owned());
    match normal {
        Normal::Integer { bits: 16, unsigned: false } => Some("sa.SmallInteger()".into()),
        Normal::Integer { bits: 32, unsigned: false } => Some("sa.Integer()".into()),
        Normal::Integer { bits: 64, unsigned: false } => Some("sa.BigInteger()".into()),
        Normal::Integer { bits, unsigned } if mysql => {
            let name = match bits {
                8 => "TINYINT",
                16 => "SMALLINT",
                24 => "MEDIUMINT",
                64 => "BIGINT",
                _ => "INTEGER",
            };
            Some(format!("mysql.{name}({})", if *unsigned { "unsigned=True" } else { "" }))
        }
        Normal::Numeric { precision, scale } => {
            Some(called("sa.Numeric", &[("precision", *precision), ("scale", *scale)]))
        }
        Normal::Float { bits: None } => Some("sa.Float()".into()),
        Normal::Float { bits: Some(64) } => Some("sa.Float(precision=53)".into()),
        Normal::Float { bits: Some(32) } => Some("sa.Float(precision=24)".into()),
        Normal::Boolean => Some("sa.Boolean()".into()),
        Normal::Varchar { length } => Some(called("sa.String", &[("length", *length)])),
        Normal::Char { length } => Some(called("sa.CHAR", &[("length", *length)])),
        Normal::Text { length: Length::Plain } => Some("sa.Text()".into()),
        Normal::Text { length } if mysql => Some(format!("mysql.{}TEXT()", prefix(*length))),
        Normal::Text { .. } => Some("sa.Text()".into()),
        Normal::Blob { length } if mysql && *length != Length::Plain => {
            Some(format!("mysql.{}BLOB()", prefix(*length)))
        }
        Normal::Blob { .. } => Some("sa.LargeBinary()".into()),
        Normal::Binary { length } if mysql => Some(called("mysql.BINARY", &[("length", *length)])),
        Normal::Varbinary { length } if mysql => Some(called("mysql.VARBINARY", &[("length", *length)])),
        Normal::Binary { .. } | Normal::Varbinary { .. } => on(postgresql, "sa.LargeBinary()"),
        Normal::Date => Some("sa.Date()".into()),
        Normal::Time { zone, precision: None } => Some(zoned("sa.Time", *zone)),
        Normal::Timestamp { zone: true, precision: None } if mysql && exact => Some("sa.TIMESTAMP()".into()),
        Normal::Timestamp { zone, precision: None } => Some(zoned("sa.DateTime", *zone)),
        Normal::Time { zone, precision: Some(precision) } if postgresql => {
            Some(format!("postgresql.TIME(timezone={}, precision={precision})", truth(*zone)))
        }
        Normal::Timestamp { zone, precision: Some(precision) } if postgresql => {
            Some(format!("postgresql.TIMESTAMP(timezone={}, precision={precision})", truth(*zone)))
        }
        Normal::Time { precision: Some(precision), .. } if mysql => Some(format!("mysql.TIME(fsp={precision})")),
        Normal::Timestamp { zone, precision: Some(precision) } if mysql => {
            Some(format!("mysql.{}(fsp={precision})", if *zone && exact { "TIMESTAMP" } else { "DATETIME" }))
        }
        Normal::Interval { fields: None, precision: None } => Some("sa.Interval()".into()),
        Normal::Json { binary: false } => Some("sa.JSON()".into()),
        Normal::Json { binary: true } => on(postgresql, "postgresql.JSONB()"),
        Normal::Uuid if postgresql => Some("postgresql.UUID()".into()),
        Normal::Uuid => Some(if exact { "sa.UUID()" } else { "sa.Uuid()" }.into()),
        Normal::Array(element) if postgresql => {
            Some(format!("postgresql.ARRAY({})", self::normal(element, dialect, exact)?))
        }
        Normal::Enum { name, labels } => enumeration("sa.Enum", labels, name.as_ref()),
        Normal::Set { labels } if mysql && !labels.is_empty() => enumeration("mysql.SET", labels, None),
        Normal::Bit { length, varying } if postgresql => {
            let name = if *varying { "postgresql.BIT(varying=True" } else { "postgresql.BIT(" };
            let between = if *varying && length.is_some() { ", " } else { "" };
            let length = length.map(|length| format!("{between}length={length}")).unwrap_or_default();
            Some(format!("{name}{length})"))
        }
        Normal::Other(spelling) if postgresql => {
            KNOWN.contains(&&**spelling).then(|| format!("postgresql.{}()", spelling.to_ascii_uppercase()))
        }
        _ => None,
    }
}

/// Types of no family that SQLAlchemy has for PostgreSQL under their names in capitals.
const KNOWN: &[&str] = &[
    "cidr",
    "citext",
    "daterange",
    "hstore",
    "inet",
    "int4range",
    "int8range",
    "macaddr",
    "macaddr8",
    "money",
    "numrange",
    "oid",
    "regclass",
    "tsquery",
    "tsrange",
    "tstzrange",
    "tsvector",
];

/// Returns `sa.Enum("a", "b", name="mood")`.
pub(super) fn enumeration(class: &str, labels: &[Arc<str>], name: Option<&ObjectName>) -> Option<String> {
    let mut arguments: Vec<String> = labels.iter().map(|label| text(label)).collect();
    if let Some(name) = name {
        arguments.push(format!("name={}", text(&name.name)));
        arguments.extend(name.schema.as_ref().map(|schema| format!("schema={}", text(schema))));
    }
    (!labels.is_empty()).then(|| format!("{class}({})", arguments.join(", ")))
}

fn called(class: &str, numbers: &[(&str, Option<u32>)]) -> String {
    let given = numbers.iter().filter_map(|(name, number)| Some(format!("{name}={}", (*number)?)));
    format!("{class}({})", given.collect::<Vec<_>>().join(", "))
}

fn zoned(class: &str, zone: bool) -> String {
    format!("{class}({})", if zone { "timezone=True" } else { "" })
}

/// Returns `True` or `False`.
pub(super) const fn truth(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

const fn prefix(length: Length) -> &'static str {
    match length {
        Length::Tiny => "TINY",
        Length::Plain => "",
        Length::Medium => "MEDIUM",
        Length::Long => "LONG",
    }
}
