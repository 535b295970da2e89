//! `gitlab`: GitLab's code quality report, a list of what is wrong, for the widget of a merge request.
//!
//! GitLab needs a path for each; what has none stands at the configuration. It tells one from another by fingerprint
//! and drops what it has seen, so that no two are alike.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use xxhash_rust::xxh3::xxh3_64;

use super::text::visible;
use super::{Options, with_hint};
use crate::model::{Finding, Level, Location, Problem, Report, Severity};

/// Writes findings, then problems, as one list.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let mut seen = Seen::default();
    let mut serializer = serde_json::Serializer::pretty(&mut out);
    let mut list = serializer.serialize_seq(None)?;
    let findings = options.shown(report).map(|finding| Entry::of_finding(finding, options));
    for mut entry in findings.chain(report.problems.iter().map(|problem| Entry::of_problem(problem, options))) {
        entry.fingerprint = seen.unlike_others(entry.fingerprint);
        list.serialize_element(&entry)?;
    }
    list.end()?;
    writeln!(out)?;
    out.flush()
}

#[derive(Serialize)]
struct Entry {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

impl Entry {
    fn of_finding(finding: &Finding, options: &Options) -> Self {
        let severity = match finding.severity {
            _ if finding.excepted.is_some() => "info",
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Info | Severity::Off => "info",
        };
        let excepted = if finding.excepted.is_some() { " (excepted)" } else { "" };
        Self {
            description: format!("{}{excepted}", visible(&finding.message)),
            check_name: finding.rule.to_string(),
            fingerprint: finding.fingerprint.to_string(),
            severity,
            location: Place::of(finding.at.as_ref(), options),
        }
    }

    fn of_problem(problem: &Problem, options: &Options) -> Self {
        let path = problem.at.as_ref().map_or("", |at| &at.path);
        Self {
            description: visible(&with_hint(problem)).into_owned(),
            check_name: "lawbook".to_owned(),
            fingerprint: format!("{:016x}", xxh3_64(format!("{path}\0{}", problem.message).as_bytes())),
            severity: match problem.level {
                Level::Error => "blocker",
                Level::Warning => "info",
            },
            location: Place::of(problem.at.as_ref(), options),
        }
    }
}

impl Place {
    fn of(at: Option<&Location>, options: &Options) -> Self {
        let span = at.and_then(|at| at.span);
        let begin = span.map_or(1, |span| span.line.max(1));
        let end = span.map_or(begin, |span| span.end_line.max(begin));
        let path = options.path(at.map_or(options.home, |at| &at.path));
        Self { path, lines: Lines { begin, end } }
    }
}

/// Fingerprints that were given.
#[derive(Default)]
struct Seen(BTreeMap<String, usize>);

impl Seen {
    /// Returns the fingerprint, with a number behind it where another has the same.
    fn unlike_others(&mut self, fingerprint: String) -> String {
        let count = self.0.entry(fingerprint.clone()).or_default();
        *count += 1;
        if *count == 1 { fingerprint } else { format!("{fingerprint}-{count}") }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::reporters::sample;

    #[test]
    fn a_rich_report() {
        let options = Options { show_excepted: true, ..Options::default() };
        insta::assert_snapshot!(sample::render(write, &sample::report(), &options));
    }

    #[test]
    fn every_entry_has_a_place_and_a_fingerprint_of_its_own() {
        let report = sample::report();
        let options = Options { prefix: "backend/", home: ".lawbook.yml", ..Options::default() };
        let list: Vec<Value> = serde_json::from_str(&sample::render(write, &report, &options)).expect("a list");
        assert_eq!(list.len(), report.active().count() + report.problems.len());
        let fingerprints: BTreeSet<&str> = list.iter().filter_map(|entry| entry["fingerprint"].as_str()).collect();
        assert_eq!(fingerprints.len(), list.len());
        assert!(list.iter().all(|entry| entry["location"]["path"].as_str().is_some_and(|p| p.starts_with("backend/"))));
        let nowhere = list.iter().find(|entry| entry["check_name"] == "schema/nullable-key").expect("a table");
        assert_eq!(nowhere["location"]["path"], "backend/.lawbook.yml");
        assert_eq!(nowhere["location"]["lines"]["begin"], 1);
    }

    #[test]
    fn a_clean_report_is_an_empty_list() {
        assert_eq!(sample::render(write, &sample::clean(), &Options::default()), "[]\n");
    }
}
