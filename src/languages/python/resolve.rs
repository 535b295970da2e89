//! What an expression names: `SQLEnum` is `sqlalchemy.Enum` after `from sqlalchemy import Enum as SQLEnum`.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use ruff_python_ast::Expr;
use rustc_hash::FxHashMap;

use super::names::{self, Convention};
use super::scope::{Binding, ScopeId, Scopes};

/// How many names may stand for each other in a row (`a = b; b = c; ...`).
const MAX_ALIASES: u32 = 64;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The thing of this path.
    Itself(Arc<str>),
    /// What a call to the thing of this path returns, or yields to `with`.
    Yielded(Arc<str>),
}

impl From<Convention> for Meaning {
    fn from(convention: Convention) -> Self {
        match convention {
            Convention::Itself(path) => Self::Itself(path.into()),
            Convention::Yielded(path) => Self::Yielded(path.into()),
        }
    }
}

/// What an expression names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// A dotted path. `known` when its first name is; otherwise it is spelled as in the source.
    Path { path: String, known: bool },
    /// It names nothing: what it is instead.
    Computed(&'static str),
}

impl Resolved {
    /// Returns the path.
    pub fn path(self) -> Option<String> {
        match self {
            Self::Path { path, .. } => Some(path),
            Self::Computed(_) => None,
        }
    }
}

/// Resolves an expression, given what plain names mean. A member of a call's result is a member of the callee:
/// `op.get_bind().execute` is `alembic.op.get_bind.execute`.
pub fn resolve<'a>(expression: &'a Expr, meaning: impl Fn(&'a str) -> Option<Meaning>) -> Resolved {
    let mut members: Vec<&str> = Vec::new();
    let mut called = false;
    let mut at = expression;
    let (mut path, known) = loop {
        match at {
            Expr::Name(name) => {
                let id = name.id.as_str();
                break match meaning(id) {
                    Some(Meaning::Itself(path)) => (path.to_string(), true),
                    Some(Meaning::Yielded(path)) if !members.is_empty() && !called => (path.to_string(), true),
                    _ => (id.to_owned(), false),
                };
            }
            Expr::Attribute(attribute) => {
                members.push(&attribute.attr.id);
                (called, at) = (false, &attribute.value);
            }
            Expr::Call(call) if !members.is_empty() => (called, at) = (true, &call.func),
            Expr::Await(awaited) if !members.is_empty() => at = &awaited.value,
            Expr::StringLiteral(_) | Expr::FString(_) if !members.is_empty() && !called => break ("str".into(), true),
            other => return Resolved::Computed(kind(other)),
        }
    };
    for member in members.into_iter().rev() {
        path.push('.');
        path.push_str(member);
    }
    Resolved::Path { path: if known { names::canonical(path) } else { path }, known }
}

/// Returns what kind of expression something computed is.
fn kind(expression: &Expr) -> &'static str {
    match expression {
        Expr::Subscript(_) => "an item of something",
        Expr::Call(_) => "the result of a call",
        Expr::Lambda(_) => "a lambda",
        Expr::If(_) | Expr::BoolOp(_) => "one of several",
        Expr::Await(_) => "awaited",
        _ => "computed",
    }
}

/// Resolves expressions of one file.
pub struct Resolver<'a> {
    pub scopes: Scopes<'a>,
    memo: RefCell<FxHashMap<(ScopeId, &'a str), Option<Meaning>>>,
    depth: Cell<u32>,
}

impl<'a> Resolver<'a> {
    /// Returns a resolver over the bindings of a file.
    pub fn new(scopes: Scopes<'a>) -> Self {
        Self { scopes, memo: RefCell::default(), depth: Cell::new(0) }
    }

    /// Resolves an expression that stands in a scope. `shadowed` names are bound by a comprehension or lambda around.
    pub fn resolve(&self, expression: &'a Expr, scope: ScopeId, shadowed: impl Fn(&str) -> bool) -> Resolved {
        resolve(expression, |name| if shadowed(name) { None } else { self.meaning(name, scope) })
    }

    /// Returns the expression that a name always stands for, if it is assigned once, and the scope of that assignment.
    pub fn constant(&self, name: &str, scope: ScopeId) -> Option<(&'a Expr, ScopeId)> {
        match self.scopes.lookup(name, scope)? {
            (owner, [Binding::Value(value)]) => Some((*value, owner)),
            _ => None,
        }
    }

    fn meaning(&self, name: &'a str, scope: ScopeId) -> Option<Meaning> {
        let Some((owner, bindings)) = self.scopes.lookup(name, scope) else {
            return names::convention(name).map(Meaning::from);
        };
        if let Some(meaning) = self.memo.borrow().get(&(owner, name)) {
            return meaning.clone();
        }
        if self.depth.get() >= MAX_ALIASES {
            return None;
        }
        // A name that is defined by itself means nothing.
        self.memo.borrow_mut().insert((owner, name), None);
        self.depth.set(self.depth.get() + 1);
        let meaning = self.agreed(name, bindings, owner);
        self.depth.set(self.depth.get() - 1);
        self.memo.borrow_mut().insert((owner, name), meaning.clone());
        meaning
    }

    /// Returns what all bindings of a name agree on.
    fn agreed(&self, name: &'a str, bindings: &[Binding<'a>], scope: ScopeId) -> Option<Meaning> {
        let mut agreed = None;
        for binding in bindings {
            let meaning = match binding {
                Binding::Import(path) => Meaning::Itself(names::canonical(path.clone()).into()),
                Binding::Parameter => names::parameter_convention(name)?.into(),
                // `bind = None` before the real assignment says nothing.
                Binding::Value(Expr::NoneLiteral(_)) => continue,
                Binding::Value(value) => self.value(value, scope)?,
                Binding::Entered(value) => match self.value(value, scope)? {
                    yielded @ Meaning::Yielded(_) => yielded,
                    Meaning::Itself(_) => return None,
                },
                Binding::Other => return None,
            };
            if agreed.as_ref().is_some_and(|other| *other != meaning) {
                return None;
            }
            agreed = Some(meaning);
        }
        agreed
    }

    fn value(&self, value: &'a Expr, scope: ScopeId) -> Option<Meaning> {
        let of = |expression| match self.resolve(expression, scope, |_| false) {
            Resolved::Path { path, known: true } => Some(Arc::from(path)),
            _ => None,
        };
        match value {
            Expr::Name(name) => self.meaning(&name.id, scope),
            Expr::Attribute(_) => of(value).map(Meaning::Itself),
            Expr::Call(call) => of(&call.func).map(Meaning::Yielded),
            Expr::Await(awaited) => match awaited.value.as_ref() {
                Expr::Call(call) => of(&call.func).map(Meaning::Yielded),
                _ => None,
            },
            _ => None,
        }
    }
}
