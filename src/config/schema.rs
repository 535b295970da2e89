//! JSON Schema of `lawbook.yml`.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::raw::RawConfig;

/// Returns the schema. `rule` is the schema of what `rules:` says of one rule, with `definitions` that are taken over:
/// packs know it, and this module does not know packs.
pub fn schema(mut rule: Value) -> Value {
    let generator = SchemaSettings::draft07().for_deserialize().into_generator();
    let mut schema = generator.into_root_schema_for::<RawConfig>().to_value();
    schema["title"] = json!("Lawbook configuration");
    if let Some(Value::Object(taken)) = rule.as_object_mut().and_then(|rule| rule.remove("definitions")) {
        for (name, definition) in taken {
            schema["definitions"][name] = definition;
        }
    }
    schema["properties"]["rules"]["additionalProperties"] = rule;
    schema
}

/// Stands for a map whose schema is put in later.
pub(super) struct MapSchema;

impl JsonSchema for MapSchema {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Map".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object"})
    }
}

/// Stands for one map, or a list of such maps.
pub(super) struct OneOrMany<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OneOrMany".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({"anyOf": [one, {"type": "array", "items": one}]})
    }
}

/// Stands for a text, or a map that says more.
pub(super) struct TextOr<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for TextOr<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "TextOr".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let map = generator.subschema_for::<T>();
        json_schema!({"anyOf": [{"type": "string"}, map]})
    }
}
