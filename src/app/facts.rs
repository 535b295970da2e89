//! `lawbook facts` and `lawbook graph`: what a law can see, for the people who write laws.

use camino::Utf8PathBuf;
use serde_json::{Map, Value as Json, json};

use super::check::{Base, judge};
use super::kept::Kept;
use super::replay::Settings;
use super::schemas::Asked;
use super::scope::Scope;
use super::workspace::Workspace;
use crate::engine::{Judgement, Keep, Laws};
use crate::model::facts::KINDS;
use crate::model::{Fact, Kind, Problem, Value};

/// Collects all facts of a project without judging them; those of its schemas only if `schemas`.
///
/// # Errors
/// What was asked of git cannot be had.
pub fn collect(
    workspace: &Workspace,
    paths: &[Utf8PathBuf],
    base: &Base,
    keep: Keep,
    schemas: bool,
) -> Result<Judgement, Problem> {
    let scope = Scope::find(workspace, paths, base)?;
    let mut problems = scope.problems.clone();
    let read = |path: &str| scope.read_if_there(path, workspace.size_limit());
    let exceptions = workspace.exceptions(&read, &mut problems);
    let facts = exceptions.map(|exceptions| exceptions.facts()).unwrap_or_default();
    let mut kept = Kept::once(schemas || keep.operations);
    let schemas = if schemas {
        super::schemas::of_run(
            (workspace, &kept.shelf, &mut kept.models),
            &Asked::default(),
            &scope,
            &|_| {},
            &mut problems,
        )
    } else {
        Vec::new()
    };
    let mut judgement = judge(
        workspace,
        (&scope, &mut kept),
        &Laws::default(),
        (facts, &schemas),
        (keep, &Settings::of_config(&workspace.config)),
        &|| {},
    );
    judgement.problems.extend(problems);
    Ok(judgement)
}

/// Returns a fact as JSON: every field of its kind, in order of declaration. A text of a file is left out; a fact
/// inside is its label (a path, a revision), an argument is written out; what is unknown is `{"unknown": why}`.
pub fn fact_json(fact: &Fact) -> Json {
    let fields = fact.kind().all_fields().filter(|field| !(field.name == "text" && fact.file().is_some()));
    Json::Object(fields.map(|field| (field.name.to_owned(), value_json(&(field.get)(fact)))).collect())
}

fn value_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Unknown(reason) => json!({ "unknown": reason.as_ref() }),
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::Float(value) => json!(value),
        Value::Text(value) => json!(value.as_ref()),
        Value::List(values) => Json::Array(values.iter().map(value_json).collect()),
        Value::Map(map) => Json::Object(map.iter().map(|(key, value)| (key.to_string(), value_json(value))).collect()),
        Value::Fact(fact @ Fact::Argument(_)) => fact_json(fact),
        Value::Fact(fact) => json!(fact.label()),
    }
}

/// Returns the vocabulary as JSON: every kind with its fields and queries.
pub fn kinds_json() -> Json {
    Json::Array(KINDS.iter().map(|kind| kind_json(kind)).collect())
}

fn kind_json(kind: &Kind) -> Json {
    let mut object = Map::new();
    object.insert("kind".into(), json!(kind.name));
    object.insert("about".into(), json!(kind.about));
    object.insert("judged".into(), json!(kind.judged));
    let fields = kind.all_fields().map(|field| {
        let mut object = json!({"name": field.name, "type": field.ty.name(), "about": field.about});
        if let Some(words) = field.ty.words() {
            object["words"] = json!(words);
        }
        object
    });
    object.insert("fields".into(), fields.collect());
    let queries = kind.all_queries().map(|query| {
        json!({"name": query.name, "argument": query.argument, "returns": query.returns.name(), "about": query.about})
    });
    object.insert("queries".into(), queries.collect());
    Json::Object(object)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::model::facts::Likeness;

    const STATEMENTS: &str = "
        CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES c (id)); CREATE TABLE c (id int);
        CREATE INDEX i ON a (b); CREATE INDEX j ON d (b); CREATE INDEX CONCURRENTLY k ON d (b);
        ALTER TABLE d ADD CONSTRAINT e FOREIGN KEY (b) REFERENCES c (id) NOT VALID;
        ALTER TABLE d ADD CONSTRAINT f CHECK (b > 0), ADD CONSTRAINT g UNIQUE (b), DROP CONSTRAINT h;
        ALTER TABLE a ALTER b TYPE bigint; ALTER TABLE a ALTER b SET NOT NULL; ALTER TABLE a ALTER b DROP DEFAULT;
        BEGIN; ALTER TABLE d DROP COLUMN b; DROP TABLE d; COMMIT; SET lock_timeout = '1s'; UPDATE d SET b = 1;
        CREATE TRIGGER t BEFORE UPDATE ON d FOR EACH ROW EXECUTE FUNCTION u(); DROP TABLE :v; nonsense;
    ";

    #[test]
    fn alike_facts_have_the_same_values() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = camino::Utf8Path::from_path(folder.path()).expect("UTF-8");
        std::fs::create_dir(root.join("migrations")).expect("a folder");
        std::fs::write(root.join("lawbook.yml"), "packs: [postgres]\npostgres: { version: 15 }\n").expect("written");
        for (number, up) in ["", "-- second\n"].into_iter().enumerate() {
            let path = root.join(format!("migrations/00{number}_x.up.sql"));
            std::fs::write(path, format!("{up}{STATEMENTS}")).expect("written");
            std::fs::write(root.join(format!("migrations/00{number}_x.down.sql")), "DROP TABLE a;").expect("written");
        }
        let workspace = Workspace::open(&[root.to_owned()], &[], false).expect("a workspace");
        let keep = Keep { operations: true, ..Keep::default() };
        let judgement = collect(&workspace, &[], &Base::None, keep, false).expect("facts");
        let mut alike: HashMap<Likeness, Vec<Fact>> = HashMap::new();
        for fact in KINDS.iter().flat_map(|kind| judgement.project.facts_of(kind.name)) {
            if let Some(likeness) = Likeness::of(&fact) {
                alike.entry(likeness).or_default().push(fact);
            }
        }
        let told = |value: Value| if let Value::Unknown(_) = value { Value::Unknown("".into()) } else { value };
        for facts in alike.values() {
            for name in Likeness::fields(facts[0].kind()) {
                let values = facts.iter().map(|fact| told(fact.get(name).unwrap_or_else(|| panic!("no field {name}"))));
                let values: Vec<Value> = values.collect();
                assert!(values.iter().all(|value| *value == values[0]), "{name}: {facts:?}");
            }
        }
        let of = |kind: &str| alike.values().filter(|facts| facts[0].kind().name == kind).count();
        assert!(of("operation") > 15 && of("statement") > 8, "{} and {}", of("operation"), of("statement"));
        assert!(alike.values().any(|facts| facts.len() > 1));
    }
}
