//! The outcome of one run, ready for a reporter.

use std::sync::Arc;

use super::finding::Finding;
use super::location::Location;
use super::look::Look;
use super::problem::{Level, Problem};
use super::severity::Severity;
use super::story::Story;

/// Everything that one run has to say. Findings are sorted by path, line, column, rule; problems by place.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub findings: Vec<Arc<Finding>>,
    pub problems: Vec<Problem>,
    /// Facts that a law could not judge, for `--show-unknown`.
    pub unknowns: Vec<Unknown>,
    /// One entry per rule that ran, in order of name.
    pub rules: Vec<RuleRun>,
    /// What these rules say of themselves, in the same order.
    pub texts: Vec<RuleText>,
    /// How many findings the baseline hid; they are not among `findings`.
    pub baselined: usize,
    /// How many files were looked at.
    pub files: usize,
    /// How many migrations were among them.
    pub migrations: usize,
    /// How many schemas were read: models and databases.
    pub schemas: usize,
    /// What was looked at, where somebody asked.
    pub look: Option<Look>,
    /// What else is told to who reads at leisure.
    pub story: Option<Story>,
}

/// What one rule did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleRun {
    pub rule: Arc<str>,
    /// Facts that it looked at: of its kind, in its files, whether its `where` held or not.
    pub judged: usize,
    /// Facts that it could not judge.
    pub unknown: usize,
    pub findings: usize,
    pub excepted: usize,
    /// Findings that the baseline hid.
    pub baselined: usize,
    /// Its script failed on a fact, which is among the problems.
    pub failed: bool,
}

/// What a rule says of itself, for formats that carry it along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleText {
    pub rule: Arc<str>,
    pub severity: Severity,
    pub title: String,
    /// Markdown.
    pub why: String,
    /// Markdown.
    pub fix: String,
}

/// A fact that a law could not judge, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    pub rule: Arc<str>,
    pub at: Option<Location>,
    pub reason: Arc<str>,
}

/// The counts that every format prints. Excepted findings count only as `excepted`, those of the baseline as
/// `baselined`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, schemars::JsonSchema, serde::Serialize)]
pub struct Summary {
    pub files: usize,
    pub rules: usize,
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
    pub excepted: usize,
    pub baselined: usize,
    pub unknown: usize,
}

impl Report {
    /// Counts the report.
    pub fn summary(&self) -> Summary {
        let count = |severity: Severity| self.active().filter(|finding| finding.severity == severity).count();
        Summary {
            files: self.files,
            rules: self.rules.len(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            infos: count(Severity::Info),
            excepted: self.findings.iter().filter(|finding| finding.excepted.is_some()).count(),
            baselined: self.baselined,
            unknown: self.unknowns.len(),
        }
    }

    /// Returns the findings that no exception excuses.
    pub fn active(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().map(|finding| &**finding).filter(|finding| finding.excepted.is_none())
    }

    /// Returns whether something could not be run or judged, so that the verdict cannot be trusted.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.level == Level::Error)
    }

    /// Returns whether a finding of at least this severity counts.
    pub fn fails(&self, fail_on: Severity) -> bool {
        fail_on != Severity::Off && self.active().any(|finding| finding.severity >= fail_on)
    }
}
