//! The schema as a migration sees it while it runs.

use std::sync::Arc;

use crate::model::operation::Operation;
use crate::model::schema::{Dialect, ObjectName, Part, Schema};

/// What a migration runs against: it takes each operation as it happens, and answers what the code asks of the database
/// from the state so far.
///
/// What [`Session::schema`] lists is there. What it does not list is not there, unless [`Session::doubt`] gives a reason
/// why it may be.
pub trait Session {
    /// Returns the database that the migration runs on.
    fn dialect(&self) -> Dialect;

    /// Returns the state so far; `None` if nothing is known of it: then every question is left open.
    fn schema(&self) -> Option<&Schema>;

    /// Makes an operation happen, in the order of the run. One under `Guard::Unknown` may happen or not; one with
    /// `unknown` parts may do more than it says; `Action::Unknown` may do anything.
    fn apply(&mut self, operation: Operation);

    /// Returns why a part of the state may be incomplete: of this table, or of the whole. `Part::Tables` with a table:
    /// whether that table is there at all is in doubt, also where it is listed.
    fn doubt(&self, part: Part, table: Option<&ObjectName>) -> Option<Arc<str>> {
        let schema = self.schema()?;
        schema.doubt(part, table).map(|unknown| unknown.what.clone())
    }

    /// Returns why it cannot be known whether a column that is listed is there: it was made, or may have been dropped,
    /// under a condition.
    fn doubtful_column(&self, _table: &ObjectName, _column: &str) -> Option<Arc<str>> {
        None
    }
}

/// A session that knows nothing of the state and keeps the operations.
#[derive(Debug)]
pub struct Collector {
    dialect: Dialect,
    pub operations: Vec<Operation>,
}

impl Collector {
    /// Returns one without operations.
    pub const fn new(dialect: Dialect) -> Self {
        Self { dialect, operations: Vec::new() }
    }
}

impl Session for Collector {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn schema(&self) -> Option<&Schema> {
        None
    }

    fn apply(&mut self, operation: Operation) {
        self.operations.push(operation);
    }
}
