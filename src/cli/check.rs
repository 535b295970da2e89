//! `lawbook check`.

use std::io::{self, BufWriter, Write};

use camino::Utf8Path;

use super::arguments::CheckOptions;
use super::progress::Progress;
use super::terminal::Terminal;
use super::{CLEAN, FAILED, FOUND, Failure, today};
use crate::app::baseline::Chosen;
use crate::app::{self, Asked, Base, Check, Workspace, check};
use crate::model::{Level, Location, Problem, Report};
use crate::reporters::{self, Format, Options, write_problems};
use crate::sources::files::Edited;

pub(super) fn run(options: &CheckOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let asked = asked(options);
    let workspace = Workspace::open_to_check(&asked, &options.packs, Edited::default())?;
    if !workspace.problems.iter().any(|problem| problem.level == Level::Error) {
        // Where all packs could be read, a rule that is not there is a slip of the pen.
        let unknown = options.rules.iter().filter_map(|name| workspace.rule(name).err());
        let unknown: Vec<Problem> = unknown.collect();
        if !unknown.is_empty() {
            return Err(Failure::Problems(unknown));
        }
    }
    let Some(format) = reporters::format(&options.format) else {
        return Err(Problem::error(format!("there is no format `{}`", options.format)).into());
    };
    let progress = Progress::new(terminal.watched);
    let told = app::Progress {
        started: &|files| progress.start(files),
        tick: &|| progress.step(),
        say: &|what| progress.say(what),
    };
    let (report, log) = check(&workspace, &asked, &told);
    progress.finish();
    let fail_on = options.fail_on.unwrap_or(workspace.config.fail_on);
    write_log(&log);
    let prefix = from_top(&workspace.root.absolute);
    let style = Options {
        color: terminal.color && options.output.is_none(),
        width: terminal.width,
        show_excepted: options.show_excepted,
        show_unknown: options.show_unknown,
        statistics: options.statistics,
        fail_on,
        prefix: &prefix,
        home: workspace.config_path.as_deref().unwrap_or(crate::config::FILE_NAME),
    };
    write(options, terminal, format, &report, &style)?;
    let code = match &report {
        report if report.has_errors() => FAILED,
        report if report.fails(fail_on) => FOUND,
        _ => CLEAN,
    };
    // The process ends here: taking all rules and thousands of findings apart would be work for nobody.
    std::mem::forget((report, workspace));
    Ok(code)
}

/// Returns what the options ask for.
pub(super) fn asked(options: &CheckOptions) -> Check {
    let needs_story = reporters::format(&options.format).is_some_and(|format| format.needs_story)
        || options.reports.iter().any(|(format, _)| format.needs_story);
    Check {
        paths: options.paths.clone(),
        base: match (&options.since, options.staged) {
            (Some(revision), _) => Base::Since(revision.clone()),
            (None, true) => Base::Staged,
            (None, false) => Base::None,
        },
        rules: options.rules.clone(),
        schemas: Asked { databases: options.databases.clone(), offline: options.offline },
        today: today(options.today),
        explain: options.explain_run || needs_story,
        story: needs_story,
        baseline: match &options.baseline {
            _ if options.no_baseline => Chosen::No,
            None => Chosen::Configured,
            Some(None) => Chosen::Usual,
            Some(Some(file)) => Chosen::File(file.clone()),
        },
    }
}

/// Writes what scripts printed: to standard error, so that it never gets into a report.
fn write_log(log: &[String]) {
    let mut errors = io::stderr().lock();
    for line in log {
        // Where standard error is closed there is nobody to tell.
        let _ = writeln!(errors, "{line}");
    }
}

/// Returns what leads from the top of the repository to the project: empty, or `backend/`.
fn from_top(root: &Utf8Path) -> String {
    let top = root.ancestors().find(|folder| folder.join(".git").exists());
    let below = top.and_then(|top| root.strip_prefix(top).ok());
    below.map_or_else(String::new, |below| below.components().map(|part| format!("{part}/")).collect())
}

fn write(
    options: &CheckOptions,
    terminal: &Terminal,
    format: &Format,
    report: &Report,
    style: &Options<'_>,
) -> Result<(), Failure> {
    match &options.output {
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            (format.write)(report, style, &mut out).and_then(|()| out.flush())?;
        }
        Some(path) => write_file(path, format, report, style)?,
    }
    for (format, path) in &options.reports {
        write_file(path, format, report, &Options { color: false, ..*style })?;
    }
    if !format.shows_problems || options.output.is_some() {
        // Where standard error is closed there is nobody to tell.
        let _ = write_problems(&report.problems, terminal.color_errors, terminal.width, &mut io::stderr().lock());
    }
    Ok(())
}

fn write_file(path: &Utf8Path, format: &Format, report: &Report, style: &Options<'_>) -> Result<(), Problem> {
    let write = || {
        let mut out = BufWriter::new(std::fs::File::create(path)?);
        (format.write)(report, style, &mut out)?;
        out.flush()
    };
    write().map_err(|error: io::Error| {
        Problem::error(format!("cannot write the report: {error}")).at(Location::file(path.as_str()))
    })
}
