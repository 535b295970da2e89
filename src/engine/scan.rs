//! The search for the literals of all laws at once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, BuildError, MatchKind};

use crate::model::words;
use crate::packs::Needle;

/// After so many texts it pays to build what searches three times as fast.
const MANY: usize = if cfg!(test) { 2 } else { 512 };

/// The search: ASCII letters may be large or small, and what is found may overlap.
#[derive(Debug)]
pub(super) struct Scan {
    /// Built in no time.
    first: AhoCorasick,
    /// Built in the time that a hundred texts take; `None` where it would be too large.
    fast: OnceLock<Option<AhoCorasick>>,
    searches: AtomicUsize,
}

impl Scan {
    pub(super) fn new(needles: &[Needle]) -> Result<Self, BuildError> {
        let first = build(&mut words::search(), needles)?;
        Ok(Self { first, fast: OnceLock::new(), searches: AtomicUsize::new(0) })
    }

    /// Returns what to search one more text with for the same needles.
    pub(super) fn search(&self, needles: &[Needle]) -> &AhoCorasick {
        if let Some(fast) = self.fast.get() {
            return fast.as_ref().unwrap_or(&self.first);
        }
        // One builds it; the others go on as before meanwhile.
        if self.searches.fetch_add(1, Ordering::Relaxed) + 1 == MANY {
            let _ = self.fast.set(build(AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)), needles).ok());
        }
        &self.first
    }
}

fn build(builder: &mut AhoCorasickBuilder, needles: &[Needle]) -> Result<AhoCorasick, BuildError> {
    let builder = builder.match_kind(MatchKind::Standard).ascii_case_insensitive(true);
    builder.build(needles.iter().map(|needle| &needle.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_is_found_faster_later() {
        let needles = ["create_type", "enum", "TYPE", "num("].map(|needle| Needle::exact(needle.to_owned()));
        let scan = Scan::new(&needles).expect("words can be searched for");
        let found = || {
            let found = scan.search(&needles).find_overlapping_iter("sa.Enum('a', Create_Type=False)");
            found.map(|place| (place.pattern().as_usize(), place.range())).collect::<Vec<_>>()
        };
        let mut first = found();
        first.sort_by_key(|(needle, _)| *needle);
        assert_eq!(first, [(0, 13..24), (1, 3..7), (2, 20..24), (3, 4..8)]);
        for _ in 0..3 {
            let mut later = found();
            later.sort_by_key(|(needle, _)| *needle);
            assert_eq!(later, first);
        }
        assert!(matches!(scan.fast.get(), Some(Some(_))), "it was built");
    }
}
