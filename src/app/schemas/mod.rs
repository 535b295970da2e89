//! Schemas: the models, the configured databases, a URL, an exported file; by name, or all that a run needs.

mod command;
mod databases;
mod migrations;
mod models;

use std::fs;
use std::sync::Arc;

use camino::Utf8Path;

use super::scope::Scope;
use super::workspace::Workspace;
use crate::databases::Options;
use crate::engine::REPLAYED;
use crate::model::schema::{Dialect, Schema, json};
use crate::model::{Location, Problem, Span, closest};
use crate::sources::shelf::Shelf;

pub(super) use models::KeptModels;
pub use models::NAME as MODELS;

/// Which schemas a run reads.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// `NAME` or `NAME=URL`: only these databases, in place of those of the configuration; all of them when empty.
    pub databases: Vec<String>,
    /// Contact no database, run no command.
    pub offline: bool,
}

impl Asked {
    /// Returns whether all schemas of the configuration are read.
    pub fn is_all(&self) -> bool {
        self.databases.is_empty() && !self.offline
    }
}

/// Reads the schema that `what` names: `models`, `migrations` (`migrations@REV` as it is after a revision, on `dialect`
/// if there is one), a configured database, a URL (also `env:NAME` and `file:PATH`), or a
/// file that `lawbook schema export` wrote. `say` is told what happens on the way.
///
/// # Errors
/// There is nothing of this name, with the nearest one; the database, the file or the models could not be read.
pub fn schema(
    workspace: &Workspace,
    what: &str,
    dialect: Option<Dialect>,
    say: &dyn Fn(&str),
    problems: &mut Vec<Problem>,
) -> Result<Schema, Problem> {
    let (name, revision) = what.split_once('@').map_or((what, None), |(name, at)| (name, Some(at)));
    if name == REPLAYED && !what.contains("://") {
        return migrations::read(workspace, revision, dialect, problems);
    }
    if what == MODELS {
        return models::read((workspace, &Shelf::default(), None), &mut Vec::new(), problems);
    }
    if let Some((name, database)) = workspace.config.databases.iter().find(|(name, _)| name.value == what) {
        return databases::read(workspace, name, database, say);
    }
    if is_url(what) {
        return databases::of_url(workspace, "database", what, &Options::default())
            .map_err(|error| databases::problem(&error));
    }
    if Utf8Path::new(what).is_file() {
        return of_file(Utf8Path::new(what));
    }
    Err(unknown(workspace, what))
}

/// Returns the names of the schemas that the project has.
pub fn names(workspace: &Workspace) -> Vec<&str> {
    let databases = workspace.config.databases.iter().map(|(name, _)| name.value.as_str());
    [MODELS, REPLAYED].into_iter().chain(databases).collect()
}

/// Reads the schemas that a run is about: the databases, and the models where they are configured or there is something
/// to compare them with, a database or migrations. What cannot be read is a problem, and the run goes on with the others.
pub(super) fn of_run(
    (workspace, shelf, kept): (&Workspace, &Shelf, &mut Option<KeptModels>),
    asked: &Asked,
    scope: &Scope,
    say: &(dyn Fn(&str) + Sync),
    problems: &mut Vec<Problem>,
) -> Vec<Arc<Schema>> {
    let wanted = wanted(workspace, asked, problems);
    if wanted.is_empty() && scope.trees.is_empty() && workspace.config.models.is_none() {
        return Vec::new();
    }
    let listed = scope.of_work_tree();
    // Databases are waited for, so each has a thread of its own.
    let (read, of_models) = std::thread::scope(|scope| {
        let threads: Vec<_> =
            wanted.iter().map(|database| scope.spawn(move || database.read(workspace, say))).collect();
        let of_models = kept.get_or_insert_with(|| KeptModels::read(workspace, shelf, listed));
        let read: Vec<Result<Schema, Problem>> = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(Problem::error("a database could not be read"))))
            .collect();
        (read, of_models)
    });
    // Nobody spoke of models and none were found: there is nothing that the database could be held against.
    let no_models = workspace.config.models.is_none()
        && of_models.read.as_ref().is_ok_and(|models| models.tables.is_empty() && models.unknown.is_empty());
    problems.extend(of_models.problems.iter().cloned());
    let of_models = (!no_models).then(|| of_models.read.clone());
    let mut schemas = Vec::new();
    for schema in of_models.into_iter().chain(read.into_iter().map(|read| read.map(Arc::new))) {
        match schema {
            Ok(schema) => schemas.push(schema),
            Err(problem) => problems.push(problem),
        }
    }
    schemas
}

/// A database that a run reads.
enum Wanted<'a> {
    Configured(&'a (crate::config::Configured<String>, crate::config::Database)),
    Url(&'a str, &'a str),
}

impl Wanted<'_> {
    fn read(&self, workspace: &Workspace, say: &dyn Fn(&str)) -> Result<Schema, Problem> {
        match self {
            Self::Configured((name, database)) => databases::read(workspace, name, database, say),
            Self::Url(name, url) => databases::of_url(workspace, name, url, &Options::default())
                .map_err(|error| databases::problem_of(name, &error)),
        }
    }
}

fn wanted<'a>(workspace: &'a Workspace, asked: &'a Asked, problems: &mut Vec<Problem>) -> Vec<Wanted<'a>> {
    if asked.offline {
        return Vec::new();
    }
    let configured = &workspace.config.databases;
    if asked.databases.is_empty() {
        return configured.iter().map(Wanted::Configured).collect();
    }
    let mut wanted = Vec::new();
    for text in &asked.databases {
        match text.split_once('=') {
            Some((name, url)) if !name.is_empty() && !name.contains(':') && name != MODELS => {
                wanted.push(Wanted::Url(name, url));
            }
            _ => match configured.iter().find(|(name, _)| name.value == *text) {
                Some(database) => wanted.push(Wanted::Configured(database)),
                None if is_url(text) => wanted.push(Wanted::Url("database", text)),
                None => problems.push(unknown(workspace, text)),
            },
        }
    }
    wanted
}

fn is_url(what: &str) -> bool {
    what.contains("://") || what.starts_with("env:") || what.starts_with("file:")
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
