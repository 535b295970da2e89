//! Schemas as JSON, version 1: what `lawbook schema show --format json` and `schema export` write, and what a file or a
//! `models: {command: ...}` gives back. The same shape whatever the schema came from.

mod ordered;
mod raw;
mod read;
mod write;

pub use read::{JsonFault, read};
pub use write::write;

/// Returns the JSON Schema of the shape.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(raw::RawSchema)
}

/// The version of the shape.
const VERSION: u32 = 1;

#[cfg(test)]
mod tests;
