//! The search for the literals of all laws at once.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::automaton::Automaton;
use aho_corasick::dfa::DFA;
use aho_corasick::{AhoCorasick, Anchored, BuildError, MatchKind};

use crate::model::words;
use crate::packs::Needle;

/// After so many texts it pays to build what searches several times as fast.
const MANY: usize = if cfg!(test) { 2 } else { 512 };

/// Parts of a text that are searched side by side: each step of a search waits for the one before, and four that do not
/// wait for each other take as long as one.
const LANES: usize = 4;

/// The search: ASCII letters may be large or small, and what is found may overlap.
#[derive(Debug)]
pub(super) struct Scan {
    /// Built in no time.
    first: AhoCorasick,
    /// Built in the time that a hundred texts take; `None` where it would be too large.
    fast: OnceLock<Option<DFA>>,
    searches: AtomicUsize,
}

impl Scan {
    pub(super) fn new(needles: &[Needle]) -> Result<Self, BuildError> {
        let mut builder = words::search();
        let builder = builder.match_kind(MatchKind::Standard).ascii_case_insensitive(true);
        let first = builder.build(needles.iter().map(|needle| &needle.text))?;
        Ok(Self { first, fast: OnceLock::new(), searches: AtomicUsize::new(0) })
    }

    /// Returns which needles occur in a text, by index. They are those that it was made with.
    pub(super) fn search(&self, needles: &[Needle], text: &str) -> Vec<bool> {
        let mut found = vec![false; needles.len()];
        let mut seen = |number: usize, place: Range<usize>| {
            found[number] = found[number] || text.get(place).is_none_or(|text| needles[number].is(text));
        };
        match self.fast(needles) {
            Some(dfa) => in_lanes(dfa, text.as_bytes(), &mut seen),
            None => {
                for place in self.first.find_overlapping_iter(text) {
                    seen(place.pattern().as_usize(), place.range());
                }
            }
        }
        found
    }

    fn fast(&self, needles: &[Needle]) -> Option<&DFA> {
        if let Some(fast) = self.fast.get() {
            return fast.as_ref();
        }
        // One builds it; the others go on as before meanwhile.
        if self.searches.fetch_add(1, Ordering::Relaxed) + 1 == MANY {
            let mut builder = DFA::builder();
            let builder = builder.match_kind(MatchKind::Standard).ascii_case_insensitive(true).prefilter(false);
            let _ = self.fast.set(builder.build(needles.iter().map(|needle| &needle.text)).ok());
        }
        None
    }
}

/// Calls `seen` with the number of each pattern that occurs in a text, and where: some twice, and in no order.
fn in_lanes(dfa: &DFA, text: &[u8], seen: &mut impl FnMut(usize, Range<usize>)) {
    let Ok(start) = dfa.start_state(Anchored::No) else { return };
    let length = text.len().div_ceil(LANES);
    // What begins in a lane ends there or a little later.
    let lanes: [Range<usize>; LANES] = std::array::from_fn(|lane| {
        let end = (lane + 1) * length + dfa.max_pattern_len();
        (lane * length).min(text.len())..end.min(text.len())
    });
    let together = lanes.iter().map(Range::len).min().unwrap_or(0);
    let parts = lanes.clone().map(|lane| &text[lane]);
    let heads = parts.map(|part| &part[..together]);
    let mut states = [start; LANES];
    let mut tell = |state, end: usize| {
        for index in 0..dfa.match_len(state) {
            let pattern = dfa.match_pattern(state, index);
            seen(pattern.as_usize(), end - dfa.pattern_len(pattern)..end);
        }
    };
    #[expect(clippy::needless_range_loop, reason = "all lanes take a step together")]
    for at in 0..together {
        for lane in 0..LANES {
            states[lane] = dfa.next_state(Anchored::No, states[lane], heads[lane][at]);
        }
        for lane in 0..LANES {
            if dfa.is_special(states[lane]) && dfa.is_match(states[lane]) {
                tell(states[lane], lanes[lane].start + at + 1);
            }
        }
    }
    for lane in 0..LANES {
        for (at, byte) in parts[lane].iter().enumerate().skip(together) {
            states[lane] = dfa.next_state(Anchored::No, states[lane], *byte);
            if dfa.is_match(states[lane]) {
                tell(states[lane], lanes[lane].start + at + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needles() -> Vec<Needle> {
        let any_case = |text: &str| Needle { text: text.to_owned(), any_case: true };
        let exact = ["create_type", "enum", "num(", "ä", "a"].map(|text| Needle::exact(text.to_owned()));
        exact.into_iter().chain(["type", "drop table"].map(any_case)).collect()
    }

    #[test]
    fn what_is_found_is_found_faster_later() {
        let needles = needles();
        let scan = Scan::new(&needles).expect("words can be searched for");
        let text = "sa.enum('b', Create_Type=False)";
        let found = || scan.search(&needles, text);
        assert_eq!(found(), [false, true, true, false, true, true, false]);
        for _ in 0..3 {
            assert_eq!(found(), [false, true, true, false, true, true, false]);
        }
        assert!(matches!(scan.fast.get(), Some(Some(_))), "it was built");
    }

    #[test]
    fn lanes_find_what_lies_anywhere() {
        let needles = needles();
        let scan = Scan::new(&needles).expect("words can be searched for");
        (0..MANY).for_each(|_| _ = scan.search(&needles, ""));
        for (number, needle) in needles.iter().enumerate() {
            for length in 0..70 {
                for before in 0..=length {
                    let text = format!("{}{}{}", "ö".repeat(before), needle.text, "-".repeat(length - before));
                    assert!(scan.search(&needles, &text)[number], "{text}");
                    let expected: Vec<bool> = needles.iter().map(|needle| needle.occurs_in(&text)).collect();
                    assert_eq!(scan.search(&needles, &text), expected, "{text}");
                }
            }
        }
    }
}
