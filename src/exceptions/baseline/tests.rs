//! Tests of baselines.

use super::*;
use crate::model::{Excuse, Location, Severity, Span};
use crate::yaml::Source;

fn finding(rule: &str, path: Option<&str>, subject: &str, fingerprint: &str) -> Arc<Finding> {
    let finding = Finding {
        rule: rule.into(),
        severity: Severity::Error,
        message: "m".into(),
        at: path.map(Location::file),
        subject: (!subject.is_empty()).then(|| subject.into()),
        about: Arc::default(),
        line_text: None,
        fingerprint: fingerprint.into(),
        excepted: None,
        group: None,
    };
    finding.into()
}

fn excepted(mut finding: Arc<Finding>) -> Arc<Finding> {
    let at = Location::span("x.yml", Span::at(1, 1));
    let excuse = Excuse { at, reason: None, owner: None, expires: None };
    Arc::make_mut(&mut finding).excepted = Some(excuse.into());
    finding
}

fn read_text(text: &str) -> (Option<Baseline>, Vec<String>) {
    let mut problems = Vec::new();
    let baseline = read(&Source::new("b.yml", text), &mut problems);
    (baseline, problems.iter().map(ToString::to_string).collect())
}

#[test]
fn what_is_written_is_read_back_whatever_it_holds() {
    let hostile = "a \"b\" \\ {c}: [d], #e\n\t\u{85}\u{2028}\u{202e}\u{feff}ü漢\u{7f}\0";
    let findings = [
        finding("b/rule", Some(hostile), hostile, "00000000000000e1"),
        finding("b/rule", Some("a.py"), "", "1234567890123456"),
        finding("b/rule", None, "deals.status", "ffffffffffffffff"),
        finding("a/rule", Some("true"), "null", "0123456789012e45"),
        excepted(finding("a/rule", Some("b.py"), "", "0000000000000001")),
    ];
    let baseline = Baseline::of(&findings);
    assert_eq!(baseline.entries.len(), 4, "what is excepted is not in it");
    let text = baseline.text();
    assert_eq!(read_text(&text), (Some(baseline.clone()), vec![]), "{text}");
    let mut backwards = findings;
    backwards.reverse();
    assert_eq!(Baseline::of(&backwards).text(), text);
    assert_eq!(text.lines().count(), 4 + 2 + 4, "{text}");
    let crlf = text.replace('\n', "\r\n");
    assert_eq!(read_text(&crlf), (Some(baseline), vec![]));
    let empty = Baseline::default().text();
    assert_eq!(read_text(&empty), (Some(Baseline::default()), vec![]), "{empty}");
}

#[test]
fn it_hides_what_it_has_and_nothing_excuses() {
    let one = finding("a/rule", Some("a.py"), "", "0000000000000001");
    let two = finding("a/rule", Some("a.py"), "", "0000000000000002");
    let three = finding("a/rule", Some("a.py"), "", "0000000000000003");
    let baseline = Baseline::of(&[one.clone(), two.clone()]);
    let mut findings = vec![one, excepted(two), three];
    let hidden = baseline.hide(&mut findings);
    assert_eq!((hidden.count(), hidden.of_rules.get("a/rule")), (1, Some(&1)));
    let left: Vec<&str> = findings.iter().map(|finding| &*finding.fingerprint).collect();
    assert_eq!(left, ["0000000000000002", "0000000000000003"]);
    // The second is an exception's now: the baseline has no use for it.
    let stale =
        |judged: bool| baseline.stale(&hidden, |_| judged).iter().map(|entry| entry.label()).collect::<Vec<_>>();
    assert_eq!(stale(true), ["a/rule a.py"]);
    assert_eq!(stale(false), [""; 0]);
    assert_eq!(Baseline::of(&findings).beyond(&baseline).len(), 1);
}

#[test]
fn a_broken_file_is_never_an_empty_one() {
    let cases = [
        ("", "b.yml:1:1: this is no baseline: it has neither `version` nor `findings` (`lawbook baseline` writes one)"),
        (
            "[]",
            "b.yml:1:1: this is no baseline: it has neither `version` nor `findings` (`lawbook baseline` writes one)",
        ),
        ("version: 1\n", "b.yml:1:1: field `findings` is missing"),
        ("findings: {}\n", "b.yml:1:1: field `version` is missing"),
        ("version: one\nfindings: {}\n", "b.yml:1:10: expected a whole number from 0, found the text `one`"),
        ("version: 0\nfindings: {}\n", "b.yml:1:10: there is no version 0 of a baseline"),
        (
            "version: 2\nresults: {}\n",
            "b.yml:1:10: this is version 2 of a baseline; the newest that can be read is 1 (a newer Lawbook wrote it: use that one)",
        ),
        ("version: 1\nfindings: [a]\n", "b.yml:2:11: expected a map of rule to findings, found a list"),
        ("version: 1\nfindings: {a/b: x}\n", "b.yml:2:17: expected a list of findings for `a/b`, found a text"),
        ("version: 1\nfindings:\n  a/b:\n    - x\n", "b.yml:4:7: expected a map, found a text"),
        ("version: 1\nfindings:\n  a/b:\n    - {path: x}\n", "b.yml:4:7: field `fingerprint` is missing"),
        (
            "version: 1\nfindings:\n  a/b:\n    - {fingerprint: ABC}\n",
            "b.yml:4:21: `ABC` is no fingerprint: expected 16 hexadecimal digits",
        ),
        (
            "version: 1\n<<<<<<< HEAD\nfindings: {}\n=======\n>>>>>>> other\n",
            "b.yml:2:1: an unresolved merge conflict (keep the lines that both sides have, then run `lawbook baseline --prune`)",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(read_text(text), (None, vec![expected.to_owned()]), "{text}");
    }
    // A merge that keeps both sides may say a finding twice.
    let line = "    - { fingerprint: \"0000000000000001\", path: \"a.py\" }\n";
    let (baseline, problems) = read_text(&format!("version: 1\nfindings:\n  a/b:\n{line}{line}"));
    assert_eq!((baseline.expect("read").entries.len(), problems), (1, vec![]));
}
