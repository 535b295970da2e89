//! Trees of SQL files: which files the tools run, in what order, which part of a text goes up and which down. The SQL
//! itself is read by `languages::sql`, and no tool is ever run.

mod dialect;
mod discover;
mod flavor;
mod line;
mod name;
mod parts;
mod read;
mod scan;
mod version;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use discover::{discover, holds_migrations, trees_of_files};
pub use parts::Part;
pub use read::migration;

use self::line::Line;
use self::parts::About;
use super::{Tree, VersionLocation};
use crate::model::Known;
use crate::model::facts::Flavor;
use crate::model::operation::Direction;
use crate::model::schema::Dialect;
use crate::sources::files::Found;

/// How a file is read.
pub type Read<'a> = super::alembic::Read<'a>;

/// What only a tree of SQL files has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlTree {
    pub flavor: Flavor,
    pub dialect: Known<Dialect>,
    line: Line,
    /// What files beside migrations say about their transaction, by path of the migration.
    transactions: BTreeMap<Arc<str>, bool>,
}

impl SqlTree {
    fn new(flavor: Flavor, dialect: Known<Dialect>) -> Self {
        Self { flavor, dialect, line: Line::default(), transactions: BTreeMap::new() }
    }

    /// Returns the file that undoes a migration, if it is a file of its own.
    pub fn down_of(&self, path: &str) -> Option<&Arc<str>> {
        self.line.down(path)
    }

    /// Returns the migration that a file undoes, if it is a file of its own.
    pub fn undone_by(&self, path: &str) -> Option<&Arc<str>> {
        self.line.undone_by(path)
    }

    /// Returns whether a migration has a place in the order: repeatable ones have none.
    pub fn is_in_line(&self, path: &str) -> bool {
        self.line.has(path)
    }

    /// Returns the parts of a text: of the migration's own, or of the file that undoes it. The ranges are bytes of the
    /// text.
    pub fn parts(&self, path: &str, text: &str) -> Vec<Part> {
        let about = About {
            flavor: self.flavor,
            dialect: self.dialect.as_known().copied(),
            direction: self.line.direction(path).or_else(|| direction_in(path)),
            transaction: self.transactions.get(path).copied(),
        };
        parts::parts(text, about)
    }
}

/// Returns the direction that the name of a file says by itself: of one that is gone.
fn direction_in(path: &str) -> Option<Direction> {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name {
        "up.sql" => Some(Direction::Upgrade),
        "down.sql" => Some(Direction::Downgrade),
        name if name.ends_with(".up.sql") => Some(Direction::Upgrade),
        name if name.ends_with(".down.sql") => Some(Direction::Downgrade),
        _ => None,
    }
}

/// Returns whether a file is a migration of the tree: one that its tool would run. What only undoes another is none.
pub fn is_version_file(tree: &Tree, path: &str) -> bool {
    let Some(sql) = &tree.sql else { return false };
    path.ends_with(".sql")
        && below(&tree.version_locations, path).is_some_and(|below| name::read(sql.flavor, below).is_some())
        && !sql.line.leaves_out(path)
}

/// Puts the files of each tree in their order, once all files are listed.
pub fn line_up(trees: &mut [Tree], files: &[Found], read: Read<'_>) {
    for tree in trees {
        let Some(sql) = &mut tree.sql else { continue };
        let sql = Arc::make_mut(sql);
        let locations = &tree.version_locations;
        let inside = locations.iter().flat_map(|location| discover::files_in(files, &location.path));
        let members = inside.filter(|found| found.path.ends_with(".sql"));
        let members = members.filter_map(|found| Some((&found.path, below(locations, &found.path)?)));
        sql.line = Line::new(sql.flavor, sql.dialect.as_known().copied(), members);
        sql.transactions = read::transactions(sql, files, read);
    }
}

/// Returns the path of a file below the folder of its tree.
fn below<'a>(locations: &[VersionLocation], path: &'a str) -> Option<&'a str> {
    locations.iter().find_map(|location| {
        let below = match &*location.path {
            "" => path,
            folder => path.strip_prefix(folder)?.strip_prefix('/')?,
        };
        (location.recursive || !below.contains('/')).then_some(below)
    })
}

#[cfg(test)]
mod tests;
