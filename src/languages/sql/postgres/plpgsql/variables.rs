//! Variables that hold whether an object is there.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::super::names::name;
use super::super::tree::child;
use super::condition::{self, Condition};
use super::{Body, catalogue};
use crate::languages::sql::lexer::{Kind, Lexer};
use crate::languages::sql::session::Around;
use crate::model::schema::{Dialect, ObjectName};

/// What is known of variables.
#[derive(Debug, Default)]
pub(super) struct Variables {
    known: HashMap<Arc<str>, Condition>,
}

impl Variables {
    pub(super) fn get(&self, name: &str) -> Option<Condition> {
        self.known.get(name).cloned()
    }

    fn set(&mut self, name: Arc<str>, condition: Option<Condition>) {
        match condition {
            Some(condition) => self.known.insert(name, condition),
            None => self.known.remove(&name),
        };
    }

    /// Forgets what a body assigns that may or may not run.
    pub(super) fn forget_assigned(&mut self, body: &SyntaxNode) {
        let targets = body.descendants().filter(|node| node.kind() == K::PLPGSQL_ASSIGN_TARGET);
        for target in targets {
            self.known.remove(&name(&target.first_child().unwrap_or(target)));
        }
    }
}

impl Body<'_, '_> {
    /// Reads `flag := EXISTS (SELECT ...)`.
    pub(super) fn assign(&mut self, node: &SyntaxNode, _around: &Around) {
        let Some(target) = child(node, K::PLPGSQL_ASSIGN_TARGET).and_then(|target| target.first_child()) else {
            return;
        };
        let value = child(node, K::PLPGSQL_EXPR).and_then(|value| condition::expression(&value));
        let condition = value.and_then(|value| condition::of(&value, self));
        self.variables.set(name(&target), condition);
    }

    /// Reads `SELECT EXISTS (SELECT ...) INTO flag`.
    pub(super) fn select_into(&mut self, text: &str, _around: &Around) {
        let Some((into, variable)) = into(text) else { return };
        let query = format!("{} {}", &text[..into.start], &text[into.end..]);
        let parsed = self.session.parser.query(&query);
        let select = parsed.faults.is_empty().then(|| child(&parsed.root, K::SELECT)).flatten();
        let target = select.and_then(|select| select.descendants().find(|node| node.kind() == K::TARGET));
        let exists = target.and_then(|target| target.first_child()).and_then(|call| child(&call, K::EXISTS_FN));
        let query = exists.and_then(|exists| child(&exists, K::SELECT));
        let guard = query.and_then(|query| catalogue::object(&query, self, true));
        self.variables.set(variable, guard.map(|guard| Condition::All(vec![guard])));
    }

    /// Returns the object that a text names: `'s.t'::regclass`.
    pub(super) fn named(&self, text: &str) -> ObjectName {
        let tokens = Lexer::new(text, Dialect::Postgresql).tokens();
        let parts: Vec<String> = tokens
            .iter()
            .filter_map(|token| match token.kind {
                Kind::Word => Some(token.text(text).to_ascii_lowercase()),
                Kind::Quoted => Some(crate::languages::sql::head::unquoted(*token, text)),
                _ => None,
            })
            .collect();
        match parts.as_slice() {
            [.., schema, name] => self.session.object(Some(schema), name),
            [name] => self.session.object(None, name),
            [] => ObjectName::new(text),
        }
    }
}

/// Returns where `INTO [STRICT] variable` stands in a query, and the variable.
fn into(text: &str) -> Option<(Range<usize>, Arc<str>)> {
    let tokens = Lexer::new(text, Dialect::Postgresql).tokens();
    let mut depth = 0_usize;
    for (number, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Mark(b'(') => depth += 1,
            Kind::Mark(b')') => depth = depth.saturating_sub(1),
            Kind::Word if depth == 0 && token.is(text, "into") => {
                let mut next = tokens[number + 1..].iter().skip_while(|token| token.is(text, "strict"));
                let variable = next.next().filter(|token| token.kind == Kind::Word)?;
                return Some((token.start..variable.end, variable.text(text).to_ascii_lowercase().into()));
            }
            _ => {}
        }
    }
    None
}
