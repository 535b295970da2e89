//! What a run looked at, for who wants to know why it said nothing.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

/// All that a run looked at. The names of the fields are those of the JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Look {
    /// The root of the project, absolute.
    pub root: String,
    /// The configuration, if there is one.
    pub configuration: Option<Arc<str>>,
    /// What the files were compared with, if with anything.
    pub compared_with: Option<String>,
    /// The paths that were named; empty for the whole project.
    pub paths: Vec<String>,
    pub exceptions: Entries,
    pub baseline: Option<Entries>,
    pub packs: Vec<PackLook>,
    pub trees: Vec<TreeLook>,
    /// Files that were listed and asked for, by extension.
    pub files: Vec<Count>,
    /// Facts, by kind.
    pub facts: Vec<Count>,
    pub schemas: Vec<SchemaLook>,
    pub rules: Vec<RuleLook>,
}

/// A file with entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Entries {
    pub path: Arc<str>,
    pub entries: usize,
}

/// How many there are of something.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Count {
    pub kind: String,
    pub count: usize,
}

/// A pack.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct PackLook {
    pub name: Arc<str>,
    pub built_in: bool,
    pub rules: usize,
    /// Rules that ran.
    pub ran: usize,
}

/// A migration tree.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct TreeLook {
    pub name: Arc<str>,
    pub tool: &'static str,
    /// What declares it.
    pub declared: String,
    pub folders: Vec<Arc<str>>,
    pub migrations: usize,
}

/// A schema.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct SchemaLook {
    pub name: Arc<str>,
    pub origin: &'static str,
    pub dialect: Option<&'static str>,
    pub tables: usize,
    /// What could not be read of it.
    pub unknown: usize,
}

/// A rule, run or not.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct RuleLook {
    pub rule: Arc<str>,
    /// The kind of fact that it judges.
    pub on: &'static str,
    /// Facts that it looked at.
    pub judged: usize,
    pub unknown: usize,
    pub findings: usize,
    pub excepted: usize,
    pub baselined: usize,
    /// Why it did not run, or judged nothing.
    pub idle: Option<String>,
}
