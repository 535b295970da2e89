//! YAML text to a tree that knows where everything stands, and from there to types, collecting every fault.
//!
//! `parse` makes a [`Node`] tree with serde-saphyr (duplicate keys, alias bombs and syntax errors are its faults, one
//! per text), or from the events of its parser where the text is plain (`quick`). [`read`] turns a node into a raw type with serde; a wrong value in a [`Spanned`] field is reported where
//! it stands and reading goes on, so that a file with ten faults reports ten.

mod node;
mod parse;
mod place;
mod quick;
mod read;
mod schema;
mod spanned;

pub use node::{Node, NodeValue};
pub use parse::parse;
pub use place::{Place, Source};
pub use quick::replay;
pub use read::read;
pub use schema::{ColumnText, Reference, object_name, parse_type, read_schema};
pub use spanned::Spanned;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde::Deserialize;

    use super::*;
    use crate::model::{Problem, Severity};

    fn source(text: &str) -> Arc<Source> {
        Source::new("pack.yml", text)
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct RawRule {
        id: Spanned<String>,
        severity: Option<Spanned<Severity>>,
        files: Option<Spanned<Vec<Spanned<String>>>>,
        max: Option<Spanned<u32>>,
        #[serde(rename = "where")]
        where_: Option<Spanned<Severity>>,
    }

    fn faults(text: &str) -> Vec<String> {
        let mut problems: Vec<Problem> = Vec::new();
        match parse(&source(text)) {
            Ok(node) => drop(read::<RawRule>(&node, &mut problems)),
            Err(problem) => problems.push(problem),
        }
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_fault_of_a_map_is_reported_where_it_stands() {
        let text = "id: 5\nsevrity: off\nseverity: sharp\nfiles: [a, [b], 3]\nmax: -1\nwhere: off\n";
        assert_eq!(
            faults(text),
            [
                "pack.yml:1:5: expected a text, found the integer `5`",
                "pack.yml:2:1: unknown field `sevrity` (did you mean `severity`?)",
                "pack.yml:3:11: `sharp` is not one of off, info, warning, error",
                "pack.yml:4:12: expected a text, found a list",
                "pack.yml:4:17: expected a text, found the integer `3`",
                "pack.yml:5:6: expected a whole number from 0, found integer `-1`",
            ]
        );
        assert_eq!(faults("severity: off\n"), ["pack.yml:1:1: field `id` is missing"]);
        assert_eq!(faults("- a\n"), ["pack.yml:1:1: expected a map, found a list"]);
        assert_eq!(faults("id: x\nseverity: off\nmax: 3\n"), [""; 0]);
    }

    #[test]
    fn broken_yaml_is_one_problem_with_its_place() {
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let cases = [
            ("id: a\nid: b\n", "pack.yml:2:1"),
            ("id: [a\n", "pack.yml:"),
            ("id: a\n  max: 3\n", "pack.yml:2:"),
            ("id: a\n---\nid: b\n", "pack.yml:"),
            ("? [a]\n: b\n", "pack.yml:"),
            ("id: \"a\n", "pack.yml:"),
            (bomb, "pack.yml"),
            (&deep, "pack.yml"),
        ];
        for (text, start) in cases {
            let faults = faults(text);
            assert_eq!(faults.len(), 1, "{text:.60}: {faults:?}");
            assert!(faults[0].starts_with(start), "{text:.60}: {faults:?}");
            assert!(!faults[0].contains("field `id`"), "{text:.60}: {faults:?}");
        }
    }

    #[test]
    fn words_stay_words() {
        let node = parse(&source("on: off\n1: yes\nt: 2027-03-31\n")).expect("valid");
        let texts: Vec<_> =
            node.as_map().expect("a map").iter().map(|(key, value)| (key.as_text(), value.as_text())).collect();
        assert_eq!(texts, [(Some("on"), Some("off")), (Some("1"), Some("yes")), (Some("t"), Some("2027-03-31"))]);
    }
}
