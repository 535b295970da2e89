//! Names: folded to lower case where they are not quoted, in the default schema where they say so.

use std::sync::Arc;

use rowan::{GreenNodeData, NodeOrToken};
use squawk_syntax::ast::normalize_name_node;
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::tree::{child, children, range};
use crate::model::Known;
use crate::model::schema::{Dialect, ObjectName, Type};

impl Reader<'_> {
    /// Returns the object that a node names.
    pub(super) fn object(&self, node: Option<&SyntaxNode>) -> Known<ObjectName> {
        let segments = node.map(segments).unwrap_or_default();
        match segments.as_slice() {
            [] => Known::No("it has no name".into()),
            [name] => Known::Yes(self.session.object(None, name)),
            [.., schema, name] => Known::Yes(self.session.object(Some(schema), name)),
        }
    }

    /// Returns the object that a child of a kind names.
    pub(super) fn object_in(&self, node: &SyntaxNode, kind: SyntaxKind) -> Known<ObjectName> {
        self.object(child(node, kind).as_ref())
    }

    /// Returns the text of a node, as written.
    pub(super) fn text(&self, node: &SyntaxNode) -> Arc<str> {
        self.sql[range(node)].trim().into()
    }

    /// Returns the type that a node spells.
    pub(super) fn ty(&self, node: &SyntaxNode) -> Type {
        let spelling = self.text(node);
        let plain = ["public.", "\"public\"."].iter().find_map(|schema| {
            let start = spelling.get(..schema.len())?;
            start.eq_ignore_ascii_case(schema).then(|| &spelling[schema.len()..])
        });
        Type::parse(plain.unwrap_or(&spelling), Dialect::Postgresql)
    }

    /// Returns the place of a node.
    pub(super) fn at(&self, node: &SyntaxNode) -> Option<crate::model::Location> {
        Some(self.session.location(self.origin, range(node)))
    }
}

/// Returns the parts of a dotted name.
pub(super) fn segments(node: &SyntaxNode) -> Vec<String> {
    if !holds_segments(&node.green()) {
        return vec![normalize_name_node(node)];
    }
    let is_segment = |node: &SyntaxNode| matches!(node.kind(), SyntaxKind::PATH_SEGMENT | SyntaxKind::PATH_SEGMENT_REF);
    let found: Vec<String> = node.descendants().filter(is_segment).map(|node| normalize_name_node(&node)).collect();
    if found.is_empty() { vec![normalize_name_node(node)] } else { found }
}

/// Returns whether a name has parts, anywhere in its tree.
fn holds_segments(node: &GreenNodeData) -> bool {
    let kinds = [SyntaxKind::PATH_SEGMENT, SyntaxKind::PATH_SEGMENT_REF].map(|kind| rowan::SyntaxKind(kind.into()));
    kinds.contains(&node.kind()) || node.children().filter_map(NodeOrToken::into_node).any(holds_segments)
}

/// Returns the plain name that a node is.
pub(super) fn name(node: &SyntaxNode) -> Arc<str> {
    segments(node).pop().unwrap_or_default().into()
}

/// Returns the plain name that a child of a kind is.
pub(super) fn name_in(node: &SyntaxNode, kind: SyntaxKind) -> Known<Arc<str>> {
    match child(node, kind) {
        Some(child) => Known::Yes(name(&child)),
        None => Known::No("it has no name".into()),
    }
}

/// Returns the plain names that the children of a kind are.
pub(super) fn names_in(node: &SyntaxNode, kind: SyntaxKind) -> Vec<Arc<str>> {
    children(node, kind).map(|child| name(&child)).collect()
}
