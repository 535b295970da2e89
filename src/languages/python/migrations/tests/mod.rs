//! Migrations as people write them, and the operations that come of them.
