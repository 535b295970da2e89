//! Counts over real projects, for whoever works on this: `LAWBOOK_CORPUS=/folder cargo test --lib counts -- --ignored`.
