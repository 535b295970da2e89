//! The `lawbook` binary.

fn main() {}
