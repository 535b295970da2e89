//! Searching texts for plain words.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};

/// Returns what a search for any of several words is built with. Of the automatons the one that is fastest to search with
/// takes longer to build than a small project to judge, and searching is no large part of a large one.
pub fn search() -> AhoCorasickBuilder {
    let mut builder = AhoCorasick::builder();
    builder.kind(Some(AhoCorasickKind::ContiguousNFA));
    builder
}
