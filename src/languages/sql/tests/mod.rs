//! Cases: SQL, and what it does.

mod hostile;
mod mysql;
mod plpgsql;
mod postgres;
mod script;
mod show;
mod sqlite;

use super::*;
use show::show;

pub(super) fn script(sql: &str, dialect: Dialect) -> Script {
    read(sql, dialect, &Options::file("x.sql", Known::Yes(true)))
}

/// Checks what a text does, an operation a line.
pub(super) fn check(dialect: Dialect, sql: &str, expected: &[&str]) {
    let found: Vec<String> = script(sql, dialect).operations().map(show).collect();
    assert_eq!(found, expected, "{sql}");
}
