//! Enums and their labels: types with names on PostgreSQL, labels of columns elsewhere.

use std::sync::Arc;

use super::super::{Column, Dialect, Enum, Normal, ObjectName, Origin, Part, Type};
use super::difference::{Difference, Object, ObjectKind};
use super::names::Pairs;
use super::what::{Aspect, Direction};
use super::{Comparer, Pair, mend};
use crate::model::location::Location;
use crate::model::value::Known;

/// One side's labels, and where they are declared.
struct Labels<'a> {
    labels: &'a [Arc<str>],
    at: Option<&'a Location>,
}

impl Comparer<'_> {
    /// Compares the enums that have names, where the database knows such.
    pub(super) fn enums(&mut self) {
        if !self.what.has(Aspect::Enums) || !matches!(self.dialect, Some(Dialect::Postgresql) | None) {
            return;
        }
        let (expected, actual) = (self.expected, self.actual);
        let pairs = Pairs::new(self.names, &expected.enums, &actual.enums);
        for ((_, expected), (name, actual)) in &pairs.both {
            self.labels_of_enum(name, expected, actual);
        }
        for (name, found) in pairs.missing {
            let difference = Difference::new(Aspect::Enums, Direction::Missing, enum_object(name));
            let difference = difference.mended_by([mend::create_enum(name, found)]);
            self.add_unless_doubtful(difference.expected(words(found), found.at.as_ref()), Part::Enums, Some(name));
        }
        for (name, found) in pairs.extra {
            let difference = Difference::new(Aspect::Enums, Direction::Extra, enum_object(name));
            let difference = difference.mended_by([mend::drop_enum(name)]);
            self.add_unless_doubtful(difference.actual(words(found), found.at.as_ref()), Part::Enums, Some(name));
        }
    }

    fn labels_of_enum(&mut self, name: &ObjectName, expected: &Enum, actual: &Enum) {
        match (&expected.labels, &actual.labels) {
            (Known::Yes(left), Known::Yes(right)) => {
                let left = Labels { labels: left, at: expected.at.as_ref() };
                self.labels(&enum_object(name), &left, &Labels { labels: right, at: actual.at.as_ref() });
            }
            (Known::No(reason), _) | (_, Known::No(reason)) => {
                self.undecided(Aspect::Enums, &enum_object(name), reason.clone(), expected.at.as_ref());
            }
        }
    }

    /// Compares the labels of a column whose type holds them: MySQL's ENUM, or a check `column IN (...)` where the
    /// database has no enums.
    pub(super) fn column_labels(&mut self, pair: &Pair<'_>, expected: &Column, actual: &Column) {
        let (Known::Yes(left), Known::Yes(right)) = (&expected.ty, &actual.ty) else { return };
        let Some((expected_labels, expected_name)) = labels_of(left, self.dialect) else { return };
        let checked;
        // SQLite keeps no labels: a replayed column says how it was declared, and only a check holds anybody to it.
        let keeps_none = self.actual.origin == Origin::Replay && self.dialect == Some(Dialect::Sqlite);
        let actual_labels = match labels_of(right, self.dialect).filter(|_| !keeps_none) {
            // Both have a name: they are compared as types.
            Some((_, actual_name)) if expected_name && actual_name => return,
            Some((labels, _)) => labels,
            None => {
                let Some(labels) =
                    pair.actual.checks.iter().find_map(|check| labels_of_check(&check.sql, &actual.name))
                else {
                    return;
                };
                checked = labels;
                checked.as_slice()
            }
        };
        if expected_labels.is_empty() || actual_labels.is_empty() {
            return;
        }
        let object = Object {
            kind: ObjectKind::Label,
            owner: pair.name.clone(),
            name: None,
            columns: vec![actual.name.clone()],
        };
        let left = Labels { labels: expected_labels, at: expected.at.as_ref() };
        self.labels(&object, &left, &Labels { labels: actual_labels, at: actual.at.as_ref() });
    }

    fn labels(&mut self, owner: &Object, expected: &Labels<'_>, actual: &Labels<'_>) {
        let label = |name: &Arc<str>| Object { kind: ObjectKind::Label, name: Some(name.clone()), ..owner.clone() };
        let of = expected.labels.len();
        for name in expected.labels.iter().filter(|name| !actual.labels.contains(name)) {
            let difference = Difference::new(Aspect::Enums, Direction::Missing, label(name));
            let difference = difference.mended_by(mend::add_label(owner, name));
            self.add(difference.expected("", expected.at).actual("", actual.at).of(of));
        }
        for name in actual.labels.iter().filter(|name| !expected.labels.contains(name)) {
            let difference = Difference::new(Aspect::Enums, Direction::Extra, label(name));
            self.add(difference.actual("", actual.at).of(of));
        }
        let common = |labels: &[Arc<str>], other: &[Arc<str>]| -> Vec<Arc<str>> {
            labels.iter().filter(|name| other.contains(name)).cloned().collect()
        };
        let left = common(expected.labels, actual.labels);
        let right = common(actual.labels, expected.labels);
        if self.what.label_order && left != right {
            let difference = Difference::new(Aspect::Enums, Direction::Changed, owner.clone());
            self.add(difference.expected(left.join(", "), expected.at).actual(right.join(", "), actual.at).of(of));
        }
    }
}

fn enum_object(name: &ObjectName) -> Object {
    Object { kind: ObjectKind::Enum, owner: name.clone(), name: None, columns: Vec::new() }
}

fn words(found: &Enum) -> String {
    found.labels.as_known().map(|labels| labels.join(", ")).unwrap_or_default()
}

/// Returns the labels of a type, and whether it has a name on this dialect.
fn labels_of(ty: &Type, dialect: Option<Dialect>) -> Option<(&[Arc<str>], bool)> {
    let variant = ty.variants.iter().find(|(of, _)| Some(*of) == dialect).map(|(_, normal)| normal);
    match variant.unwrap_or(&ty.normal) {
        Normal::Enum { name, labels } => {
            Some((labels, name.is_some() && matches!(dialect, Some(Dialect::Postgresql) | None)))
        }
        _ => None,
    }
}

/// Returns the labels in `column IN ('a', 'b')`, if a check says that of the column and nothing else.
fn labels_of_check(sql: &str, column: &str) -> Option<Vec<Arc<str>>> {
    let quotes: &[char] = &['"', '`', '[', ']'];
    let (name, rest) = sql.trim().split_once(|character: char| character.is_whitespace())?;
    let list = rest.trim_start().strip_prefix("IN").or_else(|| rest.trim_start().strip_prefix("in"))?;
    let list = list.trim().strip_prefix('(')?.strip_suffix(')')?;
    if !name.trim_matches(quotes).eq_ignore_ascii_case(column) {
        return None;
    }
    let mut labels = Vec::new();
    let mut rest = list.trim();
    while !rest.is_empty() {
        rest = rest.strip_prefix('\'')?;
        let mut label = String::new();
        loop {
            let (before, after) = rest.split_once('\'')?;
            label.push_str(before);
            match after.strip_prefix('\'') {
                Some(more) => {
                    label.push('\'');
                    rest = more;
                }
                None => {
                    rest = after.trim_start();
                    break;
                }
            }
        }
        labels.push(label.into());
        rest = match rest.strip_prefix(',') {
            Some(more) => more.trim_start(),
            None if rest.is_empty() => rest,
            None => return None,
        };
    }
    Some(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_from_a_check_that_says_nothing_else() {
        for (sql, expected) in [
            ("status IN ('open', 'closed')", Some("open,closed")),
            ("\"Status\" in ('it''s')", Some("it's")),
            ("status IN ('a') OR status IS NULL", None),
            ("other IN ('a')", None),
            ("status IN ('a', 3)", None),
            ("status IN ('a", None),
            ("status", None),
            ("", None),
        ] {
            let labels = labels_of_check(sql, "status").map(|labels| labels.join(","));
            assert_eq!(labels.as_deref(), expected, "{sql}");
        }
    }
}
