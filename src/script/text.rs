//! Functions on texts, in place of those of Rhai that would first build a result and then look at its size.

use std::any::TypeId;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, EvalAltResult, FuncRegistration, INT, ImmutableString, Module};

use super::budget::Budget;

/// Registers the functions on texts.
pub(super) fn register(engine: &mut Engine, budget: &Arc<Budget>) {
    register_replace(engine, budget);
    register_split(engine, budget);
    register_case(engine, budget);
    register_parts(engine);
    register_characters(engine);
}

fn register_replace(engine: &mut Engine, budget: &Arc<Budget>) {
    let watch = budget.clone();
    let replace = move |text: &mut ImmutableString, find: &str, with: &str| -> Result<(), Box<EvalAltResult>> {
        let growth = text.matches(find).count().saturating_mul(with.len());
        watch.allow(text.len().saturating_add(growth))?;
        *text = text.replace(find, with).into();
        Ok(())
    };
    let replace = Arc::new(replace);
    let call = replace.clone();
    engine.register_fn("replace", move |text: &mut ImmutableString, find: ImmutableString, with: ImmutableString| {
        call(text, &find, &with)
    });
    let call = replace.clone();
    engine.register_fn("replace", move |text: &mut ImmutableString, find: ImmutableString, with: char| {
        call(text, &find, with.encode_utf8(&mut [0; 4]))
    });
    let call = replace.clone();
    engine.register_fn("replace", move |text: &mut ImmutableString, find: char, with: ImmutableString| {
        call(text, find.encode_utf8(&mut [0; 4]), &with)
    });
    engine.register_fn("replace", move |text: &mut ImmutableString, find: char, with: char| {
        replace(text, find.encode_utf8(&mut [0; 4]), with.encode_utf8(&mut [0; 4]))
    });
}

fn register_split(engine: &mut Engine, budget: &Arc<Budget>) {
    let watch = budget.clone();
    engine.register_fn("split", move |text: ImmutableString| collect(text.split_whitespace(), &watch));
    let watch = budget.clone();
    engine.register_fn("split", move |text: ImmutableString, at: ImmutableString| {
        collect(text.split(at.as_str()), &watch)
    });
    let watch = budget.clone();
    engine.register_fn("split", move |text: ImmutableString, at: char| collect(text.split(at), &watch));
    let watch = budget.clone();
    engine.register_fn("split", move |text: ImmutableString, at: ImmutableString, parts: INT| {
        collect(text.splitn(usize::try_from(parts).unwrap_or(1).max(1), at.as_str()), &watch)
    });
    let watch = budget.clone();
    engine.register_fn("split", move |text: ImmutableString, at: char, parts: INT| {
        collect(text.splitn(usize::try_from(parts).unwrap_or(1).max(1), at), &watch)
    });
}

fn register_case(engine: &mut Engine, budget: &Arc<Budget>) {
    let watch = budget.clone();
    let upper = Arc::new(move |text: &str| -> Result<ImmutableString, Box<EvalAltResult>> {
        watch.allow(text.chars().flat_map(char::to_uppercase).map(char::len_utf8).sum())?;
        Ok(text.to_uppercase().into())
    });
    let watch = budget.clone();
    let lower = Arc::new(move |text: &str| -> Result<ImmutableString, Box<EvalAltResult>> {
        watch.allow(text.chars().flat_map(char::to_lowercase).map(char::len_utf8).sum())?;
        Ok(text.to_lowercase().into())
    });
    let call = upper.clone();
    engine.register_fn("to_upper", move |text: ImmutableString| call(&text));
    let call = lower.clone();
    engine.register_fn("to_lower", move |text: ImmutableString| call(&text));
    changing("make_upper").register_into_engine(
        engine,
        move |text: &mut ImmutableString| -> Result<(), Box<EvalAltResult>> {
            *text = upper(text)?;
            Ok(())
        },
    );
    changing("make_lower").register_into_engine(
        engine,
        move |text: &mut ImmutableString| -> Result<(), Box<EvalAltResult>> {
            *text = lower(text)?;
            Ok(())
        },
    );
}

fn changing(name: &str) -> FuncRegistration {
    FuncRegistration::new(name).with_purity(false).in_global_namespace()
}

/// Returns the part of a text, in characters; a negative start counts from the end.
fn part(text: &str, start: INT, count: INT) -> &str {
    let (Ok(count), Ok(distance)) = (usize::try_from(count), usize::try_from(start.unsigned_abs())) else { return "" };
    if count == 0 {
        return "";
    }
    let first = match start {
        ..0 => text.char_indices().rev().nth(distance - 1).map_or(0, |(index, _)| index),
        _ => text.char_indices().nth(distance).map_or(text.len(), |(index, _)| index),
    };
    let rest = &text[first..];
    rest.char_indices().nth(count).map_or(rest, |(end, _)| &rest[..end])
}

fn bounds(start: INT, end: INT) -> (INT, INT) {
    let start = start.max(0);
    (start, end.max(start) - start)
}

fn register_parts(engine: &mut Engine) {
    type Text = ImmutableString;
    engine
        .register_fn("sub_string", |text: Text, start: INT| Text::from(part(&text, start, INT::MAX)))
        .register_fn("sub_string", |text: Text, start: INT, count: INT| Text::from(part(&text, start, count)))
        .register_fn("sub_string", |text: Text, range: Range<INT>| {
            let (start, count) = bounds(range.start, range.end);
            Text::from(part(&text, start, count))
        })
        .register_fn("sub_string", |text: Text, range: RangeInclusive<INT>| {
            let (start, count) = bounds(*range.start(), range.end().saturating_add(1));
            Text::from(part(&text, start, count))
        });
    changing("crop").register_into_engine(engine, |text: &mut Text, start: INT| {
        *text = part(text, start, INT::MAX).into();
    });
    changing("crop").register_into_engine(engine, |text: &mut Text, start: INT, count: INT| {
        *text = part(text, start, count).into();
    });
    changing("crop").register_into_engine(engine, |text: &mut Text, range: Range<INT>| {
        let (start, count) = bounds(range.start, range.end);
        *text = part(text, start, count).into();
    });
    changing("crop").register_into_engine(engine, |text: &mut Text, range: RangeInclusive<INT>| {
        let (start, count) = bounds(*range.start(), range.end().saturating_add(1));
        *text = part(text, start, count).into();
    });
    engine.register_fn("index_of", |text: Text, find: Text, start: INT| index_of(&text, &find, start));
    engine.register_fn("index_of", |text: Text, find: char, start: INT| {
        index_of(&text, find.encode_utf8(&mut [0; 4]), start)
    });
}

/// Returns where a text occurs at or after a character, in characters; -1 if it does not.
fn index_of(text: &str, find: &str, start: INT) -> INT {
    let rest = part(text, start, INT::MAX);
    if rest.is_empty() {
        return -1;
    }
    let skipped = text.len() - rest.len();
    rest.find(find).map_or(-1, |at| INT::try_from(text[..skipped + at].chars().count()).unwrap_or(INT::MAX))
}

/// Lets `for character in text` read the text where it is; Rhai copies it into a list of characters first.
fn register_characters(engine: &mut Engine) {
    let mut module = Module::new();
    module.set_iter(TypeId::of::<ImmutableString>(), |text| {
        let text = text.into_immutable_string().unwrap_or_default();
        let mut at = 0;
        Box::new(std::iter::from_fn(move || {
            let character = text[at..].chars().next()?;
            at += character.len_utf8();
            Some(Dynamic::from(character))
        }))
    });
    engine.register_global_module(module.into());
}

fn collect<'a>(parts: impl Iterator<Item = &'a str>, budget: &Budget) -> Result<Array, Box<EvalAltResult>> {
    let mut items = Array::new();
    for part in parts {
        items.push(part.into());
        budget.allow_items(items.len())?;
    }
    Ok(items)
}
