//! What a migration has done to its session so far: settings that it set, locks that its transaction holds.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::Known;
use crate::model::facts::TransactionOf;
use crate::model::operation::{Action, Constraint, Direction, Lock, Operation, Statement};
use crate::model::schema::{ForeignKey, ObjectName};
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

/// The tables that a migration has kept from everybody else so far.
#[derive(Debug, Default)]
pub(super) struct Exclusive {
    /// The first of those that its transaction still holds.
    first: Option<Arc<str>>,
    /// The line on which each was locked first, and what was locked besides then.
    locked: FxHashMap<Arc<str>, (Option<u32>, Besides)>,
    /// Why it is not known which tables there are.
    unknown: Option<Arc<str>>,
}

/// The first other table that a transaction holds already.
type Besides = Option<Known<Arc<str>>>;

impl Exclusive {
    /// Takes up what an operation locks; returns the first other table that its transaction holds already.
    pub(super) fn besides(&mut self, met: &Met, held: Option<Lock>) -> Besides {
        let operation = &met.operation;
        let name = match operation.action.table()? {
            Known::Yes(name) => name,
            Known::No(why) => return Some(Known::No(self.unknown.get_or_insert_with(|| why.clone()).clone())),
        };
        if Lock::of(&operation.action, operation.concurrently) != Some(Lock::AccessExclusive) {
            return None;
        }
        if held.is_none() {
            self.first = None;
        }
        let name: Arc<str> = name.to_string().into();
        let line = operation.at.span.map(|span| span.line);
        let besides = match self.locked.get(&name) {
            // Another part of the same statement.
            Some((first, besides)) if *first == line => besides.clone(),
            Some((_, unknown @ Some(Known::No(_)))) => unknown.clone(),
            Some(_) => None,
            None => self.unknown.clone().map(Known::No).or_else(|| self.first.clone().map(Known::Yes)),
        };
        match &met.seen.table_created_here {
            Some(Known::Yes(true)) => {}
            Some(Known::No(why)) => {
                self.unknown.get_or_insert_with(|| why.clone());
            }
            _ => {
                self.locked.entry(name.clone()).or_insert_with(|| (line, besides.clone()));
                self.first.get_or_insert(name);
            }
        }
        besides
    }
}

/// Where a migration makes tables that point to others which it does not make: these are locked.
#[derive(Debug, Default)]
pub(super) struct Pointing {
    /// The first line, by direction.
    first: FxHashMap<Direction, u32>,
    made: FxHashSet<ObjectName>,
}

impl Pointing {
    pub(super) fn of(operations: &[Met]) -> Self {
        let tables = || {
            operations.iter().filter_map(|met| match &met.operation.action {
                Action::CreateTable(create) => Some((&met.operation, create)),
                _ => None,
            })
        };
        let mut pointing = Self::default();
        if operations.iter().all(|met| foreign_keys(&met.operation).is_empty()) {
            return pointing;
        }
        pointing.made = tables().filter_map(|(_, create)| create.name.as_known().cloned()).collect();
        for (operation, _) in tables() {
            let Some(span) = operation.at.span else { continue };
            if pointing.points_out(operation) {
                let first = pointing.first.entry(operation.direction).or_insert(span.line);
                *first = span.line.min(*first);
            }
        }
        pointing
    }

    /// Returns whether an operation adds foreign keys to tables that the migration does not make.
    pub(super) fn points_out(&self, operation: &Operation) -> bool {
        foreign_keys(operation).iter().any(|key| !self.made.contains(&key.table))
    }

    /// Returns whether the transaction of an operation made such a table before.
    pub(super) fn before(&self, operation: &Operation) -> Known<bool> {
        let line = operation.at.span.map_or(0, |span| span.line);
        match self.first.get(&operation.direction) {
            Some(first) if *first < line => operation.in_transaction.clone(),
            _ => Known::Yes(false),
        }
    }
}

/// Returns the foreign keys that an operation adds with a table, or by themselves.
fn foreign_keys(operation: &Operation) -> &[ForeignKey] {
    match &operation.action {
        Action::CreateTable(create) => &create.table.foreign_keys,
        Action::AddConstraint { constraint, .. } => match &**constraint {
            Constraint::ForeignKey(key) => std::slice::from_ref(key),
            _ => &[],
        },
        _ => &[],
    }
}

/// Whose transaction statements run in.
#[derive(Debug)]
pub(super) struct Began {
    by: Option<TransactionOf>,
}

impl Began {
    /// Returns what is so before the first statement of one direction.
    pub(super) fn before(first: &Statement, sends_one_text: bool) -> Self {
        // The transaction that PostgreSQL makes of one text gives way to BEGIN.
        let by_tool = !sends_one_text && first.in_transaction == Known::Yes(true);
        Self { by: by_tool.then_some(TransactionOf::Tool) }
    }

    /// Takes a statement up; returns whose transaction it runs in.
    pub(super) fn follow(&mut self, statement: &Statement) -> Option<TransactionOf> {
        let by = self.by;
        match &*statement.kind.0 {
            "begin" => self.by = self.by.or(Some(TransactionOf::Own)),
            "commit" | "rollback" => self.by = chains(statement).then_some(TransactionOf::Own),
            _ => {}
        }
        by
    }
}

fn chains(statement: &Statement) -> bool {
    statement.words.iter().any(|word| &**word == "chain")
}

/// Returns the statements that begin a transaction which nothing ends: at most one for each direction.
pub(super) fn left_open(operations: &[Met]) -> Vec<*const Statement> {
    let mut open: Vec<*const Statement> = Vec::new();
    for direction in [Direction::Upgrade, Direction::Downgrade] {
        let mut begun = None;
        for met in operations.iter().filter(|met| met.operation.direction == direction) {
            let Some(statement) = &met.operation.statement else { continue };
            match &*statement.kind.0 {
                "begin" => begun = Some(Arc::as_ptr(statement)),
                "commit" | "rollback" | "prepare_transaction" if !chains(statement) => begun = None,
                _ => {}
            }
        }
        open.extend(begun);
    }
    open
}
