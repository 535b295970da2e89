//! What the driver and the server say when something fails, for people.

use std::time::Duration;

use sqlx::mysql::MySqlDatabaseError;

use crate::databases::{DatabaseError, Failure};

/// Server errors that mean: it took too long. Statement timeout of MySQL and of MariaDB, lock wait timeout.
const TIMEOUTS: &[u16] = &[3024, 1969, 1205];

/// Server errors that deserve advice.
const ADVICE: &[(u16, &str)] = &[
    (1044, "grant it SELECT on that database"),
    (1045, "check user name and password, and from which hosts the user may connect"),
    (1049, "check the database's name in the URL"),
    (1130, "the server lets this user in from other hosts only"),
    (3159, "the server demands TLS: ask for it in the URL with ssl-mode=required"),
    (4151, "the server demands TLS: ask for it in the URL with ssl-mode=required"),
];

const SHA2: &str = "the user's caching_sha2_password needs TLS here (a socket does not count): turn TLS on at the \
    server and put ssl-mode=required in the URL, or give the user another way to log in";

/// Returns the error for a connection that failed.
pub(super) fn connect(error: &sqlx::Error) -> DatabaseError {
    let failed = |what: String| DatabaseError::new(Failure::Connect, what);
    match error {
        sqlx::Error::Configuration(inner) if inner.to_string().contains("RSA") => {
            failed("the password cannot be sent safely".to_owned()).hint(SHA2)
        }
        sqlx::Error::Tls(inner) => failed(format!("no TLS connection: {inner}"))
            .hint("a server with a certificate of its own making needs ssl-mode=required, or its authority in ssl-ca"),
        sqlx::Error::Protocol(text) if text.contains("authentication plugin") => failed(text.clone())
            .hint("mysql_native_password, and with TLS caching_sha2_password, are understood: give the user one of them"),
        other => of(other, Failure::Connect, "no connection"),
    }
}

/// Returns the error for a query that failed.
pub(super) fn query(error: &sqlx::Error) -> DatabaseError {
    match error {
        sqlx::Error::Io(inner) => DatabaseError::new(Failure::Query, format!("the server went away: {inner}")),
        other => of(other, Failure::Query, "a catalogue query failed"),
    }
}

/// Returns the error for what our own patience ended.
pub(super) fn too_slow(what: &str, patience: Duration) -> DatabaseError {
    DatabaseError::new(Failure::Timeout, format!("{what} took longer than {patience:?}"))
}

/// Returns the server's number of an error, if the server said it.
pub(super) fn number(error: &sqlx::Error) -> Option<u16> {
    Some(error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>()?.number())
}

fn of(error: &sqlx::Error, failure: Failure, what: &str) -> DatabaseError {
    let number = number(error);
    let said = error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
    if number.is_some_and(|number| TIMEOUTS.contains(&number)) {
        return DatabaseError::new(Failure::Timeout, format!("the server gave up: {said}"));
    }
    let found = DatabaseError::new(failure, format!("{what}: {said}"));
    match ADVICE.iter().find(|(code, _)| Some(*code) == number) {
        Some((_, advice)) => found.hint(*advice),
        None => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_the_driver_get_advice() {
        let rsa = sqlx::Error::Configuration("RSA auth backend disabled; enable feature `mysql-rsa`".into());
        let plugin = sqlx::Error::Protocol("unknown authentication plugin: client_ed25519".to_owned());
        let tls = sqlx::Error::Tls("invalid peer certificate".into());
        for (error, word) in [(rsa, "TLS"), (plugin, "mysql_native_password"), (tls, "ssl-mode")] {
            let found = connect(&error);
            assert_eq!(found.failure, Failure::Connect);
            assert!(found.hint.as_deref().is_some_and(|hint| hint.contains(word)), "{found:?}");
            assert!(!found.message.contains("feature"), "{found:?}");
        }
        let gone = sqlx::Error::Io(std::io::ErrorKind::BrokenPipe.into());
        assert!(query(&gone).message.starts_with("the server went away"));
    }
}
