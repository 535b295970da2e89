//! What a user writes in `lawbook.yml`. The comments are what editors show on hover.

use schemars::JsonSchema;
use serde::Deserialize;

use super::schema::MapSchema;
use crate::model::Severity;
use crate::yaml::{Node, Spanned};

/// Configuration of Lawbook for a project. Everything has a default; an empty file is fine.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawConfig {
    /// Packs of rules: names of built-in packs, and paths of folders or YAML files (`./rules`). Later ones win, field
    /// by field. `[alembic]` when left out.
    pub packs: Option<Spanned<Vec<Spanned<String>>>>,
    /// What is different for a rule, by full name (`alembic/migration-name`) or alias: a severity, `off`, or a map of
    /// fields such as `severity`, `files`, `options`.
    #[schemars(with = "Option<MapSchema>")]
    pub rules: Option<Node>,
    /// Migration trees. Found through `alembic.ini`, `pyproject.toml` or by convention when left out.
    pub migrations: Option<Spanned<Vec<Spanned<RawMigrations>>>>,
    /// The exceptions file; `.coding-rules-exceptions.yml` when left out.
    pub exceptions: Option<Spanned<String>>,
    /// The run fails when there is a finding of at least this severity; `error` when left out.
    pub fail_on: Option<Spanned<Severity>>,
    /// Globs of paths that are not looked at; `**` crosses folders.
    pub exclude: Option<Spanned<Vec<Spanned<String>>>>,
    /// Files with more bytes than this are not read.
    pub size_limit: Option<Spanned<u64>>,
}

/// A tree of migrations.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Migrations")]
pub(super) struct RawMigrations {
    /// The tool that runs them: `alembic`.
    #[schemars(extend("enum" = ["alembic"]))]
    pub tool: Option<Spanned<String>>,
    /// The folder that holds them, relative to the root: Alembic's `script_location`.
    pub path: Option<Spanned<String>>,
}
