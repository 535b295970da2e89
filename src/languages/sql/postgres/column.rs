//! Columns with the constraints that stand at them.

use std::sync::Arc;

use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::Reader;
use super::names::name;
use super::tree::{child, has, is_constraint, is_type};
use crate::model::Known;
use crate::model::operation::Constraint;
use crate::model::schema::{Column, Generated, Identity};

impl Reader<'_> {
    /// Reads a column of CREATE TABLE or ADD COLUMN, and the constraints at it.
    pub(super) fn column(&self, node: &SyntaxNode) -> Option<(Column, Vec<Constraint>)> {
        let name = name(&child(node, K::COLUMN_NAME)?);
        let ty = node.children().find(|child| is_type(child.kind()));
        let ty = match &ty {
            Some(ty) => Known::Yes(self.ty(ty)),
            None => Known::No("the column's type is not said".into()),
        };
        let mut column = Column::new(name, ty, Known::Yes(true));
        column.at = self.at(node);
        if let Known::Yes(ty) = &column.ty
            && is_serial(&ty.spelling)
        {
            column.identity = Some(Identity::Serial);
            column.nullable = Known::Yes(false);
        }
        let mut constraints = Vec::new();
        for clause in node.children() {
            match clause.kind() {
                K::COLLATE => column.collation = self.collation(&clause),
                kind if is_constraint(kind) => self.clause(&clause, &mut column, &mut constraints),
                _ => {}
            }
        }
        Some((column, constraints))
    }

    fn clause(&self, clause: &SyntaxNode, column: &mut Column, constraints: &mut Vec<Constraint>) {
        match clause.kind() {
            K::NOT_NULL_CONSTRAINT => column.nullable = Known::Yes(false),
            K::DEFAULT_CONSTRAINT => {
                let Some(expression) = clause.children().find(|child| child.kind() != K::CONSTRAINT_NAME_CLAUSE) else {
                    return;
                };
                // `DEFAULT 'x' COLLATE "C"` is a default and the collation of the column.
                let inner = (expression.kind() == K::COLLATE).then(|| expression.first_child()).flatten();
                if inner.is_some() {
                    column.collation = self.collation(&expression);
                }
                column.default = Known::Yes(Some(self.text(inner.as_ref().unwrap_or(&expression))));
            }
            K::GENERATED_CONSTRAINT => {
                if let Some(identity) = child(clause, K::GENERATED_IDENTITY) {
                    column.identity = Some(identity_of(&identity));
                    column.nullable = Known::Yes(false);
                } else if let Some(generated) = child(clause, K::GENERATED_STORED) {
                    column.generated = self.generated(&generated);
                }
            }
            _ => {
                if let Some(constraint) = self.constraint(clause, Some(&column.name)) {
                    if matches!(constraint, Constraint::PrimaryKey(_)) {
                        column.nullable = Known::Yes(false);
                    }
                    constraints.push(constraint);
                }
            }
        }
    }

    /// Returns the collation of a COLLATE clause.
    fn collation(&self, clause: &SyntaxNode) -> Option<Arc<str>> {
        child(clause, K::COLLATION_REF).map(|collation| name(&collation))
    }

    /// Reads `AS (expression) STORED`.
    fn generated(&self, node: &SyntaxNode) -> Option<Generated> {
        let expression = self.parenthesised(node)?;
        Some(Generated { expression, stored: has(node, K::STORED) })
    }

    /// Returns what stands in the parentheses that are children of a node.
    pub(super) fn parenthesised(&self, node: &SyntaxNode) -> Option<Arc<str>> {
        let token = |kind| node.children_with_tokens().find(|child| child.kind() == kind);
        let (open, close) = (token(K::L_PAREN)?, token(K::R_PAREN)?);
        let (start, end) = (usize::from(open.text_range().end()), usize::from(close.text_range().start()));
        Some(self.sql.get(start..end)?.trim().into())
    }
}

/// Returns how `GENERATED ... AS IDENTITY` numbers.
pub(super) fn identity_of(node: &SyntaxNode) -> Identity {
    if has(node, K::GENERATED_ALWAYS) { Identity::Always } else { Identity::ByDefault }
}

fn is_serial(spelling: &str) -> bool {
    ["serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"]
        .iter()
        .any(|serial| spelling.eq_ignore_ascii_case(serial))
}
