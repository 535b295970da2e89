//! `lawbook exceptions`.

use std::io::{self, BufWriter, Write};

use camino::Utf8PathBuf;

use super::arguments::{
    AddOptions, AuditOptions, AuditRun, ExceptionsCommand, HistoryOptions, ListOptions, PruneOptions,
};
use super::progress::Progress;
use super::terminal::Terminal;
use super::{CLEAN, FAILED, FOUND, Failure, today};
use crate::app::exceptions::{self as app, Audited, Plan, Question};
use crate::app::{Asked, Progress as Told, Workspace};
use crate::exceptions::{NewEntry, Resolution};
use crate::model::audit::{Audit, Audited as Entry, State};
use crate::model::{Level, Problem};
use crate::reporters::audit::{AUDIT_FORMATS, AuditOptions as Style, label};
use crate::reporters::history::HISTORY_FORMATS;

pub(super) fn run(command: &ExceptionsCommand, terminal: &Terminal) -> Result<u8, Failure> {
    match command {
        ExceptionsCommand::Audit(options) => audit(options, terminal),
        ExceptionsCommand::Prune(options) => prune(options, terminal),
        ExceptionsCommand::Add(options) => add(options, terminal),
        ExceptionsCommand::List(options) => list(options, terminal),
        ExceptionsCommand::History(options) => history(options, terminal),
    }
}

fn audit(options: &AuditOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let workspace = open(options.run.project.as_ref(), &options.run.packs)?;
    let mut audited = judge(&workspace, &options.run, options.within, terminal);
    let mut said = Vec::new();
    if options.fix && !audited.has_errors() {
        let plan = app::prune(&workspace, &audited.audit, &[]);
        app::write(&workspace, &plan)?;
        if !plan.removed.is_empty() {
            // Lines have moved, and what was a twin is alone now.
            audited = judge(&workspace, &options.run, options.within, terminal);
        }
        let mut errors = io::stderr().lock();
        for entry in &plan.removed {
            // Where standard error is closed there is nobody to tell.
            let _ = writeln!(errors, "removed {}", label(entry));
        }
        said = plan.problems;
    } else if options.fix {
        said.push(nothing_written());
    }
    write(&audited.audit, &options.format, false, terminal)?;
    said.extend(audited.problems.iter().cloned());
    tell(&said, &audited.log, terminal);
    Ok(if audited.has_errors() {
        FAILED
    } else if audited.audit.fails(options.fail_on) {
        FOUND
    } else {
        CLEAN
    })
}

fn prune(options: &PruneOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let workspace = open(options.run.project.as_ref(), &options.run.packs)?;
    let audited = judge(&workspace, &options.run, 0, terminal);
    if audited.has_errors() {
        let problems = audited.problems.into_iter().chain([nothing_written()]).collect::<Vec<_>>();
        tell(&problems, &audited.log, terminal);
        return Ok(FAILED);
    }
    let plan = app::prune(&workspace, &audited.audit, &options.also);
    if !options.dry_run {
        app::write(&workspace, &plan)?;
    }
    print_removed(&plan, &audited, options.dry_run)?;
    // What the file lacks otherwise is for the audit to say; what the run could not do matters here.
    tell(&plan.problems, &audited.log, terminal);
    Ok(if plan.problems.iter().any(|problem| problem.level == Level::Error) { FAILED } else { CLEAN })
}

fn print_removed(plan: &Plan, audited: &Audited, dry_run: bool) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    let verb = if dry_run { "would remove" } else { "removed" };
    for entry in &plan.removed {
        writeln!(out, "{verb} {}", label(entry))?;
    }
    let (gone, all) = (plan.removed.len(), audited.audit.entries.len());
    let not_judged = audited.audit.entries.iter().filter(|entry| entry.is(State::NotJudged)).count();
    let unjudged = if not_judged > 0 { format!(" {not_judged} not judged.") } else { String::new() };
    match (gone, dry_run) {
        (0, _) => writeln!(out, "Nothing to remove among {all} exceptions.{unjudged}")?,
        (_, true) => writeln!(out, "\n{gone} of {all} exceptions would go. Nothing is written.{unjudged}")?,
        (_, false) => writeln!(out, "\n{gone} of {all} exceptions are gone.{unjudged}")?,
    }
    out.flush()?;
    Ok(())
}

fn add(options: &AddOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let workspace = open(options.project.as_ref(), &options.packs)?;
    if workspace.problems.iter().any(|problem| problem.level == Level::Error) {
        return Err(Failure::Problems(workspace.problems));
    }
    let new = NewEntry {
        rule: options.rule.clone(),
        path: options.path.clone(),
        conditions: options.conditions.clone(),
        reason: options.reason.clone(),
        owner: options.owner.clone(),
        expires: options.expires.map(|day| day.to_string()),
        max: options.max,
    };
    let (plan, line) = app::add(&workspace, new)?;
    app::write(&workspace, &plan)?;
    writeln!(io::stdout(), "added {}:{line}: `{}`", workspace.config.exceptions.value, options.rule)?;
    tell(&plan.problems, &[], terminal);
    Ok(CLEAN)
}

fn history(options: &HistoryOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let workspace = open(options.project.as_ref(), &[])?;
    let mut problems = workspace.problems.clone();
    let growth = app::history(&workspace, jiff::Timestamp::now().as_second(), &mut problems)?;
    let Some(format) = HISTORY_FORMATS.iter().find(|format| format.name == options.format) else {
        return Err(Problem::error(format!("there is no format `{}`", options.format)).into());
    };
    let mut out = BufWriter::new(io::stdout().lock());
    (format.write)(&growth, &mut out)?;
    out.flush()?;
    tell(&problems, &[], terminal);
    Ok(if problems.iter().any(|problem| problem.level == Level::Error) { FAILED } else { CLEAN })
}

fn list(options: &ListOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let workspace = open(options.project.as_ref(), &[])?;
    let mut problems = workspace.problems.clone();
    let Some(exceptions) = app::read(&workspace, &mut problems) else {
        return Err(Failure::Problems(problems));
    };
    let names = workspace.names();
    let wanted = match &options.rule {
        None => None,
        Some(name) => match names.resolve(name) {
            Resolution::Rules(ids) => Some((name, ids)),
            // A name that no rule has any more may still stand in the file.
            _ if exceptions.entries.iter().any(|entry| *entry.fact.rule == **name) => Some((name, Vec::new())),
            _ => return Err(workspace.rule(name).err().map_or_else(|| no_entry(name), Failure::from)),
        },
    };
    let of_rule = |rule: &str| match &wanted {
        None => true,
        Some((name, ids)) => {
            rule == *name
                || matches!(names.resolve(rule), Resolution::Rules(own) if own.iter().any(|id| ids.contains(id)))
        }
    };
    let of_owner = |owner: Option<&str>| match options.owner.as_deref() {
        None => true,
        Some("none") => owner.is_none(),
        Some(wanted) => owner.is_some_and(|owner| owner.trim_start_matches('@') == wanted.trim_start_matches('@')),
    };
    let chosen = exceptions.entries.iter().map(|entry| &entry.fact);
    let chosen = chosen.filter(|fact| of_rule(&fact.rule) && of_owner(fact.owner.as_deref()));
    let entries = chosen.map(|fact| Entry {
        rule: fact.rule.clone(),
        path: fact.path.clone(),
        file: fact.location.path.clone(),
        line: fact.location.span.map_or(0, |span| span.line),
        inline: false,
        remarks: Vec::new(),
        excused: 0,
        dead: false,
        reason: fact.reason.clone(),
        owner: fact.owner.clone(),
        expires: fact.expires.clone(),
    });
    write(&Audit { entries: entries.collect() }, &options.format, true, terminal)?;
    tell(&problems, &[], terminal);
    Ok(if problems.iter().any(|problem| problem.level == Level::Error) { FAILED } else { CLEAN })
}

fn no_entry(name: &str) -> Failure {
    Problem::error(format!("no exception is for `{name}`")).into()
}

fn nothing_written() -> Problem {
    Problem::warning("nothing was removed: not everything could be judged").hint("mend the errors, and run it again")
}

fn open(project: Option<&Utf8PathBuf>, packs: &[String]) -> Result<Workspace, Problem> {
    let paths: Vec<Utf8PathBuf> = project.cloned().into_iter().collect();
    Workspace::open(&paths, packs, false)
}

fn judge(workspace: &Workspace, run: &AuditRun, within: u32, terminal: &Terminal) -> Audited {
    let today = today(run.today);
    let schemas = Asked { databases: run.databases.clone(), offline: run.offline };
    let progress = Progress::new(terminal.watched);
    let told =
        Told { started: &|files| progress.start(files), tick: &|| progress.step(), say: &|what| progress.say(what) };
    let audited = app::audit(workspace, &Question { within, today, schemas }, &told);
    progress.finish();
    audited
}

fn write(audit: &Audit, format: &str, list: bool, terminal: &Terminal) -> Result<(), Failure> {
    let Some(format) = AUDIT_FORMATS.iter().find(|known| known.name == format) else {
        return Err(Problem::error(format!("there is no format `{format}`")).into());
    };
    let style = Style { color: terminal.color, width: terminal.width, list };
    let mut out = BufWriter::new(io::stdout().lock());
    (format.write)(audit, &style, &mut out)?;
    out.flush()?;
    Ok(())
}

/// Writes what scripts printed and what is wrong to standard error, so that it never gets into a report.
fn tell(problems: &[Problem], log: &[String], terminal: &Terminal) {
    let mut errors = io::stderr().lock();
    for line in log {
        // Where standard error is closed there is nobody to tell.
        let _ = writeln!(errors, "{line}");
    }
    drop(errors);
    if !problems.is_empty() {
        let _: u8 = terminal.problems(problems);
    }
}
