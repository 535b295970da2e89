//! PostgreSQL: what `format_type` prints, and the aliases that people write.

use std::sync::Arc;

use super::{Token, Words, blob, char, integer, sized, text, time, timestamp, varchar};
use crate::model::schema::types::{Length, Normal};

pub(super) fn read(words: &Words) -> Option<Normal> {
    let tokens = words.tokens.as_slice();
    if let [Token::Quoted(name)] = tokens
        && name == "char"
    {
        // A single byte of the catalogues, not `char`.
        return Some(Normal::Other("\"char\"".into()));
    }
    let base = words.base.as_deref()?;
    let numbers = words.numbers()?;
    match (base, tokens) {
        // The catalogue's names of array types.
        (_, [Token::Word(name)]) if name.starts_with('_') => {
            Some(Normal::Array(Box::new(builtin(&name[1..], &numbers)?)))
        }
        _ => builtin(base, &numbers),
    }
}

fn builtin(base: &str, numbers: &[u32]) -> Option<Normal> {
    match (base, numbers) {
        ("smallint" | "int2" | "smallserial" | "serial2", []) => Some(integer(16)),
        ("integer" | "int" | "int4" | "serial" | "serial4", []) => Some(integer(32)),
        ("bigint" | "int8" | "bigserial" | "serial8", []) => Some(integer(64)),
        ("numeric" | "decimal" | "dec", []) => Some(Normal::Numeric { precision: None, scale: None }),
        ("numeric" | "decimal" | "dec", [precision]) => {
            Some(Normal::Numeric { precision: Some(*precision), scale: Some(0) })
        }
        ("numeric" | "decimal" | "dec", [precision, scale]) => {
            Some(Normal::Numeric { precision: Some(*precision), scale: Some(*scale) })
        }
        ("real" | "float4", []) | ("float", [1..=24]) => Some(Normal::Float { bits: Some(32) }),
        ("double precision" | "float8" | "float", []) | ("float", [25..=53]) => Some(Normal::Float { bits: Some(64) }),
        ("boolean" | "bool", []) => Some(Normal::Boolean),
        ("character varying" | "varchar" | "char varying" | "national character varying", _) => sized(numbers, varchar),
        // Without a length, `bpchar` alone has no limit.
        ("bpchar", _) => sized(numbers, char),
        ("character" | "char" | "nchar" | "national character" | "national char", _) => {
            sized(numbers, |length| char(length.or(Some(1))))
        }
        ("text", []) => Some(text(Length::Plain)),
        ("bytea", []) => Some(blob(Length::Plain)),
        ("date", []) => Some(Normal::Date),
        ("time" | "time without time zone", _) => sized(numbers, |precision| time(false, precision)),
        ("timetz" | "time with time zone", _) => sized(numbers, |precision| time(true, precision)),
        ("timestamp" | "timestamp without time zone", _) => sized(numbers, |precision| timestamp(false, precision)),
        ("timestamptz" | "timestamp with time zone", _) => sized(numbers, |precision| timestamp(true, precision)),
        ("json", []) => Some(Normal::Json { binary: false }),
        ("jsonb", []) => Some(Normal::Json { binary: true }),
        ("uuid", []) => Some(Normal::Uuid),
        ("bit", _) => sized(numbers, |length| Normal::Bit { length: length.or(Some(1)), varying: false }),
        ("bit varying" | "varbit", _) => sized(numbers, |length| Normal::Bit { length, varying: true }),
        _ => interval(base, numbers),
    }
}

/// The fields that an interval can be restricted to.
const FIELDS: &[&str] = &[
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "year to month",
    "day to hour",
    "day to minute",
    "day to second",
    "hour to minute",
    "hour to second",
    "minute to second",
];

fn interval(base: &str, numbers: &[u32]) -> Option<Normal> {
    let fields = match base.strip_prefix("interval ") {
        Some(fields) => Some(Arc::from(*FIELDS.iter().find(|known| **known == fields)?)),
        None if base == "interval" => None,
        None => return None,
    };
    sized(numbers, |precision| Normal::Interval { fields, precision })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::schema::types::{Dialect, Type};

    /// Every spelling of a line is the same type.
    #[test]
    fn aliases_are_one_type() {
        for line in [
            "smallint | int2 | SMALLSERIAL | pg_catalog.int2",
            "integer | int | int4 | serial | INTEGER",
            "bigint | int8 | bigserial | serial8",
            "numeric | decimal | dec",
            "numeric(10,2) | DECIMAL( 10 , 2 ) | NUMERIC(10, 2)",
            "numeric(10,0) | numeric(10)",
            "real | float4 | float(24)",
            "double precision | float8 | float | float(53) | DOUBLE  PRECISION",
            "boolean | bool",
            "character varying(255) | varchar(255) | VARCHAR(255) | char varying(255)",
            "character varying | varchar",
            "character(1) | char | CHAR(1) | bpchar(1)",
            "timestamp without time zone | timestamp",
            "timestamp(3) without time zone | timestamp(3)",
            "timestamp with time zone | timestamptz",
            "timestamp(3) with time zone | timestamptz(3)",
            "time without time zone | time",
            "time with time zone | timetz",
            "interval day to second(3) | INTERVAL DAY TO SECOND (3)",
            "bit varying(8) | varbit(8)",
            "bit(1) | bit",
            "integer[] | int4[] | _int4 | integer[][] | integer[3][4] | integer array | INTEGER ARRAY[4]",
            "character varying(5)[] | varchar(5)[]",
            "citext | CITEXT | \"citext\"",
            "public.mood | \"public\".\"mood\" | PUBLIC . mood",
        ] {
            let mut types = line.split(" | ").map(|spelling| Type::parse(spelling, Dialect::Postgresql));
            let first = types.next().unwrap();
            for other in types {
                assert_eq!(first.normal, other.normal, "{} and {}", first.spelling, other.spelling);
            }
        }
    }

    #[test]
    fn what_is_no_family_keeps_its_spelling() {
        for (spelling, expected) in [
            ("money", "money"),
            ("\"char\"", "\"char\""),
            ("pg_catalog.\"char\"", "\"char\""),
            ("geometry(Point, 4326)", "geometry(point,4326)"),
            ("numeric(5,-2)", "numeric(5,-2)"),
            ("integer(4)", "integer(4)"),
            ("float(54)", "float(54)"),
            ("interval fortnight", "interval fortnight"),
            ("intervalday", "intervalday"),
            ("_mood", "_mood"),
            ("datetime", "datetime"),
        ] {
            assert_eq!(Type::parse(spelling, Dialect::Postgresql).normal, Normal::Other(expected.into()), "{spelling}");
        }
        let array = Type::parse("mood[]", Dialect::Postgresql).normal;
        assert_eq!(array, Normal::Array(Box::new(Normal::Other("mood".into()))));
    }
}
