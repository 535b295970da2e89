//! The models of the project: Python that is read, or what a command prints.

use std::sync::Arc;

use camino::Utf8PathBuf;
use rayon::prelude::*;

use super::command;
use crate::app::workspace::Workspace;
use crate::config::{Configured, Models};
use crate::engine::Input;
use crate::languages::python::models::{self, Basis, Options};
use crate::languages::python::{self, Source};
use crate::model::facts::Change;
use crate::model::schema::{Origin, Schema, json};
use crate::model::{Known, Location, Problem};
use crate::sources::files::{self, Found};
use crate::sources::shelf::{Shelf, Unread};

/// The models of an earlier run, for one that finds them unchanged.
#[derive(Debug)]
pub(in crate::app) struct KeptModels {
    pub(super) read: Result<Arc<Schema>, Problem>,
    pub(super) problems: Vec<Problem>,
    basis: Vec<Basis>,
    /// A command prints them, or something was in the way: nobody can say what they rest on.
    unsure: bool,
}

impl KeptModels {
    /// Reads the models.
    pub(super) fn read(workspace: &Workspace, shelf: &Shelf, listed: Option<&[Input]>) -> Self {
        let (mut basis, mut problems) = (Vec::new(), Vec::new());
        let read = read((workspace, shelf, listed), &mut basis, &mut problems).map(Arc::new);
        let commands = workspace.config.models.iter().flatten().any(|models| matches!(models, Models::Command(..)));
        Self { unsure: commands || read.is_err() || !problems.is_empty(), read, problems, basis }
    }

    /// Returns whether it is known what they rest on.
    pub(in crate::app) const fn are_sure(&self) -> bool {
        !self.unsure
    }

    /// Returns whether they may be others since a file is another one; asked with the file as it was, and as it is.
    pub(in crate::app) fn rest_on(&self, file: &python::Source) -> bool {
        self.basis.iter().any(|basis| basis.rests_on(file))
    }
}

/// The name of the schema that is read from models.
pub const NAME: &str = "models";

/// Reads the models: those of the configuration, else all that the project has. Files that are no Python are added to
/// `problems`. `listed` are the files of the project, if somebody has listed them already.
pub(super) fn read(
    (workspace, shelf, listed): (&Workspace, &Shelf, Option<&[Input]>),
    basis: &mut Vec<Basis>,
    problems: &mut Vec<Problem>,
) -> Result<Schema, Problem> {
    let all = [];
    let configured = workspace.config.models.as_deref().unwrap_or(&all);
    let mut whole = Schema::empty(NAME, Origin::Models, None);
    if configured.is_empty() {
        return of_python((workspace, shelf, listed), basis, None, &[], problems);
    }
    for models in configured {
        let part = match models {
            Models::Python { path, metadata } => {
                of_python((workspace, shelf, listed), basis, Some(path), metadata, problems)?
            }
            Models::Command(command, timeout) => of_command(workspace, command, *timeout)?,
        };
        whole.dialect = whole.dialect.or(part.dialect);
        whole.tables.extend(part.tables);
        whole.enums.extend(part.enums);
        whole.views.extend(part.views);
        whole.unknown.extend(part.unknown);
    }
    Ok(whole)
}

fn of_command(
    workspace: &Workspace,
    command: &Configured<String>,
    timeout: std::time::Duration,
) -> Result<Schema, Problem> {
    let place = |problem: Problem| match &command.place {
        Some(place) => problem.at(place.location()),
        None => problem,
    };
    let text = command::output(&command.value, workspace.root.absolute.as_std_path(), timeout).map_err(&place)?;
    let schema = json::read(&text, NAME).map_err(|fault| {
        let at = fault.place.map(|(line, column)| format!(" at line {line}, column {column}")).unwrap_or_default();
        let problem = Problem::error(format!("`{}` printed no schema: {}{at}", command.value, fault.message));
        place(problem.hint("it prints the JSON of `lawbook schema show NAME --format json`, and nothing else"))
    })?;
    Ok(Schema { name: NAME.into(), origin: Origin::Models, ..schema })
}

/// Reads all Python of the project, as models are made of what they import, and keeps the tables that are declared
/// under `path`.
fn of_python(
    (workspace, shelf, listed): (&Workspace, &Shelf, Option<&[Input]>),
    basis: &mut Vec<Basis>,
    path: Option<&Configured<String>>,
    metadata: &[String],
    problems: &mut Vec<Problem>,
) -> Result<Schema, Problem> {
    let root = &workspace.root;
    let list = |within: &[Utf8PathBuf]| files::list(root, within, &workspace.exclude()).files;
    let mut files = match listed {
        Some(inputs) => {
            let there = inputs.iter().filter(|input| input.change != Known::Yes(Change::Deleted));
            there.map(|input| input.found.clone()).collect()
        }
        None => list(&[]),
    };
    if let Some(path) = path {
        let absolute = root.absolute.join(&path.value);
        if !absolute.exists() {
            let problem = Problem::error(format!("there are no models at `{}`", path.value)).empty(path.value.as_str());
            return Err(path.place.iter().fold(problem, |problem, place| problem.at(place.location())));
        }
        // What is named counts, whatever `.gitignore` says.
        files.extend(list(&[absolute]));
        files.sort();
        files.dedup_by(|one, two| one.path == two.path);
    }
    let limit = workspace.size_limit();
    let python = files.par_iter().filter(|found| found.path.ends_with(".py"));
    // Sizes are asked for where reading failed: of all files that would take longer than to find them.
    let is_large = |found: &Found| found.size.or_else(|| root.size(&found.path)).is_some_and(|size| size > limit);
    let get = |found: &Found| {
        shelf.get(&found.path, || root.read(&found.path, limit)).map_err(|unread| match unread {
            Unread::Problem(problem) => problem,
            Unread::NoText(fault) => Problem::warning(fault.to_string()).at(Location::file(found.path.clone())),
        })
    };
    let get = |found: &Found| Some(get(found)).filter(|read| read.is_ok() || !is_large(found));
    let read: Vec<Result<Arc<Source>, Problem>> = python.filter_map(get).collect();
    let environments = models::environments(read.iter().filter_map(|source| source.as_ref().ok()));
    let parsed: Vec<Result<Arc<Source>, Problem>> = read
        .into_par_iter()
        .map(|source| {
            let source = source?;
            // What lies beside migrations is parsed if a model imports it, and where somebody says that models are there.
            if !is_under(source.path(), path) && models::is_beside_migrations(&source, &environments) {
                return Ok(source);
            }
            // Here, where all cores do it; what hints at no table is parsed if another file imports it.
            if source.hints_at_tables()
                && let Err(fault) = source.parse()
            {
                let location = Location::span(source.path().clone(), fault.span);
                return Err(Problem::warning(format!("not valid Python: {}", fault.message)).at(location));
            }
            Ok(source)
        })
        .collect();
    let mut modules = Vec::with_capacity(parsed.len());
    for module in parsed {
        match module {
            Ok(module) => modules.push(module),
            // A file of templates or tests that is no Python says nothing about models elsewhere.
            Err(problem) if problem.at.as_ref().is_some_and(|at| is_under(&at.path, path)) => problems.push(problem),
            Err(_) => {}
        }
    }
    let options = Options { metadata: metadata.to_vec() };
    let (mut schema, rests_on) = guarded(move || models::link(modules, &options))?;
    basis.push(rests_on);
    schema.tables.retain(|_, table| table.at.as_ref().is_none_or(|at| path.is_none() || is_under(&at.path, path)));
    if let Some(path) = path.filter(|_| schema.tables.is_empty() && schema.unknown.is_empty()) {
        let problem = Problem::error(format!("no models were found in `{}`", path.value)).empty(path.value.as_str());
        let problem = problem.hint("classes with a __tablename__, or Table(...), of SQLAlchemy or SQLModel");
        return Err(path.place.iter().fold(problem, |problem, place| problem.at(place.location())));
    }
    Ok(schema)
}

/// Returns whether a file lies at or under a configured path; nothing does where none is configured.
fn is_under(file: &str, path: Option<&Configured<String>>) -> bool {
    path.is_some_and(|path| {
        let folder = path.value.as_str();
        folder == "." || file == folder || file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    })
}

/// Does work whose panic, a fault of ours, must not take the verdict on everything else with it.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Problem> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .map_err(|_| Problem::error("the models could not be read: this is a fault of Lawbook"))
}
