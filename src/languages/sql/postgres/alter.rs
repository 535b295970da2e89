//! ALTER TABLE: each of its parts is an operation. Views and foreign tables are altered alike.

use std::sync::Arc;

use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::Reader;
use super::column::identity_of;
use super::names::{name, name_in, names_in};
use super::tree::{child, has, is_constraint, is_type, range};
use crate::languages::sql::draft::Draft;
use crate::model::Known;
use crate::model::operation::{Action, AlterColumn};
use crate::model::schema::{Generated, ObjectName};

impl Reader<'_> {
    pub(super) fn alter_table(&self, node: &SyntaxNode, drafts: &mut Vec<Draft>) {
        let table = self.altered(node);
        let if_exists = has(node, K::IF_EXISTS);
        for part in node.children() {
            if matches!(part.kind(), K::TABLE_RELATION_NAME | K::VIEW_REF | K::IF_EXISTS | K::ALL_IN_TABLESPACE) {
                continue;
            }
            let mut draft = self.part(&part, &table);
            draft.if_exists |= if_exists;
            draft.range = Some(range(&part));
            drafts.push(draft);
        }
        if drafts.is_empty() {
            drafts.push(Draft::new(Action::Execute));
        }
    }

    fn altered(&self, node: &SyntaxNode) -> Known<ObjectName> {
        let named = node.children().find(|child| matches!(child.kind(), K::TABLE_RELATION_NAME | K::VIEW_REF));
        self.object(named.as_ref())
    }

    fn part(&self, part: &SyntaxNode, table: &Known<ObjectName>) -> Draft {
        let table = table.clone();
        let cascade = has(part, K::CASCADE);
        let mut draft = Draft::new(match part.kind() {
            K::ADD_COLUMN => match self.column(part) {
                Some((column, constraints)) => Action::AddColumn { table, column: Box::new(column), constraints },
                None => Action::Unknown { why: "its column could not be read".into() },
            },
            K::DROP_COLUMN => Action::DropColumn { table, column: name_in(part, K::COLUMN_NAME_REF), cascade },
            K::RENAME_COLUMN => Action::RenameColumn {
                table,
                column: name_in(part, K::COLUMN_NAME_REF),
                to: name_in(part, K::COLUMN_NAME),
            },
            K::ALTER_COLUMN | K::ALTER_VIEW_COLUMN => self.alter_column(part, table),
            K::ADD_CONSTRAINT => self.add_constraint(part, table),
            K::DROP_CONSTRAINT => Action::DropConstraint {
                table,
                name: match name_in(part, K::CONSTRAINT_NAME_REF) {
                    Known::Yes(name) => Known::Yes(Some(name)),
                    Known::No(why) => Known::No(why),
                },
                kind: None,
                cascade,
            },
            K::RENAME_CONSTRAINT => Action::RenameConstraint {
                table,
                name: name_in(part, K::CONSTRAINT_NAME_REF),
                to: name_in(part, K::CONSTRAINT_NAME),
            },
            K::VALIDATE_CONSTRAINT => Action::ValidateConstraint { table, name: name_in(part, K::CONSTRAINT_NAME_REF) },
            K::TABLE_RENAME_TO | K::VIEW_RENAME_TO => {
                let to = part.children().next().map(|child| name(&child));
                let to = match (to, &table) {
                    (Some(to), Known::Yes(table)) => Known::Yes(ObjectName { schema: table.schema.clone(), name: to }),
                    (_, Known::No(why)) => Known::No(Arc::clone(why)),
                    (None, Known::Yes(_)) => Known::No("it has no name".into()),
                };
                Action::RenameTable { table, to }
            }
            K::SET_SCHEMA => {
                let to = self.moved(part, &table);
                Action::RenameTable { table, to }
            }
            K::ATTACH_PARTITION => {
                Action::AttachPartition { table, partition: self.object_in(part, K::TABLE_NAME_REF) }
            }
            K::DETACH_PARTITION => {
                Action::DetachPartition { table, partition: self.object_in(part, K::TABLE_NAME_REF) }
            }
            _ => Action::AlterTable { table, what: self.leading_words(part) },
        });
        draft.if_exists = has(part, K::IF_EXISTS);
        draft.if_not_exists = has(part, K::IF_NOT_EXISTS);
        draft.concurrently = has(part, K::DETACH_CONCURRENTLY);
        draft
    }

    /// Returns the name that an object has in the schema of `SET SCHEMA`.
    pub(super) fn moved(&self, part: &SyntaxNode, object: &Known<ObjectName>) -> Known<ObjectName> {
        match (object, name_in(part, K::SCHEMA_REF)) {
            (Known::Yes(object), Known::Yes(schema)) => Known::Yes(self.session.object(Some(&schema), &object.name)),
            (Known::No(why), _) => Known::No(why.clone()),
            (_, Known::No(why)) => Known::No(why),
        }
    }

    /// Returns the keywords that a part starts with, in lower case.
    pub(super) fn leading_words(&self, part: &SyntaxNode) -> Arc<str> {
        let tokens = part.children_with_tokens().filter(|child| !child.kind().is_trivia());
        let words =
            tokens.map_while(squawk_syntax::SyntaxElement::into_token).map(|token| token.text().to_ascii_lowercase());
        words
            .filter(|word| word.starts_with(|first: char| first.is_ascii_alphabetic()))
            .collect::<Vec<_>>()
            .join(" ")
            .into()
    }

    fn add_constraint(&self, part: &SyntaxNode, table: Known<ObjectName>) -> Action {
        let Some(node) = part.children().find(|child| is_constraint(child.kind())) else {
            return Action::Unknown { why: "its constraint could not be read".into() };
        };
        if node.kind() == K::NOT_NULL_CONSTRAINT {
            let mut alter = AlterColumn::new(table, name_in(&node, K::COLUMN_NAME_REF));
            alter.nullable = Some(Known::Yes(false));
            return Action::AlterColumn(Box::new(alter));
        }
        let using_index = child(&node, K::USING_INDEX_NAME).and_then(|using| child(&using, K::INDEX_REF));
        match self.constraint(&node, None) {
            Some(constraint) => Action::AddConstraint {
                table,
                constraint: Box::new(constraint),
                not_valid: has(&node, K::NOT_VALID),
                using_index: using_index.map(|index| name(&index)),
            },
            None => Action::Unknown { why: "its constraint could not be read".into() },
        }
    }

    fn alter_column(&self, part: &SyntaxNode, table: Known<ObjectName>) -> Action {
        let column = names_in(part, K::COLUMN_NAME_REF).into_iter().next();
        let column = column.map_or_else(|| Known::No("it has no name".into()), Known::Yes);
        let mut alter = AlterColumn::new(table, column);
        let option = part.children().find(|child| child.kind() != K::COLUMN_NAME_REF);
        let Some(option) = option else { return Action::AlterColumn(Box::new(alter)) };
        match option.kind() {
            K::SET_TYPE => {
                let ty = option.children().find(|child| is_type(child.kind()));
                alter.ty = ty.map(|ty| Known::Yes(self.ty(&ty)));
                let using = child(&option, K::USING_EXPR).and_then(|using| using.first_child());
                alter.using = using.map(|using| self.text(&using));
            }
            K::SET_DEFAULT => {
                alter.default = option.first_child().map(|expression| Known::Yes(Some(self.text(&expression))));
            }
            K::DROP_DEFAULT => alter.default = Some(Known::Yes(None)),
            K::SET_NOT_NULL => alter.nullable = Some(Known::Yes(false)),
            K::DROP_NOT_NULL => alter.nullable = Some(Known::Yes(true)),
            K::ADD_GENERATED => alter.identity = Some(Some(identity_of(&option))),
            K::SET_GENERATED_OPTIONS => {
                let set = child(&option, K::SET_GENERATED);
                alter.identity = set.map(|set| Some(identity_of(&set)));
            }
            K::DROP_IDENTITY => alter.identity = Some(None),
            K::DROP_EXPRESSION => alter.generated = Some(None),
            K::SET_EXPRESSION => {
                let expression = self.parenthesised(&option);
                alter.generated = expression.map(|expression| Some(Generated { expression, stored: true }));
            }
            _ => {}
        }
        let nothing = AlterColumn::new(alter.table.clone(), alter.column.clone());
        if alter == nothing {
            // Statistics, storage and the like.
            let what = format!("alter column {}", self.leading_words(&option)).trim().into();
            return Action::AlterTable { table: alter.table, what };
        }
        Action::AlterColumn(Box::new(alter))
    }
}
