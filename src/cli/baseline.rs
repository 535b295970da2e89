//! `lawbook baseline`.

use std::io::{self, Write};

use super::arguments::BaselineOptions;
use super::progress::Progress;
use super::terminal::Terminal;
use super::{CLEAN, FAILED, Failure};
use crate::app::baseline::{self, Chosen, Mode, Plan, Question};
use crate::app::{Asked, Progress as Told, Workspace};
use crate::model::Problem;
use crate::reporters::write_problems;

pub(super) fn run(options: &BaselineOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let paths: Vec<_> = options.run.project.iter().cloned().collect();
    let workspace = Workspace::open(&paths, &options.run.packs, false)?;
    let question = Question {
        mode: match (options.prune, options.renew) {
            (true, _) => Mode::Prune,
            (_, true) => Mode::Renew,
            _ => Mode::Write,
        },
        file: options.file.clone().map_or(Chosen::Usual, Chosen::File),
        schemas: Asked { databases: options.run.databases.clone(), offline: options.run.offline },
        today: options.run.today.unwrap_or_else(|| jiff::Zoned::now().date()),
    };
    let progress = Progress::new(terminal.watched);
    let told =
        Told { started: &|files| progress.start(files), tick: &|| progress.step(), say: &|what| progress.say(what) };
    let plan = baseline::plan(&workspace, &question, &told);
    progress.finish();
    let mut problems = plan.problems.clone();
    let failed = plan.has_errors();
    if failed {
        problems.push(Problem::warning("no baseline is written"));
    } else {
        if !options.dry_run {
            baseline::write(&workspace, &plan)?;
        }
        say(&plan, options.dry_run)?;
    }
    let mut errors = io::stderr().lock();
    // Where standard error is closed there is nobody to tell.
    for line in &plan.log {
        let _ = writeln!(errors, "{line}");
    }
    let _ = write_problems(&problems, terminal.color_errors, terminal.width, &mut errors);
    Ok(if failed { FAILED } else { CLEAN })
}

fn say(plan: &Plan, dry_run: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for entry in &plan.removed {
        writeln!(out, "{} {}", if dry_run { "would remove" } else { "removed" }, entry.label())?;
    }
    let (path, now, gone) = (&plan.path, plan.baseline.entries.len(), plan.removed.len());
    let findings = |count: usize| format!("{count} finding{}", if count == 1 { "" } else { "s" });
    let nothing = if dry_run { " Nothing is written." } else { "" };
    match plan.before {
        None if dry_run => writeln!(out, "{path} would hold {}.{nothing}", findings(now))?,
        None => {
            writeln!(out, "wrote {path}: {}", findings(now))?;
            if !plan.configured {
                writeln!(
                    out,
                    "\nNext: `baseline: {path}` in lawbook.yml hides them in every run, `lawbook check --baseline` in one."
                )?;
            }
        }
        Some(before) if gone == 0 && now == before => {
            writeln!(out, "{path}: nothing changes among {}.", findings(now))?
        }
        Some(before) => {
            let new = (now + gone).saturating_sub(before);
            let more = if new > 0 { format!(", {new} new") } else { String::new() };
            writeln!(out, "{path}: {gone} of {} gone{more}, {now} left.{nothing}", findings(before))?;
        }
    }
    out.flush()
}
