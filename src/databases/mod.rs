//! Live databases: introspection into the one `Schema`, a few set-based catalogue queries each.
//!
//! One folder per database, all of one shape: `mod.rs` connects and reads in a read-only transaction, `catalogue.rs`
//! holds the queries and their rows, `build.rs` makes a schema of the rows. Async stays in here.

mod error;
#[cfg(all(test, unix))]
mod testing;

use std::time::Duration;

pub use error::{DatabaseError, Failure};

/// How to treat a database.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long one catalogue query may take.
    pub statement_timeout: Duration,
    /// The schemas to read. Empty: those of the search path (PostgreSQL), the connected database (MySQL), `main` (SQLite).
    pub schemas: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(30),
            schemas: Vec::new(),
        }
    }
}
