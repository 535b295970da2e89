//! SQLite: the catalogue through pragma functions, and what only the text of CREATE TABLE says.
//!
//! The file is opened read-only and keeps every byte; a file that is not there is not made.

mod build;
mod catalogue;
mod file;
mod text;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::connect;
use super::error::{DatabaseError, Failure};
use super::url::File;
use super::{Options, connect::words};
use crate::model::schema::{ObjectName, Part, Schema, SchemaUnknown};
use file::Access;

/// How many steps of its machine SQLite takes between two looks at the clock.
const STEPS: i32 = 10_000;

/// Reads the schema of a file.
pub(super) async fn introspect(name: &str, file: File, options: &Options) -> Result<Schema, DatabaseError> {
    if !options.schemas.is_empty() && !options.schemas.iter().any(|schema| schema == "main") {
        return Err(DatabaseError::new(Failure::Url, "SQLite has no schema but `main`"));
    }
    let access = file::inspect(&file)?;
    match read(name, &file, access, options).await {
        Err(error) if error.unreachable && access == Access::Shared => {
            // A write-ahead log in a folder where nothing may be written: what the log holds cannot be seen.
            let mut schema = read(name, &file, Access::Immutable, options).await.map_err(|error| error.error)?;
            if file::has_log(&file) {
                let what = "the write-ahead log cannot be read in a folder that may not be written";
                schema.unknown.extend([Part::Tables, Part::Views].map(|part| unknown(what, part, None)));
            }
            Ok(schema)
        }
        result => result.map_err(|error| error.error),
    }
}

/// Why a file could not be read.
struct Refusal {
    error: DatabaseError,
    /// The file or its log could not be opened in this way; another may do.
    unreachable: bool,
}

async fn read(name: &str, file: &File, access: Access, options: &Options) -> Result<Schema, Refusal> {
    let refusal =
        |error: &sqlx::Error| Refusal { unreachable: file::is_unreachable(error), error: file::failed(file, error) };
    let settings = SqliteConnectOptions::new()
        .filename(&file.path)
        .read_only(true)
        .create_if_missing(false)
        .immutable(access == Access::Immutable)
        .busy_timeout(options.connect_timeout)
        .disable_statement_logging();
    let mut connection = settings.connect().await.map_err(|error| refusal(&error))?;
    let result = async {
        let clock = Clock::start(&mut connection).await?;
        let mut transaction = connection.begin().await?;
        let rows = catalogue::read(&mut transaction, || clock.allow(options.statement_timeout)).await?;
        transaction.rollback().await?;
        Ok::<_, sqlx::Error>(rows)
    }
    .await;
    connect::close(connection).await;
    match result {
        Ok(rows) => Ok(build::schema(name, rows)),
        Err(error) if file::is_interrupted(&error) => {
            let message = format!(
                "reading the catalogue of {} took longer than {}",
                file.shown,
                words(options.statement_timeout)
            );
            Err(Refusal { error: DatabaseError::new(Failure::Timeout, message), unreachable: false })
        }
        Err(error) => Err(refusal(&error)),
    }
}

/// Interrupts a statement that runs for too long: SQLite works on our own processor and keeps no time itself.
struct Clock {
    start: Instant,
    /// When the present statement has to end, in milliseconds from the start.
    until: Arc<AtomicU64>,
}

impl Clock {
    async fn start(connection: &mut SqliteConnection) -> Result<Self, sqlx::Error> {
        let clock = Self { start: Instant::now(), until: Arc::new(AtomicU64::new(u64::MAX)) };
        let (start, until) = (clock.start, clock.until.clone());
        let goes_on =
            move || u64::try_from(start.elapsed().as_millis()).is_ok_and(|now| now < until.load(Ordering::Relaxed));
        connection.lock_handle().await?.set_progress_handler(STEPS, goes_on);
        Ok(clock)
    }

    /// Gives the next statement its time.
    fn allow(&self, time: Duration) {
        let until = u64::try_from((self.start.elapsed() + time).as_millis()).unwrap_or(u64::MAX);
        self.until.store(until, Ordering::Relaxed);
    }
}

/// Returns an unknown part of a schema.
fn unknown(what: impl Into<Arc<str>>, part: Part, table: Option<&ObjectName>) -> SchemaUnknown {
    SchemaUnknown { what: what.into(), part, table: table.cloned(), at: None }
}

#[cfg(test)]
mod tests;
