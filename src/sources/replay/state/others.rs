//! Views, extensions, schemas, partitions, and objects that a schema does not hold.

use std::sync::Arc;

use super::{About, Found, State, Step, words};
use crate::model::Known;
use crate::model::operation::FaultKind;
use crate::model::schema::{Dialect, ObjectName, Part, Table, View};

impl State {
    pub(super) fn create_view(
        &mut self,
        step: &mut Step<'_>,
        name: &Known<ObjectName>,
        (definition, columns): (&Arc<str>, &[Arc<str>]),
        materialized: bool,
        replace: bool,
    ) {
        let Some(name) = self.view_named(step, name) else { return };
        if self.schema.views.contains_key(&name) && !replace {
            if step.if_not_exists || step.maybe.is_some() {
                return;
            }
            if self.view_doubt(&name).is_none() {
                step.fault(FaultKind::ViewExists, &name);
            }
        }
        if let Some(why) = step.maybe.clone() {
            return self.doubt_view(step, name, &why);
        }
        let columns = columns.to_vec();
        let definition = Some(definition.clone()).filter(|text| !text.is_empty());
        let before = self.schema.views.get(&name).filter(|_| replace);
        let indexes = before.map(|view| view.indexes.clone()).unwrap_or_default();
        self.remove_doubts(&name, |_| true);
        self.set_ghost(&name, None);
        self.set_view(&name, Some(View { materialized, columns, definition, indexes, comment: None }));
    }

    fn view_named(&mut self, step: &Step<'_>, name: &Known<ObjectName>) -> Option<ObjectName> {
        match name {
            Known::Yes(name) => Some(self.canonical(name)),
            Known::No(why) => {
                self.doubt(About { part: Part::Views, owner: None, member: None }, why, step.at());
                None
            }
        }
    }

    pub(super) fn view_doubt(&self, name: &ObjectName) -> Option<Arc<str>> {
        let why = self.doubts.why(&self.schema.unknown, &About::owner(Part::Views, name.clone()));
        let whole = || self.doubts.why_whole(&self.schema.unknown, Part::Views);
        why.or_else(|| if self.doubts.whole(Part::Views) > 0 { whole() } else { None }).cloned()
    }

    /// Models may be mapped onto a view: a table of its name may be there.
    fn doubt_view(&mut self, step: &Step<'_>, name: ObjectName, why: &Arc<str>) {
        self.doubt(About::owner(Part::Views, name.clone()), why, step.at());
        self.doubt(About::owner(Part::Tables, name), why, step.at());
    }

    pub(super) fn drop_view(&mut self, step: &mut Step<'_>, name: &Known<ObjectName>) {
        let Some(name) = self.view_named(step, name) else { return };
        let there = self.schema.views.contains_key(&name);
        if let Some(why) = step.maybe.clone() {
            if there {
                self.set_view(&name, None);
                self.doubt_view(step, name, &why);
            }
            return;
        }
        if !there {
            let known = self.others.contains(&*format!("view {name}"));
            if !step.if_exists && known && self.view_doubt(&name).is_none() {
                step.fault(FaultKind::NoView, &name);
            }
            return self.remove_doubts(&name, |about| about.part == Part::Views);
        }
        self.set_view(&name, None);
        let other: Arc<str> = format!("view {name}").into();
        self.set_other(&other, true);
    }

    /// Drops the views that speak of a table that is dropped with CASCADE.
    pub(super) fn drop_views_on(&mut self, step: &Step<'_>, table: &ObjectName) {
        let speaks =
            |view: &View| view.definition.as_ref().is_some_and(|text| words::mentions(text, &table.name, self.dialect));
        let views: Vec<ObjectName> =
            self.schema.views.iter().filter(|(_, view)| speaks(view)).map(|(name, _)| name.clone()).collect();
        for view in views {
            self.set_view(&view, None);
            let why: Arc<str> = format!("it may have been dropped with the table {table}").into();
            self.doubt_view(step, view, &why);
        }
    }

    pub(super) fn move_view(&mut self, from: &ObjectName, to: &ObjectName) {
        let view = self.schema.views.get(from).cloned();
        self.set_view(from, None);
        self.set_view(to, view);
    }

    pub(super) fn create_extension(&mut self, step: &mut Step<'_>, name: &Known<Arc<str>>) {
        let Known::Yes(name) = name else { return };
        if step.maybe.is_some() {
            let other: Arc<str> = format!("maybe {name}").into();
            return self.set_other(&other, true);
        }
        if self.schema.extensions.contains(name) {
            if !step.if_not_exists {
                step.fault(FaultKind::ExtensionExists, &ObjectName::new(name.clone()));
            }
            return;
        }
        let mut extensions = self.schema.extensions.clone();
        extensions.push(name.clone());
        extensions.sort_unstable();
        self.set_extensions(extensions);
    }

    pub(super) fn drop_extension(&mut self, step: &mut Step<'_>, name: &Known<Arc<str>>) {
        let Known::Yes(name) = name else { return };
        let dropped: Arc<str> = format!("no extension {name}").into();
        if step.maybe.is_some() {
            return;
        }
        if !self.schema.extensions.contains(name) {
            if !step.if_exists && self.others.contains(&dropped) {
                step.fault(FaultKind::NoExtension, &ObjectName::new(name.clone()));
            }
            return;
        }
        let mut extensions = self.schema.extensions.clone();
        extensions.retain(|other| other != name);
        self.set_extensions(extensions);
        self.set_other(&dropped, true);
    }

    pub(super) fn create_schema(&mut self, name: &Known<Arc<str>>) {
        if let Known::Yes(name) = name {
            let other: Arc<str> = format!("schema {name}").into();
            self.set_other(&other, true);
        }
    }

    pub(super) fn drop_schema(&mut self, step: &mut Step<'_>, name: &Known<Arc<str>>, cascade: bool) {
        let Known::Yes(name) = name else {
            return self.doubt_all(step, "a schema is dropped whose name is not known");
        };
        if step.maybe.is_none() {
            let other: Arc<str> = format!("schema {name}").into();
            self.set_other(&other, false);
        }
        let within = self.canonical(&ObjectName::within(name.clone(), "")).schema;
        if !cascade && self.dialect != Dialect::Mysql || within.is_none() && self.dialect == Dialect::Mysql {
            return;
        }
        for table in self.tables_within(within.as_ref()) {
            self.drop_table(step, &Known::Yes(table), true);
        }
        let enums: Vec<ObjectName> = self.schema.enums.keys().filter(|name| name.schema == within).cloned().collect();
        for name in enums {
            self.drop_enum(step, &Known::Yes(name), true);
        }
        let views: Vec<ObjectName> = self.schema.views.keys().filter(|name| name.schema == within).cloned().collect();
        for name in views {
            self.drop_view(step, &Known::Yes(name));
        }
    }

    fn tables_within(&self, schema: Option<&Arc<str>>) -> Vec<ObjectName> {
        self.schema.tables.keys().filter(|name| name.schema.as_ref() == schema).cloned().collect()
    }

    fn doubt_all(&mut self, step: &Step<'_>, why: &str) {
        let why: Arc<str> = why.into();
        for part in Part::ALL {
            self.doubt(About { part, owner: None, member: None }, &why, step.at());
        }
    }

    pub(super) fn rename_schema(&mut self, step: &mut Step<'_>, name: &Known<Arc<str>>, to: &Known<Arc<str>>) {
        let (Known::Yes(from), Known::Yes(to), None) = (name, to, &step.maybe) else {
            return self.doubt_all(step, "a schema may be renamed");
        };
        let from = self.canonical(&ObjectName::within(from.clone(), "")).schema;
        let to = self.canonical(&ObjectName::within(to.clone(), "")).schema;
        let moved = |name: &ObjectName| ObjectName { schema: to.clone(), name: name.name.clone() };
        for table in self.tables_within(from.as_ref()) {
            self.move_table(&table, &moved(&table));
        }
        let enums: Vec<ObjectName> = self.schema.enums.keys().filter(|name| name.schema == from).cloned().collect();
        for name in enums {
            self.rename_enum(step, &Known::Yes(name.clone()), &Known::Yes(moved(&name)));
        }
        let views: Vec<ObjectName> = self.schema.views.keys().filter(|name| name.schema == from).cloned().collect();
        for name in views {
            self.move_view(&name, &moved(&name));
        }
    }

    /// A partitioned table is one table, with its partitions named.
    pub(super) fn add_partition(&mut self, step: &Step<'_>, parent: Option<ObjectName>, partition: &ObjectName) {
        let Some(parent) = parent else { return };
        let root = match self.find(&parent) {
            Found::Table(table) | Found::Partition(table) => table,
            _ => return,
        };
        if step.maybe.is_some() {
            return;
        }
        let listed: Arc<str> =
            if partition.schema == root.schema { partition.name.clone() } else { partition.to_string().into() };
        self.edit(&root, |table| {
            if let Err(position) = table.partitions.binary_search(&listed) {
                table.partitions.insert(position, listed);
            }
        });
    }

    pub(super) fn remove_partition(&mut self, parent: &ObjectName, partition: &ObjectName) {
        let full = partition.to_string();
        let same_schema = partition.schema == parent.schema;
        self.edit(parent, |table| {
            table.partitions.retain(|name| **name != *full && !(same_schema && *name == partition.name));
        });
    }

    pub(super) fn attach_partition(
        &mut self,
        step: &mut Step<'_>,
        table: &Known<ObjectName>,
        partition: &Known<ObjectName>,
    ) {
        let Some(parent) = self.table_of(step, table, &[Part::Tables]) else { return };
        let Some(partition) = self.table_of(step, partition, &[Part::Tables]) else { return };
        if step.maybe.is_none() {
            self.set_table(&partition, None);
            self.add_partition(step, Some(parent), &partition);
        }
    }

    pub(super) fn detach_partition(
        &mut self,
        step: &mut Step<'_>,
        table: &Known<ObjectName>,
        partition: &Known<ObjectName>,
    ) {
        let Some(parent) = self.table_of(step, table, &[Part::Tables]) else { return };
        let Known::Yes(partition) = partition else { return };
        let partition = self.canonical(partition);
        if step.maybe.is_some() || !matches!(self.find(&partition), Found::Partition(_)) {
            return;
        }
        self.remove_partition(&parent, &partition);
        let Some(source) = self.schema.tables.get(&parent) else { return };
        let table = Table { columns: source.columns.clone(), at: source.at.clone(), ..Table::default() };
        self.make_real(&partition, table);
        let why = format!("it was a partition of {parent}");
        self.doubt_part(Part::Constraints, &partition, &why, step.at());
        self.doubt_part(Part::Indexes, &partition, &why, step.at());
    }

    /// Takes note of an object that a schema does not hold, by its kind and name.
    pub(super) fn other(&mut self, step: &Step<'_>, kind: &str, name: &Known<Arc<str>>, there: bool) {
        if let (Known::Yes(name), true) = (name, step.maybe.is_none() || there) {
            let other: Arc<str> = format!("{kind} {name}").into();
            self.set_other(&other, there);
        }
    }
}
