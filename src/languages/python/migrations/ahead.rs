//! Migrations followed ahead, on all cores: most do the same whatever state they meet, and only those that ask about it
//! have to wait for their turn.

use std::collections::HashMap;
use std::num::NonZero;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Collector, Migrations, Ran, STACK};
use crate::languages::python::interpret::Cache;
use crate::model::operation::{Direction, Operation};
use crate::model::schema::Dialect;

/// How many runs share what they import. Not a matter of how many cores there are, so that what is cut off for its size
/// is the same everywhere.
const TOGETHER: usize = 128;

/// What migrations do that ask nothing about the state, by path and direction.
#[derive(Debug, Default)]
pub struct Ahead(HashMap<(Arc<str>, Direction), Vec<Arc<Operation>>>);

impl Ahead {
    /// Returns the operations of a migration, if they are known whatever state it meets.
    pub fn operations(&self, path: &Arc<str>, direction: Direction) -> Option<&[Arc<Operation>]> {
        self.0.get(&(path.clone(), direction)).map(Vec::as_slice)
    }
}

impl Migrations<'_> {
    /// Follows migrations, one way each, without a state.
    pub fn ahead(&self, runs: &[(Arc<str>, Direction)], dialect: Dialect) -> Ahead {
        let (next, found) = (AtomicUsize::new(0), Mutex::new(HashMap::new()));
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
                    if ran != Ran::NoFile && !collector.asked() {
                        let operations = collector.operations.into_iter().map(Arc::new).collect::<Vec<_>>();
                        own.push(((path.clone(), *direction), operations));
                    }
                }
                found.lock().unwrap_or_else(PoisonError::into_inner).extend(own);
            }
        };
        let workers = std::thread::available_parallelism().map_or(1, NonZero::get).min(runs.len().div_ceil(TOGETHER));
        std::thread::scope(|scope| {
            for _ in 0..workers {
                // Where the system grants no thread, every migration waits for its turn.
                let _ = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
            }
        });
        Ahead(found.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}
