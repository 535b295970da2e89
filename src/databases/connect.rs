//! Connections: opened and closed within their time, every failure said in words that help.

use std::io::ErrorKind;
use std::time::Duration;

use sqlx::{ConnectOptions, Connection};

use super::Options;
use super::error::{DatabaseError, Failure};

/// How long a server may take to say goodbye. What was read is worth more than a clean end.
const GOODBYE: Duration = Duration::from_secs(2);

/// Opens a connection: within the time, also when a server accepts and never answers.
pub(super) async fn open<C>(settings: &C, options: &Options) -> Result<C::Connection, DatabaseError>
where
    C: ConnectOptions,
    C::Connection: Sized,
{
    match tokio::time::timeout(options.connect_timeout, settings.connect()).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(refused(&error)),
        Err(_) => Err(DatabaseError::new(
            Failure::Timeout,
            format!("the server did not answer within {}", words(options.connect_timeout)),
        )
        .hint("is this the right host and port, and does a firewall let the connection through?")),
    }
}

/// Closes a connection in the server's own way.
pub(super) async fn close<C: Connection>(connection: C) {
    let _ = tokio::time::timeout(GOODBYE, connection.close()).await;
}

/// Returns the error of a query that took too long.
pub(super) fn too_slow(what: &str, options: &Options) -> DatabaseError {
    let message = format!("reading {what} took longer than {}", words(options.statement_timeout));
    DatabaseError::new(Failure::Timeout, message)
}

/// Says why there is no connection.
pub(super) fn refused(error: &sqlx::Error) -> DatabaseError {
    let plain = |message: String| DatabaseError::new(Failure::Connect, message);
    match error {
        sqlx::Error::Io(io) => {
            let said = match io.kind() {
                ErrorKind::ConnectionRefused => "nothing listens there: connection refused".to_owned(),
                ErrorKind::NotFound => "there is no such socket or file".to_owned(),
                ErrorKind::PermissionDenied => "permission denied".to_owned(),
                ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset => {
                    "the server closed the connection at once".to_owned()
                }
                _ => io.to_string(),
            };
            plain(format!("no connection: {said}")).hint("is the server running, and are host and port right?")
        }
        sqlx::Error::Tls(tls) => plain(format!("no encrypted connection: {tls}"))
            .hint("does the server offer TLS, and is its certificate one that the URL lets us trust?"),
        sqlx::Error::Database(database) => {
            let error = plain(format!("the server refused: {}", database.message()));
            match database.code().as_deref() {
                Some("28P01" | "28000" | "1045" | "1698") => error.hint("are user and password right?"),
                Some("3D000" | "1049") => error.hint("is the name of the database right?"),
                Some("53300" | "1040") => error.hint("the server has no connection left"),
                _ => error,
            }
        }
        other => plain(format!("no connection: {other}")),
    }
}

/// Says why a query failed.
pub(super) fn failed(what: &str, error: &sqlx::Error) -> DatabaseError {
    let said = match error {
        sqlx::Error::Database(database) => {
            // PostgreSQL and MariaDB when they cancel a statement that runs for too long.
            if matches!(database.code().as_deref(), Some("57014" | "1969" | "3024")) {
                return DatabaseError::new(Failure::Timeout, format!("reading {what}: {}", database.message()));
            }
            database.message().to_owned()
        }
        sqlx::Error::Io(io) => format!("the connection broke: {io}"),
        other => other.to_string(),
    };
    DatabaseError::new(Failure::Query, format!("reading {what}: {said}"))
}

/// Returns a duration as people say it.
pub(super) fn words(duration: Duration) -> String {
    if duration.subsec_nanos() == 0 && duration.as_secs() > 0 {
        let seconds = duration.as_secs();
        format!("{seconds} second{}", if seconds == 1 { "" } else { "s" })
    } else {
        format!("{} ms", duration.as_millis())
    }
}
