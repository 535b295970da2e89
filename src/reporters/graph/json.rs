//! `json`, version 1: stable, for programs. All migrations by path, whatever the limit; what cannot be known is
//! `{"unknown": reason}`. A migration whose revision is not known is named by its path.

use std::io;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::{GraphOptions, changes};
use crate::model::Known;
use crate::model::facts::{Graph, Migration};

/// Writes all trees as one pretty-printed JSON object.
pub(super) fn write(graphs: &[Arc<Graph>], options: &GraphOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let graphs = graphs.iter().map(|graph| GraphObject::new(graph, options)).collect();
    serde_json::to_writer_pretty(&mut *out, &Document { version: 1, graphs })?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    graphs: Vec<GraphObject<'a>>,
}

#[derive(Serialize)]
struct GraphObject<'a> {
    name: &'a str,
    /// The file or folder that declares the tree.
    path: &'a str,
    heads: Or<'a, Vec<String>>,
    bases: Or<'a, Vec<String>>,
    branches: Or<'a, Vec<String>>,
    missing_parents: Or<'a, Vec<Missing<'a>>>,
    cycles: Vec<Vec<String>>,
    duplicates: Vec<Duplicate<'a>>,
    migrations: Vec<MigrationObject<'a>>,
}

impl<'a> GraphObject<'a> {
    fn new(graph: &'a Graph, options: &GraphOptions) -> Self {
        let unknown = graph.unknown.as_deref();
        let missing = graph.missing_parents.iter().map(|missing| Missing {
            revision: &missing.revision,
            needed_by: missing.migration.label(),
            path: &missing.migration.file.path,
        });
        Self {
            name: &graph.name,
            path: &graph.location.path,
            heads: Or::new(unknown, || labels(&graph.heads)),
            bases: Or::new(unknown, || labels(&graph.bases)),
            branches: Or::new(unknown, || labels(&graph.branches)),
            missing_parents: Or::new(unknown, || missing.collect()),
            cycles: graph.cycles.iter().map(|cycle| labels(cycle)).collect(),
            duplicates: graph.duplicates.iter().filter_map(|group| Duplicate::new(group)).collect(),
            migrations: graph
                .migrations
                .iter()
                .map(|migration| MigrationObject {
                    changes: options.changes.then(|| changes::all(migration).map_or_else(Or::Unknown, Or::Known)),
                    ..MigrationObject::new(graph, migration)
                })
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct Missing<'a> {
    revision: &'a str,
    needed_by: String,
    path: &'a str,
}

#[derive(Serialize)]
struct Duplicate<'a> {
    revision: String,
    paths: Vec<&'a str>,
}

impl<'a> Duplicate<'a> {
    fn new(group: &'a [Arc<Migration>]) -> Option<Self> {
        let revision = group.first()?.label();
        Some(Self { revision, paths: group.iter().map(|migration| migration.file.path.as_ref()).collect() })
    }
}

#[derive(Serialize)]
struct MigrationObject<'a> {
    revision: Or<'a, &'a str>,
    path: &'a str,
    down_revisions: Or<'a, &'a [Arc<str>]>,
    depends_on: Or<'a, &'a [Arc<str>]>,
    /// Those that it declares.
    branch_labels: Or<'a, &'a [Arc<str>]>,
    /// Those that hold there, of the branch that it is on too.
    labels: Or<'a, &'a [Arc<str>]>,
    message: Option<&'a str>,
    /// What its upgrade does, in order, where that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Or<'a, Vec<changes::Change>>>,
}

impl<'a> MigrationObject<'a> {
    fn new(graph: &'a Graph, migration: &'a Migration) -> Self {
        let labels = match (&graph.unknown, &migration.revision) {
            (Some(reason), _) | (None, Known::No(reason)) => Or::Unknown(reason),
            (None, Known::Yes(revision)) => Or::Known(graph.labels.get(revision).map_or(&[][..], Vec::as_slice)),
        };
        Self {
            revision: Or::from(&migration.revision, |revision| revision.as_ref()),
            path: &migration.file.path,
            down_revisions: Or::from(&migration.down_revisions, Vec::as_slice),
            depends_on: Or::from(&migration.depends_on, Vec::as_slice),
            branch_labels: Or::from(&migration.branch_labels, Vec::as_slice),
            labels,
            message: migration.message.as_deref(),
            changes: None,
        }
    }
}

/// A value, or why it is not known.
enum Or<'a, T> {
    Known(T),
    Unknown(&'a str),
}

impl<'a, T> Or<'a, T> {
    fn new(unknown: Option<&'a str>, value: impl FnOnce() -> T) -> Self {
        unknown.map_or_else(|| Self::Known(value()), Self::Unknown)
    }

    fn from<V>(known: &'a Known<V>, value: impl FnOnce(&'a V) -> T) -> Self {
        match known {
            Known::Yes(known) => Self::Known(value(known)),
            Known::No(reason) => Self::Unknown(reason),
        }
    }
}

impl<T: Serialize> Serialize for Or<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Unknown(reason) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("unknown", reason)?;
                map.end()
            }
        }
    }
}

fn labels(migrations: &[Arc<Migration>]) -> Vec<String> {
    migrations.iter().map(|migration| migration.label()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{CASES, changed, graph, hostile, render};
    use super::*;

    fn parsed(graphs: &[Arc<Graph>]) -> Value {
        serde_json::from_str(&render(write, graphs, &GraphOptions::default())).expect("valid JSON")
    }

    #[test]
    fn what_revisions_change() {
        let options = GraphOptions { changes: true, ..GraphOptions::default() };
        insta::assert_snapshot!(render(write, &[changed()], &options));
    }

    #[test]
    fn one_of_everything() {
        let wanted = ["everything wrong", "unknown"];
        let cases = CASES.iter().filter(|(name, _)| wanted.contains(name));
        let graphs: Vec<_> = cases.map(|(name, lines)| graph(name, lines)).collect();
        assert_eq!(graphs.len(), wanted.len());
        insta::assert_snapshot!(render(write, &graphs, &GraphOptions::default()));
    }

    #[test]
    fn texts_arrive_as_they_were() {
        let graph = hostile();
        let json = parsed(std::slice::from_ref(&graph));
        for (index, migration) in graph.migrations.iter().enumerate() {
            assert_eq!(json["graphs"][0]["migrations"][index]["message"], json!(migration.message.as_deref()));
        }
        assert_eq!(parsed(&[]), json!({"version": 1, "graphs": []}));
    }
}
