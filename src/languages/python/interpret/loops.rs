//! Loops and `match` where code is run for its effects: what is known is unrolled, what is not is visited once, under a
//! condition.

use std::rc::Rc;

use ruff_python_ast::{Expr, Pattern, Stmt, StmtFor, StmtMatch, StmtWhile};
use ruff_text_size::Ranged;

use super::Interpreter;
use super::branches::for_each_target;
use super::conditions::{Condition, Until};
use super::expressions::MOST_ELEMENTS;
use super::frame::Frame;
use super::statements::Flow;
use super::value::Value;

/// Turns of a `while` that are followed.
const MOST_TURNS: usize = 1_000;

impl<'a> Interpreter<'_, 'a> {
    pub(super) fn turns(&self, looped: &'a StmtFor, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let depth = self.depth_of_conditions();
        let iterable = self.evaluate(&looped.iter, frame);
        let known = self.iterate(&iterable).filter(|items| items.len() <= MOST_ELEMENTS);
        let items = known.unwrap_or_else(|| {
            let reason = iterable.reason().cloned();
            vec![Value::Spread(reason.unwrap_or_else(|| {
                format!("`{}` is computed", self.short(Self::place(frame, looped.iter.range()))).into()
            }))]
        });
        for item in items {
            if !self.spend() {
                self.cut("a loop is too long to follow", Self::place(frame, looped.range()));
                break;
            }
            let flow = match item {
                Value::Spread(reason) => self.unknown_turn(looped, &Value::Unknown(reason), frame),
                item => {
                    self.assign(&looped.target, item, frame);
                    self.block(&looped.body, frame)
                }
            };
            self.end(depth, Until::Turn);
            match flow {
                Flow::Next | Flow::Continue => {}
                flow => return self.left(depth, flow),
            }
        }
        self.end(depth, Until::Loop);
        self.block(&looped.orelse, frame)
    }

    /// Ends a loop that was left by `break`, or by what leaves more than the loop.
    fn left(&self, depth: usize, flow: Flow<'a>) -> Flow<'a> {
        self.end(depth, Until::Loop);
        if matches!(flow, Flow::Break) { Flow::Next } else { flow }
    }

    /// Visits the body of a loop for elements that are not known, in any number.
    fn unknown_turn(&self, looped: &'a StmtFor, value: &Value<'a>, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let source = |range| self.short(Self::place(frame, range));
        let condition =
            Condition::new(format!("for {} in {}", source(looped.target.range()), source(looped.iter.range())));
        let body = || {
            for_each_target(&looped.target, &mut |target| self.assign(target, value.clone(), frame));
            self.block(&looped.body, frame)
        };
        self.either(&condition, body, || Flow::Next, frame)
    }

    pub(super) fn whiled(&self, looped: &'a StmtWhile, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let depth = self.depth_of_conditions();
        for turn in 0.. {
            let flow = match self.evaluate(&looped.test, frame).truth() {
                Some(false) => break,
                Some(true) if turn >= MOST_TURNS || !self.spend() => {
                    self.cut("a loop is too long to follow", Self::place(frame, looped.range()));
                    break;
                }
                Some(true) => self.block(&looped.body, frame),
                None => {
                    let flow = self.perhaps(&looped.body, looped.test.range(), frame);
                    self.end(depth, Until::Loop);
                    return match flow {
                        Flow::Break | Flow::Continue => Flow::Next,
                        flow => flow,
                    };
                }
            };
            self.end(depth, Until::Turn);
            match flow {
                // Left on a condition that cannot be known: how many turns there are cannot be, either.
                Flow::Next | Flow::Continue if self.depth_of_conditions() > depth => {
                    self.end(depth, Until::Loop);
                    return Flow::Next;
                }
                Flow::Next | Flow::Continue => {}
                flow => return self.left(depth, flow),
            }
        }
        self.end(depth, Until::Loop);
        self.block(&looped.orelse, frame)
    }

    pub(super) fn matched(&self, matched: &'a StmtMatch, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let subject = self.evaluate(&matched.subject, frame);
        self.cases(&subject, matched, 0, frame)
    }

    fn cases(&self, subject: &Value<'a>, matched: &'a StmtMatch, from: usize, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let Some(case) = matched.cases.get(from) else { return Flow::Next };
        let fits = match (&case.guard, self.fits(subject, &case.pattern, frame)) {
            (Some(guard), Some(true)) => self.evaluate(guard, frame).truth(),
            (_, fits) => fits,
        };
        let body: &'a [Stmt] = &case.body;
        match fits {
            Some(true) => self.block(body, frame),
            Some(false) => self.cases(subject, matched, from + 1, frame),
            None => {
                let source = |range| self.short(Self::place(frame, range));
                let (subject_source, pattern) = (source(matched.subject.range()), source(case.pattern.range()));
                let condition = Condition::new(format!("match {subject_source}: case {pattern}"));
                self.either(
                    &condition,
                    || self.block(body, frame),
                    || self.cases(subject, matched, from + 1, frame),
                    frame,
                )
            }
        }
    }

    fn fits(&self, subject: &Value<'a>, pattern: &'a Pattern, frame: &Rc<Frame<'a>>) -> Option<bool> {
        let equal = |expression: &'a Expr| subject.equal(&self.evaluate(expression, frame));
        match pattern {
            Pattern::MatchValue(value) => equal(&value.value),
            Pattern::MatchSingleton(singleton) => {
                let value = match singleton.value {
                    ruff_python_ast::Singleton::None => Value::None,
                    ruff_python_ast::Singleton::True => Value::Bool(true),
                    ruff_python_ast::Singleton::False => Value::Bool(false),
                };
                subject.equal(&value)
            }
            Pattern::MatchOr(any) => {
                let mut all = Some(false);
                for pattern in &any.patterns {
                    match self.fits(subject, pattern, frame) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => all = None,
                    }
                }
                all
            }
            Pattern::MatchAs(named) => {
                let fits = match &named.pattern {
                    Some(pattern) => self.fits(subject, pattern, frame),
                    None => Some(true),
                };
                if let Some(name) = &named.name {
                    frame.set(name.as_str(), subject.clone());
                }
                fits
            }
            _ => None,
        }
    }
}
