//! Steps through a tree.

use std::ops::Range;

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

/// Returns the first child of a kind.
pub(super) fn child(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxNode> {
    // Most nodes have no such child, which their own list tells without a node for each of them.
    if !has(node, kind) {
        return None;
    }
    node.children().find(|child| child.kind() == kind)
}

/// Returns the children of a kind.
pub(super) fn children(node: &SyntaxNode, kind: SyntaxKind) -> impl Iterator<Item = SyntaxNode> {
    node.children().filter(move |child| child.kind() == kind)
}

/// Returns whether a node has a child or token of a kind.
pub(super) fn has(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    let kind = rowan::SyntaxKind(kind.into());
    node.green().children().any(|child| child.kind() == kind)
}

/// Returns the bytes of a node, without white space around it.
pub(super) fn range(node: &SyntaxNode) -> Range<usize> {
    let range = node.text_range();
    range.start().into()..range.end().into()
}

/// Returns the value of the first text among the children: `'it''s'` is `it's`.
pub(super) fn literal(node: &SyntaxNode) -> Option<String> {
    child(node, SyntaxKind::LITERAL).and_then(ast::Literal::cast)?.string_value()
}

/// Returns whether a node is a type.
pub(super) const fn is_type(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::ARRAY_TYPE
            | SyntaxKind::PATH_TYPE
            | SyntaxKind::VARCHAR_TYPE
            | SyntaxKind::CHARACTER_TYPE
            | SyntaxKind::BIT_TYPE
            | SyntaxKind::BIT_VARYING_TYPE
            | SyntaxKind::DOUBLE_TYPE
            | SyntaxKind::TIME_TYPE
            | SyntaxKind::TIMESTAMP_TYPE
            | SyntaxKind::INTERVAL_TYPE
            | SyntaxKind::PERCENT_TYPE
    )
}

/// Returns whether a node is a constraint of a column or a table.
pub(super) const fn is_constraint(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::CHECK_CONSTRAINT
            | SyntaxKind::DEFAULT_CONSTRAINT
            | SyntaxKind::EXCLUDE_CONSTRAINT
            | SyntaxKind::FOREIGN_KEY_CONSTRAINT
            | SyntaxKind::GENERATED_CONSTRAINT
            | SyntaxKind::NOT_NULL_CONSTRAINT
            | SyntaxKind::NULL_CONSTRAINT
            | SyntaxKind::PRIMARY_KEY_CONSTRAINT
            | SyntaxKind::REFERENCES_CONSTRAINT
            | SyntaxKind::UNIQUE_CONSTRAINT
    )
}
