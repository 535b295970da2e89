//! Which rules can say anything about a fact at all. Most rules ask for one action, one statement or one callee, and the
//! same few of these come again and again: what was found out about one fact is kept for those that are like it.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::compile::{CompiledLaw, CompiledRule, Laws, Node};
use super::condition;
use super::truth::Truth;
use crate::model::facts::Likeness;
use crate::model::{Fact, Field, Known, Value};

/// The rules that were found to concern facts.
#[derive(Debug, Default)]
pub(super) struct Concerns {
    of_callees: Answers<Box<str>, usize>,
    of_likeness: Answers<Likeness, Concern>,
}

/// A rule that may say something about facts that are alike.
#[derive(Debug)]
pub(super) struct Concern {
    /// Its number.
    pub(super) rule: usize,
    /// What its `where` asks for that is not the same in all of them; `None` where it lets all of them through.
    pub(super) where_: Option<Node>,
}

impl Laws {
    /// Returns the numbers of the rules on calls that may be about a call to `callee`.
    pub(super) fn concerned(&self, callee: &Known<Arc<str>>) -> Arc<[usize]> {
        let (key, value) = match callee {
            Known::Yes(callee) => (&**callee, Value::Text(callee.clone())),
            Known::No(reason) => ("", Value::Unknown(reason.clone())),
        };
        let known = |field: &Field| (field.name == "callee").then(|| value.clone());
        let may_be = |rule: &CompiledRule| {
            let never = rule.where_.as_ref().is_some_and(|node| can_hold(node, &known) == Truth::False);
            rule.kind().name == "call" && !never
        };
        self.concerns.of_callees.get(key, || key.into(), || self.numbers(may_be))
    }

    /// Returns the rules that may say something about a fact, beside that it was judged, in order; `None` where that is
    /// not told from what it has in common with others.
    pub(super) fn concerned_by(&self, fact: &Fact) -> Option<Arc<[Concern]>> {
        let likeness = Likeness::of(fact)?;
        let kind = fact.kind();
        let fields = Likeness::fields(kind);
        let known = |field: &Field| fields.contains(&field.name).then(|| (field.get)(fact));
        let rules = self.rules.iter().enumerate().filter(|(_, rule)| rule.kind().name == kind.name);
        let make = || rules.filter_map(|(number, rule)| concern(number, rule, &known)).collect();
        Some(self.concerns.of_likeness.get(&likeness, || likeness.clone(), make))
    }

    fn numbers(&self, wanted: impl Fn(&CompiledRule) -> bool) -> Arc<[usize]> {
        self.rules.iter().enumerate().filter(|(_, rule)| wanted(rule)).map(|(number, _)| number).collect()
    }
}

/// Answers that are kept. Usable from several threads.
#[derive(Debug)]
struct Answers<K, T>(RwLock<FxHashMap<K, Arc<[T]>>>);

impl<K, T> Default for Answers<K, T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Hash + Eq, T> Answers<K, T> {
    /// So many are kept; a hostile file may make up any number of them.
    const MOST: usize = 10_000;

    /// Returns the answer for a key, which `make` gives where there is none.
    fn get<Q>(&self, key: &Q, owned: impl FnOnce() -> K, make: impl FnOnce() -> Arc<[T]>) -> Arc<[T]>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        if let Some(answer) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return answer.clone();
        }
        let answer = make();
        let mut answers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if answers.len() < Self::MOST {
            answers.insert(owned(), answer.clone());
        }
        answer
    }
}

/// Returns a rule with what it asks for, beside the fields that are known; `None` where it says nothing about the fact,
/// whatever else is true of it.
fn concern(number: usize, rule: &CompiledRule, known: &dyn Fn(&Field) -> Option<Value>) -> Option<Concern> {
    let where_ = match rule.where_.as_ref().map(|node| rest(node, known)) {
        Some(Rest::Is(false)) => return None,
        Some(Rest::Open(node)) => return Some(Concern { rule: number, where_: Some(node) }),
        None | Some(Rest::Is(true)) => None,
    };
    let is_silent = match &rule.law {
        CompiledLaw::Forbid(node) => can_hold(node, known) == Truth::False,
        CompiledLaw::Require(node) => can_hold(node, known) == Truth::True,
        _ => false,
    };
    (!is_silent).then_some(Concern { rule: number, where_ })
}

/// Returns whether a predicate holds for a fact of which some fields are known, whatever the others are; unknown if
/// that depends on them.
fn can_hold(node: &Node, known: &dyn Fn(&Field) -> Option<Value>) -> Truth {
    match rest(node, known) {
        Rest::Is(holds) => holds.into(),
        Rest::Open(_) => Truth::Unknown("it depends on the fact".into()),
    }
}

/// What is left of a predicate when some fields are known.
enum Rest {
    Is(bool),
    Open(Node),
}

fn rest(node: &Node, known: &dyn Fn(&Field) -> Option<Value>) -> Rest {
    /// Takes parts together of which one that is `decisive` decides.
    fn join(parts: &[Node], decisive: bool, known: &dyn Fn(&Field) -> Option<Value>) -> Result<Vec<Node>, Rest> {
        let mut open = Vec::new();
        for part in parts {
            match rest(part, known) {
                Rest::Is(holds) if holds == decisive => return Err(Rest::Is(decisive)),
                Rest::Is(_) => {}
                Rest::Open(node) => open.push(node),
            }
        }
        if open.is_empty() { Err(Rest::Is(!decisive)) } else { Ok(open) }
    }
    match node {
        Node::All(parts) => {
            join(parts, false, known).map_or_else(|decided| decided, |open| Rest::Open(Node::All(open)))
        }
        Node::Any(parts) => join(parts, true, known).map_or_else(|decided| decided, |open| Rest::Open(Node::Any(open))),
        Node::Not(inner) => match rest(inner, known) {
            Rest::Is(holds) => Rest::Is(!holds),
            Rest::Open(node) => Rest::Open(Node::Not(Box::new(node))),
        },
        Node::Field(field, condition) => match known(field).map(|value| condition::holds(condition, &value, None)) {
            Some(Truth::True) => Rest::Is(true),
            Some(Truth::False) => Rest::Is(false),
            Some(Truth::Unknown(_)) | None => Rest::Open(node.clone()),
        },
        Node::Text(_) | Node::Code(_) => Rest::Open(node.clone()),
    }
}
