//! Migrations made from a line of text, for the tests of this folder.

use std::sync::Arc;

use crate::model::facts::{Change, File, Migration, Size, Told, Tool};
use crate::model::{Known, Location};
use crate::sources::migrations::Tree;

pub(super) fn tree() -> Tree {
    Tree {
        name: "migrations".into(),
        tool: Tool::Alembic,
        location: Location::file("alembic.ini"),
        version_locations: Vec::new(),
        sql: None,
    }
}

/// Returns the migration `revision < parent parent; depends_on depends_on # label label`, in which `?` is what is not
/// known. The path is `<path>:` before it, or the revision.
pub(super) fn migration(line: &str) -> Arc<Migration> {
    let (path, rest) = line.split_once(':').map_or((None, line), |(path, rest)| (Some(path), rest));
    let (rest, labels) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, dependencies) = rest.split_once(';').unwrap_or((rest, ""));
    let (revision, parents) = rest.split_once('<').unwrap_or((rest, ""));
    let revision = revision.trim();
    let file = File {
        path: format!("versions/{}.py", path.unwrap_or(revision)).into(),
        size: Size::Bytes(0),
        change: Known::Yes(Change::Unchanged),
        text: Known::Yes("".into()),
        calls: Vec::new(),
    };
    let list = |text: &str| match text.trim() {
        "?" => Known::No("it is computed".into()),
        text => Known::Yes(text.split_whitespace().map(Arc::from).collect()),
    };
    Arc::new(Migration {
        file: Arc::new(file),
        tool: Tool::Alembic,
        tree: "migrations".into(),
        revision: if revision == "?" { Known::No("it is computed".into()) } else { Known::Yes(revision.into()) },
        revision_span: None,
        down_revisions: list(parents),
        branch_labels: list(labels),
        depends_on: list(dependencies),
        message: None,
        created: None,
        upgrade: None,
        downgrade: None,
        changes: Told::default(),
        sql: None,
        unparsed: None,
    })
}
