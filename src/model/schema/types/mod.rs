//! Types of columns: a normal form that is the same for every database, beside the origin's own spelling.

mod family;
mod lower;
mod parse;
mod same;
mod spell;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::ObjectName;
use super::dialect::Dialect;

pub use same::same;

/// The type of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// As the origin spells it: `character varying(255)`, `sa.String(255)`, `varchar(255)`.
    pub spelling: Arc<str>,
    pub normal: Normal,
    /// What it is on single dialects instead (`with_variant`, types of one dialect); each dialect at most once.
    ///
    /// A variant is lowered as a generic type is, with two exceptions: one that equals `normal` says that the type is
    /// exactly that on the dialect (a column of SQLite declared UUID), and MySQL's TIMESTAMP stays one.
    pub variants: Vec<(Dialect, Normal)>,
}

impl Type {
    /// Returns a type that is the same on all dialects, but for lowering.
    ///
    /// What SQLAlchemy makes of a type by its name and not by its meaning is a variant: `Float(53)` is a float of unknown
    /// bits with one of 64 bits on MySQL, `TIMESTAMP` has a zone on MySQL, `UUID` (not `Uuid`) is a uuid everywhere.
    pub fn new(spelling: impl Into<Arc<str>>, normal: Normal) -> Self {
        Self { spelling: spelling.into(), normal, variants: Vec::new() }
    }

    /// Returns the type that a database spells like this. Any text is some type.
    pub fn parse(spelling: &str, dialect: Dialect) -> Self {
        let ty = Self::new(spelling.trim(), parse::normal(spelling, dialect));
        if lower::lower(&ty.normal, dialect) == ty.normal {
            return ty;
        }
        // It is no generic type, whatever it looks like.
        let normal = ty.normal.clone();
        ty.with_variant(dialect, normal)
    }

    /// Returns the type with another normal form on one dialect.
    #[must_use]
    pub fn with_variant(mut self, dialect: Dialect, normal: Normal) -> Self {
        self.variants.retain(|(other, _)| *other != dialect);
        self.variants.push((dialect, normal));
        self
    }

    /// Returns what it is on a dialect: the variant if there is one, and what SQLAlchemy makes of a generic type.
    pub fn on(&self, dialect: Dialect) -> Normal {
        match self.variant(dialect) {
            Some(exact) if *exact == self.normal => exact.clone(),
            Some(instant @ Normal::Timestamp { zone: true, .. }) if dialect == Dialect::Mysql => instant.clone(),
            Some(variant) => lower::lower(variant, dialect),
            None => lower::lower(&self.normal, dialect),
        }
    }

    /// Returns what it is on a dialect before lowering.
    fn plain(&self, dialect: Dialect) -> &Normal {
        self.variant(dialect).unwrap_or(&self.normal)
    }

    fn variant(&self, dialect: Dialect) -> Option<&Normal> {
        self.variants.iter().find(|(of, _)| *of == dialect).map(|(_, normal)| normal)
    }
}

/// The normal form of a type.
#[derive(Clone, Debug, PartialEq)]
pub enum Normal {
    /// Whole numbers of 8, 16, 24, 32 or 64 bits.
    Integer {
        bits: u8,
        unsigned: bool,
    },
    /// Exact numbers: `numeric`, `decimal`. Without precision: as many digits as the database allows.
    Numeric {
        precision: Option<u32>,
        scale: Option<u32>,
    },
    /// Floating point numbers of 32 or 64 bits; `None`: whatever the dialect calls FLOAT.
    Float {
        bits: Option<u8>,
    },
    Boolean,
    /// Text of varying length in characters: `varchar`, and `String` without a length.
    Varchar {
        length: Option<u32>,
    },
    /// Text of fixed length in characters: `char`.
    Char {
        length: Option<u32>,
    },
    /// Text without a declared length: `text`, `clob`; MySQL's sizes.
    Text {
        length: Length,
    },
    /// Bytes of fixed length: `binary(16)`.
    Binary {
        length: Option<u32>,
    },
    /// Bytes of varying length with a limit: `varbinary(255)`.
    Varbinary {
        length: Option<u32>,
    },
    /// Bytes without a declared length: `bytea`, `blob`; MySQL's sizes.
    Blob {
        length: Length,
    },
    Date,
    Time {
        zone: bool,
        precision: Option<u32>,
    },
    /// A date with a time: `timestamp`, `datetime`; with a zone: `timestamptz`. MySQL's
    /// `TIMESTAMP` counts as with a zone (it stores an instant), its `DATETIME` as without.
    Timestamp {
        zone: bool,
        precision: Option<u32>,
    },
    /// With the fields (`day to second`), if they are restricted.
    Interval {
        fields: Option<Arc<str>>,
        precision: Option<u32>,
    },
    /// `binary`: PostgreSQL's `jsonb`.
    Json {
        binary: bool,
    },
    Uuid,
    /// Each element; PostgreSQL does not tell dimensions apart.
    Array(Box<Normal>),
    /// One of some labels. `name` is the type's own name, where it has one (PostgreSQL; `sa.Enum(name=...)`).
    Enum {
        name: Option<ObjectName>,
        labels: Arc<[Arc<str>]>,
    },
    /// Any number of some labels: MySQL's `set`.
    Set {
        labels: Arc<[Arc<str>]>,
    },
    Bit {
        length: Option<u32>,
        varying: bool,
    },
    /// A type of no family (`inet`, `tsvector`, `geometry(Point,4326)`, a domain): compared by its spelling, in lower
    /// case with single spaces.
    Other(Arc<str>),
    /// No type at all: a column of SQLite without one, SQLAlchemy's `NullType`.
    None,
}

/// The size class of a text or blob without a declared length. Only MySQL tells them apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Length {
    Tiny,
    #[default]
    Plain,
    Medium,
    Long,
}

impl Length {
    /// Returns the smallest size that holds so many bytes on MySQL.
    pub const fn holding(bytes: u64) -> Self {
        match bytes {
            0..=0xff => Self::Tiny,
            0x100..=0xffff => Self::Plain,
            0x1_0000..=0xff_ffff => Self::Medium,
            _ => Self::Long,
        }
    }
}
