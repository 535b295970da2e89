//! What the server is: MySQL or MariaDB, which version, and what its `information_schema` offers.

use std::collections::HashSet;
use std::sync::Arc;

/// A server, as far as reading its catalogue depends on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Server {
    /// What it says of itself: `10.11.6-MariaDB`, `8.0.36`.
    pub version: Arc<str>,
    pub mariadb: bool,
    /// The first numbers of the version.
    pub numbers: (u32, u32, u32),
    /// The database that we are connected to.
    pub database: Option<Arc<str>>,
    /// Whether names of tables and databases do not depend on case (`lower_case_table_names` 1 or 2).
    pub folds_case: bool,
    /// Table and column of `information_schema`, in capitals. Asked of the server rather than concluded from its version:
    /// forks number themselves as they like.
    pub features: HashSet<(String, String)>,
}

impl Server {
    /// Returns the server that gives this version.
    pub fn new(version: &str, database: Option<Arc<str>>, folds_case: bool) -> Self {
        let mariadb = version.to_ascii_lowercase().contains("mariadb");
        // Some proxies give what MariaDB says to old clients.
        let told = if mariadb { version.trim_start_matches("5.5.5-") } else { version };
        let mut numbers = told.split(|character: char| !character.is_ascii_digit()).map(|part| part.parse().ok());
        let mut next = || numbers.next().flatten().unwrap_or_default();
        let numbers = (next(), next(), next());
        Self { version: version.into(), mariadb, numbers, database, folds_case, features: HashSet::new() }
    }

    /// Returns whether `information_schema` has this column.
    pub fn has(&self, table: &str, column: &str) -> bool {
        self.features.contains(&(table.to_owned(), column.to_owned()))
    }

    /// Returns the name of the column where the server has it, else NULL: for the list of a SELECT.
    pub fn column_or_null(&self, table: &str, column: &'static str) -> &'static str {
        if self.has(table, column) { column } else { "NULL" }
    }

    /// Returns whether defaults come as SQL text (MariaDB since 10.2.7), not as bare values.
    pub fn defaults_are_sql(&self) -> bool {
        self.mariadb && self.numbers >= (10, 2, 7)
    }

    /// Returns whether expressions come escaped as if they stood inside a string (MySQL since 8).
    pub fn escapes_expressions(&self) -> bool {
        !self.mariadb && self.numbers.0 >= 8
    }

    /// Returns whether RESTRICT is what a foreign key without any action is said to have. InnoDB treats RESTRICT and NO
    /// ACTION alike; only MySQL 8 tells which of them was written.
    pub fn restrict_is_default(&self) -> bool {
        self.mariadb || self.numbers.0 < 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        let cases = [
            ("10.11.14-MariaDB-0+deb12u2", true, (10, 11, 14)),
            ("5.5.5-10.4.2-MariaDB-log", true, (10, 4, 2)),
            ("8.0.36", false, (8, 0, 36)),
            ("8.0.mysql_aurora.3.04.0", false, (8, 0, 0)),
            ("5.7.44-48-log", false, (5, 7, 44)),
            ("9.1.0", false, (9, 1, 0)),
            ("", false, (0, 0, 0)),
            ("99999999999.1", false, (0, 1, 0)),
        ];
        for (version, mariadb, numbers) in cases {
            let server = Server::new(version, None, false);
            assert_eq!((server.mariadb, server.numbers), (mariadb, numbers), "{version}");
        }
    }
}
