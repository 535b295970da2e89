//! `json`, version 1: stable, for programs.
//!
//! Excepted findings are left out and only counted, so that the length of `findings` is the number of findings; with
//! `show_excepted` they are there too, with `excepted` an object of the same finding. `problems` are those that make
//! the run exit 2; warnings are not among them.

use std::io;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::Options;
use crate::model::look::Look;
use crate::model::{Excuse, Finding, Level, Problem, Report, Summary};

/// So many findings one worker writes at once, and all workers before they are let go of: memory does not grow with
/// the findings.
const AT_ONCE: usize = 512;
const TOGETHER: usize = 16 * AT_ONCE;

/// Writes the report as one pretty-printed JSON object.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        version: 1,
        findings: [],
        problems: Problems(&report.problems),
        summary: report.summary(),
        run: report.look.as_ref(),
    };
    let document = serde_json::to_vec_pretty(&document)?;
    // Nothing but the version stands before the list.
    let (start, end) = around(&document, b"\"findings\": [")?;
    out.write_all(start)?;
    let shown: Vec<&Finding> = report
        .findings
        .iter()
        .map(AsRef::as_ref)
        .filter(|finding: &&Finding| options.show_excepted || finding.excepted.is_none())
        .collect();
    let mut between: &[u8] = b"";
    for findings in shown.chunks(TOGETHER) {
        let parts: Vec<io::Result<Vec<u8>>> = match findings.len() {
            ..=AT_ONCE => vec![part(findings)],
            _ => findings.par_chunks(AT_ONCE).map(part).collect(),
        };
        for part in parts {
            out.write_all(between)?;
            out.write_all(&part?)?;
            between = b",";
        }
    }
    out.write_all(if shown.is_empty() { b"" } else { b"\n  " })?;
    out.write_all(end)?;
    writeln!(out)?;
    out.flush()
}

/// Returns findings as they stand in the list, with what is around each but nothing around all.
fn part(findings: &[&Finding]) -> io::Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Part<'a> {
        findings: Vec<FindingObject<'a>>,
    }
    let part = Part { findings: findings.iter().map(|finding| FindingObject::new(finding)).collect() };
    let mut text = serde_json::to_vec_pretty(&part)?;
    let start = around(&text, b"[")?.0.len();
    text.truncate(text.len() - b"\n  ]\n}".len());
    text.drain(..start);
    Ok(text)
}

/// Splits a text behind the first `mark` in it.
fn around<'a>(text: &'a [u8], mark: &[u8]) -> io::Result<(&'a [u8], &'a [u8])> {
    let place = memchr::memmem::find(text, mark).ok_or(io::ErrorKind::InvalidData)?;
    Ok(text.split_at(place + mark.len()))
}

/// What `lawbook check --format json` prints.
#[derive(JsonSchema, Serialize)]
#[schemars(title = "Lawbook report")]
pub(super) struct Document<'a> {
    /// Keys keep their names and meaning within a version; new ones may be added.
    version: u32,
    /// In order of path and line. Excepted ones are left out, unless `--show-excepted` asks for them.
    #[schemars(with = "Vec<FindingObject>")]
    findings: [(); 0],
    /// What made the run exit with 2.
    #[schemars(with = "Vec<ProblemObject>")]
    problems: Problems<'a>,
    summary: Summary,
    /// What was looked at, with `--explain-run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<&'a Look>,
}

struct Problems<'a>(&'a [Problem]);

impl Serialize for Problems<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().filter(|problem| problem.level == Level::Error).map(ProblemObject::new))
    }
}

/// A finding.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Finding")]
struct FindingObject<'a> {
    /// Full name of the rule: `alembic/multiple-heads`.
    rule: &'a str,
    /// `error`, `warning` or `info`.
    severity: &'static str,
    message: &'a str,
    /// Relative to the root, with `/`; null for what is in no file.
    path: Option<&'a str>,
    /// From 1; null for a whole file.
    line: Option<u32>,
    /// From 1, in characters.
    column: Option<u32>,
    end_line: Option<u32>,
    /// Behind the last character.
    end_column: Option<u32>,
    /// What it is about; null if nothing short says it.
    subject: Option<&'a str>,
    /// The same for the same finding when lines move.
    fingerprint: &'a str,
    /// The exception that excuses it.
    excepted: Option<ExcuseObject<'a>>,
}

impl<'a> FindingObject<'a> {
    fn new(finding: &'a Finding) -> Self {
        let span = finding.span();
        Self {
            rule: &finding.rule,
            severity: finding.severity.name(),
            message: &finding.message,
            path: finding.path(),
            line: span.map(|span| span.line),
            column: span.map(|span| span.column),
            end_line: span.map(|span| span.end_line),
            end_column: span.map(|span| span.end_column),
            subject: finding.subject.as_deref(),
            fingerprint: &finding.fingerprint,
            excepted: finding.excepted.as_deref().map(ExcuseObject::new),
        }
    }
}

/// An entry of the exceptions file, or a comment.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Excuse")]
struct ExcuseObject<'a> {
    reason: Option<&'a str>,
    owner: Option<&'a str>,
    expires: Option<&'a str>,
    path: &'a str,
    line: Option<u32>,
}

impl<'a> ExcuseObject<'a> {
    fn new(excuse: &'a Excuse) -> Self {
        Self {
            reason: excuse.reason.as_deref(),
            owner: excuse.owner.as_deref(),
            expires: excuse.expires.as_deref(),
            path: &excuse.at.path,
            line: excuse.at.span.map(|span| span.line),
        }
    }
}

/// What is wrong with what Lawbook was given.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Problem")]
struct ProblemObject<'a> {
    message: &'a str,
    path: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
}

impl<'a> ProblemObject<'a> {
    fn new(problem: &'a Problem) -> Self {
        let span = problem.at.as_ref().and_then(|location| location.span);
        Self {
            message: &problem.message,
            path: problem.at.as_ref().map(|location| location.path.as_ref()),
            line: span.map(|span| span.line),
            column: span.map(|span| span.column),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Value;

    use super::*;
    use crate::reporters::sample;

    fn json(report: &Report, show_excepted: bool) -> String {
        sample::render(write, report, &Options { show_excepted, ..Options::default() })
    }

    #[test]
    fn a_rich_report() {
        insta::assert_snapshot!(json(&sample::report(), true));
    }

    #[test]
    fn many_findings_are_written_as_one_list() {
        #[derive(Serialize)]
        struct Whole<'a> {
            version: u32,
            findings: Vec<FindingObject<'a>>,
            problems: Problems<'a>,
            summary: Summary,
        }
        for count in [0, 1, AT_ONCE, AT_ONCE + 1, TOGETHER + 3 * AT_ONCE / 2] {
            let mut report = sample::report();
            let one = report.findings[0].clone();
            let numbered =
                |number: usize| Arc::new(Finding { message: number.to_string().into(), ..Finding::clone(&one) });
            report.findings = (0..count).map(numbered).collect();
            let whole = Whole {
                version: 1,
                findings: report.findings.iter().map(|finding| FindingObject::new(finding)).collect(),
                problems: Problems(&report.problems),
                summary: report.summary(),
            };
            let expected = serde_json::to_string_pretty(&whole).expect("it is written");
            assert!(json(&report, true) == expected + "\n", "{count} findings");
        }
    }

    #[test]
    fn it_parses_back_to_what_the_report_says() {
        let report = sample::report();
        let parsed: Value = serde_json::from_str(&json(&report, true)).expect("output is JSON");
        assert_eq!(parsed["version"], 1);
        let findings = parsed["findings"].as_array().expect("findings are a list");
        assert_eq!(findings.len(), report.findings.len());
        for (object, finding) in findings.iter().zip(&report.findings) {
            assert_eq!(object["rule"], finding.rule.as_ref());
            assert_eq!(object["severity"], finding.severity.name());
            assert_eq!(object["message"], *finding.message);
            assert_eq!(object["path"].as_str(), finding.path());
            assert_eq!(object["line"].as_u64(), finding.span().map(|span| u64::from(span.line)));
            assert_eq!(object["end_column"].as_u64(), finding.span().map(|span| u64::from(span.end_column)));
            assert_eq!(object["subject"].as_str(), finding.subject.as_deref());
            assert_eq!(object["excepted"].is_object(), finding.excepted.is_some());
        }
        assert_eq!(parsed["summary"], serde_json::to_value(report.summary()).expect("a summary is JSON"));
    }

    #[test]
    fn keys_come_in_the_documented_order() {
        let mut report = sample::report();
        let excepted = report.findings.remove(0);
        let text = json(&report, true);
        let keys = |text: &str, from: &str| -> Vec<String> {
            let object = &text[text.find(from).expect("it is there")..];
            let object = &object[..object.find('}').expect("it ends")];
            let key = |line: &str| Some(line.trim().strip_prefix('"')?.split_once("\":")?.0.to_owned());
            object.lines().filter_map(key).collect()
        };
        let finding = "rule severity message path line column end_line end_column subject fingerprint excepted";
        assert_eq!(keys(&text, "\"rule\"").join(" "), finding);
        assert_eq!(keys(&text, "\"problems\"").join(" "), "problems message path line column");
        let summary = "summary files rules errors warnings infos excepted baselined unknown";
        assert_eq!(keys(&text, "\"summary\"").join(" "), summary);
        let text = json(&Report { findings: vec![excepted], ..Report::default() }, true);
        assert_eq!(keys(&text, "\"excepted\"").join(" "), "excepted reason owner expires path line");
    }

    #[test]
    fn excepted_findings_and_warnings_are_left_out() {
        let report = sample::report();
        let parsed: Value = serde_json::from_str(&json(&report, false)).expect("output is JSON");
        let findings = parsed["findings"].as_array().expect("findings are a list");
        assert_eq!(findings.len(), report.active().count());
        assert!(findings.iter().all(|finding| finding["excepted"].is_null()));
        assert_eq!(parsed["summary"]["excepted"], 1);
        assert_eq!(parsed["problems"].as_array().map(Vec::len), Some(2));
    }
}
