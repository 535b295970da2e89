//! Migration trees: where they are (`alembic`), and how their migrations hang together (`graph`). What a single
//! migration says is read by `languages`.

pub mod alembic;
pub mod graph;

use std::sync::Arc;

use crate::model::Location;
use crate::model::facts::Tool;

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
}
