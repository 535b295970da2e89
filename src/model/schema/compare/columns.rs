//! Columns of a table that both sides have.

use std::collections::BTreeMap;

use super::super::types;
use super::super::{Column, Dialect, Part, Type};
use super::defaults::{Verdict, default_words, same_default};
use super::difference::{Difference, Object};
use super::what::{Aspect, Direction};
use super::{Comparer, Pair, renames};
use crate::model::value::Known;

impl Comparer<'_> {
    pub(super) fn columns(&mut self, pair: &Pair<'_>) {
        let mut there: BTreeMap<String, (usize, &Column)> = BTreeMap::new();
        for (position, column) in pair.actual.columns.iter().enumerate() {
            there.entry(self.names.key(&column.name)).or_insert((position, column));
        }
        let mut missing: Vec<(usize, &Column)> = Vec::new();
        for (position, column) in pair.expected.columns.iter().enumerate() {
            match there.remove(&self.names.key(&column.name)) {
                Some((_, found)) => self.column(pair, column, found),
                None => missing.push((position, column)),
            }
        }
        if self.what.has(Aspect::Columns) {
            let mut extra: Vec<(usize, &Column)> = there.into_values().collect();
            extra.sort_by_key(|(position, _)| *position);
            self.one_sided_columns(pair, &missing, &extra);
        }
    }

    fn one_sided_columns(&mut self, pair: &Pair<'_>, missing: &[(usize, &Column)], extra: &[(usize, &Column)]) {
        let renamed = renames::columns(missing, extra, |left, right| match (&left.ty, &right.ty) {
            (Known::Yes(left), Known::Yes(right)) => self.same_type(left, right),
            _ => false,
        });
        for (index, (_, column)) in missing.iter().enumerate() {
            let object = Object::column(pair.name, &column.name);
            let mut difference = Difference::new(Aspect::Columns, Direction::Missing, object);
            difference.note = renamed
                .iter()
                .find(|(left, _)| *left == index)
                .map(|(_, right)| format!("renamed? {} has {}", self.label(false), extra[*right].1.name));
            difference.rename = (renamed.iter().find(|(left, _)| *left == index))
                .map(|(_, right)| pair.rename_column(&extra[*right].1.name, &column.name));
            let add = pair.add_column(column);
            let first = add.as_ref().and_then(|_| self.enum_to_make(&column.ty));
            let difference = difference.mended_by(first.into_iter().chain(add));
            let difference = difference.expected("", column.at.as_ref()).of(pair.expected.columns.len());
            self.add_unless_doubted(difference, Part::Columns, Some(pair));
        }
        for (index, (_, column)) in extra.iter().enumerate() {
            let object = Object::column(pair.name, &column.name);
            let mut difference = Difference::new(Aspect::Columns, Direction::Extra, object);
            difference.note = renamed
                .iter()
                .find(|(_, right)| *right == index)
                .map(|(left, _)| format!("renamed? {} has {}", self.label(true), missing[*left].1.name));
            if difference.note.is_none() {
                difference = difference.mended_by([pair.drop_column(column)]);
            }
            let difference = difference.actual("", column.at.as_ref()).of(pair.expected.columns.len());
            self.add_unless_doubted(difference, Part::Columns, Some(pair));
        }
    }

    fn column(&mut self, pair: &Pair<'_>, expected: &Column, actual: &Column) {
        let object = || Object::column(pair.name, &actual.name);
        let changed = |aspect, words: [String; 2]| {
            let [left, right] = words;
            let difference = Difference::new(aspect, Direction::Changed, object());
            difference
                .expected(left, expected.at.as_ref())
                .actual(right, actual.at.as_ref())
                .of(pair.expected.columns.len())
        };
        if self.what.has(Aspect::Types) {
            match (&expected.ty, &actual.ty) {
                (Known::Yes(left), Known::Yes(right)) if self.same_type(left, right) => {}
                (Known::Yes(left), Known::Yes(right)) => {
                    let alter = pair.alter_type(actual, (right, left), self.dialect);
                    let first = alter.as_ref().and_then(|_| self.enum_to_make(&expected.ty));
                    let mend = first.into_iter().chain(alter);
                    self.add(changed(Aspect::Types, type_words(left, right, self.dialect)).mended_by(mend));
                }
                (Known::No(reason), _) => {
                    self.undecided(Aspect::Types, &object(), reason.clone(), expected.at.as_ref())
                }
                (_, Known::No(reason)) => self.undecided(Aspect::Types, &object(), reason.clone(), actual.at.as_ref()),
            }
        }
        if self.what.has(Aspect::Nullable) && !nullable_by_nature(pair, expected, actual) {
            match (&expected.nullable, &actual.nullable) {
                (Known::Yes(left), Known::Yes(right)) if left == right => {}
                (Known::Yes(left), Known::Yes(right)) => {
                    let nullable = Some(Known::Yes(*left));
                    let mend = pair.alter_column(actual, self.dialect, |alter| alter.nullable = nullable);
                    self.add(changed(Aspect::Nullable, [null_words(*left), null_words(*right)]).mended_by(mend));
                }
                (Known::No(reason), _) => {
                    self.undecided(Aspect::Nullable, &object(), reason.clone(), expected.at.as_ref());
                }
                (_, Known::No(reason)) => {
                    self.undecided(Aspect::Nullable, &object(), reason.clone(), actual.at.as_ref());
                }
            }
        }
        if self.what.has(Aspect::Defaults) {
            match same_default(expected, actual) {
                Verdict::Same => {}
                Verdict::Different => {
                    let default = Some(expected.default.clone());
                    let mend = pair.alter_column(actual, self.dialect, |alter| alter.default = default);
                    let words = [default_words(expected), default_words(actual)];
                    self.add(changed(Aspect::Defaults, words).mended_by(mend));
                }
                Verdict::Unknown(reason) => {
                    self.undecided(Aspect::Defaults, &object(), reason, expected.at.as_ref());
                }
            }
        }
        if self.what.has(Aspect::Comments) && expected.comment != actual.comment {
            let words = |column: &Column| {
                column.comment.as_ref().map_or_else(|| "no comment".to_owned(), |comment| format!("{comment:?}"))
            };
            self.add(changed(Aspect::Comments, [words(expected), words(actual)]));
        }
        if self.what.has(Aspect::Enums) {
            self.column_labels(pair, expected, actual);
        }
    }

    pub(super) fn same_type(&self, expected: &Type, actual: &Type) -> bool {
        types::same(expected, actual, self.dialect.unwrap_or(Dialect::Postgresql))
    }
}

/// Returns whether null or not is no choice of the column: a key of both sides, where SQLite says "may be null" of its
/// row number; a column that the database computes or numbers, of which models say nothing.
fn nullable_by_nature(pair: &Pair<'_>, expected: &Column, actual: &Column) -> bool {
    let made = |column: &Column| column.identity.is_some() || column.generated.is_some();
    (pair.expected.in_primary_key(&expected.name) && pair.actual.in_primary_key(&actual.name))
        || (expected.nullable == Known::Yes(true) && (made(expected) || made(actual)))
}

fn null_words(nullable: bool) -> String {
    if nullable { "null" } else { "not null" }.to_owned()
}

/// Returns both types as their sides spell them; in the words of the dialect where a spelling is long, or the same.
fn type_words(expected: &Type, actual: &Type, dialect: Option<Dialect>) -> [String; 2] {
    const LONGEST: usize = 40;
    let plain = expected.spelling.len().max(actual.spelling.len()) <= LONGEST
        && !expected.spelling.eq_ignore_ascii_case(&actual.spelling);
    if plain {
        return [expected.spelling.to_string(), actual.spelling.to_string()];
    }
    [expected.sql(dialect), actual.sql(dialect)]
}
