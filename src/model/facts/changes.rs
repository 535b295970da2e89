//! What a migration does to the schema, and where in it something is found: a law about one of many operations must not
//! cost a look at all of them.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use memchr::memmem::Finder;
use rustc_hash::FxHashMap;

use super::fault::FaultFact;
use super::migration::Migration;
use super::operation::{self, OperationFact};
use super::statement::StatementFact;
use super::{Fact, Value};
use crate::model::operation::Action;
use crate::model::value::Known;

/// What a migration does to the schema, told when it is replayed, and anew when it is replayed again.
#[derive(Debug, Default)]
pub struct Told(RwLock<Option<Arc<Changes>>>);

impl Told {
    /// Returns what was told last.
    pub fn get(&self) -> Option<Arc<Changes>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells it; `None` takes back what was told.
    pub fn set(&self, changes: Option<Changes>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = changes.map(Arc::new);
    }
}

impl Clone for Told {
    fn clone(&self) -> Self {
        Self(RwLock::new(self.get()))
    }
}

/// What a migration does to the schema.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub operations: Vec<Arc<OperationFact>>,
    pub statements: Vec<Arc<StatementFact>>,
    /// What goes wrong when it runs, by place.
    pub faults: Vec<Arc<FaultFact>>,
    /// How the schema differs when the migration was applied and undone; unknown where something in it is.
    pub not_restored: Option<Known<Vec<Arc<str>>>>,
    pub places: Places,
}

/// Where the operations and statements of a migration are; found out when it is first asked for.
#[derive(Debug, Default)]
pub struct Places(OnceLock<Found>);

impl Clone for Places {
    /// Returns nothing: what is found in the copy may be something else.
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Numbers of operations and statements, each list in order.
#[derive(Debug, Default)]
struct Found {
    of_action: FxHashMap<&'static str, Vec<u32>>,
    /// By the names of what they are about, in lower case.
    of_name: FxHashMap<String, Vec<u32>>,
    /// Those that are about something whose name is not known.
    unnamed: Vec<u32>,
    /// By the number of the statement.
    of_statement: FxHashMap<usize, Vec<u32>>,
    /// Statements by kind.
    of_kind: FxHashMap<Arc<str>, Vec<u32>>,
}

impl Found {
    fn new(changes: &Changes) -> Self {
        let mut found = Self::default();
        for (place, fact) in (0..).zip(&changes.operations) {
            found.of_action.entry(fact.operation.action.name()).or_default().push(place);
            match Names::of(fact) {
                Names::Known(names) => names.for_each(|name| found.of_name.entry(name).or_default().push(place)),
                Names::Unknown => found.unnamed.push(place),
            }
            if let Some(statement) = &fact.statement {
                found.of_statement.entry(statement.number).or_default().push(place);
            }
        }
        for (place, fact) in (0..).zip(&changes.statements) {
            found.of_kind.entry(fact.statement.kind.0.clone()).or_default().push(place);
        }
        found
    }
}

/// So many are looked through one by one.
const FEW: usize = 16;

impl Changes {
    /// Returns the actions of its operations, each once, in order of their words.
    pub(super) fn actions(&self) -> Value {
        let mut actions: Vec<&'static str> = match self.operations.len() {
            ..=FEW => self.operations.iter().map(|fact| fact.operation.action.name()).collect(),
            _ => self.found().of_action.keys().copied().collect(),
        };
        actions.sort_unstable();
        actions.dedup();
        Value::List(actions.into_iter().map(Value::word).collect())
    }

    /// Returns the operations whose action is `action`; all of them for `None`.
    pub(super) fn operations_of(&self, action: Option<&str>) -> Value {
        let Some(action) = action else { return Value::List(self.operations.iter().map(operation_value).collect()) };
        self.select(|fact| fact.operation.action.name() == action, |found| found.of_action.get(action).cloned())
    }

    /// Returns the operations on a table, or on another object with this name, in whatever case it is written, and those
    /// of which that is not known.
    pub(super) fn operations_on(&self, name: &str) -> Value {
        let name = name.to_lowercase();
        let is_on = |fact: &OperationFact| {
            [operation::table(fact), operation::name(fact)].iter().any(|other| match other {
                Value::Unknown(_) => true,
                Value::Text(other) if other.is_ascii() => other.eq_ignore_ascii_case(&name),
                Value::Text(other) => other.to_lowercase() == name,
                _ => false,
            })
        };
        self.select(is_on, |found| {
            let mut places = found.of_name.get(&name).cloned().unwrap_or_default();
            places.extend(&found.unnamed);
            places.sort_unstable();
            Some(places)
        })
    }

    /// Returns the operations whose SQL holds a text, or whose default does, and those of which that is not known.
    pub(super) fn operations_with(&self, text: &str) -> Value {
        let finder = Finder::new(text);
        let holds = |sql: &Arc<str>| finder.find(sql.as_bytes()).is_some();
        let is_wanted = |fact: &&Arc<OperationFact>| {
            fact.operation.statement.as_ref().is_some_and(|statement| holds(&statement.text))
                || match &fact.operation.action {
                    Action::AlterColumn(alter) => match &alter.default {
                        Some(Known::Yes(default)) => default.as_ref().is_some_and(holds),
                        Some(Known::No(_)) | None => true,
                    },
                    _ => false,
                }
        };
        Value::List(self.operations.iter().filter(is_wanted).map(operation_value).collect())
    }

    /// Returns what a statement does.
    pub(super) fn operations_in(&self, statement: &StatementFact) -> Value {
        let is_part = |fact: &OperationFact| fact.statement.as_ref().is_some_and(|of| of.number == statement.number);
        self.select(is_part, |found| found.of_statement.get(&statement.number).cloned())
    }

    /// Returns the statements whose kind is `kind`; all of them for `None`.
    pub(super) fn statements_of(&self, kind: Option<&str>) -> Value {
        let value = |fact: &Arc<StatementFact>| Value::Fact(Fact::Statement(fact.clone()));
        let Some(kind) = kind else { return Value::List(self.statements.iter().map(value).collect()) };
        if self.statements.len() <= FEW {
            let wanted = self.statements.iter().filter(|fact| &*fact.statement.kind.0 == kind);
            return Value::List(wanted.map(value).collect());
        }
        let places = self.found().of_kind.get(kind).map_or(&[][..], Vec::as_slice);
        Value::List(places.iter().map(|place| value(&self.statements[*place as usize])).collect())
    }

    /// Returns the statement before another: one that comes in several parts is one.
    pub(super) fn before(&self, statement: &StatementFact) -> Option<&Arc<StatementFact>> {
        let is_other = |one: &&Arc<StatementFact>| {
            one.statement.at != statement.statement.at || one.statement.text != statement.statement.text
        };
        self.statements.get(..statement.number)?.iter().rev().find(is_other)
    }

    /// Returns the operations for which `holds`, which are those that are found there.
    fn select(&self, holds: impl Fn(&OperationFact) -> bool, places: impl FnOnce(&Found) -> Option<Vec<u32>>) -> Value {
        if self.operations.len() <= FEW {
            return Value::List(self.operations.iter().filter(|fact| holds(fact)).map(operation_value).collect());
        }
        let places = places(self.found()).unwrap_or_default();
        Value::List(places.into_iter().map(|place| operation_value(&self.operations[place as usize])).collect())
    }

    /// Finds out where everything is, where there is much of it. What a script asks for first would be held against it.
    pub fn prepare(&self) {
        if self.operations.len().max(self.statements.len()) > FEW {
            self.found();
        }
    }

    fn found(&self) -> &Found {
        self.places.0.get_or_init(|| Found::new(self))
    }

    /// Returns the same of a migration that does the same.
    #[must_use]
    pub fn of(&self, migration: &Arc<Migration>) -> Self {
        let of = Arc::downgrade(migration);
        // Facts share their parts, and go on sharing them.
        let mut statements: HashMap<*const StatementFact, Arc<StatementFact>> = HashMap::new();
        let mut statement = |fact: &Arc<StatementFact>| {
            let new = || Arc::new(StatementFact { migration: of.clone(), ..StatementFact::clone(fact) });
            statements.entry(Arc::as_ptr(fact)).or_insert_with(new).clone()
        };
        let mut faults: HashMap<*const FaultFact, Arc<FaultFact>> = HashMap::new();
        let mut fault = |fact: &Arc<FaultFact>| {
            let new = || FaultFact::new(fact.fault.clone(), fact.dialect, migration);
            faults.entry(Arc::as_ptr(fact)).or_insert_with(new).clone()
        };
        let operations = self.operations.iter().map(|fact| {
            Arc::new(OperationFact::new(
                fact.operation.clone(),
                (fact.dialect, fact.server_version),
                of.clone(),
                fact.statement.as_ref().map(&mut statement),
                fact.seen.clone(),
                fact.faults.iter().map(&mut fault).collect(),
            ))
        });
        Self {
            operations: operations.collect(),
            statements: self.statements.iter().map(&mut statement).collect(),
            faults: self.faults.iter().map(&mut fault).collect(),
            not_restored: self.not_restored.clone(),
            places: Places::default(),
        }
    }
}

fn operation_value(fact: &Arc<OperationFact>) -> Value {
    Value::Fact(Fact::Operation(fact.clone()))
}

/// What an operation is about.
enum Names<I> {
    Known(I),
    /// One of the names is not known.
    Unknown,
}

impl Names<std::iter::Flatten<std::array::IntoIter<Option<String>, 2>>> {
    fn of(fact: &OperationFact) -> Self {
        let names = [operation::table(fact), operation::name(fact)];
        if names.iter().any(|name| matches!(name, Value::Unknown(_))) {
            return Self::Unknown;
        }
        let lower = |name: Value| if let Value::Text(name) = name { Some(name.to_lowercase()) } else { None };
        Self::Known(names.map(lower).into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Weak;

    use super::*;
    use crate::model::Location;
    use crate::model::operation::{Direction, Operation};
    use crate::model::schema::{Dialect, ObjectName};

    fn operation(number: usize) -> Arc<OperationFact> {
        let name = || Known::Yes(ObjectName::new(format!("T{}", number % 3)));
        let action = match number % 4 {
            0 => Action::DropTable { table: Known::No("computed".into()), cascade: false },
            1 => Action::DropView { name: name(), materialized: false, cascade: false },
            _ => Action::DropTable { table: name(), cascade: false },
        };
        let operation = Operation::new(action, Direction::Upgrade, Location::file("x.sql"));
        let of = (Dialect::Postgresql, None);
        Arc::new(OperationFact::new(Arc::new(operation), of, Weak::new(), None, operation::Seen::default(), Vec::new()))
    }

    /// The places of what was found.
    fn places(changes: &Changes, found: &Value) -> Vec<usize> {
        let Value::List(found) = found else { panic!("{found:?}") };
        let place = |value: &Value| match value {
            Value::Fact(Fact::Operation(fact)) => changes.operations.iter().position(|one| Arc::ptr_eq(one, fact)),
            _ => None,
        };
        found.iter().filter_map(place).collect()
    }

    #[test]
    fn many_are_found_as_few_are() {
        for count in [FEW, FEW + 20] {
            let changes = Changes { operations: (0..count).map(operation).collect(), ..Changes::default() };
            let expected =
                |holds: &dyn Fn(usize) -> bool| (0..count).filter(|number| holds(*number)).collect::<Vec<_>>();
            let on = |name| places(&changes, &changes.operations_on(name));
            // What is computed may be any of them.
            assert_eq!(on("t1"), expected(&|number| number % 4 == 0 || number % 3 == 1), "{count}");
            assert_eq!(on("T2"), expected(&|number| number % 4 == 0 || number % 3 == 2), "{count}");
            assert_eq!(on("t"), expected(&|number| number % 4 == 0), "{count}");
            let of = |action| places(&changes, &changes.operations_of(action));
            assert_eq!(of(Some("drop_view")), expected(&|number| number % 4 == 1), "{count}");
            assert_eq!(of(Some("add_column")), expected(&|_| false), "{count}");
            assert_eq!(of(None).len(), count);
            let actions = Value::texts(&["drop_table".into(), "drop_view".into()]);
            assert_eq!(changes.actions().to_string(), actions.to_string());
        }
    }
}
