//! `github`: annotations for GitHub Actions, as workflow commands.
//!
//! `::error file=..,line=..,col=..,endLine=..,endColumn=..,title=rule::message`. The runner takes one command a line,
//! and refuses columns on a range of several lines and an end before its start: then they are left out.

use std::fmt::Write as _;
use std::io;

use super::text::push_visible;
use super::{Options, with_hint};
use crate::model::{Finding, Level, Location, Report, Severity};

/// Writes a command for each finding, then for each problem and each unused exception.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    for finding in options.shown(report) {
        write_finding(finding, options, out)?;
    }
    for problem in &report.problems {
        let command = match problem.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        write_command((command, "lawbook"), problem.at.as_ref(), options, &with_hint(problem), out)?;
    }
    Ok(())
}

fn write_finding(finding: &Finding, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let command = match finding.severity {
        _ if finding.excepted.is_some() => "notice",
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Off => "notice",
    };
    let excepted = if finding.excepted.is_some() { " (excepted)" } else { "" };
    let title = format!("{}{excepted}", finding.rule);
    write_command((command, &title), finding.at.as_ref(), options, &finding.message, out)
}

fn write_command(
    (command, title): (&str, &str),
    at: Option<&Location>,
    options: &Options,
    message: &str,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut properties = String::new();
    let mut property = |name: &str, value: &str| {
        let comma = if properties.is_empty() { "" } else { "," };
        write!(properties, "{comma}{name}={}", escape(value, true)).expect("writing to a string succeeds");
    };
    if let Some(location) = at {
        property("file", &options.path(&location.path));
        if let Some(span) = location.span {
            let end_line = span.end_line.max(span.line);
            property("line", &span.line.to_string());
            if end_line == span.line {
                property("col", &span.column.to_string());
            }
            property("endLine", &end_line.to_string());
            if end_line == span.line {
                property("endColumn", &span.end_column.max(span.column).to_string());
            }
        }
    }
    property("title", title);
    writeln!(out, "::{command} {properties}::{}", escape(message, false))
}

/// Escapes for the runner: data, or the value of a property, which `:` and `,` would end. Other control characters
/// are made visible, because the runner's log is a terminal.
fn escape(text: &str, property: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '%' => escaped.push_str("%25"),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            ':' if property => escaped.push_str("%3A"),
            ',' if property => escaped.push_str("%2C"),
            _ => push_visible(&mut escaped, character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{Problem, Span};
    use crate::reporters::sample;

    /// Reads a command as the Actions runner does: split at the first `::` after the start, then unescape.
    fn parse(line: &str) -> (String, BTreeMap<String, String>, String) {
        let unescape = |text: &str, property: bool| {
            let text = text.replace("%0D", "\r").replace("%0A", "\n");
            let text = if property { text.replace("%3A", ":").replace("%2C", ",") } else { text };
            text.replace("%25", "%")
        };
        let (head, data) = line.strip_prefix("::").and_then(|rest| rest.split_once("::")).expect("a command");
        let (command, properties) = head.split_once(' ').expect("a command with properties");
        let properties = properties
            .split(',')
            .map(|pair| pair.split_once('=').expect("name=value"))
            .map(|(name, value)| (name.to_owned(), unescape(value, true)))
            .collect();
        (command.to_owned(), properties, unescape(data, false))
    }

    #[test]
    fn a_rich_report() {
        let options = Options { show_excepted: true, ..Options::default() };
        insta::assert_snapshot!(sample::render(write, &sample::report(), &options));
    }

    #[test]
    fn the_runner_reads_back_what_was_said() {
        for (message, path) in [
            ("plain", "a.py"),
            ("100% sure: a, b\r\nsecond line", "dir, with: 50% odd/names=a.py"),
            ("::error file=evil.py::boo\n::stop-commands::x\n::add-mask::y", "a::b.py"),
            ("%0A%25%2C", "%3A.py"),
            ("##[error]x", "ü/漢.py"),
            ("", "a.py"),
        ] {
            let span = Span { line: 3, column: 5, end_line: 3, end_column: 9 };
            let problem = Problem::error(message).at(Location::span(path, span));
            let report = Report { problems: vec![problem], ..Report::default() };
            let text = sample::render(write, &report, &Options::default());
            assert_eq!(text.lines().count(), 1, "{text}");
            let (command, properties, data) = parse(text.trim_end_matches('\n'));
            assert_eq!((command.as_str(), data.as_str()), ("error", message));
            let expected = [
                ("file", path),
                ("line", "3"),
                ("col", "5"),
                ("endLine", "3"),
                ("endColumn", "9"),
                ("title", "lawbook"),
            ];
            let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(properties, BTreeMap::from(expected));
        }
    }

    #[test]
    fn findings_are_one_command_each_with_the_level_of_their_severity() {
        let report = sample::report();
        let text = sample::render(write, &report, &Options::default());
        let parsed: Vec<_> = text.lines().map(parse).collect();
        assert_eq!(parsed.len(), report.active().count() + report.problems.len());
        for (finding, (command, properties, _)) in report.active().zip(&parsed) {
            let expected = if finding.severity == Severity::Info { "notice" } else { finding.severity.name() };
            assert_eq!(command, expected);
            assert_eq!(properties["title"], finding.rule.as_ref());
        }
    }

    #[test]
    fn columns_are_left_out_where_the_runner_refuses_them() {
        let check = |span, expected: &str| {
            let problem = Problem::error("m").at(Location::span("a", span));
            let report = Report { problems: vec![problem], ..Report::default() };
            assert_eq!(
                sample::render(write, &report, &Options::default()),
                format!("::error file=a,{expected},title=lawbook::m\n")
            );
        };
        check(Span { line: 1, column: 9, end_line: 4, end_column: 2 }, "line=1,endLine=4");
        check(Span { line: 4, column: 9, end_line: 4, end_column: 2 }, "line=4,col=9,endLine=4,endColumn=9");
        check(Span { line: 4, column: 9, end_line: 1, end_column: 2 }, "line=4,col=9,endLine=4,endColumn=9");
    }
}
