//! Two hundred random edits on each of three trees: after each, the session that was told of the touched paths says what a fresh run
//! says.
//!
//! `LAWBOOK_SEED` begins elsewhere, `LAWBOOK_EDITS` makes more of them; a failure names both, and the last edits.

use super::edits;
use super::tree::Tree;

/// Edits of one run.
const EDITS: u64 = 200;
/// The program itself is asked as well, each time after so many edits.
const PROCESS: u64 = 40;

/// Random numbers that are the same everywhere: SplitMix64.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number below `limit`.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let limit = limit.max(1) as u64;
        usize::try_from((mixed ^ (mixed >> 31)) % limit).expect("it is below a usize")
    }

    /// Returns true once in so many times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// Returns one of several.
    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn run(tree: &mut Tree, seed: u64) {
    let seed = number("LAWBOOK_SEED").unwrap_or(seed);
    let edits = number("LAWBOOK_EDITS").unwrap_or(EDITS);
    let mut random = Random::new(seed);
    let mut told = Vec::new();
    let story = |told: &[String]| {
        let last = &told[told.len().saturating_sub(12)..];
        format!("LAWBOOK_SEED={seed} LAWBOOK_EDITS={edits}, after edit {}:\n  {}", told.len(), last.join("\n  "))
    };
    tree.compare().unwrap_or_else(|fault| panic!("{}\n{fault}", story(&told)));
    for step in 1..=edits {
        // Several at once, as a checkout makes them, or one, as a save does.
        let at_once = if random.once_in(6) { 1 + random.below(4) } else { 1 };
        for _ in 0..at_once {
            told.push(edits::edit(tree, &mut random));
        }
        tree.compare().unwrap_or_else(|fault| panic!("{}\n{fault}", story(&told)));
        if step % PROCESS == 0 {
            tree.compare_with_process().unwrap_or_else(|fault| panic!("{}\n{fault}", story(&told)));
        }
    }
    // The edits must have done something: findings that came and went, faults that were mended.
    let seen = tree.seen();
    assert!(seen.reports > edits as usize / 4, "only {} different reports: the edits change nothing", seen.reports);
    assert!(seen.judged > edits as usize / 2, "only {} of {edits} runs judged anything", seen.judged);
}

#[test]
fn an_example_through_two_hundred_edits() {
    run(&mut Tree::of_example(), 20_261_123);
}

#[test]
fn a_project_without_configuration_through_two_hundred_edits() {
    run(&mut Tree::generated(), 7);
}

#[test]
fn a_project_of_sql_through_two_hundred_edits() {
    run(&mut Tree::of_sql(), 42);
}
