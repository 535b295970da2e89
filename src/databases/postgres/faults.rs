//! What the driver and the server say when something fails, for people.

use sqlx::Error;

use super::super::{DatabaseError, Failure, Options, connect};

/// What is being read.
const WHAT: &str = "PostgreSQL's catalogue";

/// Returns the five characters by which the server names an error; empty when it was not the server.
pub(super) fn code(error: &Error) -> String {
    error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned()
}

/// Returns whether an object was dropped while it was read, or a standby took the snapshot away: a second try helps.
pub(super) fn passes(error: &Error) -> bool {
    // Functions that spell expressions see the catalogue of the moment, not of the transaction. What they miss is an
    // internal error or an undefined object; a conflict with recovery is a serialization failure.
    matches!(&*code(error), "XX000" | "42P01" | "42703" | "42704" | "42883" | "40001")
}

/// Returns why a section of the catalogue cannot be read while the rest can; `None` when the failure is another one.
pub(super) fn gap(error: &Error) -> Option<String> {
    let message = error.as_database_error()?.message();
    match &*code(error) {
        "42501" => Some(message.to_owned()),
        "55P03" => Some("another session holds a lock on it".to_owned()),
        _ => None,
    }
}

/// Returns the failure of a query.
pub(super) fn querying(error: &Error, options: &Options) -> DatabaseError {
    match (&*code(error), error) {
        ("57014", _) => connect::too_slow(WHAT, options),
        ("55P03", _) => {
            let message = "PostgreSQL waited too long for a lock that another session holds";
            DatabaseError::new(Failure::Timeout, message).hint("try again when no migration is running")
        }
        (_, Error::Io(io)) if io.kind() == std::io::ErrorKind::TimedOut => connect::too_slow(WHAT, options),
        _ => connect::failed(WHAT, error),
    }
}
