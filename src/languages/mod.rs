//! Languages: text to syntax, and from there to calls and migrations.

pub mod python;
