//! `table`: for people, by file.

use std::io;

use anstyle::{AnsiColor, Effects, Style};

use super::super::text::{one_line, wrap};
use super::{AuditOptions, advice, summary, words};
use crate::model::Severity;
use crate::model::audit::{Audit, Audited};

/// Lines of what is said of one entry.
const MOST_LINES: usize = 4;

pub(super) fn write(audit: &Audit, options: &AuditOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let shown = audit.entries.iter().filter(|entry| options.list || !entry.remarks.is_empty());
    let style = |style: Style| if options.color { style } else { Style::new() };
    let bold = style(Style::new().effects(Effects::BOLD));
    let mut file = None;
    for entry in shown {
        if file != Some(&entry.file) {
            if file.is_some() {
                writeln!(out)?;
            }
            writeln!(out, "{bold}{}{bold:#}", one_line(&entry.file))?;
            file = Some(&entry.file);
        }
        write_entry(entry, options, out)?;
    }
    if file.is_some() {
        writeln!(out)?;
    }
    writeln!(out, "{}", summary(audit))?;
    match advice(audit) {
        Some(advice) if !options.list => writeln!(out, "{advice}"),
        _ => Ok(()),
    }
}

fn write_entry(entry: &Audited, options: &AuditOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let color = match entry.severity() {
        Severity::Error => AnsiColor::Red.on_default(),
        Severity::Warning => AnsiColor::Yellow.on_default(),
        Severity::Info | Severity::Off => Style::new(),
    };
    let color = if options.color { color } else { Style::new() };
    let path = match &entry.path {
        Some(path) if !entry.inline => format!("  {}", one_line(path)),
        _ => String::new(),
    };
    writeln!(out, "{:>6}  {}{path}", entry.line, one_line(&entry.rule))?;
    if !options.list {
        for line in wrap(&words(entry), options.width.saturating_sub(8).max(20), MOST_LINES) {
            writeln!(out, "        {color}{line}{color:#}")?;
        }
        return Ok(());
    }
    let owner = entry.owner.as_ref().map(|owner| format!("owner {owner}"));
    let expires = entry.expires.as_ref().map(|expires| format!("until {expires}"));
    let told = [entry.reason.as_ref().map(ToString::to_string), owner, expires];
    let told: Vec<String> = told.into_iter().flatten().map(|text| one_line(&text).into_owned()).collect();
    if told.is_empty() {
        return Ok(());
    }
    for line in wrap(&told.join("; "), options.width.saturating_sub(8).max(20), MOST_LINES) {
        writeln!(out, "        {line}")?;
    }
    Ok(())
}
