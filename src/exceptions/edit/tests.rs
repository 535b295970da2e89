//! Texts before and after an edit, as data; and what holds of every edit.

use std::sync::Arc;

use proptest::prelude::*;

use super::{NewEntry, add, remove, remove_inline};
use crate::exceptions::names::tests::names;
use crate::exceptions::read;
use crate::yaml::Source;

fn source(text: &str) -> Arc<Source> {
    Source::new("exceptions.yml", text)
}

/// Every entry as it is read, place aside.
fn entries(text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let read = read(&source(text), &mut problems).unwrap_or_else(|| panic!("{problems:?}\n{text}"));
    let entries = read.entries.iter().map(|entry| {
        let fact = &entry.fact;
        let conditions: Vec<String> =
            entry.conditions.iter().map(|condition| format!("{} {:?}", condition.field, condition.condition)).collect();
        let told = (&fact.rule, &fact.path, &fact.reason, &fact.owner, &fact.expires, fact.max, conditions);
        format!("{told:?}")
    });
    entries.collect()
}

#[test]
fn what_is_removed_goes_with_its_comment_and_nothing_else() {
    let cases: &[(&str, &[usize], &str)] = &[
        ("exceptions:\n  x:\n    # R\n    - a\n    - b\n", &[0], "exceptions:\n  x:\n    # R\n    - b\n"),
        ("exceptions:\n  x:\n    # R\n    - a\n    - b\n", &[1], "exceptions:\n  x:\n    # R\n    - a\n"),
        ("exceptions:\n  # K\n  x:\n    # R\n    - a\n    - b\n", &[0, 1], "exceptions:\n"),
        (
            "# head\nexceptions:\n  x:\n    # R1\n    - a  # own\n    # R2\n    - b\n\n  # K\n  y:\n    - c\n# end",
            &[0],
            "# head\nexceptions:\n  x:\n    # R2\n    - b\n\n  # K\n  y:\n    - c\n# end",
        ),
        (
            "exceptions:\n  x:\n    - a\n\n    # R2\n    # more\n    - b\n    # - old.py\n\n    - c\n",
            &[1],
            "exceptions:\n  x:\n    - a\n\n    # - old.py\n\n    - c\n",
        ),
        // A key with what is below it; the comment of the next key stays.
        ("exceptions:\n  x:\n    - a\n    # - gone.py\n  # K\n  y: [b]\n", &[0], "exceptions:\n  # K\n  y: [b]\n"),
        // Lists as far in as their key, quotes, CRLF, no break at the end.
        (
            "exceptions:\r\n  \"x\":\r\n  - 'a'\r\n  - path: \"b\"\r\n    reason: |\r\n      one\r\n      # two\r\n  - c",
            &[1],
            "exceptions:\r\n  \"x\":\r\n  - 'a'\r\n  - c",
        ),
        (
            "exceptions:\n  x:\n    - path: a\n      reason: >-\n        long\n\n        # text\n    - b\n  y:\n    - c\n",
            &[0, 2],
            "exceptions:\n  x:\n    - b\n",
        ),
        (
            "exceptions:\n  x:\n    -\n      path: a\n    - # why\n      path: b\n      max: 2\n    - c\n",
            &[0, 1],
            "exceptions:\n  x:\n    - c\n",
        ),
        // Between brackets.
        ("exceptions:\n  x: [a, 'b, c', d]  # why\n", &[1], "exceptions:\n  x: [a, d]  # why\n"),
        ("exceptions:\n  x: [a, b, c]\n", &[1, 2], "exceptions:\n  x: [a]\n"),
        ("exceptions:\n  x: [a, b, c, ]\n", &[0, 2], "exceptions:\n  x: [b, ]\n"),
        ("exceptions:\n  x: [a, b]\n  y: [c]\n", &[0, 1], "exceptions:\n  y: [c]\n"),
        ("exceptions: {x: [a], y: [{path: b, max: 1}, c]}\n", &[0, 1], "exceptions: {x: [], y: [c]}\n"),
        ("{\"exceptions\": {\"x\": [\"a\", \"b\"]}}\n", &[0], "{\"exceptions\": {\"x\": [\"b\"]}}\n"),
        (
            "exceptions:\n  x: [\n    # R\n    a,  # own\n    b,\n    # S\n    c\n  ]\n",
            &[0, 2],
            "exceptions:\n  x: [\n    # R\n    b,\n  ]\n",
        ),
        ("exceptions:\n  x: [a,\n      b,\n      c]\n", &[0], "exceptions:\n  x: [\n      b,\n      c]\n"),
        (
            "exceptions:\n  x:\n    - {path: a, reason: 'it''s, ok'}\n    - {path: b,\n       max: 2}\n",
            &[1],
            "exceptions:\n  x:\n    - {path: a, reason: 'it''s, ok'}\n",
        ),
        ("exceptions:\n  x:\n    - ü\n    - ö # ä\nother: 1\n", &[1], "exceptions:\n  x:\n    - ü\nother: 1\n"),
        ("\u{feff}exceptions:\n  x:\n    - a\n    - b\n", &[0], "\u{feff}exceptions:\n  x:\n    - b\n"),
        ("---\nexceptions:\n  x:\n    - a\n    - b\n...\n", &[1], "---\nexceptions:\n  x:\n    - a\n...\n"),
        ("exceptions:\n  x:\n    - a\n    - b\n", &[7], "exceptions:\n  x:\n    - a\n    - b\n"),
    ];
    for (text, dead, expected) in cases {
        let removal = remove(&source(text), dead).expect("it is read");
        assert_eq!((removal.text.as_str(), &*removal.refused), (*expected, &[][..]), "{text}");
        let again = remove(&source(&removal.text), &[]).expect("it is read");
        assert_eq!(again.text, *expected);
    }
}

#[test]
fn what_cannot_go_alone_stays() {
    // The list is there twice, and an item of it stands for two entries.
    let text = "exceptions:\n  x: &all\n    - a\n    - b\n  y: *all\n  z:\n    - c\n";
    let removal = remove(&source(text), &[0, 4]).expect("it is read");
    assert_eq!(removal.text, "exceptions:\n  x: &all\n    - a\n    - b\n  y: *all\n");
    assert_eq!((removal.removed, removal.refused), (vec![4], vec![0]));
    for broken in ["exceptions:\n  x: 1\n", "exceptions: [", "<<<<<<< ours\n"] {
        assert_eq!(remove(&source(broken), &[0]), None);
    }
}

#[test]
fn a_comment_goes_and_the_code_stays() {
    let cases = [
        ("a.py", "x = 1  # lawbook: allow a -- why\ny = 2\n", vec![(1, "a")], "x = 1\ny = 2\n"),
        ("a.py", "# lawbook: allow a\r\ny = 2\r\n", vec![(1, "a")], "y = 2\r\n"),
        (
            "a.py",
            "    # lawbook: allow a, b, c -- why\n    y = 2\n",
            vec![(1, "b")],
            "    # lawbook: allow a, c -- why\n    y = 2\n",
        ),
        (
            "a.py",
            "y = 2  # lawbook: allow a, b, c -- why",
            vec![(1, "b"), (1, "c")],
            "y = 2  # lawbook: allow a -- why",
        ),
        (
            "a.py",
            "y = 2  # lawbook: allow a, b, c -- why",
            vec![(1, "a"), (1, "c")],
            "y = 2  # lawbook: allow b -- why",
        ),
        ("a.py", "y = 2  # noqa  # lawbook: allow a\n", vec![(1, "a")], "y = 2  # noqa\n"),
        ("a.py", "y = 2  # lawbook: allow a  # noqa: E1\n", vec![(1, "a")], "y = 2  # noqa: E1\n"),
        ("a.py", "ü = '# lawbook: allow a'  # lawbook: allow a\n", vec![(1, "a")], "ü = '# lawbook: allow a'\n"),
        ("a.sql", "DROP TABLE x; -- lawbook: allow a -- why\n", vec![(1, "a")], "DROP TABLE x;\n"),
        (
            "a.sql",
            "--lawbook: allow a\n-- lawbook: allow b\nDROP TABLE x;",
            vec![(1, "a")],
            "-- lawbook: allow b\nDROP TABLE x;",
        ),
        ("a.py", "x = 1  # lawbook: allow a\n", vec![(2, "a"), (1, "b")], "x = 1  # lawbook: allow a\n"),
    ];
    for (path, text, dead, expected) in cases {
        let dead: Vec<(u32, Arc<str>)> = dead.into_iter().map(|(line, rule)| (line, rule.into())).collect();
        assert_eq!(remove_inline(&path.into(), text, &dead).as_deref(), Some(expected), "{text}");
    }
}

fn new(rule: &str, path: &str, reason: &str) -> NewEntry {
    let reason = (!reason.is_empty()).then(|| reason.to_owned());
    NewEntry { rule: rule.into(), path: Some(path.into()), reason, ..NewEntry::default() }
}

#[test]
fn an_entry_is_written_where_it_belongs_in_the_style_of_the_file() {
    let rule = "alembic/enum-variable";
    let rich = NewEntry {
        owner: Some("@data".into()),
        expires: Some("2027-03-31".into()),
        max: Some(2),
        conditions: vec![("table".into(), "deals".into())],
        ..new(rule, "v/*.py", "Why: not")
    };
    let long = "    - path: v/*.py\n      match: { table: deals }\n      reason: \"Why: not\"\n      owner: \"@data\"\n      expires: 2027-03-31\n      max: 2\n";
    let cases = [
        ("", new(rule, "a.py", ""), "exceptions:\n  alembic/enum-variable:\n    - path: a.py\n".to_owned(), 3),
        ("# none yet\n", new(rule, "a.py", "R"), "# none yet\nexceptions:\n  alembic/enum-variable:\n    - path: a.py\n      reason: R\n".to_owned(), 4),
        ("exceptions: {}\n", new(rule, "a.py", ""), "exceptions:\n  alembic/enum-variable:\n    - path: a.py\n".to_owned(), 3),
        ("exceptions:\n", rich.clone(), format!("exceptions:\n  {rule}:\n{long}"), 3),
        // The old form, below an alias of the rule; the reason above is not its own.
        (
            "exceptions:\n  rule_1_1_enum_variable:\n    # R1\n    - b.py\n  x:\n    - c.py",
            new(rule, "a.py", "R2"),
            "exceptions:\n  rule_1_1_enum_variable:\n    # R1\n    - b.py\n    # R2\n    - a.py\n  x:\n    - c.py".to_owned(),
            6,
        ),
        (
            "exceptions:\n  x:\n  - c.py",
            new(rule, "a.py", ""),
            "exceptions:\n  x:\n  - c.py\n  alembic/enum-variable:\n  - path: a.py\n".to_owned(),
            5,
        ),
        (
            "exceptions:\r\n\r\n  x:\r\n    - path: c.py\r\n\r\n  # K\r\n  enum-variable:\r\n    - path: d.py\r\n      max: 1\r\n\r\nother: 1\r\n",
            rich.clone(),
            format!("exceptions:\n\n  x:\n    - path: c.py\n\n  # K\n  enum-variable:\n    - path: d.py\n      max: 1\n{long}\nother: 1\n").replace('\n', "\r\n"),
            10,
        ),
        (
            "exceptions:\n\n  x:\n    - c.py\n\n  # K\n  y:\n    - d.py\n    # - e.py\n\n# end\n",
            new(rule, "a.py", "R"),
            "exceptions:\n\n  x:\n    - c.py\n\n  # K\n  y:\n    - d.py\n    # - e.py\n\n  alembic/enum-variable:\n    - path: a.py\n      reason: R\n\n# end\n".to_owned(),
            12,
        ),
        ("exceptions:\n  enum-variable: [b.py]  # why\n", new(rule, "a.py", ""), "exceptions:\n  enum-variable: [b.py, {path: a.py}]  # why\n".replace("{path: a.py}", "a.py"), 2),
        ("exceptions:\n  enum-variable: []\n", rich.clone(), "exceptions:\n  enum-variable: [{path: v/*.py, match: { table: deals }, reason: \"Why: not\", owner: \"@data\", expires: 2027-03-31, max: 2}]\n".to_owned(), 2),
        ("exceptions: {x: [b.py]}\n", new(rule, "a.py", ""), "exceptions: {x: [b.py], alembic/enum-variable: [a.py]}\n".to_owned(), 1),
        ("exceptions:\n  enum-variable: [\n    b.py,  # B\n  ]\n", new(rule, "a.py", ""), "exceptions:\n  enum-variable: [\n    b.py,  # B\n    a.py,\n  ]\n".to_owned(), 4),
        ("exceptions:\n  enum-variable:\n    -   {path: b.py}\n", new(rule, "a.py", "R"), "exceptions:\n  enum-variable:\n    -   {path: b.py}\n    -   {path: a.py, reason: R}\n".to_owned(), 4),
    ];
    for (text, new, expected, line) in cases {
        let (written, at) = add(&source(text), &new, &names()).unwrap_or_else(|problem| panic!("{problem}\n{text}"));
        assert_eq!((written.as_str(), at), (expected.as_str(), line), "{text}");
        assert_eq!(entries(&written).len(), entries(text).len() + 1);
        let twice = add(&source(&written), &new, &names()).expect_err("it is there");
        assert!(twice.to_string().contains("has this entry already"), "{twice}");
    }
}

#[test]
fn what_cannot_be_added_is_told() {
    for (text, new, expected) in [
        ("exceptions: [", new("enum-variable", "a", ""), "not valid YAML"),
        ("exceptions:\n  x: 1\n", new("enum-variable", "a", ""), "expected a list"),
        ("", new("enum-variable", "  ", ""), "the path is empty"),
    ] {
        let problem = add(&source(text), &new, &names()).expect_err("it has a fault").to_string();
        assert!(problem.contains(expected), "{problem}");
    }
}

/// A file of entries in every form, with comments, blank lines and both line ends.
fn files() -> impl Strategy<Value = String> {
    let comment = prop_oneof![
        3 => Just(""),
        2 => Just("    # Legacy, said of all below\n"),
        1 => Just("    # one\n    # two\n"),
        1 => Just("    # - old/path.py\n"),
        1 => Just("    # -------\n"),
        1 => Just("\n"),
        1 => Just("\n    # After a blank line\n"),
    ];
    let item = prop_oneof![
        4 => (0..9_u8).prop_map(|n| format!("    - v/{n}.py\n")),
        1 => (0..9_u8).prop_map(|n| format!("    - 'v/{n} #.py'  # own reason\n")),
        2 => (0..9_u8).prop_map(|n| format!("    - path: \"v/{n}*.py\"\n      # inside\n      owner: '@x'\n      max: 2\n")),
        1 => (0..9_u8).prop_map(|n| format!("    - match: {{table: t{n}}}\n      reason: |\n        Long: text\n\n        # not a comment\n")),
        1 => (0..9_u8).prop_map(|n| format!("    - {{path: v/{n}.sql,\n       expires: 2027-01-0{}}}\n", n % 9 + 1)),
        1 => (0..9_u8).prop_map(|n| format!("    -\n      path: ü/{n}\n")),
    ];
    let block = proptest::collection::vec((comment, item), 0..5)
        .prop_map(|items| items.into_iter().map(|(comment, item)| format!("{comment}{item}")).collect::<String>());
    let flow = proptest::collection::vec(0..9_u8, 0..4).prop_map(|numbers| {
        let items: Vec<String> = numbers.iter().map(|n| format!("v/{n}.py")).collect();
        format!("[{}]", items.join(", "))
    });
    let many = proptest::collection::vec(0..9_u8, 1..4).prop_map(|numbers| {
        let items: Vec<String> = numbers.iter().map(|n| format!("    # R{n}\n    'v/{n}.py',  # own\n")).collect();
        format!("[\n{}  ]\n", items.concat())
    });
    let list = prop_oneof![
        5 => block.prop_map(|block| format!("\n{block}")),
        1 => flow.prop_map(|flow| format!(" {flow}  # of all\n")),
        1 => many.prop_map(|many| format!(" {many}")),
    ];
    let above =
        prop_oneof![3 => Just(""), 1 => Just("  # Said of the rule\n"), 1 => Just("\n"), 1 => Just("\n  # Apart\n")];
    let rules = proptest::collection::vec((above, list), 0..5);
    (rules, any::<bool>(), any::<bool>()).prop_map(|(rules, crlf, cut)| {
        let rules: Vec<String> =
            rules.into_iter().enumerate().map(|(n, (above, list))| format!("{above}  rule-{n}:{list}")).collect();
        let text = format!("# Head\nexceptions:\n{}", rules.concat());
        let text = if cut { text.trim_end().to_owned() } else { text };
        if crlf { text.replace('\n', "\r\n") } else { text }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(120) })]

    #[test]
    fn pruning_leaves_exactly_the_others(text in files(), dead in proptest::collection::vec(any::<bool>(), 25)) {
        let before = entries(&text);
        let nothing = remove(&source(&text), &[]).expect("it is read");
        prop_assert_eq!(&nothing.text, &text);

        let asked: Vec<usize> = (0..before.len()).filter(|number| dead[*number]).collect();
        let removal = remove(&source(&text), &asked).expect("it is read");
        prop_assert_eq!(&removal.refused, &Vec::<usize>::new(), "{}", text);
        prop_assert_eq!(&removal.removed, &asked);
        let others = before.iter().enumerate().filter(|(number, _)| !removal.removed.contains(number));
        let others: Vec<String> = others.map(|(_, entry)| entry.clone()).collect();
        prop_assert_eq!(entries(&removal.text), others, "{}", text);
        prop_assert!(is_part(&removal.text, &text), "{}\n----\n{}", text, removal.text);
        prop_assert_eq!(removal.text.contains('\n'), removal.text.contains("\r\n") || !text.contains("\r\n"));

        // Twice is once: nothing of it is left to remove.
        let again = remove(&source(&removal.text), &[]).expect("it is read");
        prop_assert_eq!(again.text, removal.text);
    }

    #[test]
    fn adding_leaves_the_others_and_removing_it_again_gives_the_same_entries(
        text in files(),
        key in 0..6_usize,
        path in "[a-z*#'\": ]{1,8}",
        reason in proptest::option::of("[ -~ü]{1,20}"),
        rich in any::<bool>(),
    ) {
        let before = entries(&text);
        let owner = rich.then(|| "@x: y".to_owned());
        let new = NewEntry { rule: format!("rule-{key}"), path: Some(path), reason, owner, ..NewEntry::default() };
        let Ok((written, line)) = add(&source(&text), &new, &names()) else {
            prop_assert!(new.path.as_deref().is_some_and(|path| path.trim().is_empty()) || new.reason.is_some(), "{:?}\n{}", new, text);
            return Ok(());
        };
        let read = read(&source(&written), &mut Vec::new()).expect("it is read");
        let number = read.entries.iter().position(|entry| entry.place.span.line == line && {
            // On one line several may stand: the last is the new one.
            let later = read.entries.iter().filter(|other| other.place.span.line == line);
            later.map(|other| other.place.span.column).max() == Some(entry.place.span.column)
        });
        let number = number.expect("it is there");
        prop_assert!(is_part(&text, &written));
        let removal = remove(&source(&written), &[number]).expect("it is read");
        prop_assert_eq!(entries(&removal.text), before);
    }
}

/// Returns whether the lines and words of one text are those of another with some left out.
fn is_part(part: &str, whole: &str) -> bool {
    let mut rest = whole.chars();
    part.chars().all(|character| rest.any(|other| other == character))
}
