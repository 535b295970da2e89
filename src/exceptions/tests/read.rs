//! What the reader takes, and what it refuses.

use super::{exceptions, read_text};

/// Path and reason of each entry.
fn reasons(text: &str) -> Vec<(String, Option<String>)> {
    let entries = exceptions(text).entries;
    let text = |text: &std::sync::Arc<str>| text.to_string();
    entries
        .iter()
        .map(|entry| (entry.fact.path.iter().map(text).collect(), entry.fact.reason.as_ref().map(text)))
        .collect()
}

fn expect_reasons(text: &str, expected: &[(&str, Option<&str>)]) {
    let expected: Vec<_> =
        expected.iter().map(|(path, reason)| ((*path).to_owned(), reason.map(str::to_owned))).collect();
    assert_eq!(reasons(text), expected, "{text}");
}

#[test]
fn reasons_stand_in_comments() {
    let text = "\
# Exceptions of the house
exceptions:
  # Enums of the first year
  rule_1_2:
    # ------------
    # Legacy, created
    # before the rule
    - ./versions/a.py
    - versions\\b.py
    # - versions/old.py
    - versions/c.py  # until #12 is done

    - versions/d.py
    # Another
    - 'it''s # no comment.py'   # said
    - \"q\\\" # neither.py\" #
  rule_2:  # never looked at
    - e#f.py
    # - g.py

  rule_3:

    # heading

    - h.py # own
  rule_4: [i.py, j.py] # both
";
    let legacy = "Legacy, created before the rule";
    expect_reasons(
        text,
        &[
            ("versions/a.py", Some(legacy)),
            ("versions/b.py", Some(legacy)),
            ("versions/c.py", Some("Legacy, created before the rule; until #12 is done")),
            ("versions/d.py", Some("Enums of the first year")),
            ("it's # no comment.py", Some("Another; said")),
            ("q\" # neither.py", Some("Another")),
            ("e#f.py", Some("never looked at")),
            ("h.py", Some("own")),
            ("i.py", Some("both")),
            ("j.py", Some("both")),
        ],
    );
    let crlf = text.replace('\n', "\r\n");
    assert_eq!(reasons(&crlf), reasons(text), "CRLF");
    assert_eq!(reasons(&format!("\u{feff}{text}")), reasons(text), "BOM");
}

#[test]
fn texts_of_the_entry_before_are_no_comments() {
    let text = "\
exceptions:
  r:
    - path: a.py
      reason: |
        Text
        # of the reason
    - b.py
    # Comment
    - path: c.py
      owner: x
    - path: d.py
      reason: own
";
    let expected =
        [("a.py", Some("Text\n# of the reason")), ("b.py", None), ("c.py", Some("Comment")), ("d.py", Some("own"))];
    expect_reasons(text, &expected);
}

#[test]
fn both_forms_mix() {
    let text = "\
exceptions:
  rule_1_2_enum_pattern:
    - versions/a.py
    - path: versions/2024*.py
      match: { table: deals, column: [a, b], message: { matches: 'ty.e', glob: '*x*' }, revision: 0773 }
      reason: Created before the rule
      owner: '@data-platform'
      expires: 2027-03-31
      max: 3
    - match: { subject: null }
";
    let entries = exceptions(text).entries;
    let [old, new, only_match] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!(old.fact.location.to_string(), "exceptions.yml:3:7");
    assert_eq!((old.expires, old.conditions.len(), old.fact.max), (None, 0, None));
    assert_eq!(new.fact.location.to_string(), "exceptions.yml:4:7");
    assert_eq!(new.fact.owner.as_deref(), Some("@data-platform"));
    assert_eq!(new.fact.expires.as_deref(), Some("2027-03-31"));
    assert_eq!(new.expires, Some(jiff::civil::date(2027, 3, 31)));
    assert_eq!((new.conditions.len(), new.fact.max), (4, Some(3)));
    assert_eq!(new.rule_place.span.line, 2);
    assert!(only_match.path.is_none() && only_match.fact.path.is_none());
}

#[test]
fn nothing_is_nothing() {
    for text in ["", "# only a comment\n", "---\n", "exceptions:\n", "exceptions: {}\n", "exceptions:\n  r:\n  s: []\n"]
    {
        assert_eq!(exceptions(text).entries.len(), 0, "{text}");
    }
}

#[test]
fn what_cannot_be_trusted_is_not_no_exceptions() {
    let cases: &[(&str, &[&str])] = &[
        (
            "- a.py\n",
            &[
                "1:1: expected a map with `exceptions`, found a list (write `exceptions:` and below it `rule: [path, ...]`)",
            ],
        ),
        (
            "a.py\n",
            &[
                "1:1: expected a map with `exceptions`, found a text (write `exceptions:` and below it `rule: [path, ...]`)",
            ],
        ),
        (
            "exeptions:\n  r: [a.py]\n",
            &["1:1: `exceptions` is missing, and `exeptions` means nothing here (did you mean `exceptions`?)"],
        ),
        ("version: 1\n", &["1:1: `exceptions` is missing (write `exceptions: {}` when there are none)"]),
        ("exceptions:\n  - a.py\n", &["2:3: expected a map of rule to entries, found a list"]),
        ("exceptions: off\n", &["1:13: expected a map of rule to entries, found a text"]),
        (
            "exceptions:\n  r: a.py\n",
            &["2:6: expected a list of entries for `r`, found a text (begin each entry with `- `)"],
        ),
        (
            "exceptions:\n  r:\n    a.py: why\n",
            &["3:5: expected a list of entries for `r`, found a map (begin each entry with `- `)"],
        ),
        (
            "exceptions:\n  r:\n    - 5\n    -\n    - [a]\n    - ''\n    - {}\n    - a.py\n",
            &[
                "3:7: expected a path, or a map with `path` or `match`, found an integer",
                "4:6: expected a path, or a map with `path` or `match`, found nothing",
                "5:7: expected a path, or a map with `path` or `match`, found a list",
                "6:7: the path is empty",
                "7:7: an entry needs `path`, `match`, or both (switch the rule off in lawbook.yml to excuse everything)",
            ],
        ),
        (
            "exceptions:\n  r:\n    - path: [a]\n      expires: soon\n      max: many\n      reson: x\n",
            &[
                "3:13: expected a text, found a list",
                "4:16: expected a date as YYYY-MM-DD, found `soon`",
                "5:12: expected a whole number from 0, found the text `many`",
                "6:7: unknown field `reson` (did you mean `reason`?)",
            ],
        ),
        (
            "exceptions:\n  r:\n    - {path: a, expires: 2027-02-30}\n    - {path: a, expires: 20270228}\n    - {path: a, max: 0}\n",
            &[
                "3:26: there is no date `2027-02-30`: expected YYYY-MM-DD",
                "4:26: expected a date as YYYY-MM-DD, found the integer `20270228`",
                "5:22: `max: 0` excuses nothing: remove the entry, or allow at least 1",
            ],
        ),
        (
            "exceptions:\n  r:\n    - match: [a]\n    - match: {}\n    - match: {t: {matchs: x}}\n    - match: {t: {matches: '('}, u: {glob: '['}, v: [], w: [[a]], x: {}}\n",
            &[
                "3:14: expected a map of field to value, found a list",
                "4:14: `match` is empty: name a field and its value",
                "5:19: unknown field `matchs` (did you mean `matches`?)",
                "5:18: expected `matches` or `glob`",
                "6:28: not a valid regular expression: unclosed group",
                "6:44: not a valid glob: unclosed character class; missing ']'",
                "6:53: an empty list matches nothing",
                "6:61: expected a text, number or boolean, found a list",
                "6:70: expected `matches` or `glob`",
            ],
        ),
        (
            "exceptions:\n<<<<<<< HEAD\n  r: [a.py]\n=======\n  r: [b.py]\n>>>>>>> main\n",
            &["2:1: an unresolved merge conflict (resolve it and remove the marker lines)"],
        ),
    ];
    for (text, expected) in cases {
        let (exceptions, problems) = read_text(text);
        assert!(exceptions.is_none(), "{text}");
        let expected: Vec<String> = expected.iter().map(|problem| format!("exceptions.yml:{problem}")).collect();
        assert_eq!(problems, expected, "{text}");
    }
    for text in [
        "exceptions: [a\n",
        "exceptions:\n  r: [a]\n  r: [b]\n",
        "exceptions: {}\n---\nexceptions: {}\n",
        "exceptions:\n\tr: [a]\n",
        "\0",
        "exceptions: *nowhere\n",
    ] {
        let (exceptions, problems) = read_text(text);
        assert!(exceptions.is_none() && problems.len() == 1, "{text:?}: {problems:?}");
    }
}

#[test]
fn oddities_are_warnings() {
    let text =
        "version: 1\ndescription: x\nexceptions:\n  r:\n    - /a.py\n    - ../a.py\n    - C:\\a.py\n    - a[.py\n";
    let (exceptions, problems) = read_text(text);
    assert_eq!(exceptions.expect("only warnings").entries.len(), 4);
    let relative = "paths are relative to the root of the project: this one covers nothing";
    assert_eq!(
        problems,
        [
            "exceptions.yml:1:1: `version` means nothing beside `exceptions`: ignored".to_owned(),
            "exceptions.yml:2:1: `description` means nothing beside `exceptions`: ignored".to_owned(),
            format!("exceptions.yml:5:7: {relative}"),
            format!("exceptions.yml:6:7: {relative}"),
            format!("exceptions.yml:7:7: {relative}"),
            "exceptions.yml:8:7: not a valid glob: unclosed character class; missing ']'; it covers only the path that it spells".to_owned(),
        ]
    );
}

#[test]
fn the_schema_says_what_reading_says() {
    let schema = serde_json::to_value(super::super::schema()).expect("a schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let cases = [
        (
            r#"{"exceptions": {"r": ["a.py", {"path": "b", "match": {"t": ["a", 1, null], "m": {"matches": "x"}}, "max": 1}]}}"#,
            true,
        ),
        (r#"{"exceptions": null}"#, true),
        (r#"{"exceptions": {"r": null}, "version": 1}"#, true),
        (r#"{"exceptions": ["a"]}"#, false),
        (r#"{"exceptions": {"r": [{"path": "a", "reson": "x"}]}}"#, false),
        (r#"{"exceptions": {"r": [{"path": "a", "expires": "soon"}]}}"#, false),
        (r#"{"exceptions": {"r": [{"path": "a", "max": 0}]}}"#, false),
        (r#"{"exceptions": {"r": [{"match": {"t": {"like": "x"}}}]}}"#, false),
        (r#"{"exeptions": {}}"#, false),
    ];
    for (text, valid) in cases {
        let value = serde_json::from_str(text).expect("JSON");
        assert_eq!(validator.is_valid(&value), valid, "{text}");
    }
    assert_eq!(schema["title"], "Lawbook exceptions");
    assert!(schema.to_string().contains("The last day on which it excuses"));
}
