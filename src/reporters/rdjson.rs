//! `rdjson`: reviewdog's diagnostic format, one object.
//!
//! Its columns count bytes, ours characters: they are given where the text of the line is known, else whole lines are.

use std::io::{self, BufWriter, Write};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::text::visible;
use super::{Options, with_hint};
use crate::model::{Finding, Level, Location, Problem, Report, Severity};

/// Writes findings, then problems.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document { source: json!({ "name": "lawbook" }), diagnostics: Diagnostics { report, options } };
    let mut out = BufWriter::with_capacity(1 << 16, out);
    serde_json::to_writer_pretty(&mut out, &document)?;
    writeln!(out)?;
    out.flush()
}

#[derive(Serialize)]
struct Document<'a> {
    source: Value,
    diagnostics: Diagnostics<'a>,
}

struct Diagnostics<'a> {
    report: &'a Report,
    options: &'a Options<'a>,
}

impl Serialize for Diagnostics<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let findings = self.options.shown(self.report).map(|finding| of_finding(finding, self.options));
        let problems = self.report.problems.iter().map(|problem| of_problem(problem, self.options));
        serializer.collect_seq(findings.chain(problems))
    }
}

fn of_finding(finding: &Finding, options: &Options) -> Value {
    let severity = match finding.severity {
        _ if finding.excepted.is_some() => "INFO",
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Info | Severity::Off => "INFO",
    };
    let excepted = if finding.excepted.is_some() { " (excepted)" } else { "" };
    json!({
        "message": format!("{}{excepted}", visible(&finding.message)),
        "location": location(finding.at.as_ref(), finding.line_text.as_deref(), options),
        "severity": severity,
        "code": { "value": &*finding.rule },
    })
}

fn of_problem(problem: &Problem, options: &Options) -> Value {
    json!({
        "message": visible(&with_hint(problem)),
        "location": location(problem.at.as_ref(), problem.line_text.as_deref(), options),
        "severity": match problem.level {
            Level::Error => "ERROR",
            Level::Warning => "WARNING",
        },
        "code": { "value": "lawbook" },
    })
}

fn location(at: Option<&Location>, line: Option<&str>, options: &Options) -> Value {
    let Some(at) = at else { return json!({ "path": options.home }) };
    let Some(span) = at.span else { return json!({ "path": &*at.path }) };
    let end_line = span.end_line.max(span.line);
    let range = match line.filter(|_| end_line == span.line) {
        Some(line) => json!({
            "start": { "line": span.line, "column": byte_column(line, span.column) },
            "end": { "line": end_line, "column": byte_column(line, span.end_column.max(span.column)) },
        }),
        None => {
            // The end is not part of the range: at the start of a line, it is the line before that ends it.
            let last = if span.end_column <= 1 { end_line.saturating_sub(1) } else { end_line };
            json!({ "start": { "line": span.line }, "end": { "line": last.max(span.line) } })
        }
    };
    json!({ "path": &*at.path, "range": range })
}

/// Returns the column in bytes, counted from 1, of the character in this column.
fn byte_column(line: &str, column: u32) -> usize {
    let before = column.saturating_sub(1) as usize;
    line.char_indices().nth(before).map_or(line.len(), |(at, _)| at) + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;
    use crate::reporters::sample;

    #[test]
    fn a_rich_report() {
        let options = Options { show_excepted: true, ..Options::default() };
        insta::assert_snapshot!(sample::render(write, &sample::report(), &options));
    }

    #[test]
    fn columns_count_bytes_or_are_left_out() {
        let check = |span: [u32; 4], line: Option<&str>, expected: Value| {
            let [line_number, column, end_line, end_column] = span;
            let at = Location::span("a.py", Span { line: line_number, column, end_line, end_column });
            assert_eq!(location(Some(&at), line, &Options::default())["range"], expected);
        };
        let range = |start: Value, end: Value| json!({ "start": start, "end": end });
        let (start, end) = (json!({ "line": 2, "column": 6 }), json!({ "line": 2, "column": 9 }));
        check([2, 3, 2, 4], Some("ü漢漢"), range(start, end));
        let (start, end) = (json!({ "line": 2, "column": 9 }), json!({ "line": 2, "column": 9 }));
        check([2, 4, 2, 99], Some("ü漢漢"), range(start, end));
        check([2, 3, 2, 4], None, range(json!({ "line": 2 }), json!({ "line": 2 })));
        check([2, 3, 4, 1], Some("abc"), range(json!({ "line": 2 }), json!({ "line": 3 })));
        check([2, 3, 4, 5], Some("abc"), range(json!({ "line": 2 }), json!({ "line": 4 })));
    }

    #[test]
    fn what_has_no_file_stands_at_the_configuration() {
        let text = sample::render(write, &sample::report(), &Options { home: "lawbook.yaml", ..Options::default() });
        let parsed: Value = serde_json::from_str(&text).expect("output is JSON");
        let diagnostics = parsed["diagnostics"].as_array().expect("a list");
        let table = diagnostics.iter().find(|diagnostic| diagnostic["code"]["value"] == "schema/nullable-key");
        assert_eq!(table.expect("a table")["location"], json!({ "path": "lawbook.yaml" }));
    }
}
