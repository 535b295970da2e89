//! Values and forms of expressions: what can be known of them without running anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use ruff_python_ast::{Expr, FStringPart, InterpolatedStringElement, Number, Operator, UnaryOp};

use super::resolve::Resolver;
use super::scope::ScopeId;
use crate::model::Value;
use crate::model::facts::Form;

/// Names that may stand for each other in a row before a constant is given up.
const MAX_NAMES: u32 = 16;

/// Evaluates literals, and names that always stand for one.
pub struct Evaluator<'r, 'a> {
    pub resolver: &'r Resolver<'a>,
    pub scope: ScopeId,
    /// Whether a comprehension or lambda around the expression binds a name.
    pub shadowed: &'r dyn Fn(&str) -> bool,
}

impl<'a> Evaluator<'_, 'a> {
    /// Returns the value of an expression, if it is a literal or stands for one.
    pub fn value(&self, expression: &'a Expr) -> Option<Value> {
        self.evaluate(expression, MAX_NAMES)
    }

    fn evaluate(&self, expression: &'a Expr, names: u32) -> Option<Value> {
        match expression {
            Expr::StringLiteral(string) => Some(Value::text(string.value.to_str())),
            Expr::FString(_) => self.text(expression, names).map(Value::text),
            Expr::BooleanLiteral(literal) => Some(Value::Bool(literal.value)),
            Expr::NoneLiteral(_) => Some(Value::Null),
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(number) => number.as_i64().map(Value::Int),
                Number::Float(number) => Some(Value::Float(*number)),
                Number::Complex { .. } => None,
            },
            Expr::UnaryOp(operation) => match (operation.op, self.evaluate(&operation.operand, 0)?) {
                (UnaryOp::USub, Value::Int(number)) => number.checked_neg().map(Value::Int),
                (UnaryOp::USub, Value::Float(number)) => Some(Value::Float(-number)),
                (UnaryOp::UAdd, number @ (Value::Int(_) | Value::Float(_))) => Some(number),
                _ => None,
            },
            Expr::List(list) => self.list(&list.elts, names),
            Expr::Tuple(tuple) => self.list(&tuple.elts, names),
            Expr::Dict(dict) => {
                let mut entries = BTreeMap::new();
                for item in &dict.items {
                    let Value::Text(key) = self.evaluate(item.key.as_ref()?, names)? else { return None };
                    entries.insert(key, self.evaluate(&item.value, names)?);
                }
                Some(Value::Map(Arc::new(entries)))
            }
            Expr::BinOp(_) => self.text(expression, names).map(Value::text),
            Expr::Name(name) => {
                if names == 0 || (self.shadowed)(&name.id) {
                    return None;
                }
                let (value, scope) = self.resolver.constant(&name.id, self.scope)?;
                // A list or dict may be changed between its assignment and its use.
                if matches!(value, Expr::List(_) | Expr::Dict(_)) {
                    return None;
                }
                let there = Evaluator { resolver: self.resolver, scope, shadowed: &|_| false };
                there.evaluate(value, names - 1)
            }
            _ => None,
        }
    }

    fn list(&self, elements: &'a [Expr], names: u32) -> Option<Value> {
        elements.iter().map(|element| self.evaluate(element, names)).collect::<Option<Arc<[Value]>>>().map(Value::List)
    }

    /// Returns the text of an f-string whose fields are constants, or of constants joined with `+`.
    fn text(&self, expression: &'a Expr, names: u32) -> Option<String> {
        match expression {
            Expr::FString(string) => {
                let mut text = String::new();
                for part in string.value.iter() {
                    match part {
                        FStringPart::Literal(literal) => text.push_str(literal),
                        FStringPart::FString(part) => {
                            for element in &part.elements {
                                match element {
                                    InterpolatedStringElement::Literal(literal) => text.push_str(literal),
                                    InterpolatedStringElement::Interpolation(field) => {
                                        let plain = field.debug_text.is_none()
                                            && field.format_spec.is_none()
                                            && field.conversion == ruff_python_ast::ConversionFlag::None;
                                        let Expr::Name(_) = field.expression.as_ref() else { return None };
                                        match self.evaluate(&field.expression, names)? {
                                            Value::Text(value) if plain => text.push_str(&value),
                                            Value::Int(value) if plain => text.push_str(&value.to_string()),
                                            _ => return None,
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                Some(text)
            }
            Expr::BinOp(_) => {
                let mut parts = Vec::new();
                for operand in operands(expression)? {
                    match self.evaluate(operand, names)? {
                        Value::Text(part) => parts.push(part),
                        _ => return None,
                    }
                }
                parts.reverse();
                Some(parts.concat())
            }
            _ => None,
        }
    }
}

/// Returns the operands of a chain of `+`, last first.
fn operands(expression: &Expr) -> Option<Vec<&Expr>> {
    let mut operands = Vec::new();
    let mut at = expression;
    while let Expr::BinOp(operation) = at {
        if operation.op != Operator::Add {
            return None;
        }
        // A parenthesised sum on the right is rare: it is not followed.
        if matches!(operation.right.as_ref(), Expr::BinOp(_)) {
            return None;
        }
        operands.push(operation.right.as_ref());
        at = &operation.left;
    }
    operands.push(at);
    Some(operands)
}

/// Returns what an expression looks like.
pub fn form(expression: &Expr) -> Form {
    match expression {
        Expr::StringLiteral(_)
        | Expr::BytesLiteral(_)
        | Expr::NumberLiteral(_)
        | Expr::BooleanLiteral(_)
        | Expr::NoneLiteral(_)
        | Expr::EllipsisLiteral(_) => Form::Literal,
        Expr::FString(_) if has_fields(expression) => Form::FString,
        Expr::FString(_) => Form::Literal,
        Expr::UnaryOp(operation) if matches!(operation.operand.as_ref(), Expr::NumberLiteral(_)) => Form::Literal,
        Expr::BinOp(operation) if operation.op == Operator::Mod && is_text(&operation.left) => Form::Format,
        Expr::BinOp(operation) if operation.op == Operator::Add => {
            let mut at = expression;
            while let Expr::BinOp(operation) = at
                && operation.op == Operator::Add
            {
                if is_text(&operation.right) || is_format(&operation.right) {
                    return Form::Concatenation;
                }
                at = &operation.left;
            }
            if is_text(at) || is_format(at) { Form::Concatenation } else { Form::Other }
        }
        Expr::List(_) => Form::List,
        Expr::Tuple(_) => Form::Tuple,
        Expr::Dict(_) => Form::Dict,
        Expr::Name(_) => Form::Name,
        Expr::Attribute(_) => Form::Attribute,
        Expr::Call(_) if is_format(expression) => Form::Format,
        Expr::Call(_) => Form::Call,
        _ => Form::Other,
    }
}

/// Returns whether an f-string has a replacement field.
pub fn has_fields(expression: &Expr) -> bool {
    let Expr::FString(string) = expression else { return false };
    string.value.f_strings().any(|part| part.elements.interpolations().next().is_some())
}

const fn is_text(expression: &Expr) -> bool {
    matches!(expression, Expr::StringLiteral(_) | Expr::FString(_))
}

/// Returns whether an expression is `"...".format(...)` or `"..." % ...`.
fn is_format(expression: &Expr) -> bool {
    match expression {
        Expr::Call(call) => match call.func.as_ref() {
            Expr::Attribute(attribute) => attribute.attr.as_str() == "format" && is_text(&attribute.value),
            _ => false,
        },
        Expr::BinOp(operation) => operation.op == Operator::Mod && is_text(&operation.left),
        _ => false,
    }
}

/// Returns the source on one line, cut to a length that fits into a message.
pub fn short(source: &str) -> String {
    const LONGEST: usize = 60;
    let line = source.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}
