//! What can be told from the tables, kept so that it need not be searched: where an index is, who points to a table,
//! which tables use an enum, whose partition something is.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::model::Known;
use crate::model::schema::{Dialect, Normal, ObjectName, Table};

#[derive(Debug, Default)]
pub(super) struct Derived {
    /// From the name of an index, in the schema of its table, to the table; names as the dialect compares them. Not on
    /// MySQL, where each table has its own.
    indexes: Owners,
    /// Names of tables in lower case, where case does not matter.
    folded: Owners,
    /// From a table to those that point to it, itself included.
    referrers: Counted,
    /// From an enum to the tables that have columns of it.
    users: Counted,
    /// From a partition to its table.
    partitions: Owners,
}

/// From a name to the table that has it: where several do, which is a fault, the first by name. So it rests on the tables
/// alone, not on what happened to them.
#[derive(Debug, Default)]
struct Owners {
    first: FxHashMap<ObjectName, ObjectName>,
    others: BTreeSet<(ObjectName, ObjectName)>,
}

impl Owners {
    fn get(&self, name: &ObjectName) -> Option<&ObjectName> {
        self.first.get(name)
    }

    fn add(&mut self, name: ObjectName, owner: &ObjectName) {
        match self.first.entry(name) {
            Entry::Vacant(free) => _ = free.insert(owner.clone()),
            Entry::Occupied(taken) if taken.get() == owner => {}
            Entry::Occupied(mut taken) => {
                let name = taken.key().clone();
                let later = if owner < taken.get() { taken.insert(owner.clone()) } else { owner.clone() };
                self.others.insert((name, later));
            }
        }
    }

    fn remove(&mut self, name: &ObjectName, owner: &ObjectName) {
        if self.first.get(name) != Some(owner) {
            self.others.remove(&(name.clone(), owner.clone()));
            return;
        }
        let next = match self.others.is_empty() {
            true => None,
            false => self.others.iter().find(|(of, _)| of == name).cloned(),
        };
        match next {
            Some(next) => {
                self.others.remove(&next);
                self.first.insert(next.0, next.1);
            }
            None => _ = self.first.remove(name),
        }
    }
}

type Counted = FxHashMap<ObjectName, BTreeMap<ObjectName, usize>>;

/// What is noted of a table.
#[derive(Debug, PartialEq)]
pub(super) struct Noted {
    indexes: Vec<ObjectName>,
    referred: Vec<ObjectName>,
    used: Vec<ObjectName>,
    partitions: Vec<ObjectName>,
}

impl Noted {
    pub(super) fn of(name: &ObjectName, table: &Table, dialect: Dialect) -> Self {
        Self {
            indexes: index_names(name, table, dialect),
            referred: table.foreign_keys.iter().map(|key| key.table.clone()).collect(),
            used: enums_of(table, dialect).cloned().collect(),
            partitions: partitions_of(name, table).collect(),
        }
    }
}

impl Derived {
    /// Takes note of a table.
    pub fn add(&mut self, name: &ObjectName, table: &Table, dialect: Dialect) {
        if dialect != Dialect::Postgresql {
            self.folded.add(folded(name, dialect), name);
        }
        let noted = Noted::of(name, table, dialect);
        add_all(&mut self.indexes, noted.indexes, name);
        count_all(&mut self.referrers, noted.referred, name);
        count_all(&mut self.users, noted.used, name);
        add_all(&mut self.partitions, noted.partitions, name);
    }

    /// Forgets a table, as it was noted.
    pub fn remove(&mut self, name: &ObjectName, table: &Table, dialect: Dialect) {
        if dialect != Dialect::Postgresql {
            self.folded.remove(&folded(name, dialect), name);
        }
        let noted = Noted::of(name, table, dialect);
        noted.indexes.iter().for_each(|index| self.indexes.remove(index, name));
        noted.referred.iter().for_each(|of| less(&mut self.referrers, of, name));
        noted.used.iter().for_each(|of| less(&mut self.users, of, name));
        noted.partitions.iter().for_each(|partition| self.partitions.remove(partition, name));
    }

    /// Takes note of a table that is another one now: most changes leave alone what is noted of it.
    pub fn change(&mut self, name: &ObjectName, before: Noted, now: Noted) {
        if before.indexes != now.indexes {
            before.indexes.iter().for_each(|index| self.indexes.remove(index, name));
            add_all(&mut self.indexes, now.indexes, name);
        }
        if before.referred != now.referred {
            before.referred.iter().for_each(|of| less(&mut self.referrers, of, name));
            count_all(&mut self.referrers, now.referred, name);
        }
        if before.used != now.used {
            before.used.iter().for_each(|of| less(&mut self.users, of, name));
            count_all(&mut self.users, now.used, name);
        }
        if before.partitions != now.partitions {
            before.partitions.iter().for_each(|partition| self.partitions.remove(partition, name));
            add_all(&mut self.partitions, now.partitions, name);
        }
    }

    /// Returns the table that has the index, or the constraint behind it.
    pub fn table_of_index(&self, index: &ObjectName, dialect: Dialect) -> Option<&ObjectName> {
        match dialect {
            Dialect::Postgresql => self.indexes.get(index),
            _ => self.indexes.get(&folded(index, dialect)),
        }
    }

    /// Returns the table whose name differs in case only.
    pub fn cased(&self, name: &ObjectName, dialect: Dialect) -> Option<&ObjectName> {
        self.folded.get(&folded(name, dialect))
    }

    /// Returns the tables whose foreign keys point to this one.
    pub fn referrers(&self, table: &ObjectName) -> Vec<ObjectName> {
        self.referrers.get(table).map(|tables| tables.keys().cloned().collect()).unwrap_or_default()
    }

    /// Returns the tables that have columns of an enum.
    pub fn users(&self, name: &ObjectName) -> Vec<ObjectName> {
        self.users.get(name).map(|tables| tables.keys().cloned().collect()).unwrap_or_default()
    }

    /// Returns the table that this is a partition of.
    pub fn partitioned(&self, partition: &ObjectName) -> Option<&ObjectName> {
        self.partitions.get(partition)
    }
}

/// Returns a name as the dialect compares it.
fn folded(name: &ObjectName, dialect: Dialect) -> ObjectName {
    if dialect == Dialect::Postgresql {
        return name.clone();
    }
    let lower = |text: &Arc<str>| Arc::from(text.to_ascii_lowercase());
    ObjectName { schema: name.schema.as_ref().map(lower), name: lower(&name.name) }
}

fn add_all(owners: &mut Owners, names: Vec<ObjectName>, name: &ObjectName) {
    names.into_iter().for_each(|of| owners.add(of, name));
}

fn count_all(counted: &mut Counted, names: Vec<ObjectName>, name: &ObjectName) {
    for of in names {
        *counted.entry(of).or_default().entry(name.clone()).or_default() += 1;
    }
}

fn less(counted: &mut Counted, of: &ObjectName, name: &ObjectName) {
    let Some(tables) = counted.get_mut(of) else { return };
    if let Some(count) = tables.get_mut(name) {
        *count -= 1;
        if *count == 0 {
            tables.remove(name);
        }
    }
    if tables.is_empty() {
        counted.remove(of);
    }
}

fn index_names(name: &ObjectName, table: &Table, dialect: Dialect) -> Vec<ObjectName> {
    if dialect == Dialect::Mysql {
        return Vec::new();
    }
    let indexes = table.indexes.iter().filter_map(|index| index.name.as_ref());
    // A constraint of PostgreSQL has an index of its name.
    let keys = table.uniques.iter().chain(&table.primary_key).filter(|_| dialect == Dialect::Postgresql);
    indexes
        .chain(keys.filter_map(|key| key.name.as_ref()))
        .map(|index| folded(&ObjectName { schema: name.schema.clone(), name: index.clone() }, dialect))
        .collect()
}

fn enums_of(table: &Table, dialect: Dialect) -> impl Iterator<Item = &ObjectName> {
    table.columns.iter().filter(move |_| dialect == Dialect::Postgresql).filter_map(move |column| match &column.ty {
        Known::Yes(ty) => {
            let variant = ty.variants.iter().find(|(of, _)| *of == dialect).map(|(_, normal)| normal);
            enum_name(variant.unwrap_or(&ty.normal))
        }
        Known::No(_) => None,
    })
}

/// Returns the name of an enum, or of an array's.
pub(super) fn enum_name(normal: &Normal) -> Option<&ObjectName> {
    match normal {
        Normal::Array(element) => enum_name(element),
        Normal::Enum { name, .. } => name.as_ref(),
        _ => None,
    }
}

fn partitions_of<'a>(name: &'a ObjectName, table: &'a Table) -> impl Iterator<Item = ObjectName> + 'a {
    table.partitions.iter().map(|partition| match partition.split_once('.') {
        Some((schema, partition)) => ObjectName::within(schema, partition),
        None => ObjectName { schema: name.schema.clone(), name: partition.clone() },
    })
}
