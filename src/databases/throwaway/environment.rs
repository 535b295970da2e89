//! What the commands find in their environment: the throw-away URL under every usual name, and no way to another
//! database.

use std::ffi::OsString;
use std::process::Command;
use std::sync::LazyLock;

use regex::Regex;

use super::Plan;
use super::ground::fault;
use super::template;
use crate::databases::{DatabaseError, DatabaseUrl};
use crate::model::schema::Dialect;

/// The names under which most projects look for their database.
const NAMES: &[&str] = &["DATABASE_URL", "SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_DATABASE_URL", "LAWBOOK_DATABASE_URL"];

/// What is set, and what is withheld.
#[derive(Debug, Default)]
pub(super) struct Environment {
    set: Vec<(String, String)>,
    removed: Vec<OsString>,
    /// Names of variables that hold the URL of another database.
    pub(super) withheld: Vec<String>,
}

impl Environment {
    /// Works out the environment of the commands, starting from our own.
    pub(super) fn of(
        plan: &Plan,
        url: &DatabaseUrl,
        inherited: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, DatabaseError> {
        let mut set = Vec::new();
        let usual = url.spelled(plan.driver.as_deref())?;
        set.extend(NAMES.iter().map(|name| ((*name).to_owned(), usual.clone())));
        set.extend(clients(url));
        for variable in &plan.variables {
            let name = &variable.name;
            if name.is_empty() || name.contains(['=', '\0']) {
                return Err(fault(format!("`{name}` cannot be the name of a variable")));
            }
            let value = match &variable.value {
                Some(value) => template::fill(value, url, variable.driver.as_deref().or(plan.driver.as_deref()))?,
                None => url.spelled(variable.driver.as_deref().or(plan.driver.as_deref()))?,
            };
            set.push((name.clone(), value));
        }
        let mut environment = Self { set, ..Self::default() };
        for (name, value) in inherited {
            let Some(text) = name.to_str() else { continue };
            if environment.set.iter().any(|(set, _)| set == text) {
                continue;
            }
            if is_client(text) {
                environment.removed.push(name);
            } else if value.to_str().is_some_and(names_database) {
                environment.withheld.push(text.to_owned());
                environment.removed.push(name);
            }
        }
        environment.withheld.sort();
        Ok(environment)
    }

    /// Gives a command this environment.
    pub(super) fn apply(&self, command: &mut Command) {
        for name in &self.removed {
            command.env_remove(name);
        }
        // The last one counts: what the user asks for goes before the usual names.
        for (name, value) in &self.set {
            command.env(name, value);
        }
    }
}

/// Returns what the database's own client programs and libraries read.
fn clients(url: &DatabaseUrl) -> Vec<(String, String)> {
    let pieces = url.pieces();
    let named: Vec<(&str, String)> = match url.dialect() {
        Dialect::Sqlite => Vec::new(),
        Dialect::Postgresql => vec![
            ("PGHOST", pieces.host),
            ("PGPORT", pieces.port),
            ("PGUSER", pieces.user),
            ("PGPASSWORD", pieces.password),
            ("PGDATABASE", pieces.database),
        ],
        Dialect::Mysql if pieces.socket.is_empty() => {
            vec![("MYSQL_HOST", pieces.host), ("MYSQL_TCP_PORT", pieces.port), ("MYSQL_PWD", pieces.password)]
        }
        Dialect::Mysql => vec![("MYSQL_UNIX_PORT", pieces.socket)],
    };
    let given = named.into_iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Returns whether client programs would follow this variable to another server.
fn is_client(name: &str) -> bool {
    const OF_CLIENTS: &[&str] = &[
        "PGAPPNAME",
        "PGDATABASE",
        "PGHOST",
        "PGHOSTADDR",
        "PGOPTIONS",
        "PGPASSFILE",
        "PGPASSWORD",
        "PGPORT",
        "PGREQUIREPEER",
        "PGSERVICE",
        "PGSERVICEFILE",
        "PGSSLMODE",
        "PGSSLNEGOTIATION",
        "PGTARGETSESSIONATTRS",
        "PGUSER",
        "MYSQL_HOST",
        "MYSQL_PWD",
        "MYSQL_TCP_PORT",
        "MYSQL_UNIX_PORT",
    ];
    OF_CLIENTS.contains(&name)
}

/// Returns whether a value is the URL of a database: a migration must never reach one that Lawbook did not make.
fn names_database(value: &str) -> bool {
    static URL: LazyLock<Regex> = LazyLock::new(|| {
        let kinds = "postgres|postgresql|postgis|pgsql|psql|cockroachdb|cockroach|redshift|mysql|mysql2|mariadb|tidb|\
                     sqlite|sqlite3|mssql|sqlserver|oracle|db2|snowflake|clickhouse|duckdb";
        Regex::new(&format!(r#"(?i)^\s*["']?(jdbc:)?({kinds})(\+\w+)?:/"#)).expect("valid")
    });
    URL.is_match(value)
}

#[cfg(test)]
mod tests {
    use super::super::Variable;
    use super::*;

    fn plan(variables: Vec<Variable>) -> Plan {
        Plan { variables, ..Plan::new(Dialect::Postgresql, "true") }
    }

    fn value<'a>(environment: &'a Environment, name: &str) -> Option<&'a str> {
        environment.set.iter().rev().find(|(set, _)| set == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn every_name_gets_the_url_in_its_form() {
        let url = DatabaseUrl::parse("postgresql://postgres@/lawbook?host=/tmp/d").unwrap();
        let plan = plan(vec![
            Variable { name: "MY_DB_URL".into(), ..Variable::default() },
            Variable { name: "ASYNC_URL".into(), driver: Some("asyncpg".into()), value: None },
            Variable { name: "POSTGRES_SERVER".into(), driver: None, value: Some("{host}".into()) },
            Variable { name: "DATABASE_URL".into(), driver: Some("postgresql+psycopg".into()), value: None },
        ]);
        let environment = Environment::of(&plan, &url, std::iter::empty()).unwrap();
        let usual = "postgresql://postgres@/lawbook?host=/tmp/d";
        for (name, expected) in [
            ("MY_DB_URL", Some(usual)),
            ("SQLALCHEMY_DATABASE_URI", Some(usual)),
            ("LAWBOOK_DATABASE_URL", Some(usual)),
            ("ASYNC_URL", Some("postgresql+asyncpg://postgres@/lawbook?host=/tmp/d")),
            ("POSTGRES_SERVER", Some("/tmp/d")),
            ("DATABASE_URL", Some("postgresql+psycopg://postgres@/lawbook?host=/tmp/d")),
            ("PGHOST", Some("/tmp/d")),
            ("PGPASSWORD", None),
        ] {
            assert_eq!(value(&environment, name), expected, "{name}");
        }
    }

    #[test]
    fn other_databases_are_withheld() {
        let url = DatabaseUrl::parse("sqlite:////tmp/x.db").unwrap();
        let inherited = [
            ("PROD_URL", "postgresql+asyncpg://u:p@prod/x"),
            ("QUOTED", "'mysql://u:p@prod/x'"),
            ("JAVA", "jdbc:postgresql://prod/x"),
            ("FILE_DB", "sqlite:///real.db"),
            ("DATABASE_URL", "postgres://u:p@prod/x"),
            ("PGSERVICE", "prod"),
            ("HOME", "/home/postgres"),
            ("DOCS", "https://example.com/postgresql://"),
            ("WORD", "postgresql"),
        ];
        let inherited = inherited.map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let environment = Environment::of(&plan(Vec::new()), &url, inherited.into_iter()).unwrap();
        assert_eq!(environment.withheld, ["FILE_DB", "JAVA", "PROD_URL", "QUOTED"]);
        assert!(environment.removed.contains(&OsString::from("PGSERVICE")));
        assert!(!environment.removed.contains(&OsString::from("HOME")));
        assert_eq!(value(&environment, "DATABASE_URL"), Some("sqlite:////tmp/x.db"));
    }

    #[test]
    fn names_and_drivers_that_cannot_be_are_refused() {
        let url = DatabaseUrl::parse("postgresql://postgres@/lawbook?host=/tmp/d").unwrap();
        for variable in [
            Variable::default(),
            Variable { name: "A=B".into(), ..Variable::default() },
            Variable { name: "A".into(), driver: Some("mysql+pymysql".into()), value: None },
        ] {
            assert!(Environment::of(&plan(vec![variable.clone()]), &url, std::iter::empty()).is_err(), "{variable:?}");
        }
    }
}
