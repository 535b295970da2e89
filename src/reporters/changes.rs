//! What changed from one verdict to the next, for people who watch: fixed, new, what remains.

use std::io;

use anstyle::{AnsiColor, Effects, Style};

use super::Options;
use super::problems::{faint, severity_style, when, write_problems};
use super::text::{cells, one_line, wrap};
use super::verdict;
use crate::model::{Finding, Problem, Report};

/// Where messages begin that take lines of their own, and how many these may be.
const INDENT: usize = 8;
const MOST_LINES: usize = 4;

/// The findings of a verdict, seen from the one before.
#[derive(Clone, Debug, Default)]
pub struct Changes<'a> {
    /// Whether there was none before.
    pub first: bool,
    pub fixed: Vec<&'a Finding>,
    pub new: Vec<&'a Finding>,
    /// The newest first.
    pub remaining: Vec<&'a Finding>,
    /// Those that were known and could not be judged.
    pub unsure: Vec<&'a Finding>,
}

impl Changes<'_> {
    /// Returns the counts in one line: `1 fixed, 2 new, 5 remain`.
    pub fn headline(&self) -> String {
        let counts = [
            (self.fixed.len(), "fixed"),
            (self.new.len(), "new"),
            (self.remaining.len(), if self.first { "found" } else { "remain" }),
            (self.unsure.len(), "not judged now"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        let line = counts.collect::<Vec<_>>().join(", ");
        if line.is_empty() { "nothing found".to_owned() } else { line }
    }

    /// Returns whether something came or went.
    pub fn is_news(&self) -> bool {
        !self.fixed.is_empty() || !self.new.is_empty()
    }
}

/// Writes fixed, new and remaining findings by file, problems, and the verdict. Of what remains, `most` findings are
/// shown, and how many more there are.
pub fn write(
    changes: &Changes<'_>,
    verdict: Result<&Report, &Problem>,
    most: usize,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let green = when(options.color, AnsiColor::Green.on_default().effects(Effects::BOLD));
    let bold = when(options.color, Style::new().effects(Effects::BOLD));
    section("fixed", green, &changes.fixed, usize::MAX, options, out)?;
    section("new", bold, &changes.new, usize::MAX, options, out)?;
    let remaining = if changes.first { "found" } else { "remaining" };
    section(remaining, bold, &changes.remaining, most, options, out)?;
    section("not judged now", bold, &changes.unsure, most, options, out)?;
    match verdict {
        Err(problem) => write_problems(std::slice::from_ref(problem), options.color, options.width, out),
        Ok(report) => {
            if !report.problems.is_empty() {
                write_problems(&report.problems, options.color, options.width, out)?;
                writeln!(out)?;
            }
            writeln!(out, "{}", verdict::headline(report))?;
            for note in verdict::notes(report, options.fail_on) {
                writeln!(out, "{note}")?;
            }
            Ok(())
        }
    }
}

fn section(
    title: &str,
    style: Style,
    findings: &[&Finding],
    most: usize,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "{style}{title}{style:#}")?;
    let shown = &findings[..findings.len().min(most)];
    for (path, of_file) in by_file(shown) {
        writeln!(out, "  {}", path.map_or("not in a file".into(), one_line))?;
        for finding in of_file {
            line(finding, options, out)?;
        }
    }
    if findings.len() > shown.len() {
        let faint = faint(options.color);
        writeln!(out, "  {faint}and {} more{faint:#}", findings.len() - shown.len())?;
    }
    writeln!(out)
}

/// Groups findings by file; a file stands where its first finding does.
fn by_file<'a>(findings: &[&'a Finding]) -> Vec<(Option<&'a str>, Vec<&'a Finding>)> {
    let mut groups: Vec<(Option<&str>, Vec<&Finding>)> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|(path, _)| *path == finding.path()) {
            Some((_, group)) => group.push(finding),
            None => groups.push((finding.path(), vec![finding])),
        }
    }
    groups
}

fn line(finding: &Finding, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let place = match (finding.span(), &finding.subject) {
        (Some(span), _) => format!("{}:{}  ", span.line, span.column),
        (None, Some(subject)) if finding.at.is_none() => format!("{}  ", one_line(subject)),
        _ => String::new(),
    };
    let (style, faint) = (severity_style(finding.severity, options.color), faint(options.color));
    let (severity, rule) = (finding.severity, one_line(&finding.rule));
    let message = one_line(&finding.message);
    let used = [&place, severity.name(), &rule, &message].iter().map(|part| cells(part)).sum::<usize>() + 8;
    if used <= options.width {
        return writeln!(out, "    {place}{style}{severity}{style:#}  {message}  {faint}{rule}{faint:#}");
    }
    writeln!(out, "    {place}{style}{severity}{style:#}  {faint}{rule}{faint:#}")?;
    for line in wrap(&finding.message, options.width.saturating_sub(INDENT).max(20), MOST_LINES) {
        writeln!(out, "{:INDENT$}{line}", "")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, Span};
    use crate::reporters::sample;

    fn render(changes: &Changes<'_>, verdict: Result<&Report, &Problem>, most: usize) -> String {
        let mut out = Vec::new();
        write(changes, verdict, most, &Options::default(), &mut out).expect("memory can be written to");
        String::from_utf8(out).expect("output is UTF-8")
    }

    #[test]
    fn sections_and_counts() {
        let report = sample::report();
        let findings: Vec<&Finding> = report.active().collect();
        let changes = Changes {
            fixed: findings[..1].to_vec(),
            new: findings[1..2].to_vec(),
            remaining: findings,
            ..Changes::default()
        };
        insta::assert_snapshot!(render(&changes, Ok(&report), 2));
        assert!(changes.headline().starts_with("1 fixed, 1 new, "), "{}", changes.headline());
    }

    #[test]
    fn a_run_that_could_not_judge_says_why() {
        let report = sample::report();
        let unsure: Vec<&Finding> = report.active().take(1).collect();
        let problem = Problem::error("no `id`").at(Location::span("a.yml", Span::at(1, 1)));
        let text = render(&Changes { unsure, ..Changes::default() }, Err(&problem), 9);
        assert!(text.starts_with("not judged now\n") && text.ends_with("error: no `id`\n  --> a.yml:1:1\n"), "{text}");
        assert_eq!(Changes::default().headline(), "nothing found");
    }
}
