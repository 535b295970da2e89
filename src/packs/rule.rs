//! Packs and rules, checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::law::{Law, Literal, Predicate};
use crate::model::facts::ExceptionEntry;
use crate::model::schema::{Dialect, Schema};
use crate::model::{Kind, Location, Severity};

/// A named set of rules.
#[derive(Clone, Debug)]
pub struct Pack {
    /// `alembic`, or the name of the folder or file.
    pub name: Arc<str>,
    pub title: Option<String>,
    /// Embedded in the binary, as opposed to read from the project.
    pub built_in: bool,
    /// In order of id.
    pub rules: Vec<Rule>,
}

/// One rule: a kind of fact, a law, and what to say when it does not hold.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Full name: `alembic/enum-without-create-type`.
    pub id: Arc<str>,
    pub title: String,
    pub severity: Severity,
    /// The kind of fact that is judged.
    pub on: &'static Kind,
    /// Globs over the path; empty means every path. A leading `!` excludes.
    pub files: Vec<String>,
    /// Only facts for which this is true are judged.
    pub where_: Option<Predicate>,
    pub law: Law,
    /// A fact for which this is true is not judged.
    pub unless: Option<Predicate>,
    /// The message, with `{placeholders}`: a field of the fact, `match`, a number or name of a capture.
    pub message: String,
    /// Why it matters; Markdown.
    pub why: String,
    /// How to mend it, with a right and a wrong example; Markdown.
    pub fix: String,
    pub aliases: Vec<String>,
    /// Options with their values in this run; `${name}` in predicates, `options.name` in scripts.
    pub options: BTreeMap<String, Literal>,
    pub tests: Vec<RuleTest>,
    /// It runs only when what changed is known (`--since`, `--staged`): it reads `change`.
    pub needs_change: bool,
    /// Where the rule begins.
    pub location: Location,
}

impl Rule {
    /// Returns whether it is to run.
    pub fn enabled(&self) -> bool {
        self.severity != Severity::Off
    }
}

/// A test inside a rule.
#[derive(Clone, Debug)]
pub struct RuleTest {
    /// A fault is expected.
    pub invalid: bool,
    /// Path to text of the files that make up the test's project; a test with `code` alone has one, at `path` or at a
    /// default that fits the rule. In Python files, names that are not imported are bound as Alembic's template does
    /// (`op`, `sa`).
    pub files: BTreeMap<String, String>,
    /// The schemas of the test's project, by name.
    pub schemas: Vec<Arc<Schema>>,
    /// The exceptions of the test's project, as a run has left them.
    pub exceptions: Vec<Arc<ExceptionEntry>>,
    /// The database that the migrations are read for.
    pub dialect: Dialect,
    /// Major version of its server.
    pub server_version: Option<u32>,
    /// What changed since the base revision, by path: `modified`, `deleted`, `added`.
    pub changes: BTreeMap<String, String>,
    /// Expected number of findings of an invalid test; at least one when left out.
    pub count: Option<usize>,
    /// Expected line of the first finding.
    pub line: Option<u32>,
    /// Expected message of the first finding.
    pub message: Option<String>,
    /// The options of this test, all of them, when it has its own; empty otherwise.
    pub options: BTreeMap<String, Literal>,
    /// The rule with those options in its predicates, when the test has its own.
    pub rule: Option<Arc<Rule>>,
    pub location: Location,
}
