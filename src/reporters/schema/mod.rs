//! Schemas in words: one of them (`lawbook schema show`, one small file per format), or what two do not agree on.

mod difference;
mod text;

use std::io;

use crate::model::schema::{Schema, json};

pub use difference::{Compared, write_difference, write_difference_json};

/// One format of schemas.
pub struct SchemaFormat {
    /// The name on the command line.
    pub name: &'static str,
    /// What it is for, in a few words, for the help text.
    pub about: &'static str,
    /// Writes the schema. The writer should be buffered; its errors (a closed pipe) are returned as they are.
    pub write: WriteSchema,
}

/// Writes a schema in one format.
pub type WriteSchema = fn(&Schema, &SchemaOptions, &mut dyn io::Write) -> io::Result<()>;

/// Every format, in the order in which help shows them.
pub const SCHEMA_FORMATS: &[SchemaFormat] = &[
    SchemaFormat { name: "table", about: "for people: a table of columns for each table", write: text::write },
    SchemaFormat {
        name: "json",
        about: "for programs; stable, version 1",
        write: |schema, _, out| out.write_all(json::write(schema).as_bytes()),
    },
];

/// How to write. Each format uses what makes sense for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemaOptions {
    /// Use ANSI colours (`table`).
    pub color: bool,
    /// Cells in a line (`table`).
    pub width: usize,
}
