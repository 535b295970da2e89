//! JSON Schemas of packs and rules: the raw types' own, with the predicates of each kind put in from the vocabulary.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::check::judged_kinds;
use super::condition::OPERATORS;
use super::raw::{RawPack, RawRule};
use crate::model::facts::KINDS;
use crate::model::{FieldType, Kind, Severity};

/// The fields of a rule that hold predicates.
const PREDICATES: [&str; 4] = ["where", "unless", "forbid", "require"];

/// Returns the schemas of this module's file formats, by file name.
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("pack.schema.json", finished(root::<RawPack>(), "Lawbook pack")),
        ("rule.schema.json", finished(root::<RawRule>(), "Lawbook rule")),
    ]
}

/// Returns the schema of what `rules:` of `lawbook.yml` says of one rule, with the definitions that it refers to under
/// `definitions`.
pub fn override_schema() -> Value {
    let mut rule = finished(root::<RawRule>(), "Changes to a rule");
    let mut severity = root::<Severity>();
    let mut definitions = take(&mut rule, "definitions");
    for name in ["$schema", "title"] {
        take(&mut severity, name);
        take(&mut rule, name);
    }
    if let Some(properties) = rule["properties"].as_object_mut() {
        properties.remove("id");
    }
    rule["description"] = json!("What is different from the pack, field by field.");
    definitions["RuleChanges"] = rule;
    definitions["Severity"] = severity;
    json!({
        "anyOf": [{"$ref": "#/definitions/Severity"}, {"$ref": "#/definitions/RuleChanges"}],
        "definitions": definitions,
    })
}

fn take(object: &mut Value, key: &str) -> Value {
    object.as_object_mut().and_then(|object| object.remove(key)).unwrap_or_else(|| json!({}))
}

fn root<T: JsonSchema>() -> Value {
    SchemaSettings::draft07().for_deserialize().into_generator().into_root_schema_for::<T>().to_value()
}

fn finished(mut schema: Value, title: &str) -> Value {
    schema["title"] = json!(title);
    if !schema["definitions"].is_object() {
        schema["definitions"] = json!({});
    }
    if schema["properties"]["forbid"].is_object() {
        refine_rule(&mut schema);
    } else {
        refine_rule(&mut schema["definitions"]["Rule"]);
    }
    let definitions = schema["definitions"].as_object_mut().expect("made one above");
    definitions.extend(condition_definitions());
    for kind in KINDS {
        if kind.judged {
            definitions.insert(format!("predicate-{}", kind.name), predicate(kind));
        } else {
            definitions.insert(format!("fields-{}", kind.name), fields(kind));
        }
    }
    schema
}

/// Says which predicates each kind has, and that a rule has at most one law.
fn refine_rule(rule: &mut Value) {
    rule["properties"]["on"] = json!({
        "description": rule["properties"]["on"]["description"],
        "oneOf": KINDS.iter().filter(|kind| kind.judged).map(|kind| json!({"const": kind.name, "description": kind.about})).collect::<Vec<_>>(),
    });
    let by_kind = judged_kinds().into_iter().map(|kind| {
        let reference = json!({"$ref": format!("#/definitions/predicate-{kind}")});
        let mut properties: Map<String, Value> =
            PREDICATES.iter().map(|name| ((*name).to_owned(), reference.clone())).collect();
        let names: Vec<_> = KINDS
            .iter()
            .filter(|known| known.name == kind)
            .flat_map(|kind| kind.all_fields())
            .map(|field| field.name)
            .collect();
        let name = json!({"enum": names});
        properties.insert("unique".into(), json!({"anyOf": [name, {"type": "array", "items": name, "minItems": 1}]}));
        json!({
            "if": {"properties": {"on": {"const": kind}}, "required": ["on"]},
            "then": {"properties": properties},
        })
    });
    let laws = super::raw::LAWS;
    let pairs =
        laws.iter().enumerate().flat_map(|(index, law)| laws[index + 1..].iter().map(move |other| (law, other)));
    let one_law = pairs.map(|(law, other)| json!({"not": {"required": [law, other]}}));
    rule["allOf"] = by_kind.chain(one_law).collect();
}

fn predicate(kind: &Kind) -> Value {
    let this = json!({"$ref": format!("#/definitions/predicate-{}", kind.name)});
    let list = json!({"type": "array", "items": this, "minItems": 1});
    let mut schema = fields(kind);
    let properties = &mut schema["properties"];
    properties["all"] = described(&list, "All of these hold.");
    properties["any"] = described(&list, "At least one of these holds.");
    properties["not"] = json!({"allOf": [this], "description": "This does not hold."});
    properties["given"] = json!({
        "type": "string",
        "description": "The name of an option that has a value: any but null, false, an empty text and an empty list.",
    });
    if kind.field("text").is_some() {
        let patterns = json!({"anyOf": [
            {"type": "string", "minLength": 1},
            {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
        ]});
        let condition = json!({"$ref": "#/definitions/condition"});
        let text = json!({"anyOf": [patterns["anyOf"][0], patterns["anyOf"][1], condition]});
        properties["text"] = described(
            &text,
            "A regex, or several of which any will do, searched in the text line by line; each match is a finding.",
        );
        properties["code"] = described(
            &patterns,
            "A piece of Python, or several of which any will do: `$NAME` is one expression, `$$$` any arguments. Blind to layout, order of keywords and import alias.",
        );
    }
    schema["description"] = json!(format!("Conditions on a {}: all must hold.", kind.name));
    schema["minProperties"] = json!(1);
    schema
}

fn described(schema: &Value, description: &str) -> Value {
    let mut schema = schema.clone();
    schema["description"] = json!(description);
    schema
}

fn fields(kind: &Kind) -> Value {
    let properties: Map<String, Value> = kind
        .all_fields()
        .map(|field| {
            let definition = match field.ty {
                FieldType::Word(_) | FieldType::Words(_) => words_definition(field.name),
                FieldType::Text | FieldType::Int | FieldType::Bool | FieldType::Texts | FieldType::Scalar => {
                    "condition".to_owned()
                }
                _ => "condition-by-name".to_owned(),
            };
            let reference = json!({"$ref": format!("#/definitions/{definition}")});
            (field.name.to_owned(), json!({"allOf": [reference], "description": field.sentence()}))
        })
        .collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

/// Returns the name of the definition of conditions on a field with a closed list of words.
fn words_definition(field: &str) -> String {
    format!("condition-on-{field}")
}

/// Returns `condition`, on values, `condition-by-name`, on maps and facts, whose entries have names, and one more for
/// each field with a closed list of words.
fn condition_definitions() -> Vec<(String, Value)> {
    let literal = json!({"type": ["string", "number", "boolean", "null"]});
    let operators = |condition: &Value| -> Map<String, Value> {
        let values = OPERATORS.iter().map(|(name, about)| {
            let mut value = match *name {
                "matches" | "glob" => json!({"type": "string"}),
                "at_least" | "at_most" => {
                    json!({"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^\$\{.*\}$"}]})
                }
                "is" => json!({"enum": ["known", "unknown"]}),
                _ => json!({"allOf": [condition]}),
            };
            value["description"] = json!(about);
            ((*name).to_owned(), value)
        });
        values.collect()
    };
    let definition = |name: &str, literal: &Value, additional: Value| {
        let this = json!({"$ref": format!("#/definitions/{name}")});
        let object = json!({
            "type": "object",
            "properties": operators(&this),
            "additionalProperties": additional,
            "minProperties": 1,
        });
        let list = json!({"type": "array", "items": {"anyOf": [literal, {"type": "array"}]}, "minItems": 1});
        let schema = json!({
            "description": "A value, a list of which any will do, or operators that must all hold.",
            "anyOf": [literal, list, object],
        });
        (name.to_owned(), schema)
    };
    let by_name = json!({"$ref": "#/definitions/condition-by-name"});
    let mut definitions =
        vec![definition("condition", &literal, json!(false)), definition("condition-by-name", &literal, by_name)];
    for field in KINDS.iter().flat_map(|kind| kind.all_fields()) {
        if let Some(words) = field.ty.words() {
            let option = json!({"type": "string", "pattern": r"^\$\{.*\}$"});
            let literal = json!({"anyOf": [{"enum": words}, {"type": "null"}, option]});
            definitions.push(definition(&words_definition(field.name), &literal, json!(false)));
        }
    }
    definitions
}

/// Stands for a value whose schema depends on the kind, and is put in later.
pub(super) struct ObjectSchema;

/// A name, or a list of names.
pub(super) struct OneOrMany;

/// The value of an option.
pub(super) struct LiteralSchema;

macro_rules! inline_schema {
    ($($type:ident: $schema:tt)*) => {$(
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

inline_schema! {
    ObjectSchema: {"type": "object"}
    OneOrMany: {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    LiteralSchema: {"type": ["string", "number", "boolean", "null", "array"]}
}
