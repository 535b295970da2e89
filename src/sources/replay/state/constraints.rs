//! Constraints that are added: primary keys, unique keys, checks. Those without a name get the one that the database gives.

use std::sync::Arc;

use super::indexes::mysql_name;
use super::{State, Step, names};
use crate::model::Known;
use crate::model::operation::{Constraint, FaultKind};
use crate::model::schema::{Check, Dialect, Key, ObjectName, Part, Table};

impl State {
    pub(super) fn add_constraint(
        &mut self,
        step: &mut Step<'_>,
        table: &Known<ObjectName>,
        constraint: &Constraint,
        using_index: Option<&Arc<str>>,
    ) {
        let Some(name) = self.table_of(step, table, &[Part::Constraints]) else { return };
        self.sqlite_cannot(step, &name, constraint.name().map_or("", |name| name), "add a constraint");
        let mut constraint = constraint.clone();
        if let Some(index) = using_index {
            self.take_index(&name, index, &mut constraint);
        }
        if step.maybe.is_some() {
            return self.maybe_constraint(step, &name, &constraint);
        }
        self.put_constraint(step, &name, &constraint);
    }

    /// Doubts what a constraint that may be added says.
    fn maybe_constraint(&mut self, step: &Step<'_>, name: &ObjectName, constraint: &Constraint) {
        let there = constraint.name().is_some_and(|wanted| {
            let table = self.schema.tables.get(name);
            table.is_some_and(|table| self.constraint_called(table, wanted).is_some())
        });
        if there {
            return;
        }
        match constraint.name() {
            Some(wanted) => {
                let wanted = self.given_name(step, wanted);
                self.doubt_member(step, Part::Constraints, name, &wanted);
            }
            None => {
                let why = step.maybe.clone().unwrap_or_default();
                self.doubt_part(Part::Constraints, name, &why, step.at());
            }
        }
        if let (Constraint::PrimaryKey(key), Some(why)) = (constraint, &step.maybe)
            && self.dialect != Dialect::Sqlite
        {
            let positions: Vec<usize> = self
                .schema
                .tables
                .get(name)
                .map(|table| key.columns.iter().filter_map(|column| self.position(table, column)).collect())
                .unwrap_or_default();
            self.edit(name, |table| {
                for position in positions {
                    let column = &mut table.columns[position];
                    if column.nullable == Known::Yes(true) {
                        column.nullable = Known::No(why.clone());
                    }
                }
            });
        }
    }

    /// Adds a constraint to a table that is there.
    pub(super) fn put_constraint(&mut self, step: &mut Step<'_>, name: &ObjectName, constraint: &Constraint) {
        let Some(before) = self.schema.tables.get(name) else { return };
        let mut table = before.clone();
        if let Some(wanted) = constraint.name() {
            let wanted = self.given_name(step, wanted);
            let taken = self.constraint_called(&table, &wanted);
            let primary = matches!(constraint, Constraint::PrimaryKey(_));
            if taken.is_some() && !primary {
                if step.if_not_exists {
                    return;
                }
                // A batch takes the last one.
                if !self.in_batch(step) && self.doubt_in(Part::Constraints, name, Some(&wanted)).is_none() {
                    step.fault_of(FaultKind::ConstraintExists, name, &wanted);
                }
                self.remove_called(&mut table, &wanted);
            }
            self.certain(Part::Constraints, name, &wanted);
        }
        let doubtful = self.doubt_in(Part::Columns, name, None).is_some();
        match constraint {
            Constraint::PrimaryKey(key) => {
                if table.primary_key.is_some() {
                    if step.if_not_exists {
                        return;
                    }
                    if !self.in_batch(step) && self.doubt_in(Part::Constraints, name, None).is_none() {
                        step.fault(FaultKind::PrimaryKeyExists, name);
                    }
                }
                self.add_primary_key(step, name, &mut table, key.clone(), doubtful);
                self.number_rows(&mut table);
            }
            Constraint::Unique(key) => self.add_unique(step, name, &mut table, key.clone(), doubtful),
            Constraint::ForeignKey(key) => self.add_foreign_key(step, name, &mut table, key.clone(), doubtful),
            Constraint::Check(check) => self.add_check(step, name, &mut table, check.clone()),
            // A schema has no place for it.
            Constraint::Exclude { name: Some(constraint), .. } => {
                let other: Arc<str> = format!("exclude {name} {constraint}").into();
                self.set_other(&other, true);
                return;
            }
            Constraint::Exclude { name: None, .. } => return,
        }
        self.edit(name, |now| *now = table);
    }

    /// Turns an index into the constraint that is made of it: `ADD CONSTRAINT ... USING INDEX`.
    fn take_index(&mut self, name: &ObjectName, index: &Arc<str>, constraint: &mut Constraint) {
        let found = self
            .schema
            .tables
            .get(name)
            .and_then(|table| table.indexes.iter().find(|other| other.name.as_ref() == Some(index)).cloned());
        let Some(found) = found else { return };
        if let Constraint::PrimaryKey(key) | Constraint::Unique(key) = constraint {
            key.columns = found.columns().flatten().cloned().collect();
            key.name.get_or_insert_with(|| index.clone());
        }
        self.edit(name, |table| table.indexes.retain(|other| other.name.as_ref() != Some(index)));
    }

    pub(super) fn check_columns(
        &self,
        step: &mut Step<'_>,
        owner: &ObjectName,
        table: &Table,
        columns: &[Arc<str>],
        doubtful: bool,
    ) {
        for column in columns {
            if self.position(table, column).is_none()
                && !doubtful
                && self.doubt_in(Part::Columns, owner, Some(column)).is_none()
            {
                step.fault_of(FaultKind::ConstraintColumn, owner, column);
            }
        }
    }

    /// Puts a key's columns as the database spells them, tells which are not there, and gives it its place.
    fn take_up(&mut self, step: &mut Step<'_>, owner: &ObjectName, table: &Table, key: &mut Key, doubtful: bool) {
        self.identify(&mut key.columns);
        self.check_columns(step, owner, table, &key.columns, doubtful);
        key.at.get_or_insert_with(|| step.operation.at.clone());
    }

    pub(super) fn add_primary_key(
        &mut self,
        step: &mut Step<'_>,
        owner: &ObjectName,
        table: &mut Table,
        mut key: Key,
        doubtful: bool,
    ) {
        self.take_up(step, owner, table, &mut key, doubtful);
        key.name = match (key.name.take(), self.dialect) {
            // MySQL has no other name for it.
            (_, Dialect::Mysql) => None,
            (Some(name), _) => Some(self.given_name(step, &name)),
            (None, Dialect::Postgresql) => Some(self.chosen(owner, table, "", "pkey")),
            (None, Dialect::Sqlite) => None,
        };
        self.forbid_null(table, &key);
        table.primary_key = Some(key);
    }

    pub(super) fn add_unique(
        &mut self,
        step: &mut Step<'_>,
        owner: &ObjectName,
        table: &mut Table,
        mut key: Key,
        doubtful: bool,
    ) {
        self.take_up(step, owner, table, &mut key, doubtful);
        key.name = match (key.name.take(), self.dialect) {
            (Some(name), _) => Some(self.given_name(step, &name)),
            (None, Dialect::Postgresql) => Some(self.chosen(owner, table, &names::listed(&key.columns), "key")),
            (None, Dialect::Mysql) => key.columns.first().map(|first| mysql_name(table, first)),
            (None, Dialect::Sqlite) => None,
        };
        // The same constraint twice, said at the column and at the table, is one on PostgreSQL and SQLite.
        let twin = |other: &Key| other.columns == key.columns && (other.name == key.name || key.name.is_none());
        if !table.uniques.iter().any(twin) {
            table.uniques.push(key);
        }
    }

    pub(super) fn add_check(&mut self, step: &mut Step<'_>, owner: &ObjectName, table: &mut Table, mut check: Check) {
        check.at.get_or_insert_with(|| step.operation.at.clone());
        check.name = match (check.name.take(), self.dialect) {
            (Some(name), _) => Some(self.given_name(step, &name)),
            (None, Dialect::Postgresql) => {
                Some(self.chosen(owner, table, &names::of_check(&check.sql, table), "check"))
            }
            // MySQL and MariaDB name it each in its own way.
            (None, Dialect::Mysql | Dialect::Sqlite) => None,
        };
        table.checks.push(check);
    }
    /// Cuts names of columns as the database does.
    pub(super) fn identify(&self, columns: &mut [Arc<str>]) {
        for column in columns {
            *column = self.identifier(column);
        }
    }
}
