//! The operations of SQL migrations, read in parallel and ahead of who follows them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::{Sources, unfollowed};
use crate::languages::sql::{self, Options, Places};
use crate::model::facts::{Graph, Migration};
use crate::model::operation::{Action, Direction, Operation};
use crate::model::schema::Dialect;
use crate::sources::migrations::Tree;

/// The operations of a migration, by direction.
type Parts = Vec<(Direction, Vec<Operation>)>;

/// What the migrations of a graph do, read ahead in the order in which they run while somebody follows them.
pub(super) struct Scripts<'a> {
    graph: &'a Graph,
    read: &'a (dyn Fn(&Migration) -> Parts + Sync),
    /// By place in the graph; what was taken is gone.
    parts: Vec<OnceLock<Mutex<Parts>>>,
    places: HashMap<&'a str, usize>,
}

impl Scripts<'_> {
    /// Takes the operations of a migration.
    pub(super) fn take(&self, migration: &Migration, direction: Direction) -> Vec<Operation> {
        let Some(place) = self.places.get(&*migration.file.path) else { return Vec::new() };
        let mut parts = self.get(*place).lock().unwrap_or_else(PoisonError::into_inner);
        let parts = parts.iter_mut().filter(|(of, _)| *of == direction);
        let mut taken = parts.map(|(_, operations)| std::mem::take(operations));
        let mut operations = taken.next().unwrap_or_default();
        operations.extend(taken.flatten());
        operations
    }

    /// Returns what the migration at this place does. Who asks first reads it; others wait.
    fn get(&self, place: usize) -> &Mutex<Parts> {
        self.parts[place].get_or_init(|| Mutex::new((self.read)(&self.graph.migrations[place])))
    }
}

/// Follows the migrations of a graph while all cores read what comes next.
pub(super) fn follow<T>(
    (graph, tree, dialect): (&Graph, &Tree, Dialect),
    sources: &Sources<'_>,
    follow: impl FnOnce(&Scripts<'_>) -> T,
) -> T {
    let migrations = &graph.migrations;
    let scripts = Scripts {
        graph,
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
        follow(&scripts)
    })
}

fn of_migration(migration: &Migration, tree: &Tree, dialect: Dialect, sources: &Sources<'_>) -> Parts {
    let mut parts = of_file(&migration.file.path, Direction::Upgrade, tree, dialect, sources);
    if let Some(path) = migration.sql.as_ref().and_then(|sql| sql.down_path.as_ref()) {
        parts.extend(of_file(path, Direction::Downgrade, tree, dialect, sources));
    }
    parts
}

fn of_file(path: &Arc<str>, direction: Direction, tree: &Tree, dialect: Dialect, sources: &Sources<'_>) -> Parts {
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
