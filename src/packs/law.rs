//! Laws and predicates, checked.

use std::sync::Arc;

use super::expectation::Expectation;
use super::regexes::Regex;
use crate::model::schema::compare::{Direction, What};
use crate::model::{Field, Location};
use crate::yaml::Place;

/// What must hold.
#[derive(Clone, Debug)]
pub enum Law {
    /// Nothing matches; one finding for each match.
    Forbid(Predicate),
    /// Something matches, or the predicate is true; one finding for a fact where it is not.
    Require(Predicate),
    /// No two facts share the values of these fields; facts with a null among them are not compared.
    Unique(Vec<&'static Field>),
    /// The schema has these tables, columns, enums.
    Expect(Arc<Expectation>),
    /// Two schemas say the same.
    Agree(Arc<Agree>),
    /// The Rhai function `check` reports nothing.
    Script(Script),
}

/// Two schemas, and what they agree on.
#[derive(Clone, Debug)]
pub struct Agree {
    pub expected: SchemaRef,
    /// `None`: each schema that is judged.
    pub actual: Option<SchemaRef>,
    pub what: What,
    /// Which differences count.
    pub only: Vec<Direction>,
    pub stubs: Stubs,
    /// A table with less than this percentage of its expected columns is a stub.
    pub stub_below: u32,
    /// The law came with the binary: where a schema that it names is not there, it has nothing to say.
    pub built_in: bool,
}

/// The name of a schema, or of an origin of schemas.
#[derive(Clone, Debug)]
pub struct SchemaRef {
    pub name: Arc<str>,
    pub place: Place,
}

/// What happens to tables that have only few of their expected columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stubs {
    With,
    Only,
    Without,
}

impl Stubs {
    pub const WORDS: &'static [&'static str] = &["with", "only", "without"];
}

/// A script of a rule, not compiled.
#[derive(Clone, Debug)]
pub struct Script {
    pub source: Arc<str>,
    /// The `.rhai` file, or the YAML file whose block holds it.
    pub path: Arc<str>,
    /// Where the script's first line stands in that file: line and column of its first character, both 1-based.
    pub line: u32,
    pub column: u32,
    /// It came with the binary, whose tests have checked it: it need not be checked at every start.
    pub built_in: bool,
}

/// A condition on a fact, with the place where it was written.
#[derive(Clone, Debug)]
pub struct Predicate {
    pub test: Test,
    pub location: Location,
}

/// What a predicate tests.
#[derive(Clone, Debug)]
pub enum Test {
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
    Not(Box<Predicate>),
    /// An option has a value, or has none.
    Given(bool),
    /// The condition holds for the field.
    Field {
        field: &'static Field,
        condition: Condition,
    },
    /// The regex matches the fact's text, in multi-line mode; each match is a place.
    Text(Arc<Regex>),
    /// The piece of Python occurs in the fact's file; each match is a place. On a call it must be that call.
    Code(CodePattern),
}

/// A `code` pattern, as written.
#[derive(Clone, Debug)]
pub struct CodePattern {
    pub source: Arc<str>,
    pub location: Location,
}

/// A condition on a value. On a list a condition holds when it holds for an item, except `Count`, `Entries` and `Is*`.
#[derive(Clone, Debug)]
pub enum Condition {
    /// Equal to one of these. `null` is among them for "absent".
    OneOf(Vec<Literal>),
    Matches(Arc<Regex>),
    Glob(Arc<globset::GlobMatcher>),
    Not(Box<Condition>),
    Compare(Comparison, f64),
    /// The length of a list, map or text satisfies the condition.
    Count(Box<Condition>),
    IsUnknown,
    IsKnown,
    /// Every item of the list satisfies the condition; true for an empty list.
    Every(Box<Condition>),
    /// All of these hold for the same value.
    All(Vec<Condition>),
    /// The value is a map, a fact or a list; its entries, fields or items (by 0-based number) satisfy the conditions.
    Entries(Vec<(Arc<str>, Condition)>),
}

/// How numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    AtLeast,
    AtMost,
}

/// A literal in YAML.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    List(Vec<Literal>),
}

impl std::fmt::Display for Literal {
    /// Writes the literal as YAML's flow style does.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Bool(value) => write!(formatter, "{value}"),
            Self::Int(value) => write!(formatter, "{value}"),
            Self::Float(value) => write!(formatter, "{value}"),
            Self::Text(value) => write!(formatter, "'{}'", value.replace('\'', "''")),
            Self::List(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                write!(formatter, "[{}]", values.join(", "))
            }
        }
    }
}
