//! Foreign keys: what they point at, and the index that MySQL makes for one.

use std::sync::Arc;

use super::indexes::mysql_name;
use super::{Found, State, Step, names};
use crate::model::Known;
use crate::model::operation::FaultKind;
use crate::model::schema::{Dialect, ForeignKey, Index, IndexPart, Normal, ObjectName, Part, Table, Type};

impl State {
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
    pub(super) fn is_key(&self, table: &Table, columns: &[Arc<str>]) -> bool {
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
