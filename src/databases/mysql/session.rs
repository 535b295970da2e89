//! One connection: opened, made read-only, asked one query at a time, each within its time.

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _};
use tokio::time::timeout;

use super::failure::{self, number};
use super::server::Server;
use crate::databases::{DatabaseError, Options, connect};

/// A connection in a read-only transaction.
pub(super) struct Session {
    connection: MySqlConnection,
    options: Options,
    pub server: Server,
}

const ER_UNKNOWN_SYSTEM_VARIABLE: u16 = 1193;

impl Session {
    /// Connects, limits what a statement may do and how long, and asks what the server is.
    pub async fn open(settings: MySqlConnectOptions, options: &Options) -> Result<Self, DatabaseError> {
        // The driver's own settings would change how the server prints times and expressions.
        let settings = settings.pipes_as_concat(false).no_engine_substitution(false).timezone(None);
        let connected = timeout(options.connect_timeout, settings.connect()).await;
        let connection =
            connected.map_err(|_| failure::unanswered(options))?.map_err(|error| failure::refused(&error))?;
        let mut session = Self { connection, options: options.clone(), server: Server::default() };
        // The same text for the same schema, whatever the server's modes: names in backticks, strings in single quotes.
        session.run("SET SESSION sql_mode = '', sql_quote_show_create = 1").await?;
        session.run("START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT").await?;
        let facts = session.rows("SELECT VERSION(), DATABASE(), @@lower_case_table_names", None).await?;
        let facts = facts.first().map(|row| (text(row, 0), text(row, 1), whole(row, 2)));
        let (version, database, folding) = facts.unwrap_or_default();
        session.server = Server::new(version.as_deref().unwrap_or_default(), database, folding != Some(0));
        session.limit().await?;
        let columns = session.rows(super::catalogue::FEATURES, None).await?;
        session.server.features = columns.iter().filter_map(|row| Some((upper(row, 0)?, upper(row, 1)?))).collect();
        Ok(session)
    }

    /// Runs a query and returns its rows. `database` is bound to its placeholder.
    pub async fn rows(&mut self, sql: &'static str, database: Option<&str>) -> Result<Vec<MySqlRow>, DatabaseError> {
        self.rows_of("the catalogue", sql.to_owned(), database).await
    }

    /// Like [`Session::rows`], for a query that was put together from our own pieces. `what` says what it reads.
    pub async fn rows_of(
        &mut self,
        what: &str,
        sql: String,
        database: Option<&str>,
    ) -> Result<Vec<MySqlRow>, DatabaseError> {
        let query = sqlx::query(AssertSqlSafe(sql));
        let query = if let Some(database) = database { query.bind(database.to_owned()) } else { query };
        let answer = timeout(patience(&self.options), query.fetch_all(&mut self.connection)).await;
        answer.map_err(|_| connect::too_slow(what, &self.options))?.map_err(|error| failure::failed(what, &error))
    }

    /// Runs statements of which each returns one row, and returns the rows up to the first that fails, and why.
    ///
    /// Names must be quoted.
    pub async fn batch(&mut self, statements: String) -> Result<(Vec<MySqlRow>, Option<DatabaseError>), DatabaseError> {
        let what = "tables";
        let patience = patience(&self.options);
        let mut rows = Vec::new();
        let mut stream = sqlx::raw_sql(AssertSqlSafe(statements)).fetch(&mut self.connection);
        loop {
            let next = timeout(patience, stream.try_next()).await;
            match next.map_err(|_| connect::too_slow(what, &self.options))? {
                Ok(Some(row)) => rows.push(row),
                Ok(None) => return Ok((rows, None)),
                Err(error) if number(&error).is_some() => return Ok((rows, Some(failure::failed(what, &error)))),
                Err(error) => return Err(failure::failed(what, &error)),
            }
        }
    }

    /// Says goodbye. Whatever comes of it, nothing was changed.
    pub async fn close(self) {
        connect::close(self.connection).await;
    }

    /// Tells the server how long a statement may run and wait for a lock.
    async fn limit(&mut self) -> Result<(), DatabaseError> {
        let milliseconds = self.options.statement_timeout.as_millis().clamp(1, 31_536_000_000);
        let seconds = milliseconds.div_ceil(1000);
        self.run(format!("SET SESSION lock_wait_timeout = {seconds}")).await?;
        let sql = if self.server.mariadb {
            format!("SET SESSION max_statement_time = {}.{:03}", milliseconds / 1000, milliseconds % 1000)
        } else {
            format!("SET SESSION max_execution_time = {}", milliseconds.min(u128::from(u32::MAX)))
        };
        match self.try_run(sql).await? {
            // MySQL before 5.7.8 has none; our own patience remains.
            Err(error) if number(&error) != Some(ER_UNKNOWN_SYSTEM_VARIABLE) => Err(failure::failed(SESSION, &error)),
            _ => Ok(()),
        }
    }

    async fn run(&mut self, sql: impl Into<String>) -> Result<(), DatabaseError> {
        self.try_run(sql.into()).await?.map_err(|error| failure::failed(SESSION, &error))
    }

    async fn try_run(&mut self, sql: String) -> Result<Result<(), sqlx::Error>, DatabaseError> {
        let answer = timeout(patience(&self.options), async {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection).await.map(|_| ())
        });
        answer.await.map_err(|_| connect::too_slow(SESSION, &self.options))
    }
}

/// What the statements that prepare the session are about, in messages.
const SESSION: &str = "the session's settings";

/// Returns how long to wait for an answer: longer than the server itself, which gives the better message.
const fn patience(options: &Options) -> Duration {
    options.statement_timeout.saturating_add(Duration::from_secs(1))
}

/// Returns a text of a row, or `None` for NULL.
///
/// As bytes, whatever the server declares: servers give names as VARBINARY or LONGTEXT of several collations, and a
/// comment may hold what is no UTF-8.
pub(super) fn text(row: &MySqlRow, column: usize) -> Option<Arc<str>> {
    let bytes = row.try_get_unchecked::<Option<&[u8]>, _>(column).ok().flatten()?;
    Some(String::from_utf8_lossy(bytes).into())
}

/// Returns a whole number of a row, or `None` for NULL.
pub(super) fn whole(row: &MySqlRow, column: usize) -> Option<u64> {
    row.try_get_unchecked::<Option<u64>, _>(column).ok().flatten()
}

fn upper(row: &MySqlRow, column: usize) -> Option<String> {
    text(row, column).map(|text| text.to_ascii_uppercase())
}
