//! Which findings an exception excuses, and which it does not.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, date};

use super::{exceptions, rule};
use crate::exceptions::names::tests::names;
use crate::exceptions::{Inline, Resolver, Use, inline};
use crate::model::{Finding, Level, Location, Problem, Severity, Span};

/// Rule, path, line, what it is about, and the line of the entry that excuses it.
type Case<'a> = (&'a str, &'a str, u32, &'a [(&'a str, &'a str)], u32);

const TODAY: Date = date(2027, 1, 31);
const VARIABLE: &str = "alembic/enum-variable";

pub(super) fn finding(name: &str, path: &str, line: u32, about: &[(&str, &str)]) -> Arc<Finding> {
    let span = Span { line, column: 1, end_line: line, end_column: 9 };
    let finding = Finding {
        rule: rule(name),
        severity: Severity::Error,
        message: format!("broken at {line}").into(),
        at: (!path.is_empty()).then(|| Location::span(path, span)),
        subject: None,
        about: Arc::new(about.iter().map(|(field, text)| ((*field).to_owned().into(), (*text).to_owned())).collect()),
        line_text: None,
        fingerprint: Arc::default(),
        excepted: None,
        group: None,
    };
    finding.into()
}

fn resolver(text: &str) -> Resolver {
    let (resolver, problems) = Resolver::new(exceptions(text), names(), TODAY);
    assert_eq!(problems, [], "{text}");
    resolver
}

fn shown(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

/// The line of the exceptions file that excuses each finding; 0 for one that counts.
fn excused(resolver: &mut Resolver, findings: &mut [Arc<Finding>]) -> Vec<u32> {
    assert_eq!(resolver.apply(findings, &BTreeMap::new()), []);
    let line = |finding: &Finding| {
        let excuse = finding.excepted.as_ref()?;
        excuse.at.span.map(|span| span.line)
    };
    findings.iter().map(|finding| line(finding).unwrap_or(0)).collect()
}

#[test]
fn entries_excuse_by_rule_path_and_match() {
    let mut resolver = resolver(
        "exceptions:
  rule_1_1_enum_variable:
    - versions/a.py
    - versions/old
    - versions/2024*.py
    - '**/b_*.py'
    - path: versions/c.py
      match: { table: [deals, 12], column: { matches: '^id' } }
    - match: { message: { glob: 'broken at 9?' } }
    - match: { table: live }
    - versions/a[1].py
  old_split: [x.py]
",
    );
    let cases: [Case<'_>; 19] = [
        (VARIABLE, "versions/a.py", 1, &[], 3),
        ("alembic/migration-name", "versions/a.py", 1, &[], 0),
        (VARIABLE, "versions/A.py", 1, &[], 0),
        (VARIABLE, "versions/old/deep/z.py", 1, &[], 4),
        (VARIABLE, "versions/2024_x.py", 1, &[], 5),
        (VARIABLE, "versions/2024/x.py", 1, &[], 0),
        (VARIABLE, "b_1.py", 1, &[], 6),
        (VARIABLE, "deep/b_1.py", 1, &[], 6),
        (VARIABLE, "versions/c.py", 1, &[("table", "deals"), ("column", "id_x")], 7),
        (VARIABLE, "versions/c.py", 1, &[("table", "12"), ("column", "id")], 7),
        (VARIABLE, "versions/c.py", 1, &[("table", "deals"), ("column", "xid")], 0),
        (VARIABLE, "versions/c.py", 1, &[("table", "deals")], 0),
        (VARIABLE, "other.py", 91, &[], 9),
        (VARIABLE, "", 91, &[], 9),
        (VARIABLE, "", 1, &[("table", "live")], 10),
        (VARIABLE, "", 1, &[("table", "dead")], 0),
        (VARIABLE, "versions/a[1].py", 1, &[], 11),
        ("house/drop-column", "x.py", 1, &[], 12),
        ("alembic/enum-without-create-type", "x.py", 1, &[], 12),
    ];
    let mut findings: Vec<Arc<Finding>> =
        cases.iter().map(|(name, path, line, about, _)| finding(name, path, *line, about)).collect();
    let expected: Vec<u32> = cases.iter().map(|case| case.4).collect();
    assert_eq!(excused(&mut resolver, &mut findings), expected);
    assert_eq!(excused(&mut resolver, &mut findings), expected, "again, from zero");
    let counts: Vec<usize> = resolver.uses().map(|(_, used)| used.excused).collect();
    assert_eq!(counts, [1, 1, 1, 2, 2, 2, 1, 1, 2]);
}

#[test]
fn the_last_day_still_excuses() {
    let text = "exceptions:\n  enum-variable:\n    - {path: a.py, expires: 2027-01-31}\n";
    let cases = [(date(2027, 1, 30), true), (date(2027, 1, 31), true), (date(2027, 2, 1), false)];
    for (today, excuses) in cases {
        let (mut resolver, _) = Resolver::new(exceptions(text), names(), today);
        let mut findings = [1, 2, 3].map(|line| finding(VARIABLE, "a.py", line, &[]));
        let lines = excused(&mut resolver, &mut findings);
        assert_eq!(lines, [if excuses { 3 } else { 0 }; 3], "{today}");
        let again: Vec<usize> = resolver.uses().map(|(_, used)| used.expired).collect();
        assert_eq!(again, [if excuses { 0 } else { 3 }]);
    }
    let mut findings = [finding(VARIABLE, "a.py", 1, &[])];
    excused(&mut resolver(text), &mut findings);
    let excuse = findings[0].excepted.as_ref().expect("excused");
    assert_eq!(excuse.expires.as_deref(), Some("2027-01-31"));
}

#[test]
fn max_counts_in_order_and_the_next_entry_takes_over() {
    let mut resolver = resolver(
        "exceptions:
  enum-variable:
    - {path: a.py, expires: 2026-12-31}
    - {path: a.py, max: 2}
    - {path: '*.py', max: 1}
",
    );
    let mut findings = [1, 2, 3, 4, 5].map(|line| finding(VARIABLE, "a.py", line, &[]));
    assert_eq!(excused(&mut resolver, &mut findings), [4, 4, 5, 0, 0]);
    let uses: Vec<Use> = resolver.uses().map(|(_, used)| used).collect();
    let used = |excused, expired, over| Use { excused, expired, over };
    assert_eq!(uses, [used(0, 2, 0), used(2, 0, 0), used(1, 0, 0)]);
}

#[test]
fn names_that_several_rules_have_are_told_once() {
    let text = "exceptions:\n  rule_1_2_enum_patern: [a.py, b.py]\n  migration-name: [a.py, b.py]\n  zzz: [c.py]\n";
    let (mut resolver, problems) = Resolver::new(exceptions(text), names(), TODAY);
    assert_eq!(
        shown(&problems),
        [
            "exceptions.yml:3:3: several rules are called `migration-name` (write one of alembic/migration-name, house/migration-name)",
        ]
    );
    let levels: Vec<_> = problems.iter().map(|problem| problem.level).collect();
    assert_eq!(levels, [Level::Error]);
    let mut findings = [finding("alembic/migration-name", "a.py", 1, &[])];
    assert_eq!(excused(&mut resolver, &mut findings), [0]);
}

#[test]
fn inline_comments_excuse_their_line() {
    let text = "\
# lawbook: allow enum-variable, house/drop-column -- both
first()
second(  # lawbook: allow rule_1_1_enum_variable
    x,
)  # lawbook: allow house/drop-column
third()  # lawbook: allow zzz
fourth()  # lawbook: allow enum-variable
";
    let mut problems = Vec::new();
    let path: Arc<str> = "a.py".into();
    let comments: BTreeMap<Arc<str>, Vec<Inline>> = [(path.clone(), inline(&path, text, &mut problems))].into();
    assert_eq!(problems, []);
    let mut resolver = resolver("exceptions:\n  enum-variable: [a.py]\n");
    let mut findings = [
        finding(VARIABLE, "a.py", 2, &[]),
        finding("house/drop-column", "a.py", 2, &[]),
        finding(VARIABLE, "a.py", 3, &[]),
        finding("house/drop-column", "a.py", 3, &[]),
        finding("house/drop-column", "a.py", 6, &[]),
        finding(VARIABLE, "b.py", 2, &[]),
        finding("house/drop-column", "a.py", 1, &[]),
    ];
    // Over several lines, to behind the bracket of line 5.
    Arc::make_mut(&mut findings[3]).at =
        Some(Location::span("a.py", Span { line: 3, column: 1, end_line: 5, end_column: 2 }));
    let problems = resolver.apply(&mut findings, &comments);
    assert_eq!(problems, []);
    let excuses = findings.iter().map(|finding| {
        finding.excepted.as_ref().map(|excuse| format!("{} {}", excuse.at, excuse.reason.as_deref().unwrap_or("-")))
    });
    let excuses: Vec<String> = excuses.map(Option::unwrap_or_default).collect();
    assert_eq!(excuses, ["a.py:1:18 both", "a.py:1:33 both", "a.py:3:27 -", "a.py:5:21 -", "", "", ""]);
}

#[test]
fn ten_thousand_entries_look_at_few() {
    let mut text = String::from("exceptions:\n  enum-variable:\n");
    for number in 0..2_500 {
        text.push_str(&format!("    - versions/{number:05}_exact.py\n    - versions/{number:05}_g*.py\n"));
        text.push_str(&format!("    - '**/{number:05}_deep.py'\n    - match: {{ table: t{number} }}\n"));
    }
    let mut resolver = resolver(&text);
    let mut findings = Vec::new();
    for number in 0..2_500 {
        findings.push(finding(VARIABLE, &format!("versions/{number:05}_exact.py"), 1, &[]));
        findings.push(finding(VARIABLE, &format!("versions/{number:05}_glob.py"), 1, &[]));
        findings.push(finding(VARIABLE, &format!("x/y/{number:05}_deep.py"), 1, &[]));
        findings.push(finding(VARIABLE, "", 1, &[("table", &format!("t{number}"))]));
    }
    let mut candidates = Vec::new();
    for finding in &findings {
        resolver.index.candidates(finding, &mut candidates);
        assert_eq!(candidates.len(), 1, "{finding:?}");
    }
    let lines = excused(&mut resolver, &mut findings);
    let expected: Vec<u32> = (3..10_003).collect();
    assert_eq!(lines, expected);
    assert!(resolver.uses().all(|(_, used)| used.excused == 1));
}
