//! Defaults, compared loosely: what is not surely different is not called so.

use std::sync::Arc;

use super::super::{Column, Identity};
use crate::model::value::Known;

/// Whether two sides say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Same,
    Different,
    /// And why.
    Unknown(Arc<str>),
}

/// What a default comes to.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    /// None, `NULL`, or a number that the database gives.
    None,
    Text(String),
    Number(f64),
    Bool(bool),
    Now,
    Expression(String),
}

/// Returns whether two columns have the same default.
pub fn same_default(expected: &Column, actual: &Column) -> Verdict {
    match (value(expected), value(actual)) {
        (Ok(left), Ok(right)) => same(&left, &right),
        (Err(reason), _) | (_, Err(reason)) => Verdict::Unknown(reason),
    }
}

/// Returns the default of a column in words.
pub(super) fn default_words(column: &Column) -> String {
    match &column.default {
        Known::Yes(Some(text)) => format!("default {text}"),
        _ => "no default".to_owned(),
    }
}

fn same(left: &Value, right: &Value) -> Verdict {
    let loose = |value: &Value| match value {
        Value::Text(text) => match text.to_lowercase().as_str() {
            "true" | "t" => Value::Bool(true),
            "false" | "f" => Value::Bool(false),
            text => text.parse().map_or_else(|_| value.clone(), Value::Number),
        },
        _ => value.clone(),
    };
    if left == right {
        return Verdict::Same;
    }
    match (loose(left), loose(right)) {
        (left, right) if left == right => Verdict::Same,
        (Value::Bool(flag), Value::Number(number)) | (Value::Number(number), Value::Bool(flag))
            if number == f64::from(u8::from(flag)) =>
        {
            Verdict::Same
        }
        // An expression may come to anything; where the other side has nothing, it surely differs.
        (Value::Expression(_), other) | (other, Value::Expression(_)) if other != Value::None => {
            Verdict::Unknown("the defaults are expressions that are spelled differently".into())
        }
        _ => Verdict::Different,
    }
}

fn value(column: &Column) -> Result<Value, Arc<str>> {
    let text = match &column.default {
        Known::Yes(Some(text)) => text,
        Known::Yes(None) => return Ok(Value::None),
        Known::No(reason) => return Err(reason.clone()),
    };
    if matches!(column.identity, Some(Identity::Serial)) {
        return Ok(Value::None);
    }
    Ok(of_text(text))
}

fn of_text(text: &str) -> Value {
    let text = bare(text);
    let lower = text.to_lowercase();
    if lower.is_empty() || lower == "null" || lower.starts_with("nextval(") {
        return Value::None;
    }
    if let Some(inner) = quoted(text) {
        return Value::Text(inner);
    }
    if let Ok(number) = text.parse::<f64>() {
        return Value::Number(number);
    }
    let name = lower.split('(').next().unwrap_or_default().trim();
    let now = ["now", "current_timestamp", "localtimestamp", "transaction_timestamp", "statement_timestamp"];
    let is_call_of_nothing = lower.split_once('(').is_none_or(|(_, rest)| {
        rest.strip_suffix(')').is_some_and(|inside| inside.trim().chars().all(|character| character.is_ascii_digit()))
    });
    match lower.as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "datetime('now')" => Value::Now,
        _ if now.contains(&name) && is_call_of_nothing => Value::Now,
        _ => Value::Expression(lower.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', "")),
    }
}

/// Returns the default without parentheses around it and casts behind it.
fn bare(text: &str) -> &str {
    let mut text = text.trim();
    loop {
        let before = text;
        if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
            && balanced(inner)
        {
            text = inner.trim();
        }
        if let Some((value, cast)) = text.rsplit_once("::")
            && cast.chars().all(|character| character.is_alphanumeric() || " _\".(),[]".contains(character))
            && balanced(value)
        {
            text = value.trim();
        }
        if text == before {
            return text;
        }
    }
}

/// Returns whether every parenthesis outside of quotes is closed in it, and every quote.
fn balanced(text: &str) -> bool {
    let (mut depth, mut quoted) = (0_i32, false);
    for character in text.chars() {
        match character {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth -= 1;
                if depth < 0 {
                    return false;
                }
            }
            _ => {}
        }
    }
    depth == 0 && !quoted
}

/// Returns what is between the quotes of a literal: `'x'`, `E'x'`, `N'x'`, `"x"`.
fn quoted(text: &str) -> Option<String> {
    let text = text.strip_prefix(['E', 'e', 'N', 'n', 'b', 'B']).filter(|rest| rest.starts_with('\'')).unwrap_or(text);
    let quote = text.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
    let inner = text.get(1..)?.strip_suffix(quote)?;
    let doubled = format!("{quote}{quote}");
    let rest = inner.replace(&doubled, "");
    (!rest.contains(quote)).then(|| inner.replace(&doubled, &quote.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: Option<&str>, actual: Option<&str>) -> Verdict {
        let column = |default: Option<&str>| Column {
            default: Known::Yes(default.map(Arc::from)),
            ..Column::new("a", Known::No("".into()), Known::Yes(true))
        };
        same_default(&column(expected), &column(actual))
    }

    #[test]
    fn spellings_of_one_value_are_the_same() {
        for (left, right) in [
            ("now()", "CURRENT_TIMESTAMP"),
            ("now()", "(current_timestamp(6))"),
            ("(datetime('now'))", "CURRENT_TIMESTAMP"),
            ("'x'", "'x'::character varying"),
            ("x", "x"),
            ("'0'", "0"),
            ("0", "((0)::numeric)::double precision"),
            ("'false'", "false"),
            ("true", "1"),
            ("'{}'", "'{}'::jsonb"),
            ("'it''s'", "\"it's\""),
            ("'a::b'", "'a::b'::text"),
            ("NULL", "NULL::character varying"),
            ("gen_random_uuid()", "GEN_RANDOM_UUID()"),
        ] {
            assert_eq!(check(Some(left), Some(right)), Verdict::Same, "{left} {right}");
        }
        assert_eq!(check(None, Some("nextval('deals_id_seq'::regclass)")), Verdict::Same);
        assert_eq!(check(None, None), Verdict::Same);
        assert_eq!(check(None, Some("NULL")), Verdict::Same);
    }

    #[test]
    fn what_differs_surely_is_told_from_what_may() {
        assert_eq!(check(Some("'open'"), Some("'closed'::text")), Verdict::Different);
        assert_eq!(check(Some("now()"), None), Verdict::Different);
        assert_eq!(check(None, Some("uuid_generate_v4()")), Verdict::Different);
        assert_eq!(check(Some("1"), Some("now()")), Verdict::Different);
        for (left, right) in
            [("gen_random_uuid()", "uuid_generate_v4()"), ("timezone('utc', now())", "now()"), ("'a' || 'b'", "'ab'")]
        {
            assert!(matches!(check(Some(left), Some(right)), Verdict::Unknown(_)), "{left} {right}");
        }
    }

    #[test]
    fn hostile_texts_are_no_trouble() {
        for text in ["(", "::", "'", "((((", ")::x", "''''", "E'", "\"", "ü(", "()"] {
            check(Some(text), Some("'x'"));
        }
    }
}
