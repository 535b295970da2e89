//! What a search with a regex may cost. A running search cannot be interrupted, so it is weighed before.

use std::sync::Arc;
use std::time::{Duration, Instant};

use regex::Regex;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};
use rhai::EvalAltResult;

use super::budget::Budget;
use super::values::exhausted;

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
    regex: Arc<Regex>,
    positions: usize,
}

impl Pattern {
    pub(super) fn new(regex: Regex) -> Self {
        let parsed = ParserBuilder::new().build().parse(regex.as_str());
        // What the regex crate has compiled can be parsed.
        let positions = parsed.map_or(usize::MAX, |hir| positions(&hir)).max(1);
        Self { regex: Arc::new(regex), positions }
    }

    pub(super) fn regex(&self) -> &Arc<Regex> {
        &self.regex
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
            for _ in self.regex.find_iter(part) {
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
