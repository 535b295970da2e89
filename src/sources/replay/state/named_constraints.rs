//! Constraints that are called by their names: dropped, renamed, validated.

use std::sync::Arc;

use super::{State, Step};
use crate::model::Known;
use crate::model::operation::{ConstraintKind, FaultKind};
use crate::model::schema::{Dialect, ObjectName, Part, Table};

impl State {
    pub(super) fn drop_constraint(
        &mut self,
        step: &mut Step<'_>,
        table: &Known<ObjectName>,
        name: &Known<Option<Arc<str>>>,
        kind: Option<ConstraintKind>,
        cascade: bool,
    ) {
        let Some(owner) = self.table_of(step, table, &[Part::Constraints]) else { return };
        let wanted = match name {
            Known::Yes(wanted) => wanted.as_ref().map(|wanted| self.given_name(step, wanted)),
            Known::No(why) => {
                let why = why.clone();
                return self.doubt_part(Part::Constraints, &owner, &why, &step.operation.at);
            }
        };
        self.sqlite_cannot(step, &owner, wanted.as_deref().unwrap_or_default(), "drop a constraint");
        let Some(before) = self.schema.tables.get(&owner) else { return };
        let mut after = before.clone();
        let found = match (&wanted, kind) {
            // MySQL has no other name for it.
            (_, Some(ConstraintKind::PrimaryKey)) if self.dialect == Dialect::Mysql => {
                after.primary_key.take().is_some()
            }
            (None, Some(ConstraintKind::PrimaryKey)) => after.primary_key.take().is_some(),
            (Some(wanted), _) => {
                self.remove_called(&mut after, wanted) || self.remove_unnamed(&mut after, wanted, kind)
            }
            (None, _) => false,
        };
        if let Some(why) = step.maybe.clone() {
            match &wanted {
                _ if !found => {}
                Some(wanted) => {
                    let wanted = wanted.clone();
                    self.doubt_member(step, Part::Constraints, &owner, &wanted);
                }
                None => self.doubt_part(Part::Constraints, &owner, &why, step.at()),
            }
            self.edit(&owner, |table| *table = after);
            return;
        }
        if !found {
            return self.missing_constraint(step, &owner, wanted.as_ref(), kind);
        }
        if cascade {
            self.cut_keys(&owner, before.clone(), &after);
        }
        if let Some(wanted) = &wanted {
            self.certain(Part::Constraints, &owner, wanted);
        }
        self.edit(&owner, |table| *table = after);
    }

    fn missing_constraint(
        &mut self,
        step: &mut Step<'_>,
        owner: &ObjectName,
        wanted: Option<&Arc<str>>,
        kind: Option<ConstraintKind>,
    ) {
        let shown: Arc<str> = wanted.cloned().unwrap_or_else(|| kind.map_or("", ConstraintKind::name).into());
        // A batch does all at once.
        if self.in_batch(step) && self.went_along.contains(&(owner.clone(), shown.clone())) {
            return;
        }
        let other: Arc<str> = format!("exclude {owner} {shown}").into();
        if self.others.contains(&other) {
            return self.set_other(&other, false);
        }
        // Named by the database, but by which of its versions nobody knows.
        let by_database = self.dialect == Dialect::Mysql
            && (shown.contains("_chk_") || shown.starts_with("CONSTRAINT_"))
            && self.schema.tables.get(owner).is_some_and(|table| !table.checks.is_empty());
        let unnamed = self.dialect == Dialect::Sqlite && self.schema.tables.get(owner).is_some_and(has_unnamed);
        if by_database || unnamed {
            let why = format!("which constraint is called {shown} is not known");
            return self.doubt_part(Part::Constraints, owner, &why, step.at());
        }
        if !step.if_exists && self.doubt_in(Part::Constraints, owner, Some(&shown)).is_none() {
            step.fault_of(FaultKind::NoConstraint, owner, &shown);
        }
        self.certain(Part::Constraints, owner, &shown);
    }

    /// Removes the foreign keys that rest on keys that are gone.
    fn cut_keys(&mut self, owner: &ObjectName, before: Table, after: &Table) {
        let gone = |columns: &[Arc<str>]| self.is_key(&before, columns) && !self.is_key(after, columns);
        let mut cut = Vec::new();
        for referrer in self.derived.referrers(owner) {
            let Some(table) = self.schema.tables.get(&referrer) else { continue };
            let keys = table.foreign_keys.iter().filter(|key| key.table == *owner && gone(&key.references));
            cut.extend(keys.map(|key| (referrer.clone(), key.clone())));
        }
        for (referrer, key) in cut {
            self.edit(&referrer, |table| table.foreign_keys.retain(|other| *other != key));
        }
    }

    /// Removes what is called so; returns whether there was any.
    pub(super) fn remove_called(&self, table: &mut Table, wanted: &str) -> bool {
        let is = |name: &Option<Arc<str>>| name.as_ref().is_some_and(|name| self.same(name, wanted));
        match self.constraint_called(table, wanted) {
            Some(ConstraintKind::PrimaryKey) => table.primary_key = None,
            Some(ConstraintKind::Unique) => table.uniques.retain(|key| !is(&key.name)),
            Some(ConstraintKind::ForeignKey) => table.foreign_keys.retain(|key| !is(&key.name)),
            Some(ConstraintKind::Check | ConstraintKind::Exclude) => table.checks.retain(|check| !is(&check.name)),
            None => return false,
        }
        true
    }

    /// Returns what kind of constraint is called so.
    pub(super) fn constraint_called(&self, table: &Table, wanted: &str) -> Option<ConstraintKind> {
        let is = |name: &Option<Arc<str>>| name.as_ref().is_some_and(|name| self.same(name, wanted));
        if table.primary_key.as_ref().is_some_and(|key| is(&key.name)) {
            return Some(ConstraintKind::PrimaryKey);
        }
        if table.uniques.iter().any(|key| is(&key.name)) {
            return Some(ConstraintKind::Unique);
        }
        if table.foreign_keys.iter().any(|key| is(&key.name)) {
            return Some(ConstraintKind::ForeignKey);
        }
        table.checks.iter().any(|check| is(&check.name)).then_some(ConstraintKind::Check)
    }

    /// SQLite: removes the constraint that has no name in the database, and in Alembic's batch mode the one that a naming
    /// convention gives it. The only one of its kind it is, or the only one whose columns the name lists.
    fn remove_unnamed(&self, table: &mut Table, wanted: &str, kind: Option<ConstraintKind>) -> bool {
        if self.dialect != Dialect::Sqlite {
            return false;
        }
        let wanted = wanted.to_ascii_lowercase();
        let lists = |columns: &[Arc<str>]| columns.iter().all(|column| wanted.contains(&column.to_ascii_lowercase()));
        let guess = |prefixes: &[&str], of: ConstraintKind| {
            kind == Some(of) || (kind.is_none() && prefixes.iter().any(|prefix| wanted.contains(prefix)))
        };
        if guess(&["fk"], ConstraintKind::ForeignKey)
            && let Some(position) = only(&table.foreign_keys, |key| key.name.is_none(), |key| lists(&key.columns))
        {
            table.foreign_keys.remove(position);
            return true;
        }
        if guess(&["uq", "uniq", "key"], ConstraintKind::Unique)
            && let Some(position) = only(&table.uniques, |key| key.name.is_none(), |key| lists(&key.columns))
        {
            table.uniques.remove(position);
            return true;
        }
        if guess(&["pk"], ConstraintKind::PrimaryKey)
            && table.primary_key.as_ref().is_some_and(|key| key.name.is_none())
        {
            table.primary_key = None;
            return true;
        }
        if guess(&["ck", "check"], ConstraintKind::Check)
            && let Some(position) = only(&table.checks, |check| check.name.is_none(), |_| false)
        {
            table.checks.remove(position);
            return true;
        }
        false
    }

    pub(super) fn rename_constraint(
        &mut self,
        step: &mut Step<'_>,
        table: &Known<ObjectName>,
        name: &Known<Arc<str>>,
        to: &Known<Arc<str>>,
    ) {
        let Some(owner) = self.table_of(step, table, &[Part::Constraints]) else { return };
        let (from, to) = match (name, to) {
            (Known::Yes(from), Known::Yes(to)) => (self.given_name(step, from), self.given_name(step, to)),
            (Known::No(why), _) | (_, Known::No(why)) => {
                let why = why.clone();
                return self.doubt_part(Part::Constraints, &owner, &why, &step.operation.at);
            }
        };
        let Some(kind) = self.schema.tables.get(&owner).and_then(|table| self.constraint_called(table, &from)) else {
            if step.maybe.is_none() {
                self.missing_constraint(step, &owner, Some(&from), None);
            }
            return;
        };
        let taken = self.schema.tables.get(&owner).is_some_and(|table| self.constraint_called(table, &to).is_some());
        if taken && self.doubt_in(Part::Constraints, &owner, Some(&to)).is_none() {
            step.fault_of(FaultKind::ConstraintExists, &owner, &to);
        }
        if step.maybe.is_some() {
            self.doubt_member(step, Part::Constraints, &owner, &from);
            self.doubt_member(step, Part::Constraints, &owner, &to);
            return;
        }
        let same = |name: &Option<Arc<str>>| name.as_ref() == Some(&from);
        self.edit(&owner, |table| {
            let name = match kind {
                ConstraintKind::PrimaryKey => table.primary_key.as_mut().map(|key| &mut key.name),
                ConstraintKind::Unique => table.uniques.iter_mut().map(|key| &mut key.name).find(|name| same(name)),
                ConstraintKind::ForeignKey => {
                    table.foreign_keys.iter_mut().map(|key| &mut key.name).find(|name| same(name))
                }
                ConstraintKind::Check | ConstraintKind::Exclude => {
                    table.checks.iter_mut().map(|check| &mut check.name).find(|name| same(name))
                }
            };
            if let Some(name) = name {
                *name = Some(to.clone());
            }
        });
    }

    pub(super) fn validate_constraint(
        &mut self,
        step: &mut Step<'_>,
        table: &Known<ObjectName>,
        name: &Known<Arc<str>>,
    ) {
        let Some(owner) = self.table_of(step, table, &[]) else { return };
        let Some(wanted) = name.as_known().map(|wanted| self.given_name(step, wanted)) else { return };
        let there =
            self.schema.tables.get(&owner).is_some_and(|table| self.constraint_called(table, &wanted).is_some());
        if !there && self.doubt_in(Part::Constraints, &owner, Some(&wanted)).is_none() {
            step.fault_of(FaultKind::NoConstraint, &owner, &wanted);
        }
    }
}

/// Returns the position of the only unnamed object, or of the only one that fits.
fn only<T>(objects: &[T], unnamed: impl Fn(&T) -> bool, fits: impl Fn(&T) -> bool) -> Option<usize> {
    let all: Vec<usize> = (0..objects.len()).filter(|position| unnamed(&objects[*position])).collect();
    if let [position] = all[..] {
        return Some(position);
    }
    let fitting: Vec<usize> = all.into_iter().filter(|position| fits(&objects[*position])).collect();
    if let [position] = fitting[..] { Some(position) } else { None }
}

fn has_unnamed(table: &Table) -> bool {
    table.foreign_keys.iter().any(|key| key.name.is_none())
        || table.uniques.iter().any(|key| key.name.is_none())
        || table.checks.iter().any(|check| check.name.is_none())
}
