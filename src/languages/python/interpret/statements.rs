//! Statements: what they bind.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use ruff_python_ast::{Expr, Stmt, StmtClassDef};
use ruff_text_size::Ranged;

use super::Interpreter;
use super::frame::{Frame, FrameKind};
use super::value::{Class, Place, Value};

/// How a block ends.
pub enum Flow<'a> {
    Next,
    Return(Value<'a>),
    Break,
    Continue,
    Raise,
}

impl<'a> Interpreter<'_, 'a> {
    pub(super) fn block(&self, body: &'a [Stmt], frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let followed = self.calls.get() > 0;
        for statement in body {
            // Nobody waits for what a function does after it cost too much: its result is unknown.
            if followed && !self.spend() {
                self.cut("it is too much to follow", Self::place(frame, statement.range()));
                return Flow::Raise;
            }
            match self.statement(statement, frame) {
                Flow::Next if self.raised.replace(false) => return Flow::Raise,
                Flow::Next => {}
                flow => return flow,
            }
        }
        Flow::Next
    }

    pub(super) fn statement(&self, statement: &'a Stmt, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        match statement {
            Stmt::Import(import) => self.import(import, frame),
            Stmt::ImportFrom(import) => self.import_from(import, frame),
            Stmt::FunctionDef(_) => self.define(statement, frame),
            Stmt::ClassDef(class) => self.class(class, frame),
            Stmt::Assign(assign) => {
                let value = self.evaluate(&assign.value, frame);
                for target in &assign.targets {
                    self.assign(target, value.clone(), frame);
                }
            }
            Stmt::AnnAssign(assign) => {
                let value = assign.value.as_ref().map(|value| self.evaluate(value, frame));
                match assign.target.as_ref() {
                    Expr::Name(name) => {
                        let place = Self::place(frame, assign.range());
                        self.bind(&name.id, value, Some(&assign.annotation), place, frame);
                    }
                    target => {
                        if let Some(value) = value {
                            self.assign(target, value, frame);
                        }
                    }
                }
            }
            Stmt::AugAssign(assign) => {
                let before = self.evaluate(&assign.target, frame);
                let value = self.evaluate(&assign.value, frame);
                let after =
                    self.binary(assign.op, &before, &value).unwrap_or_else(|| self.computed(frame, assign.range()));
                self.assign(&assign.target, after, frame);
            }
            Stmt::TypeAlias(alias) => {
                let value = self.annotation(&alias.value, frame);
                self.assign(&alias.name, value, frame);
            }
            // Deep inside other calls nothing that tables need is done for its effect alone.
            Stmt::Expr(expression) if self.runs() || expression.value.is_call_expr() && self.calls.get() < 3 => {
                let _ = self.evaluate(&expression.value, frame);
            }
            Stmt::Return(returned) => {
                let value = returned.value.as_ref().map_or(Value::None, |value| self.evaluate(value, frame));
                return Flow::Return(value);
            }
            Stmt::Raise(_) => return Flow::Raise,
            Stmt::Break(_) => return Flow::Break,
            Stmt::Continue(_) => return Flow::Continue,
            Stmt::If(branch) => return self.branch(branch, frame),
            Stmt::For(looped) => return self.looped(looped, frame),
            Stmt::While(looped) if self.runs() => return self.whiled(looped, frame),
            Stmt::While(looped) => {
                return self.perhaps(&looped.body, looped.test.range(), frame);
            }
            Stmt::With(with) => return self.with(with, frame),
            Stmt::Try(tried) => return self.tried(tried, frame),
            Stmt::Match(matched) if self.runs() => return self.matched(matched, frame),
            Stmt::Match(matched) => {
                for case in &matched.cases {
                    let _ = self.perhaps(&case.body, matched.subject.range(), frame);
                }
            }
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    if let Expr::Name(name) = target {
                        frame.names.borrow_mut().remove(name.id.as_str());
                        if let Some(class) = frame.class() {
                            class.entries.borrow_mut().retain(|entry| *entry.name != *name.id);
                        }
                    }
                }
            }
            _ => {}
        }
        Flow::Next
    }

    /// Binds a name; in the body of a class it becomes an attribute.
    pub(super) fn bind(
        &self,
        name: &'a str,
        value: Option<Value<'a>>,
        annotation: Option<&'a Expr>,
        place: Place,
        frame: &Rc<Frame<'a>>,
    ) {
        if let Some(class) = frame.class() {
            self.add_entry(&class, name, value.clone(), annotation, place);
        }
        if let Some(value) = value {
            frame.set(name, value);
        }
    }

    pub(super) fn assign(&self, target: &'a Expr, value: Value<'a>, frame: &Rc<Frame<'a>>) {
        match target {
            Expr::Name(name) => {
                // The place of what is assigned says more than that of the name.
                let range = match &value {
                    Value::Object(object) if object.place.file == frame.file => object.place.range,
                    _ => name.range(),
                };
                let range = if frame.class().is_some() { range.cover(name.range()) } else { range };
                self.bind(&name.id, Some(value), None, Self::place(frame, range), frame);
            }
            Expr::Tuple(_) | Expr::List(_) => {
                let targets: &'a [Expr] = match target {
                    Expr::Tuple(tuple) => &tuple.elts,
                    Expr::List(list) => &list.elts,
                    _ => &[],
                };
                let elements = self.iterate(&value).filter(|elements| {
                    elements.len() == targets.len()
                        && !targets.iter().any(Expr::is_starred_expr)
                        && !elements.iter().any(|element| matches!(element, Value::Spread(_)))
                });
                for (position, target) in targets.iter().enumerate() {
                    let value = match &elements {
                        Some(elements) => elements[position].clone(),
                        None => self.computed(frame, target.range()),
                    };
                    self.assign(target, value, frame);
                }
            }
            Expr::Starred(starred) => self.assign(&starred.value, value, frame),
            Expr::Attribute(attribute) => {
                let of = self.evaluate(&attribute.value, frame);
                self.set_attribute(&of, &attribute.attr, value, Self::place(frame, target.range()));
            }
            Expr::Subscript(subscript) => {
                let of = self.evaluate(&subscript.value, frame);
                let key = self.evaluate(&subscript.slice, frame);
                if let Value::Dict(entries) = of {
                    let mut entries = entries.borrow_mut();
                    match entries.iter_mut().find(|(own, _)| own.equal(&key) == Some(true)) {
                        Some(entry) => entry.1 = value,
                        None => entries.push((key, value)),
                    }
                }
            }
            _ => {}
        }
    }

    /// Returns a decorator without its arguments.
    pub(super) fn decorator(&self, expression: &'a Expr, frame: &Rc<Frame<'a>>) -> Value<'a> {
        match expression {
            Expr::Call(call) => self.evaluate(&call.func, frame),
            other => self.evaluate(other, frame),
        }
    }

    fn class(&self, definition: &'a StmtClassDef, frame: &Rc<Frame<'a>>) {
        let mut bases = Vec::new();
        let mut keywords = Vec::new();
        if let Some(arguments) = &definition.arguments {
            for base in self.elements(&arguments.args, frame) {
                match base {
                    // `with_metaclass(Meta, Base)` makes a class between the two.
                    Value::Object(object)
                        if object.callee.path().is_some_and(|path| path.ends_with("with_metaclass")) =>
                    {
                        bases.extend(object.arguments.iter().skip(1).cloned());
                    }
                    base => bases.push(base),
                }
            }
            for keyword in &arguments.keywords {
                if let Some(name) = &keyword.arg {
                    keywords.push((Arc::from(name.as_str()), self.evaluate(&keyword.value, frame)));
                }
            }
        }
        let decorators =
            definition.decorator_list.iter().map(|decorator| self.decorator(&decorator.expression, frame)).collect();
        let class = Rc::new(Class {
            name: &definition.name,
            definition,
            file: frame.file,
            bases,
            keywords,
            decorators,
            entries: RefCell::default(),
            frame: OnceCell::new(),
            order: RefCell::default(),
            condition: self.condition(),
        });
        self.keep_class(&class);
        let inner = Frame::new(FrameKind::Class(Rc::downgrade(&class)), frame.file, Some(frame.clone()));
        let inner = class.frame.get_or_init(|| inner);
        // Conditions around the class are the class's own; those inside are told by entry.
        let conditions = self.conditions.take();
        let _ = self.block(&definition.body, inner);
        self.conditions.replace(conditions);
        let place = Self::place(frame, definition.name.range());
        self.bind(&definition.name, Some(Value::Class(class)), None, place, frame);
    }
}
