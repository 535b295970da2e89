//! What SQLAlchemy remembers while migrations run.

use rustc_hash::FxHashSet;

use super::fold::Replayed;
use crate::model::Known;
use crate::model::operation::{Action, Direction, FaultKind};
use crate::model::schema::ObjectName;

/// The enum types that were made along with a table. SQLAlchemy remembers them while migrations run, and makes none of
/// them again for a later table: that is an error only where the earlier migration ran before. What later migrations were
/// built upon ran where it had to.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    made: FxHashSet<ObjectName>,
    /// In the order in which they were made.
    order: Vec<ObjectName>,
}

impl Remembered {
    /// Takes note of what a migration made, and takes away faults that are none. `followed` says that others follow it,
    /// or depend on it.
    pub fn take(&mut self, replayed: &mut Replayed, followed: bool) {
        for position in 0..replayed.operations.len() {
            let operation = replayed.operations[position].operation.clone();
            let Action::CreateEnum { name: Known::Yes(name), .. } = &operation.action else { continue };
            let with_table = operation.direction == Direction::Upgrade
                && operation.statement.is_none()
                && replayed.operations[position..].iter().any(|seen| {
                    matches!(seen.operation.action, Action::CreateTable(_)) && seen.operation.at == operation.at
                });
            if !with_table {
                continue;
            }
            if self.made.insert(name.clone()) {
                self.order.push(name.clone());
            } else if followed {
                replayed.operations[position].faults.retain(|fault| fault.kind != FaultKind::EnumExists);
            }
        }
    }

    /// Returns how much there is to remember.
    pub const fn mark(&self) -> usize {
        self.order.len()
    }

    /// Forgets what came after a mark.
    pub fn rewind(&mut self, mark: usize) {
        for name in self.order.drain(mark..) {
            self.made.remove(&name);
        }
    }
}
