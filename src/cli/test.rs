//! `lawbook test`.

use std::io::{self, Write};

use rayon::prelude::*;

use super::arguments::TestOptions;
use super::terminal::Terminal;
use super::{CLEAN, FAILED, FOUND, Failure};
use crate::app::{TestOutcome, Workspace, run_tests};
use crate::model::{Level, Problem};
use crate::packs::{self, Rule};

pub(super) fn run(options: &TestOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let workspace = Workspace::open(&[], &options.packs, true)?;
    if workspace.problems.iter().any(|problem| problem.level == Level::Error) {
        return Err(Failure::Problems(workspace.problems));
    }
    if !workspace.problems.is_empty() {
        let _: u8 = terminal.problems(&workspace.problems);
    }
    let rules = chosen(options, &workspace)?;
    let outcomes: Vec<TestOutcome> = rules.par_iter().flat_map_iter(|rule| run_tests(rule)).collect();
    let failed: Vec<Problem> = outcomes.iter().filter_map(TestOutcome::problem).collect();
    if !failed.is_empty() {
        let _: u8 = terminal.problems(&failed);
    }
    let untested = rules.iter().filter(|rule| rule.tests.is_empty()).count();
    let mut out = io::stdout().lock();
    let passed = outcomes.len() - failed.len();
    let noun = if rules.len() == 1 { "rule" } else { "rules" };
    writeln!(out, "{passed} passed, {} failed: {} {noun}, {untested} without tests.", failed.len(), rules.len())?;
    if rules.is_empty() {
        return Ok(FAILED);
    }
    Ok(if failed.is_empty() { CLEAN } else { FOUND })
}

/// Returns the rules to test: those named, of the packs named; of the project's own packs when none is named, and of
/// all packs when it has none of its own.
fn chosen<'a>(options: &TestOptions, workspace: &'a Workspace) -> Result<Vec<&'a Rule>, Failure> {
    if !options.rules.is_empty() {
        return options.rules.iter().map(|name| Ok(workspace.rule(name)?)).collect();
    }
    let named: Vec<&str> = options.packs.iter().map(String::as_str).collect();
    let own = workspace.loaded.packs.iter().any(|pack| !pack.built_in);
    let wanted = |pack: &&packs::Pack| {
        if named.is_empty() {
            !own || !pack.built_in
        } else {
            named.contains(&&*pack.name) || named.iter().any(|name| packs::is_path(name) && !pack.built_in)
        }
    };
    Ok(workspace.loaded.packs.iter().filter(wanted).flat_map(|pack| &pack.rules).collect())
}
