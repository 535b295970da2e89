//! Whether two types are the same on a database.
//!
//! The measure is what `alembic check` calls equal, with types compared. Where it does not look, but rows would notice,
//! types differ here: a length, precision or scale that only one side has; arrays and their elements; unsigned numbers.
//! Where it sees two names for one type, types are the same here: names that SQLAlchemy reads by affinity on SQLite
//! (`BINARY(16)`), `DATETIME` and `TIMESTAMP` there, `REAL` and `FLOAT(24)` on PostgreSQL. Neither compares collations,
//! display widths, or a precision of seconds that only one side has; labels of enums are compared elsewhere.

use super::{Dialect, Length, Normal, Type};

/// Returns whether a column of the expected type and one of the actual type are the same on a dialect.
pub fn same(expected: &Type, actual: &Type, dialect: Dialect) -> bool {
    let lowered = (expected.on(dialect), actual.on(dialect));
    // SQLModel's own type has a zone in newer versions only, and nobody knows which one runs.
    let by_version = [expected, actual].iter().any(|ty| &*ty.spelling == "UTCDateTime");
    if by_version && matches!(lowered, (Normal::Timestamp { .. }, Normal::Timestamp { .. })) {
        return true;
    }
    alike(&lowered.0, &lowered.1, dialect)
        || alike_unlowered((expected.plain(dialect), actual.plain(dialect)), (&lowered.0, &lowered.1), dialect)
}

/// Returns whether a database has a generic type itself, by name or in truth, and not what it would be lowered to.
fn alike_unlowered(plain: (&Normal, &Normal), lowered: (&Normal, &Normal), dialect: Dialect) -> bool {
    match (plain, lowered) {
        ((Normal::Uuid, Normal::Uuid), _) => true,
        ((one @ Normal::Enum { .. }, two @ Normal::Enum { .. }), _)
        | ((one @ Normal::Interval { .. }, two @ Normal::Interval { .. }), _) => alike(one, two, dialect),
        // Labels that nobody knows leave the length of their VARCHAR open.
        ((Normal::Enum { labels, .. }, _) | (_, Normal::Enum { labels, .. }), (one, two)) => {
            labels.is_empty() && matches!((one, two), (Normal::Varchar { .. }, Normal::Varchar { .. }))
        }
        _ => false,
    }
}

fn alike(one: &Normal, two: &Normal, dialect: Dialect) -> bool {
    let mysql = dialect == Dialect::Mysql;
    match (one, two) {
        // What SQLAlchemy gives no type to is not compared.
        (Normal::None, _) | (_, Normal::None) => true,
        (Normal::Integer { bits: one, unsigned: plus }, Normal::Integer { bits: two, unsigned: minus }) => {
            one == two && (plus == minus || !mysql)
        }
        // SQLAlchemy's Boolean is a TINYINT; its JSON is a LONGTEXT on MariaDB.
        (Normal::Boolean, Normal::Integer { bits: 8, unsigned: false })
        | (Normal::Integer { bits: 8, unsigned: false }, Normal::Boolean)
        | (Normal::Json { .. }, Normal::Text { length: Length::Long })
        | (Normal::Text { length: Length::Long }, Normal::Json { .. }) => mysql,
        (Normal::Numeric { precision: one, scale: left }, Normal::Numeric { precision: two, scale: right }) => {
            one == two && (one.is_none() || left.unwrap_or(0) == right.unwrap_or(0))
        }
        // MySQL has no VARCHAR without a length, so nobody knows which one was meant.
        (Normal::Varchar { length: one }, Normal::Varchar { length: two }) => {
            one == two || (mysql && (one.is_none() || two.is_none()))
        }
        (Normal::Text { length: one }, Normal::Text { length: two })
        | (Normal::Blob { length: one }, Normal::Blob { length: two }) => one == two || !mysql,
        (Normal::Time { zone: one, precision: left }, Normal::Time { zone: two, precision: right })
        | (Normal::Timestamp { zone: one, precision: left }, Normal::Timestamp { zone: two, precision: right }) => {
            one == two && agree(left.as_ref(), right.as_ref())
        }
        (Normal::Interval { fields: one, precision: left }, Normal::Interval { fields: two, precision: right }) => {
            agree(one.as_ref(), two.as_ref()) && agree(left.as_ref(), right.as_ref())
        }
        (Normal::Array(one), Normal::Array(two)) => alike(one, two, dialect),
        (Normal::Enum { name: Some(one), .. }, Normal::Enum { name: Some(two), .. }) => {
            one.name == two.name && agree(one.schema.as_ref(), two.schema.as_ref())
        }
        (Normal::Enum { .. }, Normal::Enum { .. }) | (Normal::Set { .. }, Normal::Set { .. }) => true,
        // An enum that the other side knows by its name alone, or whose own name nobody knows.
        (Normal::Enum { name: None, .. }, Normal::Other(_)) | (Normal::Other(_), Normal::Enum { name: None, .. }) => {
            dialect == Dialect::Postgresql
        }
        (Normal::Enum { name: Some(name), .. }, Normal::Other(other))
        | (Normal::Other(other), Normal::Enum { name: Some(name), .. }) => {
            let (schema, bare) = other.rsplit_once('.').map_or((None, &**other), |(schema, bare)| (Some(schema), bare));
            let schema = agree(schema, name.schema.as_deref().map(str::to_ascii_lowercase).as_deref());
            schema && bare.trim_matches('"') == name.name.to_ascii_lowercase()
        }
        _ => one == two,
    }
}

/// Returns whether two details are equal where both sides say something.
fn agree<T: PartialEq>(one: Option<T>, two: Option<T>) -> bool {
    one.is_none() || two.is_none() || one == two
}
