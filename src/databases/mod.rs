//! Live databases: introspection into the one `Schema`, a few set-based catalogue queries each.
//!
//! One folder per database, all of one shape: `mod.rs` connects and reads in a read-only transaction, `catalogue.rs`
//! holds the queries and their rows, `build.rs` makes a schema of the rows. Async stays in here.

mod connect;
mod error;
mod mysql;
mod postgres;
mod sqlite;
#[cfg(all(test, unix))]
mod testing;
pub mod throwaway;
mod url;

use std::future::Future;
use std::time::Duration;

use crate::model::schema::Schema;
use url::Settings;

pub use error::{DatabaseError, Failure};
pub use url::{DatabaseUrl, redact};

/// How to treat a database.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long to wait for a connection. A `connect_timeout` in the URL goes before it.
    pub connect_timeout: Duration,
    /// How long one catalogue query may take.
    pub statement_timeout: Duration,
    /// How long the whole may take.
    pub deadline: Duration,
    /// The schemas to read. Empty: those of the search path (PostgreSQL), the connected database (MySQL), `main` (SQLite).
    pub schemas: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(30),
            deadline: Duration::from_secs(180),
            schemas: Vec::new(),
        }
    }
}

/// Reads the schema of a live database, named `name`. Nothing is written to it.
///
/// Blocks. Returns an error when there is no connection, a query fails, or it takes too long; no error holds a secret
/// of the URL.
pub fn introspect(name: &str, url: &DatabaseUrl, options: &Options) -> Result<Schema, DatabaseError> {
    let mut options = options.clone();
    if let Some(timeout) = url.connect_timeout() {
        options.connect_timeout = timeout;
    }
    let deadline = options.deadline;
    let work = async {
        match tokio::time::timeout(deadline, dispatch(name, url, &options)).await {
            Ok(result) => result,
            Err(_) => {
                let message = format!("the database was not read within {}", connect::words(deadline));
                Err(DatabaseError::new(Failure::Timeout, message))
            }
        }
    };
    block_on(work).map_err(|error| error.redacted(url))
}

/// Asks the reader of the dialect; of several hosts the first that can be reached.
async fn dispatch(name: &str, url: &DatabaseUrl, options: &Options) -> Result<Schema, DatabaseError> {
    match url.settings()? {
        Settings::Sqlite(file) => sqlite::introspect(name, file, options).await,
        Settings::Postgres(hosts) => first(hosts, |settings| postgres::introspect(name, settings, options)).await,
        Settings::Mysql(hosts) => first(hosts, |settings| mysql::introspect(name, settings, options)).await,
    }
}

/// Tries one host after the other, until one can be reached.
async fn first<S, F: Future<Output = Result<Schema, DatabaseError>>>(
    hosts: Vec<S>,
    introspect: impl Fn(S) -> F,
) -> Result<Schema, DatabaseError> {
    let mut last = None;
    for settings in hosts {
        match introspect(settings).await {
            Err(error) if matches!(error.failure, Failure::Connect | Failure::Timeout) => last = Some(error),
            result => return result,
        }
    }
    Err(last.unwrap_or_else(|| DatabaseError::new(Failure::Url, "the URL names no host")))
}

/// Runs asynchronous work to its end, on a thread of its own: the caller may be a worker of rayon or part of another
/// runtime, and a driver that panics takes down nothing but this thread.
fn block_on<T: Send>(work: impl Future<Output = Result<T, DatabaseError>> + Send) -> Result<T, DatabaseError> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            DatabaseError::new(Failure::Connect, format!("the system allows no further connection: {error}"))
        })?;
        let result = runtime.block_on(work);
        // A name that is still being looked up must not hold us.
        runtime.shutdown_background();
        result
    };
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("database".to_owned());
        match builder.spawn_scoped(scope, run) {
            Ok(handle) => handle.join().unwrap_or_else(|_| {
                Err(DatabaseError::new(Failure::Query, "the driver failed on what the server sent"))
            }),
            Err(error) => {
                Err(DatabaseError::new(Failure::Connect, format!("the system allows no further thread: {error}")))
            }
        }
    })
}

#[cfg(test)]
mod tests;
