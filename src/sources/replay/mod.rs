//! Replay: operations folded into the schema that they leave behind, without a database.
//!
//! [`State`] is a schema under change: what each operation does to it, and what is wrong with that. [`fold`] runs the
//! migrations of a graph through it in order. Reading operations out of files is the matter of `languages`.

mod fold;
mod folded;
mod lines;
mod order;
mod remembered;
mod restore;
mod seen;
mod state;
#[cfg(test)]
mod tests;

pub use fold::{FoldOptions, Follow, Recorder, Replayed, Seen};
pub use folded::{Folded, Plan, Replay, fold};
pub use order::{NoRevision, Order, order};
pub use restore::Downgrade;
pub use seen::OperationSeen;
pub use state::{Mark, NAME, State, Touched};
