//! Which index does the work of which: what the indexes and keys of one table sort by.

use std::sync::Arc;

use crate::model::schema::{ForeignKey, Index, IndexPart, Key, Table};

/// Something that the database keeps sorted: an index, or a key that has an index of its own.
pub(super) struct Sorted<'a> {
    /// Columns and expressions, with the number of characters where only those are sorted by.
    parts: Vec<(&'a Arc<str>, Option<u32>)>,
    name: Option<&'a Arc<str>>,
    /// Stands for the name where there is none.
    word: &'static str,
    unique: bool,
    /// The index and its number; `None` for a key.
    index: Option<(&'a Index, usize)>,
    has_expressions: bool,
    /// The first part that is not sorted in the usual way: what is sorted alike before it is not sorted alike with it.
    usual_until: usize,
}

/// Returns what the database keeps sorted for a table.
pub(super) fn sorted(table: &Table) -> impl Iterator<Item = Sorted<'_>> {
    let primary_key = table.primary_key.iter().map(|key| Sorted::key(key, "the primary key"));
    let uniques = table.uniques.iter().map(|key| Sorted::key(key, "a unique constraint"));
    let indexes = table.indexes.iter().enumerate().map(|(number, index)| Sorted::index(index, number));
    primary_key.chain(uniques).chain(indexes)
}

/// Returns whether the rows that a foreign key starts from are found through an index: one that holds all rows and
/// starts with its columns, in any order.
pub(super) fn covers(table: &Table, key: &ForeignKey) -> bool {
    sorted(table).any(|sorted| {
        let whole = sorted.index.is_none_or(|(index, _)| index.method.as_deref().is_none_or(|method| method == "hash"));
        let leading = sorted.parts.get(..key.columns.len());
        // `where owner_id is not null` leaves out the very rows that no foreign key is about.
        let all_rows = sorted.index.and_then(|(index, _)| index.where_.as_deref()).is_none_or(only_nulls_left_out);
        whole
            && all_rows
            && leading.is_some_and(|leading| key.columns.iter().all(|column| leading.contains(&(column, None))))
    })
}

/// Returns whether a predicate leaves out nothing but rows that are null somewhere.
fn only_nulls_left_out(predicate: &str) -> bool {
    let predicate = predicate.to_ascii_lowercase().replace(['(', ')', '"', '`'], "");
    predicate.split(" and ").all(|part| part.trim().ends_with(" is not null") && !part.contains(" or "))
}

fn part(part: &IndexPart) -> (&Arc<str>, Option<u32>) {
    let length = if let IndexPart::Prefix(_, length) = part { Some(*length) } else { None };
    (part.text(), length)
}

impl<'a> Sorted<'a> {
    fn key(key: &'a Key, word: &'static str) -> Self {
        let parts = key.columns.iter().map(|column| (column, None)).collect();
        Self {
            parts,
            name: key.name.as_ref(),
            word,
            unique: true,
            index: None,
            has_expressions: false,
            usual_until: usize::MAX,
        }
    }

    pub(super) fn index(index: &'a Index, number: usize) -> Self {
        Self {
            parts: index.parts.iter().map(part).collect(),
            name: index.name.as_ref(),
            word: "an index without a name",
            unique: index.unique,
            index: Some((index, number)),
            has_expressions: index.parts.iter().any(|part| matches!(part, IndexPart::Expression(_))),
            usual_until: index.unusual.iter().copied().min().unwrap_or(usize::MAX),
        }
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        match (self.index, other.index) {
            (Some((_, left)), Some((_, right))) => left == right,
            _ => false,
        }
    }

    /// Returns whether it stands before another one: keys first, then indexes in order.
    pub(super) fn comes_before(&self, other: &Self) -> bool {
        self.index.map(|(_, number)| number) < other.index.map(|(_, number)| number)
    }

    pub(super) fn label(&self) -> &str {
        self.name.map_or(self.word, |name| name)
    }

    /// Returns whether both sort the same rows in the same way, as far as their columns go.
    fn is_like(&self, other: &Self) -> bool {
        let of = |sorted: &Self| {
            let index = sorted.index.map(|(index, _)| index);
            let dialects = index.map(|index| index.dialects.clone()).unwrap_or_default();
            (index.and_then(|index| index.where_.clone()), index.and_then(|index| index.method.clone()), dialects)
        };
        let length = self.parts.len();
        of(self) == of(other) && self.usual_until >= length && other.usual_until >= length
    }

    fn include(&self) -> &[Arc<str>] {
        self.index.map_or(&[], |(index, _)| &index.include)
    }

    /// Returns whether the other one does exactly what this one does.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        let same_include = self.include() == other.include();
        self.parts == other.parts && self.is_like(other) && self.unique == other.unique && same_include
    }

    /// Returns whether the other one starts with all that this one sorts by and carries no less. One that is unique
    /// says something besides, and is not needed only where the other one says the same.
    pub(super) fn covered_by(&self, other: &Self) -> bool {
        let starts = other.parts.starts_with(&self.parts) && (other.parts.len() > self.parts.len() || other.unique);
        let includes = self
            .include()
            .iter()
            .all(|column| other.include().contains(column) || other.parts.contains(&(column, None)));
        let btree = self.index.is_none_or(|(index, _)| index.method.is_none());
        !self.unique && !self.has_expressions && starts && includes && btree && self.is_like(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(columns: &str) -> Index {
        let (columns, rest) =
            columns.split_once(" where ").map_or((columns, None), |(left, right)| (left, Some(right)));
        let (columns, method) =
            columns.split_once(" using ").map_or((columns, None), |(left, right)| (left, Some(right)));
        let unique = columns.starts_with("unique ");
        let parts = columns.trim_start_matches("unique ").split(',').map(|part| {
            let part = part.trim();
            if part.contains('(') { IndexPart::Expression(part.into()) } else { IndexPart::Column(part.into()) }
        });
        let parts = parts.collect();
        Index { parts, unique, where_: rest.map(Into::into), method: method.map(Into::into), ..Index::default() }
    }

    fn table(indexes: &[&str], primary_key: &[&str]) -> Table {
        let columns: Vec<Arc<str>> = primary_key.iter().map(|name| (*name).into()).collect();
        let primary_key = (!columns.is_empty()).then(|| Key { columns, ..Key::default() });
        Table { primary_key, indexes: indexes.iter().map(|text| index(text)).collect(), ..Table::default() }
    }

    #[test]
    fn a_foreign_key_is_found_through_an_index_that_starts_with_its_columns() {
        let key = |columns: &[&str]| ForeignKey {
            name: None,
            columns: columns.iter().map(|name| (*name).into()).collect(),
            table: crate::model::schema::ObjectName::new("users"),
            references: Vec::new(),
            on_delete: None,
            on_update: None,
            deferrable: false,
            initially_deferred: false,
            at: None,
        };
        for (columns, indexes, primary_key, expected) in [
            (&["a"][..], &[][..], &[][..], false),
            (&["a"], &["a"], &[], true),
            (&["a"], &["b, a"], &[], false),
            (&["a"], &[], &["a", "b"], true),
            (&["b"], &[], &["a", "b"], false),
            (&["a", "b"], &["b, a, c"], &[], true),
            (&["a", "b"], &["a"], &[], false),
            (&["a", "b"], &["a, c, b"], &[], false),
            (&["a"], &["unique a where a is not null"], &[], true),
            (&["a"], &["a where (a IS NOT NULL)"], &[], true),
            (&["a"], &["a where kind = 'x'"], &[], false),
            (&["a"], &["a using hash"], &[], true),
            (&["a"], &["a using brin"], &[], false),
            (&["a"], &["lower(a)"], &[], false),
        ] {
            assert_eq!(
                covers(&table(indexes, primary_key), &key(columns)),
                expected,
                "{columns:?} {indexes:?} {primary_key:?}"
            );
        }
    }

    #[test]
    fn one_index_does_the_work_of_another() {
        let descending = |text: &str| {
            let unusual = if text.ends_with(" desc") { vec![text.split(',').count() - 1] } else { Vec::new() };
            Index { unusual, ..index(text.trim_end_matches(" desc")) }
        };
        for (own, other, same, covered) in [
            ("a", "a", true, false),
            ("a", "b", false, false),
            ("a", "a, b", false, true),
            ("a, b", "a", false, false),
            ("a", "unique a", false, true),
            ("unique a", "a", false, false),
            ("unique a", "unique a, b", false, false),
            ("a", "a, b where c", false, false),
            ("a where c", "a, b where c", false, true),
            ("a using gin", "a, b using gin", false, false),
            ("a using gin", "a using gin", true, false),
            ("lower(a)", "lower(a), b", false, false),
            ("a desc", "a", false, false),
            ("a", "a desc", false, false),
            ("a desc", "a desc", false, false),
            ("a", "a, b desc", false, true),
        ] {
            let (own_index, other_index) = (descending(own), descending(other));
            let (left, right) = (Sorted::index(&own_index, 0), Sorted::index(&other_index, 1));
            assert_eq!((left.same_as(&right), left.covered_by(&right)), (same, covered), "{own} / {other}");
        }
    }
}
