//! `EXCEPTION WHEN duplicate_object THEN NULL`: what is there already is no fault.

use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::super::tree::{child, children, range};

/// What a handler passes over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Forgiven {
    pub(super) if_exists: bool,
    pub(super) if_not_exists: bool,
}

/// Conditions, by name and by SQLSTATE, that say that something is there already.
const DUPLICATE: &[&str] = &[
    "duplicate_object",
    "duplicate_table",
    "duplicate_column",
    "duplicate_schema",
    "duplicate_function",
    "duplicate_alias",
    "42710",
    "42p07",
    "42701",
    "42p06",
    "42723",
];
/// Those that say that something is missing.
const MISSING: &[&str] = &[
    "undefined_object",
    "undefined_table",
    "undefined_column",
    "undefined_function",
    "invalid_schema_name",
    "42704",
    "42p01",
    "42703",
    "42883",
    "3f000",
];

/// Returns what a handler passes over without doing anything.
pub(super) fn forgives(handler: &SyntaxNode, sql: &str) -> Forgiven {
    let mut forgiven = Forgiven::default();
    if !child(handler, K::PLPGSQL_BODY).is_none_or(|body| body.children().all(|node| is_quiet(&node))) {
        return forgiven;
    }
    for condition in children(handler, K::PLPGSQL_CONDITION) {
        let text = sql[range(&condition)].trim().to_ascii_lowercase();
        let name = text.strip_prefix("sqlstate").unwrap_or(&text).trim().trim_matches('\'');
        forgiven.if_not_exists |= name == "others" || DUPLICATE.contains(&name);
        forgiven.if_exists |= name == "others" || MISSING.contains(&name);
    }
    forgiven
}

/// Returns whether a statement does nothing, or only tells something.
fn is_quiet(node: &SyntaxNode) -> bool {
    match node.kind() {
        K::PLPGSQL_NULL_STMT => true,
        K::PLPGSQL_RAISE_STMT => child(node, K::PLPGSQL_RAISE_LEVEL)
            .is_some_and(|level| !level.text().to_string().eq_ignore_ascii_case("exception")),
        _ => false,
    }
}
