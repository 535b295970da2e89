//! The published JSON Schemas are those of the types, and say of rule files what the reader says.
//!
//! `LAWBOOK_BLESS=1 cargo test schemas` writes the files anew.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use lawbook::yaml::{Node, NodeValue, Source, parse};
use lawbook::{config, exceptions, packs};
use serde_json::{Value, json};

use crate::generated::{assert_in_step, root};

/// Every schema, by file name. A new file format is one line here.
pub fn schemas() -> Vec<(&'static str, Value)> {
    let mut schemas = packs::schemas();
    schemas.push(("lawbook.schema.json", config::schema(packs::override_schema())));
    schemas.push(("exceptions.schema.json", exceptions::schema().to_value()));
    schemas.push(("baseline.schema.json", exceptions::baseline::schema().to_value()));
    schemas.push(("schema.schema.json", lawbook::model::schema::json::schema().to_value()));
    schemas.extend(lawbook::reporters::schemas().into_iter().map(|(name, schema)| (name, schema.to_value())));
    schemas
}

#[test]
fn files_are_in_step_with_the_types() {
    for (name, schema) in schemas() {
        let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
        assert_in_step(&format!("schemas/{name}"), &(text + "\n"));
    }
}

fn json_of(node: &Node) -> Value {
    match &node.value {
        NodeValue::Null => Value::Null,
        NodeValue::Bool(value) => json!(value),
        NodeValue::Int(value) => json!(value),
        NodeValue::Float(value) => json!(value),
        NodeValue::Text(value) => json!(value.as_ref()),
        NodeValue::List(items) => items.iter().map(json_of).collect(),
        NodeValue::Map(entries) => {
            entries.iter().map(|(key, value)| (key.as_text().unwrap_or_default().to_owned(), json_of(value))).collect()
        }
    }
}

fn faults(schema: &str, path: &str, text: impl Into<Arc<str>>) -> Vec<String> {
    let (_, schema) = schemas().into_iter().find(|(name, _)| *name == schema).expect("a schema of that name");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let node = parse(&Source::new(path, text)).expect("valid YAML");
    validator.iter_errors(&json_of(&node)).map(|error| format!("{path}: {error}")).collect()
}

fn files_below(folder: PathBuf, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_below(path, found);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            found.push(path);
        }
    }
}

#[test]
fn built_in_rules_are_valid() {
    let mut paths = Vec::new();
    files_below(root().join("rules"), &mut paths);
    for path in paths {
        let schema = if path.ends_with("pack.yml") { "pack.schema.json" } else { "rule.schema.json" };
        let text = fs::read_to_string(&path).expect("readable");
        assert_eq!(faults(schema, &path.display().to_string(), text), [""; 0]);
    }
}

#[test]
fn schemas_and_reader_agree() {
    let rule = |rest: &str| format!("id: a\ntitle: A\n{rest}\n");
    let cases = [
        ("on: migration\nforbid: {text: x, revision: [a, null]}", true),
        (
            "on: migration\nforbid: {name: {matches: a, not: {glob: b}}, size: {at_least: '${n}'}}\noptions: {n: 3}",
            true,
        ),
        ("on: call\nforbid: {keywords: {create_type: false}, arguments: {0: {form: f-string}}, code: [a, b]}", true),
        ("on: graph\nforbid: {heads: {branch_labels: {count: 0}}}", true),
        ("on: graph\nunique: [name, tool]", true),
        ("on: file\nscript: a.rhai\nseverity: off\nmessage: '{x}'", true),
        ("on: migration\nforbid: {any: [{text: x}, {not: {tool: alembic}}]}", true),
        ("on: migration\nforbid: {revison: a}", false),
        ("on: file\nforbid: {change: [added, {is: unknown}]}", false),
        ("on: file\nforbid: {change: [added, null]}", true),
        ("on: file\nforbid: {change: '${c}'}\noptions: {c: added}", true),
        ("on: file\nforbid: {change: {not: modifed}}", false),
        ("on: graph\nforbid: {text: a}", false),
        ("on: migration\nforbid: {name: {match: a}}", false),
        ("on: migration\nforbid: {any: [{txet: x}]}", false),
        ("on: migration\nforbid: {down_revisions: []}", false),
        ("on: migration\nforbid: {}", false),
        ("on: migrations\nforbid: {text: a}", false),
        ("on: migration\nforbid: {text: a}\nrequire: {text: b}", false),
        ("on: migration\nunique: revison", false),
        ("on: migration\nforbid: {text: a}\nsevrity: off", false),
        ("on: migration\nforbid: {text: a}\nseverity: fatal", false),
        ("on: migration\nforbid: {text: a}\ntests: {valid: [{cod: x}]}", false),
    ];
    for (rest, sound) in cases {
        let text = rule(rest);
        let found = faults("rule.schema.json", "a.yml", text.as_str());
        assert_eq!(found.is_empty(), sound, "rule.schema.json: {rest}: {found:?}");
        let indented = text.trim_end().replace('\n', "\n    ");
        let found = faults("pack.schema.json", "p.yml", format!("rules:\n  - {indented}\n"));
        assert_eq!(found.is_empty(), sound, "pack.schema.json: {rest}: {found:?}");
        let files = vec![("p/a.yml".into(), text.into()), ("p/a.rhai".into(), "fn check(f) {}".into())];
        let mut problems = Vec::new();
        packs::load(
            packs::Request { layers: packs::Layer::of_folder("p", files), ..Default::default() },
            &mut problems,
        );
        problems.retain(|problem| problem.level == lawbook::model::Level::Error);
        assert_eq!(problems.is_empty(), sound, "reader: {rest}: {problems:?}");
    }
}

/// Adds to each object that no other keys may be there: a key that is printed must be described.
fn strict(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.contains_key("properties") {
                object.insert("additionalProperties".to_owned(), false.into());
            }
            object.values_mut().for_each(strict);
        }
        Value::Array(items) => items.iter_mut().for_each(strict),
        _ => {}
    }
}

#[test]
fn what_is_printed_is_as_described() {
    let runs: [(&str, &[&str]); 8] = [
        ("report.schema.json", &["check", "--format", "json", "examples/property-platform"]),
        (
            "report.schema.json",
            &["check", "--format", "json", "--show-excepted", "--explain-run", "examples/stub-table"],
        ),
        ("report.schema.json", &["check", "--format", "json", "--pack", "tests/nowhere"]),
        ("audit.schema.json", &["exceptions", "audit", "--format", "json", "--project", "examples/property-platform"]),
        ("audit.schema.json", &["exceptions", "list", "--format", "json", "--project", "examples/stub-table"]),
        ("history.schema.json", &["exceptions", "history", "--format", "json", "--project", "examples/stub-table"]),
        ("schema.schema.json", &["schema", "show", "models", "--format", "json", "--project", "examples/stub-table"]),
        ("schema.schema.json", &["schema", "show", "fresh", "--format", "json", "--project", "examples/stub-table"]),
    ];
    for (name, arguments) in runs {
        let (_, mut schema) = schemas().into_iter().find(|(known, _)| *known == name).expect("a schema of that name");
        strict(&mut schema);
        let validator = jsonschema::validator_for(&schema).expect("a valid schema");
        let output = Command::new(env!("CARGO_BIN_EXE_lawbook")).args(arguments).current_dir(root()).output();
        let output = output.expect("the program runs");
        let printed: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {output:?}"));
        let faults: Vec<String> =
            validator.iter_errors(&printed).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        assert_eq!(faults, [""; 0], "{arguments:?}");
        // The schema is not so wide that anything fits.
        for key in printed.as_object().expect("an object").keys() {
            let mut spoilt = printed.clone();
            spoilt[key.as_str()] = json!({ "no": "such" });
            let fits = validator.is_valid(&spoilt);
            assert!(!fits || ["tables", "enums", "views"].contains(&key.as_str()), "{name}: {key} may be anything");
        }
    }
}

#[test]
fn configurations() {
    let cases = [
        (
            "packs: [alembic, ./rules]\nrules: {alembic/x: off, y: {severity: info, options: {a: 1}}}\nfail-on: warning",
            true,
        ),
        ("migrations: [{tool: alembic, path: a}]\nexclude: [a/**]\nsize-limit: 5\nexceptions: x.yml", true),
        ("rules: {alembic/x: {sevrity: off}}", false),
        ("rules: {alembic/x: {id: y}}", false),
        ("rules: {alembic/x: loud}", false),
        ("migrations: [{tool: flyway, path: a, dialect: mysql}, {path: b}]", true),
        ("migrations: [{tool: liquibase, path: a}]", false),
        ("migrations: [{path: a, dialect: oracle}]", false),
        ("pakcs: []", false),
    ];
    for (text, sound) in cases {
        let found = faults("lawbook.schema.json", "lawbook.yml", text);
        assert_eq!(found.is_empty(), sound, "{text}: {found:?}");
    }
}
