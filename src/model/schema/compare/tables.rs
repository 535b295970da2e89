//! Tables: which are missing, which are extra, and the rest pair by pair.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::{ObjectName, Origin, Part, Table};
use super::difference::{Difference, Object};
use super::names::{Pairs, is_tools_table};
use super::what::{Aspect, Direction};
use super::{Comparer, Pair, mend, renames};

impl<'a> Comparer<'a> {
    pub(super) fn tables(&mut self) {
        let (expected, actual) = (self.expected, self.actual);
        let mut pairs = Pairs::new(self.names, &expected.tables, &actual.tables);
        pairs.extra.retain(|(name, _)| !is_tools_table(&name.name));
        if expected.origin != Origin::Models {
            // A database that is right has them too, and nobody expects them of models.
            pairs.missing.retain(|(name, _)| !is_tools_table(&name.name));
        }
        if self.what.has(Aspect::Tables) || self.what.has(Aspect::Columns) {
            self.views(&mut pairs);
        }
        if self.what.has(Aspect::Tables) {
            self.one_sided(&pairs);
        }
        for ((expected_name, _), (name, _)) in &pairs.both {
            let (left, right) = (self.names.object_key(expected_name), self.names.object_key(name));
            if left != right {
                self.aliases.insert(left, right);
            }
        }
        for ((expected_name, expected), (name, actual)) in pairs.both {
            self.pair(&Pair { expected_name, expected, name, actual });
        }
    }

    /// Takes out expected tables that are views or partitions in the database: models may be mapped onto either. Of a
    /// view only the names of the columns are known.
    fn views(&mut self, pairs: &mut Pairs<'a, Table>) {
        let actual = self.actual;
        let names = self.names;
        let views: BTreeMap<_, _> = actual.views.iter().map(|(name, view)| (names.object_key(name), view)).collect();
        let partitions: BTreeSet<String> = actual
            .tables
            .values()
            .flat_map(|table| &table.partitions)
            .map(|name| names.object_key(&ObjectName::new(name.rsplit('.').next().unwrap_or(name))).1)
            .collect();
        let mut missing = std::mem::take(&mut pairs.missing);
        missing.retain(|(name, table)| {
            let key = names.object_key(name);
            if let Some(view) = views.get(&key) {
                if self.what.has(Aspect::Columns) && !view.columns.is_empty() {
                    self.columns_of_view(name, table, &view.columns);
                }
                return false;
            }
            !partitions.contains(&key.1)
        });
        pairs.missing = missing;
    }

    fn columns_of_view(&mut self, name: &ObjectName, table: &Table, columns: &[Arc<str>]) {
        for column in &table.columns {
            if !columns.iter().any(|other| self.names.key(other) == self.names.key(&column.name)) {
                let difference =
                    Difference::new(Aspect::Columns, Direction::Missing, Object::column(name, &column.name));
                self.add(difference.expected("", column.at.as_ref()).of(table.columns.len()));
            }
        }
    }

    fn one_sided(&mut self, pairs: &Pairs<'a, Table>) {
        let ignored = |name: &ObjectName| self.what.ignore_covers(&Object::table(name));
        let missing: Vec<_> = pairs.missing.iter().filter(|(name, _)| !ignored(name)).copied().collect();
        let extra: Vec<_> = pairs.extra.iter().filter(|(name, _)| !ignored(name)).copied().collect();
        let renamed = renames::tables(self.names, &missing, &extra);
        let total = self.expected.tables.len();
        for (index, (name, table)) in missing.iter().enumerate() {
            let mut difference = Difference::new(Aspect::Tables, Direction::Missing, Object::table(name));
            difference.note = renamed.iter().find(|(left, _)| *left == index).map(|(_, right)| {
                format!("renamed? {} has {}, and {} does not", self.label(false), extra[*right].0, self.label(true))
            });
            difference.rename = (renamed.iter().find(|(left, _)| *left == index))
                .map(|(_, right)| mend::rename_table(extra[*right].0, name));
            let difference = difference.mended_by([mend::create_table(name, table)]);
            self.add_one_sided(difference.expected("", table.at.as_ref()).of(total), name);
        }
        for (index, (name, table)) in extra.iter().enumerate() {
            let mut difference = Difference::new(Aspect::Tables, Direction::Extra, Object::table(name));
            difference.note = renamed.iter().find(|(_, right)| *right == index).map(|(left, _)| {
                format!("renamed? {} has {}, and {} does not", self.label(true), missing[*left].0, self.label(false))
            });
            if difference.note.is_none() {
                difference = difference.mended_by([mend::drop_table(name)]);
            }
            self.add_one_sided(difference.actual("", table.at.as_ref()).of(total), name);
        }
    }

    /// Adds a table that one side has, unless the other side may have it.
    fn add_one_sided(&mut self, difference: Difference, name: &ObjectName) {
        let side = if difference.direction == Direction::Extra { self.expected } else { self.actual };
        let doubt = side.doubt(Part::Tables, Some(name)).or_else(|| {
            // What dropped or renamed tables in a replay may have been this one as well; or nobody knows its models.
            let replayed = difference.direction == Direction::Extra && self.actual.origin == Origin::Replay;
            self.actual.doubt(Part::Tables, Some(name)).filter(|_| replayed)
        });
        match doubt {
            None => self.add(difference),
            Some(doubt) => {
                let direction = difference.direction.name();
                let reason = format!("whether the table is {direction} is not known: {}", doubt.what);
                let at = doubt.at.clone();
                self.undecided(difference.aspect, &difference.object, reason, at.as_ref());
            }
        }
    }

    /// Returns what the expected, or the actual, side is called.
    pub(super) fn label(&self, expected: bool) -> String {
        let labels = super::Labels::of(self.expected, self.actual);
        if expected { labels.expected } else { labels.actual }
    }

    fn pair(&mut self, pair: &Pair<'_>) {
        self.columns(pair);
        if pair.actual.foreign {
            // Its rows live elsewhere: it can have no keys and no indexes.
            return;
        }
        if self.what.has(Aspect::PrimaryKeys) {
            self.primary_key(pair);
        }
        if self.what.has(Aspect::ForeignKeys) {
            self.foreign_keys(pair);
        }
        if self.what.has(Aspect::Uniques) {
            self.uniques(pair);
        }
        if self.what.has(Aspect::Indexes) {
            self.indexes(pair);
        }
        if self.what.has(Aspect::Checks) {
            self.checks(pair);
        }
        if self.what.has(Aspect::Comments) {
            let words = |comment: &Option<Arc<str>>| {
                comment.as_ref().map_or_else(|| "no comment".to_owned(), |comment| format!("{comment:?}"))
            };
            let (left, right) = (&pair.expected.comment, &pair.actual.comment);
            if left != right {
                let difference = Difference::new(Aspect::Comments, Direction::Changed, Object::table(pair.name));
                self.add(
                    difference
                        .expected(words(left), pair.expected.at.as_ref())
                        .actual(words(right), pair.actual.at.as_ref()),
                );
            }
        }
    }
}
