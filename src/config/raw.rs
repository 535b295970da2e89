//! What a user writes in `lawbook.yml`. The comments are what editors show on hover.

use schemars::JsonSchema;
use serde::Deserialize;

use super::schema::{MapSchema, OneOrMany, TextOr};
use crate::model::Severity;
use crate::model::audit::Required;
use crate::yaml::{Node, Spanned};

/// Configuration of Lawbook for a project. Everything has a default; an empty file is fine.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawConfig {
    /// Packs of rules: names of built-in packs, and paths of folders or YAML files (`./rules`). Later ones win, field
    /// by field. `[migrations, alembic, replay, schema]` when left out; `alembic` brings `migrations` along.
    pub packs: Option<Spanned<Vec<Spanned<String>>>>,
    /// What is different for a rule, by full name (`migrations/migration-name`) or alias: a severity, `off`, or a map of
    /// fields such as `severity`, `files`, `options`.
    #[schemars(with = "Option<MapSchema>")]
    pub rules: Option<Node>,
    /// Migration trees, of Alembic and of SQL. Found through their configuration or by convention when left out.
    pub migrations: Option<Spanned<Vec<Spanned<RawMigrations>>>>,
    /// SQLAlchemy models. Found by themselves when left out and a database is to be compared with them.
    #[schemars(with = "Option<OneOrMany<RawModels>>")]
    pub models: Option<Node>,
    /// Databases by name: live ones, and throw-away ones that are made and migrated for the run.
    #[schemars(with = "Option<std::collections::BTreeMap<String, RawDatabase>>")]
    pub databases: Option<Node>,
    /// The PostgreSQL that the migrations run on: laws then know what it can do.
    pub postgres: Option<Spanned<RawServer>>,
    /// The MySQL or MariaDB that the migrations run on.
    pub mysql: Option<Spanned<RawServer>>,
    /// The exceptions file, `.coding-rules-exceptions.yml` when left out; or a map that also says what is asked of its
    /// entries.
    #[schemars(with = "Option<TextOr<RawExceptions>>")]
    pub exceptions: Option<Node>,
    /// The baseline: findings that were there before and that no run reports. `lawbook baseline` writes it,
    /// `lawbook-baseline.yml` if nothing is said.
    pub baseline: Option<Spanned<String>>,
    /// What may be empty or out of reach, by the name that the problem gives: a configured path, a pack, a rule, a
    /// database, an `alembic.ini`. All else that is configured and holds nothing makes the run exit with 2.
    pub allow_empty: Option<Spanned<Vec<Spanned<String>>>>,
    /// The run fails when there is a finding of at least this severity; `error` when left out.
    pub fail_on: Option<Spanned<Severity>>,
    /// Globs of paths that are not looked at; `**` crosses folders.
    pub exclude: Option<Spanned<Vec<Spanned<String>>>>,
    /// Files with more bytes than this are not read.
    pub size_limit: Option<Spanned<u64>>,
}

/// A database server.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Server")]
pub(super) struct RawServer {
    /// Its major version: `15`.
    pub version: Option<Spanned<u32>>,
}

/// The exceptions file, and what is asked of its entries.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Exceptions")]
pub(super) struct RawExceptions {
    /// The file, relative to the root; `.coding-rules-exceptions.yml` when left out.
    pub path: Option<Spanned<String>>,
    /// What each entry must have: `reason`, `owner`, `expires`.
    pub require: Option<Spanned<Vec<Spanned<Required>>>>,
    /// How many entries the file may have.
    pub max_entries: Option<Spanned<u32>>,
    /// How long an entry may stand, by git: `365d`, `52w`.
    pub max_age: Option<Spanned<String>>,
    /// Whether a change may add entries without a reason, judged with `--since` and `--staged`; `true` when left out.
    pub may_grow: Option<Spanned<bool>>,
}

/// Models: read from Python, or printed by a command.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Models")]
pub(super) struct RawModels {
    /// What the models are written with: `sqlalchemy`.
    #[schemars(extend("enum" = ["sqlalchemy"]))]
    pub tool: Option<Spanned<String>>,
    /// The folder or file that holds them, relative to the root. They are read, never imported.
    pub path: Option<Spanned<String>>,
    /// The metadata, or the bases that have it, whose tables are meant: `app.db:Base`. Those that `env.py` names as
    /// `target_metadata` when left out.
    #[schemars(with = "Option<OneOrMany<String>>")]
    pub metadata: Option<Node>,
    /// A command that prints the models as the JSON of `lawbook schema show --format json`, for models beyond static
    /// reading. It runs in the root.
    pub command: Option<Spanned<String>>,
    /// Seconds that the command may take; 60 when left out.
    pub timeout: Option<Spanned<u64>>,
}

/// A database: `url` for a live one, `engine` and `migrate` for a throw-away one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Database")]
pub(super) struct RawDatabase {
    /// Where it is: a URL, `env:NAME` for a variable that holds it, `file:PATH` for a file that holds it.
    pub url: Option<Spanned<String>>,
    /// The schemas to read; those of the search path when left out.
    pub schemas: Option<Spanned<Vec<Spanned<String>>>>,
    /// Seconds to wait for a connection; 10 when left out.
    pub connect_timeout: Option<Spanned<u64>>,
    /// Seconds that one query may take; 30 when left out.
    pub statement_timeout: Option<Spanned<u64>>,
    /// What to make a throw-away database with: `sqlite`, `postgres` or `mysql`.
    #[schemars(extend("enum" = ["sqlite", "postgres", "postgresql", "mysql", "mariadb"]))]
    pub engine: Option<Spanned<String>>,
    /// The command that migrates it; it gets the URL as DATABASE_URL and SQLALCHEMY_DATABASE_URI, and in place of
    /// `{url}`.
    pub migrate: Option<Spanned<String>>,
    /// The folder that the command runs in, relative to the root; the root when left out.
    pub directory: Option<Spanned<String>>,
    /// A server to make a temporary database on, instead of a private one: a URL, `env:NAME` or `file:PATH`.
    pub server: Option<Spanned<String>>,
    /// SQL to run before the command: `CREATE EXTENSION pg_trgm`.
    pub setup: Option<Spanned<String>>,
    /// More names of variables that get the URL.
    #[schemars(with = "Option<Vec<TextOr<RawVariable>>>")]
    pub variables: Option<Spanned<Vec<Node>>>,
    /// The form of the URL where no other is asked for: `postgresql+asyncpg`.
    pub driver: Option<Spanned<String>>,
    /// Gives the command a host and a port of 127.0.0.1 instead of a socket.
    pub tcp: Option<Spanned<bool>>,
    /// Seconds that the command may take; 300 when left out.
    pub timeout: Option<Spanned<u64>>,
    /// Goes down and up again, and reports what was left behind.
    pub roundtrip: Option<Spanned<RawRoundtrip>>,
}

/// A variable that gets the URL of a throw-away database.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Variable")]
pub(super) struct RawVariable {
    /// The variable's name.
    pub name: Option<Spanned<String>>,
    /// The scheme of the URL: `postgresql+asyncpg`.
    pub driver: Option<Spanned<String>>,
    /// What it holds instead of the URL, with placeholders: `{url}`, `{host}`, `{port}`, `{user}`, `{password}`,
    /// `{database}`, `{socket}`.
    pub value: Option<Spanned<String>>,
}

/// How to go down.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Roundtrip")]
pub(super) struct RawRoundtrip {
    /// The command that undoes all migrations: `alembic downgrade base`.
    pub down: Option<Spanned<String>>,
}

/// A tree of migrations.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Migrations")]
pub(super) struct RawMigrations {
    /// The tool that runs them: `alembic`, one that runs SQL, or `sql` for whichever the files are written for. Told by
    /// the files when left out.
    #[schemars(extend("enum" = [
        "alembic", "sql", "atlas", "dbmate", "diesel", "flyway", "golang-migrate", "goose", "plain", "prisma", "refinery",
        "sql-migrate", "sqlx"
    ]))]
    pub tool: Option<Spanned<String>>,
    /// The folder that holds them, relative to the root: Alembic's `script_location`, or the files of SQL.
    pub path: Option<Spanned<String>>,
    /// What their SQL is written for. Told by the tool's configuration or the SQL itself when left out; else PostgreSQL.
    #[schemars(extend("enum" = ["postgresql", "mysql", "mariadb", "sqlite"]))]
    pub dialect: Option<Spanned<String>>,
}
