//! URLs of databases, as SQLAlchemy, libpq and the drivers write them. Never shows a password.
//!
//! `parts.rs` takes the text apart, `resolve.rs` follows `env:` and `file:`, `secrets.rs` hides what must not be seen,
//! one file per database makes the driver's settings.

mod mysql;
mod parameters;
mod parts;
mod postgres;
mod resolve;
mod secrets;
mod spell;
mod sqlite;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;

use super::error::{DatabaseError, Failure};
use crate::model::closest;
use crate::model::schema::Dialect;
use parts::{Host, Parts};

pub use secrets::redact;
pub(in crate::databases) use sqlite::File;

/// Where a database is, and how to log in. Neither `Display` nor `Debug` shows a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    /// As written, with its driver: `postgresql+asyncpg`.
    scheme: String,
    dialect: Dialect,
    user: Option<String>,
    password: Option<String>,
    /// In the order of the URL; the first that answers is asked. Empty: the driver's default.
    hosts: Vec<Host>,
    database: Option<String>,
    /// The parameters behind `?`, decoded.
    query: Vec<(String, String)>,
    /// The folder that relative paths start from; `None`: the current folder.
    root: Option<PathBuf>,
    /// Every spelling of every secret that the text held.
    secrets: Vec<String>,
}

/// What the drivers need to connect.
pub(in crate::databases) enum Settings {
    /// One for each host of the URL, to be tried in order.
    Postgres(Vec<PgConnectOptions>),
    /// One for each host of the URL, to be tried in order.
    Mysql(Vec<MySqlConnectOptions>),
    Sqlite(File),
}

/// The first words of URLs, and what they mean.
const SCHEMES: &[(&str, Dialect)] = &[
    ("postgresql", Dialect::Postgresql),
    ("postgres", Dialect::Postgresql),
    ("mysql", Dialect::Mysql),
    ("mariadb", Dialect::Mysql),
    ("sqlite", Dialect::Sqlite),
];

/// Words that other tools use for the same databases.
const FOREIGN: &[(&str, &str)] = &[
    ("pg", "postgresql"),
    ("psql", "postgresql"),
    ("pgsql", "postgresql"),
    ("postgis", "postgresql"),
    ("psycopg2", "postgresql"),
    ("asyncpg", "postgresql"),
    ("mysql2", "mysql"),
    ("pymysql", "mysql"),
    ("mysqlx", "mysql"),
    ("sqlite3", "sqlite"),
    ("file", "sqlite"),
];

/// Databases that cannot be read, whose names are near to one that can.
const OTHERS: &[&str] =
    &["clickhouse", "cockroachdb", "db2", "duckdb", "firebird", "mongodb", "mssql", "oracle", "redshift", "snowflake"];

impl DatabaseUrl {
    /// Reads a URL: `postgresql://user:password@host/database`, with or without a driver of SQLAlchemy behind a plus.
    ///
    /// Returns an error that shows nothing of the text but its scheme and the names of parameters.
    pub fn parse(text: &str) -> Result<Self, DatabaseError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(fault("the URL is empty"));
        }
        if text.chars().any(char::is_control) {
            return Err(fault("the URL holds a line break or a control character"));
        }
        let (scheme, rest) = split_scheme(text)?;
        let dialect = dialect_of(&scheme)?;
        let parts = match dialect {
            Dialect::Sqlite => parts::of_file(rest)?,
            Dialect::Postgresql | Dialect::Mysql => parts::of_server(rest)?,
        };
        let secrets = secrets::of(&parts);
        let Parts { user, password, hosts, database, query, .. } = parts;
        let url = Self { scheme, dialect, user, password, hosts, database, query, root: None, secrets };
        // Whatever is wrong with the parameters is said now, not when somebody connects.
        url.settings().map_err(|error| error.redacted(&url))?;
        Ok(url)
    }

    /// Returns which kind of database it is.
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Returns the driver's settings.
    pub(in crate::databases) fn settings(&self) -> Result<Settings, DatabaseError> {
        match self.dialect {
            Dialect::Postgresql => postgres::settings(self).map(Settings::Postgres),
            Dialect::Mysql => mysql::settings(self).map(Settings::Mysql),
            Dialect::Sqlite => sqlite::file(self).map(Settings::Sqlite),
        }
    }

    /// Returns how long the URL itself allows for a connection.
    pub(in crate::databases) fn connect_timeout(&self) -> Option<Duration> {
        let value = self.parameter(&["connect_timeout", "timeout"])?;
        let seconds: f64 = value.parse().ok()?;
        // Zero means without end to the drivers; our own limit holds then.
        (self.dialect != Dialect::Sqlite && seconds > 0.0).then(|| Duration::try_from_secs_f64(seconds).ok()).flatten()
    }

    /// Returns the last value of a parameter that has one of these names.
    fn parameter(&self, names: &[&str]) -> Option<&str> {
        self.query.iter().rev().find(|(key, _)| names.contains(&key.as_str())).map(|(_, value)| value.as_str())
    }

    /// Returns a path of the URL, from the root of the project when it is relative.
    fn path(&self, text: &str) -> PathBuf {
        self.root.as_ref().map_or_else(|| PathBuf::from(text), |root| root.join(text))
    }
}

impl fmt::Display for DatabaseUrl {
    /// Writes the URL with `***` for the password and for every parameter that is not known to be harmless.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme, secrets::visible(self))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({self})")
    }
}

/// Returns an error about the URL.
fn fault(message: impl Into<String>) -> DatabaseError {
    DatabaseError::new(Failure::Url, message)
}

/// Splits `scheme://rest`. The scheme comes back in lower case.
fn split_scheme(text: &str) -> Result<(String, &str), DatabaseError> {
    let example = "write it as postgresql://USER:PASSWORD@HOST/DATABASE, mysql://... or sqlite:///FILE";
    let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "+.-_".contains(c));
    if text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("jdbc:")) {
        let hint = "leave out `jdbc:` and put the user and password before the host: \
                    postgresql://USER:PASSWORD@HOST/DATABASE";
        return Err(fault("this is a URL of Java's JDBC").hint(hint));
    }
    if let Some((scheme, rest)) = text.split_once("://")
        && word(scheme)
    {
        return Ok((scheme.to_ascii_lowercase(), rest));
    }
    let before = text.split(':').next().unwrap_or_default().split('+').next().unwrap_or_default();
    if SCHEMES.iter().any(|(name, _)| name.eq_ignore_ascii_case(before)) && text.contains(':') {
        return Err(fault(format!("the URL has no `://` behind `{}`", before.to_ascii_lowercase())).hint(example));
    }
    if text.starts_with('$') {
        return Err(fault("variables are not expanded in URLs").hint("write env:NAME for the variable NAME"));
    }
    if text.contains("host=") || text.contains("dbname=") {
        return Err(fault("this is a connection string of libpq, not a URL").hint(example));
    }
    Err(fault("this is not a URL of a database").hint(example))
}

/// Returns the database that a scheme such as `postgresql+asyncpg` means.
fn dialect_of(scheme: &str) -> Result<Dialect, DatabaseError> {
    let (name, driver) = scheme.split_once('+').unwrap_or((scheme, ""));
    if driver.contains("sqlcipher") {
        return Err(fault("encrypted SQLite files cannot be read"));
    }
    if let Some((_, dialect)) = SCHEMES.iter().find(|(known, _)| *known == name) {
        return Ok(*dialect);
    }
    let error = fault(format!("unknown kind of database `{name}`"));
    let foreign = FOREIGN.iter().find(|(other, _)| *other == name).map(|(_, known)| *known);
    let near = || closest(name, SCHEMES.iter().map(|(known, _)| *known)).filter(|_| !OTHERS.contains(&name));
    Err(match foreign.or_else(near) {
        Some(known) => error.hint(format!("did you mean `{known}://`?")),
        None => error.hint("PostgreSQL, MySQL, MariaDB and SQLite can be read"),
    })
}

#[cfg(test)]
mod tests;
