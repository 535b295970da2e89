//! What an audit says of entries.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, date};

use super::resolver::finding;
use super::{exceptions, rule};
use crate::exceptions::names::tests::names;
use crate::exceptions::{Audience, BlindSpot, Fared, Files, Inline, Resolver, audit, facts, inline};
use crate::model::audit::{Audited, Policy, Required};
use crate::model::facts::ExceptionEntry;
use crate::model::{Finding, Known, Severity};

const TODAY: Date = date(2027, 1, 31);
const VARIABLE: &str = "alembic/enum-variable";

/// What there is beside the exceptions.
struct World<'a> {
    findings: Vec<Arc<Finding>>,
    inline: BTreeMap<Arc<str>, Vec<Inline>>,
    policy: Policy,
    blind: Vec<BlindSpot>,
    fared: &'a dyn Fn(&str) -> Fared,
}

impl Default for World<'_> {
    fn default() -> Self {
        let findings = vec![
            finding(VARIABLE, "v/a.py", 1, &[("table", "t")]),
            finding(VARIABLE, "v/a.py", 2, &[("table", "t")]),
            finding(VARIABLE, "v/b.py", 1, &[("table", "u")]),
        ];
        Self {
            findings,
            inline: BTreeMap::new(),
            policy: Policy::default(),
            blind: Vec::new(),
            fared: &|rule| if rule == "house/drop-column" { Fared::Off } else { Fared::Ran },
        }
    }
}

fn audited(text: &str, world: World<'_>) -> Vec<Audited> {
    both(text, world).0
}

/// Returns what an audit says, and the facts of it.
fn both(text: &str, mut world: World<'_>) -> (Vec<Audited>, Vec<Arc<ExceptionEntry>>) {
    let (mut resolver, _) = Resolver::new(exceptions(text), names(), TODAY);
    resolver.apply(&mut world.findings, &world.inline);
    let paths: Vec<Arc<str>> = ["README.md", "v/a.py", "v/b.py", "v/c.py", "v/notes.txt"].map(Arc::from).to_vec();
    let audience = Audience {
        within: 30,
        policy: &world.policy,
        files: Files::new(&paths),
        is_there: &|path| path == "ignored.py",
        fared: world.fared,
        looks_at: &|_, path| Some(path.ends_with(".py")),
        blind: &world.blind,
        age: &|line| Some(line * 100),
    };
    let audit = audit(&resolver, &world.findings, &audience);
    let facts = facts(&resolver, &audit, &world.policy, &std::collections::BTreeSet::new());
    (audit.entries, facts)
}

#[test]
fn facts_know_what_the_run_made_of_them() {
    let text = "exceptions:
  enum-variable:
    - {path: v/b.py, expires: 2026-12-31}
    - {path: v/a.py, max: 1}
    - {path: v/c.py, expires: 2026-12-31}
    - match: {tabel: t}
    - v
  enum-varable: [v/a.py, v/b.py]
  zzz: [v/a.py]
  house/drop-column: [v/a.py]
";
    let comments = "# lawbook: allow enum-variable -- why\nx\n";
    let path: Arc<str> = "v/c.py".into();
    let comments = [(path.clone(), inline(&path, comments, &mut Vec::new()))].into();
    let policy = Policy { require: vec![Required::Reason, Required::Owner], ..Policy::default() };
    let (_, facts) = both(text, World { inline: comments, policy, ..World::default() });
    let told = facts.iter().map(|fact| {
        let Known::Yes(seen) = &fact.seen else { return "not seen".to_owned() };
        let lacks: Vec<&str> = seen.lacks.iter().map(|required| required.name()).collect();
        let excused = match &seen.excused {
            Known::Yes(count) => count.to_string(),
            Known::No(_) => "?".to_owned(),
        };
        let (entry, first) = (fact.entry(), if seen.first { "first" } else { "" });
        let note = seen.note.as_deref().unwrap_or("-");
        format!("{entry} {excused} beyond {} [{}] {first}: {note}", seen.beyond, lacks.join(","))
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "`enum-variable` for `v/b.py` 0 beyond 0 [owner] first: nothing is left to excuse",
            "`enum-variable` for `v/a.py` 1 beyond 0 [owner] : -",
            "`enum-variable` for `v/c.py` 0 beyond 0 [owner] : nothing is left to excuse",
            "`enum-variable` 0 beyond 0 [owner] : no finding of this rule has a field `tabel`: did you mean `table`?",
            "`enum-variable` for `v` 2 beyond 0 [owner] : needed for 2 of 3 files",
            "`enum-varable` for `v/a.py` 0 beyond 0 [owner] first: did you mean `enum-variable`?",
            "`enum-varable` for `v/b.py` 0 beyond 0 [owner] : did you mean `enum-variable`?",
            "`zzz` for `v/a.py` 0 beyond 0 [owner] first: remove them",
            "`house/drop-column` for `v/a.py` 0 beyond 0 [owner] first: -",
            "`enum-variable` for `v/c.py` 0 beyond 0 [] : remove it",
        ]
    );
}

/// What is said of each entry, without what is said of almost all; `!` before one that is dead.
fn said(entries: &[Audited]) -> Vec<String> {
    let words = |entry: &Audited| {
        let remarks = entry.remarks.iter().filter(|remark| !["no-owner", "no-reason"].contains(&remark.state.name()));
        let words: Vec<String> = remarks
            .map(|remark| match &remark.note {
                Some(note) => format!("{} ({note})", remark.state.name()),
                None => remark.state.name().to_owned(),
            })
            .collect();
        format!("{}{} {}", if entry.dead { "!" } else { "" }, entry.excused, words.join(", "))
    };
    entries.iter().map(words).map(|text| text.trim_end().to_owned()).collect()
}

#[test]
fn each_entry_has_its_states() {
    let cases: &[(&str, &[&str])] = &[
        ("[v/a.py]", &["2"]),
        ("[v/c.py]", &["!0 unused"]),
        ("[v/gone.py]", &["!0 unused, path-gone (no file there)"]),
        ("['gone/**']", &["!0 unused, path-gone (no file there)"]),
        ("[ignored.py]", &["!0 unused"]),
        ("['v/*.py']", &["3 partly-used (needed for 2 of 3 files)"]),
        ("['v/[ab].py']", &["3"]),
        ("[v]", &["3 partly-used (needed for 2 of 3 files)"]),
        ("[{match: {table: [t, x]}}]", &["2 partly-used (nothing for table `x`)"]),
        ("[{match: {table: [t, u]}}]", &["3"]),
        ("[{match: {table: x}}]", &["!0 unused"]),
        ("[{path: v/a.py, expires: 2027-01-31}]", &["2 expiring (on 2027-01-31)"]),
        ("[{path: v/a.py, expires: 2027-03-02}]", &["2 expiring (on 2027-03-02)"]),
        ("[{path: v/a.py, expires: 2027-03-03}]", &["2"]),
        ("[{path: v/a.py, expires: 2027-01-30}]", &["0 expired (on 2027-01-30: 2 findings count again)"]),
        ("[{path: v/c.py, expires: 2027-01-30}]", &["!0 unused, expired (on 2027-01-30)"]),
        ("[{path: v/a.py, max: 1}]", &["1 over-max (1 more)"]),
        ("[v/a.py, v/a.py]", &["2", "!0 duplicate (of line 2)"]),
        ("[v/c.py, ./v/c.py]", &["!0 unused", "!0 unused, duplicate (of line 2)"]),
        ("[{path: v/a.py, max: 1}, v/a.py]", &["1", "1 duplicate (of line 2)"]),
        ("['v/[ab].py', v/a.py]", &["3", "!0 shadowed (by line 2)"]),
        // It takes over when the other ends.
        ("[{path: 'v/[ab].py', expires: 2027-12-31}, v/a.py]", &["3", "0 shadowed (by line 2)"]),
        (
            "[{path: 'v/[ab].py', expires: 2027-12-31}, {path: v/a.py, expires: 2027-12-31}]",
            &["3", "!0 shadowed (by line 2)"],
        ),
    ];
    for (list, expected) in cases {
        let entries = audited(&format!("exceptions:\n  enum-variable: {list}\n"), World::default());
        assert_eq!(said(&entries), *expected, "{list}");
    }
}

#[test]
fn nothing_is_said_of_use_where_the_rule_did_not_judge_all() {
    let list = "exceptions:\n  enum-variable: [v/c.py, v/a.py, v/gone.py]\n  drop-column: [v/c.py]\n  old_split: [v/c.py]\n  nobody: [v/c.py]\n";
    let failed = |rule: &str| match rule {
        VARIABLE => Fared::Not("its rule failed".into()),
        "house/drop-column" => Fared::Off,
        _ => Fared::Ran,
    };
    let world = World { fared: &failed, ..World::default() };
    assert_eq!(
        said(&audited(list, world)),
        [
            "0 not-judged (its rule failed)",
            "2",
            "!0 path-gone (no file there), not-judged (its rule failed)",
            "0 rule-off",
            "0 rule-off",
            "0 unknown-rule (excuses nothing)",
        ]
    );
    for (blind, expected) in [
        ((Some(rule(VARIABLE)), Some("v/c.py".into())), "0 not-judged (not all could be judged there)"),
        ((Some(rule(VARIABLE)), None), "0 not-judged (not all could be judged there)"),
        ((None, Some("v/c.py".into())), "0 not-judged (not all could be judged there)"),
        ((Some(rule("other/rule")), Some("v/c.py".into())), "!0 unused"),
        ((Some(rule(VARIABLE)), Some("v/b.py".into())), "!0 unused"),
    ] {
        let world = World { blind: vec![blind], ..World::default() };
        assert_eq!(said(&audited("exceptions:\n  enum-variable: [v/c.py]\n", world)), [expected]);
    }
}

#[test]
fn what_a_project_asks_for_is_grave_only_where_it_asks() {
    let list =
        "exceptions:\n  enum-variable:\n    - v/a.py\n    # R\n    - {path: v/b.py, owner: x, expires: 2028-01-01}\n";
    let told = |policy: Policy| {
        let entries = audited(list, World { policy, ..World::default() });
        let of = |entry: &Audited| {
            let remarks = entry.remarks.iter().map(|remark| format!("{} {}", remark.severity, remark.state.name()));
            remarks.collect::<Vec<_>>().join(", ")
        };
        (entries.iter().map(of).collect::<Vec<_>>(), entries.iter().map(Audited::severity).max())
    };
    let (said, most) = told(Policy::default());
    assert_eq!((said, most), (vec!["warning no-reason, info no-owner".into(), String::new()], Some(Severity::Warning)));
    let require = vec![Required::Owner, Required::Expires];
    let (said, _) = told(Policy { require, max_entries: Some(1), max_age: Some(400), ..Policy::default() });
    assert_eq!(
        said,
        ["warning no-reason, warning no-owner, warning no-expiry", "warning too-old, warning over-max-entries"]
    );
}

#[test]
fn comments_are_exceptions_too() {
    let text = "x = 1  # lawbook: allow enum-variable -- why\ny = 2  # lawbook: allow enum-variable, nobody\n";
    let found = inline(&"v/a.py".into(), text, &mut Vec::new());
    let findings = vec![finding(VARIABLE, "v/a.py", 1, &[])];
    let world = World { findings, inline: [("v/a.py".into(), found)].into(), ..World::default() };
    // The entry has nothing to do where a comment is.
    let entries = audited("exceptions:\n  enum-variable: [v/a.py]\n", world);
    assert_eq!(
        said(&entries),
        ["!0 shadowed (by a comment in the file)", "1", "!0 unused", "0 unknown-rule (excuses nothing)"]
    );
    assert_eq!((entries[1].path.as_deref(), entries[1].line, entries[1].inline), (Some("v/a.py"), 1, true));
    assert_eq!((entries[2].line, entries[1].reason.as_deref()), (2, Some("why")));
}
