//! The short way reads what serde-saphyr reads, place by place.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{Node, NodeValue, Source};
use crate::yaml::parse::parse_any;

/// Writes a tree with the place of each node.
fn written(node: &Node) -> String {
    let span = node.place.span;
    let value = match &node.value {
        NodeValue::List(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        NodeValue::Map(entries) => {
            let entry = |(key, value): &(Node, Node)| format!("{}: {}", written(key), written(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        value => format!("{value:?}"),
    };
    format!("{}:{}-{} {value}", span.line, span.column, span.end_column)
}

/// Holds the short way against the long one; returns whether it was taken.
fn check(text: &str) -> bool {
    let source = Source::new("a.yml", text);
    let Some(quick) = super::parse(&source) else { return false };
    match parse_any(&source) {
        Ok(node) => assert_eq!(written(&quick), written(&node), "{text:?}"),
        Err(problem) => panic!("{text:?} is read, but {problem}"),
    }
    true
}

/// Returns the texts of YAML files below a folder.
fn texts(folder: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(folder).expect("a folder of the repository").map(|entry| entry.expect("readable").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let mut texts: Vec<String> = folders.iter().flat_map(|folder| texts(folder)).collect();
    texts.extend(files.iter().filter_map(|path| fs::read_to_string(path).ok()));
    texts
}

fn below(folder: &str) -> Vec<String> {
    texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
}

#[test]
fn every_rule_takes_the_short_way() {
    for text in below("rules").iter().filter(|text| text.contains("\nid: ") || text.starts_with("id: ")) {
        assert!(check(text), "{text}");
    }
}

#[test]
fn what_is_read_is_read_alike() {
    let scalars = [
        "",
        "~",
        "null",
        "Null",
        "NULL",
        "nULL",
        "true",
        "True",
        "TRUE",
        "tRUE",
        "false",
        "on",
        "off",
        "yes",
        "no",
        "y",
        "0",
        "-0",
        "+0",
        "00",
        "007",
        "-7",
        "+7",
        "7",
        "1_000",
        "_1",
        "1_",
        "0x1f",
        "0X1F",
        "0o17",
        "0b101",
        "-0x1f",
        "0x",
        "1.5",
        ".5",
        "5.",
        "-.5",
        "+.5",
        "1e3",
        "1e-3",
        "1E+3",
        "1e999",
        "-1e999",
        ".inf",
        "-.inf",
        "+.INF",
        ".nan",
        ".NaN",
        "inf",
        "nan",
        "infinity",
        "-inf",
        "+infinity",
        "9223372036854775807",
        "9223372036854775808",
        "99999999999999999999",
        "-9223372036854775808",
        "123456789012345678",
        "2027-03-31",
        "2027-3",
        "1-1",
        "12:30",
        "1.2.3",
        "v1",
        "-",
        "--",
        "---",
        "...",
        "-a",
        "+a",
        ".a",
        "-1a",
        "1a",
        "a b",
        "1 2",
        "1e",
        "0e",
        "=",
        "<<",
        "'1'",
        "\"1\"",
        "'a''b'",
        "\"a\\tb\\u00e4\"",
        "\"\"",
        "''",
        "!a",
        "?a",
        ":a",
        "a:b",
        "a#b",
        "a # b",
        "ü",
        "漢 字",
        "|\n  x\n  y",
        "|-\n  x\n\n  y\n",
        ">\n  x\n  y",
        ">+\n  x\n\n",
        "x\n  y\n\n  z",
        "\"x\n  y\"",
        "[a, 1, ~]",
        "[]",
        "{}",
        "{a: 1, b: [c]}",
        "{a, b}",
        "[a: b]",
        "!!str 1",
        "!!int 1",
        "&a 1",
        "*a",
        "- x",
        "&a [*a]",
        "? a",
        "@a",
        "\"a\" b",
        "[a",
        "{a",
        "\u{85}",
        "\u{2028}x",
        "a\tb",
        "\tx",
        "a\u{a0}",
    ];
    let mut taken = 0;
    for scalar in scalars {
        let shapes = [
            scalar.to_owned(),
            format!("a: {scalar}\n"),
            format!("a: {scalar}\r\nb: 2\r\n"),
            format!("- {scalar}\n- b\n"),
            format!("{scalar}: b\nc: d\n"),
            format!("{scalar}: b\n{scalar}: d\n"),
            format!("a:\n  - b: {scalar}\n    c: d # e\n  -\n    - {scalar}\n"),
            format!("[{scalar}, b]\n"),
            format!("{{a: {scalar}, b: c}}\n"),
            format!("# a\n---\na: {scalar}\n...\n"),
            format!("a: {scalar}\n---\nb: c\n"),
            format!("\u{feff}a: {scalar}\n"),
            format!("%YAML 1.2\n---\na: {scalar}\n"),
            format!("1: {scalar}\n0x1: b\n"),
            format!("1: {scalar}\n'1': b\n"),
            format!("~: {scalar}\n? b\n: c\n"),
        ];
        taken += shapes.iter().filter(|text| check(text)).count();
    }
    assert!(taken > 500, "{taken}");
    let many: String = (0..40).map(|number| format!("k{number}: {number}\n")).collect();
    assert!(check(&many) && !check(&format!("{many}k3: 1\n")) && !check(&format!("{many}k39: 1\n")));
    for depth in [1, 40, 47, 48, 49, 63, 64, 65, 66, 200, 300] {
        check(&format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
        check(&(0..depth).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<String>());
    }
    assert!(check(&format!("a: {}\nb: {}\n", "x ".repeat(5_000), "ü".repeat(5_000))));
}

proptest! {
    /// Files that people write, with pieces of YAML thrown in.
    #[test]
    fn edited_files_are_read_alike(
        text in select([below("fuzz/seeds/packs"), below("fuzz/seeds/exceptions"), below("rules")].concat()),
        edits in prop::collection::vec(
            (any::<Index>(), 0..3_usize, select(vec![
                "", "\n", "\n\n", " ", "  ", "- ", ": ", ":", "#", " #", "'", "\"", "[", "]", "{", "}", ",", "|", ">", "&a ", "*a",
                "!!str ", "? ", "<<", "---\n", "...\n", "\t", "\r", "~", "1", "0x", "1e5", "-", ".", "é", "\u{85}", "%",
            ])),
            0..4,
        ),
    ) {
        let mut text: Vec<char> = text.chars().take(1_500).collect();
        for (at, removed, inserted) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        check(&text.into_iter().collect::<String>());
    }
}

#[test]
fn what_is_said_of_faults_is_what_was_always_said() {
    let cases = ["a: 1\na: 2\n", "a: [b\n", "a: b: c\n", "- a\nb: c\n", "a: \"b\n", "? [a]\n: b\n", "a: &a [*a]\n"];
    for text in cases {
        let source: Arc<Source> = Source::new("a.yml", text);
        assert!(super::parse(&source).is_none(), "{text:?}");
    }
}
