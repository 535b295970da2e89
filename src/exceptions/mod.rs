//! The exceptions file and inline exceptions: reading, naming, matching, auditing, editing; and, apart, baselines.
//!
//! [`read`] turns `.coding-rules-exceptions.yml` into [`Exceptions`], [`inline`] finds the comments of one file, and a
//! [`Resolver`] excuses findings with both, the same way for every command. [`audit()`] says what a full run
//! made of each, [`remove`] and [`add`] edit the text. Nothing here touches the disk, and nothing knows the date but what
//! it is told.

mod audit;
pub mod baseline;
mod comments;
mod condition;
mod edit;
mod entry;
mod index;
mod inline;
mod names;
mod path;
mod raw;
mod read;
mod reasons;
mod resolver;
#[cfg(test)]
mod tests;
mod today;

pub use audit::{Audience, Blind, BlindSpot, Fared, Files, added, audit, facts};
pub use condition::{Condition, FieldCondition};
pub use edit::{NewEntry, Removal, add, remove, remove_inline};
pub use entry::{Entry, Exceptions};
pub use inline::{Inline, inline};
pub use names::{Names, Resolution};
pub use path::PathPattern;
pub use raw::schema;
pub use read::read;
pub use resolver::{Resolver, Use};
pub use today::Today;
