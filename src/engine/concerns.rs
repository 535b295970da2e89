//! Which rules can say anything about a fact at all. Most rules ask for one action, one statement or one callee, and the
//! same few of these come again and again: what was found out about one fact is kept for those that are like it.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use super::compile::{CompiledLaw, CompiledRule, Laws, Node};
use super::condition;
use super::truth::Truth;
use crate::model::facts::Likeness;
use crate::model::{Fact, Field, Known, Value};

/// The rules that were found to concern facts, as numbers.
#[derive(Debug, Default)]
pub(super) struct Concerns {
    of_callees: Answers<Box<str>>,
    of_likeness: Answers<Likeness>,
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

    /// Returns the numbers of the rules that may say something about a fact, beside that it was judged; `None` where
    /// that is not told from what it has in common with others.
    pub(super) fn concerned_by(&self, fact: &Fact) -> Option<Arc<[usize]>> {
        let likeness = Likeness::of(fact)?;
        let kind = fact.kind();
        let fields = Likeness::fields(kind);
        let known = |field: &Field| fields.contains(&field.name).then(|| (field.get)(fact));
        let may_say = |rule: &CompiledRule| rule.kind().name == kind.name && !is_silent(rule, &known);
        let make = || self.numbers(may_say);
        Some(self.concerns.of_likeness.get(&likeness, || likeness.clone(), make))
    }

    fn numbers(&self, wanted: impl Fn(&CompiledRule) -> bool) -> Arc<[usize]> {
        self.rules.iter().enumerate().filter(|(_, rule)| wanted(rule)).map(|(number, _)| number).collect()
    }
}

/// Answers that are kept. Usable from several threads.
#[derive(Debug)]
struct Answers<K>(RwLock<HashMap<K, Arc<[usize]>>>);

impl<K> Default for Answers<K> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Hash + Eq> Answers<K> {
    /// So many are kept; a hostile file may make up any number of them.
    const MOST: usize = 10_000;

    /// Returns the answer for a key, which `make` gives where there is none.
    fn get<Q>(&self, key: &Q, owned: impl FnOnce() -> K, make: impl FnOnce() -> Arc<[usize]>) -> Arc<[usize]>
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

/// Returns whether a rule says nothing about a fact, whatever else is true of it than the fields that are known.
fn is_silent(rule: &CompiledRule, known: &dyn Fn(&Field) -> Option<Value>) -> bool {
    let wanted = rule.where_.as_ref().map_or(Truth::True, |node| can_hold(node, known));
    match (wanted, &rule.law) {
        (Truth::False, _) => true,
        (Truth::True, CompiledLaw::Forbid(node)) => can_hold(node, known) == Truth::False,
        (Truth::True, CompiledLaw::Require(node)) => can_hold(node, known) == Truth::True,
        _ => false,
    }
}

/// Returns whether a predicate holds for a fact of which some fields are known, whatever the others are; unknown if
/// that depends on them.
fn can_hold(node: &Node, known: &dyn Fn(&Field) -> Option<Value>) -> Truth {
    let depends = || Truth::Unknown("it depends on the fact".into());
    match node {
        Node::All(parts) => parts.iter().fold(Truth::True, |truth, part| truth.and(can_hold(part, known))),
        Node::Any(parts) => parts.iter().fold(Truth::False, |truth, part| truth.or(can_hold(part, known))),
        Node::Not(inner) => can_hold(inner, known).negated(),
        Node::Field(field, condition) => {
            known(field).map_or_else(depends, |value| condition::holds(condition, &value, None))
        }
        Node::Text(_) | Node::Code(_) => depends(),
    }
}
