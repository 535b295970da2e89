//! A project that is judged again and again says each time what a fresh run says: through random edits, through git,
//! and as a process that watches.

mod edits;
mod git;
mod process;
mod random;
mod tree;
