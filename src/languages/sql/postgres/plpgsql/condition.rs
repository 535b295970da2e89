//! Conditions of IF: those that ask whether an object is there become guards, others stay unknown.

use std::sync::Arc;

use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::super::names::name;
use super::super::tree::{child, has, literal, range};
use super::{Body, catalogue};
use crate::model::operation::{Guard, ObjectKind};

/// What a condition asks.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    /// All of these hold.
    All(Vec<Guard>),
    /// Only a run can tell; as written.
    Unknown(Arc<str>),
}

impl Condition {
    pub(super) fn guards(&self) -> Vec<Guard> {
        match self {
            Self::All(guards) => guards.clone(),
            Self::Unknown(text) => vec![Guard::Unknown(text.clone())],
        }
    }

    pub(super) fn negated(&self) -> Self {
        match self {
            Self::All(guards) => match guards.as_slice() {
                [Guard::Object { kind, name, column, exists }] => Self::All(vec![Guard::Object {
                    kind: *kind,
                    name: name.clone(),
                    column: column.clone(),
                    exists: !exists,
                }]),
                _ => Self::Unknown("not all of the conditions before".into()),
            },
            Self::Unknown(text) => Self::Unknown(format!("not ({text})").into()),
        }
    }
}

/// Returns the expression that stands in for a whole PL/pgSQL expression.
pub(super) fn expression(node: &SyntaxNode) -> Option<SyntaxNode> {
    let list = child(node, K::TARGET_LIST)?;
    // `a FROM t` is an expression as well.
    if node.children().count() > 1 || list.children().count() > 1 {
        return None;
    }
    child(&list, K::TARGET)?.first_child()
}

/// Reads a condition.
pub(super) fn read(node: &SyntaxNode, body: &Body<'_, '_>) -> Condition {
    let unknown = || Condition::Unknown(body.sql[range(node)].trim().into());
    expression(node).and_then(|expression| of(&expression, body)).unwrap_or_else(unknown)
}

/// Reads an expression; `None` for what only a run can tell.
pub(super) fn of(node: &SyntaxNode, body: &Body<'_, '_>) -> Option<Condition> {
    match node.kind() {
        K::PAREN_EXPR => of(&node.first_child()?, body),
        K::PREFIX_EXPR if has(node, K::NOT_KW) => {
            let inner = of(&node.first_child()?, body)?;
            matches!(&inner, Condition::All(guards) if guards.len() == 1).then(|| inner.negated())
        }
        K::BIN_EXPR if has(node, K::AND_KW) => {
            let mut guards = Vec::new();
            for part in node.children() {
                guards.extend(match of(&part, body) {
                    Some(condition) => condition.guards(),
                    None => vec![Guard::Unknown(body.sql[range(&part)].trim().into())],
                });
            }
            Some(Condition::All(guards))
        }
        K::BIN_EXPR => compared(node, body),
        K::CALL_EXPR => {
            let exists = child(node, K::EXISTS_FN)?;
            let query = child(&exists, K::SELECT)?;
            Some(Condition::All(vec![catalogue::object(&query, body, true)?]))
        }
        K::NAME_REF => body.variables.get(&name(node)),
        _ => None,
    }
}

/// Reads `to_regclass('t') IS NULL`, `(SELECT count(*) FROM ...) = 0`, `flag = false`.
fn compared(node: &SyntaxNode, body: &Body<'_, '_>) -> Option<Condition> {
    let mut sides = node.children().filter(|child| !matches!(child.kind(), K::IS_NOT | K::GTEQ | K::LTEQ | K::NEQ));
    let (left, right) = (sides.next()?, sides.next()?);
    let right = body.sql[range(&right)].trim().to_ascii_lowercase();
    let operator = body.sql[range(&left).end..range(node).end - right.len()].trim().to_ascii_lowercase();
    let operator = operator.split_whitespace().collect::<Vec<_>>().join(" ");
    let is = |exists: bool| match (operator.as_str(), right.as_str()) {
        ("is", "null") => Some(!exists),
        ("is not", "null") => Some(exists),
        _ => None,
    };
    match left.kind() {
        K::CALL_EXPR => {
            let function = child(&left, K::NAME_REF).map(|node| name(&node))?;
            let arguments = child(&left, K::ARG_LIST)?;
            let name = body.named(&literal(&child(&arguments, K::ARG)?)?);
            let kind = match &*function {
                "to_regclass" => catalogue::relation(&left, &name.name)?,
                "to_regtype" => ObjectKind::Enum,
                "to_regnamespace" => ObjectKind::Schema,
                _ => return None,
            };
            let guard = Guard::Object { kind, name, column: None, exists: is(true)? };
            Some(Condition::All(vec![guard]))
        }
        K::NAME_REF => {
            let condition = body.variables.get(&name(&left))?;
            match (operator.as_str(), right.as_str()) {
                ("=" | "is", "true") => Some(condition),
                ("=" | "is", "false") => Some(condition.negated()),
                _ => None,
            }
        }
        K::PAREN_EXPR | K::PAREN_SELECT => {
            let query = left.descendants().find(|node| node.kind() == K::SELECT)?;
            let target = query.descendants().find(|node| node.kind() == K::TARGET)?;
            let counts = body.sql[range(&target)].to_ascii_lowercase().replace(' ', "").starts_with("count(");
            let exists = match (operator.as_str(), right.as_str()) {
                ("=", "0") | ("<", "1") if counts => false,
                (">" | "<>" | "!=", "0") | (">=" | "=", "1") if counts => true,
                ("is" | "is not", "null") if !counts => is(true)?,
                _ => return None,
            };
            Some(Condition::All(vec![catalogue::object(&query, body, exists)?]))
        }
        _ => None,
    }
}
