//! What `lawbook schema` takes.

use camino::Utf8PathBuf;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Subcommand};

use super::DataFormat;
use super::values::dialects;
use crate::model::schema::Dialect;
use crate::model::schema::compare::Aspect;
use crate::reporters::schema::SCHEMA_FORMATS;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum SchemaCommand {
    /// Show one schema; list their names when none is given
    Show(SchemaShowOptions),
    /// Show what two schemas do not agree on; exit 1 if there is anything
    Diff(SchemaDiffOptions),
    /// Write one schema as JSON, to be compared later
    Export(SchemaExportOptions),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook schema diff models main
  lawbook schema diff models env:DATABASE_URL --ignore 'legacy_*' --ignore 'deals.tmp_*'
  lawbook schema diff models migrations              drift, without a database
  lawbook schema diff migrations@4f3a migrations     what later migrations change
  lawbook schema diff before.json main --compare columns,types")]
pub(in crate::cli) struct SchemaDiffOptions {
    /// What is expected: `models`, `migrations` (or `migrations@REV`), a database of lawbook.yml, a URL, env:NAME, file:PATH, or a
    /// file of `schema export`
    pub(in crate::cli) expected: String,
    /// What is there: named in the same way
    pub(in crate::cli) actual: String,
    /// What to compare, with commas between; all but defaults, checks and comments when left out
    #[arg(long, value_name = "ASPECTS", value_delimiter = ',', value_parser = PossibleValuesParser::new(Aspect::WORDS.iter().copied()))]
    pub(in crate::cli) compare: Vec<String>,
    /// The database that `migrations` are replayed for
    #[arg(long, value_name = "DIALECT", value_parser = dialects())]
    pub(in crate::cli) dialect: Option<Dialect>,
    /// Pass over tables, `table.column`, indexes, constraints and enums that this glob means (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) ignore: Vec<String>,
    /// The project; the current folder when left out
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) project: Option<Utf8PathBuf>,
    /// How to print
    #[arg(long, short, value_enum, default_value_t = DataFormat::Table, value_name = "FORMAT")]
    pub(in crate::cli) format: DataFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook schema show                                 the schemas of this project
  lawbook schema show models
  lawbook schema show migrations                      what the migrations leave behind, without running them
  lawbook schema show migrations --at 4f3a --dialect sqlite
  lawbook schema show main --table 'user*'
  lawbook schema show env:DATABASE_URL --format json")]
pub(in crate::cli) struct SchemaShowOptions {
    /// `models`, `migrations`, a database of lawbook.yml, a URL, env:NAME, file:PATH, or a file of `schema export`
    pub(in crate::cli) name: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) of: ReplayOptions,
    /// Only tables and views whose name fits this glob (repeatable)
    #[arg(long = "table", value_name = "GLOB")]
    pub(in crate::cli) tables: Vec<String>,
    /// How to print
    #[arg(long, short, value_name = "FORMAT", default_value = "table",
          value_parser = PossibleValuesParser::new(SCHEMA_FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about))))]
    pub(in crate::cli) format: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lawbook schema export main --output before.json")]
pub(in crate::cli) struct SchemaExportOptions {
    /// `models`, `migrations`, a database of lawbook.yml, a URL, env:NAME or file:PATH
    pub(in crate::cli) name: String,
    #[command(flatten)]
    pub(in crate::cli) of: ReplayOptions,
    /// Write to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: Option<Utf8PathBuf>,
}

/// Which project a schema is of, and of its migrations which state.
#[derive(Debug, Args)]
pub(in crate::cli) struct ReplayOptions {
    /// Of `migrations`: as it is after this revision; after all of them when left out
    #[arg(long, value_name = "REV")]
    pub(in crate::cli) at: Option<String>,
    /// The database that `migrations` are replayed for; what the project says when left out
    #[arg(long, value_name = "DIALECT", value_parser = dialects())]
    pub(in crate::cli) dialect: Option<Dialect>,
    /// The project; the current folder when left out
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) project: Option<Utf8PathBuf>,
}
