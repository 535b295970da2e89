//! `json`, version 1: stable, for programs.
//!
//! Excepted findings are left out and only counted, so that the length of `findings` is the number of findings; with
//! `show_excepted` they are there too, with `excepted` an object of the same finding. `problems` are those that make
//! the run exit 2; warnings are not among them.

use std::io::{self, BufWriter, Write};

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::Options;
use crate::model::look::Look;
use crate::model::{Excuse, Finding, Level, Problem, Report, Summary};

/// Writes the report as one pretty-printed JSON object. Streams: memory does not grow with the findings.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        version: 1,
        findings: Findings { report, excepted: options.show_excepted },
        problems: Problems(&report.problems),
        summary: report.summary(),
        run: report.look.as_ref(),
    };
    // Many small pieces: a buffer whose type is known here takes them faster than any behind `dyn`.
    let mut out = BufWriter::with_capacity(1 << 16, out);
    serde_json::to_writer_pretty(&mut out, &document)?;
    writeln!(out)?;
    out.flush()
}

/// What `lawbook check --format json` prints.
#[derive(JsonSchema, Serialize)]
#[schemars(title = "Lawbook report")]
pub(super) struct Document<'a> {
    /// Keys keep their names and meaning within a version; new ones may be added.
    version: u32,
    /// In order of path and line. Excepted ones are left out, unless `--show-excepted` asks for them.
    #[schemars(with = "Vec<FindingObject>")]
    findings: Findings<'a>,
    /// What made the run exit with 2.
    #[schemars(with = "Vec<ProblemObject>")]
    problems: Problems<'a>,
    summary: Summary,
    /// What was looked at, with `--explain-run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<&'a Look>,
}

struct Findings<'a> {
    report: &'a Report,
    excepted: bool,
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown = self
            .report
            .findings
            .iter()
            .map(AsRef::as_ref)
            .filter(|finding: &&Finding| self.excepted || finding.excepted.is_none());
        serializer.collect_seq(shown.map(FindingObject::new))
    }
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
