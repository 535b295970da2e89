//! CREATE TABLE and DROP TABLE.

use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::Reader;
use super::names::names_in;
use super::tree::{child, children, has, is_constraint};
use crate::languages::sql::draft::Draft;
use crate::model::Known;
use crate::model::operation::{Action, Constraint, CreateTable};
use crate::model::schema::{ObjectName, Part, Table};

impl Reader<'_> {
    pub(super) fn create_table(&self, node: &SyntaxNode) -> Draft {
        let mut create = CreateTable {
            name: self.object_in(node, K::TABLE_NAME),
            table: Table { foreign: node.kind() == K::CREATE_FOREIGN_TABLE, at: self.at(node), ..Table::default() },
            temporary: self.has_word("temporary"),
            like: None,
            partition: false,
            from_query: node.kind() == K::CREATE_TABLE_AS,
        };
        let mut parents: Vec<ObjectName> = Vec::new();
        if let Some(clause) = child(node, K::PARTITION_OF) {
            create.partition = true;
            parents.extend(self.tables_in(&clause, K::TABLE_NAME_REF));
        }
        if let Some(clause) = child(node, K::INHERITS) {
            parents.extend(self.tables_in(&clause, K::TABLE_NAME_REF));
        }
        if let Some(list) = child(node, K::TABLE_ARG_LIST) {
            for part in list.children() {
                match part.kind() {
                    K::COLUMN => self.table_column(&part, &mut create),
                    K::LIKE_CLAUSE => parents.extend(self.tables_in(&part, K::RELATION_NAME_REF)),
                    K::NOT_NULL_CONSTRAINT => not_null(&mut create.table, &names_in(&part, K::COLUMN_NAME_REF)),
                    kind if is_constraint(kind) => {
                        if let Some(constraint) = self.constraint(&part, None) {
                            put(&mut create.table, constraint);
                        }
                    }
                    _ => {}
                }
            }
        }
        if let Some(key) = create.table.primary_key.clone() {
            not_null(&mut create.table, &key.columns);
        }
        let mut parents = parents.into_iter();
        create.like = parents.next();
        let others: Vec<String> = parents.map(|table| table.to_string()).collect();
        let of_type = child(node, K::OF_TYPE).map(|clause| self.text(&clause));
        let mut draft = Draft::new(Action::CreateTable(Box::new(create)));
        draft.if_not_exists = has(node, K::IF_NOT_EXISTS);
        if !others.is_empty() {
            draft = draft.without(Part::Columns, format!("columns taken over from {}", others.join(", ")));
        }
        match of_type {
            Some(of_type) => draft.without(Part::Columns, format!("columns of a type ({of_type})")),
            None => draft,
        }
    }

    fn table_column(&self, node: &SyntaxNode, create: &mut CreateTable) {
        let Some((column, constraints)) = self.column(node) else { return };
        // A partition may say more about a column of its parent, and a query about its columns.
        if matches!(column.ty, Known::Yes(_)) || !(create.partition || create.from_query) {
            create.table.columns.push(column);
        }
        for constraint in constraints {
            put(&mut create.table, constraint);
        }
    }

    pub(super) fn select_into(&self, node: &SyntaxNode) -> Draft {
        let into = child(node, K::INTO_CLAUSE);
        let name = into.as_ref().and_then(|clause| {
            clause
                .children()
                .find(|child| matches!(child.kind(), K::TABLE_NAME | K::PATH | K::RELATION_NAME | K::PATH_REF))
        });
        let temporary = into.as_ref().is_some_and(|clause| {
            clause.descendants_with_tokens().any(|part| matches!(part.kind(), K::TEMP_KW | K::TEMPORARY_KW))
        });
        Draft::new(Action::CreateTable(Box::new(CreateTable {
            name: self.object(name.as_ref()),
            table: Table { at: self.at(node), ..Table::default() },
            temporary,
            like: None,
            partition: false,
            from_query: true,
        })))
    }

    pub(super) fn drop_tables(&self, node: &SyntaxNode, drafts: &mut Vec<Draft>) {
        for table in children(node, K::TABLE_NAME_REF) {
            let action = Action::DropTable { table: self.object(Some(&table)), cascade: has(node, K::CASCADE) };
            drafts.push(Draft { if_exists: has(node, K::IF_EXISTS), ..Draft::new(action) });
        }
    }
}

/// Adds a constraint to a table that is being created.
fn put(table: &mut Table, constraint: Constraint) {
    match constraint {
        Constraint::PrimaryKey(key) => table.primary_key = Some(key),
        Constraint::Unique(key) => table.uniques.push(key),
        Constraint::ForeignKey(key) => table.foreign_keys.push(key),
        Constraint::Check(check) => table.checks.push(check),
        // Tables do not list them.
        Constraint::Exclude { .. } => {}
    }
}

fn not_null(table: &mut Table, columns: &[std::sync::Arc<str>]) {
    for column in &mut table.columns {
        if columns.contains(&column.name) {
            column.nullable = Known::Yes(false);
        }
    }
}
