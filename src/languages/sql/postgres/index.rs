//! Indexes.

use std::sync::Arc;

use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::Reader;
use super::names::{name, name_in, segments};
use super::tree::{child, children, has};
use crate::languages::sql::draft::Draft;
use crate::model::Known;
use crate::model::operation::Action;
use crate::model::schema::{Index, IndexPart};

impl Reader<'_> {
    pub(super) fn create_index(&self, node: &SyntaxNode) -> Draft {
        let method = child(node, K::USING_METHOD).and_then(|using| child(&using, K::ACCESS_METHOD_REF));
        let mut index = Index {
            name: child(node, K::INDEX).map(|node| name(&node)),
            unique: has(node, K::UNIQUE_KW),
            where_: child(node, K::WHERE_CLAUSE).and_then(|clause| clause.first_child()).map(|node| self.text(&node)),
            method: method.map(|method| name(&method)).filter(|method| &**method != "btree"),
            at: self.at(node),
            ..Index::default()
        };
        if let Some(list) = child(node, K::PARTITION_ITEM_LIST) {
            for (number, item) in children(&list, K::PARTITION_ITEM).enumerate() {
                let (part, usual) = self.index_part(&item);
                index.parts.push(part);
                if !usual {
                    index.unusual.push(number);
                }
            }
        }
        let include = child(node, K::INDEX_INCLUDE_CLAUSE).and_then(|clause| child(&clause, K::PARTITION_ITEM_LIST));
        if let Some(list) = include {
            index.include =
                children(&list, K::PARTITION_ITEM).map(|item| name(&item.first_child().unwrap_or(item))).collect();
        }
        let table = self.object_in(node, K::TABLE_RELATION_NAME);
        Draft {
            concurrently: has(node, K::CONCURRENTLY_KW),
            if_not_exists: has(node, K::IF_NOT_EXISTS),
            ..Draft::new(Action::CreateIndex { table, index: Box::new(index) })
        }
    }

    /// Reads what an index sorts by, and whether it sorts in the usual way.
    fn index_part(&self, item: &SyntaxNode) -> (IndexPart, bool) {
        let mut usual = !(has(item, K::SORT_DESC) || has(item, K::NULLS_FIRST) || has(item, K::OP_CLASS_REF));
        let mut expression = item.first_child();
        if let Some(collated) = expression.as_ref().filter(|node| node.kind() == K::COLLATE) {
            usual = false;
            expression = collated.first_child();
        }
        let Some(expression) = expression else { return (IndexPart::Expression(self.text(item)), usual) };
        let part = match expression.kind() {
            K::NAME_REF => IndexPart::Column(name(&expression)),
            K::PAREN_EXPR => {
                let inside = self.parenthesised(&expression);
                IndexPart::Expression(inside.unwrap_or_else(|| self.text(&expression)))
            }
            _ => IndexPart::Expression(self.text(&expression)),
        };
        (part, usual)
    }

    pub(super) fn drop_indexes(&self, node: &SyntaxNode, drafts: &mut Vec<Draft>) {
        for reference in children(node, K::INDEX_REF) {
            let (schema, index) = self.index_name(&reference);
            let action = Action::DropIndex { index, schema, table: None, cascade: has(node, K::CASCADE) };
            drafts.push(Draft {
                if_exists: has(node, K::IF_EXISTS),
                concurrently: has(node, K::CONCURRENTLY_KW),
                ..Draft::new(action)
            });
        }
    }

    pub(super) fn alter_index(&self, node: &SyntaxNode) -> Draft {
        let Some(reference) = child(node, K::INDEX_REF) else { return Draft::new(Action::Execute) };
        let (schema, index) = self.index_name(&reference);
        let action = match child(node, K::INDEX_RENAME_TO) {
            Some(rename) => Action::RenameIndex { index, schema, table: None, to: name_in(&rename, K::INDEX) },
            None => Action::AlterOther { kind: "index".into(), name: index },
        };
        Draft { if_exists: has(node, K::IF_EXISTS), ..Draft::new(action) }
    }

    fn index_name(&self, node: &SyntaxNode) -> (Option<Arc<str>>, Known<Arc<str>>) {
        let object = match segments(node).as_slice() {
            [.., schema, name] => self.session.object(Some(schema), name),
            [name] => self.session.object(None, name),
            [] => return (None, Known::No("it has no name".into())),
        };
        (object.schema, Known::Yes(object.name))
    }

    pub(super) fn reindex(&self) -> Draft {
        let name = match self.head.names.first() {
            Some(name) => Known::Yes(name.clone()),
            None => Known::No("it has no name".into()),
        };
        Draft { concurrently: self.has_word("concurrently"), ..Draft::new(Action::Reindex { name }) }
    }
}
