//! The order in which migrations run.

use super::graph_of;
use crate::sources::replay::order::Lineage;
use crate::sources::replay::{NoRevision, order};

fn ordered(lines: &[&str], at: Option<&str>) -> (String, usize) {
    let order = order(&graph_of(lines), at).unwrap();
    let labels: Vec<String> = order.migrations.iter().map(|migration| migration.label()).collect();
    (labels.join(" "), order.left_out.len())
}

#[test]
fn parents_and_dependencies_run_first() {
    for (lines, at, expected) in [
        (&["c < b", "a", "b < a"][..], None, "a b c"),
        // A diamond: as Alembic walks down, the first parent's branch runs last.
        (&["a", "b < a", "c < a", "d < b c"], None, "a c b d"),
        // Two bases, one of which needs the other.
        (&["a", "b < a", "x ; b", "y < x"], None, "a b x y"),
        (&["a", "b < a", "x ; base_b", "c < b # base_b"], None, "a b c x"),
        (&["a # one", "b < a", "x # two", "y < x"], Some("two@head"), "x y"),
        (&["a", "b < a", "c < b"], Some("b"), "a b"),
        (&["a", "b < a", "x ; b", "y < x"], Some("y"), "a b x y"),
        (&["abc1", "abd2 < abc1"], Some("abd"), "abc1 abd2"),
        (&["a", "b < a"], Some("head"), "a b"),
        (&["a", "b < a"], Some("heads"), "a b"),
        (&[], None, ""),
    ] {
        assert_eq!(ordered(lines, at), (expected.to_owned(), 0), "{lines:?} {at:?}");
    }
}

#[test]
fn what_has_no_place_is_left_out() {
    for (lines, expected, left_out) in [
        (&["a", "b < c", "c < b", "d < c"][..], "a", 3),
        (&["a", "b < ?", "c < b"], "a c", 1),
        (&["a", "b < gone"], "a b", 0),
        (&["a < a"], "", 1),
    ] {
        let (order, others) = ordered(lines, None);
        // Independent migrations may run in any order.
        let mut words: Vec<&str> = order.split_whitespace().collect();
        words.sort_unstable();
        assert_eq!((words.join(" "), others), (expected.to_owned(), left_out), "{lines:?}");
    }
}

#[test]
fn a_revision_that_is_not_there_is_refused() {
    let graph = graph_of(&["abc1", "abc2 < abc1"]);
    assert!(matches!(order(&graph, Some("zzz")), Err(NoRevision::Unknown { nearest: None, .. })));
    assert!(matches!(order(&graph, Some("acb1")), Err(NoRevision::Unknown { nearest: Some(_), .. })));
    let many = order(&graph, Some("abc")).unwrap_err();
    assert_eq!(many.to_string(), "`abc` may be abc1 or abc2");
}

#[test]
fn long_and_wide_graphs_are_ordered() {
    let long: Vec<String> = (0..5_000).map(|number| format!("r{number} < r{}", number - 1)).collect();
    let long: Vec<&str> = std::iter::once("r-1").chain(long.iter().map(String::as_str)).collect();
    assert_eq!(order(&graph_of(&long), None).unwrap().migrations.len(), 5_001);
    let wide: Vec<String> = (0..1_000).map(|number| format!("w{number} < base")).collect();
    let wide: Vec<&str> = std::iter::once("base").chain(wide.iter().map(String::as_str)).collect();
    let order = order(&graph_of(&wide), None).unwrap();
    assert_eq!(order.migrations.len(), 1_001);
    assert_eq!(order.migrations[0].label(), "base");
}

/// Whatever the graph, what has run before a migration is all that can be reached from it.
#[test]
fn what_ran_before_is_what_is_needed() {
    let graph_lines = |seed: u64| {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut random = move |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap() % below
        };
        let count = 2 + random(14);
        let needs = (0..count).map(|number| match (number, random(6)) {
            (0, _) | (_, 0) => Vec::new(),
            (_, 1) => vec![random(number), random(number)],
            (_, 2) => vec![random(number)],
            _ => vec![number - 1],
        });
        needs.collect::<Vec<_>>()
    };
    let mut branched = 0;
    for seed in 0..400 {
        let needs = graph_lines(seed);
        let lines = needs.iter().enumerate().map(|(number, needs)| {
            let parents: Vec<String> = needs.iter().map(|need| format!("r{need:02}")).collect();
            format!("r{number:02} < {}", parents.join(" "))
        });
        let lines: Vec<String> = lines.collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let graph = graph_of(&lines);
        let Some(lineage) = Lineage::new(&graph) else { continue };
        branched += 1;
        let number_of = |revision: usize| {
            let label = format!("r{revision:02}");
            let migration = graph.migrations.iter().find(|migration| migration.label() == label).unwrap();
            lineage.number(migration).unwrap()
        };
        for from in 0..needs.len() {
            let mut reached = vec![false; needs.len()];
            let mut open = vec![from];
            while let Some(number) = open.pop() {
                if !std::mem::replace(&mut reached[number], true) {
                    open.extend(&needs[number]);
                }
            }
            let current = lineage.place(number_of(from)).unwrap();
            let before = lineage.before(current.run);
            for (to, reached) in reached.into_iter().enumerate() {
                assert_eq!(lineage.ran(number_of(to), current, &before), reached, "{from} to {to} in {lines:?}");
            }
        }
    }
    assert!(branched > 200, "{branched}");
}
