//! Regexes and globs in scripts.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use globset::{GlobBuilder, GlobMatcher};
use rhai::{Engine, EvalAltResult, ImmutableString};

use super::budget::Budget;
use super::matches::Searched;
use super::memory::live_bytes;
use super::searching::{Pattern, check_size};
use super::values::{FactObject, exhausted, host_fault};
use crate::model::Fact;

/// Bytes that the text may have in which a glob is looked for.
const PATH_SIZE: usize = 16 << 10;
/// Compiled patterns that a worker keeps, and the bytes that they may take together.
const KEPT: usize = 256;
const KEPT_SIZE: isize = 8 << 20;

/// Compiled patterns of one worker, by source.
#[derive(Default)]
pub(super) struct Patterns {
    regexes: Mutex<Kept<(bool, ImmutableString), Arc<Pattern>>>,
    globs: Mutex<Kept<ImmutableString, GlobMatcher>>,
}

struct Kept<K, V> {
    patterns: HashMap<K, V>,
    bytes: isize,
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self { patterns: HashMap::new(), bytes: 0 }
    }
}

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    fn get_or_make<E>(&mut self, key: K, make: impl FnOnce() -> Result<V, E>) -> Result<V, E> {
        if let Some(pattern) = self.patterns.get(&key) {
            return Ok(pattern.clone());
        }
        let before = live_bytes();
        let pattern = make()?;
        let bytes = live_bytes().wrapping_sub(before).max(0);
        if self.patterns.len() >= KEPT || self.bytes.saturating_add(bytes) > KEPT_SIZE {
            self.patterns.clear();
            self.bytes = 0;
        }
        self.bytes = self.bytes.saturating_add(bytes);
        self.patterns.insert(key, pattern.clone());
        Ok(pattern)
    }
}

/// Compiles a glob in which `*` stays within a folder and `**` does not.
pub(super) fn compile_glob(source: &str) -> Result<GlobMatcher, String> {
    check_size(source)?;
    let glob = GlobBuilder::new(source).literal_separator(true).build().map_err(|error| error.kind().to_string())?;
    Ok(glob.compile_matcher())
}

impl Patterns {
    fn regex(&self, source: &ImmutableString, multi_line: bool) -> Result<Arc<Pattern>, Box<EvalAltResult>> {
        let mut kept = self.regexes.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get_or_make((multi_line, source.clone()), || {
            let pattern = Pattern::new(source, multi_line);
            pattern.map(Arc::new).map_err(|reason| host_fault(format!("wrong regex: {reason}"), None))
        })
    }

    fn glob(&self, source: &ImmutableString, text: &str) -> Result<bool, Box<EvalAltResult>> {
        if text.len() > PATH_SIZE {
            return Err(exhausted(format!("a glob is for paths, not for texts of more than {} KB", PATH_SIZE >> 10)));
        }
        let mut kept = self.globs.lock().unwrap_or_else(PoisonError::into_inner);
        let glob = kept.get_or_make(source.clone(), || {
            compile_glob(source).map_err(|reason| host_fault(format!("wrong glob: {reason}"), None))
        })?;
        Ok(glob.is_match(text))
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

/// Registers the functions that search.
pub(super) fn register(engine: &mut Engine, budget: &Arc<Budget>) {
    let patterns = Arc::new(Patterns::default());
    register_plain(engine, &patterns, budget);
    register_fact(engine, &patterns, budget);
}

fn register_plain(engine: &mut Engine, patterns: &Arc<Patterns>, budget: &Arc<Budget>) {
    let (kept, watch) = (patterns.clone(), budget.clone());
    engine.register_fn("matches", move |text: ImmutableString, regex: ImmutableString| {
        Searched { text: &text, origin: None }.is_match(&*kept.regex(&regex, false)?, &watch)
    });
    let (kept, watch) = (patterns.clone(), budget.clone());
    engine.register_fn("find", move |text: ImmutableString, regex: ImmutableString| {
        Searched { text: &text, origin: None }.first(&*kept.regex(&regex, true)?, &watch)
    });
    let (kept, watch) = (patterns.clone(), budget.clone());
    engine.register_fn("find_all", move |text: ImmutableString, regex: ImmutableString| {
        Searched { text: &text, origin: None }.all(&*kept.regex(&regex, true)?, &watch)
    });
    let kept = patterns.clone();
    engine.register_fn("glob", move |text: ImmutableString, pattern: ImmutableString| kept.glob(&pattern, &text));
}

fn register_fact(engine: &mut Engine, patterns: &Arc<Patterns>, budget: &Arc<Budget>) {
    let (kept, watch) = (patterns.clone(), budget.clone());
    engine.register_fn("matches", move |fact: &mut FactObject, regex: ImmutableString| {
        let regex = kept.regex(&regex, true)?;
        search_fact(&fact.0, |searched| searched.is_match(&regex, &watch))?
    });
    let (kept, watch) = (patterns.clone(), budget.clone());
    engine.register_fn("find", move |fact: &mut FactObject, regex: ImmutableString| {
        let regex = kept.regex(&regex, true)?;
        search_fact(&fact.0, |searched| searched.first(&regex, &watch))?
    });
    let (kept, watch) = (patterns.clone(), budget.clone());
    engine.register_fn("find_all", move |fact: &mut FactObject, regex: ImmutableString| {
        let regex = kept.regex(&regex, true)?;
        search_fact(&fact.0, |searched| searched.all(&regex, &watch))?
    });
}
