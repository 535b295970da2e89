//! Operations: changes of a schema as migrations make them.
//!
//! One vocabulary, whether a change is written as `op.add_column(...)`, as SQL inside `op.execute(...)` or in a `.sql`
//! file. Plain data: `languages` reads operations out of texts, `sources/replay` folds them into a `Schema`.

mod action;
mod fault;
mod lock;
mod statement;
mod write;

use std::sync::Arc;

use super::location::Location;
use super::schema::{Dialect, ObjectName, Part};
use super::value::Known;

pub use action::{Action, AlterColumn, Constraint, ConstraintKind, CreateTable, Data, EnumPosition, ObjectKind, Word};
pub use fault::{Fault, FaultKind};
pub use lock::Lock;
pub use statement::{Statement, StatementKind};
pub use write::Writer;

/// One change of a schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    pub action: Action,
    pub direction: Direction,
    /// The call or the SQL statement that makes it; of an ALTER TABLE the part. For SQL inside a Python string: the
    /// statement inside the string, or the call where the string is computed.
    pub at: Location,
    /// Nothing happens where the object is not there: `IF EXISTS`, `if_exists=True`, `checkfirst=True`.
    pub if_exists: bool,
    /// Nothing happens where the object is there already: `IF NOT EXISTS`, `if_not_exists=True`, `checkfirst=True`, a
    /// handler for `duplicate_object` around it.
    pub if_not_exists: bool,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// In a batch of Alembic's, which on SQLite makes the table anew: there it can do what no statement does.
    pub batch: bool,
    /// What must be so for it to run, outermost first; empty when it always runs.
    pub guards: Vec<Guard>,
    /// Whether it runs inside a transaction.
    pub in_transaction: Known<bool>,
    /// The SQL statement that it is, or is a part of; `None` for a directive of Alembic. Shared by all operations of one
    /// statement: `ALTER TABLE t ADD a int, DROP b` is two.
    pub statement: Option<Arc<Statement>>,
    /// What of it cannot be known: columns made by a function that is not followed, the rest of a batch.
    pub unknown: Vec<OperationUnknown>,
}

/// Whether a migration is applied or undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    Upgrade,
    Downgrade,
}

impl Direction {
    pub const WORDS: &'static [&'static str] = &["upgrade", "downgrade"];

    /// Returns the word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Upgrade => "upgrade",
            Self::Downgrade => "downgrade",
        }
    }
}

/// Something that must be so for an operation to run.
#[derive(Clone, Debug, PartialEq)]
pub enum Guard {
    /// The object is there (`exists`), or is not. Written as `IF NOT EXISTS (SELECT ... FROM pg_type ...)` around it.
    /// `name` is its own; of a column that of its table.
    Object { kind: ObjectKind, name: ObjectName, column: Option<Arc<str>>, exists: bool },
    /// It runs on these dialects only.
    Dialects(Vec<Dialect>),
    /// A condition that only a run can decide, as written.
    Unknown(Arc<str>),
}

/// A part of an operation that cannot be known.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationUnknown {
    /// In a few words, for people: `columns made by make_columns()`.
    pub what: Arc<str>,
    pub part: Part,
}

impl Operation {
    /// Returns an operation that always runs, with nothing special about it.
    pub fn new(action: Action, direction: Direction, at: Location) -> Self {
        Self {
            action,
            direction,
            at,
            if_exists: false,
            if_not_exists: false,
            concurrently: false,
            batch: false,
            guards: Vec::new(),
            in_transaction: Known::Yes(true),
            statement: None,
            unknown: Vec::new(),
        }
    }

    /// Returns whether it depends on something that only a run can decide.
    pub fn conditional(&self) -> bool {
        self.guards.iter().any(|guard| matches!(guard, Guard::Unknown(_)))
    }
}
