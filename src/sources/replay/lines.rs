//! Lines of migrations: where a graph has several bases or branches, what one line made says nothing about another. An
//! object counts as there, or as gone, only for the migrations that come after the one that made, or dropped, it.

use std::cell::OnceCell;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::order::{Lineage, Place};
use super::state::{Mark, State, Touched};
use crate::model::facts::{Graph, Migration};
use crate::model::operation::Fault;
use crate::model::schema::{ObjectName, Table};

/// An object, or a member of it.
type Key = (ObjectName, Option<Arc<str>>);

/// Who made or dropped what, in a graph that is more than one line.
#[derive(Debug)]
pub(super) struct Lines {
    lineage: Lineage,
    /// Who made or dropped an object, or a member of it, last.
    last: FxHashMap<Key, usize>,
    /// Who did before, in the order in which that was overwritten.
    before_last: Vec<(Key, Option<usize>)>,
    current: usize,
    /// The place of the current migration.
    place: Option<Place>,
    /// What the current migration made or changed over another line.
    crossed: FxHashSet<ObjectName>,
    /// How many migrations of each run come before those of the current one's: found out when it is asked for.
    before: OnceCell<Vec<usize>>,
}

impl Lines {
    /// Returns `None` for a graph that is one line.
    pub fn new(graph: &Graph) -> Option<Self> {
        let lineage = Lineage::new(graph)?;
        Some(Self {
            lineage,
            last: FxHashMap::default(),
            before_last: Vec::new(),
            current: usize::MAX,
            place: None,
            crossed: FxHashSet::default(),
            before: OnceCell::new(),
        })
    }

    /// Takes the lineage of a graph that is the same as far as migrations have been taken note of.
    pub fn adopt(&mut self, other: Self) {
        let renumber = |number: &mut usize| {
            let migration = self.lineage.migration(*number);
            *number = migration.and_then(|migration| other.lineage.number(migration)).unwrap_or(usize::MAX);
        };
        self.last.values_mut().for_each(renumber);
        self.before_last.iter_mut().filter_map(|(_, before)| before.as_mut()).for_each(renumber);
        self.lineage = other.lineage;
        (self.current, self.place, self.before) = (usize::MAX, None, OnceCell::new());
    }

    /// Returns a mark to come back to.
    pub const fn mark(&self) -> usize {
        self.before_last.len()
    }

    /// Forgets what was taken note of after a mark.
    pub fn rewind(&mut self, mark: usize) {
        for (key, before) in self.before_last.drain(mark..).rev() {
            match before {
                Some(before) => self.last.insert(key, before),
                None => self.last.remove(&key),
            };
        }
    }

    /// Turns to a migration.
    pub fn turn_to(&mut self, migration: &Migration) {
        self.current = self.lineage.number(migration).unwrap_or(usize::MAX);
        let place = self.lineage.place(self.current);
        if place.map(|place| place.run) != self.place.map(|place| place.run) {
            self.before = OnceCell::new();
        }
        self.place = place;
        self.crossed.clear();
    }

    /// Takes note of what the current migration made and dropped since a mark.
    pub fn take(&mut self, state: &State, mark: Mark) {
        for touched in state.changed_since(mark) {
            match touched {
                Touched::Table { name, before, now } => {
                    if self.by_others(&(name.clone(), None)) {
                        self.crossed.insert(name.clone());
                    }
                    if before.is_some() != now.is_some() || state.created_here(name) {
                        self.note(name, None);
                    }
                    if let (Some(before), Some(now)) = (before, now) {
                        self.members(name, before, now);
                    }
                }
                Touched::Enum { name, .. } | Touched::View { name, .. } => self.note(name, None),
                Touched::Extensions { .. } => {}
            }
        }
    }

    fn members(&mut self, name: &ObjectName, before: &Table, now: &Table) {
        let (before, now) = (members(before), members(now));
        for member in before.symmetric_difference(&now) {
            self.note(name, Some((*member).clone()));
        }
    }

    fn note(&mut self, name: &ObjectName, member: Option<Arc<str>>) {
        let key = (name.clone(), member);
        if self.by_others(&key) {
            self.crossed.insert(name.clone());
        }
        let before = self.last.insert(key.clone(), self.current);
        self.before_last.push((key, before));
    }

    /// Returns whether a fault rests on what a migration did that need not have run before the current one.
    pub fn rests_elsewhere(&mut self, fault: &Fault) -> bool {
        let owner = (fault.object.clone(), None);
        let member = fault.member.clone().map(|member| (fault.object.clone(), Some(member)));
        let target = fault.part("target").map(|target| -> Key {
            let target: &str = target;
            // `table`, or `schema.table`; of `table.column` the table is asked for as well.
            let name = target.split_once('.').map_or(target, |(table, _)| table);
            (ObjectName::new(name), None)
        });
        let elsewhere = [Some(owner), member, target].into_iter().flatten().any(|key| self.by_others(&key));
        if elsewhere {
            self.crossed.insert(fault.object.clone());
        }
        elsewhere
    }

    /// Returns whether the current migration met an object of another line.
    pub fn crosses(&self, name: &ObjectName) -> bool {
        self.crossed.contains(name)
    }

    /// Returns whether a migration that need not have run before the current one made or dropped something last.
    fn by_others(&self, key: &Key) -> bool {
        self.last.get(key).is_some_and(|by| !self.ran(*by))
    }

    /// Returns whether a migration has run wherever the current one runs.
    fn ran(&self, number: usize) -> bool {
        let Some(current) = self.place else { return number == self.current };
        let before = self.before.get_or_init(|| self.lineage.before(current.run));
        self.lineage.ran(number, current, before)
    }
}

/// Returns the names of all that a table has, sorted.
fn members(table: &Table) -> std::collections::BTreeSet<&Arc<str>> {
    let columns = table.columns.iter().map(|column| &column.name);
    let keys = table.uniques.iter().chain(&table.primary_key).filter_map(|key| key.name.as_ref());
    let foreign = table.foreign_keys.iter().filter_map(|key| key.name.as_ref());
    let checks = table.checks.iter().filter_map(|check| check.name.as_ref());
    let indexes = table.indexes.iter().filter_map(|index| index.name.as_ref());
    columns.chain(keys).chain(foreign).chain(checks).chain(indexes).collect()
}
