//! SQLAlchemy models, read without importing them.
//!
//! All files of a project are read together ([`link`]): classes take columns from mixins in other files, types from enums, names from constants. What cannot be known is listed in
//! the schema's `unknown`, or unknown in the column; no column is made up and no type guessed.

mod target;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;

use super::interpret::{Interpreter, Project};
use super::source::Source;
use super::sqlalchemy::Reader;
use crate::model::schema::{Origin, Part, Schema, SchemaUnknown};

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Dotted names of the metadata, or of the bases that have them, whose tables are wanted: `app.db:Base`. Without
    /// any: those that the project's `env.py` files name as `target_metadata`, else all.
    pub metadata: Vec<String>,
}

/// What models were read from: whether a file that changed changes them.
#[derive(Clone, Debug, Default)]
pub struct Basis {
    /// Files that were looked into.
    read: HashSet<Arc<str>>,
    /// Folders of migrations.
    environments: Vec<String>,
}

impl Basis {
    /// Returns whether the models rest on a file, as it was or as it is now.
    pub fn rests_on(&self, file: &Source) -> bool {
        self.read.contains(file.path()) || file.environment().is_some() || counts(file, &self.environments)
    }
}

/// Bytes of stack for the reading of a project: classes, imports and calls are followed through each other.
const STACK: usize = 256 << 20;

/// Reads the tables of a project from its files. They are parsed one after the other where that was not done before.
pub fn link(files: Vec<Arc<Source>>, options: &Options) -> (Schema, Basis) {
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || link_here(files, options));
        match reader.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(linked)) => linked,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => (no_thread(), Basis::default()),
        }
    })
}

/// Returns what is known where the system grants no thread: nothing, and it says so.
fn no_thread() -> Schema {
    let mut schema = Schema::empty("models", Origin::Models, None);
    let what = "the system granted no thread to read the models".into();
    schema.unknown.push(SchemaUnknown { what, part: Part::Tables, table: None, at: None });
    schema
}

/// Returns the folders of migrations among some files: those that an `env.py` sets up.
pub fn environments<'a>(files: impl IntoIterator<Item = &'a Arc<Source>>) -> Vec<String> {
    files.into_iter().filter_map(|source| source.environment()).map(ToOwned::to_owned).collect()
}

/// Returns whether a file lies in one of the folders of migrations.
pub fn is_beside_migrations(source: &Source, environments: &[String]) -> bool {
    let within = |folder: &String| {
        let rest = source.path().strip_prefix(folder.as_str());
        !folder.is_empty() && rest.is_some_and(|rest| rest.starts_with('/'))
    };
    environments.iter().any(within)
}

/// Returns whether the tables of a file count: neither migrations and what lies beside them, which describe tables as
/// they once were, nor tests, which make some up. `environments` are the folders of migrations.
fn counts(source: &Source, environments: &[String]) -> bool {
    !is_beside_migrations(source, environments)
        && !source.is_test()
        && source.hints_at_tables()
        && source.module().is_some()
        && !source.is_migration()
}

fn link_here(mut sources: Vec<Arc<Source>>, options: &Options) -> (Schema, Basis) {
    sources.sort_by(|one, two| one.path().cmp(two.path()));
    let environments = environments(&sources);
    let roots: Vec<usize> = (0..sources.len()).filter(|index| counts(&sources[*index], &environments)).collect();
    let project = Project::new(sources);
    let interpreter = Interpreter::new(&project);
    for root in &roots {
        interpreter.read_module(*root);
    }
    let mut reader = Reader::new(&interpreter);
    reader.read();
    let wanted = target::wanted(&reader, options);
    let schema = reader.finish(wanted.as_deref());
    (schema, Basis { read: interpreter.shared(), environments })
}

/// Reads the tables of a project from the texts of its files; a file that is no Python is as if it were not there.
pub fn read(files: impl IntoIterator<Item = (Arc<str>, Arc<str>)>, options: &Options) -> Schema {
    link(files.into_iter().map(|(path, text)| Arc::new(Source::new(path, text))).collect(), options).0
}
