//! The schema as a migration sees it while it runs.

use std::cell::Cell;
use std::sync::Arc;

use crate::model::Known;
use crate::model::operation::{ObjectKind, Operation};
use crate::model::schema::{Dialect, ObjectName, Part, Schema};

/// What a migration runs against: it takes each operation as it happens, and answers what the code asks of the database
/// from the state so far.
pub trait Session {
    /// Returns the database that the migration runs on.
    fn dialect(&self) -> Dialect;

    /// Returns the state so far: what is there, and what may be. `None` if nothing is known of it: then every question
    /// is left open.
    fn schema(&self) -> Option<&Schema>;

    /// Makes an operation happen, in the order of the run. One under `Guard::Unknown` may happen or not; one with
    /// `unknown` parts may do more than it says; `Action::Unknown` may do anything. `AlterTable` with the words `add
    /// column` adds one of which not even the name is known.
    fn apply(&mut self, operation: Operation);

    /// Returns whether the database refuses an operation for certain: then the call raises. Nothing is changed.
    fn refuses(&mut self, _operation: &Operation) -> bool {
        false
    }

    /// Returns whether an object is there; `member` names the column, index or constraint of the table `name`, an index
    /// may be asked for without. Unknown for what was made, or may have been dropped, under a condition, and for what a
    /// part that is in doubt may hold.
    fn exists(&self, kind: ObjectKind, name: &ObjectName, member: Option<&str>) -> Known<bool> {
        let Some(schema) = self.schema() else { return Known::No(NOTHING.into()) };
        let table = schema.tables.get(name);
        let named = |own: Option<&Arc<str>>| own.map(|own| &**own) == member;
        let (found, part, within) = match kind {
            ObjectKind::Table => (table.is_some(), Part::Tables, Some(name)),
            ObjectKind::View => (schema.views.contains_key(name), Part::Views, None),
            ObjectKind::Enum => (schema.enums.contains_key(name), Part::Enums, None),
            ObjectKind::Extension => (schema.extensions.contains(&name.name), Part::Tables, None),
            ObjectKind::Schema => return Known::No("schemas are not kept".into()),
            ObjectKind::Column => {
                let found = table.is_some_and(|table| member.is_some_and(|member| table.column(member).is_some()));
                (found, Part::Columns, Some(name))
            }
            ObjectKind::Index => {
                let found = table.is_some_and(|table| table.indexes.iter().any(|index| named(index.name.as_ref())));
                (found, Part::Indexes, Some(name))
            }
            ObjectKind::Constraint => {
                let found = table.is_some_and(|table| {
                    let keys = table.primary_key.iter().chain(&table.uniques).map(|key| key.name.as_ref());
                    let foreign = table.foreign_keys.iter().map(|key| key.name.as_ref());
                    keys.chain(foreign).chain(table.checks.iter().map(|check| check.name.as_ref())).any(named)
                });
                (found, Part::Constraints, Some(name))
            }
        };
        match self.doubt(part, within) {
            Some(reason) if !found => Known::No(reason),
            _ => Known::Yes(found),
        }
    }

    /// Returns why a part of the state may be incomplete: of this table, or of the whole.
    fn doubt(&self, part: Part, table: Option<&ObjectName>) -> Option<Arc<str>> {
        match self.schema() {
            Some(schema) => schema.doubt(part, table).map(|unknown| unknown.what.clone()),
            None => Some(NOTHING.into()),
        }
    }
}

/// Why nothing at all is known of the state.
const NOTHING: &str = "the schema at this point is not known";

/// A session that knows nothing of the state and keeps the operations. It takes note whether the code asked anything: if
/// not, the same happens whatever the state is.
#[derive(Debug)]
pub struct Collector {
    dialect: Dialect,
    pub operations: Vec<Operation>,
    asked: Cell<bool>,
}

impl Collector {
    /// Returns one without operations.
    pub const fn new(dialect: Dialect) -> Self {
        Self { dialect, operations: Vec::new(), asked: Cell::new(false) }
    }

    /// Returns whether the code asked anything of the state.
    pub const fn asked(&self) -> bool {
        self.asked.get()
    }
}

impl Session for Collector {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn schema(&self) -> Option<&Schema> {
        self.asked.set(true);
        None
    }

    fn apply(&mut self, operation: Operation) {
        self.operations.push(operation);
    }

    fn refuses(&mut self, _operation: &Operation) -> bool {
        self.asked.set(true);
        false
    }
}
