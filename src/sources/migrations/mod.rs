//! Migration trees: where they are (`alembic`, `sql`), and how their migrations hang together (`graph`). What a single
//! migration says is read by `languages`.

pub mod alembic;
pub mod graph;
pub mod sql;

use std::sync::Arc;

use crate::model::facts::{Flavor, Tool};
use crate::model::schema::Dialect;
use crate::model::{Location, Problem};
use crate::sources::files::{Found, Root};

/// A tree of migrations: the folders that one tool runs together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// The folder of the tree, relative to the root (Alembic's `script_location`), `.` for the root itself; told apart
    /// by its version folder or section where several trees share it. Unique among the trees of a run.
    pub name: Arc<str>,
    pub tool: Tool,
    /// The line that declares it, or its folder.
    pub location: Location,
    /// Where its migrations lie.
    pub version_locations: Vec<VersionLocation>,
    /// What only a tree of SQL files has.
    pub sql: Option<Arc<sql::SqlTree>>,
}

/// A folder of migrations.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionLocation {
    /// Relative to the root, with `/`; empty for the root itself.
    pub path: Arc<str>,
    /// Whether folders below count too.
    pub recursive: bool,
}

/// A tree that the user names in lawbook.yml.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configured {
    /// A script folder, a folder of migrations, an alembic.ini or a pyproject.toml; relative to the root.
    pub path: Arc<str>,
    /// Where it is named.
    pub at: Location,
    /// The tool, where it is named too.
    pub tool: Option<Tool>,
    pub flavor: Option<Flavor>,
    pub dialect: Option<Dialect>,
}

/// Finds all trees of the project, by name. With `configured` paths these are the trees. `files` are those of the
/// project, by path.
pub fn discover(
    root: &Root,
    files: &[Found],
    read: alembic::Read<'_>,
    configured: &[Configured],
) -> (Vec<Tree>, Vec<Problem>) {
    let is_sql = |one: &&Configured| match one.tool {
        Some(tool) => tool == Tool::Sql,
        None => sql::holds_migrations(files, read, &one.path),
    };
    let (of_sql, others): (Vec<&Configured>, Vec<&Configured>) = configured.iter().partition(is_sql);
    let others: Vec<Configured> = others.into_iter().cloned().collect();
    let (mut trees, mut problems) = if of_sql.is_empty() || !others.is_empty() {
        alembic::discover(root, files, read, &others)
    } else {
        (Vec::new(), Vec::new())
    };
    if others.is_empty() || !of_sql.is_empty() {
        let (more, found) = sql::discover(files, read, &of_sql, &trees);
        trees.extend(more);
        problems.extend(found);
    }
    trees.sort_by(|left, right| left.name.cmp(&right.name));
    (trees, problems)
}

/// Returns whether a file, given relative to the root, is a migration of the tree.
pub fn is_version_file(tree: &Tree, path: &str) -> bool {
    match tree.tool {
        Tool::Alembic => alembic::is_version_file(tree, path),
        Tool::Sql => sql::is_version_file(tree, path),
    }
}
