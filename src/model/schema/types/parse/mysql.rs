//! MySQL and MariaDB: what `COLUMN_TYPE` holds, and the aliases that people write.

use super::{Words, blob, char, enumeration, labels, sized, text, time, timestamp, varchar};
use crate::model::schema::types::{Length, Normal};

pub(super) fn read(words: &Words) -> Option<Normal> {
    let mut base: Vec<_> = words.base.as_deref()?.split(' ').collect();
    let unsigned = cut_attributes(&mut base);
    let base = base.join(" ");
    match base.as_str() {
        "enum" => return enumeration(words),
        "set" => return Some(Normal::Set { labels: labels(words)? }),
        _ => {}
    }
    let numbers = words.numbers()?;
    if let Some(bits) = whole(&base)
        && numbers.len() < 2
    {
        // SQLAlchemy's Boolean is TINYINT(1), and nothing else has that width.
        let boolean = bits == 8 && numbers == [1] && !unsigned;
        return Some(if boolean { Normal::Boolean } else { Normal::Integer { bits, unsigned } });
    }
    match (base.as_str(), numbers.as_slice()) {
        ("serial", []) => Some(Normal::Integer { bits: 64, unsigned: true }),
        ("boolean" | "bool", []) => Some(Normal::Boolean),
        ("decimal" | "numeric" | "dec" | "fixed", [] | [_] | [_, _]) => Some(Normal::Numeric {
            precision: Some(numbers.first().copied().unwrap_or(10)),
            scale: Some(numbers.get(1).copied().unwrap_or(0)),
        }),
        ("float" | "float4", [] | [0..=24] | [_, _]) => Some(Normal::Float { bits: Some(32) }),
        ("float", [25..=53]) => Some(Normal::Float { bits: Some(64) }),
        ("double" | "double precision" | "real" | "float8", [] | [_, _]) => Some(Normal::Float { bits: Some(64) }),
        ("bit", _) => sized(&numbers, |length| Normal::Bit { length: length.or(Some(1)), varying: false }),
        ("varchar" | "nvarchar" | "character varying" | "char varying" | "varcharacter", _) => sized(&numbers, varchar),
        ("national varchar" | "national character varying" | "nchar varchar", _) => sized(&numbers, varchar),
        ("char" | "nchar" | "character" | "national char" | "national character", _) => {
            sized(&numbers, |length| char(length.or(Some(1))))
        }
        ("tinytext", []) => Some(text(Length::Tiny)),
        ("text", []) => Some(text(Length::Plain)),
        // The length counts characters, of up to four bytes.
        ("text", [length]) => Some(text(Length::holding(u64::from(*length) * 4))),
        ("mediumtext" | "long" | "long varchar", []) => Some(text(Length::Medium)),
        ("longtext", []) => Some(text(Length::Long)),
        ("tinyblob", []) => Some(blob(Length::Tiny)),
        ("blob", []) => Some(blob(Length::Plain)),
        ("blob", [length]) => Some(blob(Length::holding(u64::from(*length)))),
        ("mediumblob" | "long varbinary", []) => Some(blob(Length::Medium)),
        ("longblob", []) => Some(blob(Length::Long)),
        ("binary", _) => sized(&numbers, |length| Normal::Binary { length: length.or(Some(1)) }),
        ("varbinary", _) => sized(&numbers, |length| Normal::Varbinary { length }),
        ("date", []) => Some(Normal::Date),
        ("time", _) => sized(&numbers, |precision| time(false, precision)),
        ("datetime", _) => sized(&numbers, |precision| timestamp(false, precision)),
        ("timestamp", _) => sized(&numbers, |precision| timestamp(true, precision)),
        // With or without its display width.
        ("year", [] | [4]) => Some(Normal::Other("year".into())),
        ("json", []) => Some(Normal::Json { binary: false }),
        ("uuid", []) => Some(Normal::Uuid),
        _ => None,
    }
}

fn whole(base: &str) -> Option<u8> {
    Some(match base {
        "tinyint" | "int1" => 8,
        "smallint" | "int2" => 16,
        "mediumint" | "middleint" | "int3" => 24,
        "int" | "integer" | "int4" => 32,
        "bigint" | "int8" => 64,
        _ => return None,
    })
}

/// Cuts what may follow a type; returns whether it is unsigned.
fn cut_attributes(base: &mut Vec<&str>) -> bool {
    let mut unsigned = false;
    loop {
        let cut = match base.as_slice() {
            // ZEROFILL implies it.
            [_, .., "unsigned" | "zerofill"] => {
                unsigned = true;
                1
            }
            [_, .., "signed" | "ascii" | "unicode" | "binary"] => 1,
            [_, .., "character" | "char", "set", _] => 3,
            [_, .., "charset" | "collate", _] => 2,
            _ => return unsigned,
        };
        base.truncate(base.len() - cut);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::integer;
    use super::*;
    use crate::model::schema::types::{Dialect, Type};

    fn words<const N: usize>(labels: [&str; N]) -> Arc<[Arc<str>]> {
        labels.map(Arc::from).into()
    }

    #[test]
    fn column_types_of_the_catalogue() {
        for (spelling, expected) in [
            ("tinyint(1)", Normal::Boolean),
            ("tinyint(4)", integer(8)),
            ("tinyint", integer(8)),
            ("tinyint(1) unsigned", Normal::Integer { bits: 8, unsigned: true }),
            ("int(11)", integer(32)),
            ("int", integer(32)),
            ("int(10) unsigned zerofill", Normal::Integer { bits: 32, unsigned: true }),
            ("mediumint(9)", integer(24)),
            ("bigint(20) unsigned", Normal::Integer { bits: 64, unsigned: true }),
            ("decimal(10,2)", Normal::Numeric { precision: Some(10), scale: Some(2) }),
            ("decimal(10,2) unsigned", Normal::Numeric { precision: Some(10), scale: Some(2) }),
            ("NUMERIC", Normal::Numeric { precision: Some(10), scale: Some(0) }),
            ("float", Normal::Float { bits: Some(32) }),
            ("float(7,3)", Normal::Float { bits: Some(32) }),
            ("float(30)", Normal::Float { bits: Some(64) }),
            ("double(10,2) unsigned", Normal::Float { bits: Some(64) }),
            ("bit(1)", Normal::Bit { length: Some(1), varying: false }),
            ("year(4)", Normal::Other("year".into())),
            ("datetime(6)", timestamp(false, Some(6))),
            ("datetime", timestamp(false, None)),
            ("timestamp", timestamp(true, None)),
            ("timestamp /* mariadb-5.3 */", timestamp(true, None)),
            ("time(2)", time(false, Some(2))),
            ("mediumtext", text(Length::Medium)),
            ("longblob", blob(Length::Long)),
            ("blob(16777215)", blob(Length::Medium)),
            ("text(70000)", text(Length::Medium)),
            ("json", Normal::Json { binary: false }),
            ("uuid", Normal::Uuid),
            ("inet6", Normal::Other("inet6".into())),
            ("point", Normal::Other("point".into())),
            ("varchar(20) character set utf8mb4 collate utf8mb4_bin", varchar(Some(20))),
            ("varchar(10) /*M!100301 COMPRESSED*/", varchar(Some(10))),
            ("char(3) binary", char(Some(3))),
            ("national varchar(7)", varchar(Some(7))),
            ("binary(16)", Normal::Binary { length: Some(16) }),
            ("binary", Normal::Binary { length: Some(1) }),
            ("set('a','b')", Normal::Set { labels: words(["a", "b"]) }),
            ("enum('a','b''c')", Normal::Enum { name: None, labels: words(["a", "b'c"]) }),
            (r"ENUM('x\\y') CHARACTER SET utf8mb4", Normal::Enum { name: None, labels: words([r"x\y"]) }),
            ("enum", Normal::Enum { name: None, labels: words([]) }),
            ("enum(1)", Normal::Other("enum(1)".into())),
            ("unsigned", Normal::Other("unsigned".into())),
        ] {
            assert_eq!(Type::parse(spelling, Dialect::Mysql).normal, expected, "{spelling}");
        }
    }
}
