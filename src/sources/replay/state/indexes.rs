//! Indexes: created, dropped, renamed. Their names are unique in a schema; on MySQL in a table.

use std::sync::Arc;

use super::{About, Found, State, Step, names};
use crate::model::Known;
use crate::model::operation::FaultKind;
use crate::model::schema::{Dialect, Index, ObjectName, Part, Table};

impl State {
    pub(super) fn create_index(&mut self, step: &mut Step<'_>, table: &Known<ObjectName>, index: &Index) {
        if !index.dialects.is_empty() && !index.dialects.contains(&self.dialect) {
            return;
        }
        if let Known::Yes(view) = table {
            let view = self.canonical(view);
            if let Found::View(view) = self.find(&view) {
                return self.create_index_of_view(step, &view, index);
            }
        }
        let Some(name) = self.table_of(step, table, &[Part::Indexes]) else { return };
        if let Some(wanted) = &index.name {
            let wanted = self.given_name(step, wanted);
            if let Some(owner) = self.owner_of_index(&name, &wanted) {
                if step.if_not_exists || step.maybe.is_some() {
                    return;
                }
                if self.doubt_in(Part::Indexes, &owner, Some(&wanted)).is_none() && self.table_doubt(&owner).is_none() {
                    step.fault_of(FaultKind::IndexExists, &owner, &wanted);
                }
                self.edit(&owner, |table| {
                    table.indexes.retain(|other| other.name.as_deref() != Some(&*wanted));
                });
            }
            if step.maybe.is_some() {
                return self.doubt_member(step, Part::Indexes, &name, &wanted);
            }
            self.certain(Part::Indexes, &name, &wanted);
        } else if let Some(why) = step.maybe.clone() {
            return self.doubt_part(Part::Indexes, &name, &why, step.at());
        }
        let Some(before) = self.schema.tables.get(&name) else { return };
        let mut table = Table {
            columns: before.columns.clone(),
            indexes: before.indexes.clone(),
            uniques: before.uniques.clone(),
            ..Table::default()
        };
        let doubtful = self.doubt_in(Part::Columns, &name, None).is_some();
        self.add_index(step, &name, &mut table, index.clone(), doubtful);
        self.edit(&name, |now| now.indexes = table.indexes);
    }

    fn create_index_of_view(&mut self, step: &mut Step<'_>, name: &ObjectName, index: &Index) {
        let Some(mut view) = self.schema.views.get(name).cloned() else { return };
        if step.maybe.is_none() && !view.indexes.iter().any(|other| other.name == index.name) {
            view.indexes.push(index.clone());
            self.set_view(name, Some(view));
        }
    }

    /// Adds an index to a table that is on its way, named if it has no name.
    pub(super) fn add_index(
        &mut self,
        step: &mut Step<'_>,
        owner: &ObjectName,
        table: &mut Table,
        mut index: Index,
        doubtful: bool,
    ) {
        if !index.dialects.is_empty() && !index.dialects.contains(&self.dialect) {
            return;
        }
        index.at.get_or_insert_with(|| step.operation.at.clone());
        index.name = match index.name.take() {
            Some(name) => Some(self.given_name(step, &name)),
            None => match self.dialect {
                Dialect::Postgresql => Some(self.chosen(owner, table, &names::of_index(&index), "idx")),
                Dialect::Mysql => index.columns().flatten().next().cloned().map(|first| mysql_name(table, &first)),
                Dialect::Sqlite => None,
            },
        };
        let shown = index.name.clone().unwrap_or_default();
        for column in index.columns().flatten().chain(&index.include) {
            if self.position(table, column).is_none()
                && !doubtful
                && self.doubt_in(Part::Columns, owner, Some(column)).is_none()
                && let Some(fault) = step.fault_of(FaultKind::IndexColumn, owner, column)
            {
                fault.parts.push(("index", shown.clone()));
            }
        }
        table.indexes.retain(|other| index.name.is_none() || other.name != index.name);
        table.indexes.push(index);
    }

    pub(super) fn drop_index(
        &mut self,
        step: &mut Step<'_>,
        index: &Known<Arc<str>>,
        schema: Option<&Arc<str>>,
        table: Option<&Known<ObjectName>>,
    ) {
        let Some((owner, wanted)) = self.locate(step, index, schema, table) else { return };
        if step.maybe.is_some() {
            self.doubt_member(step, Part::Indexes, &owner, &wanted);
        } else {
            self.certain(Part::Indexes, &owner, &wanted);
        }
        let is_constraint = |table: &Table| {
            let keys = table.uniques.iter().chain(&table.primary_key);
            keys.filter_map(|key| key.name.as_deref()).any(|name| name == &*wanted)
        };
        let constraint = self.schema.tables.get(&owner).is_some_and(is_constraint);
        if constraint && self.dialect == Dialect::Postgresql {
            step.fault_of(FaultKind::IndexOfConstraint, &owner, &wanted);
        }
        let mysql = self.dialect == Dialect::Mysql;
        self.edit(&owner, |table| {
            let is = |name: &Option<Arc<str>>| {
                name.as_ref()
                    .is_some_and(|name| if mysql { name.eq_ignore_ascii_case(&wanted) } else { *name == wanted })
            };
            let found = table.indexes.iter().any(|index| is(&index.name));
            table.indexes.retain(|index| !is(&index.name));
            if constraint || (mysql && !found) {
                table.uniques.retain(|key| !is(&key.name));
            }
        });
    }

    pub(super) fn rename_index(
        &mut self,
        step: &mut Step<'_>,
        index: &Known<Arc<str>>,
        schema: Option<&Arc<str>>,
        table: Option<&Known<ObjectName>>,
        to: &Known<Arc<str>>,
    ) {
        let Some((owner, from)) = self.locate(step, index, schema, table) else { return };
        let to = match to {
            Known::Yes(to) => self.given_name(step, to),
            Known::No(why) => {
                let why = why.clone();
                return self.doubt_part(Part::Indexes, &owner, &why, &step.operation.at);
            }
        };
        if step.maybe.is_some() {
            self.doubt_member(step, Part::Indexes, &owner, &from);
            self.doubt_member(step, Part::Indexes, &owner, &to);
            self.edit(&owner, |table| table.indexes.retain(|index| index.name.as_ref() != Some(&from)));
            return;
        }
        if self.owner_of_index(&owner, &to).is_some() && self.doubt_in(Part::Indexes, &owner, Some(&to)).is_none() {
            step.fault_of(FaultKind::IndexExists, &owner, &to);
        }
        let dialect = self.dialect;
        self.edit(&owner, |table| {
            let keys = table.uniques.iter_mut().chain(&mut table.primary_key).map(|key| &mut key.name);
            for name in table.indexes.iter_mut().map(|index| &mut index.name).chain(keys) {
                let is = |name: &Arc<str>| match dialect {
                    Dialect::Postgresql => *name == from,
                    _ => name.eq_ignore_ascii_case(&from),
                };
                if name.as_ref().is_some_and(is) {
                    *name = Some(to.clone());
                }
            }
        });
    }

    /// Returns the table of an index and the index's name as the table has it; says what is wrong where it is nowhere.
    fn locate(
        &mut self,
        step: &mut Step<'_>,
        index: &Known<Arc<str>>,
        schema: Option<&Arc<str>>,
        table: Option<&Known<ObjectName>>,
    ) -> Option<(ObjectName, Arc<str>)> {
        let owner = table.and_then(Known::as_known).map(|name| self.canonical(name));
        let wanted = match index {
            Known::Yes(wanted) => self.given_name(step, wanted),
            Known::No(why) => {
                let owner = owner.filter(|owner| self.schema.tables.contains_key(owner));
                let about = About { part: Part::Indexes, owner, member: None };
                self.doubt(about, why, &step.operation.at);
                return None;
            }
        };
        let schema = owner.as_ref().map_or_else(
            || self.canonical(&ObjectName { schema: schema.cloned(), name: wanted.clone() }).schema,
            |owner| owner.schema.clone(),
        );
        let place = owner.clone().unwrap_or_else(|| ObjectName { schema, name: "".into() });
        if let Some(found) = self.owner_of_index(&place, &wanted) {
            let spelled = self.spelled(&found, &wanted);
            return Some((found, spelled));
        }
        if step.if_exists || step.maybe.is_some() {
            return None;
        }
        let Some(owner) = owner else {
            // It may be on any table that is not known.
            let doubtful = self.doubts.has_part(Part::Indexes) || self.doubts.has_part(Part::Tables);
            let of_view = self
                .schema
                .views
                .values()
                .any(|view| view.indexes.iter().any(|one| one.name.as_ref() == Some(&wanted)));
            if of_view {
                self.drop_index_of_view(&wanted);
            } else if !doubtful {
                let object = ObjectName { schema: place.schema, name: wanted.clone() };
                step.fault_of(FaultKind::NoIndex, &object, &wanted);
            }
            return None;
        };
        let known = Known::Yes(owner);
        let owner = self.table_of(step, &known, &[Part::Indexes])?;
        // A batch does all at once: the index may go along with its column.
        let went = self.in_batch(step) && self.went_along.contains(&(owner.clone(), wanted.clone()));
        if !went && self.doubt_in(Part::Indexes, &owner, Some(&wanted)).is_none() {
            step.fault_of(FaultKind::NoIndex, &owner, &wanted);
        }
        self.certain(Part::Indexes, &owner, &wanted);
        None
    }

    fn drop_index_of_view(&mut self, wanted: &Arc<str>) {
        let found =
            self.schema.views.iter().find(|(_, view)| view.indexes.iter().any(|one| one.name.as_ref() == Some(wanted)));
        let Some((name, mut view)) = found.map(|(name, view)| (name.clone(), view.clone())) else { return };
        view.indexes.retain(|one| one.name.as_ref() != Some(wanted));
        self.set_view(&name, Some(view));
    }

    /// Returns the table that has an index of this name, in the schema of `place`; on MySQL only `place` itself.
    pub(super) fn owner_of_index(&self, place: &ObjectName, index: &Arc<str>) -> Option<ObjectName> {
        if self.dialect == Dialect::Mysql {
            let table = self.schema.tables.get(place)?;
            let names = table.indexes.iter().map(|index| &index.name).chain(table.uniques.iter().map(|key| &key.name));
            let found = names.flatten().any(|name| name.eq_ignore_ascii_case(index));
            return found.then(|| place.clone());
        }
        let object = ObjectName { schema: place.schema.clone(), name: index.clone() };
        self.derived.table_of_index(&object, self.dialect).cloned()
    }

    /// Returns a name of an index as its table has it.
    fn spelled(&self, owner: &ObjectName, wanted: &Arc<str>) -> Arc<str> {
        let Some(table) = self.schema.tables.get(owner) else { return wanted.clone() };
        let names = table.indexes.iter().filter_map(|index| index.name.as_ref());
        let names = names.chain(table.uniques.iter().filter_map(|key| key.name.as_ref()));
        names.into_iter().find(|name| self.same(name, wanted)).unwrap_or(wanted).clone()
    }
}

/// Returns a free name of an index on MySQL.
pub(super) fn mysql_name(table: &Table, first: &str) -> Arc<str> {
    names::of_mysql_index(first, |name| {
        let indexes = table.indexes.iter().filter_map(|index| index.name.as_deref());
        let uniques = table.uniques.iter().filter_map(|key| key.name.as_deref());
        indexes.chain(uniques).any(|other| other.eq_ignore_ascii_case(name))
    })
}
