//! Migrations followed ahead, on all cores: most do the same whatever state they meet, and only those that ask about it
//! have to wait for their turn.

use std::collections::HashSet;
use std::num::NonZero;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::{Collector, Migrations, Ran, STACK};
use crate::languages::python::interpret::Cache;
use crate::model::operation::{Direction, Operation};
use crate::model::schema::Dialect;

/// How many runs share what they import. Not a matter of how many cores there are, so that what is cut off for its size
/// is the same everywhere.
const TOGETHER: usize = 128;

/// A migration, by path, and its direction.
type Run = (Arc<str>, Direction);

/// What migrations do that ask nothing about the state.
#[derive(Debug, Default)]
pub struct Ahead {
    /// `None` for those that ask.
    runs: FxHashMap<Run, Option<Vec<Arc<Operation>>>>,
    /// Files that migrations import.
    imported: HashSet<Arc<str>>,
}

impl Ahead {
    /// Returns the operations of a migration, if they are known whatever state it meets.
    pub fn operations(&self, path: &Arc<str>, direction: Direction) -> Option<&[Arc<Operation>]> {
        self.runs.get(&(path.clone(), direction))?.as_deref()
    }

    /// Returns whether a migration was followed.
    pub fn has(&self, run: &Run) -> bool {
        self.runs.contains_key(run)
    }

    /// Forgets what a file does: it is another one now.
    pub fn forget(&mut self, path: &Arc<str>) -> Forgot {
        if self.imported.contains(path) {
            *self = Self::default();
            return Forgot::All;
        }
        for direction in [Direction::Upgrade, Direction::Downgrade] {
            self.runs.remove(&(path.clone(), direction));
        }
        Forgot::One
    }
}

/// What is not known any more when a file is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgot {
    /// What the file itself does.
    One,
    /// What any migration does: some import the file.
    All,
}

impl Migrations<'_> {
    /// Takes note of what was imported by migrations that were not followed ahead.
    pub fn note_imports(&self, ahead: &mut Ahead) {
        ahead.imported.extend(self.cache.read(self.project));
    }

    /// Follows migrations, one way each, without a state, and adds what they do to `ahead`.
    pub fn follow_ahead(&self, runs: &[Run], dialect: Dialect, ahead: &mut Ahead) {
        let (next, found) = (AtomicUsize::new(0), Mutex::new(ahead));
        let project = self.project;
        let work = || {
            loop {
                let start = next.fetch_add(1, Ordering::Relaxed).saturating_mul(TOGETHER);
                let Some(part) = runs.get(start..runs.len().min(start.saturating_add(TOGETHER))) else { return };
                if part.is_empty() {
                    return;
                }
                let migrations = Migrations { project, cache: Rc::new(Cache::new(project)) };
                let mut own = Vec::new();
                for (path, direction) in part {
                    let mut collector = Collector::new(dialect);
                    let ran = migrations.run(path, *direction, &mut collector);
                    let known = ran != Ran::NoFile && !collector.asked();
                    let operations = known.then(|| collector.operations.into_iter().map(Arc::new).collect());
                    own.push(((path.clone(), *direction), operations));
                }
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                found.runs.extend(own);
                found.imported.extend(migrations.cache.read(project));
            }
        };
        let workers = std::thread::available_parallelism().map_or(1, NonZero::get).min(runs.len().div_ceil(TOGETHER));
        std::thread::scope(|scope| {
            for _ in 0..workers {
                // Where the system grants no thread, every migration waits for its turn.
                let _ = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
            }
        });
    }
}
