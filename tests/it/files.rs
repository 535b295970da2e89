//! The page of the files that people write, from their JSON Schemas.
//!
//! `LAWBOOK_BLESS=1 cargo test --test it files` writes it anew.

use std::collections::VecDeque;
use std::fmt::Write as _;

use serde_json::Value;

use crate::generated::assert_in_step;
use crate::reference::{GENERATED, table};
use crate::schemas::schemas;

/// Schema, heading, what stands under it before the fields.
const FILES: &[(&str, &str, &str)] = &[
    (
        "lawbook.schema.json",
        "lawbook.yml",
        "At the root of the project; also `lawbook.yaml` or `.lawbook.yml`. Without it Lawbook goes by conventions. `lawbook init` writes a first one.\n\n```yaml\n# lawbook.yml\npacks: [alembic, replay, schema, postgres]\nmigrations:\n  - { tool: alembic, path: backend/migrations }\nmodels: { path: backend/app/models }\ndatabases:\n  main: { url: \"env:DATABASE_URL\" }\n  fresh: { engine: postgres, migrate: \"alembic upgrade head\", directory: backend }\npostgres: { version: 16 }\nrules:\n  alembic/several-bases: off\n  alembic/unguarded-drop: { severity: warning }\nexceptions: { path: .coding-rules-exceptions.yml, require: [reason, owner] }\nbaseline: lawbook-baseline.yml\nexclude: [legacy/**]\nfail-on: warning\n```\n",
    ),
    (
        "exceptions.schema.json",
        "The exceptions file",
        "`.coding-rules-exceptions.yml` at the root, or what `exceptions:` of `lawbook.yml` names. [Exceptions and baselines](../exceptions.md) tells how to live with it.\n\n```yaml\nexceptions:\n  alembic/enum-variable:\n    # A path or a glob alone, whose reason is the comment above it\n    - backend/migrations/versions/0007_enums.py\n    - path: backend/migrations/versions/2024*.py\n      match: { ENUM: { glob: 'OLD_*' } }\n      reason: Created before the rule\n      owner: \"@data-platform\"\n      expires: 2027-03-31\n      max: 3\n```\n",
    ),
    (
        "baseline.schema.json",
        "The baseline",
        "`lawbook-baseline.yml`, written by `lawbook baseline` and never by hand: sorted, one line a finding, so that two branches that mend different things merge.\n",
    ),
    (
        "rule.schema.json",
        "A rule",
        "One file in the folder of its pack, named as its `id`. Exactly one of `forbid`, `require`, `unique`, `expect`, `agree` and `script` is its law. [Writing laws](../writing-laws.md) goes through all of it with examples.\n",
    ),
    (
        "pack.schema.json",
        "pack.yml",
        "Beside the rules of a pack, and optional; or a whole pack in one file, with its `rules`.\n",
    ),
];

#[test]
fn page() {
    let mut text = format!(
        "# Files\n\n{GENERATED}\nWhat you write, field by field. A field that is not here is an error with a suggestion. The same is in `schemas/*.schema.json`, by which editors complete and check: put `# yaml-language-server: $schema=PATH` in the first line.\n"
    );
    for (name, heading, about) in FILES {
        let (_, schema) = schemas().into_iter().find(|(schema, _)| schema == name).expect("a schema of that name");
        let _ = write!(text, "\n## {heading}\n\n{about}\n");
        Page { schema: &schema, named: VecDeque::new(), done: Vec::new(), heading }.write(&mut text);
    }
    assert_in_step("docs/reference/files.md", &text);
}

/// One file's part of the page.
struct Page<'a> {
    schema: &'a Value,
    /// Types that were named and have no section yet.
    named: VecDeque<&'a str>,
    done: Vec<&'a str>,
    heading: &'a str,
}

impl<'a> Page<'a> {
    fn write(mut self, text: &mut String) {
        *text += &self.fields(self.schema);
        while let Some(name) = self.named.pop_front() {
            let object = self.definition(name);
            let fields = self.fields(object);
            let about = object["description"].as_str().unwrap_or_default().replace('\n', " ");
            let _ = write!(
                text,
                "\n<a id=\"{}\"></a>\n### {}: {}\n\n{about}\n\n{fields}",
                self.anchor(name),
                self.heading,
                words(name)
            );
        }
    }

    /// The same type may occur in several files.
    fn anchor(&self, name: &str) -> String {
        let file: String = self.heading.chars().filter(char::is_ascii_alphanumeric).collect();
        format!("{}-{}", file.to_lowercase(), words(name).replace(' ', "-"))
    }

    fn definition(&self, name: &str) -> &'a Value {
        let found = ["definitions", "$defs"].iter().find_map(|key| self.schema[key].get(name));
        found.unwrap_or_else(|| panic!("{}: no definition of {name}", self.heading))
    }

    fn fields(&mut self, object: &'a Value) -> String {
        let required = object["required"].as_array().map(Vec::as_slice).unwrap_or_default();
        let properties = object["properties"].as_object().expect("an object with fields");
        let rows: Vec<_> = properties
            .iter()
            .map(|(name, field)| {
                let about = field["description"].as_str().unwrap_or_default().replace('\n', " ");
                let needed = if required.iter().any(|one| one == name) { " Required." } else { "" };
                vec![format!("`{name}`"), self.shown(field), format!("{about}{needed}")]
            })
            .collect();
        table(&["field", "type", "what it says"], rows.into_iter())
    }

    /// Returns the type of a field in words.
    fn shown(&mut self, field: &'a Value) -> String {
        if let Some(path) = field["$ref"].as_str() {
            return self.reference(path.rsplit('/').next().expect("a name"));
        }
        if let Some(values) = field["enum"].as_array() {
            return literals(values.iter());
        }
        if let Some(one) = field.get("const") {
            return literals([one].into_iter());
        }
        if let Some(choices) = ["anyOf", "oneOf"].iter().find_map(|key| field[key].as_array()) {
            let mut shown = Vec::new();
            for choice in choices.iter().filter(|choice| choice["type"] != "null") {
                let choice = self.shown(choice);
                if !shown.contains(&choice) {
                    shown.push(choice);
                }
            }
            let separator = if shown.iter().all(|one| one.starts_with('`')) { ", " } else { " or " };
            return shown.join(separator);
        }
        let types: Vec<&str> = match &field["type"] {
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        };
        let shown: Vec<String> = types
            .into_iter()
            .filter_map(|ty| match ty {
                "string" if field["format"] == "date" => Some("day".to_owned()),
                "string" => Some("text".to_owned()),
                "null" => None,
                "array" => Some(match field.get("items") {
                    Some(items) => format!("list of {}", self.shown(items)),
                    None => "list".to_owned(),
                }),
                "object" => Some(match field.get("additionalProperties") {
                    Some(values) if values.is_object() => format!("map to {}", self.shown(values)),
                    _ => "map".to_owned(),
                }),
                other => Some(other.to_owned()),
            })
            .collect();
        if shown.is_empty() { "any value".to_owned() } else { shown.join(" or ") }
    }

    fn reference(&mut self, name: &'a str) -> String {
        // These depend on the kind of fact; the page of facts has their fields.
        if name.starts_with("predicate") || name.starts_with("fields") {
            return "[predicate](../writing-laws.md#predicates)".to_owned();
        }
        if name.to_lowercase().contains("condition") {
            return "[condition](../writing-laws.md#predicates)".to_owned();
        }
        if name == "RuleChanges" || name == "Rule" {
            return "[fields of a rule](#a-rule)".to_owned();
        }
        let definition = self.definition(name);
        if definition.get("properties").is_none() {
            return self.shown(definition);
        }
        if !self.done.contains(&name) {
            self.done.push(name);
            self.named.push_back(name);
        }
        format!("[{}](#{})", words(name), self.anchor(name))
    }
}

fn literals<'a>(values: impl Iterator<Item = &'a Value>) -> String {
    let words = values.filter(|value| !value.is_null()).map(|value| match value.as_str() {
        Some(word) => format!("`{word}`"),
        None => format!("`{value}`"),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// `ExpectedTable` as people say it.
fn words(name: &str) -> String {
    let mut text = String::new();
    for character in name.trim_start_matches("Raw").trim_end_matches("Schema").chars() {
        if character.is_ascii_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}
