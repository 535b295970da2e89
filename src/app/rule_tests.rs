//! `lawbook test`: the tests inside rules, each on a project that exists in memory only.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::replay::{self, Followed, Settings, Sources};
use crate::engine::{Input, Inputs, Keep, Laws, judge, merge_groups};
use crate::model::facts::{Change, Tool};
use crate::model::{Finding, Known, Location, Problem, Severity};
use crate::packs::{Rule, RuleTest};
use crate::sources::files::Found;
use crate::sources::migrations::{Tree, VersionLocation, sql};
use crate::sources::shelf::Shelf;

/// How one test of a rule ended.
#[derive(Clone, Debug)]
pub struct TestOutcome {
    pub rule: Arc<str>,
    pub location: Location,
    /// Its number among the rule's valid, or invalid, tests; from 1.
    pub number: usize,
    pub invalid: bool,
    pub result: TestResult,
}

/// Whether a test passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestResult {
    Passed,
    /// What was expected, and what came.
    Failed(String),
}

/// Runs the tests of a rule.
pub fn run_tests(rule: &Rule) -> Vec<TestOutcome> {
    let mut counts = [0, 0];
    rule.tests
        .iter()
        .map(|test| {
            let count = &mut counts[usize::from(test.invalid)];
            *count += 1;
            TestOutcome {
                rule: rule.id.clone(),
                location: test.location.clone(),
                number: *count,
                invalid: test.invalid,
                result: run_test(test.rule.as_deref().unwrap_or(rule), test),
            }
        })
        .collect()
}

fn run_test(rule: &Rule, test: &RuleTest) -> TestResult {
    // A rule that is switched off is tested all the same.
    let severity = if rule.enabled() { rule.severity } else { Severity::Warning };
    let laws_on = rule.on.name;
    let rule = Arc::new(Rule { severity, ..rule.clone() });
    let (laws, problems) = Laws::compile(&[rule], true);
    if let Some(problem) = problems.first() {
        return TestResult::Failed(problem.to_string());
    }
    let files: Vec<Input> = test
        .files
        .iter()
        .map(|(path, text)| Input {
            found: Found { path: path.as_str().into(), size: Some(text.len() as u64) },
            change: Known::Yes(test.changes.get(path).map_or(Change::Unchanged, |change| self::change(change))),
            judged: true,
        })
        .collect();
    let mut trees = sql::trees_of_files(&test.files, test.dialect);
    trees.insert(0, tree(&files));
    let paths: Vec<Arc<str>> = files.iter().map(|input| input.found.path.clone()).collect();
    let read = |path: &str| Ok(text(laws_on, path, test).into_bytes());
    let shelf = Shelf::new(true);
    let settings = Settings {
        dialect: Some(test.dialect),
        server_versions: test.server_version.map(|version| (test.dialect, version)).into_iter().collect(),
        ..Settings::default()
    };
    let inputs = Inputs {
        files: &files,
        trees: &trees,
        exceptions: test.exceptions.clone(),
        schemas: &test.schemas,
        replay: &|graphs| {
            replay::replay(
                graphs,
                &Sources {
                    trees: &trees,
                    paths: &|| paths.clone(),
                    read: &read,
                    shelf: &shelf,
                    followed: &Followed::default(),
                    early: None,
                },
                &settings,
            )
        },
        read: &|input| read(&input.found.path),
        ask_size: Arc::new(|_| None),
        shelf: &shelf,
        rank: &|_| 0,
        passed: &|_, _| {},
        size_limit: u64::MAX,
    };
    let mut judgement = judge(&laws, &inputs, Keep::default());
    merge_groups(&mut judgement.findings);
    if let Some(problem) = judgement.problems.first() {
        return TestResult::Failed(problem.to_string());
    }
    if let (Some(unknown), true) = (judgement.unknowns.first(), judgement.findings.is_empty()) {
        return TestResult::Failed(format!("not judged: {}", unknown.reason));
    }
    compare(test, &judgement.findings)
}

/// Returns the text of a test's file. A piece of Python without a revision gets one at its end, where it moves no
/// line, so that the pieces that rules about migrations are tested on need not repeat it.
fn text(on: &str, path: &str, test: &RuleTest) -> String {
    let mut text = test.files.get(path).cloned().unwrap_or_default();
    if path.ends_with(".py") && on != "file" {
        for (name, value) in [("revision", "\"0123456789ab\""), ("down_revision", "None")] {
            let assigned =
                |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(['=', ':']));
            if !text.lines().any(assigned) {
                text.push_str(&format!("\n{name} = {value}\n"));
            }
        }
        // What Alembic's template imports.
        for (name, import) in [
            ("op", "from alembic import op"),
            ("sa", "import sqlalchemy as sa"),
            ("postgresql", "from sqlalchemy.dialects import postgresql"),
            ("mysql", "from sqlalchemy.dialects import mysql"),
        ] {
            if text.contains(&format!("{name}.")) && !text.contains(import) {
                text.push_str(&format!("\n{import}\n"));
            }
        }
    }
    text
}

fn compare(test: &RuleTest, findings: &[Arc<Finding>]) -> TestResult {
    let places = || {
        let places = findings.iter().map(|finding| match finding.span() {
            Some(span) => format!("line {}: {}", span.line, finding.message),
            None => finding.message.to_string(),
        });
        places.collect::<Vec<_>>().join("; ")
    };
    if !test.invalid {
        return match findings.len() {
            0 => TestResult::Passed,
            _ => TestResult::Failed(format!("expected no finding, got {}", places())),
        };
    }
    let count = findings.len();
    if count == 0 || test.count.is_some_and(|expected| expected != count) {
        let expected = test.count.map_or_else(|| "at least 1".to_owned(), |expected| expected.to_string());
        return TestResult::Failed(format!("expected {expected} findings, got {count}: {}", places()));
    }
    let first = &findings[0];
    if let Some(line) = test.line
        && first.span().map(|span| span.line) != Some(line)
    {
        return TestResult::Failed(format!("expected the first finding on line {line}, got {}", places()));
    }
    match &test.message {
        Some(message) if **message != *first.message => {
            TestResult::Failed(format!("expected the message `{message}`, got `{}`", first.message))
        }
        _ => TestResult::Passed,
    }
}

/// Returns the tree of a test: every folder with Python files is one of its version folders; where folders called
/// `versions` or `migrations` are among them, only those are.
fn tree(files: &[Input]) -> Tree {
    let python = files.iter().filter(|input| input.found.path.ends_with(".py"));
    let folders: BTreeSet<&str> =
        python.map(|input| input.found.path.rsplit_once('/').map_or("", |(folder, _)| folder)).collect();
    let usual = |folder: &&str| folder.split('/').any(|part| part.contains("versions") || part.contains("migrations"));
    let chosen: Vec<&str> = match folders.iter().copied().filter(usual).collect::<Vec<_>>() {
        usual if usual.is_empty() => folders.into_iter().collect(),
        usual => usual,
    };
    let locations = chosen.into_iter().map(|folder| VersionLocation { path: folder.into(), recursive: false });
    Tree {
        name: "migrations".into(),
        tool: Tool::Alembic,
        location: Location::file("migrations"),
        version_locations: locations.collect(),
        sql: None,
    }
}

fn change(name: &str) -> Change {
    match name {
        "added" => Change::Added,
        "modified" => Change::Modified,
        "deleted" => Change::Deleted,
        "renamed" => Change::Renamed("renamed_from.py".into()),
        _ => Change::Unchanged,
    }
}

impl TestOutcome {
    /// Returns the failed test as a problem at its place in the pack.
    pub fn problem(&self) -> Option<Problem> {
        let TestResult::Failed(why) = &self.result else { return None };
        let kind = if self.invalid { "invalid" } else { "valid" };
        Some(Problem::error(format!("{}: {kind} test {}: {why}", self.rule, self.number)).at(self.location.clone()))
    }
}
