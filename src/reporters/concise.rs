//! `concise`: one line a finding, `path:line:column: severity rule message`, for editors and `grep`.
//!
//! Problems follow as `problem` or `warning`, facts that were not judged as `unknown`.

use std::io;

use super::Options;
use super::text::one_line;
use crate::model::{Finding, Level, Location, Problem, Report};

/// Writes a line for each finding, then for each problem; nothing at all when there is neither.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    for finding in &report.findings {
        if finding.excepted.is_none() || options.show_excepted {
            write_finding(finding, out)?;
        }
    }
    for problem in &report.problems {
        let word = match problem.level {
            Level::Error => "problem",
            Level::Warning => "warning",
        };
        write_problem(problem, word, out)?;
    }
    for unknown in report.unknowns.iter().filter(|_| options.show_unknown) {
        let (rule, reason) = (one_line(&unknown.rule), one_line(&unknown.reason));
        writeln!(out, "{}: unknown {rule} {reason}", place(unknown.at.as_ref()))?;
    }
    Ok(())
}

fn write_finding(finding: &Finding, out: &mut dyn io::Write) -> io::Result<()> {
    let place = match (&finding.at, &finding.subject) {
        (None, Some(subject)) => one_line(subject).into_owned(),
        (at, _) => place(at.as_ref()),
    };
    let excepted = if finding.excepted.is_some() { " (excepted)" } else { "" };
    let (rule, message) = (one_line(&finding.rule), one_line(&finding.message));
    writeln!(out, "{place}: {}{excepted} {rule} {message}", finding.severity)
}

fn write_problem(problem: &Problem, word: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let hint = problem.hint.as_ref().map_or_else(String::new, |hint| format!(" ({})", one_line(hint)));
    writeln!(out, "{}: {word}: {}{hint}", place(problem.at.as_ref()), one_line(&problem.message))
}

/// Returns `path:line:column`, `path` of a whole file, or `-` for nothing.
fn place(at: Option<&Location>) -> String {
    at.map_or_else(|| "-".to_owned(), |location| one_line(&location.to_string()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reporters::sample;

    #[test]
    fn a_rich_report() {
        let options = Options { show_excepted: true, show_unknown: true, ..Options::default() };
        insta::assert_snapshot!(sample::render(write, &sample::report(), &options));
    }

    #[test]
    fn each_finding_is_one_line_whatever_it_holds() {
        let report = sample::report();
        let rest = report.problems.len();
        let text = sample::render(write, &report, &Options::default());
        assert_eq!(text.lines().count(), report.active().count() + rest);
        let options = Options { show_excepted: true, show_unknown: true, ..Options::default() };
        let text = sample::render(write, &report, &options);
        assert_eq!(text.lines().count(), report.findings.len() + rest + report.unknowns.len());
    }

    #[test]
    fn a_clean_report_is_empty() {
        assert_eq!(sample::render(write, &sample::clean(), &Options::default()), "");
    }
}
