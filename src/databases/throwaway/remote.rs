//! A temporary database on a server that runs: made under a name that nobody can guess, dropped whatever happens.
//!
//! Nothing else on that server is touched. The name is noted in the folder of the run before the database is made, so
//! that the next run can drop what a killed one has left.

use std::fs;

use regex::Regex;

use super::folder::{self, DATABASE, Stale};
use super::ground::{Ground, fault};
use super::session;
use super::system;
use crate::databases::{DatabaseError, DatabaseUrl, Options};
use crate::model::schema::Dialect;

/// How the names begin; 32 hexadecimal digits follow.
const PREFIX: &str = "lawbook_";

/// A database on somebody's server. Dropped, it is dropped there, too.
#[derive(Debug)]
pub(super) struct Remote {
    admin: DatabaseUrl,
    options: Options,
    name: String,
    gone: bool,
}

impl Remote {
    /// Makes an empty database on the server. Returns its URL as well.
    pub(super) fn make(
        ground: &Ground<'_>,
        server: &DatabaseUrl,
        stale: Vec<Stale>,
    ) -> Result<(Self, DatabaseUrl), DatabaseError> {
        (ground.progress)("making a temporary database");
        let admin = match server.dialect() {
            Dialect::Sqlite => {
                return Err(fault("SQLite has no server").hint("leave out `server:`: the database is a temporary file"));
            }
            Dialect::Postgresql if server.database().is_none() => server.at_database("postgres"),
            Dialect::Postgresql | Dialect::Mysql => server.clone(),
        };
        clear(ground, &admin, stale);
        let random = system::random().map_err(|error| fault(format!("no random name can be made: {error}")))?;
        let name = format!("{PREFIX}{random}");
        if admin.dialect() == Dialect::Mysql {
            // Whoever makes a database in PostgreSQL owns it and may drop it; here that is a right of its own.
            let grants = ground.sql(&admin, &["SHOW GRANTS"])?;
            let grants: Vec<&str> = grants.iter().filter_map(|row| row.first()?.as_deref()).collect();
            if !may_drop(&grants, &name) {
                return Err(fault("the user may not drop a database on this server, so none is made there")
                    .hint(r"GRANT CREATE, DROP and the rest ON `lawbook\_%`.* TO that user: GRANT ALL PRIVILEGES ON `lawbook\_%`.*"));
            }
        }
        let record = format!("{admin}\n{name}\n");
        fs::write(ground.path().join(DATABASE), record)
            .map_err(|error| fault(format!("the temporary folder cannot be written to: {error}")))?;
        // From here on it is dropped, also when we never learn whether it was made.
        let remote = Self { admin, options: ground.options.clone(), name, gone: false };
        ground.sql(&remote.admin, &[&format!("CREATE DATABASE {}", remote.name)]).map_err(|mut error| {
            error.message = format!("the server makes no temporary database: {}", error.message);
            error
        })?;
        let url = remote.admin.at_database(&remote.name);
        Ok((remote, url))
    }

    /// Drops the database. Returns an error that names it when the server refuses.
    pub(super) fn remove(&mut self) -> Result<(), DatabaseError> {
        if self.gone {
            return Ok(());
        }
        drop_database(&self.admin, &self.options, &self.name).map_err(|error| {
            fault(format!(
                "the temporary database {} on {} could not be dropped: {}",
                self.name, self.admin, error.message
            ))
            .hint(format!("drop it by hand: DROP DATABASE {}", self.name))
        })?;
        self.gone = true;
        Ok(())
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        let _ = self.remove();
    }
}

/// Drops the databases that killed runs have left on this very server.
fn clear(ground: &Ground<'_>, admin: &DatabaseUrl, stale: Vec<Stale>) {
    for left in stale {
        let mut lines = left.record.as_deref().unwrap_or_default().lines();
        let (Some(server), Some(name)) = (lines.next(), lines.next()) else { continue };
        if server == admin.to_string() && is_ours(name) && drop_database(admin, ground.options, name).is_ok() {
            folder::remove(&left.path);
        }
    }
}

/// Returns whether the name is one that we give, and nothing that could be another statement.
fn is_ours(name: &str) -> bool {
    let digits = name.strip_prefix(PREFIX).unwrap_or_default();
    digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn drop_database(admin: &DatabaseUrl, options: &Options, name: &str) -> Result<(), DatabaseError> {
    let run = |statements: &[&str]| session::run(admin, options, options.statement_timeout, statements);
    let plain = format!("DROP DATABASE IF EXISTS {name}");
    if admin.dialect() == Dialect::Mysql {
        // A session that is left there may hold a lock which the drop would wait for.
        let list = format!("SELECT CAST(id AS CHAR) FROM information_schema.processlist WHERE db = '{name}'");
        for session in run(&[&list]).unwrap_or_default() {
            if let Some(Some(id)) = session.first() {
                let _ = run(&[&format!("KILL {id}")]);
            }
        }
        return run(&[&plain]).map(drop);
    }
    let end = format!("SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = '{name}'");
    // WITH (FORCE) came with PostgreSQL 13; an older server ends the sessions first.
    run(&[&format!("{plain} WITH (FORCE)")]).or_else(|_| run(&[&end, &plain])).map(drop)
}

/// Returns whether what SHOW GRANTS says allows to drop the database of this name.
fn may_drop(grants: &[&str], name: &str) -> bool {
    let allowed = grants.iter().any(|grant| {
        let Some(rest) = grant.strip_prefix("GRANT ") else { return false };
        let Some((rights, rest)) = rest.split_once(" ON ") else { return false };
        let Some((place, _)) = rest.split_once(".* TO ") else { return false };
        let enough = rights.split(',').map(str::trim).any(|right| ["ALL", "ALL PRIVILEGES", "DROP"].contains(&right));
        enough && (place == "*" || covers(place.trim_matches('`'), name))
    });
    // Partial revokes name what is taken away; ours is covered only by a pattern or by everything.
    let revoked =
        grants.iter().any(|grant| grant.starts_with("REVOKE ") && grant.contains("DROP") && grant.contains(name));
    allowed && !revoked
}

/// Returns whether a pattern of MySQL (`%` any characters, `_` one) covers a name.
fn covers(pattern: &str, name: &str) -> bool {
    let mut regex = "^".to_owned();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' => regex.push_str(".*"),
            '_' => regex.push('.'),
            '\\' => regex.extend(chars.next().map(|c| regex::escape(&c.to_string()))),
            c => regex.push_str(&regex::escape(&c.to_string())),
        }
    }
    regex.push('$');
    Regex::new(&regex).is_ok_and(|regex| regex.is_match(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_to_drop_is_read_from_grants() {
        let name = format!("{PREFIX}{}", "0123456789abcdef".repeat(2));
        for (grants, expected) in [
            (&["GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION"][..], true),
            (&["GRANT USAGE ON *.* TO `u`@`%`", r"GRANT CREATE, DROP ON `lawbook\_%`.* TO `u`@`%`"], true),
            (&["GRANT USAGE ON *.* TO `u`@`%`", r"GRANT ALL PRIVILEGES ON `law%`.* TO `u`@`%`"], true),
            (&["GRANT SELECT, CREATE ON *.* TO `u`@`%`"], false),
            (&["GRANT ALL PRIVILEGES ON `shop`.* TO `u`@`%`"], false),
            (&["GRANT DROP ROLE ON *.* TO `u`@`%`"], false),
            (&["GRANT ALL PRIVILEGES ON `lawbook_`.* TO `u`@`%`"], false),
            (&["GRANT DROP ON `x`.`t` TO `u`@`%`"], false),
            (&[], false),
        ] {
            assert_eq!(may_drop(grants, &name), expected, "{grants:?}");
        }
    }

    #[test]
    fn only_names_that_we_give_are_dropped() {
        assert!(is_ours(&format!("lawbook_{}", "a1".repeat(16))));
        for name in ["lawbook", "lawbook_", "production", "lawbook_x; DROP DATABASE production -- abcdef"] {
            assert!(!is_ours(name), "{name}");
        }
        assert!(!is_ours(&format!("lawbook_{}", "A1".repeat(16))));
        assert!(!is_ours(&format!("lawbook_{}", "a1".repeat(17))));
    }
}
