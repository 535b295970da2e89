//! `lawbook init`.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::arguments::InitOptions;
use super::terminal::Terminal;
use super::{CLEAN, Failure};
use crate::app::Workspace;
use crate::app::init::{Action, Outcome, Planned, Written, look, plan, write};

pub(super) fn run(options: &InitOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let paths: Vec<_> = options.path.iter().cloned().collect();
    let workspace = Workspace::open(&paths, &[], false)?;
    let planned = plan(&look(&workspace, options.ci.map(Into::into))?);
    let no_ci = !planned.iter().any(|planned| planned.path.contains(".git"));
    let written = if options.dry_run {
        planned.into_iter().map(would_be).collect()
    } else {
        write(&workspace.root.absolute, planned)?
    };
    let head = if terminal.color { AnsiColor::Green.on_default().bold() } else { Style::new() };
    let mut out = io::stdout().lock();
    for Written { planned, outcome } in &written {
        let word = match (outcome, options.dry_run) {
            (Outcome::Created, false) => "wrote",
            (Outcome::Created, true) => "would write",
            (Outcome::Kept, _) => "kept",
            (Outcome::ToPaste, _) => "paste into",
        };
        writeln!(out, "{head}{word:>11}{head:#} {}: {}", planned.path, planned.note)?;
        if *outcome == Outcome::ToPaste || (options.dry_run && *outcome == Outcome::Created) {
            for line in planned.contents.lines() {
                writeln!(out, "              {line}")?;
            }
        }
    }
    if !options.dry_run {
        writeln!(out, "\nNext: `lawbook check`, and `lawbook test` for the tests of your pack.")?;
        if no_ci {
            writeln!(out, "`lawbook init --ci github` (or gitlab) writes a workflow, too.")?;
        }
    }
    Ok(CLEAN)
}

fn would_be(planned: Planned) -> Written {
    let outcome = match planned.action {
        Action::Create => Outcome::Created,
        Action::Keep => Outcome::Kept,
        Action::Paste => Outcome::ToPaste,
    };
    Written { planned, outcome }
}
