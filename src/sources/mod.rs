//! Files, git and migration trees: where facts come from. Parsing what the files say is the work of `languages`.

pub mod changes;
pub mod files;
pub mod git;
pub mod migrations;
pub mod reader;
pub mod replay;
pub mod shelf;
