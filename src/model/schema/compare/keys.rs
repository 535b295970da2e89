//! Primary keys, foreign keys and unique constraints.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::{Dialect, ForeignKey, Index, Key, ObjectName, Part};
use super::difference::{Difference, Object, ObjectKind};
use super::names::{NameKey, Names};
use super::what::{Aspect, Direction};
use super::{Comparer, Pair};
use crate::model::operation::{Constraint, ConstraintKind};

impl Comparer<'_> {
    /// Compares primary keys by their columns; the order is an index's matter.
    pub(super) fn primary_key(&mut self, pair: &Pair<'_>) {
        let (left, right) = (pair.expected.primary_key.as_ref(), pair.actual.primary_key.as_ref());
        let columns = |key: Option<&Key>| key.map(|key| column_set(self.names, &key.columns)).unwrap_or_default();
        if columns(left) == columns(right) {
            return;
        }
        let direction = match (left, right) {
            (Some(_), None) => Direction::Missing,
            (None, _) => Direction::Extra,
            _ => Direction::Changed,
        };
        let columns = |key: Option<&Key>| key.map(|key| list(&key.columns)).unwrap_or_default();
        let object = Object { kind: ObjectKind::PrimaryKey, ..Object::table(pair.name) };
        let difference = Difference::new(Aspect::PrimaryKeys, direction, object)
            .expected(columns(left), left.and_then(|key| key.at.as_ref()).or(pair.expected.at.as_ref()))
            .actual(columns(right), right.and_then(|key| key.at.as_ref()).or(pair.actual.at.as_ref()));
        let mend = match (left, right) {
            (Some(key), None) => vec![pair.add_constraint(Constraint::PrimaryKey(key.clone()))],
            _ => Vec::new(),
        };
        self.doubted_either_way(difference.mended_by(mend), pair);
    }

    /// Adds a difference in constraints, unless either side may have more of them.
    fn doubted_either_way(&mut self, difference: Difference, pair: &Pair<'_>) {
        let doubt = self
            .expected
            .doubt(Part::Constraints, Some(pair.expected_name))
            .or_else(|| self.actual.doubt(Part::Constraints, Some(pair.name)));
        match doubt.cloned() {
            Some(doubt) => self.undecided(difference.aspect, &difference.object, doubt.what, doubt.at.as_ref()),
            None => self.add(difference),
        }
    }

    /// Compares foreign keys by columns and target, then their actions. Names do not matter, as for Alembic.
    pub(super) fn foreign_keys(&mut self, pair: &Pair<'_>) {
        let mut left: Vec<&ForeignKey> = pair.expected.foreign_keys.iter().collect();
        let mut right: Vec<&ForeignKey> = pair.actual.foreign_keys.iter().collect();
        let mut changed = Vec::new();
        let equal = |one: &ForeignKey, two: &ForeignKey| self.same_target(one, two) && self.same_actions(one, two);
        take_pairs(&mut left, &mut right, equal);
        // The same key twice in one table is one key.
        left.retain(|key| !pair.actual.foreign_keys.iter().any(|other| equal(key, other)));
        right.retain(|key| !pair.expected.foreign_keys.iter().any(|other| equal(other, key)));
        changed.extend(take_pairs(&mut left, &mut right, |one, two| self.same_target(one, two)));
        changed.extend(take_pairs(&mut left, &mut right, |one, two| {
            column_set(self.names, &one.columns) == column_set(self.names, &two.columns)
        }));
        for (one, two) in changed {
            let difference = Difference::new(Aspect::ForeignKeys, Direction::Changed, fk_object(pair.name, two));
            let difference = difference.expected(fk_words(one), one.at.as_ref()).actual(fk_words(two), two.at.as_ref());
            self.add(difference.mended_by(pair.change_key(two, one)));
        }
        for key in left {
            let difference = Difference::new(Aspect::ForeignKeys, Direction::Missing, fk_object(pair.name, key));
            let difference = difference.mended_by([pair.add_constraint(Constraint::ForeignKey(key.clone()))]);
            self.add_unless_doubted(difference.expected(fk_words(key), key.at.as_ref()), Part::Constraints, Some(pair));
        }
        for key in right {
            let difference = Difference::new(Aspect::ForeignKeys, Direction::Extra, fk_object(pair.name, key));
            let drop = pair.drop_constraint(key.name.as_ref(), ConstraintKind::ForeignKey);
            let difference = difference.mended_by([drop]);
            self.add_unless_doubted(difference.actual(fk_words(key), key.at.as_ref()), Part::Constraints, Some(pair));
        }
    }

    fn same_target(&self, expected: &ForeignKey, actual: &ForeignKey) -> bool {
        let target = self.names.object_key(&expected.table);
        let target: &NameKey = self.aliases.get(&target).unwrap_or(&target);
        if *target != self.names.object_key(&actual.table) {
            return false;
        }
        // A key that names no columns points to the primary key.
        if expected.references.is_empty() || actual.references.is_empty() {
            return column_set(self.names, &expected.columns) == column_set(self.names, &actual.columns);
        }
        let columns = |key: &ForeignKey| -> BTreeSet<(String, String)> {
            let of = |(column, reference): (&Arc<str>, &Arc<str>)| (self.names.key(column), self.names.key(reference));
            key.columns.iter().zip(&key.references).map(of).collect()
        };
        columns(expected) == columns(actual)
    }

    fn same_actions(&self, expected: &ForeignKey, actual: &ForeignKey) -> bool {
        let action = |action: &Option<Arc<str>>| {
            let action = action.as_ref().map(|action| action.to_uppercase());
            // MySQL takes RESTRICT for its default and does not tell the two apart.
            action.filter(|action| {
                action != "NO ACTION" && (self.dialect != Some(Dialect::Mysql) || action != "RESTRICT")
            })
        };
        let deferred =
            |key: &ForeignKey| self.dialect == Some(Dialect::Postgresql) && (key.deferrable || key.initially_deferred);
        action(&expected.on_delete) == action(&actual.on_delete)
            && action(&expected.on_update) == action(&actual.on_update)
            && deferred(expected) == deferred(actual)
            && (!deferred(expected) || expected.initially_deferred == actual.initially_deferred)
    }

    /// Compares unique constraints by their columns. A unique index on the same columns, and a primary key, promise the
    /// same; so names do not matter, nor which of them it is.
    pub(super) fn uniques(&mut self, pair: &Pair<'_>) {
        let names = self.names;
        let promised = |uniques: &[Key], indexes: &[Index], primary: Option<&Key>| -> BTreeSet<BTreeSet<String>> {
            let plain = indexes.iter().filter_map(|index| unique_columns(names, index));
            uniques.iter().chain(primary).map(|key| column_set(names, &key.columns)).chain(plain).collect()
        };
        let columns = |key: Option<&Key>| key.map(|key| column_set(names, &key.columns));
        let (left, right) = (pair.expected, pair.actual);
        // Beside the primary key a constraint on the same columns is one too many; in its place it is not.
        let primary = left.primary_key.as_ref().filter(|key| columns(Some(key)) != columns(right.primary_key.as_ref()));
        let expected = promised(&left.uniques, &left.indexes, primary);
        let actual = promised(&right.uniques, &right.indexes, right.primary_key.as_ref());
        for key in &pair.expected.uniques {
            if !actual.contains(&column_set(names, &key.columns)) {
                let difference = Difference::new(Aspect::Uniques, Direction::Missing, unique_object(pair.name, key));
                let difference = difference.mended_by([pair.add_unique(key)]);
                let difference = difference.expected(list(&key.columns), key.at.as_ref());
                self.add_unless_doubted(difference, Part::Constraints, Some(pair));
            }
        }
        for key in &pair.actual.uniques {
            if !expected.contains(&column_set(names, &key.columns)) {
                let difference = Difference::new(Aspect::Uniques, Direction::Extra, unique_object(pair.name, key));
                let drop = pair.drop_constraint(key.name.as_ref(), ConstraintKind::Unique);
                let difference = difference.mended_by([drop]);
                let difference = difference.actual(list(&key.columns), key.at.as_ref());
                self.add_unless_doubted(difference, Part::Constraints, Some(pair));
            }
        }
    }
}

/// Takes each item of the left that has an equal on the right out of both, and returns them.
fn take_pairs<'a, T>(
    left: &mut Vec<&'a T>,
    right: &mut Vec<&'a T>,
    equal: impl Fn(&T, &T) -> bool,
) -> Vec<(&'a T, &'a T)> {
    let mut pairs = Vec::new();
    left.retain(|one| match right.iter().position(|two| equal(one, two)) {
        Some(index) => {
            pairs.push((*one, right.remove(index)));
            false
        }
        None => true,
    });
    pairs
}

/// Returns the columns of a key in the form that is compared, whatever their order.
pub fn column_set(names: Names, columns: &[Arc<str>]) -> BTreeSet<String> {
    columns.iter().map(|column| names.key(column)).collect()
}

/// Returns the columns on which a unique index promises what a unique constraint would; `None` for an index that is
/// not unique, on an expression, or on some rows alone.
pub fn unique_columns(names: Names, index: &Index) -> Option<BTreeSet<String>> {
    let columns: Option<BTreeSet<String>> = index.columns().map(|column| column.map(|name| names.key(name))).collect();
    columns.filter(|_| index.unique && index.where_.is_none())
}

fn list(columns: &[Arc<str>]) -> String {
    format!("({})", columns.join(", "))
}

fn unique_object(table: &ObjectName, key: &Key) -> Object {
    Object { kind: ObjectKind::Unique, owner: table.clone(), name: key.name.clone(), columns: key.columns.clone() }
}

fn fk_object(table: &ObjectName, key: &ForeignKey) -> Object {
    Object { kind: ObjectKind::ForeignKey, owner: table.clone(), name: key.name.clone(), columns: key.columns.clone() }
}

fn fk_words(key: &ForeignKey) -> String {
    let mut words = format!("{} -> {}", list(&key.columns), key.table);
    if !key.references.is_empty() {
        words.push_str(&list(&key.references));
    }
    for (when, action) in [("delete", &key.on_delete), ("update", &key.on_update)] {
        if let Some(action) = action {
            words.push_str(&format!(" on {when} {}", action.to_lowercase()));
        }
    }
    match (key.initially_deferred, key.deferrable) {
        (true, _) => words.push_str(" initially deferred"),
        (false, true) => words.push_str(" deferrable"),
        (false, false) => {}
    }
    words
}
