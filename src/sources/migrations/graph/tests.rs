//! Graphs as tables: migrations, and what is seen in them. Where Alembic itself accepts a table, its answers are these.

use std::sync::Arc;

use super::build;
use super::testing::{migration, tree};
use crate::model::facts::{Graph, Migration};

fn graph(lines: &[&str]) -> Graph {
    build(&tree(), lines.iter().map(|line| migration(line)).collect())
}

fn names(migrations: &[Arc<Migration>]) -> String {
    migrations.iter().map(|migration| migration.label()).collect::<Vec<_>>().join(" ")
}

/// Everything about a graph in one line, without what is empty.
fn words(graph: &Graph) -> String {
    let missing =
        graph.missing_parents.iter().map(|missing| format!("{}->{}", missing.migration.label(), missing.revision));
    let cycles = graph.cycles.iter().map(|cycle| names(cycle));
    let paths = |group: &Vec<Arc<Migration>>| {
        group.iter().map(|migration| migration.file.stem().to_owned()).collect::<Vec<_>>().join(" ")
    };
    let parts = [
        ("heads", names(&graph.heads)),
        ("bases", names(&graph.bases)),
        ("branches", names(&graph.branches)),
        ("missing", missing.collect::<Vec<_>>().join(" ")),
        ("cycles", cycles.collect::<Vec<_>>().join(", ")),
        ("duplicates", graph.duplicates.iter().map(paths).collect::<Vec<_>>().join(", ")),
    ];
    let parts = parts.iter().filter(|(_, value)| !value.is_empty());
    parts.map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("; ")
}

#[test]
fn shapes() {
    let cases: &[(&[&str], &str)] = &[
        (&[], ""),
        (&["a"], "heads: a; bases: a"),
        (&["c < b", "b < a", "a"], "heads: c; bases: a"),
        (&["a", "c < a", "b < a"], "heads: b c; bases: a; branches: a"),
        (&["a", "b < a", "c < a", "d < b c"], "heads: d; bases: a; branches: a"),
        (&["a", "b"], "heads: a b; bases: a b"),
        (&["a", "b ; a"], "heads: a b; bases: a b"),
        (&["a", "b < a", "x ; b", "y ; b"], "heads: b x y; bases: a x y"),
        (&["a # left", "b # right; left"], "heads: a b; bases: a b; "),
        (&["a", "b < a a", "c < b ; b"], "heads: c; bases: a"),
        (&["b < a"], "heads: b; missing: b->a"),
        (&["a", "b < a ; x y x"], "heads: b; bases: a; missing: b->x b->y"),
        (&["aaaaaa", "b < aaaa"], "heads: aaaaaa b; bases: aaaaaa; missing: b->aaaa"),
        (&["a # left", "b < left"], "heads: a b; bases: a; missing: b->left"),
        (&["a < a"], "cycles: a"),
        (&["a", "b < a ; b"], "heads: b; bases: a; cycles: b"),
        (&["a < c", "b < a", "c < b"], "cycles: a c b"),
        (&["a < c", "b < a", "c < b", "d < c a"], "heads: d; branches: a c; cycles: a c b"),
        (&["r", "a < r b", "b < a", "h < b"], "heads: h; bases: r; branches: b; cycles: a b"),
        (&["a ; b", "b < a"], "heads: b; bases: a; cycles: a b"),
        (&["a < b", "b < a", "x < y", "y < x"], "cycles: a b, x y"),
        (&["1: a", "2: b < a", "3: b < a", "4: c < b"], "heads: c; bases: a; duplicates: 2 3"),
        (&["2: b < a", "1: b < x", "a", "x"], "heads: b; bases: a x; duplicates: 1 2"),
        (&["1: a", "2: a"], "heads: a; bases: a; duplicates: 1 2"),
    ];
    for (lines, expected) in cases {
        assert_eq!(words(&graph(lines)), expected.trim_end_matches("; "), "{lines:?}");
        let reversed: Vec<&str> = lines.iter().rev().copied().collect();
        assert_eq!(words(&graph(&reversed)), expected.trim_end_matches("; "), "{lines:?} reversed");
    }
}

#[test]
fn labels() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["a", "b < a"], &[]),
        (&["a # x", "b < a", "c < b"], &["a x", "b x", "c x"]),
        (&["a", "b < a", "c < b # x"], &["a x", "b x", "c x"]),
        (&["r", "a < r # x", "b < r # y"], &["a x", "b y"]),
        (&["r", "a < r", "b < a # x", "c < r"], &["a x", "b x"]),
        (&["a # x y", "b < a # z"], &["a x y z", "b x y z"]),
        // A branch below the label: Alembic's way down ends there.
        (&["r", "a < r # x", "b < a", "c < a"], &["a x", "b x", "c x"]),
        // A merge above it: the same.
        (&["r", "s", "a < r # x", "m < a s"], &["a x", "m x"]),
        // Dependencies do not carry labels, but part branches.
        (&["r", "a < r # x", "d ; a", "e ; r"], &["a x"]),
        (&["r", "a < r r # x"], &["a x"]),
        (&["a < b # x", "b < a"], &["a x", "b x"]),
        (&["a < a # x"], &["a x"]),
        (&["a < gone # x"], &["a x"]),
    ];
    for (lines, expected) in cases {
        let graph = graph(lines);
        let labels = graph.labels.iter().map(|(revision, labels)| format!("{revision} {}", labels.join(" ")));
        assert_eq!(labels.collect::<Vec<_>>(), *expected, "{lines:?}");
    }
}

#[test]
fn what_is_not_known_is_said() {
    let cases: &[(&[&str], &str, Option<&str>)] = &[
        (&["a"], "heads: a; bases: a", None),
        (&["a", "p: ? < a"], "bases: a", Some("revision of versions/p.py is not known: it is computed")),
        (&["a", "b < ?"], "heads: a b; bases: a", Some("down_revision of versions/b.py is not known: it is computed")),
        (
            &["a # ?", "b < a ; ?", "c < b ; ?"],
            "heads: c; bases: a",
            Some("branch_labels of versions/a.py is not known: it is computed (and of 2 other files)"),
        ),
    ];
    for (lines, expected, why) in cases {
        let graph = graph(lines);
        assert_eq!((words(&graph).as_str(), graph.unknown.as_deref()), (*expected, *why), "{lines:?}");
    }
}

#[test]
fn depth_and_width_cost_neither_stack_nor_squares() {
    let count = 20_000;
    let chain = (1..count).map(|number| migration(&format!("r{number:05} < r{:05}", number - 1)));
    let chain: Vec<_> = std::iter::once(migration("r00000 # label")).chain(chain).collect();
    let graph = build(&tree(), chain);
    assert_eq!((names(&graph.heads).as_str(), names(&graph.bases).as_str()), ("r19999", "r00000"));
    assert_eq!(graph.labels.len(), count);

    let circle = (0..count).map(|number| migration(&format!("r{number:05} < r{:05}", (number + 1) % count)));
    let graph = build(&tree(), circle.collect());
    assert_eq!((graph.cycles.len(), graph.cycles[0].len()), (1, count));

    let fan = (1..count).map(|number| migration(&format!("r{number:05} < base ; base")));
    let graph = build(&tree(), fan.chain([migration("base")]).collect());
    assert_eq!((graph.heads.len(), names(&graph.branches)), (count - 1, "base".to_owned()));
}
