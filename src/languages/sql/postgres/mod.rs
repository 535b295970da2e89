//! PostgreSQL's statements: from the tree of `squawk-syntax` to operations.

mod alter;
mod column;
mod constraint;
mod data;
mod index;
mod names;
mod object;
mod parse;
mod table;
mod tree;

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::draft::{Draft, Reading};
use super::head::Head;
use super::place::Origin;
use super::session::Session;
use crate::model::operation::Action;
pub(super) use parse::Parser;

/// Reads one statement.
pub(super) fn read(session: &mut Session<'_>, sql: &str, origin: &Origin, head: &Head) -> Reading {
    let parsed = session.parser.statement(sql);
    if let Some(fault) = parsed.fault {
        return Reading { fault: Some(fault), ..Reading::default() };
    }
    let mut reading = Reading::default();
    let reader = Reader { session, sql, origin, head };
    for node in parsed.root.children() {
        reader.statement(&node, &mut reading);
    }
    reading
}

/// Reads the tree of one statement.
struct Reader<'a> {
    session: &'a Session<'a>,
    /// The text of the statement.
    sql: &'a str,
    origin: &'a Origin,
    head: &'a Head,
}

impl Reader<'_> {
    fn statement(&self, node: &SyntaxNode, reading: &mut Reading) {
        use SyntaxKind as K;
        let drafts = &mut reading.drafts;
        match node.kind() {
            K::CREATE_TABLE | K::CREATE_TABLE_AS | K::CREATE_FOREIGN_TABLE => drafts.push(self.create_table(node)),
            K::SELECT_INTO => drafts.push(self.select_into(node)),
            K::DROP_TABLE | K::DROP_FOREIGN_TABLE => self.drop_tables(node, drafts),
            K::ALTER_TABLE | K::ALTER_FOREIGN_TABLE | K::ALTER_MATERIALIZED_VIEW | K::ALTER_VIEW => {
                self.alter_table(node, drafts);
            }
            K::CREATE_INDEX => drafts.push(self.create_index(node)),
            K::DROP_INDEX => self.drop_indexes(node, drafts),
            K::ALTER_INDEX => drafts.push(self.alter_index(node)),
            K::REINDEX => drafts.push(self.reindex()),
            K::CREATE_TYPE => drafts.push(self.create_type(node)),
            K::ALTER_TYPE => drafts.push(self.alter_type(node)),
            K::DROP_TYPE => self.drop_types(node, drafts),
            K::CREATE_VIEW | K::CREATE_MATERIALIZED_VIEW => drafts.push(self.create_view(node)),
            K::DROP_VIEW | K::DROP_MATERIALIZED_VIEW => self.drop_views(node, drafts),
            K::REFRESH => drafts.push(self.refresh(node)),
            K::CREATE_EXTENSION | K::DROP_EXTENSION => self.extension(node, drafts),
            K::CREATE_SCHEMA | K::DROP_SCHEMA | K::ALTER_SCHEMA => self.schema(node, reading),
            K::COMMENT_ON => drafts.push(self.comment(node)),
            K::CREATE_DOMAIN | K::ALTER_DOMAIN => self.domain(node, reading),
            K::INSERT | K::UPDATE | K::DELETE | K::MERGE | K::TRUNCATE | K::COPY => self.data(node, reading),
            K::SELECT | K::COMPOUND_SELECT | K::PAREN_SELECT | K::VALUES | K::TABLE => self.select(node, reading),
            K::EMPTY_STMT => {}
            _ => self.other(drafts),
        }
    }

    /// Reads a statement by its words.
    fn other(&self, drafts: &mut Vec<Draft>) {
        let (verb, kind) = self.head.kind.split_once('_').unwrap_or((&self.head.kind, ""));
        let kind = || kind.replace('_', " ").into();
        let names = || self.head.names.iter().map(|name| crate::model::Known::Yes(name.clone()));
        let cascade = self.has_word("cascade");
        let drafted = |action| Draft {
            if_exists: self.has_word("if_exists"),
            if_not_exists: self.has_word("if_not_exists"),
            ..Draft::new(action)
        };
        match verb {
            "create" => drafts.extend(names().take(1).map(|name| drafted(Action::CreateOther { kind: kind(), name }))),
            "alter" => drafts.extend(names().take(1).map(|name| drafted(Action::AlterOther { kind: kind(), name }))),
            "drop" => drafts.extend(names().map(|name| drafted(Action::DropOther { kind: kind(), name, cascade }))),
            _ => {}
        }
        if drafts.is_empty() {
            drafts.push(Draft::new(Action::Execute));
        }
    }

    fn has_word(&self, word: &str) -> bool {
        self.head.words.iter().any(|other| &**other == word)
    }
}
