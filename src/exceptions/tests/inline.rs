//! Which lines a comment excuses.

use std::sync::Arc;

use crate::exceptions::inline;

/// `line -> covers: rule (reason)` of each inline exception, then the problems.
fn check(path: &str, text: &str, expected: &[&str]) {
    let mut problems = Vec::new();
    let found = inline(&Arc::from(path), text, &mut problems);
    let shown = found.iter().map(|inline| {
        let reason = inline.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        format!("{}:{} -> {}: {}{reason}", inline.line, inline.span.column, inline.covers, inline.rule)
    });
    let shown: Vec<String> = shown.chain(problems.iter().map(ToString::to_string)).collect();
    assert_eq!(shown, expected, "{path}: {text}");
    let crlf = text.replace('\n', "\r\n");
    let mut problems = Vec::new();
    let again = inline(&Arc::from(path), &crlf, &mut problems);
    assert_eq!(again, found, "CRLF: {text}");
}

#[test]
fn python() {
    let cases: &[(&str, &[&str])] = &[
        ("x = 1\n", &[]),
        ("x()  # lawbook: allow a/b -- reason -- more\n", &["1:23 -> 1: a/b (reason -- more)"]),
        ("x()  #lawbook:allow a/b,c --\n", &["1:21 -> 1: a/b", "1:25 -> 1: c"]),
        ("\t# lawbook: allow a/b\n\n# more\n\tx()\n", &["1:19 -> 4: a/b"]),
        ("\u{feff}# lawbook: allow a/b\nx()\n", &["1:19 -> 2: a/b"]),
        ("# lawbook: allow a\n# lawbook: allow b\nx()\n", &["1:18 -> 3: a", "2:18 -> 3: b"]),
        ("x()  # noqa: E501  # lawbook: allow a/b -- see #12  # type: ignore\n", &["1:37 -> 1: a/b (see #12)"]),
        ("ü('é')  # lawbook: allow a/b -- weil's so ist\n", &["1:26 -> 1: a/b (weil's so ist)"]),
        ("x = '# lawbook: allow a'\ny = \"\\\"# lawbook: allow a\"\n", &[]),
        ("x = '''\n# lawbook: allow a\n''' # lawbook: allow b\n", &["3:22 -> 3: b"]),
        ("x = r'\\' # lawbook: allow a'\n", &[]),
        ("x = 'unclosed\ny  # lawbook: allow a\n", &["2:21 -> 2: a"]),
        ("x = 'a\\\nb' # lawbook: allow a\n", &["2:21 -> 2: a"]),
        ("x = \"\"\"unclosed # lawbook: allow a\n", &[]),
        ("# see lawbook: allow a\n", &[]),
        ("x()  # lawbook: alow a\n", &["f.py:1:8: unknown directive `alow` (did you mean `allow`?)"]),
        ("x()  # lawbook:\n", &["f.py:1:8: an empty directive (write `lawbook: allow RULE -- reason`)"]),
        (
            "x()  # lawbook: allow\n",
            &["f.py:1:8: names no rule: excuses nothing (write `lawbook: allow RULE -- reason`)"],
        ),
        (
            "x()  # lawbook: allow , -- y\n",
            &["f.py:1:8: names no rule: excuses nothing (write `lawbook: allow RULE -- reason`)"],
        ),
        (
            "x()  # lawbook: allow a since ever\n",
            &[
                "f.py:1:24: expected `,` or `-- reason` behind `a`: excuses nothing (write `lawbook: allow RULE -- reason`)",
            ],
        ),
        ("x()\n# lawbook: allow a\n\n# end\n", &["f.py:2:3: covers nothing: no code follows (remove it)"]),
    ];
    for (text, expected) in cases {
        check("f.py", text, expected);
    }
}

#[test]
fn sql_and_others() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("f.sql", "DROP TABLE x; -- lawbook: allow a/b -- gone\n", &["1:33 -> 1: a/b (gone)"]),
        ("f.SQL", "-- lawbook: allow a/b\n-- more\n/* block\n */\nDROP TABLE x;\n", &["1:19 -> 5: a/b"]),
        ("f.sql", "-- lawbook: allow a/b\n/* x */ DROP TABLE x;\n", &["1:19 -> 2: a/b"]),
        ("f.sql", "SELECT '-- lawbook: allow a', 'it''s -- lawbook: allow a';\n", &[]),
        ("f.sql", "/* /* */ -- lawbook: allow a */ x -- lawbook: allow b", &["1:53 -> 1: b"]),
        ("f.sql", "/* lawbook: allow a\n", &[]),
        ("f.sql", "SELECT 1 # lawbook: allow a\n", &[]),
        ("f.sql", "DO $$ BEGIN\n  DROP TABLE x; -- lawbook: allow a\nEND $$;\n", &["2:35 -> 2: a"]),
        ("f.yml", "a: don't # lawbook: allow a\nb: x#lawbook: allow b\n", &["1:27 -> 1: a"]),
        ("run", "# lawbook: allow a\nalembic upgrade head\n", &["1:18 -> 2: a"]),
        ("f.yml", "\u{feff}#lawbook: allow a\nx: 1\n", &["1:18 -> 2: a"]),
    ];
    for (path, text, expected) in cases {
        check(path, text, expected);
    }
}

/// What a person may have half written: each prefix and each suffix of texts full of quotes and marks.
#[test]
fn half_written_texts_are_read_without_panic() {
    let texts = [
        "x = '''\\\n# lawbook: allow a, \u{fc}b -- r\u{e9}ason\r\n''' # lawbook: allow b\r\n\"\\\r\n\" # lawbook:,\n",
        "/* '*/ -- lawbook: allow a -- 'b' /* */\n\u{feff}`x` -- # lawbook: allow -- \u{a0}\n/**/ /*",
        "exceptions:\n  r: # a\n    - '\u{fc}' # lawbook: allow b # c\n    - {match: {a: [1, {}]}, path: \"\\n[\"}\n",
    ];
    for text in texts {
        for cut in (0..=text.len()).filter(|cut| text.is_char_boundary(*cut)) {
            for part in [&text[..cut], &text[cut..]] {
                for path in ["f.py", "f.sql", "f.yml"] {
                    let mut problems = Vec::new();
                    let lines = u32::try_from(part.split('\n').count()).expect("few");
                    let found = inline(&Arc::from(path), part, &mut problems);
                    assert!(found.iter().all(|inline| inline.line <= inline.covers && inline.covers <= lines));
                    assert!(found.iter().all(|inline| !inline.rule.is_empty()));
                }
                let (exceptions, problems) = super::read_text(part);
                assert!(exceptions.is_some() || !problems.is_empty(), "{part:?}");
            }
        }
    }
}
