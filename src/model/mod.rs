//! Plain types that every layer speaks: places, values, facts and their vocabulary, findings, problems, the report.
//!
//! Nothing here reads a file, parses a language or prints. The vocabulary (`facts`) is the one declaration of what a
//! law can see: predicates, script getters, JSON Schemas and the reference page are all derived from it.

pub mod audit;
pub mod facts;
mod finding;
pub mod history;
mod location;
pub mod look;
pub mod operation;
mod problem;
pub mod regex;
mod report;
pub mod schema;
mod severity;
pub mod story;
mod suggest;
mod value;
pub mod words;

pub use facts::{Fact, Field, FieldType, Kind, Query};
pub use finding::{Advice, Excuse, Finding, Group, Named};
pub use location::{Location, Span};
pub use problem::{Level, Problem};
pub use report::{Report, RuleRun, RuleText, Summary, Unknown};
pub use severity::Severity;
pub use suggest::closest;
pub use value::{Known, Value};
