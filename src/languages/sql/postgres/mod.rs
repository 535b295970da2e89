//! PostgreSQL's statements: from the tree of `squawk-syntax` to operations.

mod alter;
mod column;
mod constraint;
mod data;
mod index;
mod names;
mod object;
mod parse;
mod plpgsql;
mod table;
mod tree;

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::draft::{Draft, Reading, by_head};
use super::head::Head;
use super::place::Origin;
use super::session::Session;
use crate::model::operation::Action;
pub(super) use parse::Parser;
pub(super) use plpgsql::read_body;

/// Reads one statement.
pub(super) fn read(session: &mut Session<'_>, sql: &str, origin: &Origin, head: &Head) -> Reading {
    let parsed = session.parser.statement(sql);
    if let Some(fault) = parsed.faults.into_iter().next() {
        return Reading { fault: Some(fault), ..Reading::default() };
    }
    let mut reading = Reading::default();
    for node in parsed.root.children() {
        read_node(session, sql, origin, head, &node, &mut reading);
    }
    reading
}

/// Reads the tree of a statement, whose bytes are those of `sql`.
fn read_node(session: &Session<'_>, sql: &str, origin: &Origin, head: &Head, node: &SyntaxNode, reading: &mut Reading) {
    Reader { session, sql, origin, head }.statement(node, reading);
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
            K::DO => self.run(node, reading),
            K::EMPTY_STMT => {}
            _ => self.other(drafts),
        }
    }

    /// Reads a statement by its words.
    fn other(&self, drafts: &mut Vec<Draft>) {
        drafts.extend(by_head(self.head));
    }

    /// Reads `DO`, whose body is read after it.
    fn run(&self, node: &SyntaxNode, reading: &mut Reading) {
        let body = tree::child(node, SyntaxKind::LITERAL).and_then(ast::Literal::cast);
        let body = body.and_then(|literal| literal.decoded_value());
        let language = tree::child(node, SyntaxKind::DO_LANGUAGE).map(|language| self.text(&language).to_lowercase());
        match (body, language) {
            (None, _) => reading.drafts.push(Draft::unknown("its body is no text")),
            (Some(_), Some(language)) if !language.contains("plpgsql") => {
                reading.drafts.push(Draft::unknown(format!("it runs another {language}")));
            }
            (body, _) => {
                reading.body = body;
                reading.drafts.push(Draft::new(Action::Execute));
            }
        }
    }

    fn has_word(&self, word: &str) -> bool {
        self.head.words.iter().any(|other| &**other == word)
    }
}
