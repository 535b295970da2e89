//! The operations of SQL migrations, read in parallel.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Sources, unfollowed};
use crate::languages::sql::{self, Options, Places};
use crate::model::facts::Migration;
use crate::model::operation::{Action, Direction, Operation};
use crate::model::schema::Dialect;
use crate::sources::migrations::Tree;
use crate::sources::replay::{Follow, Recorder};

/// Operations by path of the migration and direction.
pub(super) struct Scripts(HashMap<(Arc<str>, Direction), Vec<Arc<Operation>>>);

impl Follow for Scripts {
    fn known(&self, migration: &Arc<Migration>, direction: Direction) -> Option<&[Arc<Operation>]> {
        // What goes down in no file does nothing.
        Some(self.0.get(&(migration.file.path.clone(), direction)).map_or(&[], Vec::as_slice))
    }

    fn follow(&mut self, _: &Arc<Migration>, _: Direction, _: &mut Recorder<'_>) {}
}

/// Reads migrations of a graph.
pub(super) fn read<'a>(
    migrations: impl Iterator<Item = &'a Arc<Migration>>,
    tree: &Tree,
    dialect: Dialect,
    sources: &Sources<'_>,
) -> Scripts {
    let migrations: Vec<&Arc<Migration>> = migrations.collect();
    let read: Vec<Vec<(Direction, Vec<Operation>)>> =
        migrations.par_iter().map(|migration| of_migration(migration, tree, dialect, sources)).collect();
    let mut scripts: HashMap<(Arc<str>, Direction), Vec<Arc<Operation>>> = HashMap::new();
    for (migration, parts) in migrations.iter().zip(read) {
        for (direction, operations) in parts {
            let operations = operations.into_iter().map(Arc::new);
            scripts.entry((migration.file.path.clone(), direction)).or_default().extend(operations);
        }
    }
    Scripts(scripts)
}

fn of_migration(
    migration: &Migration,
    tree: &Tree,
    dialect: Dialect,
    sources: &Sources<'_>,
) -> Vec<(Direction, Vec<Operation>)> {
    let mut parts = of_file(&migration.file.path, Direction::Upgrade, tree, dialect, sources);
    if let Some(path) = migration.sql.as_ref().and_then(|sql| sql.down_path.as_ref()) {
        parts.extend(of_file(path, Direction::Downgrade, tree, dialect, sources));
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
