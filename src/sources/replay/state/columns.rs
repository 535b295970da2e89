//! Columns: added, dropped, renamed, altered.

use std::sync::Arc;

use super::{Ghost, State, Step, words};
use crate::model::Known;
use crate::model::operation::FaultKind;
use crate::model::operation::{AlterColumn, Constraint};
use crate::model::schema::{Column, Dialect, Identity, Index, IndexPart, ObjectName, Part, Table};

/// What may be touched along with a column.
const PARTS: &[Part] = &[Part::Columns, Part::Constraints, Part::Indexes];

impl State {
    pub(super) fn add_column(
        &mut self,
        step: &mut Step<'_>,
        table: &Known<ObjectName>,
        column: &Column,
        constraints: &[Constraint],
    ) {
        let Some(name) = self.table_of(step, table, &[Part::Columns]) else { return };
        let column = self.prepare_column(step, &name, column);
        let doubt = self.doubt_in(Part::Columns, &name, Some(&column.name));
        let there = self.schema.tables.get(&name).and_then(|table| self.position(table, &column.name));
        if there.is_some() {
            if step.if_not_exists || step.maybe.is_some() {
                return;
            }
            if doubt.is_none() {
                step.fault_of(FaultKind::ColumnExists, &name, &column.name);
            }
        }
        if step.maybe.is_some() {
            self.doubt_member(step, Part::Columns, &name, &column.name);
            return;
        }
        if self.dialect == Dialect::Sqlite && !step.operation.batch {
            self.check_sqlite_add(step, &name, &column, constraints);
        }
        self.certain(Part::Columns, &name, &column.name);
        self.edit(&name, |table| match there {
            Some(position) => table.columns[position] = column,
            None => table.columns.push(column),
        });
        for constraint in constraints {
            self.put_constraint(step, &name, constraint);
        }
    }

    /// SQLite adds no keys with a column, and nothing to existing rows that is not null without a default.
    fn check_sqlite_add(
        &mut self,
        step: &mut Step<'_>,
        table: &ObjectName,
        column: &Column,
        constraints: &[Constraint],
    ) {
        let what = if constraints.iter().any(|one| matches!(one, Constraint::PrimaryKey(_))) {
            "add a column that is a primary key"
        } else if constraints.iter().any(|one| matches!(one, Constraint::Unique(_))) {
            "add a column with a unique constraint"
        } else if column.nullable == Known::Yes(false)
            && column.default == Known::Yes(None)
            && column.generated.is_none()
        {
            "add a NOT NULL column without a default"
        } else {
            return;
        };
        self.sqlite_cannot(step, table, &column.name, what);
    }

    /// Says that SQLite has no such statement.
    pub(super) fn sqlite_cannot(&self, step: &mut Step<'_>, table: &ObjectName, member: &str, what: &str) {
        if self.dialect == Dialect::Sqlite
            && !step.operation.batch
            && let Some(fault) = step.fault_of(FaultKind::SqliteCannot, table, member)
        {
            fault.parts.push(("statement", what.into()));
        }
    }

    pub(super) fn drop_column(
        &mut self,
        step: &mut Step<'_>,
        table: &Known<ObjectName>,
        column: &Known<Arc<str>>,
        cascade: bool,
    ) {
        let Some(name) = self.table_of(step, table, PARTS) else { return };
        let column = match column {
            Known::Yes(column) => self.identifier(column),
            Known::No(why) => {
                let why = why.clone();
                return PARTS.iter().for_each(|part| self.doubt_part(*part, &name, &why, &step.operation.at));
            }
        };
        let Some(there) = self.schema.tables.get(&name).and_then(|table| self.position(table, &column)) else {
            if step.maybe.is_none() {
                if !step.if_exists && self.doubt_in(Part::Columns, &name, Some(&column)).is_none() {
                    step.fault_of(FaultKind::NoColumn, &name, &column);
                }
                self.certain(Part::Columns, &name, &column);
            }
            return;
        };
        if step.maybe.is_some() {
            self.doubt_member(step, Part::Columns, &name, &column);
        } else {
            self.check_drop(step, &name, &column, cascade);
            self.certain(Part::Columns, &name, &column);
        }
        let before = self.schema.tables.get(&name).map(counts);
        self.without_column(&name, there, &column);
        let after = self.schema.tables.get(&name).map(counts);
        if let (Some(why), Some(before), Some(after)) = (step.maybe.clone(), before, after) {
            // What went along with it may still be there.
            for (part, changed) in [(Part::Constraints, before.0 != after.0), (Part::Indexes, before.1 != after.1)] {
                if changed {
                    self.doubt_part(part, &name, &why, step.at());
                }
            }
        }
    }

    fn check_drop(&mut self, step: &mut Step<'_>, name: &ObjectName, column: &str, cascade: bool) {
        if self.dialect == Dialect::Sqlite {
            let used = |table: &Table| {
                let in_key = |columns: &[Arc<str>]| columns.iter().any(|other| self.same(other, column));
                table.primary_key.as_ref().is_some_and(|key| in_key(&key.columns))
                    || table.uniques.iter().any(|key| in_key(&key.columns))
                    || table.foreign_keys.iter().any(|key| in_key(&key.columns))
                    || table.indexes.iter().any(|index| self.index_uses(index, column))
            };
            if self.schema.tables.get(name).is_some_and(used) {
                let what = "drop a column that a key or an index uses";
                self.sqlite_cannot(step, name, column, what);
            }
            return;
        }
        for referrer in self.derived.referrers(name) {
            let points = |key: &crate::model::schema::ForeignKey| {
                key.table == *name && key.references.iter().any(|other| self.same(other, column))
            };
            let found = self.schema.tables.get(&referrer).is_some_and(|table| table.foreign_keys.iter().any(points));
            if !found || referrer == *name {
                continue;
            }
            let certain = self.doubt_in(Part::Constraints, &referrer, None).is_none();
            if !cascade
                && certain
                && let Some(fault) = step.fault_of(FaultKind::ColumnReferenced, name, column)
            {
                fault.parts.push(("referrer", referrer.to_string().into()));
            }
            let dialect = self.dialect;
            self.edit(&referrer, |table| {
                table.foreign_keys.retain(|key| {
                    let points = key.references.iter().any(|other| same(dialect, other, column));
                    key.table != *name || !points
                });
            });
        }
    }

    /// Removes a column, with all that the database removes along with it.
    fn without_column(&mut self, name: &ObjectName, position: usize, column: &str) {
        let dialect = self.dialect;
        let Some(table) = self.schema.tables.get(name) else { return };
        let kept: Vec<Index> = match dialect {
            // MySQL takes the column out of an index, and drops the index with its last column.
            Dialect::Mysql => table.indexes.iter().filter_map(|index| self.shrunk(index, column)).collect(),
            _ => table.indexes.iter().filter(|index| !self.index_uses(index, column)).cloned().collect(),
        };
        let uses = |columns: &[Arc<str>]| columns.iter().any(|other| same(dialect, other, column));
        let keys = table.uniques.iter().chain(&table.primary_key).filter(|key| uses(&key.columns)).map(|key| &key.name);
        let foreign = table.foreign_keys.iter().filter(|key| uses(&key.columns)).map(|key| &key.name);
        let indexes = table.indexes.iter().filter(|index| self.index_uses(index, column)).map(|index| &index.name);
        let gone: Vec<Arc<str>> = keys.chain(foreign).chain(indexes).flatten().cloned().collect();
        self.went_along.extend(gone.into_iter().map(|constraint| (name.clone(), constraint)));
        self.edit(name, |table| {
            table.columns.remove(position);
            table.indexes = kept;
            let has = |columns: &[Arc<str>]| columns.iter().any(|other| same(dialect, other, column));
            let own = |key: &crate::model::schema::ForeignKey| key.table == *name && has(&key.references);
            table.foreign_keys.retain(|key| !has(&key.columns) && !own(key));
            table.checks.retain(|check| !words::mentions(&check.sql, column, dialect));
            if dialect == Dialect::Mysql {
                for key in table.uniques.iter_mut().chain(&mut table.primary_key) {
                    key.columns.retain(|other| !same(dialect, other, column));
                }
                table.uniques.retain(|key| !key.columns.is_empty());
                table.primary_key.take_if(|key| key.columns.is_empty());
            } else {
                table.uniques.retain(|key| !has(&key.columns));
                table.primary_key.take_if(|key| has(&key.columns));
            }
        });
    }

    fn shrunk(&self, index: &Index, column: &str) -> Option<Index> {
        let mut index = index.clone();
        index.parts.retain(|part| match part {
            IndexPart::Column(name) | IndexPart::Prefix(name, _) => !self.same(name, column),
            IndexPart::Expression(_) => true,
        });
        (!index.parts.is_empty()).then_some(index)
    }

    pub(super) fn rename_column(
        &mut self,
        step: &mut Step<'_>,
        table: &Known<ObjectName>,
        column: &Known<Arc<str>>,
        to: &Known<Arc<str>>,
    ) {
        let Some(name) = self.table_of(step, table, &[Part::Columns]) else { return };
        let (from, to) = match (column, to) {
            (Known::Yes(from), Known::Yes(to)) => (self.identifier(from), self.identifier(to)),
            (Known::No(why), _) | (_, Known::No(why)) => {
                let why = why.clone();
                return PARTS.iter().for_each(|part| self.doubt_part(*part, &name, &why, &step.operation.at));
            }
        };
        let Some(there) = self.schema.tables.get(&name).and_then(|table| self.position(table, &from)) else {
            if step.maybe.is_none() {
                if !step.if_exists && self.doubt_in(Part::Columns, &name, Some(&from)).is_none() {
                    step.fault_of(FaultKind::NoColumn, &name, &from);
                }
                // Of the column that it is now nothing is known.
                let taken = self.schema.tables.get(&name).is_some_and(|table| self.position(table, &to).is_some());
                self.certain(Part::Columns, &name, &from);
                if !taken {
                    let why = format!("it was {from}, of which nothing is known");
                    self.edit(&name, |table| {
                        table.columns.push(Column {
                            default: Known::No(why.as_str().into()),
                            ..Column::new(to.clone(), Known::No(why.as_str().into()), Known::No(why.as_str().into()))
                        });
                    });
                }
            }
            return;
        };
        if step.maybe.is_some() {
            self.doubt_member(step, Part::Columns, &name, &from);
            self.doubt_member(step, Part::Columns, &name, &to);
            for part in [Part::Constraints, Part::Indexes] {
                let why = step.maybe.clone().unwrap_or_default();
                self.doubt_part(part, &name, &why, step.at());
            }
            self.edit(&name, |table| table.columns.remove(there));
            return;
        }
        let taken = self.schema.tables.get(&name).and_then(|table| self.position(table, &to));
        if let Some(taken) = taken.filter(|taken| *taken != there) {
            if self.doubt_in(Part::Columns, &name, Some(&to)).is_none() {
                step.fault_of(FaultKind::ColumnExists, &name, &to);
            }
            self.without_column(&name, taken, &to);
        }
        self.certain(Part::Columns, &name, &from);
        self.certain(Part::Columns, &name, &to);
        self.rename_everywhere(&name, &from, &to);
    }

    /// Gives a column its new name, in all that speaks of it.
    fn rename_everywhere(&mut self, name: &ObjectName, from: &Arc<str>, to: &Arc<str>) {
        let dialect = self.dialect;
        self.edit(name, |table| {
            let in_list = |columns: &mut [Arc<str>]| {
                for column in columns.iter_mut().filter(|column| same(dialect, column, from)) {
                    *column = to.clone();
                }
            };
            for column in &mut table.columns {
                if same(dialect, &column.name, from) {
                    column.name = to.clone();
                }
                if let Some(generated) = &mut column.generated {
                    generated.expression = words::renamed(&generated.expression, from, to, dialect);
                }
            }
            for key in table.uniques.iter_mut().chain(&mut table.primary_key) {
                in_list(&mut key.columns);
            }
            for key in &mut table.foreign_keys {
                in_list(&mut key.columns);
            }
            for check in &mut table.checks {
                check.sql = words::renamed(&check.sql, from, to, dialect);
            }
            for index in &mut table.indexes {
                in_list(&mut index.include);
                for part in &mut index.parts {
                    match part {
                        IndexPart::Column(column) | IndexPart::Prefix(column, _) => {
                            in_list(std::slice::from_mut(column));
                        }
                        IndexPart::Expression(text) => *text = words::renamed(text, from, to, dialect),
                    }
                }
                if let Some(text) = &mut index.where_ {
                    *text = words::renamed(text, from, to, dialect);
                }
            }
        });
        for referrer in self.derived.referrers(name) {
            self.edit(&referrer, |table| {
                for key in table.foreign_keys.iter_mut().filter(|key| key.table == *name) {
                    for column in key.references.iter_mut().filter(|column| same(dialect, column, from)) {
                        *column = to.clone();
                    }
                }
            });
        }
    }

    pub(super) fn alter_column(&mut self, step: &mut Step<'_>, alter: &AlterColumn) {
        self.alter_ghost(step, alter);
        let Some(name) = self.table_of(step, &alter.table, &[Part::Columns]) else { return };
        let wanted = match &alter.column {
            Known::Yes(column) => self.identifier(column),
            Known::No(why) => {
                let why = why.clone();
                return self.doubt_part(Part::Columns, &name, &why, &step.operation.at);
            }
        };
        let Some(there) = self.schema.tables.get(&name).and_then(|table| self.position(table, &wanted)) else {
            if step.maybe.is_none() && !step.if_exists && self.doubt_in(Part::Columns, &name, Some(&wanted)).is_none() {
                step.fault_of(FaultKind::NoColumn, &name, &wanted);
            }
            return;
        };
        if alter.comment.is_none() || changes_more(alter) {
            self.sqlite_cannot(step, &name, &wanted, "alter a column");
        }
        let Some(table) = self.schema.tables.get(&name) else { return };
        let before = table.columns[there].clone();
        let mut column = self.altered(&before, alter);
        if self.dialect != Dialect::Sqlite && table.in_primary_key(&before.name) {
            column.nullable = Known::Yes(false);
        }
        if let (Some(Known::Yes(ty)), Dialect::Postgresql) = (&alter.ty, self.dialect) {
            let mut ty = ty.clone();
            self.settle_type(&mut ty);
            self.check_type(step, &ty, &format!("{name}.{wanted}"));
        }
        if let Some(why) = &step.maybe {
            column = either(&before, &column, why);
        }
        self.edit(&name, |table| table.columns[there] = column);
    }

    /// Changes, perhaps, a column of a table that may be there.
    fn alter_ghost(&mut self, step: &Step<'_>, alter: &AlterColumn) {
        let (Some(why), Known::Yes(table), Known::Yes(column)) = (&step.maybe, &alter.table, &alter.column) else {
            return;
        };
        let (name, column) = (self.canonical(table), self.identifier(column));
        let Some(Ghost { table: Some(mut table), since }) = self.ghosts.get(&name).cloned() else { return };
        let Some(there) = self.position(&table, &column) else { return };
        let after = self.altered(&table.columns[there], alter);
        table.columns[there] = either(&table.columns[there], &after, why);
        self.set_ghost(&name, Some(Ghost { table: Some(table), since }));
    }

    /// Returns a column as it is after a change.
    fn altered(&self, before: &Column, alter: &AlterColumn) -> Column {
        let mut column = before.clone();
        if alter.whole {
            // All that is not said again is lost.
            column.nullable = Known::Yes(true);
            column.default = Known::Yes(None);
            column.comment = None;
            column.identity = None;
            column.generated = None;
        }
        if let Some(ty) = &alter.ty {
            column.ty = ty.clone();
            if let Known::Yes(ty) = &mut column.ty {
                self.settle_type(ty);
            }
        }
        if let Some(nullable) = &alter.nullable {
            column.nullable = nullable.clone();
        }
        if let Some(default) = &alter.default {
            column.default = default.clone();
            let sequence = |text: &Option<Arc<str>>| text.as_ref().is_some_and(|text| text.contains("nextval("));
            if column.identity == Some(Identity::Serial) && !default.as_known().is_some_and(sequence) {
                column.identity = None;
            }
        }
        if let Some(identity) = &alter.identity {
            column.identity = *identity;
            if identity.is_some() && self.dialect != Dialect::Sqlite {
                column.nullable = Known::Yes(false);
            }
        }
        if let Some(generated) = &alter.generated {
            column.generated = generated.clone();
        }
        match &alter.comment {
            Some(Known::Yes(comment)) => column.comment = comment.clone(),
            Some(Known::No(_)) => column.comment = None,
            None => {}
        }
        column
    }
}

/// Returns whether anything but the comment changes.
const fn changes_more(alter: &AlterColumn) -> bool {
    alter.ty.is_some()
        || alter.nullable.is_some()
        || alter.default.is_some()
        || alter.identity.is_some()
        || alter.generated.is_some()
}

/// Returns a column that is the one or the other: what they agree on is known.
fn either(before: &Column, after: &Column, why: &Arc<str>) -> Column {
    fn known<T: Clone + PartialEq>(before: &Known<T>, after: &Known<T>, why: &Arc<str>) -> Known<T> {
        if before == after { after.clone() } else { Known::No(why.clone()) }
    }
    Column {
        ty: known(&before.ty, &after.ty, why),
        nullable: known(&before.nullable, &after.nullable, why),
        default: known(&before.default, &after.default, why),
        ..before.clone()
    }
}

fn counts(table: &Table) -> (usize, usize) {
    let keys = usize::from(table.primary_key.is_some()) + table.uniques.len() + table.foreign_keys.len();
    (keys + table.checks.len(), table.indexes.len())
}

fn same(dialect: Dialect, one: &str, two: &str) -> bool {
    match dialect {
        Dialect::Postgresql => one == two,
        Dialect::Sqlite | Dialect::Mysql => one.eq_ignore_ascii_case(two),
    }
}
