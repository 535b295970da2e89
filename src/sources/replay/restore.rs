//! Whether a downgrade restores what its upgrade changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::state::Touched;
use crate::model::Known;
use crate::model::schema::compare::{Aspect, Comparison, Difference, Direction, Object, ObjectKind, What, compare};
use crate::model::schema::{Dialect, Enum, ObjectName, Origin, Schema, SchemaUnknown, Table};

/// What came of undoing a migration.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Downgrade {
    /// There is no downgrade, it does nothing or it refuses to run; or nobody asked.
    #[default]
    NotTried,
    Restores,
    /// By object.
    Differs(Vec<(ObjectName, Difference)>),
    /// The first reason why it cannot be told.
    Unknown(Arc<str>),
}

impl Downgrade {
    /// Returns how the schema differs once the migration was applied and undone; `None` where that was not tried.
    pub fn not_restored(&self) -> Option<Known<Vec<Arc<str>>>> {
        match self {
            Self::NotTried => None,
            Self::Restores => Some(Known::Yes(Vec::new())),
            Self::Unknown(why) => Some(Known::No(why.clone())),
            Self::Differs(differences) => {
                let each = |(object, difference): &(ObjectName, Difference)| {
                    Arc::from(format!("{object}: {}", words(difference)))
                };
                Some(Known::Yes(differences.iter().map(each).collect()))
            }
        }
    }
}

impl Downgrade {
    /// Returns how the schema differs, a sentence for each difference.
    pub fn sentences(&self) -> Vec<Arc<str>> {
        match self {
            Self::Differs(differences) => {
                let sentences =
                    differences.iter().map(|(object, difference)| format!("{object}: {}", words(difference)));
                sentences.map(Into::into).collect()
            }
            Self::NotTried | Self::Restores | Self::Unknown(_) => Vec::new(),
        }
    }
}

/// Compares the objects that were touched with what they were. `unknown` is all that is not known about them now;
/// `doubted` says whether anything became unknown on the way.
pub(super) fn restored(
    touched: &[Touched<'_>],
    unknown: &[SchemaUnknown],
    dialect: Dialect,
    doubted: Option<Arc<str>>,
) -> Downgrade {
    if let Some(why) = doubted {
        return Downgrade::Unknown(why);
    }
    let mut before = Schema::empty("before", Origin::Replay, Some(dialect));
    let mut after = Schema::empty("after", Origin::Replay, Some(dialect));
    let mut other = Vec::new();
    for one in touched {
        match one {
            Touched::Table { name, before: then, now } => {
                if !same_table(*then, *now) {
                    put(&mut before.tables, name, then.cloned());
                    put(&mut after.tables, name, now.cloned());
                }
            }
            Touched::Enum { name, before: then, now } => {
                if labels(*then) != labels(*now) {
                    put(&mut before.enums, name, then.cloned());
                    put(&mut after.enums, name, now.cloned());
                }
            }
            // How a view is spelled is no measure; that it is there is.
            Touched::View { name, before: then, now } => {
                if then.is_some() != now.is_some() {
                    let direction = if now.is_some() { Direction::Extra } else { Direction::Missing };
                    other.push(((*name).clone(), view_difference(name, direction)));
                }
            }
            // Another migration, or another application, may need an extension that stays.
            Touched::Extensions { .. } => {}
        }
    }
    if before.tables.is_empty() && after.tables.is_empty() && before.enums.is_empty() && after.enums.is_empty() {
        return if other.is_empty() { Downgrade::Restores } else { Downgrade::Differs(other) };
    }
    // Of those about the whole schema one of each part says as much as all: data of a thousand migrations may be unknown.
    let mut whole = BTreeSet::new();
    let about = |found: &&SchemaUnknown| match &found.table {
        Some(name) => before.tables.contains_key(name) || after.tables.contains_key(name),
        None => whole.insert(found.part),
    };
    let doubts: Vec<SchemaUnknown> = unknown.iter().filter(about).cloned().collect();
    before.unknown.clone_from(&doubts);
    after.unknown = doubts;
    let aspects = [Aspect::USUAL, &[Aspect::Defaults, Aspect::Checks]].concat();
    let Comparison { differences, undecided } = compare(&before, &after, &What { aspects, ..What::default() });
    let mut found: Vec<(ObjectName, Difference)> =
        differences.into_iter().map(|difference| (difference.object.owner.clone(), difference)).collect();
    found.append(&mut other);
    match undecided.into_iter().next() {
        _ if !found.is_empty() => Downgrade::Differs(found),
        Some(undecided) => Downgrade::Unknown(undecided.reason),
        None => Downgrade::Restores,
    }
}

fn put<T>(map: &mut std::collections::BTreeMap<ObjectName, T>, name: &ObjectName, value: Option<T>) {
    if let Some(value) = value {
        map.insert(name.clone(), value);
    }
}

fn labels(found: Option<&Enum>) -> Option<&Known<Vec<Arc<str>>>> {
    found.map(|found| &found.labels)
}

fn same_table(one: Option<&Table>, two: Option<&Table>) -> bool {
    match (one, two) {
        (Some(one), Some(two)) => one == two,
        (one, two) => one.is_none() && two.is_none(),
    }
}

fn view_difference(name: &ObjectName, direction: Direction) -> Difference {
    let object = Object { kind: ObjectKind::View, owner: name.clone(), name: None, columns: Vec::new() };
    Difference::new(Aspect::Tables, direction, object)
}

const fn word(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Table => "the table",
        ObjectKind::Column => "column",
        ObjectKind::PrimaryKey => "the primary key",
        ObjectKind::ForeignKey => "the foreign key",
        ObjectKind::Unique => "the unique constraint",
        ObjectKind::Index => "index",
        ObjectKind::Check => "check",
        ObjectKind::Enum => "the enum",
        ObjectKind::View => "the view",
        ObjectKind::Label => "label",
    }
}

/// Returns a difference in words: what is there after the downgrade that was not before, or the other way round.
pub(super) fn words(difference: &Difference) -> String {
    let object = &difference.object;
    let what = match (&object.name, object.columns.as_slice()) {
        (Some(name), _) => format!("{} {name}", word(object.kind)),
        (None, []) => word(object.kind).to_owned(),
        (None, columns) => format!("{} on {}", word(object.kind), columns.join(", ")),
    };
    match difference.direction {
        Direction::Missing => format!("{what} is missing"),
        Direction::Extra => format!("{what} is left behind"),
        Direction::Changed => {
            format!(
                "{} of {what} was {}, and is {}",
                difference.aspect.name(),
                difference.expected.words,
                difference.actual.words
            )
        }
    }
}
