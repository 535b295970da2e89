//! The kind of a statement: its leading words.

use super::{Head, Words};
use crate::languages::sql::lexer::Kind;
use crate::model::schema::Dialect;

/// Objects whose kind is more than one word.
const OBJECTS: &[&[&str]] = &[
    &["materialized", "view"],
    &["foreign", "table"],
    &["foreign", "data", "wrapper"],
    &["virtual", "table"],
    &["event", "trigger"],
    &["text", "search", "configuration"],
    &["text", "search", "dictionary"],
    &["text", "search", "parser"],
    &["text", "search", "template"],
    &["access", "method"],
    &["operator", "class"],
    &["operator", "family"],
    &["user", "mapping"],
    &["default", "privileges"],
    &["large", "object"],
    &["property", "graph"],
];

/// Statements that are known by more than their first word, with their kind.
const LEADING: &[(&[&str], &str)] = &[
    (&["comment", "on"], "comment_on"),
    (&["refresh", "materialized", "view"], "refresh_materialized_view"),
    (&["start", "transaction"], "begin"),
    (&["end"], "commit"),
    (&["abort"], "rollback"),
    (&["commit", "prepared"], "commit_prepared"),
    (&["rollback", "prepared"], "rollback_prepared"),
    (&["prepare", "transaction"], "prepare_transaction"),
    (&["release"], "release_savepoint"),
    (&["set", "transaction"], "set_transaction"),
    (&["set", "session", "characteristics"], "set_transaction"),
    (&["set", "constraints"], "set_constraints"),
    (&["set", "role"], "set_role"),
    (&["set", "session", "authorization"], "set_session_authorization"),
    (&["rename", "table"], "rename_table"),
    (&["import", "foreign", "schema"], "import_foreign_schema"),
    (&["security", "label"], "security_label"),
    (&["reassign", "owned"], "reassign_owned"),
    (&["load", "data"], "load_data"),
    (&["analyse"], "analyze"),
];

/// Reads the leading words.
pub(super) fn read(words: &mut Words<'_>, head: &mut Head) {
    while words.take_mark(b'(') {}
    let Some(first) = words.peek().filter(|token| token.kind == Kind::Word) else {
        "unknown".clone_into(&mut head.kind);
        return;
    };
    let word = first.text(words.sql);
    let leads = |(leading, _): &&(&[&str], _)| leading[0].eq_ignore_ascii_case(word);
    if let Some((_, kind)) = LEADING.iter().filter(leads).find(|(leading, _)| words.take_all(leading)) {
        (*kind).clone_into(&mut head.kind);
        return;
    }
    words.at = first.end;
    let verb = first.text(words.sql).to_ascii_lowercase();
    match verb.as_str() {
        "create" | "alter" | "drop" => {
            modifiers(words, head);
            let object = object(words);
            head.kind = format!("{verb}_{object}");
        }
        "rollback" if savepoint(words) => "rollback_to_savepoint".clone_into(&mut head.kind),
        "with" => main_verb(words, head),
        "insert" | "replace" | "update" if words.lexer.dialect == Dialect::Sqlite && words.take("or") => {
            words.next();
            head.kind = verb;
        }
        _ => head.kind = verb,
    }
}

fn savepoint(words: &mut Words<'_>) -> bool {
    let _ = words.take("work") || words.take("transaction");
    let to = words.take("to");
    let _ = to && words.take("savepoint");
    to
}

/// Steps over what may stand between CREATE and the kind of object.
fn modifiers(words: &mut Words<'_>, head: &mut Head) {
    const MODIFIERS: &[(&str, Option<&str>)] = &[
        ("global", None),
        ("local", None),
        ("temp", Some("temporary")),
        ("temporary", Some("temporary")),
        ("unlogged", Some("unlogged")),
        ("unique", Some("unique")),
        ("fulltext", Some("fulltext")),
        ("spatial", Some("spatial")),
        ("recursive", Some("recursive")),
        ("trusted", None),
        ("procedural", None),
        ("online", None),
        ("offline", None),
        ("ignore", None),
        ("constraint", Some("constraint")),
    ];
    loop {
        if words.take_all(&["or", "replace"]) {
            head.words.push("or_replace".into());
        } else if words.take_all(&["sql", "security"]) {
            words.next();
        } else if words.take("definer") || words.take("algorithm") {
            words.take_mark(b'=');
            words.next();
            if words.take_mark(b'@') {
                words.next();
            }
            words.take_group();
        } else if let Some((_, word)) = MODIFIERS.iter().find(|(modifier, _)| words.take(modifier)) {
            head.words.extend(word.map(Into::into));
        } else {
            return;
        }
    }
}

/// Steps over the kind of object.
fn object(words: &mut Words<'_>) -> String {
    if let Some(object) = OBJECTS.iter().find(|object| words.take_all(object)) {
        return object.join("_");
    }
    match words.peek().filter(|token| token.kind == Kind::Word) {
        Some(token) => {
            words.at = token.end;
            token.text(words.sql).to_ascii_lowercase()
        }
        None => "unknown".to_owned(),
    }
}

/// Reads what `WITH ... AS (...)` leads to.
fn main_verb(words: &mut Words<'_>, head: &mut Head) {
    const VERBS: &[&str] = &["select", "insert", "update", "delete", "merge", "values", "table", "replace"];
    "select".clone_into(&mut head.kind);
    let mut depth = 0_usize;
    while let Some(token) = words.next() {
        match token.kind {
            Kind::Mark(b'(') => depth += 1,
            Kind::Mark(b')') => depth = depth.saturating_sub(1),
            Kind::Word if depth == 0 => {
                if let Some(verb) = VERBS.iter().find(|verb| token.is(words.sql, verb)) {
                    (*verb).clone_into(&mut head.kind);
                    return;
                }
            }
            _ => {}
        }
    }
}
