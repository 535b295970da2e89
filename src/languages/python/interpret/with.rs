//! `with` blocks. Where code is run for its effects, context managers of the project are followed: the generator's code
//! before its `yield`, the block, the code after it.

use std::rc::Rc;

use ruff_python_ast::{Expr, ExprYield, Stmt, StmtWith, WithItem};
use ruff_text_size::Ranged;

use super::Interpreter;
use super::frame::Frame;
use super::statements::Flow;
use super::value::{Function, Value};

/// A block of `with` that waits for the `yield` of its context manager.
pub struct Waiting<'a> {
    target: Option<&'a Expr>,
    rest: &'a [WithItem],
    body: &'a [Stmt],
    frame: Rc<Frame<'a>>,
    /// How the block ended, when it has run.
    flow: Option<Flow<'a>>,
}

impl<'a> Interpreter<'_, 'a> {
    pub(super) fn with(&self, with: &'a StmtWith, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        self.with_items(&with.items, &with.body, frame)
    }

    fn with_items(&self, items: &'a [WithItem], body: &'a [Stmt], frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let Some((item, rest)) = items.split_first() else { return self.block(body, frame) };
        let target = item.optional_vars.as_deref();
        let Some(host) = self.host else {
            let value = self.evaluate(&item.context_expr, frame);
            if let Some(target) = target {
                self.assign(target, value, frame);
            }
            return self.with_items(rest, body, frame);
        };
        if let Expr::Call(call) = &item.context_expr
            && let Value::Function(function) = self.evaluate(&call.func, frame)
            && is_context_manager(&function)
        {
            let (_, arguments, keywords) = self.call_parts(call, frame);
            let waiting = Waiting { target, rest, body, frame: frame.clone(), flow: None };
            self.waiting.borrow_mut().push(waiting);
            let place = Self::place(frame, call.range());
            let _ = self.follow(&function, arguments, keywords, place, false);
            let waiting = self.waiting.borrow_mut().pop();
            // A manager whose `yield` was not found: the block runs all the same.
            return match waiting.and_then(|waiting| waiting.flow) {
                Some(flow) => flow,
                None => self.with_items(rest, body, frame),
            };
        }
        let value = self.evaluate(&item.context_expr, frame);
        let method = |name: &str| match &value {
            Value::Object(object) if matches!(object.callee, Value::Class(_)) => match self.attribute(&value, name) {
                method @ Value::Method(_) => Some(method),
                _ => None,
            },
            _ => None,
        };
        let place = Self::place(frame, item.context_expr.range());
        let entered = match method("__enter__").or_else(|| method("__aenter__")) {
            Some(enter) => self.call_value(&enter, Vec::new(), Vec::new(), place),
            None => value.clone(),
        };
        if let Some(target) = target {
            self.assign(target, entered, frame);
        }
        let suppresses = value.object().is_some_and(|object| object.calls(&["contextlib.suppress"]));
        self.attempts.set(self.attempts.get() + u32::from(suppresses));
        host.enter(&value);
        let flow = self.with_items(rest, body, frame);
        host.leave(&value);
        self.attempts.set(self.attempts.get() - u32::from(suppresses));
        if let Some(exit) = method("__exit__").or_else(|| method("__aexit__")) {
            let _ = self.call_value(&exit, vec![Value::None, Value::None, Value::None], Vec::new(), place);
        }
        match flow {
            Flow::Raise if suppresses => Flow::Next,
            flow => flow,
        }
    }

    /// Runs the block that waits for this `yield`.
    pub(super) fn yielded(&self, expression: &'a ExprYield, frame: &Rc<Frame<'a>>) -> Value<'a> {
        let value = expression.value.as_ref().map_or(Value::None, |value| self.evaluate(value, frame));
        if let Some(yields) = frame.yields.borrow_mut().as_mut() {
            yields.push(match self.condition() {
                Some(reason) => Value::Spread(reason),
                None => value,
            });
            return Value::unknown("what is sent to a generator");
        }
        let waiting = self.waiting.borrow_mut().pop();
        let Some(mut waiting) = waiting else { return Value::unknown("a generator") };
        if waiting.flow.is_none() {
            if let Some(target) = waiting.target {
                self.assign(target, value, &waiting.frame);
            }
            waiting.flow = Some(self.with_items(waiting.rest, waiting.body, &waiting.frame));
        }
        self.waiting.borrow_mut().push(waiting);
        Value::None
    }
}

impl<'a> Interpreter<'_, 'a> {
    /// Yields all that something else yields.
    pub(super) fn yielded_from(&self, values: &Value<'a>, frame: &Rc<Frame<'a>>) -> Value<'a> {
        let items = self.iterate(values).unwrap_or_else(|| vec![Value::Spread("a generator".into())]);
        if let Some(yields) = frame.yields.borrow_mut().as_mut() {
            yields.extend(items);
        }
        Value::None
    }
}

fn is_context_manager(function: &Function<'_>) -> bool {
    function.decorated(|path| matches!(path, "contextlib.contextmanager" | "contextlib.asynccontextmanager"))
}
