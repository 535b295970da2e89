//! Facts that are alike: the same in a few fields of words and flags, which rules ask for first and which cost next to
//! nothing to compare. What a rule says of one by these fields alone, it says of all that are like it.

use std::sync::Arc;

use super::operation::OperationFact;
use super::statement::StatementFact;
use super::{Fact, Kind, operation, statement};
use crate::model::operation::{Action, ConstraintKind, Direction, Lock};
use crate::model::schema::Dialect;
use crate::model::value::Known;

/// What is the same in facts that are alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Likeness {
    Operation(OperationLikeness),
    Statement { kind: Arc<str>, dialect: Dialect, direction: Direction, server_version: Option<u32> },
}

/// What is the same in operations that are alike. A flag that is not known is `None`, whatever the reason.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OperationLikeness {
    action: &'static str,
    direction: Direction,
    dialect: Dialect,
    server_version: Option<u32>,
    lock: Option<Lock>,
    held: Option<Lock>,
    concurrently: bool,
    in_transaction: Option<bool>,
    not_valid: bool,
    table_created_here: Option<Option<bool>>,
    constraint_type: Option<ConstraintKind>,
    /// One bit for each word.
    changes: u8,
}

impl Likeness {
    /// Returns what a fact is like; `None` for kinds whose facts are told apart by more than words and flags.
    pub fn of(fact: &Fact) -> Option<Self> {
        match fact {
            Fact::Operation(fact) => Some(Self::Operation(OperationLikeness::of(fact))),
            Fact::Statement(fact) => Some(Self::of_statement(fact)),
            _ => None,
        }
    }

    /// Returns the names of the fields that have the same value in all facts of a kind that are alike, or are unknown in
    /// all of them.
    pub fn fields(kind: &Kind) -> &'static [&'static str] {
        if kind.name == operation::KIND.name {
            &[
                "action",
                "direction",
                "dialect",
                "server_version",
                "lock",
                "held_lock",
                "concurrently",
                "in_transaction",
                "not_valid",
                "table_created_here",
                "constraint_type",
                "changes",
            ]
        } else if kind.name == statement::KIND.name {
            &["kind", "dialect", "direction", "server_version"]
        } else {
            &[]
        }
    }

    fn of_statement(fact: &StatementFact) -> Self {
        Self::Statement {
            kind: fact.statement.kind.0.clone(),
            dialect: fact.statement.dialect,
            direction: fact.direction,
            server_version: fact.server_version,
        }
    }
}

impl OperationLikeness {
    fn of(fact: &OperationFact) -> Self {
        let operation = &fact.operation;
        let changes = operation::changed(fact).into_iter().enumerate();
        Self {
            action: operation.action.name(),
            direction: operation.direction,
            dialect: fact.dialect,
            server_version: fact.server_version,
            lock: operation::lock_of(fact),
            held: fact.seen.held,
            concurrently: operation.concurrently,
            in_transaction: operation.in_transaction.as_known().copied(),
            not_valid: matches!(operation.action, Action::AddConstraint { not_valid: true, .. }),
            table_created_here: fact.seen.table_created_here.as_ref().map(|here| Known::as_known(here).copied()),
            constraint_type: operation::constraint_kind(fact),
            changes: changes.fold(0, |bits, (bit, (_, changed))| bits | u8::from(changed) << bit),
        }
    }
}
