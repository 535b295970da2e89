//! Each case: operations, the schema that they leave, and the faults.

mod actions;
mod doubts;
mod undo;
mod words;

use super::*;
pub(in super::super) use words::{operation, shown};

/// Applies operations, one a line; returns the state and the words of the faults, with what they are about.
pub(super) fn applied(dialect: Dialect, lines: &str) -> (State, Vec<String>) {
    let mut state = State::new(dialect);
    let mut faults = Vec::new();
    for (number, line) in lines.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        let number = u32::try_from(number).unwrap() + 1;
        for fault in state.apply(&operation(line, number, dialect)) {
            assert!(!fault.message().contains('{'), "{}", fault.message());
            faults.push(format!("{} {}", fault.kind.name(), fault.subject()));
        }
    }
    (state, faults)
}

/// Checks what operations leave behind, and what is wrong with them.
pub(super) fn check(dialect: Dialect, lines: &str, expected: &str, faults: &[&str]) {
    let (mut state, found) = applied(dialect, lines);
    let (schema, late) = state.finish(false);
    let late = late.iter().map(|fault| format!("{} {}", fault.kind.name(), fault.subject()));
    let found: Vec<String> = found.into_iter().chain(late).collect();
    assert_eq!(found, faults, "faults of\n{lines}");
    let tidy = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    assert_eq!(tidy(&shown(&schema)), tidy(expected), "schema after\n{lines}");
}
