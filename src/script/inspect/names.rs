//! Whether the properties and functions that a script names exist.

use std::collections::BTreeSet;

use rhai::Position;

use super::Context;
use super::types::{Type, keys_of_maps, of_any_field, of_any_query};
use crate::model::facts::KINDS;
use crate::script::values::suggestion;
use crate::script::{allowed, facts, matches};

/// Checks a property and returns its type.
pub(super) fn property(context: &mut Context<'_>, of: &Type, name: &str, position: Position) -> Type {
    match of {
        Type::Fact(kind) => match kind.field(name) {
            Some(field) => Type::of(field.ty),
            None => {
                let (message, hint) = facts::no_field(kind, name);
                context.fault(position, message, hint);
                Type::Any
            }
        },
        Type::Map(item) => (**item).clone(),
        Type::Options => {
            if !context.options.contains_key(name) {
                let hint = suggestion(name, context.options.keys().map(String::as_str));
                context.fault(position, format!("the rule has no option `{name}`"), hint);
            }
            Type::Any
        }
        Type::Match => expect_one_of(context, of, name, position, matches::PROPERTIES),
        Type::List(_) | Type::Text | Type::Word(_) => expect_one_of(context, of, name, position, &["len", "is_empty"]),
        Type::Scalar | Type::Closure(..) => expect_one_of(context, of, name, position, &[]),
        Type::Any => any_property(context, name, position),
    }
}

fn expect_one_of(context: &mut Context<'_>, of: &Type, name: &str, position: Position, known: &[&str]) -> Type {
    if known.contains(&name) {
        return if name == "text" { Type::Text } else { Type::Scalar };
    }
    let hint = match of {
        Type::List(item) => match &**item {
            Type::Fact(kind) if kind.field(name).is_some() => {
                Some(format!("its items have it: `for item in list {{ item.{name} }}`"))
            }
            _ => suggestion(name, known.iter().copied()),
        },
        Type::Scalar => Some("for_each passes the index; write `for item in list { ... }`".to_owned()),
        _ => suggestion(name, known.iter().copied()),
    };
    context.fault(position, format!("{} has no property `{name}`", of.name()), hint);
    Type::Any
}

fn any_property(context: &mut Context<'_>, name: &str, position: Position) -> Type {
    let elsewhere = matches::PROPERTIES.contains(&name)
        || allowed::PROPERTIES.contains(&name)
        || context.keys.contains(name)
        || context.options.contains_key(name)
        || keys_of_maps().any(|key| key == name);
    match of_any_field(name) {
        Some(ty) if !elsewhere => ty,
        Some(_) => Type::Any,
        None if elsewhere => Type::Any,
        None => {
            let fields = KINDS.iter().flat_map(|kind| kind.all_fields()).map(|field| field.name);
            let own = context.keys.iter().chain(context.options.keys()).map(String::as_str);
            let others = matches::PROPERTIES.iter().chain(allowed::PROPERTIES).copied();
            let hint = suggestion(name, fields.chain(own).chain(others));
            context.fault(position, format!("nothing has a field `{name}`"), hint);
            Type::Any
        }
    }
}

/// Checks a method and returns the type of its result. `count` is the number of arguments without the receiver.
pub(super) fn method(context: &mut Context<'_>, of: &Type, name: &str, count: usize, position: Position) -> Type {
    note_call(context, name, position);
    if refuse(context, name, position) || matches!(name, "call" | "curry") {
        return Type::Any;
    }
    if context.functions.get(name).is_some_and(|counts| counts.contains(&count)) {
        return Type::Any;
    }
    if let Type::Fact(kind) = of {
        if let Some(query) = kind.query(name) {
            let most = usize::from(query.argument.is_some());
            if count > most {
                context.fault(position, wrong_count(name, &(0..=most).collect(), count), None);
            }
            return Type::of(query.returns);
        }
        if !facts::METHODS.iter().any(|(method, _)| *method == name) && !context.functions.contains_key(name) {
            let (message, hint) = facts::no_query(kind, name);
            context.fault(position, message, hint);
            return Type::Any;
        }
    }
    // What a map holds may be called; the interpreter looks there first.
    if matches!(of, Type::Any | Type::Map(_)) && context.keys.contains(name) {
        return Type::Any;
    }
    let counts = context.functions.get(name).or_else(|| allowed::functions().get(name));
    match counts {
        Some(counts) if !counts.contains(&(count + 1)) => {
            let own = context.functions.contains_key(name);
            let counts = counts.iter().filter_map(|n| if own { Some(*n) } else { n.checked_sub(1) }).collect();
            context.fault(position, wrong_count(name, &counts, count), None);
            Type::Any
        }
        Some(_) => result(of, name),
        None => {
            unknown_function(context, name, position);
            Type::Any
        }
    }
}

/// Checks a function call and returns the type of its result.
pub(super) fn function(
    context: &mut Context<'_>,
    first: Option<&Type>,
    name: &str,
    count: usize,
    position: Position,
) -> Type {
    note_call(context, name, position);
    if refuse(context, name, position) || matches!(name, "call" | "curry") {
        return Type::Any;
    }
    let own = context.functions.get(name);
    match own.or_else(|| allowed::functions().get(name)) {
        Some(counts) if !counts.contains(&count) => {
            let message = wrong_count(name, counts, count);
            context.fault(position, message, None);
            Type::Any
        }
        Some(_) => match first {
            Some(first) if own.is_none() => result(first, name),
            _ => Type::Any,
        },
        None => {
            unknown_function(context, name, position);
            Type::Any
        }
    }
}

fn note_call(context: &mut Context<'_>, name: &str, position: Position) {
    if context.functions.contains_key(name) {
        context.calls.push((context.current.clone(), name.to_owned(), position));
    }
}

/// Returns the type of what a known function makes of its receiver.
fn result(of: &Type, name: &str) -> Type {
    if let (Type::Any, Some(ty)) = (of, of_any_query(name)) {
        return ty;
    }
    let of = if matches!(of, Type::Word(_)) { &Type::Text } else { of };
    match (of, name) {
        (Type::List(_), "filter" | "extract" | "drain" | "retain" | "order" | "order_by" | "order_desc") => of.clone(),
        (Type::List(_), "find" | "pop" | "shift" | "get") | (Type::Map(_), "get") => of.item(),
        (Type::Map(item), "values") => Type::List(item.clone()),
        (Type::Map(_), "keys") | (Type::Text, "split") => Type::List(Box::new(Type::Text)),
        (Type::Text | Type::Fact(_), "find") => Type::Match,
        (Type::Text | Type::Fact(_), "find_all") => Type::List(Box::new(Type::Match)),
        (Type::Any, "find_all") => Type::List(Box::new(Type::Match)),
        (Type::Text, "to_upper" | "to_lower" | "sub_string") | (_, "to_string") => Type::Text,
        (_, "matches" | "glob" | "knows" | "is_unknown" | "starts_with" | "ends_with") => Type::Scalar,
        (Type::Text | Type::List(_) | Type::Map(_), "len" | "is_empty" | "contains" | "index_of") => Type::Scalar,
        _ => Type::Any,
    }
}

/// Refuses what the sandbox does not have, with the reason.
fn refuse(context: &mut Context<'_>, name: &str, position: Position) -> bool {
    let hint = match name {
        "eval" => "a script cannot run text as code",
        "Fn" => "write a closure, |x| ..., instead of naming a function by text",
        "sleep" | "timestamp" => "a script does not see the clock",
        _ => return false,
    };
    context.fault(position, format!("`{name}` cannot be used in a script"), Some(hint.to_owned()));
    true
}

fn unknown_function(context: &mut Context<'_>, name: &str, position: Position) {
    let known = allowed::functions().keys().copied().chain(context.functions.keys().map(String::as_str));
    let hint = match name {
        "any" => Some("did you mean `some`?".to_owned()),
        _ => suggestion(name, known),
    };
    context.fault(position, format!("there is no function `{name}`"), hint);
}

fn wrong_count(name: &str, known: &BTreeSet<usize>, count: usize) -> String {
    let known: Vec<String> = known.iter().map(ToString::to_string).collect();
    let word = if known == ["1"] { "argument" } else { "arguments" };
    format!("`{name}` takes {} {word}, not {count}", known.join(" or "))
}
