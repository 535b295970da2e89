//! URLs written out whole, password included, in the form that a driver of SQLAlchemy wants: for the commands that
//! Lawbook runs, never for people.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::parts::Host;
use super::{DatabaseUrl, Dialect, SCHEMES, fault};
use crate::databases::DatabaseError;

/// What needs no escape anywhere: no character that a shell, an ini file or another reader of URLs takes for its own.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same for values of parameters, where drivers expect paths as they are.
const PATH: &AsciiSet = &PLAIN.remove(b'/');

/// The parts of a URL as single variables want them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::databases) struct Pieces {
    pub(in crate::databases) user: String,
    pub(in crate::databases) password: String,
    /// A name, an address, or the folder of PostgreSQL's socket.
    pub(in crate::databases) host: String,
    pub(in crate::databases) port: String,
    /// The path of the file for SQLite.
    pub(in crate::databases) database: String,
    /// The path of MySQL's socket, or nothing.
    pub(in crate::databases) socket: String,
}

impl DatabaseUrl {
    /// Returns the same place, but another database.
    pub(in crate::databases) fn at_database(&self, name: &str) -> Self {
        let mut url = self.clone();
        url.database = Some(name.to_owned());
        url.query.retain(|(key, _)| !["dbname", "database", "db"].contains(&key.as_str()));
        url
    }

    /// Returns the name of the database, if the URL has one.
    pub(in crate::databases) fn database(&self) -> Option<&str> {
        self.parameter(&["dbname", "database", "db"]).or(self.database.as_deref())
    }

    /// Returns the whole URL with its password, in the form of a driver (`asyncpg`, `postgresql+asyncpg`), or in its own.
    pub(in crate::databases) fn spelled(&self, driver: Option<&str>) -> Result<String, DatabaseError> {
        let scheme = match driver {
            Some(driver) => self.scheme_of(driver)?,
            None => self.scheme.clone(),
        };
        if self.dialect == Dialect::Sqlite {
            // SQLAlchemy decodes nothing in the path of a file.
            return Ok(format!("{scheme}:///{}", self.database.as_deref().unwrap_or_default()));
        }
        let encode = |text: &str| utf8_percent_encode(text, PLAIN).to_string();
        let mut text = format!("{scheme}://");
        if let Some(user) = &self.user {
            text.push_str(&encode(user));
        }
        if let Some(password) = &self.password {
            text.push(':');
            text.push_str(&encode(password));
        }
        if self.user.is_some() || self.password.is_some() {
            text.push('@');
        }
        let hosts: Vec<String> = self.hosts.iter().map(spelled_host).collect();
        text.push_str(&hosts.join(","));
        text.push('/');
        text.push_str(&encode(self.database.as_deref().unwrap_or_default()));
        let driver = scheme.split_once('+').map_or("", |(_, driver)| driver);
        for (index, (key, value)) in self.parameters_for(driver).into_iter().enumerate() {
            text.push(if index == 0 { '?' } else { '&' });
            text.push_str(&format!("{}={}", encode(&key), utf8_percent_encode(&value, PATH)));
        }
        Ok(text)
    }

    /// Returns the parts of the URL, with the defaults of the database where it has none.
    pub(in crate::databases) fn pieces(&self) -> Pieces {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let host = self.hosts.first();
        let named = self.parameter(&["host"]).or(host.map(|host| host.name.as_str()));
        let port = self.parameter(&["port"]).map(str::to_owned).or_else(|| Some(host?.port?.to_string()));
        let usual = match self.dialect {
            Dialect::Postgresql => "5432",
            Dialect::Mysql => "3306",
            Dialect::Sqlite => {
                return Pieces { database: text(self.database.as_deref()), ..Pieces::default() };
            }
        };
        Pieces {
            user: text(self.parameter(&["user"]).or(self.user.as_deref())),
            password: text(self.parameter(&["password", "passwd"]).or(self.password.as_deref())),
            host: named.filter(|name| !name.is_empty()).unwrap_or("localhost").to_owned(),
            port: port.unwrap_or_else(|| usual.to_owned()),
            database: text(self.database()),
            socket: text(self.parameter(&["unix_socket", "socket"])),
        }
    }

    /// Returns the scheme for a driver: `asyncpg` is `postgresql+asyncpg` here.
    fn scheme_of(&self, driver: &str) -> Result<String, DatabaseError> {
        let driver = driver.trim_end_matches("://");
        let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let name = driver.split('+').next().unwrap_or_default();
        let known = SCHEMES.iter().find(|(scheme, _)| *scheme == name).map(|(_, dialect)| *dialect);
        let valid = driver.split('+').count() <= 2 && driver.split('+').all(is_word);
        match known {
            Some(dialect) if dialect == self.dialect && valid => Ok(driver.to_owned()),
            None if valid && !driver.contains('+') => Ok(format!("{}+{driver}", self.dialect)),
            _ => Err(fault(format!("`{driver}` is no driver for {}", self.dialect))
                .hint("write it as SQLAlchemy does: postgresql+asyncpg, mysql+pymysql, sqlite+aiosqlite")),
        }
    }

    /// Returns the parameters as a driver spells them.
    fn parameters_for(&self, driver: &str) -> Vec<(String, String)> {
        let mut parameters = self.query.clone();
        match driver {
            "asyncpg" => {
                for (key, _) in &mut parameters {
                    if key == "sslmode" {
                        "ssl".clone_into(key);
                    }
                }
            }
            "pg8000" => {
                // It wants the socket itself, not its folder.
                let Pieces { host, port, .. } = self.pieces();
                if host.starts_with('/') {
                    parameters.retain(|(key, _)| key != "host" && key != "port");
                    parameters.insert(0, ("unix_sock".to_owned(), format!("{host}/.s.PGSQL.{port}")));
                }
            }
            _ => {}
        }
        parameters
    }
}

fn spelled_host(host: &Host) -> String {
    let name = if host.name.contains(':') && !host.name.starts_with('/') {
        format!("[{}]", host.name)
    } else {
        utf8_percent_encode(&host.name, PLAIN).to_string()
    };
    host.port.map_or_else(|| name.clone(), |port| format!("{name}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_driver_gets_the_form_that_it_wants() {
        for (text, driver, expected) in [
            ("postgresql://postgres@/x?host=/tmp/d", None, "postgresql://postgres@/x?host=/tmp/d"),
            ("postgresql://postgres@/x?host=/tmp/d", Some("asyncpg"), "postgresql+asyncpg://postgres@/x?host=/tmp/d"),
            (
                "postgresql://postgres@/x?host=/tmp/d",
                Some("postgresql+pg8000"),
                "postgresql+pg8000://postgres@/x?unix_sock=/tmp/d/.s.PGSQL.5432",
            ),
            (
                "postgres://u:p%40%2Fs@db.example:5433/x?sslmode=require&application_name=a b",
                Some("postgresql+asyncpg"),
                "postgresql+asyncpg://u:p%40%2Fs@db.example:5433/x?ssl=require&application_name=a%20b",
            ),
            ("postgresql+psycopg://u:p'$`\"@[::1]:1/x", None, "postgresql+psycopg://u:p%27%24%60%22@[::1]:1/x"),
            (
                "mysql+pymysql://root@localhost/x?unix_socket=/a/b",
                Some("mysql"),
                "mysql://root@localhost/x?unix_socket=/a/b",
            ),
            ("mysql://u:p@h/x", Some("mariadb+mariadbconnector"), "mariadb+mariadbconnector://u:p@h/x"),
            ("sqlite:////tmp/d/x.db", Some("aiosqlite"), "sqlite+aiosqlite:////tmp/d/x.db"),
        ] {
            assert_eq!(DatabaseUrl::parse(text).unwrap().spelled(driver).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_driver_of_another_database_is_refused() {
        let url = DatabaseUrl::parse("postgresql://u:secret@h/x").unwrap();
        for driver in ["mysql+pymysql", "sqlite", "", "postgresql+", "a+b+c", "postgresql+a b", "oracle+x"] {
            let error = url.spelled(Some(driver)).unwrap_err();
            assert!(!error.message.contains("secret"), "{driver}");
        }
    }

    #[test]
    fn another_database_of_the_same_server() {
        let url = DatabaseUrl::parse("postgresql://u@h/x?dbname=y&sslmode=disable").unwrap().at_database("z");
        assert_eq!(url.spelled(None).unwrap(), "postgresql://u@h/z?sslmode=disable");
        assert_eq!(url.database(), Some("z"));
    }

    #[test]
    fn pieces_have_the_defaults_of_the_database() {
        let pieces = |text: &str| DatabaseUrl::parse(text).unwrap().pieces();
        let found = pieces("postgresql://u:p@h/x");
        assert_eq!((&*found.host, &*found.port, &*found.user, &*found.password), ("h", "5432", "u", "p"));
        assert_eq!(pieces("postgresql://u@/x?host=/tmp/d").host, "/tmp/d");
        let found = pieces("mysql://root@localhost/x?unix_socket=/s");
        assert_eq!((&*found.host, &*found.port, &*found.socket), ("localhost", "3306", "/s"));
        assert_eq!(pieces("sqlite:////tmp/x.db").database, "/tmp/x.db");
    }
}
