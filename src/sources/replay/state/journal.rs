//! The journal: old values of what changed, so that changes can be undone and compared. It costs what was touched.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::derived::Noted;
use super::doubts::About;
use super::{Ghost, State};
use crate::model::schema::{Enum, ObjectName, Part, SchemaUnknown, Table, View};

/// A moment that a state can be taken back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(usize);

/// A mark, and what no rollback touches.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    mark: Mark,
    clock: u64,
    outside: usize,
}

impl Moment {
    /// Returns its mark.
    pub const fn mark(self) -> Mark {
        self.mark
    }
}

/// An object that was touched since a mark, as it was then.
#[derive(Debug)]
pub enum Touched<'a> {
    Table { name: &'a ObjectName, before: Option<&'a Table>, now: Option<&'a Table> },
    Enum { name: &'a ObjectName, before: Option<&'a Enum>, now: Option<&'a Enum> },
    View { name: &'a ObjectName, before: Option<&'a View>, now: Option<&'a View> },
    Extensions { before: &'a [Arc<str>], now: &'a [Arc<str>] },
}

/// One old value.
#[derive(Debug)]
enum Entry {
    Table(ObjectName, Option<Table>),
    Enum(ObjectName, Option<Enum>),
    View(ObjectName, Option<View>),
    Extensions(Vec<Arc<str>>),
    Ghost(ObjectName, Option<Ghost>),
    Settled(ObjectName, Option<u64>),
    Temporary(ObjectName, bool),
    Other(Arc<str>, bool),
    DoubtAdded,
    DoubtRemoved(usize, About, Box<SchemaUnknown>),
    Whole(Part, u64),
}

#[derive(Debug, Default)]
pub(super) struct Journal {
    entries: VecDeque<Entry>,
    /// How many entries were before these.
    forgotten: usize,
    /// Where old values count from: what is saved since needs no saving again.
    since: usize,
    tables: FxHashMap<ObjectName, usize>,
    /// Nobody comes back to what tables are now.
    passing: bool,
}

impl Journal {
    /// Returns how many entries there were.
    fn len(&self) -> usize {
        self.forgotten + self.entries.len()
    }

    /// Returns the entries since a mark.
    fn since(&self, mark: Mark) -> impl Iterator<Item = &Entry> {
        self.entries.iter().skip(mark.0.saturating_sub(self.forgotten))
    }

    fn push(&mut self, entry: Entry) {
        self.entries.push_back(entry);
    }
}

impl State {
    /// Returns a mark to come back to.
    pub fn mark(&mut self) -> Mark {
        self.journal.since = self.journal.len();
        Mark(self.journal.since)
    }

    /// Forgets the old values from before a mark: what was done then cannot be undone any more.
    pub fn commit(&mut self, mark: Mark) {
        let entries = mark.0.saturating_sub(self.journal.forgotten).min(self.journal.entries.len());
        self.journal.entries.drain(..entries);
        self.journal.forgotten += entries;
        if self.journal.entries.is_empty() {
            self.journal.tables.clear();
        }
    }

    /// Returns whether all that was done since a mark can be undone.
    pub const fn reaches(&self, mark: Mark) -> bool {
        mark.0 >= self.journal.forgotten
    }

    /// Undoes all that was done since a mark, which stays valid.
    pub fn rollback(&mut self, mark: Mark) {
        while self.journal.len() > mark.0 {
            let Some(entry) = self.journal.entries.pop_back() else { break };
            self.undo(entry);
        }
        self.journal.since = self.journal.len();
    }

    /// Returns the moment, to be taken back to as if nothing had happened since.
    pub fn moment(&mut self) -> Moment {
        Moment { mark: self.mark(), clock: self.clock, outside: self.outside.mark() }
    }

    /// Undoes all that was done since a moment, and forgets what was learnt from it: what migrations speak of.
    pub fn rewind(&mut self, moment: Moment) {
        self.rollback(moment.mark);
        self.outside.rewind(moment.outside);
        self.clock = moment.clock;
    }

    fn undo(&mut self, entry: Entry) {
        match entry {
            Entry::Table(name, before) => {
                self.journal.tables.remove(&name);
                self.put_table(&name, before);
            }
            Entry::Enum(name, before) => restore(&mut self.schema.enums, name, before),
            Entry::View(name, before) => restore(&mut self.schema.views, name, before),
            Entry::Extensions(before) => self.schema.extensions = before,
            Entry::Ghost(name, before) => restore(&mut self.ghosts, name, before),
            Entry::Settled(name, before) => {
                match before {
                    Some(before) => self.settled.insert(name, before),
                    None => self.settled.remove(&name),
                };
            }
            Entry::Temporary(name, before) => {
                if before {
                    self.temporary.insert(name);
                } else {
                    self.temporary.remove(&name);
                }
            }
            Entry::Other(name, before) => {
                if before {
                    self.others.insert(name);
                } else {
                    self.others.remove(&name);
                }
            }
            Entry::DoubtAdded => self.doubts.pop(&mut self.schema.unknown),
            Entry::DoubtRemoved(position, about, found) => {
                self.doubts.insert(&mut self.schema.unknown, position, (about, *found));
            }
            Entry::Whole(part, before) => {
                self.doubts.set_whole(part, before);
            }
        }
    }

    /// Returns what was touched since a mark, each object once, with its value then and now.
    pub fn changed_since(&self, mark: Mark) -> Vec<Touched<'_>> {
        let mut tables = BTreeMap::new();
        let mut enums = BTreeMap::new();
        let mut views = BTreeMap::new();
        let mut extensions = None;
        for entry in self.journal.since(mark) {
            match entry {
                Entry::Table(name, before) => {
                    tables.entry(name).or_insert(before.as_ref());
                }
                Entry::Enum(name, before) => {
                    enums.entry(name).or_insert(before.as_ref());
                }
                Entry::View(name, before) => {
                    views.entry(name).or_insert(before.as_ref());
                }
                Entry::Extensions(before) => {
                    extensions.get_or_insert(before);
                }
                _ => {}
            }
        }
        let tables = tables.into_iter();
        let enums = enums.into_iter();
        let views = views.into_iter();
        tables
            .map(|(name, before)| Touched::Table { name, before, now: self.schema.tables.get(name) })
            .chain(enums.map(|(name, before)| Touched::Enum { name, before, now: self.schema.enums.get(name) }))
            .chain(views.map(|(name, before)| Touched::View { name, before, now: self.schema.views.get(name) }))
            .chain(extensions.map(|before| Touched::Extensions { before, now: &self.schema.extensions }))
            .collect()
    }

    /// Returns whether there are, or were, doubts among what was done since a mark.
    pub fn doubted_since(&self, mark: Mark) -> bool {
        let doubt = |entry: &Entry| {
            matches!(entry, Entry::DoubtAdded | Entry::DoubtRemoved(..) | Entry::Whole(..) | Entry::Ghost(..))
        };
        self.journal.since(mark).any(doubt)
    }

    /// Says whether what is done to tables next may be undone, or compared with what was before.
    pub fn keep_tables(&mut self, keeps: bool) {
        self.journal.passing = !keeps;
    }

    /// Keeps the old value of a table, once since the last mark.
    pub(super) fn save_table(&mut self, name: &ObjectName) {
        if self.journal.passing && !self.trial {
            return;
        }
        if self.journal.tables.get(name).is_some_and(|at| *at >= self.journal.since) {
            return;
        }
        self.journal.tables.insert(name.clone(), self.journal.len());
        self.journal.push(Entry::Table(name.clone(), self.schema.tables.get(name).cloned()));
    }

    /// Puts a table in its place, or takes it away, without a note in the journal.
    fn put_table(&mut self, name: &ObjectName, table: Option<Table>) {
        if let Some(old) = self.schema.tables.remove(name) {
            self.derived.remove(name, &old, self.dialect);
        }
        if let Some(table) = table {
            self.derived.add(name, &table, self.dialect);
            self.schema.tables.insert(name.clone(), table);
        }
    }

    /// Sets a table, or removes it; returns the old one.
    pub(super) fn set_table(&mut self, name: &ObjectName, table: Option<Table>) {
        self.save_table(name);
        self.put_table(name, table);
    }

    /// Changes a table that is there.
    pub(super) fn edit<R>(&mut self, name: &ObjectName, change: impl FnOnce(&mut Table) -> R) -> Option<R> {
        if !self.schema.tables.contains_key(name) {
            return None;
        }
        self.save_table(name);
        let table = self.schema.tables.get_mut(name)?;
        let before = Noted::of(name, table, self.dialect);
        let result = change(table);
        self.derived.change(name, before, Noted::of(name, table, self.dialect));
        Some(result)
    }

    pub(super) fn set_enum(&mut self, name: &ObjectName, value: Option<Enum>) {
        self.journal.push(Entry::Enum(name.clone(), self.schema.enums.get(name).cloned()));
        restore(&mut self.schema.enums, name.clone(), value);
    }

    pub(super) fn set_view(&mut self, name: &ObjectName, value: Option<View>) {
        self.journal.push(Entry::View(name.clone(), self.schema.views.get(name).cloned()));
        restore(&mut self.schema.views, name.clone(), value);
    }

    pub(super) fn set_extensions(&mut self, value: Vec<Arc<str>>) {
        let before = std::mem::replace(&mut self.schema.extensions, value);
        self.journal.push(Entry::Extensions(before));
    }

    pub(super) fn set_ghost(&mut self, name: &ObjectName, value: Option<Ghost>) {
        if value.is_none() && !self.ghosts.contains_key(name) {
            return;
        }
        self.journal.push(Entry::Ghost(name.clone(), self.ghosts.get(name).cloned()));
        restore(&mut self.ghosts, name.clone(), value);
    }

    /// Takes note that it is certain now whether a table is there.
    pub(super) fn settle(&mut self, name: &ObjectName) {
        self.settle_at(name, self.clock);
    }

    /// Takes note that it was certain then.
    pub(super) fn settle_at(&mut self, name: &ObjectName, when: u64) {
        let before = self.settled.insert(name.clone(), when);
        if before != Some(when) {
            self.journal.push(Entry::Settled(name.clone(), before));
        }
    }

    pub(super) fn set_temporary(&mut self, name: &ObjectName, there: bool) {
        let before = self.temporary.contains(name);
        if before != there {
            self.journal.push(Entry::Temporary(name.clone(), before));
            if there {
                self.temporary.insert(name.clone());
            } else {
                self.temporary.remove(name);
            }
        }
    }

    /// Takes note of an object that a schema does not hold: `domain money`, `schema audit`.
    pub(super) fn set_other(&mut self, name: &Arc<str>, there: bool) {
        let before = self.others.contains(name);
        if before != there {
            self.journal.push(Entry::Other(name.clone(), before));
            if there {
                self.others.insert(name.clone());
            } else {
                self.others.remove(name);
            }
        }
    }

    pub(super) fn add_doubt(&mut self, about: About, found: SchemaUnknown) {
        if about.owner.is_none() {
            let before = self.doubts.set_whole(about.part, self.clock);
            self.journal.push(Entry::Whole(about.part, before));
            // The same operation may say it twice.
            if self.schema.unknown.iter().rev().take(12).any(|other| *other == found) {
                return;
            }
        } else if self.doubts.has(&about) {
            return;
        }
        self.doubts.push(&mut self.schema.unknown, about, found);
        self.journal.push(Entry::DoubtAdded);
    }

    /// Removes the doubts about an owner that hold.
    pub(super) fn remove_doubts(&mut self, owner: &ObjectName, holds: impl Fn(&About) -> bool) {
        for position in self.doubts.positions(owner, holds) {
            let (about, found) = self.doubts.remove(&mut self.schema.unknown, position);
            self.journal.push(Entry::DoubtRemoved(position, about, Box::new(found)));
        }
    }
}

fn restore<T>(map: &mut BTreeMap<ObjectName, T>, name: ObjectName, value: Option<T>) {
    match value {
        Some(value) => map.insert(name, value),
        None => map.remove(&name),
    };
}
