//! Functions on texts: regexes, globs, and those of Rhai's own that could grow without bound.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use globset::{GlobBuilder, GlobMatcher};
use regex::{Regex, RegexBuilder};
use rhai::{Array, Dynamic, Engine, EvalAltResult, INT, ImmutableString};

use super::budget::Budget;
use super::matches::Searched;
use super::values::{FactObject, host_fault};
use crate::model::Fact;

/// Bytes that one compiled regex may take.
const REGEX_SIZE: usize = 2 << 20;
/// Compiled patterns that a worker keeps.
const KEPT: usize = 256;

/// Compiled patterns of one worker, by source.
#[derive(Default)]
pub(super) struct Patterns {
    regexes: Mutex<HashMap<(bool, ImmutableString), Arc<Regex>>>,
    globs: Mutex<HashMap<ImmutableString, GlobMatcher>>,
}

/// Compiles a regex as scripts use it; `multi_line` lets `^` and `$` match at each line.
pub(super) fn compile_regex(source: &str, multi_line: bool) -> Result<Regex, String> {
    RegexBuilder::new(source)
        .multi_line(multi_line)
        .size_limit(REGEX_SIZE)
        .dfa_size_limit(REGEX_SIZE)
        .build()
        .map_err(|error| regex_reason(&error))
}

/// Returns the reason without the picture of the pattern that the crate draws over several lines.
fn regex_reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or_default();
    reason.trim().trim_start_matches("error: ").to_owned()
}

/// Compiles a glob in which `*` stays within a folder and `**` does not.
pub(super) fn compile_glob(source: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(source).literal_separator(true).build().map_err(|error| error.kind().to_string())?;
    Ok(glob.compile_matcher())
}

impl Patterns {
    fn regex(&self, source: &ImmutableString, multi_line: bool) -> Result<Arc<Regex>, Box<EvalAltResult>> {
        let mut regexes = self.regexes.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (multi_line, source.clone());
        if let Some(regex) = regexes.get(&key) {
            return Ok(regex.clone());
        }
        let regex = compile_regex(source, multi_line)
            .map_err(|reason| host_fault(format!("wrong regex: {reason}"), None))
            .map(Arc::new)?;
        if regexes.len() >= KEPT {
            regexes.clear();
        }
        regexes.insert(key, regex.clone());
        Ok(regex)
    }

    fn glob(&self, source: &ImmutableString, text: &str) -> Result<bool, Box<EvalAltResult>> {
        let mut globs = self.globs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(glob) = globs.get(source) {
            return Ok(glob.is_match(text));
        }
        let glob = compile_glob(source).map_err(|reason| host_fault(format!("wrong glob: {reason}"), None))?;
        if globs.len() >= KEPT {
            globs.clear();
        }
        let is_match = glob.is_match(text);
        globs.insert(source.clone(), glob);
        Ok(is_match)
    }
}

/// Runs `search` on the `text` field of a fact.
fn search_fact<T>(fact: &Fact, search: impl FnOnce(Searched<'_>) -> T) -> Result<T, Box<EvalAltResult>> {
    let Some(value) = fact.get("text") else {
        return Err(host_fault(format!("`{}` has no text to search", fact.kind().name), None));
    };
    let text = match value {
        crate::model::Value::Text(text) => text,
        crate::model::Value::Unknown(reason) => return Err(super::budget::Stop::Unknown(reason).error()),
        _ => Arc::from(""),
    };
    // The text of a file starts at its first character, that of a call where the call stands.
    let origin = fact.location().map(|location| match location.span {
        Some(span) if fact.file().is_none() => (location.path, span.line, span.column),
        _ => (location.path, 1, 1),
    });
    Ok(search(Searched { text: &text, origin }))
}

/// Registers the functions on texts.
pub(super) fn register(engine: &mut Engine, budget: &Arc<Budget>) {
    let patterns = Arc::new(Patterns::default());
    register_plain(engine, &patterns, budget);
    register_fact(engine, &patterns, budget);
    register_bounded(engine, budget);
}

fn register_plain(engine: &mut Engine, patterns: &Arc<Patterns>, budget: &Arc<Budget>) {
    let kept = patterns.clone();
    engine.register_fn("matches", move |text: ImmutableString, regex: ImmutableString| {
        Ok::<_, Box<EvalAltResult>>(kept.regex(&regex, false)?.is_match(&text))
    });
    let kept = patterns.clone();
    engine.register_fn("find", move |text: ImmutableString, regex: ImmutableString| {
        let found = Searched { text: &text, origin: None }.first(&kept.regex(&regex, true)?);
        Ok::<_, Box<EvalAltResult>>(found.map_or(Dynamic::UNIT, Dynamic::from))
    });
    let (kept, watch) = (patterns.clone(), budget.clone());
    engine.register_fn("find_all", move |text: ImmutableString, regex: ImmutableString| {
        Searched { text: &text, origin: None }.all(&kept.regex(&regex, true)?, &watch)
    });
    let kept = patterns.clone();
    engine.register_fn("glob", move |text: ImmutableString, pattern: ImmutableString| kept.glob(&pattern, &text));
}

fn register_fact(engine: &mut Engine, patterns: &Arc<Patterns>, budget: &Arc<Budget>) {
    let kept = patterns.clone();
    engine.register_fn("matches", move |fact: &mut FactObject, regex: ImmutableString| {
        let regex = kept.regex(&regex, true)?;
        search_fact(&fact.0, |searched| regex.is_match(searched.text))
    });
    let kept = patterns.clone();
    engine.register_fn("find", move |fact: &mut FactObject, regex: ImmutableString| {
        let regex = kept.regex(&regex, true)?;
        search_fact(&fact.0, |searched| searched.first(&regex).map_or(Dynamic::UNIT, Dynamic::from))
    });
    let (kept, watch) = (patterns.clone(), budget.clone());
    engine.register_fn("find_all", move |fact: &mut FactObject, regex: ImmutableString| {
        let regex = kept.regex(&regex, true)?;
        search_fact(&fact.0, |searched| searched.all(&regex, &watch))?
    });
}

/// Replaces functions of Rhai whose result is only measured after it was built.
fn register_bounded(engine: &mut Engine, budget: &Arc<Budget>) {
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

fn collect<'a>(parts: impl Iterator<Item = &'a str>, budget: &Budget) -> Result<Array, Box<EvalAltResult>> {
    let mut items = Array::new();
    for part in parts {
        items.push(part.into());
        budget.allow_items(items.len())?;
    }
    Ok(items)
}
