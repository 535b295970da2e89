//! Schemas by name: the models, the configured databases, a URL, an exported file.

use std::fs;

use camino::Utf8Path;

use super::workspace::Workspace;
use crate::config::{Configured, Database, Live, Throwaway};
use crate::databases::throwaway::{Plan, Variable};
use crate::databases::{self, DatabaseError, DatabaseUrl, Options};
use crate::model::schema::{Schema, json};
use crate::model::{Location, Problem, Span, closest};

/// The name of the schema that is read from models.
pub const MODELS: &str = "models";

/// Reads the schema that `what` names: `models`, a configured database, a URL (also `env:NAME` and `file:PATH`), or a
/// file that `lawbook schema export` wrote.
///
/// # Errors
/// There is nothing of this name, with the nearest one; the database, the file or the models could not be read.
pub fn schema(workspace: &Workspace, what: &str) -> Result<Schema, Problem> {
    if let Some((name, database)) = workspace.config.databases.iter().find(|(name, _)| name.value == what) {
        return of_database(workspace, name, database);
    }
    if is_url(what) {
        let url = DatabaseUrl::resolve(what, workspace.root.absolute.as_std_path()).map_err(|error| problem(&error))?;
        return databases::introspect("database", &url, &Options::default()).map_err(|error| problem(&error));
    }
    if Utf8Path::new(what).is_file() {
        return of_file(Utf8Path::new(what));
    }
    Err(unknown(workspace, what))
}

/// Returns the names of the schemas that the project has.
pub fn names(workspace: &Workspace) -> Vec<&str> {
    let databases = workspace.config.databases.iter().map(|(name, _)| name.value.as_str());
    std::iter::once(MODELS).chain(databases).collect()
}

fn is_url(what: &str) -> bool {
    what.contains("://") || what.starts_with("env:") || what.starts_with("file:")
}

fn of_database(workspace: &Workspace, name: &Configured<String>, database: &Database) -> Result<Schema, Problem> {
    let read = match database {
        Database::Live(live) => of_live(workspace, &name.value, live),
        Database::Throwaway(plan) => of_throwaway(workspace, &name.value, plan),
    };
    read.map_err(|error| {
        let mut found = problem(&error);
        found.message = format!("database `{}`: {}", name.value, found.message);
        match &name.place {
            Some(place) => found.at(place.location()),
            None => found,
        }
    })
}

fn of_live(workspace: &Workspace, name: &str, live: &Live) -> Result<Schema, DatabaseError> {
    let url = DatabaseUrl::resolve(&live.url.value, workspace.root.absolute.as_std_path())?;
    let default = Options::default();
    let options = Options {
        connect_timeout: live.connect_timeout.unwrap_or(default.connect_timeout),
        statement_timeout: live.statement_timeout.unwrap_or(default.statement_timeout),
        schemas: live.schemas.clone(),
        ..default
    };
    databases::introspect(name, &url, &options)
}

fn of_throwaway(workspace: &Workspace, name: &str, throwaway: &Throwaway) -> Result<Schema, DatabaseError> {
    let root = workspace.root.absolute.as_std_path();
    let mut plan = Plan::new(throwaway.engine, throwaway.migrate.value.clone());
    plan.down = throwaway.down.as_ref().map(|down| down.value.clone());
    plan.server = throwaway.server.as_ref().map(|server| server.value.clone());
    plan.variables = throwaway
        .variables
        .iter()
        .map(|variable| Variable {
            name: variable.name.clone(),
            driver: variable.driver.clone(),
            value: variable.value.clone(),
        })
        .collect();
    plan.driver.clone_from(&throwaway.driver);
    plan.tcp = throwaway.tcp;
    plan.directory = throwaway.directory.as_ref().map_or_else(|| root.to_owned(), |path| root.join(&path.value));
    plan.root = root.to_owned();
    plan.timeout = throwaway.timeout.unwrap_or(plan.timeout);
    plan.setup.clone_from(&throwaway.setup);
    let options = Options { schemas: throwaway.schemas.clone(), ..Options::default() };
    databases::throwaway::make(name, &plan, &options, &|_| {}).map(|outcome| outcome.schema)
}

fn of_file(path: &Utf8Path) -> Result<Schema, Problem> {
    let refuse =
        |why: String| Problem::error(format!("cannot read the schema: {why}")).at(Location::file(path.as_str()));
    let text = fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    json::read(&text, path.file_stem().unwrap_or("file")).map_err(|fault| {
        let mut problem = refuse(fault.message);
        if let Some((line, column)) = fault.place {
            problem.at = Some(Location::span(path.as_str(), Span::at(line, column)));
        }
        problem
    })
}

fn unknown(workspace: &Workspace, what: &str) -> Problem {
    let names = names(workspace);
    let problem = Problem::error(format!("there is no schema `{what}`"));
    match closest(what, names.iter().copied()) {
        Some(nearest) => problem.suggest(Some(nearest)),
        None => problem.hint(format!("a schema is {}, a URL, or a file of `lawbook schema export`", names.join(", "))),
    }
}

fn problem(error: &DatabaseError) -> Problem {
    let problem = Problem::error(error.message.clone());
    match &error.hint {
        Some(hint) => problem.hint(hint.clone()),
        None => problem,
    }
}
