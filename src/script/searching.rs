//! What a search with a regex may cost. A running search cannot be interrupted, so it is weighed before.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};
use rhai::EvalAltResult;

use super::budget::Budget;
use super::values::exhausted;
use crate::model::regex::{compiled_size, for_ascii};

/// Bytes that one compiled regex may take.
const REGEX_SIZE: usize = 2 << 20;
/// Bytes that the source of a pattern may have: reading it takes some hundred times as much.
const SOURCE_SIZE: usize = 32 << 10;
/// Positions in a regex times bytes of text that are searched without a second look. At worst, all positions are
/// looked at for each byte, in about ten nanoseconds each: this much takes about a second.
const FREE: usize = 100_000_000;
/// The same for one part of a larger text, when its cost is tried out.
const PROBE: usize = 10_000_000;
/// Positions beyond which parts would have to be too large to tell anything.
const MOST: usize = 3_000;
/// What trying out all parts of a text may take. Usual regexes need a nanosecond for each byte.
const PATIENCE: Duration = Duration::from_millis(400);

/// A compiled regex, and how much work it may make.
#[derive(Debug)]
pub(super) struct Pattern {
    source: String,
    multi_line: bool,
    /// What is used for ASCII texts, unless the regex is large.
    for_ascii: Option<Arc<Regex>>,
    regex: OnceLock<Arc<Regex>>,
    positions: usize,
}

impl Pattern {
    /// Reads a regex. `multi_line` lets `^` and `$` match at each line.
    pub(super) fn new(source: &str, multi_line: bool) -> Result<Self, String> {
        check_size(source)?;
        let parsed = ParserBuilder::new().multi_line(multi_line).build().parse(source).ok();
        let positions = parsed.as_ref().map_or(usize::MAX, positions).max(1);
        let small = parsed.filter(|hir| compiled_size(hir) < REGEX_SIZE / 8);
        let for_ascii = small.and_then(|hir| Regex::new(&for_ascii(&hir)).ok()).map(Arc::new);
        let regex = match for_ascii {
            Some(_) => OnceLock::new(),
            None => OnceLock::from(Arc::new(compile_regex(source, multi_line)?)),
        };
        Ok(Self { source: source.to_owned(), multi_line, for_ascii, regex, positions })
    }

    /// Returns the compiled regex for a text.
    pub(super) fn regex(&self, text: &str) -> &Arc<Regex> {
        match &self.for_ascii {
            Some(regex) if text.is_ascii() => regex,
            _ => self.regex.get_or_init(|| {
                let regex = compile_regex(&self.source, self.multi_line);
                Arc::new(regex.expect("its syntax and its size were checked when it was made"))
            }),
        }
    }

    /// Returns an error where searching the text could take longer than a script may run.
    ///
    /// A text that is large for the regex is first searched in parts, with a look at the clock after each.
    pub(super) fn probe(&self, text: &str, budget: &Budget) -> Result<(), Box<EvalAltResult>> {
        budget.check()?;
        if self.positions.saturating_mul(text.len()) <= FREE {
            return Ok(());
        }
        if self.positions > MOST {
            return Err(self.too_costly(text));
        }
        let start = Instant::now();
        let size = (PROBE / self.positions).max(2 * self.positions);
        let mut rest = text;
        while !rest.is_empty() {
            let (part, next) = rest.split_at(rest.floor_char_boundary(size.max(4)));
            for _ in self.regex(text).find_iter(part) {
                if start.elapsed() > PATIENCE {
                    return Err(self.too_costly(text));
                }
            }
            if start.elapsed() > PATIENCE {
                return Err(self.too_costly(text));
            }
            rest = next;
        }
        budget.check()
    }

    fn too_costly(&self, text: &str) -> Box<EvalAltResult> {
        let size = text.len() >> 10;
        exhausted(format!(
            "searching {size} KB of text with this regex takes too long: make it simpler or the text shorter"
        ))
    }
}

/// Compiles a regex as scripts use it; `multi_line` lets `^` and `$` match at each line.
pub(super) fn compile_regex(source: &str, multi_line: bool) -> Result<Regex, String> {
    check_size(source)?;
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

pub(super) fn check_size(source: &str) -> Result<(), String> {
    if source.len() > SOURCE_SIZE { Err(format!("it is longer than {} KB", SOURCE_SIZE >> 10)) } else { Ok(()) }
}

/// Returns how many places in a regex a search may have to keep in mind at once, at most.
fn positions(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Unicode(class)) if !class.is_ascii() => 2,
        HirKind::Class(_) => 1,
        HirKind::Capture(capture) => positions(&capture.sub),
        HirKind::Repetition(repetition) => {
            // An optional item is a place of its own, beside those in it.
            let inner = positions(&repetition.sub);
            let certain = repetition.min.max(1) as usize;
            let optional = repetition.max.map_or(1, |max| max.saturating_sub(repetition.min)) as usize;
            inner.saturating_mul(certain).saturating_add(inner.saturating_add(1).saturating_mul(optional))
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().fold(1, |sum: usize, part| sum.saturating_add(positions(part)))
        }
    }
}
