//! Conditions that cannot be known, around what is being read.

use std::sync::Arc;

use super::Interpreter;
use crate::languages::python::values::short;

/// A condition that cannot be known.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Why something is unknown because of it: `it depends on ...`.
    pub(super) reason: Arc<str>,
    /// As written.
    pub(super) source: Arc<str>,
    pub(super) until: Until,
}

/// How long a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    /// To the end of the block that stands under it.
    Block,
    /// To the end of one turn of a loop: `continue` under a condition comes before.
    Turn,
    /// To the end of a loop: `break` under a condition comes before.
    Loop,
    /// To the end of a function: `return` under a condition comes before.
    Function,
}

impl Condition {
    /// Returns the condition that is written so.
    pub fn new(source: String) -> Self {
        Self { reason: format!("it depends on `{source}`").into(), source: source.into(), until: Until::Block }
    }

    /// Returns the condition that something is unknown for this reason.
    pub fn because(reason: String) -> Self {
        let reason: Arc<str> = reason.into();
        Self { source: reason.clone(), reason, until: Until::Block }
    }

    /// Returns its opposite.
    pub fn negated(&self) -> Self {
        let source = match self.source.strip_prefix("not (").and_then(|rest| rest.strip_suffix(')')) {
            Some(inner) => inner.to_owned(),
            None => format!("not ({})", self.source),
        };
        Self { reason: self.reason.clone(), source: source.into(), until: self.until }
    }

    pub(super) fn lasting(mut self, until: Until) -> Self {
        self.until = until;
        self
    }

    /// Returns what holds after a block under `outer`, of which this is left.
    fn after(&self, outer: &Self) -> Self {
        let source = short(&format!("{} or {}", outer.negated().source, self.source));
        Self { reason: self.reason.clone(), source: source.into(), until: self.until }
    }
}

impl Interpreter<'_, '_> {
    /// Returns on what it depends whether what is being read happens at all.
    pub fn condition(&self) -> Option<Arc<str>> {
        self.conditions.borrow().last().map(|condition| condition.reason.clone())
    }

    /// Returns the conditions on which it depends whether what is being read happens at all, outermost first; of very
    /// many the first and the last.
    pub fn guards(&self) -> Vec<Arc<str>> {
        const MOST: usize = 8;
        let conditions = self.conditions.borrow();
        let mut guards: Vec<Arc<str>> = Vec::new();
        for (at, condition) in conditions.iter().enumerate() {
            let told = at < MOST || at + MOST >= conditions.len();
            if told && !guards.contains(&condition.source) {
                guards.push(condition.source.clone());
            }
        }
        guards
    }

    /// Reads something under a condition. What it leaves for what comes after is returned, and is to be given to
    /// [`Interpreter::remain`].
    pub(super) fn under<T>(&self, condition: Condition, read: impl FnOnce() -> T) -> (T, Vec<Condition>) {
        let depth = self.conditions.borrow().len();
        self.conditions.borrow_mut().push(condition);
        let result = read();
        let mut left = self.conditions.borrow_mut().split_off(depth);
        let own = left.remove(0);
        (result, left.iter().map(|condition| condition.after(&own)).collect())
    }

    pub(super) fn remain(&self, left: impl IntoIterator<Item = Condition>) {
        if self.runs() {
            self.conditions.borrow_mut().extend(left);
        }
    }

    /// Returns how many conditions there are, for [`Interpreter::end`].
    pub(super) fn depth_of_conditions(&self) -> usize {
        self.conditions.borrow().len()
    }

    /// Ends a turn, loop or function that began at a depth of conditions.
    pub(super) fn end(&self, depth: usize, what: Until) {
        let mut at = 0;
        self.conditions.borrow_mut().retain(|condition| {
            at += 1;
            at <= depth || condition.until > what
        });
    }
}
