//! Operators on values.

use std::rc::Rc;

use ruff_python_ast::{BoolOp, CmpOp, ExprBoolOp, ExprCompare, Operator, UnaryOp};
use ruff_text_size::Ranged;

use super::expressions::{TEXT, put_together};
use super::frame::Frame;
use super::value::{Operation, Value};
use super::{Interpreter, text};

impl<'a> Interpreter<'_, 'a> {
    pub(super) fn binary(&self, operator: Operator, left: &Value<'a>, right: &Value<'a>) -> Option<Value<'a>> {
        use Value::{Dict, Float, Int, List, Text, Tuple};
        // A text of which some parts are computed is worth more than none.
        if self.runs()
            && matches!(operator, Operator::Add | Operator::Mod)
            && (matches!(left, Text(_))
                || is_text(left)
                || operator == Operator::Add && (matches!(right, Text(_)) || is_text(right)))
            && (left.reason().is_some()
                || right.reason().is_some()
                || is_text(left)
                || is_text(right)
                || symbolic_values(right))
        {
            return Some(match (operator, left) {
                (Operator::Mod, Text(format)) => {
                    let before = format.split('%').next().unwrap_or_default();
                    let reason = right.reason().cloned().unwrap_or_else(|| "a part of the text is computed".into());
                    put_together(vec![Value::text(before), Value::Unknown(reason)])
                }
                _ => put_together(vec![left.clone(), right.clone()]),
            });
        }
        if let Some(reason) = left.reason().or_else(|| right.reason())
            && operator != Operator::BitOr
        {
            // A list of which a part is known is better than none.
            return match (left, right) {
                (Tuple(known), _) if operator == Operator::Add => {
                    let spread = std::iter::once(Value::Spread(reason.clone()));
                    Some(Tuple(known.iter().cloned().chain(spread).collect()))
                }
                (_, Tuple(known)) if operator == Operator::Add => {
                    let spread = std::iter::once(Value::Spread(reason.clone()));
                    Some(Tuple(spread.chain(known.iter().cloned()).collect()))
                }
                _ => Some(Value::Unknown(reason.clone())),
            };
        }
        match (operator, left, right) {
            (Operator::Add, Int(one), Int(two)) => one.checked_add(*two).map(Int),
            (Operator::Sub, Int(one), Int(two)) => one.checked_sub(*two).map(Int),
            (Operator::Mult, Int(one), Int(two)) => one.checked_mul(*two).map(Int),
            (Operator::FloorDiv, Int(one), Int(two)) if *two > 0 => Some(Int(one.div_euclid(*two))),
            (Operator::Pow, Int(one), Int(two)) => one.checked_pow(u32::try_from(*two).ok()?).map(Int),
            (Operator::LShift, Int(one), Int(two)) if (0..62).contains(two) => one.checked_mul(1 << two).map(Int),
            (Operator::Add, Float(one), Float(two)) => Some(Float(one + two)),
            (Operator::Add, Tuple(one), Tuple(two)) => Some(Tuple(one.iter().chain(two.iter()).cloned().collect())),
            (Operator::Add, List(one), List(two)) => {
                let joined = one.borrow().iter().chain(two.borrow().iter()).cloned().collect();
                Some(Value::list(joined))
            }
            // Sets are kept as lists.
            (Operator::Sub | Operator::BitAnd, List(one), List(two)) => {
                let (one, two) = (one.borrow(), two.borrow());
                let wanted = operator == Operator::BitAnd;
                Some(Value::list(one.iter().filter_map(|item| kept(item, &two, wanted)).collect()))
            }
            (Operator::BitOr, List(one), List(two)) => {
                let mut all = one.borrow().clone();
                all.extend(two.borrow().iter().filter_map(|item| kept(item, &one.borrow(), false)));
                Some(Value::list(all))
            }
            (Operator::BitOr, Dict(one), Dict(two)) => {
                Some(Value::dict(one.borrow().iter().chain(two.borrow().iter()).cloned().collect()))
            }
            (Operator::Mult, List(one), Int(times)) if (0..100).contains(times) => {
                let one = one.borrow();
                Some(Value::list((0..*times).flat_map(|_| one.iter().cloned()).collect()))
            }
            (Operator::Mod, Text(format), _) => text::percent(format, right, &|value| self.as_string(value)),
            (Operator::Add, _, _) if let (Some(one), Some(two)) = (left.as_text(), right.as_text()) => {
                Some(Value::text(format!("{one}{two}")))
            }
            (Operator::BitOr, _, _) if is_type(left) && is_type(right) => {
                let mut parts = Vec::new();
                for side in [left, right] {
                    match side {
                        Value::Union(inner) => parts.extend(inner.iter().cloned()),
                        other => parts.push(other.clone()),
                    }
                }
                Some(Value::Union(parts.into()))
            }
            _ if is_symbolic(left) || is_symbolic(right) => {
                let operator = match operator {
                    Operator::Add => "+",
                    Operator::Sub => "-",
                    Operator::Mult => "*",
                    Operator::Div => "/",
                    Operator::Mod => "%",
                    Operator::BitAnd => "AND",
                    Operator::BitOr => "OR",
                    _ => return None,
                };
                Some(operation(operator, vec![left.clone(), right.clone()]))
            }
            _ => None,
        }
    }

    pub(super) fn unary(operator: UnaryOp, operand: Value<'a>) -> Option<Value<'a>> {
        match (operator, &operand) {
            (_, Value::Unknown(_)) => Some(operand),
            (UnaryOp::USub, Value::Int(number)) => number.checked_neg().map(Value::Int),
            (UnaryOp::USub, Value::Float(number)) => Some(Value::Float(-number)),
            (UnaryOp::UAdd, Value::Int(_) | Value::Float(_)) => Some(operand),
            (UnaryOp::Not, _) => operand.truth().map(|truth| Value::Bool(!truth)),
            (UnaryOp::Invert, _) if is_symbolic(&operand) => Some(operation("NOT", vec![operand])),
            _ => None,
        }
    }

    pub(super) fn boolean(&self, expression: &'a ExprBoolOp, frame: &Rc<Frame<'a>>) -> Value<'a> {
        let stops = expression.op == BoolOp::Or;
        let mut last = Value::None;
        for operand in &expression.values {
            last = self.evaluate(operand, frame);
            match self.truth(&last) {
                Some(truth) if truth == stops => return last,
                Some(_) => {}
                None => {
                    // An operand further on may decide without this one.
                    let decided = expression.values.iter().any(|other| {
                        matches!(other, ruff_python_ast::Expr::BooleanLiteral(literal) if literal.value == stops)
                    });
                    if decided {
                        return Value::Bool(stops);
                    }
                    return match last {
                        Value::Unknown(_) => last,
                        _ => self.computed(frame, expression.range()),
                    };
                }
            }
        }
        last
    }

    pub(super) fn compare(&self, expression: &'a ExprCompare, frame: &Rc<Frame<'a>>) -> Value<'a> {
        let mut left = self.evaluate(&expression.left, frame);
        let mut result = Value::Bool(true);
        for (operator, right) in expression.ops.iter().zip(&expression.comparators) {
            let right = self.evaluate(right, frame);
            match self.comparison(*operator, &left, &right) {
                Some(Value::Bool(true)) => {}
                Some(Value::Bool(false)) => return Value::Bool(false),
                Some(other) => result = other,
                None => {
                    return match (left, right) {
                        (unknown @ Value::Unknown(_), _) | (_, unknown @ Value::Unknown(_)) => unknown,
                        _ => self.computed(frame, expression.range()),
                    };
                }
            }
            left = right;
        }
        result
    }

    fn comparison(&self, operator: CmpOp, left: &Value<'a>, right: &Value<'a>) -> Option<Value<'a>> {
        // The newest Python is assumed.
        if left.is("sys.version_info") {
            return match operator {
                CmpOp::Gt | CmpOp::GtE => Some(Value::Bool(true)),
                CmpOp::Lt | CmpOp::LtE => Some(Value::Bool(false)),
                _ => None,
            };
        }
        let symbolic = |name| Some(operation(name, vec![left.clone(), right.clone()]));
        match operator {
            CmpOp::Eq | CmpOp::NotEq => {
                if is_symbolic(left) || is_symbolic(right) {
                    return symbolic(match (operator, right) {
                        (CmpOp::Eq, Value::None) => "IS",
                        (CmpOp::Eq, _) => "=",
                        (_, Value::None) => "IS NOT",
                        _ => "!=",
                    });
                }
                left.equal(right).map(|equal| Value::Bool(equal == (operator == CmpOp::Eq)))
            }
            CmpOp::Is | CmpOp::IsNot => {
                let is = match (left, right) {
                    (Value::Unknown(_), _) | (_, Value::Unknown(_)) => return None,
                    // What a call outside the project yields may be None.
                    (Value::None, Value::Object(object)) | (Value::Object(object), Value::None)
                        if !object.callee.path().is_some_and(|path| path.starts_with("sqlalchemy.")) =>
                    {
                        return None;
                    }
                    (Value::None, Value::Attribute(_)) | (Value::Attribute(_), Value::None) => return None,
                    (Value::None, other) | (other, Value::None) => matches!(other, Value::None),
                    _ => left.equal(right)?,
                };
                Some(Value::Bool(is == (operator == CmpOp::Is)))
            }
            CmpOp::In | CmpOp::NotIn => {
                let contains = match (left, right) {
                    (Value::Text(part), Value::Text(text)) => text.contains(&**part),
                    (Value::Text(part), Value::Operation(text)) if text.operator == TEXT => {
                        let known = text.operands.iter().filter_map(Value::as_text).any(|text| text.contains(&**part));
                        known.then_some(true)?
                    }
                    _ => {
                        let items = self.iterate(right)?;
                        let mut known = true;
                        let mut found = false;
                        for item in &items {
                            match left.equal(item) {
                                Some(equal) => found |= equal,
                                None => known = false,
                            }
                        }
                        if !found && !known {
                            return None;
                        }
                        found
                    }
                };
                Some(Value::Bool(contains == (operator == CmpOp::In)))
            }
            CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => {
                if let (Value::Int(one), Value::Int(two)) = (left, right) {
                    return Some(Value::Bool(match operator {
                        CmpOp::Lt => one < two,
                        CmpOp::LtE => one <= two,
                        CmpOp::Gt => one > two,
                        _ => one >= two,
                    }));
                }
                if !is_symbolic(left) && !is_symbolic(right) {
                    return None;
                }
                symbolic(match operator {
                    CmpOp::Lt => "<",
                    CmpOp::LtE => "<=",
                    CmpOp::Gt => ">",
                    _ => ">=",
                })
            }
        }
    }
}

fn operation<'a>(operator: &'static str, operands: Vec<Value<'a>>) -> Value<'a> {
    Value::Operation(Rc::new(Operation { operator, operands }))
}

/// Returns whether a list holds a value, if that can be known.
pub fn holds<'a>(items: &[Value<'a>], value: &Value<'a>) -> Option<bool> {
    let mut known = true;
    for item in items {
        match value.equal(item) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => known = false,
        }
    }
    known.then_some(false)
}

/// Returns an item that is kept if the other list holds it, or does not.
pub fn kept<'a>(item: &Value<'a>, other: &[Value<'a>], wanted: bool) -> Option<Value<'a>> {
    if matches!(item, Value::Spread(_)) {
        return Some(item.clone());
    }
    match holds(other, item) {
        Some(held) => (held == wanted).then(|| item.clone()),
        None => Some(Value::Spread("elements are chosen by what is computed".into())),
    }
}

/// Returns whether operators on the value make an SQL expression.
pub fn is_symbolic(value: &Value<'_>) -> bool {
    matches!(value, Value::Object(_) | Value::Attribute(_) | Value::Operation(_))
}

/// Returns whether a value is a text of which some parts are computed.
fn is_text(value: &Value<'_>) -> bool {
    matches!(value, Value::Operation(operation) if operation.operator == TEXT)
}

/// Returns whether some of the values that a text is filled with are computed.
fn symbolic_values(value: &Value<'_>) -> bool {
    match value {
        Value::Tuple(values) => values.iter().any(|value| value.reason().is_some() || is_symbolic(value)),
        Value::Dict(entries) => {
            entries.borrow().iter().any(|(_, value)| value.reason().is_some() || is_symbolic(value))
        }
        _ => false,
    }
}

fn is_type(value: &Value<'_>) -> bool {
    matches!(
        value,
        Value::None
            | Value::External(_)
            | Value::Class(_)
            | Value::Subscript(_)
            | Value::Union(_)
            | Value::Unknown(_)
            | Value::Text(_)
    )
}
