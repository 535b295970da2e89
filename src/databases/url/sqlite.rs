//! Which file a URL of SQLite means: a path as SQLAlchemy takes it, or SQLite's own `file:` URI.

use std::path::PathBuf;

use super::super::error::DatabaseError;
use super::parameters::{Known, truth};
use super::parts::decode;
use super::{DatabaseUrl, fault};

const KNOWN: Known = Known {
    understood: &["immutable", "mode", "uri"],
    ignored: &[
        "cache",
        "cached_statements",
        "charset",
        "check_same_thread",
        "detect_types",
        "factory",
        "foreign_keys",
        "isolation_level",
        "journal_mode",
        "nolock",
        "psow",
        "timeout",
    ],
    refused: &[
        ("key", "encrypted SQLite files cannot be read"),
        ("cipher", "encrypted SQLite files cannot be read"),
        ("vfs", "only files on the disk can be read"),
    ],
};

/// A database file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::databases) struct File {
    pub(in crate::databases) path: PathBuf,
    /// For people: as the URL names it.
    pub(in crate::databases) shown: String,
    /// The URL vouches that nobody changes the file.
    pub(in crate::databases) immutable: bool,
}

/// Returns the file of a URL.
pub(super) fn file(url: &DatabaseUrl) -> Result<File, DatabaseError> {
    for (key, _) in &url.query {
        KNOWN.check(key)?;
    }
    let memory = || {
        fault("a SQLite database in memory exists only inside the program that made it")
            .hint("name a file, sqlite:///FILE, or let Lawbook make and migrate one: {engine: sqlite, migrate: ...}")
    };
    if url.parameter(&["mode"]) == Some("memory") {
        return Err(memory());
    }
    let Some(database) = &url.database else { return Err(memory()) };
    let path = match database.strip_prefix("file:") {
        Some(path) => decode(path.strip_prefix("//localhost").or_else(|| path.strip_prefix("//")).unwrap_or(path)),
        None => database.clone(),
    };
    if path.is_empty() || path == ":memory:" {
        return Err(memory());
    }
    let immutable = url.parameter(&["immutable"]).map(|value| truth("immutable", value)).transpose()?;
    // Absolute in any case: a relative name could be taken for a URI.
    let whole = url.path(&path);
    let whole = std::path::absolute(&whole).map_err(|_| fault("the path of the SQLite file cannot be understood"))?;
    Ok(File { path: whole, shown: path, immutable: immutable.unwrap_or(false) })
}
