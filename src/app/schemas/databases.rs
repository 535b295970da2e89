//! The databases of the configuration: live ones are read, throw-away ones made, migrated, read and removed.

use camino::Utf8Path;

use crate::app::workspace::Workspace;
use crate::config::{Configured, Database, Live, Throwaway};
use crate::databases::throwaway::{self, Plan, Variable};
use crate::databases::{self, DatabaseError, DatabaseUrl, Options};
use crate::model::schema::{Roundtrip, Schema};
use crate::model::{Location, Problem, Span};

/// Reads a configured database; `say` is told what happens.
pub(super) fn read(
    workspace: &Workspace,
    name: &Configured<String>,
    database: &Database,
    say: &dyn Fn(&str),
) -> Result<Schema, Problem> {
    let read = match database {
        Database::Live(live) => of_live(workspace, &name.value, live),
        Database::Throwaway(throwaway) => of_throwaway(workspace, &name.value, throwaway, say),
    };
    read.map_err(|error| {
        let found = problem_of(&name.value, &error);
        match &name.place {
            Some(place) => found.at(place.location()),
            None => found,
        }
    })
}

/// Reads the database at a URL, which may be `env:NAME` or `file:PATH`, as `name`.
pub(super) fn of_url(workspace: &Workspace, name: &str, url: &str, options: &Options) -> Result<Schema, DatabaseError> {
    let url = DatabaseUrl::resolve(url, workspace.root.absolute.as_std_path())?;
    databases::introspect(name, &url, options)
}

/// Returns an error as a problem of the database of this name.
pub(super) fn problem_of(name: &str, error: &DatabaseError) -> Problem {
    let found = problem(error);
    Problem { message: format!("database `{name}`: {}", found.message), ..found }.empty(name)
}

/// Returns an error as a problem.
pub(super) fn problem(error: &DatabaseError) -> Problem {
    let problem = Problem::error(error.message.clone());
    match &error.hint {
        Some(hint) => problem.hint(hint.clone()),
        None => problem,
    }
}

fn of_live(workspace: &Workspace, name: &str, live: &Live) -> Result<Schema, DatabaseError> {
    let default = Options::default();
    let options = Options {
        connect_timeout: live.connect_timeout.unwrap_or(default.connect_timeout),
        statement_timeout: live.statement_timeout.unwrap_or(default.statement_timeout),
        schemas: live.schemas.clone(),
        ..default
    };
    of_url(workspace, name, &live.url.value, &options)
}

fn of_throwaway(
    workspace: &Workspace,
    name: &str,
    throwaway: &Throwaway,
    say: &dyn Fn(&str),
) -> Result<Schema, DatabaseError> {
    let root = workspace.root.absolute.as_std_path();
    let variables = throwaway.variables.iter().map(|variable| Variable {
        name: variable.name.clone(),
        driver: variable.driver.clone(),
        value: variable.value.clone(),
    });
    let mut plan = Plan::new(throwaway.engine, throwaway.migrate.value.clone());
    plan.down = throwaway.down.as_ref().map(|down| down.value.clone());
    plan.server = throwaway.server.as_ref().map(|server| server.value.clone());
    plan.variables = variables.collect();
    plan.driver.clone_from(&throwaway.driver);
    plan.tcp = throwaway.tcp;
    plan.directory = throwaway.directory.as_ref().map_or_else(|| root.to_owned(), |path| root.join(&path.value));
    plan.root = root.to_owned();
    plan.timeout = throwaway.timeout.unwrap_or(plan.timeout);
    plan.setup.clone_from(&throwaway.setup);
    let options = Options { schemas: throwaway.schemas.clone(), ..Options::default() };
    let outcome = throwaway::make(name, &plan, &options, say)?;
    let roundtrip = outcome.roundtrip.map(|roundtrip| roundtrip_of(workspace, &roundtrip));
    Ok(Schema { roundtrip, ..outcome.schema })
}

fn roundtrip_of(workspace: &Workspace, roundtrip: &throwaway::Roundtrip) -> Roundtrip {
    let place = roundtrip.failure.as_ref().and_then(|failure| failure.place.as_ref());
    let at = place.map(|(path, line)| {
        let relative = workspace.root.relative(Utf8Path::new(path));
        Location::span(relative.unwrap_or_else(|| path.as_str().into()), Span::at(*line, 1))
    });
    Roundtrip {
        failure: roundtrip.failure.as_ref().map(|failure| failure.to_string().into()),
        at,
        left_behind: roundtrip.left_behind.iter().map(|object| object.to_string().into()).collect(),
        differences: roundtrip.differences.iter().map(|difference| difference.to_string().into()).collect(),
    }
}
