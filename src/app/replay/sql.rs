//! The operations of SQL migrations, read in parallel and ahead of who follows them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::{Sources, unfollowed};
use crate::languages::sql::{self, Options, Places};
use crate::model::facts::Migration;
use crate::model::operation::{Action, Direction, Operation};
use crate::model::schema::Dialect;
use crate::sources::migrations::Tree;
use crate::sources::replay::{Follow, Recorder};

/// The operations of a migration.
#[derive(Default)]
struct Parts {
    up: Vec<Arc<Operation>>,
    down: Vec<Arc<Operation>>,
}

impl Parts {
    fn of(&self, direction: Direction) -> &[Arc<Operation>] {
        if direction == Direction::Upgrade { &self.up } else { &self.down }
    }

    fn extend(&mut self, direction: Direction, operations: Vec<Operation>) {
        let part = if direction == Direction::Upgrade { &mut self.up } else { &mut self.down };
        part.extend(operations.into_iter().map(Arc::new));
    }
}

/// What migrations of a graph do, read ahead in the order in which they run while somebody follows them.
pub(super) struct Scripts<'a> {
    migrations: &'a [Arc<Migration>],
    read: &'a (dyn Fn(&Migration) -> Parts + Sync),
    /// By place among the migrations.
    parts: Vec<OnceLock<Parts>>,
    places: FxHashMap<&'a str, usize>,
}

impl Scripts<'_> {
    /// Returns what the migration at this place does. Who asks first reads it; others wait.
    fn get(&self, place: usize) -> &Parts {
        self.parts[place].get_or_init(|| (self.read)(&self.migrations[place]))
    }
}

impl Follow for &Scripts<'_> {
    fn is_blind(&self) -> bool {
        true
    }

    fn known(&self, migration: &Arc<Migration>, direction: Direction) -> Option<&[Arc<Operation>]> {
        Some(self.get(*self.places.get(&*migration.file.path)?).of(direction))
    }

    /// Reads one that nobody thought would be needed.
    fn follow(&mut self, migration: &Arc<Migration>, direction: Direction, recorder: &mut Recorder<'_>) {
        let parts = (self.read)(migration);
        parts.of(direction).iter().for_each(|operation| recorder.apply(operation.clone()));
    }
}

/// Follows migrations of a graph while all cores read what comes next.
pub(super) fn follow<T>(
    migrations: &[Arc<Migration>],
    (tree, dialect): (&Tree, Dialect),
    sources: &Sources<'_>,
    follow: impl FnOnce(&mut &Scripts<'_>) -> T,
) -> T {
    let scripts = Scripts {
        migrations,
        read: &|migration| of_migration(migration, tree, dialect, sources),
        parts: migrations.iter().map(|_| OnceLock::new()).collect(),
        places: migrations.iter().enumerate().map(|(place, migration)| (&*migration.file.path, place)).collect(),
    };
    let next = AtomicUsize::new(0);
    rayon::in_place_scope(|scope| {
        for _ in 0..rayon::current_num_threads().min(migrations.len()) {
            scope.spawn(|_| {
                // One after the other, so that those that are wanted first are there first.
                while let place = next.fetch_add(1, Ordering::Relaxed)
                    && place < migrations.len()
                {
                    scripts.get(place);
                }
            });
        }
        follow(&mut &scripts)
    })
}

fn of_migration(migration: &Migration, tree: &Tree, dialect: Dialect, sources: &Sources<'_>) -> Parts {
    let mut parts = Parts::default();
    let down = migration.sql.as_ref().and_then(|sql| sql.down_path.as_ref());
    let files = [(Some(&migration.file.path), Direction::Upgrade), (down, Direction::Downgrade)];
    for (path, direction) in files.into_iter().filter_map(|(path, direction)| Some((path?, direction))) {
        for (direction, operations) in of_file(path, direction, tree, dialect, sources) {
            parts.extend(direction, operations);
        }
    }
    parts
}

fn of_file(
    path: &Arc<str>,
    direction: Direction,
    tree: &Tree,
    dialect: Dialect,
    sources: &Sources<'_>,
) -> Vec<(Direction, Vec<Operation>)> {
    let Some(tree) = &tree.sql else { return Vec::new() };
    let text = (sources.read)(path)
        .map_err(|problem| problem.message)
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "not UTF-8 text".to_owned()));
    let text = match text {
        Ok(text) => text,
        Err(why) => {
            return vec![(direction, vec![unfollowed(path, direction, &why)])];
        }
    };
    let parts = tree.parts(path, &text).into_iter().map(|part| {
        let options = Options {
            direction: part.direction,
            in_transaction: part.transaction.clone(),
            range: Some(part.range.clone()),
            places: Places::File(path.clone()),
        };
        let script = sql::read(&text, dialect, &options);
        let operations = script.statements.into_iter().flat_map(|statement| {
            if !statement.operations.is_empty() {
                return statement.operations;
            }
            // Every statement is an operation, also one that changes nothing.
            let mut operation = Operation::new(Action::Execute, part.direction, statement.statement.at.clone());
            operation.in_transaction = statement.statement.in_transaction.clone();
            operation.statement = Some(statement.statement);
            vec![operation]
        });
        (part.direction, operations.collect::<Vec<_>>())
    });
    parts.collect()
}
