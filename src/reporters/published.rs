//! JSON Schemas of what the reporters write as JSON, for programs that read it.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

use super::{audit, history, json};

/// Returns the schemas, by the name of their file.
pub fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("report.schema.json", written::<json::Document>()),
        ("audit.schema.json", written::<audit::Document>()),
        ("history.schema.json", written::<history::Document>()),
    ]
}

fn written<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}
