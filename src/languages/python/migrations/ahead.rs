//! Migrations followed ahead, on all cores: most do the same whatever state they meet, and only those that ask about it
//! have to wait for their turn.

use std::collections::HashSet;
use std::num::NonZero;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::{Collector, Library, Migrations, Ran, STACK};
use crate::languages::python::interpret::{Cache, Project};
use crate::model::operation::{Direction, Operation};
use crate::model::schema::Dialect;

/// How many runs share what they import. Not a matter of how many cores there are, so that what is cut off for its size
/// is the same everywhere.
pub const TOGETHER: usize = 128;

/// A migration, by path, and its direction.
pub type Run = (Arc<str>, Direction);

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

    /// Takes up what was found out of some runs.
    pub fn add(&mut self, runs: impl IntoIterator<Item = Run>, part: Part) {
        self.runs.extend(runs.into_iter().zip(part.operations));
        self.imported.extend(part.imported);
    }

    /// Takes note of files that were imported by migrations that were not followed ahead.
    pub fn note_imported(&mut self, files: HashSet<Arc<str>>) {
        self.imported.extend(files);
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
    /// Returns the files that were imported by migrations that were not followed ahead.
    pub fn imported(&self) -> HashSet<Arc<str>> {
        self.cache.read(self.project)
    }

    /// Follows migrations, one way each and one after the other, without a state, while `meanwhile` asks for what they
    /// do; adds it to `ahead`.
    pub fn follow_ahead<T>(
        &self,
        runs: &[Run],
        dialect: Dialect,
        ahead: &mut Ahead,
        meanwhile: impl FnOnce(&Coming<'_>) -> T,
    ) -> T {
        let project = self.project;
        let groups = runs.len().div_ceil(TOGETHER);
        let coming = Coming {
            earlier: ahead,
            runs,
            follow: &|runs| follow(project, runs, dialect),
            parts: (0..groups).map(|_| OnceLock::new()).collect(),
            places: runs.iter().enumerate().map(|(place, (path, way))| ((&**path, *way), place)).collect(),
        };
        let next = AtomicUsize::new(0);
        let work = || {
            while let group = next.fetch_add(1, Ordering::Relaxed)
                && group < groups
            {
                coming.part(group);
            }
        };
        // A single group is followed by who asks for it, as all are where the system grants no thread.
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let workers = if groups > 1 { cores.min(groups) } else { 0 };
        let told = std::thread::scope(|scope| {
            for _ in 0..workers {
                let _ = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
            }
            meanwhile(&coming)
        });
        for (part, runs) in coming.parts.into_iter().zip(runs.chunks(TOGETHER)) {
            let Some(part) = part.into_inner() else { continue };
            ahead.add(runs.iter().cloned(), part);
        }
        told
    }
}

/// What migrations do, by and by.
pub struct Coming<'a> {
    /// What is known since an earlier run.
    earlier: &'a Ahead,
    /// In the order in which they are wanted.
    runs: &'a [Run],
    follow: &'a (dyn Fn(&[Run]) -> Part + Sync),
    /// By group.
    parts: Vec<OnceLock<Part>>,
    places: FxHashMap<(&'a str, Direction), usize>,
}

/// What the runs of one group do.
#[derive(Clone, Debug)]
pub struct Part {
    /// `None` for those that ask something about the state.
    operations: Vec<Option<Vec<Arc<Operation>>>>,
    imported: HashSet<Arc<str>>,
}

impl Part {
    /// Returns the operations of a run, if they are known whatever state it meets.
    pub fn operations(&self, run: usize) -> Option<&[Arc<Operation>]> {
        self.operations[run].as_deref()
    }
}

impl Library {
    /// Finds out what some runs do that share what they import, without a state. Takes a stack of [`STACK`] bytes.
    pub fn follow_together(&self, runs: &[Run], dialect: Dialect) -> Part {
        follow(&self.0, runs, dialect)
    }
}

impl Coming<'_> {
    /// Returns the operations of a migration, if they are known whatever state it meets; waits for them.
    pub fn operations(&self, path: &Arc<str>, direction: Direction) -> Option<&[Arc<Operation>]> {
        match self.places.get(&(&**path, direction)) {
            Some(place) => self.part(place / TOGETHER).operations[place % TOGETHER].as_deref(),
            None => self.earlier.operations(path, direction),
        }
    }

    /// Returns what a group does. Who asks first follows it; others wait.
    fn part(&self, group: usize) -> &Part {
        let runs = || &self.runs[group * TOGETHER..self.runs.len().min((group + 1) * TOGETHER)];
        self.parts[group].get_or_init(|| (self.follow)(runs()))
    }
}

fn follow(project: &Project, runs: &[Run], dialect: Dialect) -> Part {
    let migrations = Migrations { project, cache: Rc::new(Cache::new(project)) };
    let operations = runs.iter().map(|(path, direction)| {
        let mut collector = Collector::new(dialect);
        let ran = migrations.run(path, *direction, &mut collector);
        let known = ran != Ran::NoFile && !collector.asked();
        known.then(|| collector.operations.into_iter().map(Arc::new).collect())
    });
    let operations = operations.collect();
    Part { operations, imported: migrations.cache.read(project) }
}
