//! What the driver and the server say when something fails, for people.

use sqlx::mysql::MySqlDatabaseError;

use crate::databases::{DatabaseError, Failure, Options, connect};

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

const PLUGINS: &str =
    "mysql_native_password and, with TLS, caching_sha2_password are understood: give the user one of them";

/// Returns the error for a connection that failed.
pub(super) fn refused(error: &sqlx::Error) -> DatabaseError {
    let plain = |message: &str| DatabaseError::new(Failure::Connect, message);
    match error {
        sqlx::Error::Configuration(inner) if inner.to_string().contains("RSA") => {
            plain("no connection: the password cannot be sent safely").hint(SHA2)
        }
        sqlx::Error::Protocol(text) if text.contains("authentication plugin") => {
            plain(&format!("no connection: {text}")).hint(PLUGINS)
        }
        other => advised(other, connect::refused(other)),
    }
}

/// Returns the error for a server that takes the connection and says nothing.
pub(super) fn unanswered(options: &Options) -> DatabaseError {
    let message = format!("the server did not answer within {}", connect::words(options.connect_timeout));
    DatabaseError::new(Failure::Timeout, message)
        .hint("is this the right host and port, and does a firewall let the connection through?")
}

/// Returns the error for a query that failed.
pub(super) fn failed(what: &str, error: &sqlx::Error) -> DatabaseError {
    let found = connect::failed(what, error);
    if number(error).is_some_and(|number| TIMEOUTS.contains(&number)) {
        return DatabaseError { failure: Failure::Timeout, ..found };
    }
    advised(error, found)
}

/// Returns the server's number of an error, if the server said it.
pub(super) fn number(error: &sqlx::Error) -> Option<u16> {
    Some(error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>()?.number())
}

/// Returns the error with the advice that its number deserves.
fn advised(error: &sqlx::Error, found: DatabaseError) -> DatabaseError {
    let number = number(error);
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
        for (error, word) in [(rsa, "TLS"), (plugin, "mysql_native_password")] {
            let found = refused(&error);
            assert_eq!(found.failure, Failure::Connect);
            assert!(found.hint.as_deref().is_some_and(|hint| hint.contains(word)), "{found:?}");
            assert!(!found.message.contains("feature"), "{found:?}");
        }
        let gone = sqlx::Error::Io(std::io::ErrorKind::BrokenPipe.into());
        assert_eq!(failed("tables", &gone).failure, Failure::Query);
    }
}
