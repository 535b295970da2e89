//! Statements that may run or not: branches, loops, `try`. Where it cannot be known, both ways are read and joined.

use std::rc::Rc;
use std::sync::Arc;

use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtFor, StmtIf, StmtTry};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashMap;

use super::Interpreter;
use super::conditions::{Condition, Until};
use super::expressions::MOST_ELEMENTS;
use super::frame::{Binding, Frame, FrameKind, bound};
use super::statements::Flow;
use super::value::Value;

type Names<'a> = FxHashMap<&'a str, Binding<'a>>;

impl<'a> Interpreter<'_, 'a> {
    pub(super) fn branch(&self, branch: &'a StmtIf, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let mut arms: Vec<(Option<&'a Expr>, &'a [Stmt])> = vec![(Some(&branch.test), &branch.body)];
        arms.extend(branch.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &*clause.body)));
        self.arms(&arms, frame)
    }

    fn arms(&self, arms: &[(Option<&'a Expr>, &'a [Stmt])], frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let Some(((test, body), rest)) = arms.split_first() else { return Flow::Next };
        let Some(test) = test else { return self.block(body, frame) };
        let value = self.evaluate(test, frame);
        match self.truth(&value) {
            Some(true) => self.block(body, frame),
            Some(false) => {
                if value.path().is_some_and(|path| path.ends_with("TYPE_CHECKING")) {
                    self.imports_for_types(body, frame);
                }
                self.arms(rest, frame)
            }
            None => {
                let condition = Condition::new(self.short(Self::place(frame, test.range())));
                self.either(&condition, || self.block(body, frame), || self.arms(rest, frame), frame)
            }
        }
    }

    /// Reads a block that may run or not.
    pub(super) fn perhaps(&self, body: &'a [Stmt], test: TextRange, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let condition = Condition::new(self.short(Self::place(frame, test)));
        self.either(&condition, || self.block(body, frame), || Flow::Next, frame)
    }

    /// Reads two ways of which one is taken.
    pub(super) fn either(
        &self,
        condition: &Condition,
        one: impl FnOnce() -> Flow<'a>,
        two: impl FnOnce() -> Flow<'a>,
        frame: &Rc<Frame<'a>>,
    ) -> Flow<'a> {
        let before = frame.names.borrow().clone();
        let (one, mut left) = self.under(condition.clone(), one);
        let names = frame.names.replace(before);
        let (two, rest) = self.under(condition.negated(), two);
        left.extend(rest);
        self.remain(left);
        if self.runs() {
            return self.join_run(one, names, two, condition, frame);
        }
        self.join(one, names, two, &condition.reason, frame)
    }

    /// Joins two ways that a run may have taken: where one of them leaves, the other goes on under a condition.
    fn join_run(
        &self,
        one: Flow<'a>,
        names: Names<'a>,
        two: Flow<'a>,
        condition: &Condition,
        frame: &Rc<Frame<'a>>,
    ) -> Flow<'a> {
        let level = |flow: &Flow<'a>| match flow {
            Flow::Next => None,
            Flow::Continue => Some(Until::Turn),
            Flow::Break => Some(Until::Loop),
            Flow::Return(_) => Some(Until::Function),
            Flow::Raise => None,
        };
        let (one_leaves, two_leaves) = (level(&one), level(&two));
        match (one, two) {
            (Flow::Raise, two) => two,
            (one, Flow::Raise) => {
                frame.names.replace(names);
                one
            }
            (Flow::Return(one), Flow::Return(two)) => {
                Flow::Return(if one.same(&two) { one } else { Value::Unknown(condition.reason.clone()) })
            }
            (one, two) if one_leaves == two_leaves => {
                merge(&mut frame.names.borrow_mut(), names, &condition.reason);
                let _ = two;
                one
            }
            // The way that goes further is the one that is followed.
            (one, two) if one_leaves > two_leaves => {
                if let Flow::Return(value) = one {
                    frame.returned.borrow_mut().push(value);
                }
                self.remain(one_leaves.map(|until| condition.negated().lasting(until)));
                two
            }
            (one, two) => {
                if let Flow::Return(value) = two {
                    frame.returned.borrow_mut().push(value);
                }
                frame.names.replace(names);
                self.remain(two_leaves.map(|until| condition.clone().lasting(until)));
                one
            }
        }
    }

    /// Joins two ways that the program may have taken. The frame holds the names of the second.
    fn join(
        &self,
        one: Flow<'a>,
        names: Names<'a>,
        two: Flow<'a>,
        condition: &Arc<str>,
        frame: &Rc<Frame<'a>>,
    ) -> Flow<'a> {
        match (one, two) {
            // The way that raises is not the one that was meant.
            (Flow::Raise, two) => two,
            (one, Flow::Raise) => {
                frame.names.replace(names);
                one
            }
            (Flow::Return(one), Flow::Return(two)) => {
                Flow::Return(if one.same(&two) { one } else { Value::Unknown(condition.clone()) })
            }
            (Flow::Return(value), two) => {
                frame.returned.borrow_mut().push(value);
                two
            }
            (one, Flow::Return(value)) => {
                frame.returned.borrow_mut().push(value);
                frame.names.replace(names);
                one
            }
            _ => {
                merge(&mut frame.names.borrow_mut(), names, condition);
                Flow::Next
            }
        }
    }

    /// Binds imports under `if TYPE_CHECKING` that nothing else binds: annotations use them.
    fn imports_for_types(&self, body: &'a [Stmt], frame: &Rc<Frame<'a>>) {
        let before = frame.names.borrow().clone();
        for statement in body {
            match statement {
                Stmt::Import(import) => self.import(import, frame),
                Stmt::ImportFrom(import) => self.import_from(import, frame),
                _ => {}
            }
        }
        frame.names.borrow_mut().extend(before);
    }

    pub(super) fn looped(&self, looped: &'a StmtFor, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        if self.runs() {
            return self.turns(looped, frame);
        }
        let items = self.iterate(&self.evaluate(&looped.iter, frame));
        let known = items
            .filter(|items| items.len() <= MOST_ELEMENTS && !items.iter().any(|item| matches!(item, Value::Spread(_))));
        let Some(items) = known else {
            let value = self.computed(frame, looped.iter.range());
            for_each_target(&looped.target, &mut |target| self.assign(target, value.clone(), frame));
            return self.perhaps(&looped.body, looped.iter.range(), frame);
        };
        for item in items {
            if !self.spend() {
                break;
            }
            self.assign(&looped.target, item, frame);
            match self.block(&looped.body, frame) {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Flow::Next,
                flow => return flow,
            }
        }
        self.block(&looped.orelse, frame)
    }

    pub(super) fn tried(&self, tried: &'a StmtTry, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let caught = self.runs()
            && tried
                .handlers
                .iter()
                .any(|ExceptHandler::ExceptHandler(handler)| !handler.body.last().is_some_and(Stmt::is_raise_stmt));
        self.attempts.set(self.attempts.get() + u32::from(caught));
        let body = self.block(&tried.body, frame);
        self.attempts.set(self.attempts.get() - u32::from(caught));
        let flow = match body {
            Flow::Raise => tried
                .handlers
                .first()
                .map_or(Flow::Raise, |ExceptHandler::ExceptHandler(handler)| self.block(&handler.body, frame)),
            Flow::Next => self.block(&tried.orelse, frame),
            flow => flow,
        };
        // What only a handler binds exists nowhere else.
        for ExceptHandler::ExceptHandler(handler) in &tried.handlers {
            let mut missing = false;
            bound(&handler.body, &mut |name| missing |= !frame.names.borrow().contains_key(name));
            if missing
                && matches!(flow, Flow::Next)
                && !matches!(frame.kind, FrameKind::Function | FrameKind::Method(..))
            {
                let condition = format!(
                    "it depends on an error in `{}`",
                    tried.body.first().map_or_else(String::new, |first| self.short(Self::place(frame, first.range())))
                );
                let _ = self.under(Condition::because(condition), || self.block(&handler.body, frame));
            }
        }
        match self.block(&tried.finalbody, frame) {
            Flow::Next => flow,
            last => last,
        }
    }
}

fn merge<'a>(into: &mut Names<'a>, other: Names<'a>, condition: &Arc<str>) {
    for (name, binding) in other {
        let same = match (into.get(name), &binding) {
            (None, _) => false,
            (Some(Binding::Value(one)), Binding::Value(two)) => {
                if one.same(two) || matches!((one, two), (Value::Function(_), Value::Function(_))) && one.same(two) {
                    true
                } else {
                    into.insert(name, Binding::Value(Value::Unknown(condition.clone())));
                    continue;
                }
            }
            (
                Some(Binding::Import { level, module, member }),
                Binding::Import { level: other_level, module: other_module, member: other_member },
            ) => level == other_level && module == other_module && member == other_member,
            // One of two that must be the same thing, or the project could not use it: `try` and `except` imports.
            (Some(_), _) => false,
        };
        if same {
            continue;
        }
        match into.get(name) {
            None => {
                into.insert(name, binding);
            }
            Some(_) => {
                into.insert(name, Binding::Value(Value::Unknown(condition.clone())));
            }
        }
    }
}

pub(super) fn for_each_target<'a>(target: &'a Expr, see: &mut impl FnMut(&'a Expr)) {
    match target {
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|part| for_each_target(part, see)),
        Expr::List(list) => list.elts.iter().for_each(|part| for_each_target(part, see)),
        other => see(other),
    }
}
