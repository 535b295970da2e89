//! Where a URL is kept: in a variable (`env:NAME`), in a file (`file:PATH`), or right here.

use std::path::Path;

use super::super::error::DatabaseError;
use super::{DatabaseUrl, fault};

/// More than any URL needs, less than a file that was named by mistake.
const LONGEST: u64 = 64 * 1024;

impl DatabaseUrl {
    /// Reads `env:NAME`, `file:PATH` or a URL. Relative paths, of the file and in the URL, start at `root`.
    ///
    /// Returns an error that names the variable or the file, never what it holds.
    pub fn resolve(text: &str, root: &Path) -> Result<Self, DatabaseError> {
        let text = text.trim();
        let mut url = if let Some(name) = text.strip_prefix("env:") {
            of_variable(name.trim())?
        } else if let Some(path) = text.strip_prefix("file:") {
            of_file(path.trim(), root)?
        } else {
            Self::parse(text)?
        };
        url.root = Some(root.to_owned());
        Ok(url)
    }
}

fn of_variable(name: &str) -> Result<DatabaseUrl, DatabaseError> {
    if name.is_empty() || name.contains(['=', '\0']) {
        return Err(fault("`env:` is followed by no name of a variable").hint("write env:DATABASE_URL"));
    }
    let Some(value) = std::env::var_os(name) else {
        return Err(fault(format!("the variable {name} is not set"))
            .hint(format!("set {name} to the URL of the database before Lawbook runs")));
    };
    let Some(value) = value.to_str() else { return Err(fault(format!("the variable {name} is not UTF-8"))) };
    of_value(value, &format!("the variable {name}"))
}

fn of_file(path: &str, root: &Path) -> Result<DatabaseUrl, DatabaseError> {
    if path.is_empty() {
        return Err(fault("`file:` is followed by no path").hint("write file:PATH"));
    }
    let place = format!("the file {path}");
    let whole = root.join(path);
    let about = |error: std::io::Error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "does not exist".to_owned(),
            std::io::ErrorKind::PermissionDenied => "may not be read".to_owned(),
            std::io::ErrorKind::InvalidData => "is not text".to_owned(),
            _ => format!("cannot be read: {error}"),
        };
        fault(format!("{place} {why}")).hint("it must hold the URL of the database, in one line")
    };
    let metadata = std::fs::metadata(&whole).map_err(about)?;
    if metadata.is_dir() {
        return Err(fault(format!("{place} is a folder")));
    }
    if metadata.len() > LONGEST {
        return Err(fault(format!("{place} is too long to hold a URL"))
            .hint("it must hold the URL of the database; a database itself is named sqlite:///PATH"));
    }
    of_value(&std::fs::read_to_string(&whole).map_err(about)?, &place)
}

/// Reads the value of a variable or the text of a file, which may end with a line break or stand in quotes.
fn of_value(value: &str, place: &str) -> Result<DatabaseUrl, DatabaseError> {
    let value = value.trim_start_matches('\u{feff}').trim();
    let quoted = |mark: char| value.strip_prefix(mark).and_then(|value| value.strip_suffix(mark));
    let value = quoted('"').or_else(|| quoted('\'')).unwrap_or(value).trim();
    if value.is_empty() {
        return Err(fault(format!("{place} is empty")));
    }
    if value.contains('\n') {
        return Err(fault(format!("{place} holds more than one line")));
    }
    DatabaseUrl::parse(value).map_err(|mut error| {
        error.message = format!("{place}: {}", error.message);
        error
    })
}
