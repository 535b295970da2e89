//! What can go wrong with a database, said without credentials.

use super::url::{DatabaseUrl, redact};

/// Why a database could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DatabaseError {
    pub failure: Failure,
    /// For people: what failed and what the server said. Never holds a password, whatever the server or the driver said.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The URL or its options cannot be understood.
    Url,
    /// No connection: refused, wrong password, no such host or file, TLS.
    Connect,
    /// It took longer than it may.
    Timeout,
    /// The server refused a catalogue query, or went away.
    Query,
    /// A throw-away database could not be made, migrated or removed.
    Throwaway,
}

impl DatabaseError {
    /// Returns an error. The message must hold no credential.
    pub fn new(failure: Failure, message: impl Into<String>) -> Self {
        Self { failure, message: message.into(), hint: None }
    }

    /// Returns the error with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Returns the error without any secret of the URL.
    #[must_use]
    pub(super) fn redacted(self, url: &DatabaseUrl) -> Self {
        let Self { failure, message, hint } = self;
        Self { failure, message: redact(&message, url), hint: hint.map(|hint| redact(&hint, url)) }
    }
}
