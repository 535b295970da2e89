//! `lawbook schema`.

use std::io::{self, BufWriter, Write};

use camino::Utf8PathBuf;

use super::arguments::{DataFormat, SchemaCommand, SchemaDiffOptions, SchemaExportOptions, SchemaShowOptions};
use super::progress::Progress;
use super::terminal::Terminal;
use super::{CLEAN, FAILED, FOUND, Failure};
use crate::app::{Workspace, schema, schema_names};
use crate::model::schema::compare::{Aspect, Ignore, What, compare};
use crate::model::schema::{Dialect, ObjectName, Schema, json};
use crate::model::{Level, Location, Problem};
use crate::reporters::schema::{Compared, SCHEMA_FORMATS, SchemaOptions, write_difference, write_difference_json};

pub(super) fn run(command: &SchemaCommand, terminal: &Terminal) -> Result<u8, Failure> {
    match command {
        SchemaCommand::Show(options) => show(options, terminal),
        SchemaCommand::Diff(options) => diff(options, terminal),
        SchemaCommand::Export(options) => export(options, terminal),
    }
}

fn show(options: &SchemaShowOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let workspace = open(options.of.project.as_ref())?;
    let mut out = BufWriter::new(io::stdout().lock());
    let Some(name) = &options.name else {
        for name in schema_names(&workspace) {
            writeln!(out, "{name}")?;
        }
        out.flush()?;
        return Ok(said(&workspace, &[], terminal));
    };
    let name = at(name, options.of.at.as_deref());
    let (mut schema, problems) = read(&workspace, &name, options.of.dialect, terminal)?;
    if !options.tables.is_empty() {
        keep(&mut schema, &options.tables)?;
    }
    let Some(format) = SCHEMA_FORMATS.iter().find(|format| format.name == options.format) else {
        return Err(Problem::error(format!("there is no format `{}`", options.format)).into());
    };
    let style = SchemaOptions { color: terminal.color, width: terminal.width };
    (format.write)(&schema, &style, &mut out)?;
    out.flush()?;
    Ok(said(&workspace, &problems, terminal))
}

fn diff(options: &SchemaDiffOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let workspace = open(options.project.as_ref())?;
    let ignore = Ignore::new(options.ignore.iter().map(String::as_str))
        .map_err(|(number, why)| Problem::error(format!("`{}` is not a glob: {why}", options.ignore[number])))?;
    let mut aspects: Vec<Aspect> = options.compare.iter().filter_map(|word| Aspect::of_name(word)).collect();
    if aspects.is_empty() {
        aspects = Aspect::USUAL.to_vec();
    }
    let (expected, mut problems) = read(&workspace, &options.expected, options.dialect, terminal)?;
    let (actual, more) = read(&workspace, &options.actual, options.dialect, terminal)?;
    problems.extend(more);
    let comparison = compare(&expected, &actual, &What { aspects, ignore, ..What::default() });
    // A URL may hold a password: it is shown by the name of its schema.
    let name =
        |asked: &str, schema: &Schema| if asked.contains("://") { schema.name.to_string() } else { asked.into() };
    let (first, second) = (name(&options.expected, &expected), name(&options.actual, &actual));
    let compared = Compared { expected: &first, actual: &second, comparison: &comparison };
    let mut out = BufWriter::new(io::stdout().lock());
    match options.format {
        DataFormat::Table => {
            let style = SchemaOptions { color: terminal.color, width: terminal.width };
            write_difference(&compared, &style, &mut out)?;
        }
        DataFormat::Json => write_difference_json(&compared, &mut out)?,
    }
    out.flush()?;
    Ok(match said(&workspace, &problems, terminal) {
        CLEAN if !comparison.differences.is_empty() => FOUND,
        code => code,
    })
}

fn export(options: &SchemaExportOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let workspace = open(options.of.project.as_ref())?;
    let name = at(&options.name, options.of.at.as_deref());
    let (schema, problems) = read(&workspace, &name, options.of.dialect, terminal)?;
    let text = json::write(&schema);
    match &options.output {
        None => io::stdout().write_all(text.as_bytes())?,
        Some(path) => std::fs::write(path, text).map_err(|error| {
            Problem::error(format!("cannot write the schema: {error}")).at(Location::file(path.as_str()))
        })?,
    }
    Ok(said(&workspace, &problems, terminal))
}

/// Reads a schema, and shows what takes long.
fn read(
    workspace: &Workspace,
    name: &str,
    dialect: Option<Dialect>,
    terminal: &Terminal,
) -> Result<(Schema, Vec<Problem>), Problem> {
    let progress = Progress::new(terminal.watched);
    let mut problems = Vec::new();
    let read = schema(workspace, name, dialect, &|what| progress.say(what), &mut problems);
    progress.finish();
    Ok((read?, problems))
}

/// Returns the name of a schema at a revision.
fn at(name: &str, revision: Option<&str>) -> String {
    revision.map_or_else(|| name.to_owned(), |revision| format!("{name}@{revision}"))
}

fn open(project: Option<&Utf8PathBuf>) -> Result<Workspace, Problem> {
    let paths: Vec<Utf8PathBuf> = project.cloned().into_iter().collect();
    Workspace::open(&paths, &[], false)
}

/// Says what is wrong with the configuration and with what was read; returns the exit code. A rule that is broken
/// matters to `check`, not here.
fn said(workspace: &Workspace, problems: &[Problem], terminal: &Terminal) -> u8 {
    let in_configuration =
        |problem: &&Problem| problem.at.as_ref().map(|at| &at.path) == workspace.config_path.as_ref();
    let all: Vec<Problem> = workspace.problems.iter().filter(in_configuration).chain(problems).cloned().collect();
    if !all.is_empty() {
        let _: u8 = terminal.problems(&all);
    }
    if all.iter().any(|problem| problem.level == Level::Error) { FAILED } else { CLEAN }
}

/// Keeps the tables and views that one of the globs means.
fn keep(schema: &mut Schema, globs: &[String]) -> Result<(), Problem> {
    let mut set = globset::GlobSetBuilder::new();
    for glob in globs {
        set.add(globset::Glob::new(glob).map_err(|error| Problem::error(format!("not a glob: {}", error.kind())))?);
    }
    let set = set.build().map_err(|error| Problem::error(format!("not a glob: {error}")))?;
    let wanted = |name: &ObjectName| set.is_match(name.to_string()) || set.is_match(&*name.name);
    schema.tables.retain(|name, _| wanted(name));
    schema.views.retain(|name, _| wanted(name));
    if schema.tables.is_empty() && schema.views.is_empty() {
        return Err(Problem::error(format!("there is no table `{}` in `{}`", globs.join("`, `"), schema.name)));
    }
    Ok(())
}
