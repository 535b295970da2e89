//! Types that SQLAlchemy itself brings, of all dialects.

use std::sync::Arc;

use super::{Reason, Shape, Types, number, truth};
use crate::languages::python::interpret::{Object, Value};
use crate::model::schema::{Dialect, Length, Normal};

/// Types of one dialect, or of none, that only their name describes.
const NAMED: &[&str] = &[
    "INET",
    "CIDR",
    "MACADDR",
    "MACADDR8",
    "MONEY",
    "OID",
    "REGCLASS",
    "REGCONFIG",
    "TSVECTOR",
    "TSQUERY",
    "HSTORE",
    "CITEXT",
    "INT4RANGE",
    "INT8RANGE",
    "NUMRANGE",
    "DATERANGE",
    "TSRANGE",
    "TSTZRANGE",
    "INT4MULTIRANGE",
    "INT8MULTIRANGE",
    "NUMMULTIRANGE",
    "DATEMULTIRANGE",
    "TSMULTIRANGE",
    "TSTZMULTIRANGE",
    "YEAR",
    "INET4",
    "INET6",
    "JSONPATH",
    "XML",
    "UNIQUEIDENTIFIER",
    "SQL_VARIANT",
    "ROWVERSION",
    "NTEXT",
    "IMAGE",
    "SMALLMONEY",
    "RAW",
    "BFILE",
    "ROWID",
    "LONG",
    "DATETIMEOFFSET",
    "DATETIME2",
    "SMALLDATETIME",
];

impl<'a> Types<'_, 'a> {
    /// Returns what a type from outside the project is, called with the arguments of `object`.
    pub(super) fn outside(&self, path: &Arc<str>, object: Option<&Object<'a>>) -> Result<Shape, Reason> {
        let (module, name) = path.rsplit_once('.').unwrap_or(("", path));
        if module != "sqlalchemy" && !module.starts_with("sqlalchemy.dialects.") {
            return self.library(path, object);
        }
        let dialect = module.strip_prefix("sqlalchemy.dialects.").unwrap_or("");
        let mysql = matches!(dialect, "mysql" | "mariadb");
        let unsigned = || truth(object, usize::MAX, "unsigned", false);
        let integer =
            |bits: u8| -> Result<Normal, Reason> { Ok(Normal::Integer { bits, unsigned: mysql && unsigned()? }) };
        let length = || number(object, 0, "length");
        let normal = match name {
            "Integer" | "INTEGER" | "INT" => integer(32)?,
            "BigInteger" | "BIGINT" => integer(64)?,
            "SmallInteger" | "SMALLINT" => integer(16)?,
            "TINYINT" => integer(8)?,
            "MEDIUMINT" => integer(24)?,
            "Numeric" | "NUMERIC" | "DECIMAL" | "NUMBER" => {
                Normal::Numeric { precision: number(object, 0, "precision")?, scale: number(object, 1, "scale")? }
            }
            "Float" | "FLOAT" if mysql => {
                let bits = number(object, 0, "precision")?.map(|digits| if digits > 24 { 64 } else { 32 });
                Normal::Float { bits: bits.or(Some(32)) }
            }
            "Float" | "FLOAT" => Normal::Float { bits: None },
            "Double" | "DOUBLE" | "DOUBLE_PRECISION" | "BINARY_DOUBLE" => Normal::Float { bits: Some(64) },
            "REAL" => Normal::Float { bits: Some(if mysql { 64 } else { 32 }) },
            "Boolean" | "BOOLEAN" | "MatchType" => Normal::Boolean,
            "String" | "VARCHAR" | "Unicode" | "NVARCHAR" | "VARCHAR2" | "NVARCHAR2" => {
                Normal::Varchar { length: length()? }
            }
            "CHAR" | "NCHAR" => Normal::Char { length: length()? },
            "Text" | "TEXT" | "UnicodeText" | "CLOB" | "NCLOB" => Normal::Text { length: Length::Plain },
            "TINYTEXT" => Normal::Text { length: Length::Tiny },
            "MEDIUMTEXT" => Normal::Text { length: Length::Medium },
            "LONGTEXT" => Normal::Text { length: Length::Long },
            "BINARY" => Normal::Binary { length: length()? },
            "VARBINARY" => Normal::Varbinary { length: length()? },
            "LargeBinary" | "BLOB" | "BYTEA" | "PickleType" => Normal::Blob { length: Length::Plain },
            "TINYBLOB" => Normal::Blob { length: Length::Tiny },
            "MEDIUMBLOB" => Normal::Blob { length: Length::Medium },
            "LONGBLOB" => Normal::Blob { length: Length::Long },
            "Date" | "DATE" => Normal::Date,
            "Time" | "TIME" => {
                Normal::Time { zone: truth(object, 0, "timezone", false)?, precision: self.fraction(dialect, object)? }
            }
            "TIMESTAMP" if mysql => Normal::Timestamp { zone: true, precision: self.fraction(dialect, object)? },
            "DateTime" | "DATETIME" | "TIMESTAMP" => Normal::Timestamp {
                zone: truth(object, 0, "timezone", false)?,
                precision: self.fraction(dialect, object)?,
            },
            "Interval" => Normal::Interval { fields: None, precision: number(object, 1, "second_precision")? },
            "INTERVAL" => {
                let fields = object.and_then(|object| object.keyword("fields"));
                let fields = match fields {
                    None | Some(Value::None) => None,
                    Some(fields) => Some(fields.as_text().ok_or("the fields of the interval are computed")?),
                };
                let fields = fields.map(|fields| fields.to_lowercase().into());
                Normal::Interval { fields, precision: number(object, 0, "precision")? }
            }
            "JSON" => Normal::Json { binary: false },
            "JSONB" => Normal::Json { binary: true },
            "Uuid" if !truth(object, 1, "native_uuid", true)? => Normal::Char { length: Some(32) },
            "Uuid" | "UUID" => Normal::Uuid,
            "ARRAY" => {
                let item = object.and_then(|object| object.argument(0, "item_type")).ok_or("an array of what?")?;
                return Ok(array(&self.shape(item)?));
            }
            "Enum" | "ENUM" => {
                let object = object.ok_or("an enum without labels")?;
                return self.enumeration(object, mysql, name == "ENUM");
            }
            "SET" if mysql => {
                let labels = object.map_or(&[][..], |object| &object.arguments);
                let labels = labels.iter().map(Value::as_text).collect::<Option<Vec<_>>>();
                Normal::Set { labels: labels.ok_or("the labels are computed")?.into() }
            }
            "BIT" => {
                let length = number(object, 0, "length")?;
                Normal::Bit { length, varying: truth(object, 1, "varying", false)? }
            }
            "DOMAIN" => {
                let name = object.and_then(|object| object.argument(0, "name")).and_then(Value::as_text);
                Normal::Other(name.ok_or("the name of the domain is computed")?.to_lowercase().into())
            }
            "NullType" | "NULLTYPE" | "TypeEngine" => Normal::None,
            _ if NAMED.contains(&name) => Normal::Other(name.to_lowercase().into()),
            _ => return Err(format!("`{path}` is no type that is known").into()),
        };
        Ok(Shape { normal, variants: exactly(dialect, name, number(object, 0, "precision")) })
    }

    /// Returns the digits of a second that a type of one dialect keeps.
    fn fraction(&self, dialect: &str, object: Option<&Object<'a>>) -> Result<Option<u32>, Reason> {
        match dialect {
            "postgresql" => number(object, 1, "precision"),
            "mysql" | "mariadb" => number(object, 1, "fsp"),
            _ => Ok(None),
        }
    }
}

/// Returns what a type is where SQLAlchemy writes its own name and not what it stands for.
fn exactly(dialect: &str, name: &str, precision: Result<Option<u32>, Reason>) -> Vec<(Dialect, Normal)> {
    match (dialect, name) {
        ("", "Float" | "FLOAT") => match precision {
            Ok(Some(digits)) if digits > 24 => vec![(Dialect::Mysql, Normal::Float { bits: Some(64) })],
            Ok(Some(_)) => vec![(Dialect::Postgresql, Normal::Float { bits: Some(32) })],
            // Without digits, or with computed ones that only MySQL would ask for.
            Ok(None) | Err(_) => Vec::new(),
        },
        // MySQL's TIMESTAMP is another type than its DATETIME.
        ("", "TIMESTAMP") => vec![(Dialect::Mysql, Normal::Timestamp { zone: true, precision: None })],
        ("", "UUID") => vec![(Dialect::Sqlite, Normal::Uuid), (Dialect::Mysql, Normal::Uuid)],
        _ => Vec::new(),
    }
}

/// Returns an array of something, on each dialect.
pub fn array(item: &Shape) -> Shape {
    let mut shape = Shape::plain(Normal::Array(Box::new(item.normal.clone())));
    for (dialect, normal) in &item.variants {
        shape.set(*dialect, Normal::Array(Box::new(normal.clone())));
    }
    shape
}
