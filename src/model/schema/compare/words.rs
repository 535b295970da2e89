//! Differences in words.

use super::super::{Origin, Schema};
use super::difference::{Difference, Object, ObjectKind, Side};
use super::what::{Aspect, Direction};
use crate::model::location::Location;

/// What the two sides are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    pub expected: String,
    pub actual: String,
}

impl Labels {
    /// Returns `model` for models, its name for any other schema.
    pub fn of(expected: &Schema, actual: &Schema) -> Self {
        let label = |schema: &Schema| match schema.origin {
            Origin::Models => "model".to_owned(),
            _ => schema.name.to_string(),
        };
        match (label(expected), label(actual)) {
            (left, right) if left == right => {
                Self { expected: expected.name.to_string(), actual: actual.name.to_string() }
            }
            (expected, actual) => Self { expected, actual },
        }
    }
}

impl Difference {
    /// Returns the difference in one sentence: `deals.name: model says VARCHAR(255) at app/models.py:41, main says TEXT`.
    pub fn message(&self, labels: &Labels) -> String {
        let Labels { expected, actual } = labels;
        let what = self.what();
        let mut message = match self.direction {
            Direction::Missing => match place(self.expected.at.as_ref()) {
                Some(place) => format!("{what} is missing in {actual}; {expected} has it at {place}"),
                None => format!("{what} is missing in {actual}; {expected} has it"),
            },
            Direction::Extra => {
                let place = place(self.actual.at.as_ref()).map(|place| format!(" at {place}")).unwrap_or_default();
                match self.object.kind {
                    // Tables and columns have no words of their own: those are why there should be none.
                    ObjectKind::Table | ObjectKind::Column if !self.expected.words.is_empty() => {
                        format!("{what} is in {actual}{place}; {}", says(expected, &self.expected))
                    }
                    _ => format!("{what} is in {actual}{place}, but not in {expected}"),
                }
            }
            Direction::Changed => {
                format!("{what}: {}, {}", says(expected, &self.expected), says(actual, &self.actual))
            }
        };
        if let Some(note) = &self.note {
            message.push_str("; ");
            message.push_str(note);
        }
        message
    }

    /// Returns what the difference is among others of its group: `name`, or `name (model says ..., main says ...)`.
    pub fn item(&self, labels: &Labels) -> String {
        let name = match self.object.kind {
            ObjectKind::Table | ObjectKind::Enum | ObjectKind::View => self.object.subject(),
            ObjectKind::Column | ObjectKind::Label => self.object.name.as_deref().unwrap_or_default().to_owned(),
            _ => key_words(&self.object, &self.expected, &self.actual),
        };
        let name = match (self.object.kind, self.object.columns.first()) {
            (ObjectKind::Label, Some(column)) => format!("{column} {name}"),
            _ => name,
        };
        match self.direction {
            Direction::Changed => {
                let [expected, actual] = [(&labels.expected, &self.expected), (&labels.actual, &self.actual)]
                    .map(|(label, side)| format!("{label} says {}", side.words));
                format!("{name} ({expected}, {actual})")
            }
            _ => name,
        }
    }

    /// Returns the key of its group, the same for all differences of one table, aspect and direction.
    pub fn group(&self) -> String {
        format!("{} {} {}", self.object.owner, self.aspect.name(), self.direction.name())
    }

    /// Returns what is said of several differences of one group, before their list; `{count}` stands for how many.
    pub fn lead(&self, labels: &Labels) -> String {
        let owner = &self.object.owner;
        let nouns = match self.aspect {
            Aspect::Tables => "tables",
            Aspect::Columns | Aspect::Types | Aspect::Nullable | Aspect::Defaults | Aspect::Comments => "columns",
            Aspect::PrimaryKeys => "primary keys",
            Aspect::ForeignKeys => "foreign keys",
            Aspect::Uniques => "unique constraints",
            Aspect::Indexes => "indexes",
            Aspect::Checks => "checks",
            Aspect::Enums => "labels",
        };
        match (self.direction, self.aspect) {
            (Direction::Missing, Aspect::Columns) => {
                format!("{owner}: {{count}} of {} columns missing in {}", self.of, labels.actual)
            }
            (Direction::Missing, _) => format!("{owner}: {{count}} {nouns} missing in {}", labels.actual),
            (Direction::Extra, _) => {
                format!("{owner}: {{count}} {nouns} in {}, but not in {}", labels.actual, labels.expected)
            }
            (Direction::Changed, Aspect::Types) => format!("{owner}: {{count}} columns of another type"),
            (Direction::Changed, Aspect::Nullable) => format!("{owner}: {{count}} columns of another nullability"),
            (Direction::Changed, Aspect::Defaults) => format!("{owner}: {{count}} columns with another default"),
            (Direction::Changed, Aspect::Comments) => format!("{owner}: {{count}} other comments"),
            (Direction::Changed, _) => format!("{owner}: {{count}} {nouns} differ"),
        }
    }

    fn what(&self) -> String {
        let object = &self.object;
        let changed = self.direction == Direction::Changed;
        match object.kind {
            ObjectKind::Table | ObjectKind::Column if changed => object.subject(),
            ObjectKind::Table => format!("table {}", object.owner),
            ObjectKind::Column => format!("column {}", object.subject()),
            ObjectKind::PrimaryKey if changed => format!("primary key of {}", object.owner),
            ObjectKind::Enum => format!("enum {}", object.owner),
            ObjectKind::View => format!("view {}", object.owner),
            ObjectKind::Label => {
                let name = object.name.as_deref().unwrap_or_default();
                match object.columns.first() {
                    Some(column) => format!("label {name} of {}.{column}", object.owner),
                    None => format!("label {name} of enum {}", object.owner),
                }
            }
            _ => {
                let noun = match object.kind {
                    ObjectKind::PrimaryKey => "primary key",
                    ObjectKind::ForeignKey => "foreign key",
                    ObjectKind::Unique => "unique constraint",
                    ObjectKind::Index => "index",
                    _ => "check",
                };
                let words = key_words(object, &self.expected, &self.actual);
                if changed {
                    format!("{noun} {} of {}", object.short(), object.owner)
                } else {
                    format!("{noun} {words} of {}", object.owner)
                }
            }
        }
    }
}

impl Object {
    /// Returns its name, or its columns.
    fn short(&self) -> String {
        self.name.as_ref().map_or_else(|| format!("({})", self.columns.join(", ")), ToString::to_string)
    }
}

/// Returns a key with what the side that has it says: `fk_owner (owner_id) -> users(id)`.
fn key_words(object: &Object, expected: &Side, actual: &Side) -> String {
    let said = if expected.words.is_empty() { &actual.words } else { &expected.words };
    match &object.name {
        Some(name) if said.is_empty() => name.to_string(),
        Some(name) => format!("{name} {said}"),
        None => said.clone(),
    }
}

fn says(label: &str, side: &Side) -> String {
    match place(side.at.as_ref()) {
        Some(place) => format!("{label} says {} at {place}", side.words),
        None => format!("{label} says {}", side.words),
    }
}

/// Returns `path:line`.
fn place(at: Option<&Location>) -> Option<String> {
    let at = at?;
    Some(at.span.map_or_else(|| at.path.to_string(), |span| format!("{}:{}", at.path, span.line)))
}
