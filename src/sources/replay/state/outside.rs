//! What migrations speak of without ever making it: tables of a framework, or of the time before the first migration.
//!
//! Whether that is a fault can be told at the end only. A table that several migrations touch was made by somebody
//! else; what one operation alone names is there as little as what was created too late.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{About, Ghost, NAME, State, Step};
use crate::model::Location;
use crate::model::operation::Operation;
use crate::model::operation::{Fault, FaultKind};
use crate::model::schema::{ObjectName, Origin, Part, Schema, SchemaUnknown};

#[derive(Debug, Default)]
pub(super) struct Outside {
    /// By table.
    tables: BTreeMap<ObjectName, Absent>,
    /// Every table that an upgrade made, or gave this name.
    created: FxHashSet<ObjectName>,
    /// Tables that were not there when something may have been done to them, with the first such place.
    spoken_of: BTreeMap<ObjectName, Location>,
    /// Columns of enums that nobody created.
    enums: BTreeMap<ObjectName, Fault>,
    /// Extensions that were missed already.
    extensions: BTreeSet<&'static str>,
    /// What was taken note of, in order, with what was known before.
    notes: Vec<Note>,
}

/// What was taken note of.
#[derive(Debug)]
enum Note {
    Absent(ObjectName, Option<Box<Absent>>),
    CreatedLater(ObjectName),
    Gone(ObjectName),
    Path(ObjectName, Arc<str>),
    Created(ObjectName),
    SpokenOf(ObjectName),
    Enum(ObjectName),
    Extension(&'static str),
}

#[derive(Debug)]
struct Absent {
    /// What is wrong if it is a fault.
    fault: Fault,
    /// The files that speak of it.
    paths: BTreeSet<Arc<str>>,
    created_later: bool,
    /// It was dropped, or renamed, so it was there: creating it again is right.
    gone: bool,
}

impl Outside {
    /// Takes note that an upgrade creates a table, or renames one to this name.
    pub fn create(&mut self, name: &ObjectName) {
        if let Some(absent) = self.tables.get_mut(name)
            && !absent.gone
            && !std::mem::replace(&mut absent.created_later, true)
        {
            self.notes.push(Note::CreatedLater(name.clone()));
        }
        if self.created.insert(name.clone()) {
            self.notes.push(Note::Created(name.clone()));
        }
    }

    /// Takes note that a table is dropped, or renamed.
    pub fn gone(&mut self, name: &ObjectName) {
        if let Some(absent) = self.tables.get_mut(name)
            && !std::mem::replace(&mut absent.gone, true)
        {
            self.notes.push(Note::Gone(name.clone()));
        }
    }

    /// Takes note of another operation on a table that is not there.
    pub fn again(&mut self, name: &ObjectName, operation: &Operation) {
        let path = &operation.at.path;
        if let Some(absent) = self.tables.get_mut(name)
            && absent.paths.insert(path.clone())
        {
            self.notes.push(Note::Path(name.clone(), path.clone()));
        }
    }

    fn miss(&mut self, name: &ObjectName, absent: Absent) {
        let before = self.tables.insert(name.clone(), absent);
        self.notes.push(Note::Absent(name.clone(), before.map(Box::new)));
    }

    fn speak_of(&mut self, name: &ObjectName, at: &Location) {
        if !self.spoken_of.contains_key(name) {
            self.spoken_of.insert(name.clone(), at.clone());
            self.notes.push(Note::SpokenOf(name.clone()));
        }
    }

    /// Takes note of a column whose enum nobody created so far.
    pub fn missing_enum(&mut self, name: &ObjectName, fault: Fault) {
        if !self.enums.contains_key(name) {
            self.enums.insert(name.clone(), fault);
            self.notes.push(Note::Enum(name.clone()));
        }
    }

    /// Takes note of an extension that is missing; returns whether it was not missed before.
    pub fn missing_extension(&mut self, name: &'static str) -> bool {
        let new = self.extensions.insert(name);
        if new {
            self.notes.push(Note::Extension(name));
        }
        new
    }

    /// Returns how much was taken note of.
    pub const fn mark(&self) -> usize {
        self.notes.len()
    }

    /// Forgets what was taken note of after a mark.
    pub fn rewind(&mut self, mark: usize) {
        for note in self.notes.drain(mark..).rev() {
            match note {
                Note::Absent(name, Some(before)) => _ = self.tables.insert(name, *before),
                Note::Absent(name, None) => _ = self.tables.remove(&name),
                Note::CreatedLater(name) => {
                    self.tables.get_mut(&name).into_iter().for_each(|it| it.created_later = false)
                }
                Note::Gone(name) => self.tables.get_mut(&name).into_iter().for_each(|it| it.gone = false),
                Note::Path(name, path) => {
                    self.tables.get_mut(&name).into_iter().for_each(|it| _ = it.paths.remove(&path))
                }
                Note::Created(name) => _ = self.created.remove(&name),
                Note::SpokenOf(name) => _ = self.spoken_of.remove(&name),
                Note::Enum(name) => _ = self.enums.remove(&name),
                Note::Extension(name) => _ = self.extensions.remove(name),
            }
        }
    }

    pub fn knows_enum(&self, name: &ObjectName) -> bool {
        self.enums.contains_key(name)
    }
}

impl State {
    /// Says that a table is missing. `object` is what the fault is about: the table, or one that points to it.
    pub(super) fn missing_table(
        &mut self,
        step: &mut Step<'_>,
        name: &ObjectName,
        kind: FaultKind,
        object: &ObjectName,
    ) {
        if step.maybe.is_some() && kind == FaultKind::NoTable && step.is_upgrade() && !self.trial {
            self.outside.speak_of(name, step.at());
        }
        // What is only tried is certain of what was there once.
        if step.maybe.is_some() || self.trial && !self.outside.created.contains(name) {
            return;
        }
        let mut fault = Fault::new(kind, step.operation, object);
        if kind != FaultKind::NoTable {
            fault = fault.with("target", name.to_string());
        }
        // It was there once: whoever names it now is wrong for certain.
        if self.outside.created.contains(name) || !step.is_upgrade() {
            if self.outside.created.contains(name) {
                step.faults.push(fault);
            }
            return;
        }
        let paths = BTreeSet::from([step.operation.at.path.clone()]);
        self.outside.miss(name, Absent { fault, paths, created_later: false, gone: false });
        self.set_ghost(name, Some(Ghost { table: None, since: self.clock }));
        let why: Arc<str> = format!("no migration creates the table {name}").into();
        self.doubt(About::owner(Part::Tables, name.clone()), &why, step.at());
    }

    /// Returns the schema that is left, sorted as all schemas are, and the faults that only the end can tell. The state
    /// stays as it is if more may come, and is empty otherwise.
    pub fn finish(&mut self, more: bool) -> (Schema, Vec<Fault>) {
        let mut schema = match more {
            true => self.schema.clone(),
            false => std::mem::replace(&mut self.schema, Schema::empty(NAME, Origin::Replay, Some(self.dialect))),
        };
        let outside = &self.outside;
        let unsure: Vec<&Absent> = outside.tables.values().filter(|absent| !absent.created_later).collect();
        // Where much is made elsewhere, a table that is named once may be as well.
        let alone = outside.tables.len() == 1
            && unsure.iter().all(|absent| absent.paths.len() == 1)
            && !outside.created.is_empty();
        // Another application may own what a foreign key points to; a name that is almost right is a slip.
        let likely = |absent: &Absent| match absent.fault.part("target") {
            Some(target) => schema.tables.keys().any(|name| is_slip(&name.to_string(), target)),
            None => true,
        };
        let wrong = |absent: &Absent| absent.created_later || alone && likely(absent);
        let mut faults: Vec<Fault> =
            outside.tables.values().filter(|absent| wrong(absent)).map(|absent| absent.fault.clone()).collect();
        if unsure.is_empty() || alone {
            faults.extend(outside.enums.values().cloned());
        }
        // Where the migrations change a table that none of them creates, tables come from elsewhere as well.
        let changed =
            outside.tables.iter().filter(|(_, absent)| absent.fault.kind == FaultKind::NoTable && !wrong(absent));
        let changed =
            changed.map(|(name, absent)| (name, &absent.fault.at)).filter(|(name, _)| !outside.created.contains(*name));
        let spoken_of = outside.spoken_of.iter().filter(|(name, _)| !outside.created.contains(*name));
        let elsewhere: BTreeMap<&ObjectName, &Location> = spoken_of.chain(changed).collect();
        for (position, (name, at)) in elsewhere.into_iter().enumerate() {
            let mut doubt = |part: Part, table: Option<&ObjectName>, what: String| {
                let at = Some(at.clone());
                schema.unknown.push(SchemaUnknown { what: what.into(), part, table: table.cloned(), at });
            };
            if position == 0 {
                let what = format!("tables are made elsewhere: {name} is changed, but no migration creates it");
                doubt(Part::Tables, None, what);
            }
            for part in [Part::Columns, Part::Constraints, Part::Indexes] {
                doubt(part, Some(name), format!("no migration creates the table {name}"));
            }
        }
        for table in schema.tables.values_mut() {
            table.foreign_keys.sort_by(|a, b| (&a.name, &a.columns).cmp(&(&b.name, &b.columns)));
            table.uniques.sort_by(|a, b| (&a.name, &a.columns).cmp(&(&b.name, &b.columns)));
            table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
            table.checks.sort_by(|a, b| a.name.cmp(&b.name));
            table.partitions.sort_unstable();
        }
        (schema, faults)
    }
}

/// Returns whether one name is the other with a slip of the pen, or in the plural.
fn is_slip(one: &str, two: &str) -> bool {
    let longest = one.chars().count().max(two.chars().count());
    strsim::osa_distance(one, two) <= if longest > 7 { 2 } else { 1 }
}
