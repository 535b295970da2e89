//! Types of columns: a normal form that is the same for every database, beside the origin's own spelling.

use std::sync::Arc;

use super::ObjectName;
use super::dialect::Dialect;

/// The type of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// As the origin spells it: `character varying(255)`, `sa.String(255)`, `varchar(255)`.
    pub spelling: Arc<str>,
    pub normal: Normal,
    /// What it is on single dialects instead (`with_variant`, types of one dialect); each dialect at most once.
    pub variants: Vec<(Dialect, Normal)>,
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
