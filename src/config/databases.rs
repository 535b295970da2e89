//! `databases:` of the configuration.

use std::time::Duration;

use super::raw::{RawDatabase, RawVariable};
use super::{Configured, path, text};
use crate::model::schema::Dialect;
use crate::model::{Problem, closest};
use crate::yaml::{Node, NodeValue, Spanned, read as read_node};

/// A configured database.
#[derive(Clone, Debug)]
pub enum Database {
    Live(Live),
    Throwaway(Box<Throwaway>),
}

/// A database that is there, and only read.
#[derive(Clone, Debug)]
pub struct Live {
    /// A URL, `env:NAME` or `file:PATH`. It may hold a password: it is never shown.
    pub url: Configured<String>,
    pub schemas: Vec<String>,
    pub connect_timeout: Option<Duration>,
    pub statement_timeout: Option<Duration>,
}

/// A database that is made for the run, migrated, read and removed.
#[derive(Clone, Debug)]
pub struct Throwaway {
    pub engine: Dialect,
    pub migrate: Configured<String>,
    pub directory: Option<Configured<String>>,
    pub server: Option<Configured<String>>,
    pub setup: Option<String>,
    pub variables: Vec<Variable>,
    pub driver: Option<String>,
    pub tcp: bool,
    pub schemas: Vec<String>,
    pub timeout: Option<Duration>,
    /// The command that undoes all migrations.
    pub down: Option<Configured<String>>,
}

/// A variable that gets the URL of a throw-away database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    /// The scheme of the URL that it gets; SQLAlchemy's default for the engine when left out.
    pub driver: Option<String>,
    /// What it holds instead of the URL, with placeholders.
    pub value: Option<String>,
}

/// Names that other schemas have.
const TAKEN: &[&str] = &["models", "migrations", "database", "throwaway", "file"];

/// Reads the map from name to database.
pub(super) fn read(node: &Node, problems: &mut Vec<Problem>) -> Vec<(Configured<String>, Database)> {
    let NodeValue::Map(entries) = &node.value else {
        let problem = node.place.error(format!("expected a map of databases, found {}", node.type_name()));
        problems.push(problem.hint("`databases: {main: {url: \"env:DATABASE_URL\"}}`"));
        return Vec::new();
    };
    let mut databases = Vec::new();
    for (key, value) in entries.iter() {
        let Some(name) = key.as_text() else {
            problems.push(key.place.error("the name of a database is a text"));
            continue;
        };
        if TAKEN.contains(&name) || name.is_empty() || name.contains('=') {
            problems.push(key.place.error(format!("`{name}` cannot be the name of a database")));
            continue;
        }
        if let Some(database) = database(value, problems) {
            databases.push((Configured { value: name.to_owned(), place: Some(key.place.clone()) }, database));
        }
    }
    databases
}

fn database(node: &Node, problems: &mut Vec<Problem>) -> Option<Database> {
    let raw: RawDatabase = read_node(node, problems)?;
    let seconds = |spanned: Option<Spanned<u64>>| spanned.and_then(|seconds| seconds.value).map(Duration::from_secs);
    let schemas: Vec<String> = raw
        .schemas
        .and_then(|schemas| schemas.value)
        .into_iter()
        .flatten()
        .filter_map(|schema| text(schema, "schemas", problems).map(|schema| schema.value))
        .collect();
    match (raw.url, raw.engine) {
        (Some(url), None) => {
            let only_throwaway = [
                ("migrate", raw.migrate.map(|field| field.place)),
                ("directory", raw.directory.map(|field| field.place)),
                ("server", raw.server.map(|field| field.place)),
                ("setup", raw.setup.map(|field| field.place)),
                ("variables", raw.variables.map(|field| field.place)),
                ("driver", raw.driver.map(|field| field.place)),
                ("tcp", raw.tcp.map(|field| field.place)),
                ("timeout", raw.timeout.map(|field| field.place)),
                ("roundtrip", raw.roundtrip.map(|field| field.place)),
            ];
            for (field, place) in only_throwaway {
                if let Some(place) = place {
                    let problem = place.error(format!("`{field}` is for throw-away databases"));
                    problems.push(problem.hint("a database with a `url` is only read; give `engine` instead"));
                }
            }
            Some(Database::Live(Live {
                url: text(url, "url", problems)?,
                schemas,
                connect_timeout: seconds(raw.connect_timeout),
                statement_timeout: seconds(raw.statement_timeout),
            }))
        }
        (None, Some(engine)) => {
            let name = engine.value?;
            let Some(dialect) = Dialect::of_name(&name) else {
                let problem = engine.place.error(format!("`{name}` is no engine"));
                problems.push(match closest(&name, ["sqlite", "postgres", "mysql"]) {
                    Some(nearest) => problem.suggest(Some(nearest)),
                    None => problem.hint("the engines are sqlite, postgres and mysql"),
                });
                return None;
            };
            let Some(migrate) = raw.migrate else {
                let problem = node.place.error("field `migrate` is missing");
                problems.push(problem.hint("the command that migrates it: `migrate: \"alembic upgrade head\"`"));
                return None;
            };
            let directory = raw.directory.and_then(|directory| path(directory, problems));
            let down = raw.roundtrip.and_then(|roundtrip| {
                let place = roundtrip.place;
                let down = roundtrip.value?.down;
                if down.is_none() {
                    problems.push(place.error("field `down` is missing").hint("`{down: \"alembic downgrade base\"}`"));
                }
                text(down?, "down", problems)
            });
            let variables = raw.variables.and_then(|variables| variables.value).unwrap_or_default();
            Some(Database::Throwaway(Box::new(Throwaway {
                engine: dialect,
                migrate: text(migrate, "migrate", problems)?,
                directory,
                server: raw.server.and_then(|server| text(server, "server", problems)),
                setup: raw.setup.and_then(|setup| setup.value),
                variables: variables.iter().filter_map(|variable| self::variable(variable, problems)).collect(),
                driver: raw.driver.and_then(|driver| driver.value),
                tcp: raw.tcp.and_then(|tcp| tcp.value).unwrap_or(false),
                schemas,
                timeout: seconds(raw.timeout),
                down,
            })))
        }
        (Some(url), Some(_)) => {
            problems.push(url.place.error("a database has a `url` (it is read) or an `engine` (it is made), not both"));
            None
        }
        (None, None) => {
            let problem = node.place.error("field `url` is missing");
            problems.push(problem.hint(
                "`url: \"env:DATABASE_URL\"` for a live database, or `engine: sqlite` and `migrate: ...` for one that is made for the run",
            ));
            None
        }
    }
}

/// Reads a name, or a map of name and driver.
fn variable(node: &Node, problems: &mut Vec<Problem>) -> Option<Variable> {
    let (name, driver, value) = match node.as_text() {
        Some(name) => (name.to_owned(), None, None),
        None => {
            let raw: RawVariable = read_node(node, problems)?;
            let Some(name) = raw.name else {
                problems.push(node.place.error("field `name` is missing"));
                return None;
            };
            let value = raw.value.and_then(|value| value.value);
            (text(name, "name", problems)?.value, raw.driver.and_then(|driver| driver.value), value)
        }
    };
    let is_name = !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if !is_name {
        problems.push(node.place.error(format!("`{name}` cannot be the name of a variable")));
        return None;
    }
    Some(Variable { name, driver, value })
}
