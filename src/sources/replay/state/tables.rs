//! Tables: created, dropped, renamed.

use std::sync::Arc;

use super::{About, Found, Ghost, State, Step, names};
use crate::model::Known;
use crate::model::operation::CreateTable;
use crate::model::operation::FaultKind;
use crate::model::schema::{Dialect, IndexPart, ObjectName, Part, SchemaUnknown, Table};

impl State {
    pub(super) fn create_table(&mut self, step: &mut Step<'_>, create: &CreateTable) {
        let name = match &create.name {
            Known::Yes(name) => self.canonical(name),
            Known::No(why) => {
                self.doubt(About { part: Part::Tables, owner: None, member: None }, why, &step.operation.at);
                return;
            }
        };
        if create.temporary {
            if step.maybe.is_none() {
                self.set_temporary(&name, true);
            }
            return;
        }
        let found = self.find(&name);
        if matches!(found, Found::Table(_) | Found::View(_) | Found::Partition(_)) {
            let certain = self.table_doubt(&name).is_none();
            if step.if_not_exists {
                return;
            }
            if step.maybe.is_some() {
                // It cannot run where the table is there.
                return;
            }
            if certain {
                step.fault(FaultKind::TableExists, &name);
            }
            if !matches!(found, Found::Table(_)) {
                return;
            }
        }
        let table = self.prepare_table(step, &name, create);
        if let Some(why) = step.maybe.clone() {
            if create.partition {
                return;
            }
            self.doubt(About::owner(Part::Tables, name.clone()), &why, step.at());
            self.set_ghost(&name, Some(Ghost { table: Some(table), since: self.clock }));
            if step.is_upgrade() && !self.trial {
                self.outside.create(&name);
            }
            return;
        }
        if create.partition {
            let parent = create.like.as_ref().map(|parent| self.canonical(parent));
            return self.add_partition(step, parent, &name);
        }
        // Nobody knows whether the table that may have been there is just like this one.
        let maybe_there = found == Found::Doubtful && step.if_not_exists;
        self.make_real(&name, table);
        if maybe_there {
            self.doubt_part(Part::Columns, &name, "the table may have been there with other columns", step.at());
        }
        if create.from_query {
            self.doubt_part(Part::Columns, &name, "the table is made from a query", step.at());
        }
        if let Some(like) = &create.like {
            self.doubt_copy(step, &name, like);
        }
        if step.is_upgrade() && !self.trial {
            self.outside.create(&name);
        }
        self.created_here.insert(name);
    }

    /// Puts a table in its place; all of it is certain from now on.
    pub(super) fn make_real(&mut self, name: &ObjectName, table: Table) {
        self.set_ghost(name, None);
        self.remove_doubts(name, |_| true);
        self.set_table(name, Some(table));
        self.settle(name);
    }

    /// Puts a table in its place that was in doubt until now; doubts about its parts stay.
    pub(super) fn prove(&mut self, name: &ObjectName, table: Table, since: u64) {
        self.set_ghost(name, None);
        self.remove_doubts(name, |about| about.part == Part::Tables);
        self.set_table(name, Some(table));
        self.settle_at(name, since);
    }

    /// Says what may be copied from another table, and what of it may not.
    fn doubt_copy(&mut self, step: &Step<'_>, name: &ObjectName, like: &ObjectName) {
        let source = self.canonical(like);
        let why = format!("what is copied from {source} is not known");
        match self.schema.tables.get(&source) {
            Some(source) if self.dialect != Dialect::Mysql => {
                let keys = source.primary_key.is_some() || !source.uniques.is_empty() || !source.checks.is_empty();
                let indexes = !source.indexes.is_empty();
                if keys {
                    self.doubt_part(Part::Constraints, name, &why, step.at());
                }
                if indexes {
                    self.doubt_part(Part::Indexes, name, &why, step.at());
                }
            }
            Some(_) => {}
            None => {
                for part in [Part::Columns, Part::Constraints, Part::Indexes] {
                    self.doubt_part(part, name, &why, step.at());
                }
            }
        }
    }

    /// Returns the table that a database makes, with all that is wrong with it said.
    fn prepare_table(&mut self, step: &mut Step<'_>, name: &ObjectName, create: &CreateTable) -> Table {
        let given = &create.table;
        let mut table = Table {
            comment: given.comment.clone(),
            foreign: given.foreign,
            partitions: given.partitions.clone(),
            at: given.at.clone().or_else(|| Some(step.operation.at.clone())),
            ..Table::default()
        };
        if let Some(like) = create.like.as_ref().filter(|_| !create.partition) {
            self.copy_columns(&mut table, like);
        }
        for column in &given.columns {
            let column = self.prepare_column(step, name, column);
            table.columns.retain(|other| other.name != column.name);
            table.columns.push(column);
        }
        let doubtful = create.from_query
            || create.like.is_some()
            || step.operation.unknown.iter().any(|unknown| unknown.part == Part::Columns);
        for key in given.primary_key.iter() {
            self.add_primary_key(step, name, &mut table, key.clone(), doubtful);
        }
        // Names are given in this order: indexes of keys first, then checks, then foreign keys.
        for key in &given.uniques {
            self.add_unique(step, name, &mut table, key.clone(), doubtful);
        }
        for check in &given.checks {
            self.add_check(step, name, &mut table, check.clone());
        }
        for key in &given.foreign_keys {
            self.add_foreign_key(step, name, &mut table, key.clone(), doubtful);
        }
        for index in &given.indexes {
            self.add_index(step, name, &mut table, index.clone(), doubtful);
        }
        self.number_rows(&mut table);
        if step.is_directive() {
            self.number_by_sqlalchemy(name, &mut table);
        }
        table
    }

    /// Copies what `LIKE` and `INHERITS` copy at least.
    fn copy_columns(&self, table: &mut Table, like: &ObjectName) {
        let Some(source) = self.schema.tables.get(&self.canonical(like)) else { return };
        table.columns = source.columns.clone();
        if self.dialect == Dialect::Mysql {
            table.primary_key = source.primary_key.clone();
            table.uniques = source.uniques.clone();
            table.indexes = source.indexes.clone();
            return;
        }
        for column in &mut table.columns {
            if column.default != Known::Yes(None) {
                column.default = Known::No(format!("LIKE {like} may leave defaults out").into());
            }
        }
    }

    pub(super) fn drop_table(&mut self, step: &mut Step<'_>, table: &Known<ObjectName>, cascade: bool) {
        let name = match table {
            Known::Yes(name) => self.canonical(name),
            Known::No(why) => {
                self.doubt(About { part: Part::Tables, owner: None, member: None }, why, &step.operation.at);
                return;
            }
        };
        let found = self.find(&name);
        let name = match &found {
            Found::Table(name) => name.clone(),
            _ => name,
        };
        if let Some(why) = step.maybe.clone() {
            if let Found::Table(name) = &found {
                let table = self.schema.tables.get(name).cloned();
                self.set_table(name, None);
                self.set_ghost(name, Some(Ghost { table, since: self.clock }));
                self.doubt(About::owner(Part::Tables, name.clone()), &why, step.at());
            }
            return;
        }
        match found {
            Found::Table(_) => {
                self.cut_references(step, &name, cascade);
                self.set_table(&name, None);
            }
            Found::Partition(parent) => self.remove_partition(&parent, &name),
            Found::Temporary => return self.set_temporary(&name, false),
            Found::View(_) | Found::Doubtful => {}
            Found::Absent => {
                if !step.if_exists {
                    self.missing_table(step, &name, FaultKind::NoTable, &name);
                }
            }
        }
        if cascade {
            self.drop_views_on(step, &name);
        }
        // Whatever it was, it is gone.
        self.set_ghost(&name, None);
        self.remove_doubts(&name, |_| true);
        self.settle(&name);
        self.created_here.remove(&name);
        if step.is_upgrade() && !self.trial {
            self.outside.gone(&name);
        }
    }

    /// Removes the foreign keys that point to a table that is dropped; without CASCADE that is a fault.
    fn cut_references(&mut self, step: &mut Step<'_>, name: &ObjectName, cascade: bool) {
        if self.dialect == Dialect::Sqlite {
            return;
        }
        let together = step.operation.statement.as_ref().is_some_and(|statement| statement.names.len() > 1);
        for referrer in self.derived.referrers(name) {
            if referrer == *name {
                continue;
            }
            let certain =
                self.doubt_in(Part::Constraints, &referrer, None).is_none() && self.table_doubt(&referrer).is_none();
            if !cascade
                && certain
                && !together
                && let Some(fault) = step.fault(FaultKind::TableReferenced, name)
            {
                fault.parts.push(("referrer", referrer.to_string().into()));
            }
            self.edit(&referrer, |table| table.foreign_keys.retain(|key| key.table != *name));
        }
    }

    pub(super) fn rename_table(&mut self, step: &mut Step<'_>, table: &Known<ObjectName>, to: &Known<ObjectName>) {
        let (from, to) = match (table, to) {
            (Known::Yes(from), Known::Yes(to)) => (self.canonical(from), self.canonical(to)),
            (Known::No(why), _) | (_, Known::No(why)) => {
                let why = why.clone();
                if let Known::Yes(from) = table {
                    let from = self.canonical(from);
                    self.set_table(&from, None);
                }
                let whole = About { part: Part::Tables, owner: None, member: None };
                return self.doubt(whole, &why, &step.operation.at);
            }
        };
        let found = self.find(&from);
        let from = match &found {
            Found::Table(name) => name.clone(),
            _ => from,
        };
        if let Some(why) = step.maybe.clone() {
            if let Found::Table(_) = found {
                let table = self.schema.tables.get(&from).cloned();
                self.set_table(&from, None);
                for name in [&from, &to] {
                    self.set_ghost(name, Some(Ghost { table: table.clone(), since: self.clock }));
                    self.doubt(About::owner(Part::Tables, name.clone()), &why, step.at());
                }
            }
            return;
        }
        match found {
            Found::Table(_) => {
                let there = matches!(self.find(&to), Found::Table(_) | Found::View(_)) && from != to;
                let cased = from.schema == to.schema && self.same(&from.name, &to.name);
                if there && !cased && self.table_doubt(&to).is_none() {
                    step.fault(FaultKind::TableExists, &to);
                }
                self.move_table(&from, &to);
            }
            Found::View(_) => self.move_view(&from, &to),
            Found::Partition(parent) => {
                self.remove_partition(&parent, &from);
                self.add_partition(step, Some(parent), &to);
            }
            Found::Temporary => {
                self.set_temporary(&from, false);
                self.set_temporary(&to, true);
            }
            Found::Absent if step.if_exists => return,
            Found::Absent | Found::Doubtful => {
                if found == Found::Absent {
                    self.missing_table(step, &from, FaultKind::NoTable, &from);
                }
                let ghost = self.ghosts.get(&from).cloned().unwrap_or(Ghost { table: None, since: self.clock });
                let doubts = self.doubts.of(&from, &self.schema.unknown);
                self.set_ghost(&from, None);
                self.remove_doubts(&from, |_| true);
                match ghost.table {
                    Some(table) => {
                        self.make_real(&to, table);
                        self.settle_at(&to, ghost.since);
                        self.move_doubts(doubts, &to);
                    }
                    None => {
                        let why: Arc<str> = format!("it was {from}, of which nothing is known").into();
                        self.set_ghost(&to, Some(Ghost { table: None, since: self.clock }));
                        self.doubt(About::owner(Part::Tables, to.clone()), &why, step.at());
                    }
                }
            }
        }
        self.settle(&from);
        if step.is_upgrade() && !self.trial {
            self.outside.gone(&from);
            self.outside.create(&to);
        }
        if self.created_here.remove(&from) {
            self.created_here.insert(to);
        }
    }

    /// Moves a table with all that belongs to it; foreign keys that point to it follow.
    pub(super) fn move_table(&mut self, from: &ObjectName, to: &ObjectName) {
        let Some(mut table) = self.schema.tables.get(from).cloned() else { return };
        let doubts: Vec<_> = self.doubts.of(from, &self.schema.unknown);
        let born = self.settled_at_birth(from);
        if self.dialect == Dialect::Mysql {
            let old = format!("{}_ibfk_", from.name);
            for key in &mut table.foreign_keys {
                if let Some(number) = key.name.as_ref().and_then(|name| name.strip_prefix(old.as_str())) {
                    key.name = Some(format!("{}_ibfk_{number}", to.name).into());
                }
            }
        }
        self.set_table(from, None);
        self.make_real(to, table);
        self.settle_at(to, born);
        self.remove_doubts(from, |_| true);
        self.move_doubts(doubts, to);
        let mut referrers = self.derived.referrers(from);
        referrers.push(to.clone());
        for referrer in referrers {
            self.edit(&referrer, |table| {
                for key in table.foreign_keys.iter_mut().filter(|key| key.table == *from) {
                    key.table = to.clone();
                }
            });
        }
    }

    /// Gives doubts about the parts of a table to the table that it has become.
    fn move_doubts(&mut self, doubts: Vec<(About, SchemaUnknown)>, to: &ObjectName) {
        for (about, found) in doubts.into_iter().filter(|(about, _)| about.part != Part::Tables) {
            let found = SchemaUnknown { table: Some(to.clone()), ..found };
            self.add_doubt(About { owner: Some(to.clone()), ..about }, found);
        }
    }

    pub(super) fn comment_table(
        &mut self,
        step: &mut Step<'_>,
        table: &Known<ObjectName>,
        comment: &Known<Option<Arc<str>>>,
    ) {
        let Some(name) = self.table_of(step, table, &[]) else { return };
        if let (Known::Yes(comment), None) = (comment, &step.maybe) {
            self.edit(&name, |table| table.comment = comment.clone());
        }
    }

    /// Returns the positions of a table's columns by name, as the dialect compares names.
    pub(super) fn position(&self, table: &Table, column: &str) -> Option<usize> {
        let exact = table.columns.iter().position(|other| &*other.name == column);
        exact.or_else(|| table.columns.iter().position(|other| self.same(&other.name, column)))
    }

    /// Returns whether an index has a column among its parts, its predicate or its passengers.
    pub(super) fn index_uses(&self, index: &crate::model::schema::Index, column: &str) -> bool {
        let part = |part: &IndexPart| match part {
            IndexPart::Column(name) | IndexPart::Prefix(name, _) => self.same(name, column),
            IndexPart::Expression(text) => super::words::mentions(text, column, self.dialect),
        };
        index.parts.iter().any(part)
            || index.include.iter().any(|name| self.same(name, column))
            || index.where_.as_ref().is_some_and(|text| super::words::mentions(text, column, self.dialect))
    }

    /// Returns whether a name of a table's schema is taken on PostgreSQL: tables, views, indexes and constraints.
    pub(super) fn is_taken(&self, owner: &ObjectName, table: &Table, name: &str) -> bool {
        let object = ObjectName { schema: owner.schema.clone(), name: name.into() };
        self.schema.tables.contains_key(&object)
            || self.schema.views.contains_key(&object)
            || self.derived.table_of_index(&object, self.dialect).is_some_and(|other| other != owner)
            || has_constraint(table, name)
            || table.indexes.iter().any(|index| index.name.as_deref() == Some(name))
    }

    /// Returns a free name for an unnamed object of PostgreSQL.
    pub(super) fn chosen(&self, owner: &ObjectName, table: &Table, columns: &str, label: &str) -> Arc<str> {
        names::choose(&owner.name, columns, label, |name| self.is_taken(owner, table, name))
    }
}

/// Returns whether a table has a constraint of this name.
fn has_constraint(table: &Table, name: &str) -> bool {
    let keys = table.uniques.iter().chain(&table.primary_key).filter_map(|key| key.name.as_deref());
    let foreign = table.foreign_keys.iter().filter_map(|key| key.name.as_deref());
    let checks = table.checks.iter().filter_map(|check| check.name.as_deref());
    keys.chain(foreign).chain(checks).any(|other| other == name)
}
