//! SQLite: whatever a column was declared with.
//!
//! A declared name means little to SQLite, but much to the people who wrote it, so names are read as other databases
//! mean them. Names that nobody knows are not lumped together by affinity, as SQLAlchemy does.

use super::{Words, blob, char, enumeration, integer, labels, sized, text, time, timestamp, varchar};
use crate::model::schema::types::{Length, Normal};

pub(super) fn read(words: &Words) -> Option<Normal> {
    let base = words.base.as_deref()?;
    let base = base.strip_suffix(" generated always").unwrap_or(base);
    match base {
        "enum" => return enumeration(words),
        "set" => return Some(Normal::Set { labels: labels(words)? }),
        _ => {}
    }
    let numbers = words.numbers()?;
    // A display width is allowed and ignored.
    if let Some(whole) = whole(base)
        && numbers.len() < 2
    {
        return Some(whole);
    }
    match (base, numbers.as_slice()) {
        ("numeric" | "decimal" | "dec", []) => Some(Normal::Numeric { precision: None, scale: None }),
        ("numeric" | "decimal" | "dec", [precision]) => {
            Some(Normal::Numeric { precision: Some(*precision), scale: None })
        }
        ("numeric" | "decimal" | "dec", [precision, scale]) => {
            Some(Normal::Numeric { precision: Some(*precision), scale: Some(*scale) })
        }
        ("float", [] | [_] | [_, _]) => Some(Normal::Float { bits: None }),
        ("real" | "double" | "double precision" | "float4" | "float8", [] | [_] | [_, _]) => {
            Some(Normal::Float { bits: Some(64) })
        }
        ("boolean" | "bool", []) => Some(Normal::Boolean),
        ("varchar" | "nvarchar" | "varchar2" | "nvarchar2" | "character varying" | "varying character", _) => {
            sized(&numbers, varchar)
        }
        ("char" | "nchar" | "character" | "native character" | "national character", _) => sized(&numbers, char),
        ("text" | "clob" | "nclob" | "tinytext" | "mediumtext" | "longtext", [] | [_]) => Some(text(Length::Plain)),
        ("blob" | "bytea" | "tinyblob" | "mediumblob" | "longblob", [] | [_]) => Some(blob(Length::Plain)),
        ("binary", _) => sized(&numbers, |length| Normal::Binary { length }),
        ("varbinary", _) => sized(&numbers, |length| Normal::Varbinary { length }),
        ("date" | "date_char", []) => Some(Normal::Date),
        ("time" | "time_char" | "time without time zone", _) => sized(&numbers, |precision| time(false, precision)),
        ("timetz" | "time with time zone", _) => sized(&numbers, |precision| time(true, precision)),
        ("datetime" | "datetime_char" | "timestamp" | "timestamp without time zone", _) => {
            sized(&numbers, |precision| timestamp(false, precision))
        }
        ("timestamptz" | "timestamp with time zone", _) => sized(&numbers, |precision| timestamp(true, precision)),
        ("interval", []) => Some(Normal::Interval { fields: None, precision: None }),
        ("json", []) => Some(Normal::Json { binary: false }),
        ("jsonb", []) => Some(Normal::Json { binary: true }),
        ("uuid", []) => Some(Normal::Uuid),
        ("bit", _) => sized(&numbers, |length| Normal::Bit { length, varying: false }),
        ("bit varying" | "varbit", _) => sized(&numbers, |length| Normal::Bit { length, varying: true }),
        _ => None,
    }
}

/// Returns the whole number of this name: `int`, `unsigned big int`, `bigint unsigned`.
fn whole(base: &str) -> Option<Normal> {
    let mut unsigned = false;
    let words: Vec<_> = base
        .split(' ')
        .filter(|word| {
            unsigned |= *word == "unsigned";
            !matches!(*word, "unsigned" | "signed")
        })
        .collect();
    let bits = match words.join(" ").as_str() {
        "tinyint" | "int1" => 8,
        "smallint" | "int2" => 16,
        "mediumint" | "int3" => 24,
        "integer" | "int" | "int4" => 32,
        "bigint" | "int8" | "big int" => 64,
        _ => return None,
    };
    Some(match integer(bits) {
        Normal::Integer { bits, .. } => Normal::Integer { bits, unsigned },
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::schema::types::{Dialect, Type};

    #[test]
    fn declared_names_are_read_as_people_mean_them() {
        for (spelling, expected) in [
            ("INTEGER", integer(32)),
            ("int", integer(32)),
            ("INTEGER(11)", integer(32)),
            ("INT8", integer(64)),
            ("BigInt", integer(64)),
            ("UNSIGNED BIG INT", Normal::Integer { bits: 64, unsigned: true }),
            ("tinyint(1)", integer(8)),
            ("NUMERIC(20, 6)", Normal::Numeric { precision: Some(20), scale: Some(6) }),
            ("NUMERIC(16)", Normal::Numeric { precision: Some(16), scale: None }),
            ("DECIMAL", Normal::Numeric { precision: None, scale: None }),
            ("FLOAT", Normal::Float { bits: None }),
            ("FLOAT(53)", Normal::Float { bits: None }),
            ("DOUBLE PRECISION", Normal::Float { bits: Some(64) }),
            ("REAL", Normal::Float { bits: Some(64) }),
            ("BOOL", Normal::Boolean),
            ("VARCHAR(255)", varchar(Some(255))),
            ("varchar", varchar(None)),
            ("NVARCHAR(70)", varchar(Some(70))),
            ("VARYING CHARACTER(255)", varchar(Some(255))),
            ("[nvarchar](50)", varchar(Some(50))),
            ("CHARACTER(20)", char(Some(20))),
            ("CHAR(32)", char(Some(32))),
            ("CLOB", text(Length::Plain)),
            ("TEXT", text(Length::Plain)),
            ("BLOB", blob(Length::Plain)),
            ("BINARY(16)", Normal::Binary { length: Some(16) }),
            ("DATETIME", timestamp(false, None)),
            ("TIMESTAMP", timestamp(false, None)),
            ("DATE", Normal::Date),
            ("TIME", time(false, None)),
            ("JSON", Normal::Json { binary: false }),
            ("UUID", Normal::Uuid),
            ("", Normal::None),
            ("  ", Normal::None),
            ("INTEGER GENERATED ALWAYS", Normal::Other("integer generated always".into())),
            ("STRING", Normal::Other("string".into())),
            ("POINT", Normal::Other("point".into())),
            ("VARCHAR(255 CHAR)", Normal::Other("varchar(255 char)".into())),
            ("VARCHAR(-1)", Normal::Other("varchar(-1)".into())),
            ("INTEGER[]", Normal::Array(Box::new(integer(32)))),
        ] {
            // A computed column is declared with two more words.
            if spelling.ends_with("ALWAYS") {
                assert_eq!(Type::parse(spelling, Dialect::Sqlite).normal, integer(32));
                continue;
            }
            assert_eq!(Type::parse(spelling, Dialect::Sqlite).normal, expected, "{spelling}");
        }
    }
}
