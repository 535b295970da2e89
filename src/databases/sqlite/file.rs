//! The file itself: whether it can be a database, how to open it without leaving a trace, what its errors mean.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;

use super::super::error::{DatabaseError, Failure};
use super::super::url::File;

/// How to open a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Read-only, beside programs that write.
    Shared,
    /// As it lies on the disk, without locks and without the files of a write-ahead log.
    Immutable,
}

/// The first bytes of every database.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Looks at a file before SQLite does: a pipe would hang, a read-only connection to a database with a write-ahead log
/// would leave two files behind.
pub(super) fn inspect(file: &File) -> Result<Access, DatabaseError> {
    let shown = &file.shown;
    let plain = |message: String| DatabaseError::new(Failure::Connect, message);
    let about = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => plain(format!("there is no file {shown}"))
            .hint("relative paths start at the root of the project; three slashes are relative, four absolute"),
        ErrorKind::PermissionDenied => plain(format!("the file {shown} may not be read")),
        _ => plain(format!("the file {shown} cannot be read: {error}")),
    };
    let metadata = fs::metadata(&file.path).map_err(about)?;
    if metadata.is_dir() {
        return Err(plain(format!("{shown} is a folder, not a SQLite database")));
    }
    if !metadata.is_file() {
        return Err(plain(format!("{shown} is no regular file")));
    }
    let mut head = Vec::new();
    fs::File::open(&file.path).and_then(|open| open.take(100).read_to_end(&mut head)).map_err(about)?;
    // An empty file is an empty database.
    if !head.is_empty() && !head.starts_with(MAGIC) {
        return Err(not_a_database(file));
    }
    // Two bytes of the header tell that the database has a write-ahead log. No log on the disk means that nobody has
    // the database open and nothing is outstanding.
    let logged = head.get(18..20) == Some(&[2, 2]);
    let in_use = has_log(file) || beside(file, "-shm").exists();
    Ok(if file.immutable || logged && !in_use { Access::Immutable } else { Access::Shared })
}

/// Returns whether there is a write-ahead log with something in it.
pub(super) fn has_log(file: &File) -> bool {
    fs::metadata(beside(file, "-wal")).is_ok_and(|metadata| metadata.len() > 0)
}

/// Returns whether another way to open the file may do.
pub(super) fn is_unreachable(error: &sqlx::Error) -> bool {
    // CANTOPEN; READONLY_RECOVERY, READONLY_CANTLOCK and READONLY_CANTINIT, which are about a log.
    matches!(code(error), Some(code) if code & 0xff == 14 || matches!(code, 264 | 520 | 1288))
}

/// Returns whether our own clock ended the statement.
pub(super) fn is_interrupted(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code & 0xff == 9)
}

/// Says why a file cannot be read.
pub(super) fn failed(file: &File, error: &sqlx::Error) -> DatabaseError {
    let shown = &file.shown;
    let said = match error {
        sqlx::Error::Database(database) => database.message().to_owned(),
        other => other.to_string(),
    };
    let plain = |message: String| DatabaseError::new(Failure::Query, message);
    let Some(code) = code(error) else { return plain(format!("{shown} cannot be read: {said}")) };
    match code & 0xff {
        5 | 6 => DatabaseError::new(Failure::Timeout, format!("{shown} is locked by another program"))
            .hint("run again when its transaction has ended"),
        // READONLY_ROLLBACK: a journal that only a program that may write can roll back.
        8 if code == 776 => plain(format!("{shown} was left in the middle of a transaction"))
            .hint("open it once with a program that may write, such as sqlite3, to roll it back"),
        11 => plain(format!("{shown} is damaged: {said}")),
        14 => DatabaseError::new(Failure::Connect, format!("{shown} cannot be opened: {said}")),
        26 => not_a_database(file),
        _ => plain(format!("{shown} cannot be read: {said}")),
    }
}

fn not_a_database(file: &File) -> DatabaseError {
    DatabaseError::new(Failure::Connect, format!("{} is no SQLite database, or it is encrypted", file.shown))
}

/// Returns the extended result code of SQLite.
fn code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

/// Returns the path of a file that SQLite keeps beside the database.
fn beside(file: &File, ending: &str) -> PathBuf {
    let mut name = file.path.clone().into_os_string();
    name.push(ending);
    name.into()
}
