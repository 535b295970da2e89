//! `sarif`: the Static Analysis Results Interchange Format, version 2.1.0, for code scanning.
//!
//! Paths are relative, to `SRCROOT`: nothing of the machine gets into the log. Columns count characters, as ours do.
//! Excepted findings are there only when asked for, as suppressed results: services that do not know suppressions,
//! GitHub's among them, would show them as open. Problems and what could not be judged are notifications of the run.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::text::visible;
use super::{Options, with_hint};
use crate::model::{Excuse, Finding, Level, Location, Report, RuleText, Severity, Span};

/// What a path keeps in a URI. A colon in the first part would make a scheme of it.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// Writes a log with one run.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let rules = Rules::of(report);
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: json!({ "driver": {
                "name": "Lawbook",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.descriptors,
            }}),
            invocations: [invocation(report, options, &rules)],
            original_uri_base_ids: json!({ "SRCROOT": {
                "description": { "text": "The top of the repository, or the root of the project." }
            }}),
            column_kind: "unicodeCodePoints",
            results: Results { report, options, rules: &rules },
        }],
    };
    let mut out = BufWriter::with_capacity(1 << 16, out);
    serde_json::to_writer_pretty(&mut out, &log)?;
    writeln!(out)?;
    out.flush()
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    invocations: [Value; 1],
    original_uri_base_ids: Value,
    column_kind: &'static str,
    results: Results<'a>,
}

/// Findings, one after the other: memory does not grow with them.
struct Results<'a> {
    report: &'a Report,
    options: &'a Options<'a>,
    rules: &'a Rules<'a>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.options.shown(self.report).map(|finding| result(finding, self.options, self.rules)))
    }
}

/// The rules of the log, and the place of each among them.
struct Rules<'a> {
    descriptors: Vec<Value>,
    places: BTreeMap<&'a str, usize>,
}

impl<'a> Rules<'a> {
    /// Returns the rules that ran, and any that a finding names besides.
    fn of(report: &'a Report) -> Self {
        let texts: BTreeMap<&str, &RuleText> = report.texts.iter().map(|text| (&*text.rule, text)).collect();
        let mut rules = Self { descriptors: Vec::new(), places: BTreeMap::new() };
        let ran = report.rules.iter().map(|run| &*run.rule);
        for rule in ran.chain(report.findings.iter().map(|finding| &*finding.rule)) {
            rules.places.entry(rule).or_insert_with(|| {
                rules.descriptors.push(descriptor(rule, texts.get(rule).copied()));
                rules.descriptors.len() - 1
            });
        }
        rules
    }

    fn reference(&self, rule: &str) -> Value {
        match self.places.get(rule) {
            Some(place) => json!({ "id": rule, "index": place }),
            None => json!({ "id": rule }),
        }
    }
}

fn descriptor(rule: &str, text: Option<&RuleText>) -> Value {
    let Some(text) = text else { return json!({ "id": rule }) };
    let parts = [("Why", text.why.trim()), ("How to mend it", text.fix.trim())];
    let parts: Vec<_> = parts.into_iter().filter(|(_, body)| !body.is_empty()).collect();
    let plain: Vec<_> = parts.iter().map(|(_, body)| visible(body)).collect();
    let markdown: Vec<_> = parts.iter().map(|(title, body)| format!("**{title}**\n\n{}", visible(body))).collect();
    let title = visible(&text.title);
    let or_title = |text: String| if text.is_empty() { title.to_string() } else { text };
    json!({
        "id": rule,
        "shortDescription": { "text": title },
        "fullDescription": { "text": or_title(visible(text.why.trim()).into_owned()) },
        "help": { "text": or_title(plain.join("\n\n")), "markdown": or_title(markdown.join("\n\n")) },
        "defaultConfiguration": { "level": level(text.severity) },
        "properties": { "tags": rule.split_once('/').map(|(pack, _)| [pack]) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
        Severity::Off => "none",
    }
}

fn result(finding: &Finding, options: &Options, rules: &Rules) -> Value {
    let mut result = json!({
        "ruleId": &*finding.rule,
        "ruleIndex": rules.places.get(&*finding.rule),
        "level": level(finding.severity),
        "message": message(&finding.message),
        "locations": [of_finding(finding, options)],
        "partialFingerprints": { "lawbookFingerprint/v1": finding.fingerprint },
    });
    if options.show_excepted {
        // Where one result says whether it is suppressed, all must.
        let excuses = finding.excepted.iter();
        result["suppressions"] = excuses.map(|excuse| suppression(finding, excuse, options)).collect();
    }
    result
}

/// Returns the place. What has no file stands at the configuration, as services refuse a result that is nowhere.
fn of_finding(finding: &Finding, options: &Options) -> Value {
    let home = Location::file(options.home);
    let mut place = location(finding.at.as_ref().unwrap_or(&home), options);
    if let Some(subject) = &finding.subject {
        place["logicalLocations"] = json!([{ "fullyQualifiedName": visible(subject) }]);
    }
    place
}

fn suppression(finding: &Finding, excuse: &Excuse, options: &Options) -> Value {
    let inline = finding.path() == Some(&*excuse.at.path);
    let mut suppression = json!({
        "kind": if inline { "inSource" } else { "external" },
        "status": "accepted",
        "location": location(&excuse.at, options),
    });
    if let Some(reason) = &excuse.reason {
        suppression["justification"] = visible(reason).into();
    }
    let more = [("owner", &excuse.owner), ("expires", &excuse.expires)];
    for (name, value) in more.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        suppression["properties"][name] = visible(value).into();
    }
    suppression
}

fn invocation(report: &Report, options: &Options, rules: &Rules) -> Value {
    let problems = report.problems.iter().map(|problem| {
        let level = match problem.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        notification(level, &with_hint(problem), problem.at.as_ref(), options)
    });
    let unknowns = report.unknowns.iter().filter(|_| options.show_unknown).map(|unknown| {
        let text = format!("not judged: {}", unknown.reason);
        let mut notification = notification("note", &text, unknown.at.as_ref(), options);
        notification["associatedRule"] = rules.reference(&unknown.rule);
        notification
    });
    json!({
        "executionSuccessful": !report.has_errors(),
        "exitCode": if report.has_errors() { 2 } else { u8::from(report.fails(options.fail_on)) },
        "toolExecutionNotifications": problems.chain(unknowns).collect::<Value>(),
    })
}

fn notification(level: &str, text: &str, at: Option<&Location>, options: &Options) -> Value {
    let mut notification = json!({ "level": level, "message": message(text) });
    if let Some(at) = at {
        notification["locations"] = json!([location(at, options)]);
    }
    notification
}

fn location(at: &Location, options: &Options) -> Value {
    let path = options.path(&at.path);
    let uri = utf8_percent_encode(&path, IN_PATH).to_string();
    let mut place = json!({ "artifactLocation": { "uri": uri, "uriBaseId": "SRCROOT" } });
    if let Some(span) = at.span {
        place["region"] = region(span);
    }
    json!({ "physicalLocation": place })
}

/// Returns the range; both sides count the end as we do, by the column behind the last character.
fn region(span: Span) -> Value {
    let end_line = span.end_line.max(span.line);
    let end_column = if end_line == span.line { span.end_column.max(span.column) } else { span.end_column };
    json!({ "startLine": span.line, "startColumn": span.column, "endLine": end_line, "endColumn": end_column })
}

/// Returns a message as plain text: what looks like one of SARIF's links in brackets is none.
fn message(text: &str) -> Value {
    let text = visible(text);
    if text.contains("](") {
        return json!({ "text": text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]") });
    }
    json!({ "text": text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reporters::sample;

    fn sarif(report: &Report, options: &Options) -> Value {
        serde_json::from_str(&sample::render(write, report, options)).expect("output is JSON")
    }

    #[test]
    fn a_rich_report() {
        let options = Options { show_excepted: true, show_unknown: true, ..Options::default() };
        insta::assert_snapshot!(sample::render(write, &sample::report(), &options));
    }

    #[test]
    fn results_are_the_findings_that_count_and_name_their_rule() {
        let report = sample::report();
        let run = &sarif(&report, &Options::default())["runs"][0];
        let results = run["results"].as_array().expect("a list");
        assert_eq!(results.len(), report.active().count());
        for (result, finding) in results.iter().zip(report.active()) {
            let index = result["ruleIndex"].as_u64().expect("an index") as usize;
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], finding.rule.as_ref());
            assert!(result.get("suppressions").is_none());
        }
        assert_eq!(run["invocations"][0]["executionSuccessful"], false);
        assert_eq!(run["invocations"][0]["exitCode"], 2);
    }

    #[test]
    fn excepted_findings_are_suppressed_by_file_or_in_the_source() {
        let mut report = sample::clean();
        let mut inline = report.findings[0].clone();
        let path = inline.path().expect("a path").to_owned();
        let excuse = std::sync::Arc::make_mut(&mut inline).excepted.as_mut().expect("excepted");
        std::sync::Arc::make_mut(excuse).at = Location::span(path, Span::at(3, 1));
        report.findings.push(inline);
        assert_eq!(sarif(&report, &Options::default())["runs"][0]["results"], json!([]));
        let log = sarif(&report, &Options { show_excepted: true, ..Options::default() });
        let results = &log["runs"][0]["results"];
        let kind = |index: usize| &results[index]["suppressions"][0]["kind"];
        assert_eq!((kind(0), kind(1)), (&json!("external"), &json!("inSource")));
        assert_eq!(results[0]["suppressions"][0]["justification"], "Created before the rule");
        assert_eq!(results[0]["suppressions"][0]["properties"]["owner"], "@data-platform");
    }

    #[test]
    fn paths_are_relative_uris_from_the_top() {
        let check = |prefix, path: &str, expected: &str| {
            let place = location(&Location::file(path), &Options { prefix, ..Options::default() });
            assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], expected);
        };
        check("", "a b/ü#1?%.py", "a%20b/%C3%BC%231%3F%25.py");
        check("", "c:x.py", "c%3Ax.py");
        check("back end/", "a.py", "back%20end/a.py");
    }

    #[test]
    fn no_text_becomes_a_link() {
        assert_eq!(message("see [this](1)"), json!({ "text": r"see \[this\](1)" }));
        assert_eq!(message(r"a[1] \ {0}"), json!({ "text": r"a[1] \ {0}" }));
    }
}
