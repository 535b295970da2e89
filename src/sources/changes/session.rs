//! What a migration has done to its session so far: settings that it set, locks that its transaction holds.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::Known;
use crate::model::operation::{Lock, Operation, Statement};
use crate::sources::replay::Seen as Met;

/// The session of a migration.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    /// Settings for the session.
    settings: BTreeSet<Arc<str>>,
    /// Settings until the transaction ends.
    local: BTreeSet<Arc<str>>,
    held: Option<Lock>,
    /// What a statement outside of a transaction holds while its other parts run.
    within: Option<(*const Statement, Lock)>,
}

impl Transaction {
    /// Returns the strongest lock that is held when an operation runs: where each statement is a transaction, by the parts
    /// of its own before it.
    pub(super) fn held(&self, operation: &Operation) -> Option<Lock> {
        if operation.in_transaction != Known::Yes(false) {
            return self.held;
        }
        let statement = operation.statement.as_ref().map(Arc::as_ptr)?;
        self.within.filter(|(of, _)| *of == statement).map(|(_, lock)| lock)
    }

    /// Returns the names of the settings that are in force, sorted.
    pub(super) fn settings(&self) -> Vec<Arc<str>> {
        self.settings.union(&self.local).cloned().collect()
    }

    /// Takes up what an operation does to the session.
    pub(super) fn follow(&mut self, met: &Met) {
        let operation = &met.operation;
        if let Some(statement) = &operation.statement {
            self.follow_statement(statement);
        }
        let outside = operation.in_transaction == Known::Yes(false);
        if outside {
            // What ran in a transaction before is committed.
            self.held = None;
            self.local.clear();
        }
        if met.seen.runs == Known::Yes(false) {
            return;
        }
        // Nobody waits for a table that nobody else can see yet.
        let is_new = met.seen.table_created_here == Some(Known::Yes(true));
        // A table that no migration made was there before them, or everything ends here.
        let is_left_out = operation.if_exists && met.seen.table_exists == Some(Known::Yes(false));
        let lock = Lock::of(&operation.action, operation.concurrently).filter(|_| !is_new && !is_left_out);
        if outside {
            let statement = operation.statement.as_ref().map(Arc::as_ptr);
            let before = self.held(operation);
            self.within = statement.zip(before.max(lock));
            return;
        }
        self.held = self.held.max(lock);
    }

    fn follow_statement(&mut self, statement: &Statement) {
        match &*statement.kind.0 {
            "begin" | "start_transaction" | "commit" | "end" | "rollback" | "abort" => {
                self.held = None;
                self.local.clear();
            }
            "set" => {
                let Some(name) = statement.names.first() else { return };
                let name: Arc<str> = name.to_lowercase().into();
                let resets = statement.value.as_ref().is_some_and(|value| value.eq_ignore_ascii_case("default"));
                let local = statement.words.iter().any(|word| &**word == "local");
                match (resets, local) {
                    (true, _) => {
                        self.settings.remove(&name);
                        self.local.remove(&name);
                    }
                    (false, true) => {
                        self.local.insert(name);
                    }
                    (false, false) => {
                        self.settings.insert(name);
                    }
                }
            }
            "reset" => match statement.names.first() {
                Some(name) if !name.eq_ignore_ascii_case("all") => {
                    let name = name.to_lowercase();
                    self.settings.remove(&*name);
                    self.local.remove(&*name);
                }
                _ => {
                    self.settings.clear();
                    self.local.clear();
                }
            },
            _ => {}
        }
    }
}
