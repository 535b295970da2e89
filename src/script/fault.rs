//! Faults in scripts, said without the interpreter's own type names.

use rhai::{EvalAltResult, ParseError, ParseErrorType, Position};

use super::budget::{Limits, Stop};
use super::values::{HostFault, UnknownObject};

/// What is wrong with a script, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptFault {
    pub message: String,
    /// Within the script's source, 1-based.
    pub line: u32,
    pub column: u32,
    pub hint: Option<String>,
    /// It used up a budget: on other facts it would likely do so again.
    pub exhausted: bool,
    /// What the script printed before.
    pub log: Vec<String>,
}

impl std::fmt::Display for ScriptFault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}: {}", self.line, self.column, self.message)?;
        match &self.hint {
            Some(hint) => write!(formatter, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ScriptFault {}

impl ScriptFault {
    pub(super) fn new(position: Position, message: impl Into<String>, hint: Option<String>) -> Self {
        let number = |number: Option<usize>| number.and_then(|number| u32::try_from(number).ok()).unwrap_or(1).max(1);
        Self {
            message: message.into(),
            line: number(position.line()),
            column: number(position.position()),
            hint,
            exhausted: false,
            log: Vec::new(),
        }
    }

    /// Says what the parser found.
    pub(super) fn of_parsing(error: &ParseError, limits: &Limits) -> Self {
        let (message, hint) = match error.err_type() {
            ParseErrorType::ExprTooDeep => {
                (format!("more than {} expressions or blocks inside each other", limits.expression_depth), None)
            }
            ParseErrorType::Reserved(word) if word == "switch" => (
                "`switch` cannot be used in a script: it takes its last branch for what is not known".to_owned(),
                Some("write `if ... else if ...`, which ends the check as not judged".to_owned()),
            ),
            ParseErrorType::Reserved(word) => (format!("`{word}` cannot be used in a script"), None),
            ParseErrorType::UnexpectedEOF => {
                ("the script ends too early".to_owned(), Some("a bracket or brace is not closed".to_owned()))
            }
            other => (lower_first(&other.to_string()), None),
        };
        Self::new(error.position(), message, hint)
    }
}

/// How a script ended when it did not simply return.
pub(super) enum Ending {
    Fault(ScriptFault),
    /// It read what is not known.
    Unknown(std::sync::Arc<str>),
}

/// Says how a script ended, at the innermost place that is known.
///
/// `fallback` is the place to name when the interpreter names none: some steps of loops have no place.
pub(super) fn ending(error: Box<EvalAltResult>, fallback: Position, limits: &Limits) -> Ending {
    let mut position = error.position().or_else(fallback);
    let mut error = error;
    loop {
        error = match *error {
            EvalAltResult::ErrorInFunctionCall(_, _, inner, _) | EvalAltResult::ErrorInModule(_, inner, _) => {
                if !inner.position().is_none() {
                    position = inner.position();
                }
                inner
            }
            other => return innermost(other, position, limits),
        };
    }
}

fn innermost(mut error: EvalAltResult, position: Position, limits: &Limits) -> Ending {
    let hint = |text: &str| Some(text.to_owned());
    let mut exhausted = is_exhausted(&error);
    let (message, hint) = match &error {
        EvalAltResult::ErrorTerminated(token, _) => match token.clone().try_cast::<Stop>() {
            Some(Stop::Unknown(reason)) => return Ending::Unknown(reason),
            Some(Stop::Memory) => (limits.memory_message(), None),
            Some(Stop::Text) => (limits.text_message(), None),
            Some(Stop::Nesting) => ("values are nested more than 100 levels deep".to_owned(), None),
            Some(Stop::Time) | None => {
                (limits.time_message(), hint("use a query, like fact.calls(callee), instead of a loop over everything"))
            }
        },
        EvalAltResult::ErrorTooManyOperations(_) => {
            (format!("the script took more than {} steps on one fact", limits.operations), None)
        }
        EvalAltResult::ErrorStackOverflow(_) => {
            (format!("more than {} calls inside each other", limits.call_depth), None)
        }
        EvalAltResult::ErrorDataTooLarge(what, _) => (too_large(what, limits), None),
        EvalAltResult::ErrorRuntime(value, _) => match value.clone().try_cast::<HostFault>() {
            Some(fault) => {
                exhausted = fault.exhausted;
                (fault.message, fault.hint)
            }
            None if value.is_unit() => ("the script threw an error".to_owned(), None),
            None => match super::values::to_text(value) {
                Ok(text) => (text, None),
                Err(error) => return ending(error, position, limits),
            },
        },
        EvalAltResult::ErrorFunctionNotFound(signature, _) => {
            if plain_types(signature).contains(UNKNOWN_ARGUMENT) {
                return Ending::Unknown("a value that is not known was used".into());
            }
            (format!("no function takes these arguments: {}", plain_types(signature)), None)
        }
        EvalAltResult::ErrorMismatchDataType(wanted, found, _) => {
            if plain_types(found) == UNKNOWN_ARGUMENT {
                return Ending::Unknown("a value that is not known was used".into());
            }
            (format!("{} is needed here, not {}", plain_types(wanted), plain_types(found)), None)
        }
        EvalAltResult::ErrorPropertyNotFound(name, _) => (
            format!("the map has no key `{name}`"),
            Some(format!("test it first: `\"{name}\" in map`, or read it with map.get(\"{name}\")")),
        ),
        EvalAltResult::ErrorDataRace(..) => (
            "the closure uses the variable on which it is called".to_owned(),
            hint("take the list first: `let items = fact.field;`, then `items.filter(...)`"),
        ),
        EvalAltResult::ErrorVariableNotFound(name, _) => (format!("there is no variable `{name}`"), None),
        EvalAltResult::ErrorForbiddenVariable(name, _) => (format!("`{name}` cannot be the name of a variable"), None),
        _ => {
            error.clear_position();
            (plain_types(&lower_first(&error.to_string())), None)
        }
    };
    Ending::Fault(ScriptFault { exhausted, ..ScriptFault::new(position, message, hint) })
}

fn is_exhausted(error: &EvalAltResult) -> bool {
    matches!(
        error,
        EvalAltResult::ErrorTerminated(..)
            | EvalAltResult::ErrorTooManyOperations(_)
            | EvalAltResult::ErrorTooManyVariables(_)
            | EvalAltResult::ErrorStackOverflow(_)
            | EvalAltResult::ErrorDataTooLarge(..)
    )
}

/// How the interpreter names [`UnknownObject`] in its messages.
const UNKNOWN_ARGUMENT: &str = "unknown";

fn too_large(what: &str, limits: &Limits) -> String {
    if what.contains("string") {
        limits.text_message()
    } else if what.contains("map") {
        format!("a map has more than {} entries", limits.map_size)
    } else {
        format!("a list has more than {} items", limits.array_size)
    }
}

/// Replaces names of Rust types by the words of the documentation.
fn plain_types(text: &str) -> String {
    let mut plain = text.replace(std::any::type_name::<UnknownObject>(), UNKNOWN_ARGUMENT);
    for (rust, word) in [
        (std::any::type_name::<super::values::FactObject>(), "fact"),
        (std::any::type_name::<super::matches::Match>(), "match"),
        ("alloc::string::String", "string"),
        ("&str", "string"),
        ("ImmutableString", "string"),
        ("&mut ", ""),
        ("i64", "integer"),
        ("f64", "number"),
        ("bool", "boolean"),
    ] {
        plain = plain.replace(rust, word);
    }
    plain
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}
