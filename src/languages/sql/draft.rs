//! What a statement does, before it is known where and under which conditions.

use std::ops::Range;
use std::sync::Arc;

use squawk_syntax::decoded_text::DecodedText;

use super::head::Head;
use crate::model::Known;
use crate::model::operation::{Action, OperationUnknown};
use crate::model::schema::Part;

/// An operation without its surroundings.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    pub(super) action: Action,
    pub(super) if_exists: bool,
    pub(super) if_not_exists: bool,
    pub(super) concurrently: bool,
    /// Its part of the statement; `None` for all of it.
    pub(super) range: Option<Range<usize>>,
    pub(super) unknown: Vec<OperationUnknown>,
}

impl Draft {
    pub(super) const fn new(action: Action) -> Self {
        Self { action, if_exists: false, if_not_exists: false, concurrently: false, range: None, unknown: Vec::new() }
    }

    pub(super) fn unknown(why: impl Into<Arc<str>>) -> Self {
        Self::new(Action::Unknown { why: why.into() })
    }

    /// Returns the same, with something of it that cannot be known.
    pub(super) fn without(mut self, part: Part, what: impl Into<Arc<str>>) -> Self {
        self.unknown.push(OperationUnknown { what: what.into(), part });
        self
    }
}

/// What a reader of one dialect says about a statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reading {
    pub(super) drafts: Vec<Draft>,
    /// More words than the head knows.
    pub(super) words: Vec<Arc<str>>,
    pub(super) assigns: Vec<Arc<str>>,
    /// The PL/pgSQL that it runs: its value, as a part of the statement's text.
    pub(super) body: Option<DecodedText>,
    /// Why it could not be read, and where.
    pub(super) fault: Option<Fault>,
}

/// Why a statement could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) message: String,
    /// Where, in the statement.
    pub(super) at: Option<usize>,
}

/// Returns what a statement about other objects does, by its words: creates, alters or drops them, or nothing of it.
pub(super) fn by_head(head: &Head) -> Vec<Draft> {
    let (verb, kind) = head.kind.split_once('_').unwrap_or((&head.kind, ""));
    let kind = || kind.replace('_', " ").into();
    let names = || head.names.iter().map(|name| Known::Yes(name.clone()));
    let has = |word: &str| head.words.iter().any(|other| &**other == word);
    let cascade = has("cascade");
    let draft =
        |action| Draft { if_exists: has("if_exists"), if_not_exists: has("if_not_exists"), ..Draft::new(action) };
    let drafts: Vec<Draft> = match verb {
        "create" => names().take(1).map(|name| draft(Action::CreateOther { kind: kind(), name })).collect(),
        "alter" => names().take(1).map(|name| draft(Action::AlterOther { kind: kind(), name })).collect(),
        "drop" => names().map(|name| draft(Action::DropOther { kind: kind(), name, cascade })).collect(),
        _ => Vec::new(),
    };
    if drafts.is_empty() { vec![Draft::new(Action::Execute)] } else { drafts }
}

/// Kinds of statements that change no schema, sorted.
pub(super) const HARMLESS: &[&str] = &[
    "analyze",
    "attach",
    "begin",
    "binlog",
    "cache",
    "call",
    "change",
    "check",
    "checkpoint",
    "checksum",
    "clone",
    "close",
    "cluster",
    "commit",
    "commit_prepared",
    "deallocate",
    "declare",
    "delimiter",
    "desc",
    "describe",
    "detach",
    "discard",
    "do",
    "execute",
    "explain",
    "fetch",
    "flush",
    "get",
    "grant",
    "handler",
    "help",
    "install",
    "kill",
    "listen",
    "load",
    "load_data",
    "lock",
    "move",
    "notify",
    "optimize",
    "pragma",
    "prepare",
    "prepare_transaction",
    "purge",
    "reassign_owned",
    "refresh_materialized_view",
    "reindex",
    "release_savepoint",
    "repair",
    "reset",
    "resignal",
    "restart",
    "revoke",
    "rollback",
    "rollback_prepared",
    "rollback_to_savepoint",
    "savepoint",
    "security_label",
    "select",
    "set",
    "set_constraints",
    "set_role",
    "set_session_authorization",
    "set_transaction",
    "show",
    "shutdown",
    "signal",
    "start",
    "stop",
    "table",
    "uninstall",
    "unlisten",
    "unlock",
    "use",
    "vacuum",
    "values",
    "xa",
];
