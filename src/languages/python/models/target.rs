//! Which metadata is meant, where a project has several.

use super::Options;
use crate::languages::python::interpret::Value;
use crate::languages::python::sqlalchemy::{Identity, Reader};

/// Returns the metadata whose tables are wanted; `None` for all.
pub fn wanted(reader: &Reader<'_, '_>, options: &Options) -> Option<Vec<Identity>> {
    let mut wanted = Vec::new();
    if options.metadata.is_empty() {
        let project = reader.interpreter.project;
        for file in 0..project.len() {
            if project.source(file).environment().is_some() {
                let value = reader.interpreter.named(file, "target_metadata");
                collect(reader, &value, &mut wanted);
            }
        }
        // An env.py whose metadata cannot be told, or has no table that was read, says nothing.
        if wanted.iter().any(|identity| !identity.is_certain()) {
            return None;
        }
        wanted.retain(|identity| reader.tables.iter().any(|table| table.metadata.identity == *identity));
        return (!wanted.is_empty()).then_some(wanted);
    }
    for name in &options.metadata {
        let (module, path) = name.split_once(':').or_else(|| name.rsplit_once('.')).unwrap_or((name, "metadata"));
        let mut parts = path.split('.');
        let Some(file) = reader.interpreter.project.find(0, 0, module) else { continue };
        let mut value = parts.next().map_or(Value::None, |part| reader.interpreter.named(file, part));
        for part in parts {
            value = reader.interpreter.attribute(&value, part);
        }
        collect(reader, &value, &mut wanted);
    }
    Some(wanted)
}

fn collect<'a>(reader: &Reader<'_, 'a>, value: &Value<'a>, wanted: &mut Vec<Identity>) {
    match value.elements() {
        Some(values) => values.iter().for_each(|value| collect(reader, value, wanted)),
        None if matches!(value, Value::None | Value::Unknown(_)) => {}
        None => {
            let identity = reader.metadata(value).identity.clone();
            if !wanted.contains(&identity) {
                wanted.push(identity);
            }
        }
    }
}
