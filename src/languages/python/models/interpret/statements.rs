//! Statements: what they bind.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtClassDef, StmtFor, StmtIf, StmtTry};
use ruff_text_size::{Ranged, TextRange};

use super::Interpreter;
use super::expressions::MOST_ELEMENTS;
use super::frame::{Binding, Frame, FrameKind, bound};
use super::value::{Class, Place, Value};

/// How a block ends.
pub enum Flow<'a> {
    Next,
    Return(Value<'a>),
    Break,
    Continue,
    Raise,
}

type Names<'a> = HashMap<&'a str, Binding<'a>>;

impl<'a> Interpreter<'a> {
    pub(super) fn block(&self, body: &'a [Stmt], frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let followed = self.calls.get() > 0;
        for statement in body {
            // Nobody waits for what a function does after it cost too much: its result is unknown.
            if followed && !self.spend() {
                return Flow::Raise;
            }
            match self.statement(statement, frame) {
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
            Stmt::Expr(expression) => {
                // Deep inside other calls nothing that tables need is done for its effect alone.
                if expression.value.is_call_expr() && self.calls.get() < 3 {
                    let _ = self.evaluate(&expression.value, frame);
                }
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
            Stmt::While(looped) => {
                return self.perhaps(&looped.body, looped.test.range(), frame);
            }
            Stmt::With(with) => {
                for item in &with.items {
                    let value = self.evaluate(&item.context_expr, frame);
                    if let Some(target) = &item.optional_vars {
                        self.assign(target, value, frame);
                    }
                }
                return self.block(&with.body, frame);
            }
            Stmt::Try(tried) => return self.tried(tried, frame),
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
            self.add_entry(class, name, value.clone(), annotation, place);
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
            order: OnceCell::new(),
            condition: self.condition(),
        });
        self.classes.borrow_mut().push(class.clone());
        let inner = Frame::new(FrameKind::Class(class.clone()), frame.file, Some(frame.clone()));
        let inner = class.frame.get_or_init(|| inner);
        // Conditions around the class are the class's own; those inside are told by entry.
        let conditions = self.conditions.take();
        let _ = self.block(&definition.body, inner);
        self.conditions.replace(conditions);
        let place = Self::place(frame, definition.name.range());
        self.bind(&definition.name, Some(Value::Class(class)), None, place, frame);
    }

    fn branch(&self, branch: &'a StmtIf, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let mut arms: Vec<(Option<&'a Expr>, &'a [Stmt])> = vec![(Some(&branch.test), &branch.body)];
        arms.extend(branch.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &*clause.body)));
        self.arms(&arms, frame)
    }

    fn arms(&self, arms: &[(Option<&'a Expr>, &'a [Stmt])], frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let Some(((test, body), rest)) = arms.split_first() else { return Flow::Next };
        let Some(test) = test else { return self.block(body, frame) };
        let value = self.evaluate(test, frame);
        match value.truth() {
            Some(true) => self.block(body, frame),
            Some(false) => {
                if value.path().is_some_and(|path| path.ends_with("TYPE_CHECKING")) {
                    self.imports_for_types(body, frame);
                }
                self.arms(rest, frame)
            }
            None => {
                let condition: Arc<str> =
                    format!("it depends on `{}`", self.short(Self::place(frame, test.range()))).into();
                let before = frame.names.borrow().clone();
                let one = self.under(condition.clone(), || self.block(body, frame));
                let names = frame.names.replace(before);
                let two = self.under(condition.clone(), || self.arms(rest, frame));
                self.join(one, names, two, &condition, frame)
            }
        }
    }

    /// Reads a block that may run or not.
    fn perhaps(&self, body: &'a [Stmt], test: TextRange, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let condition: Arc<str> = format!("it depends on `{}`", self.short(Self::place(frame, test))).into();
        let before = frame.names.borrow().clone();
        let one = self.under(condition.clone(), || self.block(body, frame));
        let names = frame.names.replace(before);
        self.join(one, names, Flow::Next, &condition, frame)
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

    fn looped(&self, looped: &'a StmtFor, frame: &Rc<Frame<'a>>) -> Flow<'a> {
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

    fn tried(&self, tried: &'a StmtTry, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let flow = match self.block(&tried.body, frame) {
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
                let _ = self.under(condition.into(), || self.block(&handler.body, frame));
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

fn for_each_target<'a>(target: &'a Expr, see: &mut impl FnMut(&'a Expr)) {
    match target {
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|part| for_each_target(part, see)),
        Expr::List(list) => list.elts.iter().for_each(|part| for_each_target(part, see)),
        other => see(other),
    }
}
