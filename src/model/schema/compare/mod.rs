//! Two schemas, compared: what is expected with what is there.
//!
//! Truth first. Where a side does not know (a computed name, a table that could not be read), nothing is a difference:
//! it is undecided, with the reason. Where databases spell one thing in several ways (a unique constraint as a unique
//! index, an automatic index, a cut name), the ways are the same. The measure is what `alembic check` reports; where the
//! two part, the code says why.

mod checks;
mod columns;
mod defaults;
mod difference;
mod enums;
mod indexes;
mod keys;
mod mend;
mod names;
mod renames;
mod tables;
#[cfg(test)]
mod tests;
mod what;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Dialect, ObjectName, Part, Schema, Table};
use crate::model::location::Location;

pub use defaults::{Verdict, same_default};
pub use difference::{Difference, Object, ObjectKind, Side, Undecided};
pub use keys::{column_set, unique_columns};
pub use names::{Names, is_tools_table};
pub use what::{Aspect, Direction, Ignore, What, name_glob};
pub use words::Labels;

/// What comparing two schemas gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// By table, then in the order of the aspects; enums last.
    pub differences: Vec<Difference>,
    pub undecided: Vec<Undecided>,
}

/// Compares what is expected with what is there.
pub fn compare(expected: &Schema, actual: &Schema, what: &What) -> Comparison {
    let dialect = actual.dialect.or(expected.dialect);
    let names = Names::of(dialect, actual);
    let mut comparer =
        Comparer { expected, actual, what, dialect, names, aliases: BTreeMap::new(), result: Comparison::default() };
    comparer.tables();
    comparer.enums();
    comparer.result
}

/// A comparison on its way.
struct Comparer<'a> {
    expected: &'a Schema,
    actual: &'a Schema,
    what: &'a What,
    dialect: Option<Dialect>,
    names: Names,
    /// Expected names of tables that the other side knows under another one.
    aliases: BTreeMap<names::NameKey, names::NameKey>,
    result: Comparison,
}

/// A table that both sides have.
struct Pair<'a> {
    expected_name: &'a ObjectName,
    expected: &'a Table,
    /// The name that findings use.
    name: &'a ObjectName,
    actual: &'a Table,
}

impl Comparer<'_> {
    /// Adds a difference, unless it is to be ignored.
    fn add(&mut self, difference: Difference) {
        if !self.what.ignore_covers(&difference.object) {
            self.result.differences.push(difference);
        }
    }

    /// Adds something that cannot be compared, unless it is to be ignored.
    fn undecided(&mut self, aspect: Aspect, object: &Object, reason: impl Into<Arc<str>>, at: Option<&Location>) {
        if !self.what.ignore_covers(object) {
            let subject = Some(object.subject());
            self.result.undecided.push(Undecided { aspect, subject, reason: reason.into(), at: at.cloned() });
        }
    }

    /// Adds what only one side has: a difference, or undecided where the other side has a doubt.
    fn add_unless_doubted(&mut self, difference: Difference, part: Part, pair: Option<&Pair<'_>>) {
        let name = match difference.direction {
            Direction::Extra => pair.map(|pair| pair.expected_name),
            _ => pair.map(|pair| pair.name),
        };
        self.add_unless_doubtful(difference, part, name);
    }

    /// Adds what only one side has: a difference, or undecided where the other side has a doubt about its owner.
    fn add_unless_doubtful(&mut self, difference: Difference, part: Part, owner: Option<&ObjectName>) {
        let doubt = match difference.direction {
            Direction::Extra => self.expected.doubt(part, owner),
            _ => self.actual.doubt(part, owner),
        };
        let Some(doubt) = doubt else { return self.add(difference) };
        let reason = match &doubt.at {
            Some(at) => format!("may not be {}: {} at {at}", difference.direction.name(), doubt.what),
            None => format!("may not be {}: {}", difference.direction.name(), doubt.what),
        };
        let at = doubt.at.clone();
        self.undecided(difference.aspect, &difference.object, reason, at.as_ref());
    }
}

impl What {
    fn ignore_covers(&self, object: &Object) -> bool {
        object.names().iter().any(|name| self.ignore.covers(name))
    }
}

impl Difference {
    /// Returns a difference of which neither side says more.
    pub fn new(aspect: Aspect, direction: Direction, object: Object) -> Self {
        let (expected, actual) = (Side::default(), Side::default());
        Self { aspect, direction, object, expected, actual, note: None, of: 0, mend: Vec::new(), rename: None }
    }

    /// Adds what is expected, and where that is said.
    #[must_use]
    pub fn expected(mut self, words: impl Into<String>, at: Option<&Location>) -> Self {
        self.expected = Side::new(words, at);
        self
    }

    /// Adds what is there.
    #[must_use]
    pub fn actual(mut self, words: impl Into<String>, at: Option<&Location>) -> Self {
        self.actual = Side::new(words, at);
        self
    }

    /// Adds how many of its like are expected.
    #[must_use]
    pub fn of(mut self, of: usize) -> Self {
        self.of = of;
        self
    }
}
