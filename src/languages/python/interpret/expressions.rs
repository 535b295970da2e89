//! Expressions to values.

use std::rc::Rc;
use std::sync::Arc;

use ruff_python_ast::{
    Comprehension, ConversionFlag, Expr, ExprFString, FStringPart, InterpolatedStringElement, Number,
};
use ruff_text_size::Ranged;

use super::frame::{Frame, FrameKind};
use super::value::{Definition, Function, Operation, Value};
use super::{DEEPEST, Interpreter};

/// Elements of a list that are followed in a loop or comprehension.
pub const MOST_ELEMENTS: usize = 2_000;

impl<'a> Interpreter<'_, 'a> {
    /// Returns the value of an expression.
    pub fn evaluate(&self, expression: &'a Expr, frame: &Rc<Frame<'a>>) -> Value<'a> {
        if self.depth.get() >= DEEPEST {
            return Value::unknown("nested too deeply");
        }
        self.depth.set(self.depth.get() + 1);
        let value = self.expression(expression, frame);
        self.depth.set(self.depth.get() - 1);
        value
    }

    /// Returns the value of an annotation, in which strings are expressions.
    pub fn annotation(&self, expression: &'a Expr, frame: &Rc<Frame<'a>>) -> Value<'a> {
        self.annotating(true, || self.evaluate(expression, frame))
    }

    fn annotating<T>(&self, annotating: bool, read: impl FnOnce() -> T) -> T {
        let before = self.annotating.replace(annotating);
        let result = read();
        self.annotating.set(before);
        result
    }

    fn expression(&self, expression: &'a Expr, frame: &Rc<Frame<'a>>) -> Value<'a> {
        match expression {
            Expr::StringLiteral(string) => {
                if self.annotating.get()
                    && let Some(expression) = self.project.annotation(frame.file, string.start())
                {
                    return self.evaluate(expression, frame);
                }
                let text: Arc<str> = string.value.to_str().into();
                self.note_literal(&text, Self::place(frame, string.range()));
                Value::Text(text)
            }
            Expr::FString(string) => self.f_string(string, frame),
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(number) => {
                    number.as_i64().map_or_else(|| Value::unknown("a number beyond 64 bits"), Value::Int)
                }
                Number::Float(number) => Value::Float(*number),
                Number::Complex { .. } => Value::unknown("a complex number"),
            },
            Expr::BooleanLiteral(literal) => Value::Bool(literal.value),
            Expr::NoneLiteral(_) => Value::None,
            Expr::EllipsisLiteral(_) => Value::external("builtins.Ellipsis"),
            Expr::Name(name) => self
                .name(&name.id, frame)
                .unwrap_or_else(|| Value::unknown(format!("nothing that can be read binds the name `{}`", name.id))),
            Expr::Attribute(attribute) => {
                let of = self.evaluate(&attribute.value, frame);
                self.attribute(&of, &attribute.attr)
            }
            Expr::Call(call) => self.annotating(false, || self.call_expression(call, frame)),
            Expr::Subscript(subscript) => {
                let of = self.evaluate(&subscript.value, frame);
                let literal = of.path().is_some_and(|path| path.ends_with(".Literal"));
                let index = if literal {
                    self.annotating(false, || self.evaluate(&subscript.slice, frame))
                } else if of.path().is_some_and(|path| path.ends_with(".Annotated"))
                    && let Expr::Tuple(tuple) = subscript.slice.as_ref()
                    && let Some((first, rest)) = tuple.elts.split_first()
                {
                    let mut parts = vec![self.evaluate(first, frame)];
                    parts.extend(rest.iter().map(|part| self.annotating(false, || self.evaluate(part, frame))));
                    Value::Tuple(parts.into())
                } else {
                    self.evaluate(&subscript.slice, frame)
                };
                self.subscript(&of, &index).unwrap_or_else(|| self.computed(frame, subscript.range()))
            }
            Expr::Tuple(tuple) => Value::Tuple(self.elements(&tuple.elts, frame).into()),
            Expr::List(list) => Value::list(self.elements(&list.elts, frame)),
            Expr::Set(set) => Value::list(self.elements(&set.elts, frame)),
            Expr::Dict(dict) => {
                let mut entries = Vec::new();
                for item in &dict.items {
                    let value = self.evaluate(&item.value, frame);
                    match &item.key {
                        Some(key) => entries.push((self.evaluate(key, frame), value)),
                        None => match value {
                            Value::Dict(inner) => entries.extend(inner.borrow().iter().cloned()),
                            other => {
                                let reason =
                                    other.reason().cloned().unwrap_or_else(|| "`**` of a computed dict".into());
                                entries.push((Value::Spread(reason.clone()), Value::Unknown(reason)));
                            }
                        },
                    }
                }
                Value::dict(entries)
            }
            Expr::BinOp(operation) => {
                let left = self.evaluate(&operation.left, frame);
                let right = self.evaluate(&operation.right, frame);
                self.binary(operation.op, &left, &right).unwrap_or_else(|| self.computed(frame, operation.range()))
            }
            Expr::UnaryOp(operation) => {
                let operand = self.evaluate(&operation.operand, frame);
                if operation.op == ruff_python_ast::UnaryOp::Not
                    && let Some(truth) = self.truth(&operand)
                {
                    return Value::Bool(!truth);
                }
                Self::unary(operation.op, operand).unwrap_or_else(|| self.computed(frame, operation.range()))
            }
            Expr::BoolOp(operation) => self.boolean(operation, frame),
            Expr::Compare(comparison) => self.compare(comparison, frame),
            Expr::If(choice) => match self.truth(&self.evaluate(&choice.test, frame)) {
                Some(true) => self.evaluate(&choice.body, frame),
                Some(false) => self.evaluate(&choice.orelse, frame),
                None => {
                    let one = self.evaluate(&choice.body, frame);
                    let two = self.evaluate(&choice.orelse, frame);
                    if one.same(&two) { one } else { self.depends(&choice.test, frame) }
                }
            },
            Expr::Lambda(lambda) => Value::Function(Rc::new(Function {
                definition: Definition::Lambda(lambda),
                frame: frame.clone(),
                decorators: Vec::new(),
                defaults: self.defaults(lambda.parameters.as_deref(), frame),
                class: None,
            })),
            Expr::Named(named) => {
                let value = self.evaluate(&named.value, frame);
                self.assign(&named.target, value.clone(), frame);
                value
            }
            Expr::ListComp(comprehension) => {
                self.comprehension(&comprehension.generators, frame, &|inner| self.evaluate(&comprehension.elt, inner))
            }
            Expr::SetComp(comprehension) => {
                self.comprehension(&comprehension.generators, frame, &|inner| self.evaluate(&comprehension.elt, inner))
            }
            Expr::Generator(comprehension) => {
                self.comprehension(&comprehension.generators, frame, &|inner| self.evaluate(&comprehension.elt, inner))
            }
            Expr::DictComp(comprehension) => {
                let pairs = self.comprehension(&comprehension.generators, frame, &|inner| {
                    let key = comprehension.key.as_ref().map_or(Value::None, |key| self.evaluate(key, inner));
                    Value::Tuple([key, self.evaluate(&comprehension.value, inner)].into())
                });
                let entries = pairs.elements().unwrap_or_default().into_iter().map(|pair| match pair {
                    Value::Tuple(pair) => (pair[0].clone(), pair[1].clone()),
                    other => {
                        let reason: Arc<str> = other.reason().cloned().unwrap_or_else(|| "computed".into());
                        (Value::Spread(reason.clone()), Value::Unknown(reason))
                    }
                });
                Value::dict(entries.collect())
            }
            Expr::Starred(starred) => self.evaluate(&starred.value, frame),
            Expr::Await(awaited) if self.runs() => self.evaluate(&awaited.value, frame),
            Expr::Yield(expression) if self.runs() => self.yielded(expression, frame),
            Expr::YieldFrom(expression) if self.runs() => {
                let values = self.evaluate(&expression.value, frame);
                self.yielded_from(&values, frame)
            }
            _ => self.computed(frame, expression.range()),
        }
    }

    pub(super) fn depends(&self, test: &'a Expr, frame: &Frame<'a>) -> Value<'a> {
        Value::unknown(format!("it depends on `{}`", self.short(Self::place(frame, test.range()))))
    }

    /// Returns the values of elements, with lists behind `*` spread out.
    pub(super) fn elements(&self, expressions: &'a [Expr], frame: &Rc<Frame<'a>>) -> Vec<Value<'a>> {
        let mut values = Vec::with_capacity(expressions.len());
        for expression in expressions {
            match expression {
                Expr::Starred(starred) => {
                    let value = self.evaluate(&starred.value, frame);
                    match self.iterate(&value) {
                        Some(inner) => values.extend(inner),
                        None => {
                            let source = self.short(Self::place(frame, starred.range()));
                            values.push(Value::Spread(format!("`{source}` is computed").into()));
                        }
                    }
                }
                _ => values.push(self.evaluate(expression, frame)),
            }
        }
        values
    }

    /// Returns what a loop over a value sees.
    pub fn iterate(&self, value: &Value<'a>) -> Option<Vec<Value<'a>>> {
        match value {
            Value::Tuple(_) | Value::List(_) => value.elements(),
            Value::Dict(entries) => Some(entries.borrow().iter().map(|(key, _)| key.clone()).collect()),
            Value::Text(text) if text.len() < 200 => {
                Some(text.chars().map(|character| Value::text(character.encode_utf8(&mut [0; 4]))).collect())
            }
            Value::Class(class) => {
                let members = self.members(class)?;
                Some(members.listed().into_iter().map(Value::Member).collect())
            }
            _ => None,
        }
    }

    fn comprehension(
        &self,
        generators: &'a [Comprehension],
        frame: &Rc<Frame<'a>>,
        element: &dyn Fn(&Rc<Frame<'a>>) -> Value<'a>,
    ) -> Value<'a> {
        let inner = Frame::new(FrameKind::Function, frame.file, Some(frame.clone()));
        let mut values = Vec::new();
        self.generate(generators, &inner, element, &mut values);
        Value::list(values)
    }

    fn generate(
        &self,
        generators: &'a [Comprehension],
        frame: &Rc<Frame<'a>>,
        element: &dyn Fn(&Rc<Frame<'a>>) -> Value<'a>,
        values: &mut Vec<Value<'a>>,
    ) {
        let Some((first, rest)) = generators.split_first() else {
            values.push(element(frame));
            return;
        };
        let source = || self.short(Self::place(frame, first.iter.range()));
        let Some(items) = self.iterate(&self.evaluate(&first.iter, frame)) else {
            values.push(Value::Spread(format!("`{}` is computed", source()).into()));
            return;
        };
        if items.len() > MOST_ELEMENTS || !self.spend() {
            values.push(Value::Spread("too many elements".into()));
            return;
        }
        for item in items {
            if let Value::Spread(reason) = item {
                values.push(Value::Spread(reason));
                continue;
            }
            self.assign(&first.target, item, frame);
            let mut keep = Some(true);
            for test in &first.ifs {
                match self.evaluate(test, frame).truth() {
                    Some(true) => {}
                    Some(false) => keep = Some(false),
                    None if keep == Some(true) => keep = None,
                    None => {}
                }
            }
            match keep {
                Some(true) => self.generate(rest, frame, element, values),
                Some(false) => {}
                None => values.push(Value::Spread("elements are chosen by a condition that is computed".into())),
            }
        }
    }

    fn f_string(&self, string: &'a ExprFString, frame: &Rc<Frame<'a>>) -> Value<'a> {
        let mut text = String::new();
        // The parts before, where one of them is computed.
        let mut parts: Vec<Value<'a>> = Vec::new();
        for part in string.value.iter() {
            match part {
                FStringPart::Literal(literal) => text.push_str(literal),
                FStringPart::FString(part) => {
                    for element in &part.elements {
                        match element {
                            InterpolatedStringElement::Literal(literal) => text.push_str(literal),
                            InterpolatedStringElement::Interpolation(field) => {
                                let value = self.evaluate(&field.expression, frame);
                                let plain = field.format_spec.is_none() && field.debug_text.is_none();
                                match self.as_string(&value) {
                                    Some(value) if plain && field.conversion == ConversionFlag::None => {
                                        text.push_str(&value);
                                    }
                                    Some(value) if plain && field.conversion == ConversionFlag::Repr => {
                                        text.push_str(&format!("'{value}'"));
                                    }
                                    _ if self.runs() => {
                                        parts.push(Value::text(std::mem::take(&mut text)));
                                        parts.push(match value {
                                            Value::Unknown(_) | Value::Operation(_) => value,
                                            _ => self.computed(frame, field.expression.range()),
                                        });
                                    }
                                    _ => {
                                        return value
                                            .reason()
                                            .map(|reason| Value::Unknown(reason.clone()))
                                            .unwrap_or_else(|| self.computed(frame, string.range()));
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        if !parts.is_empty() {
            parts.push(Value::text(text));
            return put_together(parts);
        }
        Value::text(text)
    }

    /// Returns what `str()` makes of a value.
    pub(super) fn as_string(&self, value: &Value<'a>) -> Option<Arc<str>> {
        match value {
            Value::Text(text) => Some(text.clone()),
            Value::Int(number) => Some(number.to_string().into()),
            Value::Bool(true) => Some("True".into()),
            Value::Bool(false) => Some("False".into()),
            Value::None => Some("None".into()),
            Value::Float(number) => Some(format!("{number:?}").into()),
            Value::Member(member) => self.member_text(member),
            _ => value.as_text(),
        }
    }
}

/// Returns a text of which some parts are computed.
pub fn put_together(parts: Vec<Value<'_>>) -> Value<'_> {
    Value::Operation(Rc::new(Operation { operator: TEXT, operands: parts }))
}

/// The operator of a text that is put together.
pub const TEXT: &str = "text";
