//! What migrations do to the schema, as facts: replayed operations with what each of them met.

mod session;

use std::sync::Arc;

use rustc_hash::FxHashMap;
use session::{Began, Exclusive, Pointing, Transaction, left_open};

use super::replay::{Downgrade, Replayed};
use crate::model::Known;
use crate::model::facts::{self, Changes, FaultFact, Flavor, OperationFact, StatementFact};
use crate::model::operation::{Direction, Statement};
use crate::model::schema::Dialect;

/// The server that migrations run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    pub dialect: Dialect,
    /// Its major version, where somebody says it.
    pub version: Option<u32>,
}

/// Tells a migration what it does, once it was replayed: from then on its facts have operations.
pub fn tell(replayed: Replayed, server: Server) {
    let migration = replayed.migration;
    let mut changes = Changes {
        not_restored: not_restored(&replayed.downgrade),
        faults: replayed.faults.into_iter().map(|fault| FaultFact::new(fault, server.dialect, &migration)).collect(),
        ..Changes::default()
    };
    let mut statements: FxHashMap<*const Statement, Arc<StatementFact>> = FxHashMap::default();
    let flavor = migration.sql.as_ref().map(|sql| sql.flavor);
    let sends_one_text = matches!(flavor, Some(Flavor::GolangMigrate | Flavor::Prisma));
    let left_open = left_open(&replayed.operations);
    let pointing = Pointing::of(&replayed.operations);
    let (mut transaction, mut exclusive, mut began) = (Transaction::default(), Exclusive::default(), None);
    let mut direction = Direction::Upgrade;
    for met in replayed.operations {
        if met.operation.direction != direction {
            direction = met.operation.direction;
            (transaction, exclusive, began) = (Transaction::default(), Exclusive::default(), None);
        }
        let statement = met.operation.statement.as_ref().map(|statement| {
            let fact = statements.entry(Arc::as_ptr(statement)).or_insert_with(|| {
                let began = began.get_or_insert_with(|| Began::before(statement, sends_one_text));
                let fact = Arc::new(StatementFact {
                    statement: statement.clone(),
                    direction,
                    server_version: server.version,
                    migration: Arc::downgrade(&migration),
                    number: changes.statements.len(),
                    transaction: began.follow(statement),
                    left_open: left_open.contains(&Arc::as_ptr(statement)),
                });
                changes.statements.push(fact.clone());
                fact
            });
            fact.clone()
        });
        let (held, settings) = (transaction.held(&met.operation), transaction.settings());
        let locked_besides = exclusive.besides(&met, held).filter(|_| server.dialect == Dialect::Postgresql);
        transaction.follow(&met);
        let seen = facts::Seen {
            skipped: met.seen.runs == Known::Yes(false),
            table_created_here: met.seen.table_created_here,
            table_exists: met.seen.table_exists,
            column_before: met.seen.column_before.map(Box::new),
            held,
            locked_besides,
            points_out: pointing.points_out(&met.operation),
            pointed_before: pointing.before(&met.operation),
            settings,
            sets_not_null: met.seen.sets_not_null,
            not_null_checked: met.seen.not_null_checked,
        };
        let faults: Vec<Arc<FaultFact>> =
            met.faults.into_iter().map(|fault| FaultFact::new(fault, server.dialect, &migration)).collect();
        changes.faults.extend(faults.iter().cloned());
        let server = (server.dialect, server.version);
        let migration = Arc::downgrade(&migration);
        changes.operations.push(Arc::new(OperationFact::new(
            met.operation,
            server,
            migration,
            statement,
            seen,
            faults,
        )));
    }
    changes.faults.sort_by(|left, right| {
        let key = |fact: &FaultFact| (fact.fault.at.clone(), fact.fault.direction, fact.fault.kind);
        key(left).cmp(&key(right))
    });
    migration.changes.set(Some(changes));
}

fn not_restored(downgrade: &Downgrade) -> Option<Known<Vec<Arc<str>>>> {
    match downgrade {
        Downgrade::NotTried => None,
        Downgrade::Restores => Some(Known::Yes(Vec::new())),
        Downgrade::Differs(_) => Some(Known::Yes(downgrade.sentences())),
        Downgrade::Unknown(why) => Some(Known::No(why.clone())),
    }
}
