//! Facts of kind `graph`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::migration::{Migration, Tool};
use super::{Fact, FieldType, Kind, Query, fields, migration_list};
use crate::model::location::Location;
use crate::model::value::Value;

/// One tree of migrations: what one `alembic.ini` section, or one folder of SQL migrations, describes.
#[derive(Clone, Debug)]
pub struct Graph {
    /// The folder of the tree, relative to the root: Alembic's `script_location`.
    pub name: Arc<str>,
    pub tool: Tool,
    /// The place that declares it, or its folder.
    pub location: Location,
    /// All migrations, by path.
    pub migrations: Vec<Arc<Migration>>,
    /// Migrations that are nobody's parent, by revision.
    pub heads: Vec<Arc<Migration>>,
    /// Migrations without a parent, by revision.
    pub bases: Vec<Arc<Migration>>,
    /// Migrations that are the parent of several, by revision.
    pub branches: Vec<Arc<Migration>>,
    pub missing_parents: Vec<MissingParent>,
    /// Each a list of migrations in which every one descends from the next and the last from the first.
    pub cycles: Vec<Vec<Arc<Migration>>>,
    /// Groups of migrations that share one revision, each by path.
    pub duplicates: Vec<Vec<Arc<Migration>>>,
    /// By revision, the branch labels that hold there: its own and those of the branch that it is on.
    pub labels: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// Why the graph may be incomplete: revisions that are computed, files that could not be read.
    pub unknown: Option<Arc<str>>,
}

/// A parent, or a dependency, that no file defines.
#[derive(Clone, Debug)]
pub struct MissingParent {
    pub migration: Arc<Migration>,
    pub revision: Arc<str>,
}

impl Graph {
    /// Puts other files in the places of some, which they take as well: each old one, and the new one.
    pub fn put(&mut self, others: &[(&Arc<Migration>, &Arc<Migration>)]) {
        let lists = [&mut self.migrations, &mut self.heads, &mut self.bases, &mut self.branches];
        let lists = lists.into_iter().chain(&mut self.cycles).chain(&mut self.duplicates).flatten();
        for migration in lists.chain(self.missing_parents.iter_mut().map(|missing| &mut missing.migration)) {
            if let Some((_, new)) = others.iter().find(|(old, _)| Arc::ptr_eq(old, migration)) {
                *migration = (*new).clone();
            }
        }
    }

    /// Returns a value that is known only when every migration of the graph is.
    fn complete(&self, value: impl FnOnce() -> Value) -> Value {
        self.unknown.as_ref().map_or_else(value, |reason| Value::Unknown(reason.clone()))
    }

    /// Returns the migration with this revision; the first by path if several claim it.
    pub fn migration(&self, revision: &str) -> Option<&Arc<Migration>> {
        self.migrations
            .iter()
            .find(|migration| migration.revision.as_known().is_some_and(|known| known.as_ref() == revision))
    }
}

fn missing(graph: &Graph) -> Value {
    let maps = graph.missing_parents.iter().map(|missing| {
        let entries: [(Arc<str>, Value); 2] = [
            ("migration".into(), Value::Fact(Fact::Migration(missing.migration.clone()))),
            ("revision".into(), Value::Text(missing.revision.clone())),
        ];
        Value::Map(Arc::new(entries.into_iter().collect()))
    });
    Value::List(maps.collect())
}

fn lists(groups: &[Vec<Arc<Migration>>]) -> Value {
    Value::List(groups.iter().map(|group| migration_list(group)).collect())
}

pub static KIND: Kind = Kind {
    name: "graph",
    about: "A tree of migrations: heads, bases, branches, and what is wrong with it.",
    judged: true,
    includes: None,
    fields: fields! { graph:
        "name", FieldType::Text, "Folder of the tree, relative to the root.", |graph| Value::Text(graph.name.clone());
        "tool", FieldType::Word(Tool::WORDS), "The tool that runs it.", |graph| Value::word(graph.tool.name());
        "path", FieldType::Text, "File or folder that declares it.", |graph| Value::Text(graph.location.path.clone());
        "migrations", FieldType::Facts("migration"), "All migrations, by path.", |graph| migration_list(&graph.migrations);
        "heads", FieldType::Facts("migration"), "Migrations that are nobody's parent.", |graph| graph.complete(|| migration_list(&graph.heads));
        "bases", FieldType::Facts("migration"), "Migrations without a parent.", |graph| graph.complete(|| migration_list(&graph.bases));
        "branches", FieldType::Facts("migration"), "Migrations that are the parent of several.", |graph| graph.complete(|| migration_list(&graph.branches));
        "missing_parents", FieldType::Maps, "Parents and dependencies that no file defines: maps with `migration` and `revision`.", |graph| graph.complete(|| missing(graph));
        "cycles", FieldType::FactLists("migration"), "Migrations that descend from themselves, one list for each circle.", |graph| lists(&graph.cycles);
        "duplicates", FieldType::FactLists("migration"), "Migrations that share one revision, one list for each revision.", |graph| lists(&graph.duplicates);
    },
    queries: &[
        Query {
            name: "labels_of",
            argument: Some("revision"),
            returns: FieldType::Texts,
            about: "The branch labels that hold at `revision`: its own and those of the branch that it is on.",
            run: |fact, revision| {
                let revision = revision.ok_or("labels_of(revision) needs a revision")?;
                let labels = fact.graph().and_then(|graph| graph.labels.get(revision));
                Ok(labels.map_or_else(|| Value::List(Arc::new([])), Value::texts))
            },
        },
        Query {
            name: "migration",
            argument: Some("revision"),
            returns: FieldType::Fact("migration"),
            about: "The migration with this `revision`; null if there is none.",
            run: |fact, revision| {
                let revision = revision.ok_or("migration(revision) needs a revision")?;
                let found = fact.graph().and_then(|graph| graph.migration(revision));
                Ok(found.map_or(Value::Null, |migration| Value::Fact(Fact::Migration(migration.clone()))))
            },
        },
    ],
    subject: &[("name", "name")],
};
