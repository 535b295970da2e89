//! Conditions on values.

use std::borrow::Cow;
use std::sync::Arc;

use super::truth::Truth;
use crate::model::{Fact, Named, Value};
use crate::packs::{Comparison, Condition, Literal, Regex};

/// Evaluates a condition on a value. The groups of a regex that matched are added to `captures`; asking for none is
/// cheaper.
pub(super) fn holds(condition: &Condition, value: &Value, mut captures: Option<&mut Named>) -> Truth {
    match condition {
        Condition::IsUnknown => return matches!(*scalar(value), Value::Unknown(_)).into(),
        Condition::IsKnown => return (!matches!(*scalar(value), Value::Unknown(_))).into(),
        Condition::Not(inner) => return holds(inner, value, captures).negated(),
        Condition::All(inner) => {
            return inner
                .iter()
                .fold(Truth::True, |truth, condition| truth.and(holds(condition, value, captures.as_deref_mut())));
        }
        Condition::Entries(entries) => return entries_hold(entries, value, captures),
        _ => {}
    }
    match (condition, &*scalar(value)) {
        (_, Value::Unknown(reason)) => Truth::Unknown(reason.clone()),
        (Condition::Count(inner), value) => match length(value) {
            Some(length) => holds(inner, &Value::count(length), captures),
            None => Truth::False,
        },
        (Condition::Every(inner), Value::List(items)) => {
            items.iter().fold(Truth::True, |truth, item| truth.and(holds(inner, item, captures.as_deref_mut())))
        }
        (Condition::Every(inner), value) => holds(inner, value, captures),
        (Condition::OneOf(literals), Value::List(items)) if literals.iter().any(|literal| is_list(literal, items)) => {
            Truth::True
        }
        // A condition on a list holds when it holds for an item.
        (condition, Value::List(items)) => {
            items.iter().fold(Truth::False, |truth, item| truth.or(holds(condition, item, captures.as_deref_mut())))
        }
        (Condition::OneOf(literals), value) => literals.iter().any(|literal| equals(literal, value)).into(),
        (Condition::Matches(regex), value) => match text_of(value) {
            Some(text) => matches(regex, &text, captures).into(),
            None => Truth::False,
        },
        (Condition::Glob(glob), value) => text_of(value).is_some_and(|text| glob.is_match(&*text)).into(),
        (Condition::Compare(comparison, bound), value) => match number(value) {
            Some(number) => match comparison {
                Comparison::AtLeast => number >= *bound,
                Comparison::AtMost => number <= *bound,
            }
            .into(),
            None => Truth::False,
        },
        (
            Condition::IsUnknown | Condition::IsKnown | Condition::Not(_) | Condition::All(_) | Condition::Entries(_),
            _,
        ) => unreachable!("answered above"),
    }
}

fn matches(regex: &Regex, text: &str, captures: Option<&mut Named>) -> bool {
    if !regex.may_match(text) {
        return false;
    }
    let regex = regex.get(text);
    let Some(captures) = captures else { return regex.is_match(text) };
    let Some(found) = regex.captures(text) else { return false };
    captures.extend(regex.capture_names().enumerate().filter_map(|(index, name)| {
        let key = name.map_or_else(|| index.to_string(), ToOwned::to_owned);
        Some((key.into(), found.get(index)?.as_str().to_owned()))
    }));
    true
}

/// Returns what a condition on a fact compares: the value of an argument; any other fact by its name.
fn scalar(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::Fact(Fact::Argument(argument)) => Cow::Borrowed(&argument.value),
        Value::Fact(fact) => Cow::Owned(Value::text(fact.short_name())),
        other => Cow::Borrowed(other),
    }
}

fn entries_hold(entries: &[(Arc<str>, Condition)], value: &Value, mut captures: Option<&mut Named>) -> Truth {
    if let Value::Unknown(reason) = value {
        return Truth::Unknown(reason.clone());
    }
    entries.iter().fold(Truth::True, |truth, (name, condition)| {
        truth.and(holds(condition, &entry(value, name), captures.as_deref_mut()))
    })
}

/// Returns an entry of a map, a field of a fact or an item of a list; null where there is none.
fn entry(value: &Value, name: &str) -> Value {
    match value {
        Value::Map(map) => map.get(name).cloned(),
        Value::Fact(fact) => fact.get(name),
        Value::List(items) => name.parse::<usize>().ok().and_then(|index| items.get(index).cloned()),
        _ => None,
    }
    .unwrap_or(Value::Null)
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::Text(text) => Some(text.chars().count()),
        Value::List(items) => Some(items.len()),
        Value::Map(map) => Some(map.len()),
        _ => None,
    }
}

fn is_list(literal: &Literal, items: &[Value]) -> bool {
    matches!(literal, Literal::List(literals) if literals.len() == items.len()
        && literals.iter().zip(items).all(|(literal, item)| equals(literal, item)))
}

fn equals(literal: &Literal, value: &Value) -> bool {
    match (literal, value) {
        (Literal::Null, Value::Null) => true,
        (Literal::Bool(left), Value::Bool(right)) => left == right,
        (Literal::Text(left), Value::Text(right)) => left == right,
        (Literal::List(_), Value::List(items)) => is_list(literal, items),
        (Literal::Int(_) | Literal::Float(_), value) => match (literal_number(literal), number(value)) {
            (Some(left), Some(right)) => left.total_cmp(&right).is_eq(),
            _ => false,
        },
        _ => false,
    }
}

#[expect(clippy::cast_precision_loss, reason = "laws compare counts and sizes, far below 2^53")]
fn literal_number(literal: &Literal) -> Option<f64> {
    match literal {
        Literal::Int(number) => Some(*number as f64),
        Literal::Float(number) => Some(*number),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "laws compare counts and sizes, far below 2^53")]
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Text(text) => Some(Cow::Borrowed(text)),
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => Some(Cow::Owned(value.to_string())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    fn check(condition: &Condition, value: &Value) -> Truth {
        holds(condition, value, None)
    }

    #[test]
    fn conditions_on_values() {
        let unknown = Value::Unknown("computed".into());
        let texts = |texts: &[&str]| Value::List(texts.iter().map(Value::text).collect());
        let text = |text: &str| Condition::OneOf(vec![Literal::Text(text.into())]);
        let matches = |regex: &str| Condition::Matches(Arc::new(Regex::new(regex).expect("valid").into()));
        let unsure = Truth::Unknown("computed".into());
        let cases = [
            (text("a"), Value::text("a"), Truth::True),
            (text("a"), Value::Null, Truth::False),
            (Condition::OneOf(vec![Literal::Null]), Value::Null, Truth::True),
            (text("a"), unknown.clone(), unsure.clone()),
            (Condition::Not(Box::new(text("a"))), unknown.clone(), unsure.clone()),
            (Condition::IsUnknown, unknown.clone(), Truth::True),
            (Condition::IsKnown, unknown.clone(), Truth::False),
            (text("b"), texts(&["a", "b"]), Truth::True),
            (text("b"), Value::List([Value::text("a"), unknown.clone()].into()), unsure),
            (text("a"), Value::List([Value::text("a"), unknown].into()), Truth::True),
            (text("a"), texts(&[]), Truth::False),
            (Condition::Every(Box::new(matches("^a"))), texts(&["a", "ab"]), Truth::True),
            (Condition::Every(Box::new(matches("^a"))), texts(&["a", "b"]), Truth::False),
            (Condition::Count(Box::new(Condition::Compare(Comparison::AtMost, 1.0))), texts(&["a", "b"]), Truth::False),
            (Condition::Count(Box::new(Condition::Compare(Comparison::AtLeast, 3.0))), Value::text("äöü"), Truth::True),
            (Condition::Compare(Comparison::AtLeast, 3.0), Value::text("3"), Truth::False),
            (Condition::OneOf(vec![Literal::Int(1)]), Value::Float(1.0), Truth::True),
            (Condition::OneOf(vec![Literal::List(vec![])]), texts(&[]), Truth::True),
            (
                Condition::Entries(vec![("x".into(), Condition::OneOf(vec![Literal::Null]))]),
                Value::Map(Arc::default()),
                Truth::True,
            ),
        ];
        for (condition, value, expected) in cases {
            assert_eq!(check(&condition, &value), expected, "{condition:?} on {value:?}");
        }
    }

    #[test]
    fn captures_of_a_field_are_kept() {
        let mut captures = Named::default();
        let condition = Condition::Matches(Arc::new(Regex::new(r"^(?<year>\d{4})_(\w+)").expect("valid").into()));
        assert_eq!(holds(&condition, &Value::text("2024_x"), Some(&mut captures)), Truth::True);
        assert_eq!(captures.get("year").map(String::as_str), Some("2024"));
        assert_eq!(captures.get("2").map(String::as_str), Some("x"));
    }
}
