//! Constraints: primary keys, unique and foreign keys, checks. Those without a name get the one that the database gives.

use std::sync::Arc;

use super::indexes::mysql_name;
use super::{Found, State, Step, names};
use crate::model::Known;
use crate::model::operation::FaultKind;
use crate::model::operation::{Constraint, ConstraintKind};
use crate::model::schema::{Check, Dialect, ForeignKey, Index, IndexPart, Key, Normal, ObjectName, Part, Table, Type};

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

    fn check_columns(
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

    pub(super) fn add_foreign_key(
        &mut self,
        step: &mut Step<'_>,
        owner: &ObjectName,
        table: &mut Table,
        mut key: ForeignKey,
        doubtful: bool,
    ) {
        self.identify(&mut key.columns);
        self.identify(&mut key.references);
        key.table = self.canonical(&key.table);
        if let Found::Table(found) = self.find(&key.table) {
            key.table = found;
        }
        key.at.get_or_insert_with(|| step.operation.at.clone());
        let own = key.table == *owner;
        if key.references.is_empty() {
            let target = if own { Some(&*table) } else { self.schema.tables.get(&key.table) };
            let primary = target.and_then(|target| target.primary_key.as_ref());
            key.references = primary.map(|primary| primary.columns.clone()).unwrap_or_default();
        }
        key.name = match (key.name.take(), self.dialect) {
            (Some(name), _) => Some(self.given_name(step, &name)),
            (None, Dialect::Postgresql) => Some(self.chosen(owner, table, &names::listed(&key.columns), "fkey")),
            (None, Dialect::Mysql) => Some(names::of_mysql_foreign_key(&owner.name, &table.foreign_keys)),
            (None, Dialect::Sqlite) => None,
        };
        self.check_columns(step, owner, table, &key.columns, doubtful);
        // SQLite takes any target.
        if self.dialect != Dialect::Sqlite && step.maybe.is_none() {
            self.check_target(step, owner, table, &key);
        }
        if self.dialect == Dialect::Mysql {
            index_of_foreign_key(table, &key);
        }
        table.foreign_keys.push(key);
    }

    fn check_target(&mut self, step: &mut Step<'_>, owner: &ObjectName, table: &Table, key: &ForeignKey) {
        let target = if key.table == *owner {
            table
        } else {
            match self.find(&key.table) {
                Found::Absent => {
                    let target = key.table.clone();
                    return self.missing_table(step, &target, FaultKind::ForeignKeyTable, owner);
                }
                Found::Table(name) => match self.schema.tables.get(&name) {
                    Some(table) => table,
                    None => return,
                },
                _ => return,
            }
        };
        let mut sound = true;
        for (column, reference) in key.columns.iter().zip(&key.references) {
            let Some(position) = self.position(target, reference) else {
                sound = false;
                if self.doubt_in(Part::Columns, &key.table, Some(reference)).is_none()
                    && let Some(fault) = step.fault_of(FaultKind::ForeignKeyColumn, owner, column)
                {
                    fault.parts.push(("target", format!("{}.{reference}", key.table).into()));
                }
                continue;
            };
            let Some(own) = self.position(table, column) else { continue };
            if let (Known::Yes(left), Known::Yes(right)) = (&table.columns[own].ty, &target.columns[position].ty)
                && !self.joins(left, right)
                && let Some(fault) = step.fault_of(FaultKind::ForeignKeyType, owner, column)
            {
                fault.parts.extend([
                    ("type", left.sql(Some(self.dialect)).into()),
                    ("target", format!("{}.{reference}", key.table).into()),
                    ("target_type", right.sql(Some(self.dialect)).into()),
                ]);
            }
        }
        let doubtful = [Part::Constraints, Part::Indexes].iter().any(|part| {
            key.table != *owner && self.doubts.has_any(*part, &key.table)
                || self.doubt_in(*part, &key.table, None).is_some()
        });
        if sound
            && !doubtful
            && self.dialect == Dialect::Postgresql
            && !key.references.is_empty()
            && !self.is_key(target, &key.references)
            && let Some(fault) = step.fault(FaultKind::ForeignKeyTarget, owner)
        {
            fault.parts.push(("target", format!("{} ({})", key.table, key.references.join(", ")).into()));
        }
    }

    /// Returns whether columns are a primary key or unique.
    fn is_key(&self, table: &Table, columns: &[Arc<str>]) -> bool {
        let equal = |other: &[Arc<str>]| {
            other.len() == columns.len() && columns.iter().all(|column| other.iter().any(|one| self.same(one, column)))
        };
        let unique = |index: &Index| {
            let parts: Option<Vec<Arc<str>>> = index.columns().map(|column| column.cloned()).collect();
            index.unique && index.where_.is_none() && parts.is_some_and(|parts| equal(&parts))
        };
        table.uniques.iter().chain(&table.primary_key).any(|key| equal(&key.columns))
            || table.indexes.iter().any(unique)
    }

    /// Returns whether a foreign key may join columns of these types.
    fn joins(&self, left: &Type, right: &Type) -> bool {
        let (left, right) = (left.on(self.dialect), right.on(self.dialect));
        if let (Dialect::Mysql, Normal::Integer { .. }, Normal::Integer { .. }) = (self.dialect, &left, &right) {
            return left == right;
        }
        if let (Normal::Enum { name: one, .. }, Normal::Enum { name: two, .. }) = (&left, &right) {
            return one == two || self.dialect == Dialect::Mysql;
        }
        let of = |normal: &Normal| match normal.family() {
            "integer" | "numeric" | "float" => "number",
            "date" | "timestamp" => "time",
            // A domain, an extension's type or none at all: nobody knows.
            "other" | "none" => "",
            family => family,
        };
        let (left, right) = (of(&left), of(&right));
        left == right || left.is_empty() || right.is_empty()
    }

    /// Cuts names of columns as the database does.
    fn identify(&self, columns: &mut [Arc<str>]) {
        for column in columns {
            *column = self.identifier(column);
        }
    }

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
    fn remove_called(&self, table: &mut Table, wanted: &str) -> bool {
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

/// MySQL makes an index for a foreign key that no other index serves.
fn index_of_foreign_key(table: &mut Table, key: &ForeignKey) {
    let begins = |columns: &[Arc<str>]| columns.starts_with(&key.columns);
    let index = |index: &Index| {
        let parts: Vec<Arc<str>> = index.columns().flatten().cloned().collect();
        begins(&parts)
    };
    let served = table.uniques.iter().chain(&table.primary_key).any(|key| begins(&key.columns))
        || table.indexes.iter().any(index);
    if served || key.columns.is_empty() {
        return;
    }
    let made = key.name.as_ref().filter(|name| !name.contains("_ibfk_")).cloned();
    let name = made.unwrap_or_else(|| mysql_name(table, &key.columns[0]));
    let parts = key.columns.iter().cloned().map(IndexPart::Column).collect();
    table.indexes.push(Index { name: Some(name), parts, at: key.at.clone(), ..Index::default() });
}
