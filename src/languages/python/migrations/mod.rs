//! Migrations of Alembic, run without running them: the body of `upgrade()` or `downgrade()` is followed statement by
//! statement, and what it asks `op` to do becomes operations.
//!
//! What the code asks of the database is answered from the state so far ([`Session`]). What depends on data or on the
//! environment is unknown, with its place and reason, and taints only what it touches.

mod ahead;
mod arguments;
mod catalogue;
mod declared;
mod described;
mod directives;
mod enums;
mod execute;
mod handles;
mod holes;
mod inspector;
mod literal;
mod machine;
mod objects;
mod outside;
mod reflected;
mod session;
mod sql;
#[cfg(test)]
mod tests;

use std::rc::Rc;
use std::sync::Arc;

use super::interpret::{Cache, Interpreter, Project};
use super::source::Source;
use crate::model::operation::Direction;
use machine::Machine;

pub use super::interpret::ENDS_IN_ERROR;
pub use ahead::{Ahead, Coming, Forgot, Part, Run, TOGETHER};
pub use session::{Collector, Session};

/// Bytes of stack for the running of migrations: calls and imports are followed through each other.
pub const STACK: usize = 256 << 20;

/// The Python of a project, in which its migrations are found.
#[derive(Clone, Debug)]
pub struct Library(Project);

impl Library {
    /// Makes one of the files of a project.
    pub fn new(mut files: Vec<Arc<Source>>) -> Self {
        files.sort_by(|one, two| one.path().cmp(two.path()));
        Self(Project::new(files))
    }

    /// Returns the same with other sources for some files, which may hold the syntax that those here do not.
    pub fn with(&self, sources: impl IntoIterator<Item = Arc<Source>>) -> Self {
        Self(self.0.with(sources))
    }

    /// Returns the same with places for other sources of some files.
    pub fn with_places<'p>(&self, paths: impl IntoIterator<Item = &'p Arc<str>>) -> Self {
        Self(self.0.with_places(paths))
    }

    /// Lends another source for a file that has a place for one.
    pub fn lend(&self, source: &Arc<Source>) {
        self.0.lend(source);
    }

    /// Returns the migrations of the project, for a thread with a stack of [`STACK`] bytes.
    pub fn migrations(&self) -> Migrations<'_> {
        Migrations { project: &self.0, cache: Rc::new(Cache::new(&self.0)) }
    }

    /// Returns the paths of its files, in order.
    pub fn paths(&self) -> impl Iterator<Item = &Arc<str>> {
        (0..self.0.len()).map(|file| self.0.path(file))
    }

    /// Returns the file with a path.
    pub fn file(&self, path: &str) -> Option<&Source> {
        self.0.file(path).map(|file| self.0.source(file))
    }

    /// Puts a file in the place of the one with its path, or takes that away. Returns whether that could be done: one that
    /// was never there has no place.
    pub fn put(&mut self, path: &Arc<str>, file: Option<Arc<Source>>) -> bool {
        self.0.put(path, file)
    }

    /// Calls `work` with the migrations of the project, on a thread with a deep stack. `None` where the system grants none.
    pub fn read<T: Send>(&self, work: impl FnOnce(&Migrations<'_>) -> T + Send) -> Option<T> {
        let here = || work(&self.migrations());
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, here).ok()?;
            match thread.join() {
                Ok(result) => Some(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }
}

/// The migrations of a project. What they import is read once and kept.
pub struct Migrations<'a> {
    project: &'a Project,
    cache: Rc<Cache<'a>>,
}

/// What came of running a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// Its function ran.
    Function,
    /// It has no such function.
    Missing,
    /// The project has no such file, or it is no Python.
    NoFile,
}

impl Migrations<'_> {
    /// Runs one way of the migration with this path: each operation is given to the session as it happens.
    ///
    /// Guards are conditions as written in the source; one of an `else` is `not (...)`. A run is bounded in steps, depth
    /// and turns of loops: what is cut off is an `Action::Unknown` with its place.
    pub fn run(&self, path: &str, direction: Direction, session: &mut dyn Session) -> Ran {
        let Some(file) = self.project.file(path).filter(|file| self.project.module(*file).is_some()) else {
            return Ran::NoFile;
        };
        let machine = Machine::new(session, direction);
        let interpreter = Interpreter::running(self.project, &self.cache, file, &machine);
        if interpreter.run_function(direction.name()) { Ran::Function } else { Ran::Missing }
    }
}
