//! Functions on lists and maps whose closures Rhai would not take seriously: it passes over an error in a comparison, and takes
//! what is neither true nor false, an unknown value too, for false.

use rhai::{
    Array, Dynamic, Engine, EvalAltResult, FnPtr, FuncRegistration, INT, ImmutableString, Map, NativeCallContext,
    Position,
};
use rustc_hash::FxHashSet;

use super::budget::Stop;
use super::matches::Match;
use super::values::{UnknownObject, describe, host_fault};

type Answer<T> = Result<T, Box<EvalAltResult>>;

/// Registers the functions that take a closure which answers true or false, or compares.
pub(super) fn register(engine: &mut Engine) {
    register_maps(engine);
    engine
        .register_fn("contains", |context: NativeCallContext, list: &mut Array, text: ImmutableString| {
            contains(&context, list, &text)
        })
        .register_fn("filter", |context: NativeCallContext, list: &mut Array, keep: FnPtr| -> Answer<Array> {
            let mut kept = Array::new();
            for index in 0..list.len() {
                if holds("filter", &context, list, index, index, &keep)? {
                    kept.push(list[index].clone());
                }
            }
            Ok(kept)
        })
        .register_fn("some", |context: NativeCallContext, list: &mut Array, test: FnPtr| {
            Ok::<_, Box<EvalAltResult>>(position("some", &context, list, 0, &test, true)?.is_some())
        })
        .register_fn("all", |context: NativeCallContext, list: &mut Array, test: FnPtr| {
            Ok::<_, Box<EvalAltResult>>(position("all", &context, list, 0, &test, false)?.is_none())
        })
        .register_fn("find", |context: NativeCallContext, list: &mut Array, test: FnPtr| find(&context, list, 0, &test))
        .register_fn("find", |context: NativeCallContext, list: &mut Array, test: FnPtr, start: INT| {
            find(&context, list, start, &test)
        })
        .register_fn("index_of", |context: NativeCallContext, list: &mut Array, test: FnPtr| {
            index_of(&context, list, 0, &test)
        })
        .register_fn("index_of", |context: NativeCallContext, list: &mut Array, test: FnPtr, start: INT| {
            index_of(&context, list, start, &test)
        })
        .register_fn("duplicates", duplicates)
        .register_fn("order", |context: NativeCallContext, list: &mut Array, compare: FnPtr| {
            sorted(&context, list.clone(), &compare)
        })
        .register_fn("order_by", |context: NativeCallContext, list: &mut Array, compare: FnPtr| {
            sorted(&context, list.clone(), &compare)
        });
    for name in ["sort", "sort_by"] {
        changing(name).register_into_engine(
            engine,
            |context: NativeCallContext, list: &mut Array, compare: FnPtr| -> Answer<()> {
                *list = sorted(&context, list.clone(), &compare)?;
                Ok(())
            },
        );
    }
    changing("drain").register_into_engine(
        engine,
        |context: NativeCallContext, list: &mut Array, test: FnPtr| -> Answer<Array> {
            let (drained, kept) = parted("drain", &context, list, &test)?;
            *list = kept;
            Ok(drained)
        },
    );
    changing("retain").register_into_engine(
        engine,
        |context: NativeCallContext, list: &mut Array, test: FnPtr| -> Answer<Array> {
            let (kept, drained) = parted("retain", &context, list, &test)?;
            *list = kept;
            Ok(drained)
        },
    );
    changing("dedup").register_into_engine(
        engine,
        |context: NativeCallContext, list: &mut Array, same: FnPtr| -> Answer<()> {
            dedup(list, |last, item| {
                let answer = same.call_raw(&context, None, [last.clone(), item.clone()])?;
                truth("dedup", &answer)
            })
        },
    );
    changing("dedup").register_into_engine(engine, |context: NativeCallContext, list: &mut Array| -> Answer<()> {
        dedup(list, |last, item| {
            let (mut last, mut item) = (last.clone(), item.clone());
            let of_one_type = last.type_id() == item.type_id();
            match context.call_native_fn_raw("==", true, &mut [&mut last, &mut item]) {
                Ok(answer) => truth("dedup", &answer),
                Err(error) if of_one_type || !matches!(*error, EvalAltResult::ErrorFunctionNotFound(..)) => Err(error),
                Err(_) => Ok(false),
            }
        })
    });
}

fn register_maps(engine: &mut Engine) {
    engine.register_fn("filter", |context: NativeCallContext, map: &mut Map, keep: FnPtr| -> Answer<Map> {
        Ok(parted_map("filter", &context, map, &keep)?.0)
    });
    changing("drain").register_into_engine(
        engine,
        |context: NativeCallContext, map: &mut Map, test: FnPtr| -> Answer<Map> {
            let (drained, kept) = parted_map("drain", &context, map, &test)?;
            *map = kept;
            Ok(drained)
        },
    );
    changing("retain").register_into_engine(
        engine,
        |context: NativeCallContext, map: &mut Map, test: FnPtr| -> Answer<Map> {
            let (kept, drained) = parted_map("retain", &context, map, &test)?;
            *map = kept;
            Ok(drained)
        },
    );
}

/// Parts a map into the entries for which the closure answers true, and the others.
fn parted_map(function: &str, context: &NativeCallContext<'_>, map: &mut Map, test: &FnPtr) -> Answer<(Map, Map)> {
    let (mut yes, mut no) = (Map::new(), Map::new());
    for (key, value) in map.iter_mut() {
        let key_argument = [key.as_str().into()];
        let answer = test.call_raw_with_extra_args(function, context, Some(&mut *value), key_argument, [], Some(1))?;
        let side = if truth(function, &answer)? { &mut yes } else { &mut no };
        side.insert(key.clone(), value.clone());
    }
    Ok((yes, no))
}

fn changing(name: &str) -> FuncRegistration {
    FuncRegistration::new(name).with_purity(false).in_global_namespace()
}

/// Returns what a closure answered.
fn truth(function: &str, answer: &Dynamic) -> Answer<bool> {
    if let Some(unknown) = answer.read_lock::<UnknownObject>() {
        return Err(Stop::Unknown(unknown.0.clone()).error());
    }
    answer.as_bool().map_err(|_| {
        host_fault(format!("what is passed to `{function}` answers true or false, not {}", describe(answer)), None)
    })
}

/// Returns whether a text is in a list. Rhai would look up anew how to compare it with each item.
fn contains(context: &NativeCallContext<'_>, list: &mut Array, text: &ImmutableString) -> Answer<bool> {
    for item in list.iter_mut() {
        if let Some(other) = item.read_lock::<ImmutableString>() {
            if *other == *text {
                return Ok(true);
            }
            continue;
        }
        match context.call_native_fn_raw("==", true, &mut [item, &mut text.clone().into()]) {
            Ok(answer) if answer.as_bool().unwrap_or(false) => return Ok(true),
            Ok(_) => {}
            Err(error) if matches!(*error, EvalAltResult::ErrorFunctionNotFound(..)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

/// Returns the texts of a list that equal one before them.
fn duplicates(list: &mut Array) -> Answer<Array> {
    let mut seen = FxHashSet::default();
    let mut duplicates = Array::new();
    for item in list.iter() {
        let text = if let Some(text) = item.read_lock::<ImmutableString>() {
            text.clone()
        } else if let Some(found) = item.read_lock::<Match>() {
            found.text().into()
        } else if let Some(unknown) = item.read_lock::<UnknownObject>() {
            return Err(Stop::Unknown(unknown.0.clone()).error());
        } else {
            return Err(host_fault(format!("duplicates() compares texts, not {}", describe(item)), None));
        };
        if !seen.insert(text.clone()) {
            duplicates.push(text.into());
        }
    }
    Ok(duplicates)
}

/// Asks a closure about an item, which it may be given as `this`, and may change; `number` is its second argument.
fn holds(
    function: &str,
    context: &NativeCallContext<'_>,
    list: &mut Array,
    index: usize,
    number: usize,
    test: &FnPtr,
) -> Answer<bool> {
    // Most closures take the item and nothing else: Rhai would try all other ways first, and write an error for each.
    if test.is_anonymous() {
        match test.call_raw(context, None, [list[index].clone()]) {
            Ok(answer) => return truth(function, &answer),
            Err(error) if takes_others(&error, test) => {}
            Err(error) => {
                let source = context.call_source().unwrap_or_default().to_owned();
                let told = EvalAltResult::ErrorInFunctionCall(function.to_owned(), source, error, Position::NONE);
                return Err(told.into());
            }
        }
    }
    let number = [INT::try_from(number).unwrap_or(INT::MAX).into()];
    truth(function, &test.call_raw_with_extra_args(function, context, Some(&mut list[index]), [], number, Some(0))?)
}

/// Returns whether a closure could not be called because it takes another number of arguments.
fn takes_others(error: &EvalAltResult, closure: &FnPtr) -> bool {
    matches!(error, EvalAltResult::ErrorFunctionNotFound(wanted, _) if wanted.starts_with(closure.fn_name()))
}

/// Returns the first item from `start` for which the closure answers `wanted`.
fn position(
    function: &str,
    context: &NativeCallContext<'_>,
    list: &mut Array,
    start: usize,
    test: &FnPtr,
    wanted: bool,
) -> Answer<Option<usize>> {
    for index in start..list.len() {
        if holds(function, context, list, index, index, test)? == wanted {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// Returns the place of an item as scripts count: from the end when it is negative.
fn place(list: &Array, start: INT) -> usize {
    let start_or_end = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
    if start < 0 { list.len().saturating_sub(start_or_end) } else { start_or_end }
}

fn find(context: &NativeCallContext<'_>, list: &mut Array, start: INT, test: &FnPtr) -> Answer<Dynamic> {
    let start = place(list, start);
    let found = position("find", context, list, start, test, true)?;
    Ok(found.map_or(Dynamic::UNIT, |index| list[index].clone()))
}

fn index_of(context: &NativeCallContext<'_>, list: &mut Array, start: INT, test: &FnPtr) -> Answer<INT> {
    let start = place(list, start);
    let found = position("index_of", context, list, start, test, true)?;
    Ok(found.and_then(|index| INT::try_from(index).ok()).unwrap_or(-1))
}

/// Parts a list into the items for which the closure answers true, and the others.
fn parted(function: &str, context: &NativeCallContext<'_>, list: &mut Array, test: &FnPtr) -> Answer<(Array, Array)> {
    let (mut yes, mut no) = (Array::new(), Array::new());
    for index in 0..list.len() {
        let side = if holds(function, context, list, index, index, test)? { &mut yes } else { &mut no };
        side.push(list[index].clone());
    }
    Ok((yes, no))
}

fn dedup(list: &mut Array, mut same: impl FnMut(&Dynamic, &Dynamic) -> Answer<bool>) -> Answer<()> {
    let mut kept = Array::new();
    for item in list.iter() {
        match kept.last() {
            Some(last) if same(last, item)? => {}
            _ => kept.push(item.clone()),
        }
    }
    *list = kept;
    Ok(())
}

/// Sorts by merging, which keeps equal items in order, ends at the first error, and asks for no total order.
fn sorted(context: &NativeCallContext<'_>, list: Array, compare: &FnPtr) -> Answer<Array> {
    if list.len() < 2 {
        return Ok(list);
    }
    let mut left = list;
    let right = left.split_off(left.len() / 2);
    let mut left = sorted(context, left, compare)?.into_iter().peekable();
    let mut right = sorted(context, right, compare)?.into_iter().peekable();
    let mut merged = Array::with_capacity(left.len() + right.len());
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        let answer = compare.call_raw(context, None, [first.clone(), second.clone()])?;
        let later = match answer.as_int() {
            Ok(order) => order > 0,
            Err(_) => !truth("sort", &answer)?,
        };
        merged.extend(if later { right.next() } else { left.next() });
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}
