//! Our own statements on a throw-away database, and on the server that it is made on.

use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, Row as _};

use crate::databases::url::Settings;
use crate::databases::{DatabaseError, DatabaseUrl, Failure, Options, block_on, connect};
use crate::model::schema::Dialect;

/// A row of texts.
pub(super) type Row = Vec<Option<String>>;

/// Runs the statements on one host. A macro, because each driver has types of its own.
macro_rules! on {
    ($settings:expr, $options:expr, $statements:expr) => {
        async {
            let mut connection = connect::open(&$settings, $options).await?;
            let mut rows = Vec::new();
            for statement in $statements {
                // Every statement is ours, or the `setup` of the project's own configuration.
                let statement = sqlx::raw_sql(AssertSqlSafe((*statement).to_owned()));
                rows = (&mut connection).fetch_all(statement).await.map_err(|error| failed(&error))?;
            }
            connect::close(connection).await;
            let texts = rows.iter().map(|row| (0..row.len()).map(|index| row.try_get_unchecked(index)).collect());
            texts.collect::<Result<Vec<Row>, sqlx::Error>>().map_err(|error| failed(&error))
        }
        .await
    };
}

/// Runs statements one after the other on a connection of their own. Returns the rows of the last one.
pub(super) fn run(
    url: &DatabaseUrl,
    options: &Options,
    limit: Duration,
    statements: &[&str],
) -> Result<Vec<Row>, DatabaseError> {
    let work = async {
        match tokio::time::timeout(limit, dispatch(url, options, statements)).await {
            Ok(result) => result,
            Err(_) => Err(DatabaseError::new(
                Failure::Timeout,
                format!("the server needed more than {}", connect::words(limit)),
            )),
        }
    };
    block_on(work).map_err(|error| error.redacted(url))
}

async fn dispatch(url: &DatabaseUrl, options: &Options, statements: &[&str]) -> Result<Vec<Row>, DatabaseError> {
    if url.dialect() == Dialect::Sqlite {
        let path = url.database().unwrap_or_default();
        let settings = SqliteConnectOptions::new().filename(path).create_if_missing(true).disable_statement_logging();
        return on!(settings, options, statements);
    }
    let mut last = DatabaseError::new(Failure::Url, "the URL names no server");
    match url.settings()? {
        Settings::Postgres(hosts) => {
            for host in hosts {
                match on!(host, options, statements) {
                    Err(error) if error.failure == Failure::Connect => last = error,
                    result => return result,
                }
            }
        }
        Settings::Mysql(hosts) => {
            for host in hosts {
                match on!(host, options, statements) {
                    Err(error) if error.failure == Failure::Connect => last = error,
                    result => return result,
                }
            }
        }
        Settings::Sqlite(_) => {}
    }
    Err(last)
}

fn failed(error: &sqlx::Error) -> DatabaseError {
    let said = match error {
        sqlx::Error::Database(database) => database.message().to_owned(),
        other => other.to_string(),
    };
    DatabaseError::new(Failure::Query, said)
}
