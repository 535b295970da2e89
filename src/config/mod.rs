//! `lawbook.yml`: packs, levels, options, where things are.
//!
//! Reading alone: whether a path exists is for the caller to see, so every configured value keeps its place.

mod databases;
mod exceptions;
mod models;
mod raw;
mod schema;

use std::collections::BTreeMap;
use std::sync::Arc;

use globset::GlobBuilder;

use crate::model::audit::Policy;
use crate::model::facts::{Flavor, Tool};
use crate::model::schema::Dialect;
use crate::model::{Problem, Severity, closest};
use crate::yaml::{Node, NodeValue, Place, Source, Spanned, parse, read as read_node};
use raw::{RawConfig, RawMigrations};

pub use databases::{Database, Live, Throwaway, Variable};
pub use models::Models;
pub use schema::schema;

/// The file's name, looked for at the root.
pub const FILE_NAME: &str = "lawbook.yml";

/// The exceptions file, unless the configuration names another.
pub const EXCEPTIONS_FILE: &str = ".coding-rules-exceptions.yml";

/// The baseline, unless the configuration or the command line names another.
pub const BASELINE_FILE: &str = "lawbook-baseline.yml";

/// What a project has configured. The default is what holds without a file.
#[derive(Clone, Debug)]
pub struct Config {
    /// Names of built-in packs, and paths of folders or files, in order: later wins, field by field.
    pub packs: Vec<Configured<String>>,
    /// Name or alias of a rule, and what is different: a severity, or a map of a rule's fields. Read by `packs::load`.
    pub rules: Vec<(Node, Node)>,
    /// Migration trees; `None` when they are to be found.
    pub migrations: Option<Vec<MigrationTree>>,
    /// Models; `None` when they are to be found.
    pub models: Option<Vec<Models>>,
    /// Databases by name, in the order of the file.
    pub databases: Vec<(Configured<String>, Database)>,
    /// Major versions of the servers that the migrations run on, as far as they are said.
    pub server_versions: BTreeMap<Dialect, u32>,
    /// Path of the exceptions file. It may be missing only when it was not configured.
    pub exceptions: Configured<String>,
    /// What is asked of its entries.
    pub policy: Configured<Policy>,
    /// Path of the baseline that every run hides; `None` for none.
    pub baseline: Option<Configured<String>>,
    /// What may be empty or out of reach, by name.
    pub allow_empty: Vec<Configured<String>>,
    /// The run fails from this severity on.
    pub fail_on: Severity,
    /// Globs of paths that are not looked at.
    pub exclude: Vec<Configured<String>>,
    /// Files with more bytes than this are not read.
    pub size_limit: Option<u64>,
}

/// A value, with the place where it was configured; `None` for a default.
#[derive(Clone, Debug)]
pub struct Configured<T> {
    pub value: T,
    pub place: Option<Place>,
}

/// A configured migration tree.
#[derive(Clone, Debug)]
pub struct MigrationTree {
    /// The tool that runs it; `None` where the files are to tell.
    pub tool: Option<Tool>,
    /// The tool whose conventions files of SQL follow, where it is named.
    pub flavor: Option<Flavor>,
    /// What its SQL is written for, where it is named.
    pub dialect: Option<Dialect>,
    /// The folder that holds `env.py` and `versions`, or files of SQL; relative to the root, without `./` and trailing
    /// `/`.
    pub path: Configured<String>,
}

impl<T> Configured<T> {
    const fn default(value: T) -> Self {
        Self { value, place: None }
    }
}

impl Config {
    /// Returns whether it names models or databases.
    pub fn has_schemas(&self) -> bool {
        self.models.is_some() || !self.databases.is_empty()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            packs: ["migrations", "alembic", "replay", "schema"]
                .map(|name| Configured::default(name.to_owned()))
                .into(),
            rules: Vec::new(),
            migrations: None,
            models: None,
            databases: Vec::new(),
            server_versions: BTreeMap::new(),
            exceptions: Configured::default(EXCEPTIONS_FILE.to_owned()),
            policy: Configured::default(Policy::default()),
            baseline: None,
            allow_empty: Vec::new(),
            fail_on: Severity::Error,
            exclude: Vec::new(),
            size_limit: None,
        }
    }
}

/// Reads the text of a `lawbook.yml`. What is wrong is reported and stands at its default; an empty file is the
/// default as a whole.
pub fn read(source: &Arc<Source>) -> (Config, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut config = Config::default();
    let node = match parse(source) {
        Ok(node) => node,
        Err(problem) => return (config, vec![problem]),
    };
    if matches!(node.value, NodeValue::Null) {
        return (config, problems);
    }
    let Some(raw) = read_node::<RawConfig>(&node, &mut problems) else { return (config, problems) };
    if let Some(packs) = raw.packs.and_then(|packs| packs.value) {
        config.packs = packs.into_iter().filter_map(|entry| pack(entry, &mut problems)).collect();
    }
    if let Some(rules) = raw.rules {
        match &rules.value {
            NodeValue::Map(entries) => config.rules = entries.to_vec(),
            _ => {
                let problem = rules.place.error(format!("expected a map of rules, found {}", rules.type_name()));
                problems.push(problem.hint("`rules: {migrations/migration-name: warning}`"));
            }
        }
    }
    if let Some(trees) = raw.migrations.and_then(|migrations| migrations.value) {
        config.migrations = Some(trees.into_iter().filter_map(|tree| migration_tree(tree, &mut problems)).collect());
    }
    if let Some(node) = raw.models {
        config.models = Some(models::read(&node, &mut problems));
    }
    if let Some(node) = raw.databases {
        config.databases = databases::read(&node, &mut problems);
    }
    for (dialect, server) in [(Dialect::Postgresql, raw.postgres), (Dialect::Mysql, raw.mysql)] {
        let version = server.and_then(|server| server.value).and_then(|server| server.version);
        if let Some(version) = version.and_then(|version| version.value) {
            config.server_versions.insert(dialect, version);
        }
    }
    if let Some(node) = raw.exceptions {
        exceptions::read(&node, &mut config, &mut problems);
    }
    config.baseline = raw.baseline.and_then(|baseline| path(baseline, &mut problems));
    if let Some(severity) = raw.fail_on.and_then(|severity| severity.value) {
        config.fail_on = severity;
    }
    for name in raw.allow_empty.and_then(|names| names.value).unwrap_or_default() {
        config.allow_empty.extend(text(name, "allow-empty", &mut problems));
    }
    for glob in raw.exclude.and_then(|exclude| exclude.value).unwrap_or_default() {
        config.exclude.extend(exclude(glob, &mut problems));
    }
    config.size_limit = raw.size_limit.and_then(|limit| limit.value);
    (config, problems)
}

/// Reads an entry of `packs`: a path that would be a bare name without its `./` or trailing `/` keeps a `./`, as a bare
/// name is a built-in pack.
fn pack(spanned: Spanned<String>, problems: &mut Vec<Problem>) -> Option<Configured<String>> {
    let is_bare = spanned.get().is_some_and(|text| !text.contains(['/', '\\']));
    let mut configured = path(spanned, problems)?;
    if !is_bare && !configured.value.contains('/') {
        configured.value.insert_str(0, "./");
    }
    Some(configured)
}

/// Reads a path: with `/`, without a leading `./` and a trailing `/`; `.` for the root.
fn path(spanned: Spanned<String>, problems: &mut Vec<Problem>) -> Option<Configured<String>> {
    let text = spanned.value?;
    if text.trim().is_empty() {
        problems.push(spanned.place.error("an empty path"));
        return None;
    }
    let slashed = text.replace('\\', "/");
    let mut bare = slashed.as_str();
    while let Some(rest) = bare.strip_prefix("./") {
        bare = rest.trim_start_matches('/');
    }
    let trimmed = bare.trim_end_matches('/');
    let value = match (trimmed, bare) {
        ("", "") => ".",
        ("", _) => "/",
        (trimmed, _) => trimmed,
    };
    Some(Configured { value: value.to_owned(), place: Some(spanned.place) })
}

/// Reads a text that must not be empty.
fn text(spanned: Spanned<String>, field: &str, problems: &mut Vec<Problem>) -> Option<Configured<String>> {
    let value = spanned.value?;
    if value.trim().is_empty() {
        problems.push(spanned.place.error(format!("`{field}` is empty")));
        return None;
    }
    Some(Configured { value, place: Some(spanned.place) })
}

fn migration_tree(spanned: Spanned<RawMigrations>, problems: &mut Vec<Problem>) -> Option<MigrationTree> {
    let raw = spanned.value?;
    let tool = match raw.tool {
        None => Some((None, None)),
        Some(tool) => tool.value.as_deref().and_then(|name| {
            let known = tool_of_name(name);
            if known.is_none() {
                let problem = tool.place.error(format!("`{name}` is no tool whose migrations can be read"));
                problems.push(match closest(name, tools()) {
                    Some(nearest) => problem.suggest(Some(nearest)),
                    None => problem.hint(format!("the tools are {}", tools().collect::<Vec<_>>().join(", "))),
                });
            }
            known
        }),
    };
    let mut dialect = None;
    if let Some(word) = raw.dialect
        && let Some(name) = word.value.as_deref()
    {
        dialect = Dialect::of_name(name);
        if dialect.is_none() {
            let problem = word.place.error(format!("`{name}` is no dialect of SQL that can be read"));
            problems.push(problem.hint(format!("the dialects are {}", Dialect::WORDS.join(", "))));
        }
    }
    let Some(folder) = raw.path else {
        problems.push(spanned.place.error("field `path` is missing").hint("the folder that holds the migrations"));
        return None;
    };
    let path = path(folder, problems)?;
    let (tool, flavor) = tool?;
    Some(MigrationTree { tool, flavor, dialect, path })
}

/// Returns the words for tools: `alembic`, `sql` for whichever the files are written for, and each that runs SQL.
fn tools() -> impl Iterator<Item = &'static str> {
    [Tool::Alembic.name(), Tool::Sql.name()].into_iter().chain(Flavor::WORDS.iter().copied())
}

/// Returns the tool that a word means.
fn tool_of_name(name: &str) -> Option<(Option<Tool>, Option<Flavor>)> {
    match name {
        "alembic" => Some((Some(Tool::Alembic), None)),
        "sql" => Some((Some(Tool::Sql), None)),
        _ => Flavor::of_name(name).map(|flavor| (Some(Tool::Sql), Some(flavor))),
    }
}

fn exclude(spanned: Spanned<String>, problems: &mut Vec<Problem>) -> Option<Configured<String>> {
    let glob = spanned.value?;
    match GlobBuilder::new(&glob).literal_separator(true).build() {
        Ok(_) if !glob.is_empty() => Some(Configured { value: glob, place: Some(spanned.place) }),
        Ok(_) => {
            problems.push(spanned.place.error("an empty glob matches nothing"));
            None
        }
        Err(error) => {
            problems.push(spanned.place.error(format!("not a glob: {}", error.kind())));
            None
        }
    }
}

#[cfg(test)]
mod tests;
