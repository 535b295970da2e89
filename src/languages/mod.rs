//! Languages: text to syntax, and from there to calls, migrations, statements and operations.

mod lines;
pub mod python;
pub mod sql;
