//! URLs as people write them.
