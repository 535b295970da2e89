//! Statements that change rows.

use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::Reader;
use super::names::name;
use super::tree::{child, children, has};
use crate::languages::sql::draft::{Draft, Reading};
use crate::model::operation::{Action, Data};

impl Reader<'_> {
    pub(super) fn data(&self, node: &SyntaxNode, reading: &mut Reading) {
        self.common(node, reading);
        let verb = match node.kind() {
            K::INSERT => Data::Insert,
            K::DELETE => Data::Delete,
            K::TRUNCATE => {
                if let Some(list) = child(node, K::TABLE_LIST) {
                    for table in children(&list, K::TABLE_RELATION_NAME) {
                        let table = self.object(Some(&table));
                        reading.drafts.push(Draft::new(Action::Data { verb: Data::Truncate, table }));
                    }
                }
                return;
            }
            K::COPY if !self.copies_in(node) => {
                reading.drafts.push(Draft::new(Action::Execute));
                return;
            }
            K::COPY => Data::Insert,
            _ => Data::Update,
        };
        let named = node.descendants().find(|child| {
            matches!(child.kind(), K::RELATION_NAME | K::RELATION_NAME_REF | K::TABLE_RELATION_NAME | K::TABLE_NAME_REF)
                && !child.ancestors().any(|parent| parent.kind() == K::WITH_CLAUSE)
        });
        reading.drafts.push(Draft::new(Action::Data { verb, table: self.object(named.as_ref()) }));
        self.assigned(node, reading);
    }

    pub(super) fn select(&self, node: &SyntaxNode, reading: &mut Reading) {
        self.common(node, reading);
        if reading.drafts.is_empty() {
            reading.drafts.push(Draft::new(Action::Execute));
        }
    }

    /// Reads statements in a WITH clause that change rows.
    fn common(&self, node: &SyntaxNode, reading: &mut Reading) {
        let Some(with) = child(node, K::WITH_CLAUSE) else { return };
        let changes =
            with.descendants().filter(|node| matches!(node.kind(), K::INSERT | K::UPDATE | K::DELETE | K::MERGE));
        for change in changes.collect::<Vec<_>>() {
            let verb = match change.kind() {
                K::INSERT => Data::Insert,
                K::DELETE => Data::Delete,
                _ => Data::Update,
            };
            let named = change.children().find(|child| {
                matches!(
                    child.kind(),
                    K::RELATION_NAME | K::RELATION_NAME_REF | K::TABLE_RELATION_NAME | K::TABLE_NAME_REF
                )
            });
            reading.drafts.push(Draft::new(Action::Data { verb, table: self.object(named.as_ref()) }));
        }
    }

    fn copies_in(&self, node: &SyntaxNode) -> bool {
        let from = |node: &SyntaxNode| has(node, K::FROM_KW);
        node.children().any(|child| format!("{:?}", child.kind()).contains("COPY_FROM") || from(&child))
    }

    /// Reads which columns are assigned.
    fn assigned(&self, node: &SyntaxNode, reading: &mut Reading) {
        for clause in node.descendants().filter(|node| node.kind() == K::SET_COLUMN_LIST) {
            let targets = clause.descendants().filter(|node| node.kind() == K::COLUMN_TARGET);
            reading
                .assigns
                .extend(targets.map(|target| target.first_child().map_or_else(|| name(&target), |c| name(&c))));
        }
    }
}
