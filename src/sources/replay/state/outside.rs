//! What migrations speak of without ever making it: tables of a framework, or of the time before the first migration.
//!
//! Whether that is a fault can be told at the end only. A table that several migrations touch was made by somebody
//! else; what one operation alone names is there as little as what was created too late.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::{About, Ghost, State, Step};
use crate::model::Location;
use crate::model::operation::Operation;
use crate::model::operation::{Fault, FaultKind};
use crate::model::schema::{ObjectName, Part, Schema, SchemaUnknown};

#[derive(Debug, Default)]
pub(super) struct Outside {
    /// By table.
    tables: BTreeMap<ObjectName, Absent>,
    /// Every table that an upgrade made, or gave this name.
    created: HashSet<ObjectName>,
    /// Tables that were not there when something may have been done to them, with the first such place.
    spoken_of: BTreeMap<ObjectName, Location>,
    /// Columns of enums that nobody created.
    enums: BTreeMap<ObjectName, Fault>,
    /// Extensions that were missed already.
    pub extensions: BTreeSet<&'static str>,
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
        if let Some(absent) = self.tables.get_mut(name) {
            absent.created_later |= !absent.gone;
        }
        self.created.insert(name.clone());
    }

    /// Takes note that a table is dropped, or renamed.
    pub fn gone(&mut self, name: &ObjectName) {
        if let Some(absent) = self.tables.get_mut(name) {
            absent.gone = true;
        }
    }

    /// Takes note of another operation on a table that is not there.
    pub fn again(&mut self, name: &ObjectName, operation: &Operation) {
        if let Some(absent) = self.tables.get_mut(name) {
            absent.paths.insert(operation.at.path.clone());
        }
    }

    /// Takes note of a column whose enum nobody created so far.
    pub fn missing_enum(&mut self, name: &ObjectName, fault: Fault) {
        self.enums.entry(name.clone()).or_insert(fault);
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
            self.outside.spoken_of.entry(name.clone()).or_insert_with(|| step.at().clone());
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
        self.outside.tables.insert(name.clone(), Absent { fault, paths, created_later: false, gone: false });
        self.set_ghost(name, Some(Ghost { table: None, since: self.clock }));
        let why: Arc<str> = format!("no migration creates the table {name}").into();
        self.doubt(About::owner(Part::Tables, name.clone()), &why, step.at());
    }

    /// Returns the schema that is left, sorted as all schemas are, and the faults that only the end can tell.
    pub fn finish(self) -> (Schema, Vec<Fault>) {
        let Self { mut schema, outside, .. } = self;
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
