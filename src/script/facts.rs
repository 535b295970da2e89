//! Facts in scripts: fields and queries, straight from the vocabulary.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use rhai::{Dynamic, Engine, EvalAltResult, FuncRegistration, ImmutableString, Module, Shared};

use super::budget::{Budget, Stop};
use super::values::{FactObject, UnknownObject, describe, host_fault, suggestion, to_dynamic};
use crate::model::facts::KINDS;
use crate::model::{Field, Kind, Query, Value};

/// What a script can call on any fact beside the queries of its kind, with the number of arguments.
pub(super) const METHODS: &[(&str, usize)] =
    &[("find", 1), ("find_all", 1), ("matches", 1), ("knows", 1), ("is_unknown", 1), ("to_string", 0)];

/// Returns the names of the queries of all kinds.
pub(super) fn query_names() -> BTreeSet<&'static str> {
    KINDS.iter().flat_map(|kind| kind.all_queries()).map(|query| query.name).collect()
}

/// Returns what to say about a field that a kind lacks.
pub(super) fn no_field(kind: &Kind, name: &str) -> (String, Option<String>) {
    let hint = match kind.query(name) {
        Some(query) => Some(format!("`{name}` is a query: write {name}({})", query.argument.unwrap_or_default())),
        None => suggestion(name, kind.all_fields().map(|field| field.name)),
    };
    (format!("`{}` has no field `{name}`", kind.name), hint)
}

/// Returns what to say about a query that a kind lacks.
pub(super) fn no_query(kind: &Kind, name: &str) -> (String, Option<String>) {
    let hint = match kind.field(name) {
        Some(_) => Some(format!("`{name}` is a field: write it without parentheses")),
        None => {
            let methods = METHODS.iter().map(|(name, _)| *name);
            suggestion(name, kind.all_queries().map(|query| query.name).chain(methods))
        }
    };
    (format!("`{}` has no query `{name}`", kind.name), hint)
}

/// Returns what to say about a text that the argument of a query can never be; `None` where it can be.
pub(super) fn no_word(query: &Query, text: &str) -> Option<(String, String)> {
    let words = query.words().filter(|words| !words.contains(&text))?;
    let argument = query.argument.unwrap_or_default();
    Some((format!("{}({argument}) knows no {argument} `{text}`", query.name), one_of(text, words)))
}

/// Returns the hint for a text that should be one of several words.
pub(super) fn one_of(text: &str, words: &[&'static str]) -> String {
    suggestion(text, words.iter().copied()).unwrap_or_else(|| format!("it is one of {}", words.join(", ")))
}

/// Reads a value for a script; an unknown one ends the check.
fn read(value: Value) -> Result<Dynamic, Box<EvalAltResult>> {
    match value {
        Value::Unknown(reason) => Err(Stop::Unknown(reason).error()),
        value => Ok(to_dynamic(&value)),
    }
}

fn field(fact: &FactObject, name: &str) -> Result<Value, Box<EvalAltResult>> {
    fact.0.get(name).ok_or_else(|| {
        let (message, hint) = no_field(fact.0.kind(), name);
        host_fault(message, hint)
    })
}

fn query(fact: &FactObject, name: &str, argument: Option<&Dynamic>) -> Result<Dynamic, Box<EvalAltResult>> {
    let kind = fact.0.kind();
    let Some(query) = kind.query(name) else {
        let (message, hint) = no_query(kind, name);
        return Err(host_fault(message, hint));
    };
    let text = match argument {
        None => None,
        Some(value) => {
            if let Some(unknown) = value.read_lock::<UnknownObject>() {
                return Err(Stop::Unknown(unknown.0.clone()).error());
            }
            let wanted = query.argument.ok_or_else(|| host_fault(format!("{name}() takes no argument"), None))?;
            let text = value.clone().into_immutable_string();
            Some(text.map_err(|_| host_fault(format!("{name}({wanted}) takes a text, not {}", describe(value)), None))?)
        }
    };
    let answer = (query.run)(&fact.0, text.as_deref()).map_err(|reason| host_fault(reason, None))?;
    // What is misspelt finds nothing.
    if matches!(&answer, Value::List(found) if found.is_empty())
        && let Some((message, hint)) = text.as_deref().and_then(|text| no_word(query, text))
    {
        return Err(host_fault(message, Some(hint)));
    }
    read(answer)
}

/// What scripts may ask of facts: made once for all engines. What is no field of any kind, and what is read of other
/// values, comes to the indexers, which Rhai asks when it has found no getter, written the error, and dropped it.
pub(super) static FACTS: LazyLock<Shared<Module>> = LazyLock::new(|| {
    let mut module = Module::new();
    add_fields(&mut module);
    add_queries(&mut module);
    let new = |name: &'static str| FuncRegistration::new(name).in_global_namespace();
    new("knows").set_into_module(&mut module, |fact: &mut FactObject, name: ImmutableString| {
        Ok::<_, Box<EvalAltResult>>(!matches!(field(fact, &name)?, Value::Unknown(_)))
    });
    new("is_unknown").set_into_module(&mut module, |fact: &mut FactObject, name: ImmutableString| {
        Ok::<_, Box<EvalAltResult>>(matches!(field(fact, &name)?, Value::Unknown(_)))
    });
    new("to_string").set_into_module(&mut module, |fact: &mut FactObject| fact.0.label());
    new("to_debug")
        .set_into_module(&mut module, |fact: &mut FactObject| format!("{} {}", fact.0.kind().name, fact.0.label()));
    new("==").set_into_module(&mut module, |left: FactObject, right: FactObject| left.0 == right.0);
    new("!=").set_into_module(&mut module, |left: FactObject, right: FactObject| left.0 != right.0);
    module.build_index();
    module.into()
});

fn add_fields(module: &mut Module) {
    let mut by_name: BTreeMap<&'static str, Vec<(&'static Kind, &'static Field)>> = BTreeMap::new();
    for kind in KINDS {
        kind.all_fields().for_each(|field| by_name.entry(field.name).or_default().push((kind, field)));
    }
    for (name, fields) in by_name {
        module.set_getter_fn(name, move |fact: &mut FactObject| {
            let kind = fact.0.kind();
            match fields.iter().find(|(of, _)| std::ptr::eq(*of, kind)) {
                Some((_, field)) => read((field.get)(&fact.0)),
                None => read(field(fact, name)?),
            }
        });
    }
}

fn add_queries(module: &mut Module) {
    for name in query_names() {
        let new = || FuncRegistration::new(name).in_global_namespace();
        new().set_into_module(module, move |fact: &mut FactObject| query(fact, name, None));
        new().set_into_module(module, move |fact: &mut FactObject, argument: ImmutableString| {
            query(fact, name, Some(&argument.into()))
        });
        new().set_into_module(module, move |fact: &mut FactObject, argument: Dynamic| {
            query(fact, name, Some(&argument))
        });
    }
}

/// Registers facts, and items that are not known.
pub(super) fn register(engine: &mut Engine, budget: &Arc<Budget>) {
    engine
        .register_type_with_name::<FactObject>("fact")
        .register_indexer_get(|fact: &mut FactObject, name: ImmutableString| read(field(fact, &name)?));
    engine.register_global_module(FACTS.clone());
    register_unknown(engine, budget);
}

fn stop<T>(unknown: &UnknownObject) -> Result<T, Box<EvalAltResult>> {
    Err(Stop::Unknown(unknown.0.clone()).error())
}

fn register_unknown(engine: &mut Engine, budget: &Arc<Budget>) {
    engine.register_type_with_name::<UnknownObject>("unknown");
    for operator in ["==", "!=", "<", "<=", ">", ">=", "+"] {
        engine.register_fn(operator, |unknown: UnknownObject, _: UnknownObject| stop::<bool>(&unknown));
        engine.register_fn(operator, |unknown: UnknownObject, _: Dynamic| stop::<bool>(&unknown));
        engine.register_fn(operator, |_: Dynamic, unknown: UnknownObject| stop::<bool>(&unknown));
    }
    engine.register_fn("!", |unknown: UnknownObject| stop::<bool>(&unknown));
    for function in ["to_string", "to_debug", "print", "debug"] {
        let watch = budget.clone();
        engine.register_fn(function, move |unknown: UnknownObject| {
            watch.end(Stop::Unknown(unknown.0.clone()));
            stop::<ImmutableString>(&unknown)
        });
    }
    engine.register_indexer_get(|unknown: &mut UnknownObject, _: ImmutableString| stop::<Dynamic>(unknown));
    engine.register_fn("is_unknown", |_: Dynamic| false);
    engine.register_fn("is_unknown", |_: UnknownObject| true);
}
