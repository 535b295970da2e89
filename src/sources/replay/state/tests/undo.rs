//! Undoing restores exactly, whatever was done.

use super::{applied, operation, shown};
use crate::model::schema::Dialect;
use crate::sources::replay::state::{State, Touched};

/// Some of each.
const BASE: &str = "
    enum mood a,b
    create u id:integer! code:text pk:id uq:code
    create t id:integer! u_id:integer m:mood a:text pk:id fk:u_id->u.id ck:a>'x' ix=ix_a:a uq=uq_a:a
    create p a:text
    create p_1 partition-of:p
    view v select a from t
    ? create ghost a:text
    ? add t maybe:text
    add outside b:text
";

const CHANGES: &[&str] = &[
    "create x a:text",
    "create t a:text",
    "drop t",
    "cascade drop u",
    "drop ghost",
    "rename t tt",
    "rename ghost g",
    "add t b:text",
    "add ghost b:text",
    "add t maybe:text",
    "remove t a",
    "remove t maybe",
    "rename-column t a b",
    "rename-column u id key",
    "alter t a not-null type:integer",
    "? alter t a not-null type:integer",
    "index t ix=i:u_id",
    "drop-index ix_a t",
    "rename-index ix_a i",
    "constrain t uq=uq_b:u_id",
    "drop-constraint t uq_a",
    "rename-constraint t uq_a x",
    "add-label mood c",
    "rename-label mood a z",
    "rename-enum mood temper",
    "drop-enum mood",
    "cascade drop-enum mood",
    "drop-view v",
    "extension citext",
    "rename-schema public s",
    "attach p t",
    "detach p p_1",
    "create temp temporary a:text",
    "comment t hello",
    "unknown",
    "? drop t",
    "? rename t tt",
    "? drop-enum mood",
    "add * b:text",
];

fn snapshot(state: &State) -> String {
    let probes = ["t", "u", "x", "ghost", "outside", "p_1", "v"];
    let there: Vec<_> = probes
        .iter()
        .map(|name| format!("{:?}", state.table_exists(&crate::model::schema::ObjectName::new(*name))))
        .collect();
    let index = state.table_of_index(None, &"ix_a".into());
    format!("{:?}\n{there:?}\n{index:?}\n{:?}", state.schema(), state.ghosts)
}

#[test]
fn rollback_restores_exactly() {
    for &dialect in Dialect::ALL {
        for (number, one) in CHANGES.iter().enumerate() {
            for two in CHANGES.iter().skip(number % 5).step_by(5) {
                let (mut state, _) = applied(dialect, BASE);
                let before = snapshot(&state);
                let mark = state.mark();
                state.apply(&operation(one, 100, dialect));
                let between = snapshot(&state);
                let inner = state.mark();
                state.apply(&operation(two, 101, dialect));
                state.rollback(inner);
                assert_eq!(snapshot(&state), between, "{dialect}: {one}, then {two} undone");
                state.apply(&operation(two, 101, dialect));
                state.rollback(mark);
                assert_eq!(snapshot(&state), before, "{dialect}: {one} and {two} undone");
            }
        }
    }
}

#[test]
fn an_action_and_its_inverse_leave_no_difference() {
    for (one, two) in [
        ("create x a:text", "drop x"),
        ("rename t tt", "rename tt t"),
        ("add t b:text", "remove t b"),
        ("rename-column t a b", "rename-column t b a"),
        ("rename-column u id key", "rename-column u key id"),
        ("index t ix=i:u_id", "drop-index i"),
        ("rename-index ix_a i", "rename-index i ix_a"),
        ("constrain t uq=x:u_id", "drop-constraint t x"),
        ("rename-label mood a z", "rename-label mood z a"),
        ("rename-enum mood temper", "rename-enum temper mood"),
        ("alter p a not-null", "alter p a null"),
        ("enum x a", "drop-enum x"),
    ] {
        let (mut state, _) = applied(Dialect::Postgresql, BASE);
        // Doubts may change their order.
        let shown = |state: &State| {
            let text = shown(state.schema());
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort_unstable();
            lines
        };
        let before = shown(&state);
        state.apply(&operation(one, 100, Dialect::Postgresql));
        assert_ne!(shown(&state), before, "{one}");
        state.apply(&operation(two, 101, Dialect::Postgresql));
        assert_eq!(shown(&state), before, "{one}, then {two}");
    }
}

#[test]
fn what_changed_is_named_once_with_what_it_was() {
    let (mut state, _) = applied(Dialect::Postgresql, BASE);
    let mark = state.mark();
    for line in ["add t b:text", "remove t b", "add u c:text", "enum x a"] {
        state.apply(&operation(line, 100, Dialect::Postgresql));
    }
    let changed: Vec<String> = state
        .changed_since(mark)
        .iter()
        .map(|touched| match touched {
            Touched::Table { name, before, now } => format!("{name} {}", before == now),
            Touched::Enum { name, before, now } => format!("{name} {} {}", before.is_some(), now.is_some()),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(changed, ["t true", "u false", "x false true"]);
}

#[test]
fn ten_thousand_tables_are_no_trouble() {
    let mut state = State::new(Dialect::Sqlite);
    for number in 0..10_000 {
        let mark = state.mark();
        state.commit(mark);
        for line in [format!("create t{number} id:integer pk:id a:text"), format!("index t{number} ix=i{number}:a")] {
            assert_eq!(state.apply(&operation(&line, 1, Dialect::Sqlite)), []);
        }
        let down = state.mark();
        state.apply(&operation(&format!("drop t{number}"), 1, Dialect::Sqlite));
        assert_eq!(state.changed_since(mark).len(), 1);
        state.rollback(down);
    }
    assert_eq!(state.schema().tables.len(), 10_000);
}
