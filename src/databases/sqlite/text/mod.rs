//! The texts of CREATE statements, which SQLite keeps as they were written: names of constraints, checks, generated
//! expressions and collations stand nowhere else.
//!
//! What cannot be read is `None`: the caller says so, and guesses nothing.

mod index;
mod table;
mod tokens;

pub(super) use index::{index, view};
pub(super) use table::{KeyText, TableText, table};
