//! `table`: for people. Findings by file with the source line and a caret, problems, and a summary.

use std::io;

use anstyle::{AnsiColor, Effects, Style};

use super::problems::{MOST_LINES, faint, severity_style, when, write_problems};
use super::snippet::snippet;
use super::statistics::statistics;
use super::text::{one_line, short_line, wrap};
use super::verdict;
use super::{Options, look};
use crate::model::{Excuse, Finding, Report, Severity};

/// Where messages begin.
const INDENT: usize = 8;

/// Characters of a subject.
const MOST_CHARACTERS: usize = 120;

/// Writes the report for a person at a terminal, or in a file.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    write_findings(report, options, out)?;
    if !report.problems.is_empty() {
        write_problems(&report.problems, options.color, options.width, out)?;
        writeln!(out)?;
    }
    write_unknown(report, options, out)?;
    if options.statistics && !report.rules.is_empty() {
        out.write_all(statistics(&report.rules, options.width).as_bytes())?;
        writeln!(out)?;
    }
    if let Some(look) = &report.look {
        look::write(look, options.width, out)?;
    }
    write_summary(report, options, out)
}

fn write_findings(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let shown = report.findings.iter().filter(|finding| options.show_excepted || finding.excepted.is_none());
    let heading = when(options.color, Style::new().effects(Effects::BOLD.insert(Effects::UNDERLINE)));
    let mut group = None;
    for finding in shown {
        if group != Some(finding.path()) {
            group = Some(finding.path());
            let title = finding.path().map_or("not in a file".into(), one_line);
            writeln!(out, "{heading}{title}{heading:#}")?;
        }
        write_finding(finding, options, out)?;
        writeln!(out)?;
    }
    Ok(())
}

fn write_finding(finding: &Finding, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let place = match (finding.span(), &finding.subject) {
        (Some(span), _) => format!("{}:{}  ", span.line, span.column),
        (None, Some(subject)) if finding.at.is_none() => format!("{}  ", short_line(subject, MOST_CHARACTERS)),
        _ => String::new(),
    };
    let faint = faint(options.color);
    let severity = finding.severity;
    let style = if finding.excepted.is_some() { faint } else { severity_style(severity, options.color) };
    let excepted = if finding.excepted.is_some() { " (excepted)" } else { "" };
    writeln!(out, "  {place}{style}{severity}{excepted}{style:#}  {faint}{}{faint:#}", one_line(&finding.rule))?;
    write_block(&finding.message, options, out)?;
    if let (Some(span), Some(line_text)) = (finding.span(), &finding.line_text) {
        let text = snippet(line_text, span, severity, options.color, options.width.saturating_sub(2));
        for line in text.lines() {
            writeln!(out, "  {line}")?;
        }
    }
    match &finding.excepted {
        Some(excuse) => write_block(&excuse_text(excuse), options, out),
        None => Ok(()),
    }
}

fn write_block(text: &str, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    for line in wrap(text, options.width.saturating_sub(INDENT).max(20), MOST_LINES) {
        writeln!(out, "{:INDENT$}{line}", "")?;
    }
    Ok(())
}

fn excuse_text(excuse: &Excuse) -> String {
    let mut text = format!("excepted by {}", excuse.at);
    if let Some(reason) = &excuse.reason {
        text.push_str(&format!(": {reason}"));
    }
    let owner = excuse.owner.clone();
    let expires = excuse.expires.as_ref().map(|date| format!("until {date}"));
    let details: Vec<_> = owner.into_iter().chain(expires).collect();
    if !details.is_empty() {
        text.push_str(&format!(" ({})", details.join(", ")));
    }
    text
}

fn write_unknown(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    if report.unknowns.is_empty() || !options.show_unknown {
        return Ok(());
    }
    let style = severity_style(Severity::Warning, options.color);
    writeln!(out, "{style}not judged{style:#}")?;
    for unknown in &report.unknowns {
        let place = unknown.at.as_ref().map_or_else(String::new, |location| format!("{location}  "));
        writeln!(out, "  {}{}", one_line(&place), one_line(&unknown.rule))?;
        write_block(&unknown.reason, options, out)?;
    }
    writeln!(out)
}

fn write_summary(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let clear = AnsiColor::Green.on_default().effects(Effects::BOLD);
    let worst = report.active().map(|finding| finding.severity).max();
    let style = match worst {
        _ if report.has_errors() => severity_style(Severity::Error, options.color),
        Some(severity) => severity_style(severity, options.color),
        None if report.unknowns.is_empty() && !report.rules.is_empty() => when(options.color, clear),
        None => Style::new(),
    };
    for line in wrap(&verdict::headline(report), options.width, MOST_LINES) {
        writeln!(out, "{style}{line}{style:#}")?;
    }
    let mut notes = verdict::notes(report, options.fail_on);
    if !report.unknowns.is_empty() && !options.show_unknown {
        notes.push("Facts that could not be judged are listed with --show-unknown.".to_owned());
    }
    for line in notes.iter().flat_map(|note| wrap(note, options.width, MOST_LINES)) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Location;
    use crate::reporters::{sample, text};

    fn table(report: &Report, options: Options) -> String {
        sample::render(write, report, &options)
    }

    #[test]
    fn a_rich_report() {
        insta::assert_snapshot!(table(&sample::report(), Options::default()));
    }

    #[test]
    fn a_rich_report_with_everything_shown() {
        let options = Options { show_excepted: true, show_unknown: true, statistics: true, ..Options::default() };
        insta::assert_snapshot!(table(&sample::report(), options));
    }

    #[test]
    fn a_clean_report() {
        let text = table(&sample::clean(), Options::default());
        assert_eq!(text, "All clear: 54 files, 2 rules, 1 finding excepted.\n");
    }

    #[test]
    fn nothing_is_wider_than_the_terminal_but_paths_and_names() {
        for width in [40, 60, 80, 132] {
            let text = table(&sample::report(), Options { width, show_excepted: true, ..Options::default() });
            for line in text.lines().filter(|line| line.starts_with("    ") || line.contains(" | ")) {
                assert!(text::cells(line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn colour_adds_escapes_and_changes_no_text() {
        let plain = table(&sample::report(), Options::default());
        let colored = table(&sample::report(), Options { color: true, ..Options::default() });
        assert!(colored.contains("\x1b["));
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain);
    }

    #[test]
    fn one_heading_for_each_file() {
        let report = sample::report();
        let text = table(&report, Options::default());
        let mut paths: Vec<_> = report.active().filter_map(Finding::path).collect();
        paths.dedup();
        for path in paths {
            assert_eq!(text.lines().filter(|line| *line == one_line(path)).count(), 1, "{path}");
        }
    }

    #[test]
    fn a_finding_about_a_whole_file_has_no_snippet() {
        let mut finding = sample::report().findings.swap_remove(1);
        std::sync::Arc::make_mut(&mut finding).at = Some(Location::file("a.py"));
        let text = table(&Report { findings: vec![finding], ..sample::clean() }, Options::default());
        assert!(text.starts_with("a.py\n  error  ") && !text.contains(" | "), "{text}");
    }
}
