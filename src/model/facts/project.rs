//! Facts of kind `project`.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::call::Call;
use super::changes::Changes;
use super::exception::ExceptionEntry;
use super::file::File;
use super::graph::Graph;
use super::migration::Migration;
use super::name::NameFact;
use super::schema::Described;
use super::{Fact, FieldType, Kind, Query, fields, migration_list};
use crate::model::schema::Schema;
use crate::model::value::{Known, Value};

/// The whole run: all facts, with indexes, for laws that join them.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// By path.
    pub files: Vec<Arc<File>>,
    /// By path.
    pub migrations: Vec<Arc<Migration>>,
    /// By name.
    pub graphs: Vec<Arc<Graph>>,
    /// In order of the exceptions file.
    pub exceptions: Vec<Arc<ExceptionEntry>>,
    /// The models first, then databases and files in order of the configuration.
    pub schemas: Vec<Arc<Described>>,
    calls: BTreeMap<Arc<str>, Vec<Arc<Call>>>,
}

impl Project {
    /// Returns the project with its indexes built.
    pub fn new(
        files: Vec<Arc<File>>,
        migrations: Vec<Arc<Migration>>,
        graphs: Vec<Arc<Graph>>,
        exceptions: Vec<Arc<ExceptionEntry>>,
    ) -> Self {
        let calls = by_callee(&files);
        Self { files, migrations, graphs, exceptions, schemas: Vec::new(), calls }
    }

    /// Gives the project these schemas.
    pub fn set_schemas(&mut self, schemas: &[Arc<Schema>]) {
        let known = self.schemas.iter().map(|described| &described.schema);
        if !known.map(Arc::as_ptr).eq(schemas.iter().map(Arc::as_ptr)) {
            self.schemas = Described::all(schemas);
        }
    }

    /// Puts facts in the places of those with the same paths.
    pub fn put<'a>(
        &mut self,
        files: impl Iterator<Item = &'a Arc<File>>,
        migrations: impl Iterator<Item = &'a Arc<Migration>>,
    ) {
        let mut calls = false;
        for file in files {
            if let Ok(place) = self.files.binary_search_by(|other| other.path.cmp(&file.path)) {
                let before = std::mem::replace(&mut self.files[place], file.clone());
                calls |= !before.calls.is_empty() || !file.calls.is_empty();
            }
        }
        for migration in migrations {
            let path = &migration.file.path;
            if let Ok(place) = self.migrations.binary_search_by(|other| other.file.path.cmp(path)) {
                self.migrations[place] = migration.clone();
            }
        }
        if calls {
            self.calls = by_callee(&self.files);
        }
    }

    /// Returns the schema that is called this.
    pub fn schema(&self, name: &str) -> Option<&Arc<Described>> {
        self.schemas.iter().find(|described| &*described.schema.name == name)
    }

    /// Returns the facts of a kind that is part of schemas, or is known to the project as a whole; none of files'
    /// contents.
    pub fn facts_of(self: &Arc<Self>, kind: &str) -> Vec<Fact> {
        let tables = || self.schemas.iter().flat_map(|described| described.tables());
        match kind {
            "operation" => self.changes().flat_map(|changes| changes.operations.clone()).map(Fact::Operation).collect(),
            "statement" => self.changes().flat_map(|changes| changes.statements.clone()).map(Fact::Statement).collect(),
            "fault" => self.changes().flat_map(|changes| changes.faults.clone()).map(Fact::Fault).collect(),
            "graph" => self.graphs.iter().cloned().map(Fact::Graph).collect(),
            "exception" => self.exceptions.iter().cloned().map(Fact::Exception).collect(),
            "project" => vec![Fact::Project(self.clone())],
            "schema" => self.schemas.iter().cloned().map(Fact::Schema).collect(),
            "table" => tables().map(Fact::Table).collect(),
            "column" => tables().flat_map(|table| table.columns()).map(Fact::Column).collect(),
            "index" => tables().flat_map(|table| table.indexes()).map(Fact::Index).collect(),
            "constraint" => tables().flat_map(|table| table.constraints()).map(Fact::Constraint).collect(),
            "enum" => self.schemas.iter().flat_map(Described::enums).map(Fact::Enum).collect(),
            "view" => self.schemas.iter().flat_map(Described::views).map(Fact::View).collect(),
            "name" => {
                let kinds = ["table", "column", "index", "constraint", "enum", "view"];
                let objects = kinds.iter().flat_map(|kind| self.facts_of(kind));
                objects.filter_map(NameFact::of).map(|name| Fact::Name(Arc::new(name))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns what each migration does to the schema, as far as that was looked at.
    fn changes(&self) -> impl Iterator<Item = Arc<Changes>> {
        self.migrations.iter().filter_map(|migration| migration.changes.get())
    }

    /// Returns the calls to `callee`, in which one `*` stands for anything, by callee, file and place.
    pub fn calls<'a>(&'a self, callee: &'a str) -> impl Iterator<Item = &'a Arc<Call>> {
        let prefix = callee.split('*').next().unwrap_or_default();
        self.calls
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
            .take_while(move |(name, _)| name.starts_with(prefix))
            .flat_map(|(_, calls)| calls)
            .filter(move |call| call.is_to(callee))
    }
}

fn by_callee(files: &[Arc<File>]) -> BTreeMap<Arc<str>, Vec<Arc<Call>>> {
    let mut calls: BTreeMap<Arc<str>, Vec<Arc<Call>>> = BTreeMap::new();
    for call in files.iter().flat_map(|file| &file.calls) {
        if let Known::Yes(callee) = &call.callee {
            calls.entry(callee.clone()).or_default().push(call.clone());
        }
    }
    calls
}

fn facts<T>(items: &[Arc<T>], fact: fn(Arc<T>) -> Fact) -> Value {
    Value::List(items.iter().map(|item| Value::Fact(fact(item.clone()))).collect())
}

pub static KIND: Kind = Kind {
    name: "project",
    about: "The whole run: all other facts, for laws that join them.",
    judged: true,
    includes: None,
    fields: fields! { project:
        "files", FieldType::Facts("file"), "All files under the roots, by path.", |project| facts(&project.files, Fact::File);
        "migrations", FieldType::Facts("migration"), "All migrations, by path.", |project| migration_list(&project.migrations);
        "graphs", FieldType::Facts("graph"), "All migration trees, by name.", |project| facts(&project.graphs, Fact::Graph);
        "exceptions", FieldType::Facts("exception"), "All entries of the exceptions file, in its order.",
            |project| facts(&project.exceptions, Fact::Exception);
        "schemas", FieldType::Facts("schema"), "All schemas that the run describes: the models, databases.",
            |project| facts(&project.schemas, Fact::Schema);
    },
    queries: &[
        Query {
            name: "calls",
            argument: Some("callee"),
            returns: FieldType::Facts("call"),
            about: "The Python calls in all migrations and scoped files; only those to `callee`, in which one `*` stands for anything.",
            run: |fact, callee| {
                let calls = fact.project().into_iter().flat_map(|project| project.calls(callee.unwrap_or("*")));
                Ok(Value::List(calls.map(|call| Value::Fact(Fact::Call(call.clone()))).collect()))
            },
        },
        Query {
            name: "operations",
            argument: Some("action"),
            returns: FieldType::Facts("operation"),
            about: "What all migrations do to the schema, by path of the migration; only operations whose action is `action`.",
            run: |fact, action| {
                let changes = fact.project().into_iter().flat_map(Project::changes);
                let lists = changes.map(|changes| changes.operations_of(action));
                let facts =
                    lists.flat_map(|list| if let Value::List(facts) = list { facts.to_vec() } else { Vec::new() });
                Ok(Value::List(facts.collect()))
            },
        },
        Query {
            name: "file",
            argument: Some("path"),
            returns: FieldType::Fact("file"),
            about: "The file with this `path`; null if there is none.",
            run: |fact, path| {
                let path = path.ok_or("file(path) needs a path")?;
                let files = fact.project().map_or(&[][..], |project| &project.files);
                let found = files.binary_search_by(|file| file.path.as_ref().cmp(path));
                Ok(found.map_or(Value::Null, |index| Value::Fact(Fact::File(files[index].clone()))))
            },
        },
        Query {
            name: "schema",
            argument: Some("name"),
            returns: FieldType::Fact("schema"),
            about: "The schema that is called `name`: `models`, or the name of a database; null if there is none.",
            run: |fact, name| {
                let name = name.ok_or("schema(name) needs a name")?;
                let found = fact.project().and_then(|project| project.schema(name));
                Ok(found.map_or(Value::Null, |described| Value::Fact(Fact::Schema(described.clone()))))
            },
        },
        Query {
            name: "tables_of",
            argument: Some("schema"),
            returns: FieldType::Facts("table"),
            about: "The tables of the schema that is called `schema`; none if there is no such schema.",
            run: |fact, name| {
                let name = name.ok_or("tables_of(schema) needs the name of a schema")?;
                let described = fact.project().and_then(|project| project.schema(name));
                let tables = described.and_then(|described| Fact::Schema(described.clone()).get("tables"));
                Ok(tables.unwrap_or_else(|| Value::List(Arc::new([]))))
            },
        },
    ],
    subject: &[],
};
