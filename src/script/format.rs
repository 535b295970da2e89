//! Values as texts, without making more text than a script may hold.

use std::fmt::Write;
use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, FnPtr, ImmutableString, Map};

use super::budget::{Budget, Stop};
use super::matches::Match;
use super::values::{FactObject, UnknownObject};

/// Registers `to_string`, `to_debug`, and the forms of them that `print` and `debug` call, where a text could grow.
///
/// Rhai passes over the errors of these functions; what ends the script is left with the budget.
pub(super) fn register(engine: &mut Engine, budget: &Arc<Budget>) {
    for name in ["to_string", "to_debug", "print", "debug"] {
        let watch = budget.clone();
        engine.register_fn(name, move |list: &mut Array| text_of(&watch, |text| write_list(text, &watch, list)));
        let watch = budget.clone();
        engine.register_fn(name, move |map: &mut Map| text_of(&watch, |text| write_map(text, &watch, map)));
    }
    for name in ["to_debug", "debug"] {
        let watch = budget.clone();
        engine.register_fn(name, move |value: ImmutableString| {
            text_of(&watch, |text| write!(text, "{:?}", value.as_str()))
        });
    }
}

/// A text that refuses to become larger than the budget allows.
struct Bounded {
    text: String,
    room: usize,
}

impl Write for Bounded {
    fn write_str(&mut self, part: &str) -> std::fmt::Result {
        self.room = self.room.checked_sub(part.len()).ok_or(std::fmt::Error)?;
        self.text.push_str(part);
        Ok(())
    }
}

fn text_of(budget: &Budget, write: impl FnOnce(&mut Bounded) -> std::fmt::Result) -> ImmutableString {
    let mut bounded = Bounded { text: String::new(), room: budget.room() };
    if write(&mut bounded).is_err() {
        budget.end(Stop::Text);
        return ImmutableString::new();
    }
    bounded.text.into()
}

fn write_list(text: &mut Bounded, budget: &Budget, list: &Array) -> std::fmt::Result {
    text.write_str("[")?;
    for (index, item) in list.iter().enumerate() {
        text.write_str(if index == 0 { "" } else { ", " })?;
        write_value(text, budget, item)?;
    }
    text.write_str("]")
}

fn write_map(text: &mut Bounded, budget: &Budget, map: &Map) -> std::fmt::Result {
    text.write_str("#{")?;
    for (index, (key, value)) in map.iter().enumerate() {
        write!(text, "{}{:?}: ", if index == 0 { "" } else { ", " }, key.as_str())?;
        write_value(text, budget, value)?;
    }
    text.write_str("}")
}

fn write_value(text: &mut Bounded, budget: &Budget, value: &Dynamic) -> std::fmt::Result {
    if let Some(list) = value.read_lock::<Array>() {
        write_list(text, budget, &list)
    } else if let Some(map) = value.read_lock::<Map>() {
        write_map(text, budget, &map)
    } else if let Some(unknown) = value.read_lock::<UnknownObject>() {
        budget.end(Stop::Unknown(unknown.0.clone()));
        Ok(())
    } else if let Some(fact) = value.read_lock::<FactObject>() {
        write!(text, "{} {}", fact.0.kind().name, fact.0.label())
    } else if let Some(found) = value.read_lock::<Match>() {
        write!(text, "{:?}", found.text())
    } else if let Some(pointer) = value.read_lock::<FnPtr>() {
        write!(text, "{}", *pointer)
    } else if value.is_unit() {
        text.write_str("()")
    } else if value.is_char() {
        write!(text, "{value}")
    } else {
        write!(text, "{value:?}")
    }
}
