//! The model's values as a script sees them.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{Array, Dynamic, EvalAltResult, Map, Position};

use super::budget::Stop;
use super::matches::Match;
use crate::model::{Fact, Value};

/// A fact in a script.
#[derive(Clone, Debug)]
pub(super) struct FactObject(pub(super) Fact);

/// An item of a list or map that is not known: it may be passed around, but using it ends the check.
#[derive(Clone, Debug)]
pub(super) struct UnknownObject(pub(super) Arc<str>);

/// What the author of a script did wrong, as host functions say it.
#[derive(Clone, Debug)]
pub(super) struct HostFault {
    pub(super) message: String,
    pub(super) hint: Option<String>,
    /// It used up a budget.
    pub(super) exhausted: bool,
}

/// Returns the error that a host function raises for the author of the script.
pub(super) fn host_fault(message: impl Into<String>, hint: Option<String>) -> Box<EvalAltResult> {
    raise(HostFault { message: message.into(), hint, exhausted: false })
}

/// Returns the error that a host function raises when a budget is used up.
pub(super) fn exhausted(message: impl Into<String>) -> Box<EvalAltResult> {
    raise(HostFault { message: message.into(), hint: None, exhausted: true })
}

fn raise(fault: HostFault) -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(fault), Position::NONE))
}

/// Returns "did you mean" for a name, where one of the candidates is near.
pub(super) fn suggestion<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    crate::model::closest(name, candidates).map(|nearest| format!("did you mean `{nearest}`?"))
}

/// Returns the value as the script sees it.
pub(super) fn to_dynamic(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Unknown(reason) => Dynamic::from(UnknownObject(reason.clone())),
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Float(value) => (*value).into(),
        Value::Text(text) => text.as_ref().into(),
        Value::List(items) => items.iter().map(to_dynamic).collect::<Array>().into(),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.as_ref().into(), to_dynamic(value)));
            entries.collect::<Map>().into()
        }
        Value::Fact(fact) => Dynamic::from(FactObject(fact.clone())),
    }
}

/// Returns the options of a rule as a script sees them.
pub(super) fn options_map(options: &BTreeMap<String, Value>) -> Dynamic {
    let entries = options.iter().map(|(name, value)| (name.as_str().into(), to_dynamic(value)));
    Dynamic::from_map(entries.collect::<Map>()).into_read_only()
}

/// Returns a value of a script as messages and templates show it; an unknown item stops the check.
pub(super) fn to_text(value: &Dynamic) -> Result<String, Box<EvalAltResult>> {
    if let Some(unknown) = value.read_lock::<UnknownObject>() {
        return Err(Stop::Unknown(unknown.0.clone()).error());
    }
    if value.is_unit() {
        return Ok("none".to_owned());
    }
    if let Some(fact) = value.read_lock::<FactObject>() {
        return Ok(fact.0.label());
    }
    if let Some(found) = value.read_lock::<Match>() {
        return Ok(found.text().to_owned());
    }
    if let Some(items) = value.read_lock::<Array>() {
        return Ok(items.iter().map(to_text).collect::<Result<Vec<_>, _>>()?.join(", "));
    }
    if let Some(entries) = value.read_lock::<Map>() {
        let entries = entries.iter().map(|(key, value)| Ok(format!("{key}={}", to_text(value)?)));
        return Ok(entries.collect::<Result<Vec<_>, Box<EvalAltResult>>>()?.join(", "));
    }
    Ok(value.to_string())
}

/// Returns what a value is, in the words of the documentation.
pub(super) fn describe(value: &Dynamic) -> &'static str {
    if value.is_unit() {
        "()"
    } else if value.is_string() {
        "a text"
    } else if value.is_int() {
        "an integer"
    } else if value.is_bool() {
        "a boolean"
    } else if value.is_array() {
        "a list"
    } else if value.is_map() {
        "a map"
    } else if value.is_fnptr() {
        "a function"
    } else if value.is::<FactObject>() {
        "a fact"
    } else if value.is::<Match>() {
        "a match"
    } else {
        "another value"
    }
}
