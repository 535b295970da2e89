//! Graphs of migrations folded: the order, what each operation met, and what a downgrade leaves behind.

mod again;
mod fold;
mod order;

use std::sync::Arc;

use crate::model::facts::{Body, Change, File, Graph, Migration, Size, Told, Tool};
use crate::model::{Known, Location, Span};
use crate::sources::migrations::{Tree, graph};

/// Returns the graph of migrations, one a line: `revision < parent parent; depends_on # label`.
fn graph_of(lines: &[&str]) -> Graph {
    let tree = Tree {
        name: "migrations".into(),
        tool: Tool::Alembic,
        location: Location::file("alembic.ini"),
        version_locations: Vec::new(),
        sql: None,
    };
    graph::build(&tree, lines.iter().map(|line| migration(line)).collect())
}

fn migration(line: &str) -> Arc<Migration> {
    let (rest, labels) = line.split_once('#').unwrap_or((line, ""));
    let (rest, dependencies) = rest.split_once(';').unwrap_or((rest, ""));
    let (revision, parents) = rest.split_once('<').unwrap_or((rest, ""));
    let revision = revision.trim();
    let file = File {
        path: format!("versions/{revision}.py").into(),
        size: Size::Bytes(0),
        change: Known::Yes(Change::Unchanged),
        text: Known::Yes("".into()),
        calls: Vec::new(),
    };
    let list = |text: &str| match text.trim() {
        "?" => Known::No("it is computed".into()),
        text => Known::Yes(text.split_whitespace().map(Arc::from).collect()),
    };
    let body = Body { span: Span::at(1, 1), empty: false, raises: false };
    Arc::new(Migration {
        file: Arc::new(file),
        tool: Tool::Alembic,
        tree: "migrations".into(),
        revision: Known::Yes(revision.into()),
        revision_span: None,
        down_revisions: list(parents),
        branch_labels: list(labels),
        depends_on: list(dependencies),
        message: None,
        created: None,
        upgrade: Some(body.clone()),
        downgrade: Some(body),
        changes: Told::default(),
        sql: None,
        unparsed: None,
    })
}
