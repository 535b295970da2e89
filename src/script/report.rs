//! `report(...)`: how a script speaks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{Dynamic, Engine, EvalAltResult, INT, Map};

use super::budget::{Budget, Stop};
use super::matches::Match;
use super::values::{FactObject, UnknownObject, describe, host_fault, to_text};
use crate::model::{Fact, Known, Location, Named, Span};

/// One thing that a script reported.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptReport {
    /// The place; `None` for the fact itself.
    pub at: Option<Location>,
    /// The message; `None` for the rule's template.
    pub message: Option<String>,
    /// Values for the message template, and for `match:` of exceptions.
    pub data: Named,
    /// The fact that the report is about, when `at` was one.
    pub fact: Option<Fact>,
}

/// What one check has said so far.
#[derive(Default)]
pub(super) struct Said {
    fact: Option<Fact>,
    pub(super) options: Dynamic,
    pub(super) reports: Vec<ScriptReport>,
    log: Vec<String>,
    log_bytes: usize,
}

/// Lines, and bytes, of `print` that are kept for one check.
const LOG_LINES: usize = 1_000;
const LOG_BYTES: usize = 64 << 10;

impl Said {
    pub(super) fn begin(fact: &Fact, options: Dynamic) -> Self {
        Self { fact: Some(fact.clone()), options, ..Self::default() }
    }

    /// Keeps a printed line; after too many, one line that says so.
    pub(super) fn print(&mut self, text: &str) {
        if self.log_bytes > LOG_BYTES {
            return;
        }
        self.log_bytes += text.len() + 1;
        if self.log_bytes > LOG_BYTES || self.log.len() >= LOG_LINES {
            self.log_bytes = LOG_BYTES + 1;
            self.log.push("... the rest was not kept".to_owned());
        } else {
            self.log.push(text.to_owned());
        }
    }

    pub(super) fn into_parts(self) -> (Vec<ScriptReport>, Vec<String>) {
        (self.reports, self.log)
    }
}

/// What the engine's callbacks share with the worker.
pub(super) struct Shared {
    pub(super) budget: Arc<Budget>,
    said: Mutex<Said>,
}

impl Shared {
    pub(super) fn new(budget: Budget) -> Self {
        Self { budget: Arc::new(budget), said: Mutex::default() }
    }

    pub(super) fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Registers the three forms of `report`.
pub(super) fn register(engine: &mut Engine, shared: &Arc<Shared>) {
    let said = shared.clone();
    engine.register_fn("report", move |at: Dynamic| add(&said, &at, None));
    let said = shared.clone();
    engine.register_fn("report", move |at: Dynamic, what: Dynamic| add(&said, &at, Some(&what)));
}

fn add(shared: &Shared, at: &Dynamic, what: Option<&Dynamic>) -> Result<(), Box<EvalAltResult>> {
    let mut said = shared.said();
    let (at, fact) = place(&said, at)?;
    let (message, data) = match what {
        None => (None, Named::default()),
        Some(what) => content(what)?,
    };
    said.reports.push(ScriptReport { at, message, data, fact });
    drop(said);
    shared.budget.check()
}

type Place = (Option<Location>, Option<Fact>);

fn place(said: &Said, at: &Dynamic) -> Result<Place, Box<EvalAltResult>> {
    if let Some(fact) = at.read_lock::<FactObject>() {
        let itself = said.fact.as_ref() == Some(&fact.0);
        return Ok((if itself { None } else { fact.0.location() }, Some(fact.0.clone())));
    }
    if let Some(found) = at.read_lock::<Match>() {
        let location = found.location().cloned().ok_or_else(|| {
            let hint = "search a fact instead, `fact.find(regex)`, or report a line number";
            host_fault("this match was found in a plain text and has no place in a file", Some(hint.to_owned()))
        })?;
        return Ok((Some(location), None));
    }
    if let Some(unknown) = at.read_lock::<UnknownObject>() {
        return Err(Stop::Unknown(unknown.0.clone()).error());
    }
    if let Ok(line) = at.as_int() {
        return Ok((Some(line_of(said, line)?), None));
    }
    let hint = "report(at, message): `at` is a fact, a match or a line number";
    Err(host_fault(format!("report cannot point at {}", describe(at)), Some(hint.to_owned())))
}

/// Returns the place of a whole line in the file of the checked fact.
fn line_of(said: &Said, line: INT) -> Result<Location, Box<EvalAltResult>> {
    let fact = said.fact.as_ref();
    let Some(location) = fact.and_then(Fact::location) else {
        return Err(host_fault("a line number needs a fact that stands in a file", None));
    };
    let number = u32::try_from(line).ok().filter(|number| *number > 0);
    let number = number.ok_or_else(|| host_fault(format!("lines count from 1, there is no line {line}"), None))?;
    let text = match fact.and_then(Fact::file).map(|file| &file.text) {
        Some(Known::Yes(text)) => text,
        _ => return Ok(Location::span(location.path, Span::at(number, 1))),
    };
    let Some(content) = text.split('\n').nth(number as usize - 1) else {
        return Err(host_fault(format!("`{}` has no line {line}", location.path), None));
    };
    let columns = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX - 1);
    let column = columns(&content[..content.len() - content.trim_start().len()]) + 1;
    let end_column = columns(content.trim_end()) + 1;
    let span = Span { line: number, column: column.min(end_column), end_line: number, end_column };
    Ok(Location::span(location.path, span))
}

type Content = (Option<String>, Named);

fn content(what: &Dynamic) -> Result<Content, Box<EvalAltResult>> {
    let Some(entries) = what.read_lock::<Map>() else {
        return match what.clone().into_immutable_string() {
            Ok(message) => Ok((Some(message.to_string()), Named::default())),
            Err(_) if what.is::<UnknownObject>() => to_text(what).map(|_| (None, Named::default())),
            Err(_) => {
                let hint = "write report(at, \"text\") or report(at, #{ name: value })";
                let message = format!("report takes a text or a map, not {}", describe(what));
                Err(host_fault(message, Some(hint.to_owned())))
            }
        };
    };
    let mut data = Named::default();
    for (key, value) in entries.iter() {
        data.insert(key.to_string().into(), to_text(value)?);
    }
    let message = data.remove("message");
    Ok((message, data))
}
