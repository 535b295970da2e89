//! Indexes: by name, then by columns.

use std::collections::BTreeSet;

use super::super::{Dialect, Index, IndexPart, Key, Part};
use super::difference::{Difference, Object, ObjectKind};
use super::keys::{column_set, unique_columns};
use super::what::{Aspect, Direction};
use super::{Comparer, Pair};

impl Comparer<'_> {
    /// Compares indexes. Each has a name, in models too, so one under another name is another index; only one that the
    /// models leave without a name is looked for by its columns. Expressions are spelled too differently to be
    /// compared: there the name is enough, as are predicates, methods and included columns.
    pub(super) fn indexes(&mut self, pair: &Pair<'_>) {
        let made = |index: &&Index| {
            index.dialects.is_empty() || self.dialect.is_none_or(|dialect| index.dialects.contains(&dialect))
        };
        let mut left: Vec<&Index> = pair.expected.indexes.iter().filter(made).collect();
        let mut right: Vec<&Index> = pair.actual.indexes.iter().filter(made).collect();
        let all = right.clone();
        let mut changed: Vec<(&Index, &Index)> = Vec::new();
        // One that models declare twice is there once.
        let named = |one: &Index| {
            let name = one.name.as_ref()?;
            let same = |two: &&&Index| two.name.as_ref().is_some_and(|other| self.names.same_name(name, other));
            all.iter().find(same).copied()
        };
        left.retain(|one| {
            let Some(two) = named(one) else { return true };
            right.retain(|other| !std::ptr::eq(*other, two));
            if !self.same_index(one, two) && !changed.iter().any(|(_, other)| std::ptr::eq(*other, two)) {
                changed.push((*one, two));
            }
            false
        });
        left.retain(|one| {
            if one.name.is_some() {
                return true;
            }
            let found = right.iter().position(|two| self.same_index(one, two));
            found.map(|found| right.remove(found)).is_none()
        });
        self.drop_spelled_as_constraints(pair, &mut left, &mut right);
        right.retain(|index| !self.is_automatic(pair, index));
        for (one, two) in changed {
            let object = index_object(pair, two);
            let difference = Difference::new(Aspect::Indexes, Direction::Changed, object);
            let difference = difference.mended_by(pair.change_index(two, one));
            self.add(difference.expected(index_words(one), one.at.as_ref()).actual(index_words(two), two.at.as_ref()));
        }
        for one in &left {
            let mut difference = Difference::new(Aspect::Indexes, Direction::Missing, index_object(pair, one));
            let other = right.iter().find(|two| self.same_index(one, two)).and_then(|two| two.name.as_ref());
            difference.note =
                other.map(|name| format!("renamed? {} has {name} on the same columns", self.label(false)));
            let difference = difference.mended_by(pair.create_index(one));
            self.add_unless_doubted(difference.expected(index_words(one), one.at.as_ref()), Part::Indexes, Some(pair));
        }
        for two in &right {
            let mut difference = Difference::new(Aspect::Indexes, Direction::Extra, index_object(pair, two));
            let other = left.iter().find(|one| self.same_index(one, two)).and_then(|one| one.name.as_ref());
            difference.note = other.map(|name| format!("renamed? {} has {name} on the same columns", self.label(true)));
            let difference = difference.mended_by(pair.drop_index(two));
            self.add_unless_doubted(difference.actual(index_words(two), two.at.as_ref()), Part::Indexes, Some(pair));
        }
    }

    /// Takes out unique indexes that the other side spells as a unique constraint, or as its primary key.
    fn drop_spelled_as_constraints(&self, pair: &Pair<'_>, left: &mut Vec<&Index>, right: &mut Vec<&Index>) {
        let keys = |uniques: &[Key], primary: Option<&Key>| -> Vec<BTreeSet<String>> {
            uniques.iter().chain(primary).map(|key| column_set(self.names, &key.columns)).collect()
        };
        // Beside a primary key an index on its columns promises nothing, but it is there.
        let of_expected = keys(&pair.expected.uniques, None);
        let of_actual = keys(&pair.actual.uniques, pair.actual.primary_key.as_ref());
        let is_one = |index: &Index, keys: &[BTreeSet<String>]| {
            unique_columns(self.names, index).is_some_and(|columns| keys.contains(&columns))
        };
        left.retain(|index| !is_one(index, &of_actual));
        right.retain(|index| !is_one(index, &of_expected));
    }

    /// Returns whether an index is one that MySQL made for a foreign key: it is called as the key or its first column.
    fn is_automatic(&self, pair: &Pair<'_>, index: &Index) -> bool {
        let Some(name) = index.name.as_ref().filter(|_| self.dialect == Some(Dialect::Mysql) && !index.unique) else {
            return false;
        };
        let columns: Vec<_> = index.columns().map(|column| column.map(|name| self.names.key(name))).collect();
        pair.actual.foreign_keys.iter().any(|key| {
            let of_key: Vec<_> = key.columns.iter().map(|column| Some(self.names.key(column))).collect();
            let named = key.name.iter().chain(key.columns.first()).any(|other| self.names.same_name(other, name));
            named && columns.starts_with(&of_key)
        })
    }

    /// Returns whether two indexes are alike but for their names.
    fn same_index(&self, expected: &Index, actual: &Index) -> bool {
        let is_expression = |part: &IndexPart| sorted_column(part).is_none();
        if expected.parts.iter().chain(&actual.parts).any(is_expression) {
            let both = [expected, actual].iter().all(|index| index.parts.iter().any(is_expression));
            // By name alone, unless they have none: then an index on columns is surely not one on an expression.
            return both || (expected.name.is_some() && actual.name.is_some() && expected.name == actual.name);
        }
        let columns = |index: &Index| -> Vec<String> {
            index.parts.iter().filter_map(sorted_column).map(|column| self.names.key(column)).collect()
        };
        expected.unique == actual.unique && columns(expected) == columns(actual)
    }
}

/// Returns the column that an index sorts by; `None` for an expression. `deals.created DESC` is a column: the order is
/// not compared, as inspectors leave it out.
fn sorted_column(part: &IndexPart) -> Option<&str> {
    let text = part.text().trim();
    if matches!(part, IndexPart::Column(_)) && !text.contains([' ', '.']) {
        return Some(text);
    }
    let mut words = text.split_whitespace();
    let column = words.next()?;
    let orders = ["asc", "desc", "nulls", "first", "last"];
    let is_plain = words.all(|word| orders.contains(&word.to_lowercase().as_str()));
    let column = column.rsplit('.').next().unwrap_or(column).trim_matches(['"', '`']);
    let is_name = !column.is_empty() && column.chars().all(|character| character.is_alphanumeric() || character == '_');
    if is_plain && is_name {
        return Some(column);
    }
    if matches!(part, IndexPart::Column(_)) { Some(text) } else { None }
}

fn index_object(pair: &Pair<'_>, index: &Index) -> Object {
    let columns = index.columns().flatten().cloned().collect();
    Object { kind: ObjectKind::Index, owner: pair.name.clone(), name: index.name.clone(), columns }
}

fn index_words(index: &Index) -> String {
    let parts: Vec<&str> = index.parts.iter().map(|part| &**part.text()).collect();
    let mut words = format!("({})", parts.join(", "));
    if index.unique {
        words.insert_str(0, "unique ");
    }
    if let Some(predicate) = &index.where_ {
        words.push_str(&format!(" where {predicate}"));
    }
    words
}
