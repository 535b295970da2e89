//! Calls of functions of the project: small ones are followed.

use std::rc::Rc;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Parameters, Stmt};

use super::calls::{Keywords, OPEN};
use super::frame::{Frame, FrameKind};
use super::statements::Flow;
use super::value::{Definition, Function, Place, Value};
use super::{ASIDE, Interpreter, conditions::Until};

/// Decorators that leave what a function returns as it is.
const TRANSPARENT: &[&str] = &[
    "builtins.staticmethod",
    "builtins.classmethod",
    "builtins.property",
    "functools.cache",
    "functools.lru_cache",
    "functools.cached_property",
    "functools.wraps",
    "typing.no_type_check",
    "typing.final",
    "typing.override",
    "typing_extensions.override",
    "abc.abstractmethod",
    "enum.property",
    "types.DynamicClassAttribute",
];

impl<'a> Interpreter<'_, 'a> {
    /// Returns the defaults of parameters, which Python computes where the function is defined.
    pub(super) fn defaults(
        &self,
        parameters: Option<&'a Parameters>,
        frame: &Rc<Frame<'a>>,
    ) -> Vec<(&'a str, Value<'a>)> {
        let Some(parameters) = parameters else { return Vec::new() };
        parameters
            .iter_non_variadic_params()
            .filter_map(|parameter| {
                let default = parameter.default.as_deref()?;
                Some((parameter.parameter.name.as_str(), self.evaluate(default, frame)))
            })
            .collect()
    }

    /// Follows a call of a function of the project.
    pub fn call_function(
        &self,
        function: &Rc<Function<'a>>,
        arguments: Vec<Value<'a>>,
        keywords: Keywords<'a>,
        place: Place,
    ) -> Value<'a> {
        // Asked for by nobody's statement: a name or type that the class leaves to a function.
        if self.calls.get() == 0 && self.reading.get() == 0 {
            self.budget.set(self.limits.budget);
        }
        let transparent = |decorator: &Value<'a>| {
            decorator.path().is_some_and(|path| TRANSPARENT.contains(&&**path) || path.contains(".declared_attr"))
        };
        if !function.decorators.iter().all(transparent) {
            if self.runs() {
                return self.call_decorated(function, arguments, keywords, place);
            }
            return Value::unknown(format!("a decorator stands between `{}` and its result", self.short(place)));
        }
        let collect = self.runs() && self.is_generator(function);
        self.follow(function, arguments, keywords, place, collect)
    }

    /// Follows a call, whatever the function's decorators do. `collect`: what it yields becomes a list.
    pub(super) fn follow(
        &self,
        function: &Rc<Function<'a>>,
        arguments: Vec<Value<'a>>,
        keywords: Keywords<'a>,
        place: Place,
        collect: bool,
    ) -> Value<'a> {
        if self.calls.get() >= self.limits.calls || !self.spend() {
            return self.leave_out(function, &format!("`{}` is too much to follow", self.short(place)), place);
        }
        let for_value = self.runs() && self.is_for_value(function, &arguments, &keywords);
        let frame = self.enter(function, &arguments);
        let parameters = match function.definition {
            Definition::Def(def) => Some(def.parameters.as_ref()),
            Definition::Lambda(lambda) => lambda.parameters.as_deref(),
        };
        if let Some(parameters) = parameters
            && !Self::bind_parameters(function, parameters, arguments, keywords, &frame)
        {
            return self.leave_out(function, &format!("the arguments of `{}` are computed", self.short(place)), place);
        }
        self.calls.set(self.calls.get() + 1);
        self.sites.borrow_mut().push(place);
        let depth = self.depth_of_conditions();
        if collect {
            frame.yields.replace(Some(Vec::new()));
        }
        let value = match for_value {
            true => self.run_for_value(function, &frame),
            false => {
                self.concerned.set(self.concerned.get() + u32::from(self.may_concern(function)));
                self.run(function, &frame)
            }
        };
        let value = match frame.yields.take() {
            Some(values) => Some(Value::list(values)),
            None => value,
        };
        self.sites.borrow_mut().pop();
        self.end(depth, Until::Function);
        self.calls.set(self.calls.get() - 1);
        value.unwrap_or_else(|| Value::unknown(format!("`{}` is computed", self.short(place))))
    }

    /// Returns an unknown value for a function that is not followed, and tells the host.
    fn leave_out(&self, function: &Function<'a>, why: &str, place: Place) -> Value<'a> {
        if let (Some(host), Definition::Def(def)) = (self.host, function.definition) {
            let body = Place { file: function.frame.file, range: ruff_text_size::Ranged::range(def) };
            if host.concerns(self.source(body)) {
                host.cut(self, why.into(), place);
            }
        }
        Value::unknown(why)
    }

    /// Follows a call of what decorators make of a function.
    fn call_decorated(
        &self,
        function: &Rc<Function<'a>>,
        arguments: Vec<Value<'a>>,
        keywords: Keywords<'a>,
        place: Place,
    ) -> Value<'a> {
        let Definition::Def(def) = function.definition else { return Value::unknown("a decorated lambda") };
        let plain = Function {
            definition: function.definition,
            frame: function.frame.clone(),
            decorators: Vec::new(),
            defaults: function.defaults.clone(),
            class: function.class.clone(),
        };
        let mut value = Value::Function(Rc::new(plain));
        for decorator in def.decorator_list.iter().rev() {
            let decorator = self.evaluate(&decorator.expression, &function.frame);
            let known = decorator.path().is_some_and(|path| TRANSPARENT.contains(&&**path));
            if !known {
                value = match &decorator {
                    Value::Function(_) | Value::Method(_) => {
                        self.call_value(&decorator, vec![value], Vec::new(), place)
                    }
                    _ => Value::None,
                };
            }
        }
        match &value {
            Value::Function(inner) if !Rc::ptr_eq(inner, function) => {
                self.call_value(&value, arguments, keywords, place)
            }
            _ => {
                let why = format!("a decorator stands between `{}` and its result", self.short(place));
                self.leave_out(function, &why, place)
            }
        }
    }

    /// Returns whether a function yields.
    fn is_generator(&self, function: &Function<'a>) -> bool {
        let Definition::Def(def) = function.definition else { return false };
        let place = Place { file: function.frame.file, range: ruff_text_size::Ranged::range(def) };
        self.source(place).contains("yield") && yields(&def.body)
    }

    fn enter(&self, function: &Rc<Function<'a>>, arguments: &[Value<'a>]) -> Rc<Frame<'a>> {
        let kind = match (&function.class, arguments.first()) {
            (Some(class), Some(first)) => FrameKind::Method(class.clone(), first.clone()),
            _ => FrameKind::Function,
        };
        Frame::new(kind, function.frame.file, Some(function.frame.clone()))
    }

    fn bind_parameters(
        function: &Function<'a>,
        parameters: &'a Parameters,
        arguments: Vec<Value<'a>>,
        keywords: Keywords<'a>,
        frame: &Frame<'a>,
    ) -> bool {
        let mut arguments = arguments.into_iter().peekable();
        let mut keywords = keywords;
        let open = keywords.iter().any(|(name, _)| &**name == OPEN);
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
            let name = parameter.parameter.name.as_str();
            let value = match arguments.next() {
                Some(Value::Spread(_)) => return false,
                Some(value) => value,
                None => match named(function, name, &mut keywords, open) {
                    Some(value) => value,
                    None => return false,
                },
            };
            frame.set(name, value);
        }
        if let Some(rest) = &parameters.vararg {
            frame.set(rest.name.as_str(), Value::Tuple(arguments.by_ref().collect()));
        }
        for parameter in &parameters.kwonlyargs {
            let name = parameter.parameter.name.as_str();
            match named(function, name, &mut keywords, open) {
                Some(value) => frame.set(name, value),
                None => return false,
            }
        }
        if let Some(rest) = &parameters.kwarg {
            let entries = keywords.drain(..).map(|(name, value)| match &*name {
                OPEN => (Value::Spread("computed keywords".into()), value),
                _ => (Value::Text(name), value),
            });
            frame.set(rest.name.as_str(), Value::dict(entries.collect()));
        }
        arguments.next().is_none()
    }

    /// Runs a function that is called for its value alone: one that costs too much, or ends in an error that nobody
    /// catches, yields something unknown, and what comes after it is followed.
    fn run_for_value(&self, function: &Function<'a>, frame: &Rc<Frame<'a>>) -> Option<Value<'a>> {
        let budget = self.budget.get();
        let given = budget.min(ASIDE);
        let outer = self.aside.get();
        let concerned = self.concerned.get();
        self.budget.set(given);
        self.aside.set(outer.or(Some(concerned)));
        let value = self.run(function, frame);
        self.aside.set(outer);
        self.budget.set(budget - given.saturating_sub(self.budget.get()).min(budget));
        if self.attempts.get() == 0 && self.concerned.get() == concerned {
            self.raised.set(false);
        }
        value
    }

    fn run(&self, function: &Function<'a>, frame: &Rc<Frame<'a>>) -> Option<Value<'a>> {
        let def = match function.definition {
            Definition::Lambda(lambda) => return Some(self.evaluate(&lambda.body, frame)),
            Definition::Def(def) => def,
        };
        let place = Place { file: frame.file, range: ruff_text_size::Ranged::range(def) };
        if !self.runs() && (def.is_async || self.source(place).contains("yield")) {
            return None;
        }
        // What a function that runs on a condition makes is told by the condition of the caller.
        let value = match self.block(&def.body, frame) {
            Flow::Return(value) => value,
            Flow::Next => Value::None,
            Flow::Raise => {
                self.raised.set(self.runs());
                return None;
            }
            Flow::Break | Flow::Continue => return None,
        };
        let returned = frame.returned.borrow();
        match returned.iter().find(|other| !other.same(&value)) {
            None => Some(value),
            Some(_) => None,
        }
    }

    /// Returns the calls of `super().name(...)` that a method makes, by following it.
    pub fn super_calls(
        &self,
        function: &Rc<Function<'a>>,
        name: &str,
        this: Vec<Value<'a>>,
        keywords: Keywords<'a>,
        place: Place,
    ) -> Vec<Rc<super::Object<'a>>> {
        let before = self.objects.borrow().len();
        let _ = self.call_function(function, this, keywords, place);
        let objects = self.objects.borrow();
        let made = objects.get(before..).unwrap_or_default();
        let is_super = |value: &Value<'a>| match value {
            Value::Attribute(attribute) => {
                &*attribute.name == name
                    && attribute.of.object().is_some_and(|object| object.callee.is("builtins.super"))
            }
            _ => false,
        };
        made.iter().filter(|object| is_super(&object.callee)).cloned().collect()
    }

    pub(super) fn define(&self, statement: &'a Stmt, frame: &Rc<Frame<'a>>) {
        let Stmt::FunctionDef(def) = statement else { return };
        self.keep_frame(frame);
        let function = Function {
            definition: Definition::Def(def),
            frame: frame.clone(),
            decorators: def
                .decorator_list
                .iter()
                .map(|decorator| self.decorator(&decorator.expression, frame))
                .collect(),
            defaults: self.defaults(Some(&def.parameters), frame),
            class: frame.class(),
        };
        let place = Self::place(frame, ruff_text_size::Ranged::range(&def.name));
        self.bind(&def.name, Some(Value::Function(Rc::new(function))), None, place, frame);
    }
}

fn named<'a>(function: &Function<'a>, name: &str, keywords: &mut Keywords<'a>, open: bool) -> Option<Value<'a>> {
    if let Some(position) = keywords.iter().position(|(own, _)| &**own == name) {
        return Some(keywords.remove(position).1);
    }
    if open {
        return Some(Value::unknown("it may come from computed keywords"));
    }
    function.defaults.iter().find(|(own, _)| *own == name).map(|(_, value)| value.clone())
}

/// Returns whether statements hold a `yield` of their own function.
fn yields(body: &[Stmt]) -> bool {
    struct Search(bool);
    impl<'s> Visitor<'s> for Search {
        fn visit_stmt(&mut self, statement: &'s Stmt) {
            if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
                visitor::walk_stmt(self, statement);
            }
        }

        fn visit_expr(&mut self, expression: &'s Expr) {
            match expression {
                Expr::Yield(_) | Expr::YieldFrom(_) => self.0 = true,
                Expr::Lambda(_) => {}
                _ => visitor::walk_expr(self, expression),
            }
        }
    }
    let mut search = Search(false);
    search.visit_body(body);
    search.0
}
