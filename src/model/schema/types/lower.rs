//! Lowering: what SQLAlchemy makes of a generic type on one database.

use std::sync::Arc;

use super::{Dialect, Length, Normal};

/// Returns what a generic type is on a dialect. A type that the dialect has anyway stays as it is, except that MySQL's
/// `TIMESTAMP` cannot be told from a generic `DateTime(timezone=True)`, which is a `DATETIME` there.
pub(super) fn lower(normal: &Normal, dialect: Dialect) -> Normal {
    if let Normal::Array(element) = normal {
        return Normal::Array(Box::new(lower(element, dialect)));
    }
    match dialect {
        Dialect::Postgresql => postgresql(normal),
        Dialect::Mysql => mysql(normal),
        Dialect::Sqlite => sqlite(normal),
    }
}

fn postgresql(normal: &Normal) -> Normal {
    match normal {
        Normal::Integer { bits, .. } => Normal::Integer { bits: *bits, unsigned: false },
        Normal::Numeric { precision: precision @ Some(_), scale: None } => {
            Normal::Numeric { precision: *precision, scale: Some(0) }
        }
        Normal::Float { bits: None } => Normal::Float { bits: Some(64) },
        Normal::Char { length: None } => Normal::Char { length: Some(1) },
        Normal::Text { .. } => Normal::Text { length: Length::Plain },
        // There is no other type for bytes.
        Normal::Binary { .. } | Normal::Varbinary { .. } | Normal::Blob { .. } => {
            Normal::Blob { length: Length::Plain }
        }
        Normal::Bit { length: None, varying: false } => Normal::Bit { length: Some(1), varying: false },
        _ => normal.clone(),
    }
}

fn mysql(normal: &Normal) -> Normal {
    match normal {
        Normal::Numeric { precision: None, .. } => Normal::Numeric { precision: Some(10), scale: Some(0) },
        Normal::Numeric { precision, scale: None } => Normal::Numeric { precision: *precision, scale: Some(0) },
        Normal::Float { bits: None } => Normal::Float { bits: Some(32) },
        Normal::Char { length: None } => Normal::Char { length: Some(1) },
        Normal::Binary { length: None } => Normal::Binary { length: Some(1) },
        Normal::Bit { length, .. } => Normal::Bit { length: length.or(Some(1)), varying: false },
        Normal::Time { precision, .. } => Normal::Time { zone: false, precision: *precision },
        Normal::Timestamp { precision, .. } => Normal::Timestamp { zone: false, precision: *precision },
        // SQLAlchemy keeps an interval as a distance from an epoch.
        Normal::Interval { .. } => Normal::Timestamp { zone: false, precision: None },
        Normal::Json { .. } => Normal::Json { binary: false },
        // MariaDB has a uuid of its own; comparing takes both for a generic Uuid.
        Normal::Uuid => Normal::Char { length: Some(32) },
        Normal::Enum { labels, .. } => Normal::Enum { name: None, labels: labels.clone() },
        _ => normal.clone(),
    }
}

fn sqlite(normal: &Normal) -> Normal {
    match normal {
        Normal::Integer { bits, .. } => Normal::Integer { bits: *bits, unsigned: false },
        // `REAL` has 64 bits there. What is called FLOAT stays apart, as it does for SQLAlchemy.
        Normal::Float { bits: Some(_) } => Normal::Float { bits: Some(64) },
        Normal::Text { .. } => Normal::Text { length: Length::Plain },
        Normal::Blob { .. } => Normal::Blob { length: Length::Plain },
        Normal::Time { .. } => Normal::Time { zone: false, precision: None },
        Normal::Timestamp { .. } | Normal::Interval { .. } => Normal::Timestamp { zone: false, precision: None },
        Normal::Uuid => Normal::Char { length: Some(32) },
        Normal::Enum { labels, .. } => Normal::Varchar { length: longest(labels) },
        _ => normal.clone(),
    }
}

/// Returns the length in characters of the longest label; `None` where no label is known.
fn longest(labels: &[Arc<str>]) -> Option<u32> {
    let longest = labels.iter().map(|label| label.chars().count()).max()?;
    u32::try_from(longest).ok().filter(|length| *length > 0)
}

#[cfg(test)]
mod tests {
    use super::super::tests::some_of_each;
    use super::*;

    #[test]
    fn lowering_twice_is_lowering_once() {
        for normal in some_of_each() {
            for &dialect in Dialect::ALL {
                let once = lower(&normal, dialect);
                assert_eq!(lower(&once, dialect), once, "{normal:?} on {dialect}");
            }
        }
    }

    #[test]
    fn the_longest_label_counts_in_characters() {
        let labels: Arc<[Arc<str>]> = ["ä", "öäü", ""].map(Arc::from).into();
        let normal = Normal::Enum { name: None, labels };
        assert_eq!(lower(&normal, Dialect::Sqlite), Normal::Varchar { length: Some(3) });
        let unknown = Normal::Enum { name: None, labels: Arc::from([]) };
        assert_eq!(lower(&unknown, Dialect::Sqlite), Normal::Varchar { length: None });
    }
}
