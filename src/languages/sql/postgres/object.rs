//! Objects beside tables and indexes: enums, views, extensions, schemas, comments, domains.

use std::sync::Arc;

use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::Reader;
use super::names::{name, name_in, names_in, segments};
use super::tree::{child, children, has, literal};
use crate::languages::sql::draft::{Draft, Reading};
use crate::model::Known;
use crate::model::operation::{Action, AlterColumn, EnumPosition};

impl Reader<'_> {
    pub(super) fn create_type(&self, node: &SyntaxNode) -> Draft {
        let labels = child(node, K::ENUM_TYPE).map(|kind| child(&kind, K::VARIANT_LIST));
        let Some(list) = labels else {
            let name = name_in(node, K::TYPE_NAME);
            return Draft::new(Action::CreateOther { kind: "type".into(), name });
        };
        let label = |variant: SyntaxNode| literal(&variant).map(Arc::from);
        let labels = list.map(|list| children(&list, K::VARIANT).filter_map(label).collect()).unwrap_or_default();
        Draft::new(Action::CreateEnum { name: self.object_in(node, K::TYPE_NAME), labels: Known::Yes(labels) })
    }

    pub(super) fn alter_type(&self, node: &SyntaxNode) -> Draft {
        let name = self.object_in(node, K::TYPE_NAME_REF);
        let known = |text: Option<String>| match text {
            Some(text) => Known::Yes(text.into()),
            None => Known::No("it is no text".into()),
        };
        let action = node.children().find(|child| child.kind() != K::TYPE_NAME_REF);
        let Some(action) = action else { return Draft::new(Action::Execute) };
        match action.kind() {
            K::ADD_VALUE => {
                let beside = |kind| child(&action, kind).and_then(|position| literal(&position)).map(Arc::from);
                let position = match (beside(K::BEFORE_VALUE), beside(K::AFTER_VALUE)) {
                    (Some(label), _) => EnumPosition::Before(label),
                    (_, Some(label)) => EnumPosition::After(label),
                    (None, None) => EnumPosition::End,
                };
                Draft {
                    if_not_exists: has(&action, K::IF_NOT_EXISTS),
                    ..Draft::new(Action::AddEnumValue { name, value: known(literal(&action)), position })
                }
            }
            K::RENAME_VALUE => {
                let mut values = children(&action, K::LITERAL).map(|node| {
                    use squawk_syntax::ast::{AstNode, Literal};
                    Literal::cast(node).and_then(|literal| literal.string_value())
                });
                let (value, to) = (known(values.next().flatten()), known(values.next().flatten()));
                Draft::new(Action::RenameEnumValue { name, value, to })
            }
            K::TYPE_RENAME_TO => {
                let to = match (&name, name_in(&action, K::TYPE_NAME)) {
                    (Known::Yes(name), Known::Yes(to)) => {
                        Known::Yes(crate::model::schema::ObjectName { schema: name.schema.clone(), name: to })
                    }
                    (Known::No(why), _) => Known::No(why.clone()),
                    (_, Known::No(why)) => Known::No(why),
                };
                Draft::new(Action::RenameEnum { name, to })
            }
            K::SET_SCHEMA => {
                let to = self.moved(&action, &name);
                Draft::new(Action::RenameEnum { name, to })
            }
            _ => {
                let name = name_in(node, K::TYPE_NAME_REF);
                Draft::new(Action::AlterOther { kind: "type".into(), name })
            }
        }
    }

    pub(super) fn drop_types(&self, node: &SyntaxNode, drafts: &mut Vec<Draft>) {
        for reference in children(node, K::TYPE_NAME_REF) {
            let action = Action::DropEnum { name: self.object(Some(&reference)), cascade: has(node, K::CASCADE) };
            drafts.push(Draft { if_exists: has(node, K::IF_EXISTS), ..Draft::new(action) });
        }
    }

    pub(super) fn create_view(&self, node: &SyntaxNode) -> Draft {
        // The query stands last, before `WITH CHECK OPTION` and `WITH DATA`.
        let query = node.children().filter(|child| is_query(child.kind())).last();
        let columns = child(node, K::COLUMN_LIST);
        let columns = columns.map(|list| list.children().map(|column| name(&column)).collect()).unwrap_or_default();
        Draft {
            if_not_exists: has(node, K::IF_NOT_EXISTS),
            ..Draft::new(Action::CreateView {
                name: self.object_in(node, K::VIEW),
                definition: query.map(|query| self.text(&query)).unwrap_or_default(),
                columns,
                materialized: node.kind() == K::CREATE_MATERIALIZED_VIEW,
                replace: self.has_word("or_replace"),
            })
        }
    }

    pub(super) fn drop_views(&self, node: &SyntaxNode, drafts: &mut Vec<Draft>) {
        for reference in children(node, K::VIEW_REF) {
            let action = Action::DropView {
                name: self.object(Some(&reference)),
                materialized: node.kind() == K::DROP_MATERIALIZED_VIEW,
                cascade: has(node, K::CASCADE),
            };
            drafts.push(Draft { if_exists: has(node, K::IF_EXISTS), ..Draft::new(action) });
        }
    }

    pub(super) fn refresh(&self, node: &SyntaxNode) -> Draft {
        let action = Action::RefreshView { name: self.object_in(node, K::VIEW_REF) };
        Draft { concurrently: has(node, K::CONCURRENTLY_KW), ..Draft::new(action) }
    }

    pub(super) fn extension(&self, node: &SyntaxNode, drafts: &mut Vec<Draft>) {
        let created = child(node, K::EXTENSION).map(|extension| name(&extension));
        if let Some(name) = created {
            let action = Action::CreateExtension { name: Known::Yes(name) };
            drafts.push(Draft { if_not_exists: has(node, K::IF_NOT_EXISTS), ..Draft::new(action) });
        }
        for name in names_in(node, K::EXTENSION_REF) {
            let action = Action::DropExtension { name: Known::Yes(name), cascade: has(node, K::CASCADE) };
            drafts.push(Draft { if_exists: has(node, K::IF_EXISTS), ..Draft::new(action) });
        }
    }

    pub(super) fn schema(&self, node: &SyntaxNode, reading: &mut Reading) {
        let named = || self.head.names.iter().map(|name| Known::Yes(fold(name)));
        match node.kind() {
            K::CREATE_SCHEMA => {
                let name = node.children().find(|child| child.kind() != K::IF_NOT_EXISTS).and_then(|target| {
                    // `AUTHORIZATION role` alone names the schema after the role.
                    let name = target.children().next();
                    name.or(Some(target))
                });
                let name = match name {
                    Some(node) => Known::Yes(name_of(&node)),
                    None => Known::No("it has no name".into()),
                };
                let action = Action::CreateSchema { name };
                reading.drafts.push(Draft { if_not_exists: has(node, K::IF_NOT_EXISTS), ..Draft::new(action) });
                for element in node.children().skip(1) {
                    if element.kind() != K::IF_NOT_EXISTS && format!("{:?}", element.kind()).starts_with("CREATE_") {
                        reading.drafts.push(Draft::unknown("an object created along with its schema is not read"));
                    }
                }
            }
            K::DROP_SCHEMA => {
                for name in named() {
                    let action = Action::DropSchema { name, cascade: has(node, K::CASCADE) };
                    reading.drafts.push(Draft { if_exists: has(node, K::IF_EXISTS), ..Draft::new(action) });
                }
            }
            _ => {
                let renamed = child(node, K::SCHEMA_RENAME_TO).and_then(|rename| rename.first_child());
                let from = named().next().unwrap_or_else(|| Known::No("it has no name".into()));
                reading.drafts.push(Draft::new(match renamed {
                    Some(to) => Action::RenameSchema { name: from, to: Known::Yes(name(&to)) },
                    None => Action::AlterOther { kind: "schema".into(), name: from },
                }));
            }
        }
    }

    pub(super) fn comment(&self, node: &SyntaxNode) -> Draft {
        let comment = Known::Yes(literal(node).map(Arc::from));
        if let Some(object) = child(node, K::OBJECT_TABLE) {
            let table = self.object_in(&object, K::TABLE_NAME_REF);
            return Draft::new(Action::CommentTable { table, comment });
        }
        let column = child(node, K::OBJECT_COLUMN).map(|object| segments(&object)).unwrap_or_default();
        let (table, column) = match column.as_slice() {
            [table, column] => (self.session.object(None, table), column),
            [.., schema, table, column] => (self.session.object(Some(schema), table), column),
            _ => return Draft::new(Action::Execute),
        };
        let mut alter = AlterColumn::new(Known::Yes(table), Known::Yes(column.as_str().into()));
        alter.comment = Some(comment);
        Draft::new(Action::AlterColumn(Box::new(alter)))
    }

    /// Reads CREATE and ALTER DOMAIN, whose constraints are words of the statement.
    pub(super) fn domain(&self, node: &SyntaxNode, reading: &mut Reading) {
        let mut see = |node: &SyntaxNode| {
            let word = match node.kind() {
                K::CHECK_CONSTRAINT => "check",
                K::NOT_NULL_CONSTRAINT => "not_null",
                K::ADD_CONSTRAINT => "add_constraint",
                K::SET_NOT_NULL => "set_not_null",
                K::NOT_VALID => "not_valid",
                _ => return,
            };
            reading.words.push(word.into());
        };
        node.descendants().for_each(|node| see(&node));
        self.other(&mut reading.drafts);
    }
}

fn is_query(kind: K) -> bool {
    matches!(kind, K::SELECT | K::COMPOUND_SELECT | K::PAREN_SELECT | K::VALUES | K::TABLE)
}

fn name_of(node: &SyntaxNode) -> Arc<str> {
    name(node)
}

/// Folds a name as PostgreSQL folds those without quotes.
fn fold(name: &str) -> Arc<str> {
    name.to_ascii_lowercase().into()
}
