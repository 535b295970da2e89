//! What the command line takes.

mod check;
mod exceptions;
mod schema;
mod values;

use camino::Utf8PathBuf;
use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use check::{AuditRun, BaselineOptions, CheckOptions, WatchOptions};
pub(super) use exceptions::{AddOptions, AuditOptions, ExceptionsCommand, HistoryOptions, ListOptions, PruneOptions};
pub(super) use schema::{SchemaCommand, SchemaDiffOptions, SchemaExportOptions, SchemaShowOptions};

use crate::app::init::Service;
use crate::model::facts;
use crate::reporters::graph::GRAPH_FORMATS;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Laws for database migrations and schemas.
#[derive(Debug, Parser)]
#[command(
    name = "lawbook",
    bin_name = "lawbook",
    version,
    long_version = concat!(env!("CARGO_PKG_VERSION"), env!("LAWBOOK_COMMIT")),
    styles = STYLES,
    max_term_width = 100,
    after_help = "Examples:
  lawbook check                        judge the migrations of this repository
  lawbook check --since origin/main    also what only a change can break
  lawbook schema diff models main      where models and a database differ
  lawbook explain multiple-heads       why a rule exists, how to mend a finding
  lawbook init                         write a configuration and a first pack

Exit codes: 0 clean, 1 findings, 2 could not run or could not judge."
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
    /// When to use colours; NO_COLOR is respected
    #[arg(long, value_enum, default_value_t = When::Auto, global = true, value_name = "WHEN")]
    pub(super) color: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Judge the project by its laws
    Check(CheckOptions),
    /// Judge the project again at each change, and say what is fixed and what is new
    Watch(WatchOptions),
    /// List the rules
    Rules(RulesOptions),
    /// Explain a rule: why, how to mend it, examples, options
    Explain(ExplainOptions),
    /// Run the tests inside packs
    Test(TestOptions),
    /// Print facts: what a law can see
    Facts(FactsOptions),
    /// Draw the migration graph
    Graph(GraphOptions),
    /// Show, compare and export schemas: models, databases, files
    #[command(
        subcommand,
        after_help = "Examples:
  lawbook schema show                    the schemas of this project
  lawbook schema show env:DATABASE_URL   any database
  lawbook schema diff models main        where models and a database differ

A database is read, never written to; a throw-away one is made, migrated and removed."
    )]
    Schema(SchemaCommand),
    /// Audit exceptions: which are unused, expired, too broad; remove, add, list them
    #[command(subcommand)]
    Exceptions(ExceptionsCommand),
    /// Write down what is found now, so that only what is new is reported
    Baseline(BaselineOptions),
    /// Serve an editor: findings while you type, explanations, exceptions
    #[command(
        after_help = "An editor starts it and speaks the language server protocol over standard input and output;\n\
docs/editors.md has the settings for Neovim, Helix, VS Code, Emacs and Zed."
    )]
    Lsp,
    /// Write lawbook.yml, a first pack, a hook for pre-commit and a workflow for CI
    Init(InitOptions),
    /// Print the completion script of a shell
    #[command(after_help = "Example:\n  lawbook completions bash > ~/.local/share/bash-completion/completions/lawbook")]
    Completions {
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write those of all commands
    Man(ManOptions),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  lawbook rules\n  lawbook rules alembic --format json")]
pub(super) struct RulesOptions {
    /// Only the rules of these packs
    pub(super) only: Vec<String>,
    /// Add a pack: a built-in name, a folder or a file (repeatable)
    #[arg(long = "pack", value_name = "PACK")]
    pub(super) packs: Vec<String>,
    /// How to print
    #[arg(long, short, value_enum, default_value_t = DataFormat::Table, value_name = "FORMAT")]
    pub(super) format: DataFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  lawbook explain alembic/enum-variable\n  lawbook explain multiple-heads")]
pub(super) struct ExplainOptions {
    /// A rule: full name, alias, or the part behind the slash
    pub(super) rule: String,
    /// Add a pack: a built-in name, a folder or a file (repeatable)
    #[arg(long = "pack", value_name = "PACK")]
    pub(super) packs: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook test                   every pack of the project
  lawbook test ./rules/company   one pack
  lawbook test alembic           a built-in pack")]
pub(super) struct TestOptions {
    /// Packs to test: built-in names, folders or files; those of the project when left out
    pub(super) packs: Vec<String>,
    /// Only this rule (repeatable)
    #[arg(long = "rule", value_name = "RULE")]
    pub(super) rules: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook facts --kinds                  the vocabulary: every kind with its fields
  lawbook facts migration                the migrations, as a table
  lawbook facts call --format json       every Python call in migrations")]
pub(super) struct FactsOptions {
    /// The kind of fact; all kinds are counted when left out
    #[arg(value_parser = PossibleValuesParser::new(facts::KINDS.iter().filter(|kind| kind.judged).map(|kind| kind.name)))]
    pub(super) kind: Option<String>,
    /// Only facts in these files and folders
    pub(super) paths: Vec<Utf8PathBuf>,
    /// Print the vocabulary instead: kinds, fields, queries
    #[arg(long, conflicts_with = "paths")]
    pub(super) kinds: bool,
    /// How to print
    #[arg(long, short, value_enum, default_value_t = DataFormat::Table, value_name = "FORMAT")]
    pub(super) format: DataFormat,
    /// Compare with the merge base of this revision
    #[arg(long, value_name = "REV")]
    pub(super) since: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook graph
  lawbook graph --changes --limit 5
  lawbook graph --format mermaid > docs/migrations.mmd
  lawbook graph --format dot | dot -Tsvg > migrations.svg")]
pub(super) struct GraphOptions {
    /// The project; the current folder when left out
    pub(super) path: Option<Utf8PathBuf>,
    /// How to draw
    #[arg(long, short, value_name = "FORMAT", default_value = "text",
          value_parser = PossibleValuesParser::new(GRAPH_FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about))))]
    pub(super) format: String,
    /// Draw at most so many revisions of each tree, newest first
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<usize>,
    /// Say of each revision what its upgrade does to the schema
    #[arg(long)]
    pub(super) changes: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  lawbook init\n  lawbook init --dry-run\n  lawbook init --ci gitlab")]
pub(super) struct InitOptions {
    /// The project; the current folder when left out
    pub(super) path: Option<Utf8PathBuf>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Write the workflow of this service; of the one that the repository uses when left out
    #[arg(long, value_enum, value_name = "SERVICE")]
    pub(super) ci: Option<CiService>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CiService {
    Github,
    Gitlab,
}

impl From<CiService> for Service {
    fn from(service: CiService) -> Self {
        match service {
            CiService::Github => Self::Github,
            CiService::Gitlab => Self::Gitlab,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  lawbook man | man -l -\n  lawbook man ~/.local/share/man/man1")]
pub(super) struct ManOptions {
    /// The folder to write the pages of all commands to
    pub(super) folder: Option<Utf8PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DataFormat {
    /// For people
    Table,
    /// For programs
    Json,
}
