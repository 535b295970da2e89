//! Methods of strings.

use std::sync::Arc;

use super::calls::Keywords;
use super::value::Value;

/// The longest text that is put together: more than any name or condition, less than harm.
const LONGEST: usize = 100_000;

/// Returns what a method of a string yields, if that can be told.
pub fn method<'a>(
    of: &str,
    name: &str,
    arguments: &[Value<'a>],
    keywords: &Keywords<'a>,
    string: &dyn Fn(&Value<'a>) -> Option<Arc<str>>,
    iterate: &dyn Fn(&Value<'a>) -> Option<Vec<Value<'a>>>,
) -> Option<Value<'a>> {
    let text = |position: usize| arguments.get(position).and_then(Value::as_text);
    let trimmed = |both: &dyn Fn(&[char]) -> String| match arguments.len() {
        0 => Some(both(&[' ', '\t', '\n', '\r', '\x0b', '\x0c'])),
        _ => text(0).map(|set| both(&set.chars().collect::<Vec<_>>())),
    };
    let result = match name {
        "lower" | "casefold" => of.to_lowercase(),
        "upper" => of.to_uppercase(),
        "capitalize" => {
            let mut characters = of.chars();
            characters.next().map_or_else(String::new, |first| {
                first.to_uppercase().chain(characters.flat_map(char::to_lowercase)).collect()
            })
        }
        "strip" => trimmed(&|set| of.trim_matches(set).to_owned())?,
        "lstrip" => trimmed(&|set| of.trim_start_matches(set).to_owned())?,
        "rstrip" => trimmed(&|set| of.trim_end_matches(set).to_owned())?,
        "replace" if arguments.len() == 2 => {
            let (from, to) = (text(0)?, text(1)?);
            if of.len().saturating_mul(to.len() + 1) > LONGEST {
                return None;
            }
            of.replace(&*from, &to)
        }
        "removeprefix" => {
            let prefix = text(0)?;
            of.strip_prefix(&*prefix).unwrap_or(of).to_owned()
        }
        "removesuffix" => {
            let suffix = text(0)?;
            of.strip_suffix(&*suffix).unwrap_or(of).to_owned()
        }
        "join" => {
            let parts = iterate(arguments.first()?)?;
            let parts = parts.iter().map(Value::as_text).collect::<Option<Vec<_>>>()?;
            let length: usize = parts.iter().map(|part| part.len() + of.len()).sum();
            if length > LONGEST {
                return None;
            }
            parts.iter().map(|part| &**part).collect::<Vec<_>>().join(of)
        }
        "format" => format(of, arguments, keywords, string)?,
        "startswith" => return Some(Value::Bool(of.starts_with(&*text(0)?))),
        "endswith" => return Some(Value::Bool(of.ends_with(&*text(0)?))),
        "islower" => {
            return Some(Value::Bool(of.chars().any(char::is_lowercase) && !of.chars().any(char::is_uppercase)));
        }
        "isupper" => {
            return Some(Value::Bool(of.chars().any(char::is_uppercase) && !of.chars().any(char::is_lowercase)));
        }
        "split" if arguments.len() <= 1 => {
            let parts: Vec<Value<'a>> = match text(0) {
                Some(separator) if !separator.is_empty() => of.split(&*separator).map(Value::text).collect(),
                Some(_) => return None,
                None if arguments.is_empty() => of.split_whitespace().map(Value::text).collect(),
                None => return None,
            };
            return Some(Value::list(parts));
        }
        _ => return None,
    };
    Some(Value::text(result))
}

/// Returns what `"...".format(...)` yields for plain fields.
fn format<'a>(
    of: &str,
    arguments: &[Value<'a>],
    keywords: &Keywords<'a>,
    string: &dyn Fn(&Value<'a>) -> Option<Arc<str>>,
) -> Option<String> {
    let mut result = String::new();
    let mut rest = of;
    let mut next = 0;
    while let Some(at) = rest.find(['{', '}']) {
        result.push_str(&rest[..at]);
        let mark = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(mark) {
            result.push_str(mark);
            rest = after;
            continue;
        }
        if mark == "}" {
            return None;
        }
        let end = rest.find('}')?;
        let field = &rest[..end];
        rest = &rest[end + 1..];
        let value = if field.is_empty() {
            next += 1;
            arguments.get(next - 1)
        } else if let Ok(position) = field.parse::<usize>() {
            arguments.get(position)
        } else {
            keywords.iter().find(|(name, _)| &**name == field).map(|(_, value)| value)
        };
        result.push_str(&string(value?)?);
    }
    result.push_str(rest);
    Some(result)
}

/// Returns what `"..." % values` yields for `%s` and `%d`.
pub fn percent<'a>(of: &str, values: &Value<'a>, string: &dyn Fn(&Value<'a>) -> Option<Arc<str>>) -> Option<Value<'a>> {
    let positional: Vec<Value<'a>> = match values {
        Value::Tuple(values) => values.to_vec(),
        other => vec![other.clone()],
    };
    let mut positional = positional.iter();
    let mut result = String::new();
    let mut rest = of;
    while let Some(at) = rest.find('%') {
        result.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            result.push('%');
            rest = after;
        } else if let Some(after) = rest.strip_prefix(['s', 'd']) {
            result.push_str(&string(positional.next()?)?);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('(') {
            let (name, after) = after.split_once(')')?;
            let Value::Dict(entries) = values else { return None };
            let entries = entries.borrow();
            let (_, value) = entries.iter().find(|(key, _)| key.as_text().as_deref() == Some(name))?;
            result.push_str(&string(value)?);
            rest = after.strip_prefix(['s', 'd'])?;
        } else {
            return None;
        }
    }
    result.push_str(rest);
    Some(Value::text(result))
}
