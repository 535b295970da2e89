//! Where the programs of the database servers are, and which user may run them.

use std::cmp::Reverse;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::system;
use crate::databases::{DatabaseError, Failure};

/// A user of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct User {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// Where packages put programs that are not on everybody's PATH.
const SYSTEM: &[&str] = &["/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/usr/local/bin", "/opt/homebrew/bin"];

/// Where packages put PostgreSQL, with a version in the place of the star.
const POSTGRES: &[&str] = &[
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/usr/local/pgsql*/bin",
    "/usr/libexec/postgresql*",
];

/// Returns the folder of `initdb` and `postgres`: the one that `PG_BIN` names, that on PATH, or the newest.
pub(super) fn postgres() -> Result<PathBuf, DatabaseError> {
    let is_complete = |folder: &Path| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    if let Some(named) = std::env::var_os("PG_BIN") {
        let named = PathBuf::from(named);
        return if is_complete(&named) {
            Ok(named)
        } else {
            let message = format!("PG_BIN names {}, where initdb and postgres are not", named.display());
            Err(DatabaseError::new(Failure::Throwaway, message))
        };
    }
    let on_path = on_path("initdb").and_then(|path| Some(path.canonicalize().ok()?.parent()?.to_owned()));
    let found = on_path.into_iter().chain(POSTGRES.iter().flat_map(|pattern| versions(pattern)));
    found.into_iter().find(|folder| is_complete(folder)).ok_or_else(|| {
        DatabaseError::new(Failure::Throwaway, "the programs of PostgreSQL (initdb, postgres) were not found").hint(
            "install the server (Debian: apt-get install postgresql; Fedora: dnf install postgresql-server; \
             macOS: brew install postgresql), name its folder in PG_BIN, or give `server:` the URL of one that runs",
        )
    })
}

/// Returns the server of MariaDB or MySQL.
pub(super) fn mysql() -> Result<PathBuf, DatabaseError> {
    ["mariadbd", "mysqld"].into_iter().find_map(on_path).ok_or_else(|| {
        let message = "the server of MariaDB or MySQL (mariadbd, mysqld) was not found";
        DatabaseError::new(Failure::Throwaway, message).hint(
            "install the server (Debian: apt-get install mariadb-server; Fedora: dnf install mariadb-server; \
             macOS: brew install mariadb), or give `server:` the URL of one that runs",
        )
    })
}

/// Returns where a program is: on PATH, or where packages put servers.
pub(super) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(SYSTEM.iter().map(PathBuf::from));
    folders.filter(|folder| folder.is_absolute()).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Returns the folders that a pattern with one star means, the newest version first.
fn versions(pattern: &str) -> Vec<PathBuf> {
    let Some((before, behind)) = pattern.split_once('*') else { return Vec::new() };
    let Some((parent, prefix)) = before.rsplit_once('/') else { return Vec::new() };
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut found: Vec<(Vec<u32>, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix(prefix)?;
            let numbers = version.trim_start_matches(['-', '@']).split('.');
            let numbers = numbers.filter(|number| !number.is_empty()).map(str::parse);
            Some((numbers.collect::<Result<_, _>>().ok()?, PathBuf::from(format!("{parent}/{name}{behind}"))))
        })
        .collect();
    found.sort_by_key(|(version, _)| Reverse(version.clone()));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// Returns the user that a server must run as: `None` for ourselves, another one when we are root, because database
/// servers refuse root.
pub(super) fn server_user(usual: &str) -> Result<Option<User>, DatabaseError> {
    if system::user() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let found = [usual, "nobody"].into_iter().find_map(|name| user_of(&users, name));
    found.map(Some).ok_or_else(|| {
        DatabaseError::new(
            Failure::Throwaway,
            format!("the server refuses to run as root, and there is no user {usual}"),
        )
        .hint("run Lawbook as another user, or give `server:` the URL of a server that runs")
    })
}

/// Reads a user from the text of /etc/passwd. Root by another name is none.
fn user_of(passwd: &str, name: &str) -> Option<User> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok().filter(|uid| *uid != 0)?;
        Some(User { uid, gid: fields.next()?.parse().ok()? })
    })
}

/// Returns a command for a program of a server: as the right user, in the folder, untouched by the settings of clients.
pub(super) fn command(program: &Path, user: Option<User>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    let foreign = |name: &str| ["PG", "MYSQL_", "MARIADB_"].iter().any(|prefix| name.starts_with(prefix));
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(foreign) {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C").env("TZ", "UTC").env("HOME", folder).current_dir(folder);
    if let Some(user) = user {
        // The other groups of root are given up with it.
        command.uid(user.uid).gid(user.gid);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_read_from_passwd() {
        let passwd = "root:x:0:0::/root:/bin/sh\npostgres:x:101:104:a,b:/x:/bin/sh\ntoor:x:0:0::/:/bin/sh\nodd:x:\n";
        assert_eq!(user_of(passwd, "postgres"), Some(User { uid: 101, gid: 104 }));
        for name in ["root", "toor", "odd", "post", ""] {
            assert_eq!(user_of(passwd, name), None, "{name}");
        }
    }

    #[test]
    fn the_newest_version_comes_first() {
        let place = tempfile::tempdir().unwrap();
        for version in ["9.6", "15", "14", "16.rc", "pgsql-12"] {
            fs::create_dir_all(place.path().join(version).join("bin")).unwrap();
        }
        let found = versions(&format!("{}/*/bin", place.path().display()));
        let names: Vec<_> = found.iter().map(|path| path.parent().unwrap().file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["15", "14", "9.6"]);
        assert!(found[0].ends_with("15/bin"));
    }
}
