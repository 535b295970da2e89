//! Constraints of columns and tables.

use std::sync::Arc;

use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::Reader;
use super::names::{name, names_in};
use super::tree::{child, children, has, range};
use crate::model::Known;
use crate::model::operation::Constraint;
use crate::model::schema::{Check, ForeignKey, Key, ObjectName};

impl Reader<'_> {
    /// Reads a constraint of a table, or of this column.
    pub(super) fn constraint(&self, node: &SyntaxNode, column: Option<&Arc<str>>) -> Option<Constraint> {
        let name = constraint_name(node);
        let at = self.at(node);
        let own = || column.cloned().into_iter().collect::<Vec<_>>();
        match node.kind() {
            K::PRIMARY_KEY_CONSTRAINT | K::UNIQUE_CONSTRAINT => {
                let parameters = child(node, K::INDEX_PARAMETERS);
                let list = parameters.as_ref().and_then(|node| child(node, K::CONSTRAINT_COLUMN_REF_LIST));
                let key = Key {
                    name,
                    columns: list.map_or_else(own, |list| names_in(&list, K::COLUMN_NAME_REF)),
                    nulls_not_distinct: parameters.is_some_and(|node| has(&node, K::NULLS_NOT_DISTINCT)),
                    at,
                };
                let primary = node.kind() == K::PRIMARY_KEY_CONSTRAINT;
                Some(if primary { Constraint::PrimaryKey(key) } else { Constraint::Unique(key) })
            }
            K::CHECK_CONSTRAINT => Some(Constraint::Check(Check { name, sql: self.parenthesised(node)?, at })),
            K::REFERENCES_CONSTRAINT => {
                let references = names_in(node, K::COLUMN_NAME_REF);
                self.foreign_key(node, name, own(), references).map(Constraint::ForeignKey)
            }
            K::FOREIGN_KEY_CONSTRAINT => {
                let mut lists = children(node, K::FOREIGN_KEY_COLUMN_LIST);
                let mut columns = || lists.next().map(|list| names_in(&list, K::COLUMN_NAME_REF)).unwrap_or_default();
                let (columns, references) = (columns(), columns());
                self.foreign_key(node, name, columns, references).map(Constraint::ForeignKey)
            }
            K::EXCLUDE_CONSTRAINT => {
                // As `pg_get_constraintdef` writes it: without the name.
                let start = node.children_with_tokens().find(|child| child.kind() == K::EXCLUDE_KW)?;
                let sql = self.sql[usize::from(start.text_range().start())..range(node).end].trim().into();
                Some(Constraint::Exclude { name, sql })
            }
            _ => None,
        }
    }

    fn foreign_key(
        &self,
        node: &SyntaxNode,
        name: Option<Arc<str>>,
        columns: Vec<Arc<str>>,
        references: Vec<Arc<str>>,
    ) -> Option<ForeignKey> {
        let Known::Yes(table) = self.object_in(node, K::TABLE_NAME_REF) else { return None };
        let action = |kind| child(node, kind).and_then(|action| self.action(&action));
        Some(ForeignKey {
            name,
            columns,
            table,
            references,
            on_delete: action(K::ON_DELETE_ACTION),
            on_update: action(K::ON_UPDATE_ACTION),
            deferrable: has(node, K::DEFERRABLE_CONSTRAINT_OPTION)
                || has(node, K::INITIALLY_DEFERRED_CONSTRAINT_OPTION),
            initially_deferred: has(node, K::INITIALLY_DEFERRED_CONSTRAINT_OPTION),
            at: self.at(node),
        })
    }

    /// Reads `ON DELETE SET NULL`.
    fn action(&self, node: &SyntaxNode) -> Option<Arc<str>> {
        let words = self.text(node).to_ascii_uppercase();
        let words: Vec<&str> = words.split_whitespace().skip(2).collect();
        let known = ["CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT"];
        let action = words.join(" ");
        known.into_iter().find(|known| action.starts_with(known)).map(Into::into)
    }

    /// Returns the tables that a clause names.
    pub(super) fn tables_in(&self, node: &SyntaxNode, kind: K) -> Vec<ObjectName> {
        children(node, kind).filter_map(|child| self.object(Some(&child)).as_known().cloned()).collect()
    }
}

/// Returns the name that is given to a constraint.
pub(super) fn constraint_name(node: &SyntaxNode) -> Option<Arc<str>> {
    child(&child(node, K::CONSTRAINT_NAME_CLAUSE)?, K::CONSTRAINT_NAME).map(|node| name(&node))
}
