//! What the command line takes.

use camino::Utf8PathBuf;
use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::app::init::Service;
use crate::model::audit::{State, days};
use crate::model::schema::Dialect;
use crate::model::schema::compare::Aspect;
use crate::model::{Severity, facts};
use crate::reporters::{
    FORMATS, Format, audit::AUDIT_FORMATS, graph::GRAPH_FORMATS, history::HISTORY_FORMATS, schema::SCHEMA_FORMATS,
};

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
#[command(after_help = "Examples:
  lawbook check                              the whole project
  lawbook check backend/migrations           only findings there
  lawbook check --staged                     what is about to be committed
  lawbook check --since origin/main --format github
  lawbook check --format github --report sarif=lawbook.sarif
  lawbook check --database main=env:DATABASE_URL   also the tables of a live database
  lawbook check --offline                    contact no database
  lawbook check --rule enum-variable --show-excepted")]
pub(super) struct CheckOptions {
    /// Files and folders to report on; the whole project when left out. Graphs are seen whole in either case, databases
    /// are not contacted unless --database names one
    pub(super) paths: Vec<Utf8PathBuf>,
    /// How to print
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = formats())]
    pub(super) format: String,
    /// Write the report to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<Utf8PathBuf>,
    /// Write the report to a file in another format as well, from the same run (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report)]
    pub(super) reports: Vec<(&'static Format, Utf8PathBuf)>,
    /// Findings from this severity on make the exit code 1 [default: error]
    #[arg(long, value_name = "SEVERITY", value_parser = severities())]
    pub(super) fail_on: Option<Severity>,
    /// Compare with the merge base of this revision: what was added, modified, deleted
    #[arg(long, value_name = "REV", conflicts_with = "staged")]
    pub(super) since: Option<String>,
    /// Judge what is staged for commit, not the work tree; no database is contacted unless --database names one
    #[arg(long)]
    pub(super) staged: bool,
    /// Add a pack: a built-in name, a folder or a file (repeatable)
    #[arg(long = "pack", value_name = "PACK")]
    pub(super) packs: Vec<String>,
    /// Run only this rule, also if it is switched off (repeatable)
    #[arg(long = "rule", value_name = "RULE")]
    pub(super) rules: Vec<String>,
    /// Read only this database: a NAME of lawbook.yml, or NAME=URL, where the URL may be env:VARIABLE or file:PATH
    /// (repeatable); all that are configured when left out
    #[arg(long = "database", value_name = "NAME[=URL]")]
    pub(super) databases: Vec<String>,
    /// Contact no database and make none; laws about tables see the models alone
    #[arg(long, conflicts_with = "databases")]
    pub(super) offline: bool,
    /// Show findings that an exception excuses
    #[arg(long)]
    pub(super) show_excepted: bool,
    /// List what could not be judged, and why
    #[arg(long)]
    pub(super) show_unknown: bool,
    /// Add a table: what each rule judged and found
    #[arg(long)]
    pub(super) statistics: bool,
    /// Tell what was looked at: root, trees, files, schemas, and what each rule judged
    #[arg(long)]
    pub(super) explain_run: bool,
    /// Hide the findings of a baseline: FILE, or the one of lawbook.yml, or lawbook-baseline.yml
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    pub(super) baseline: Option<Option<Utf8PathBuf>>,
    /// Hide no baseline, also if lawbook.yml names one
    #[arg(long, conflicts_with = "baseline")]
    pub(super) no_baseline: bool,
    /// The day on which exceptions are judged to have expired [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) today: Option<Date>,
    /// Judge again at each change, as `lawbook watch` does
    #[arg(long, conflicts_with_all = ["staged", "format", "output", "reports", "show_excepted", "show_unknown", "statistics", "explain_run"])]
    pub(super) watch: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook watch
  lawbook watch --since origin/main          also what only a change can break
  lawbook watch --poll 2                     on a drive of another machine, which tells of no changes

Each save is judged at once; a broken pack or configuration is shown until it is mended. On a terminal the
screen shows what is fixed, what is new and what remains; in a pipe each verdict is a block of lines. Ctrl-C ends.")]
pub(super) struct WatchOptions {
    /// Files and folders to report on; the whole project when left out
    pub(super) paths: Vec<Utf8PathBuf>,
    /// Findings from this severity on fail a run, as the last line says [default: error]
    #[arg(long, value_name = "SEVERITY", value_parser = severities())]
    pub(super) fail_on: Option<Severity>,
    /// Compare with the merge base of this revision: what was added, modified, deleted
    #[arg(long, value_name = "REV")]
    pub(super) since: Option<String>,
    /// Add a pack: a built-in name, a folder or a file (repeatable)
    #[arg(long = "pack", value_name = "PACK")]
    pub(super) packs: Vec<String>,
    /// Run only this rule, also if it is switched off (repeatable)
    #[arg(long = "rule", value_name = "RULE")]
    pub(super) rules: Vec<String>,
    /// Read only this database: NAME of lawbook.yml, or NAME=URL (repeatable); all that are configured when left out
    #[arg(long = "database", value_name = "NAME[=URL]")]
    pub(super) databases: Vec<String>,
    /// Contact no database and make none; laws about tables see the models alone
    #[arg(long, conflicts_with = "databases")]
    pub(super) offline: bool,
    /// Hide no baseline, also if lawbook.yml names one
    #[arg(long)]
    pub(super) no_baseline: bool,
    /// The day on which exceptions are judged to have expired [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) today: Option<Date>,
    /// Look at the files every so many seconds, instead of asking the system to tell of changes
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) poll: Option<u32>,
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

#[derive(Debug, Subcommand)]
pub(super) enum SchemaCommand {
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
pub(super) struct SchemaDiffOptions {
    /// What is expected: `models`, `migrations` (or `migrations@REV`), a database of lawbook.yml, a URL, env:NAME, file:PATH, or a
    /// file of `schema export`
    pub(super) expected: String,
    /// What is there: named in the same way
    pub(super) actual: String,
    /// What to compare, with commas between; all but defaults, checks and comments when left out
    #[arg(long, value_name = "ASPECTS", value_delimiter = ',', value_parser = PossibleValuesParser::new(Aspect::WORDS.iter().copied()))]
    pub(super) compare: Vec<String>,
    /// The database that `migrations` are replayed for
    #[arg(long, value_name = "DIALECT", value_parser = dialects())]
    pub(super) dialect: Option<Dialect>,
    /// Pass over tables, `table.column`, indexes, constraints and enums that this glob means (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub(super) ignore: Vec<String>,
    /// The project; the current folder when left out
    #[arg(long, value_name = "FOLDER")]
    pub(super) project: Option<Utf8PathBuf>,
    /// How to print
    #[arg(long, short, value_enum, default_value_t = DataFormat::Table, value_name = "FORMAT")]
    pub(super) format: DataFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook schema show                                 the schemas of this project
  lawbook schema show models
  lawbook schema show migrations                      what the migrations leave behind, without running them
  lawbook schema show migrations --at 4f3a --dialect sqlite
  lawbook schema show main --table 'user*'
  lawbook schema show env:DATABASE_URL --format json")]
pub(super) struct SchemaShowOptions {
    /// `models`, `migrations`, a database of lawbook.yml, a URL, env:NAME, file:PATH, or a file of `schema export`
    pub(super) name: Option<String>,
    /// Of `migrations`: as it is after this revision; after all of them when left out
    #[arg(long, value_name = "REV")]
    pub(super) at: Option<String>,
    /// The database that `migrations` are replayed for; what the project says when left out
    #[arg(long, value_name = "DIALECT", value_parser = dialects())]
    pub(super) dialect: Option<Dialect>,
    /// The project; the current folder when left out
    #[arg(long, value_name = "FOLDER")]
    pub(super) project: Option<Utf8PathBuf>,
    /// Only tables and views whose name fits this glob (repeatable)
    #[arg(long = "table", value_name = "GLOB")]
    pub(super) tables: Vec<String>,
    /// How to print
    #[arg(long, short, value_name = "FORMAT", default_value = "table",
          value_parser = PossibleValuesParser::new(SCHEMA_FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about))))]
    pub(super) format: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lawbook schema export main --output before.json")]
pub(super) struct SchemaExportOptions {
    /// `models`, `migrations`, a database of lawbook.yml, a URL, env:NAME or file:PATH
    pub(super) name: String,
    /// Of `migrations`: as it is after this revision; after all of them when left out
    #[arg(long, value_name = "REV")]
    pub(super) at: Option<String>,
    /// The database that `migrations` are replayed for; what the project says when left out
    #[arg(long, value_name = "DIALECT", value_parser = dialects())]
    pub(super) dialect: Option<Dialect>,
    /// The project; the current folder when left out
    #[arg(long, value_name = "FOLDER")]
    pub(super) project: Option<Utf8PathBuf>,
    /// Write to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<Utf8PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum ExceptionsCommand {
    /// Say of each exception whether it is used, expired, owned, too broad
    Audit(AuditOptions),
    /// Remove exceptions that excuse nothing any more
    Prune(PruneOptions),
    /// Write a new one, where it belongs
    Add(AddOptions),
    /// List the entries of the exceptions file
    List(ListOptions),
    /// Show how the list has grown over the repository's history
    History(HistoryOptions),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook exceptions audit                       what each exception is good for
  lawbook exceptions audit --within 90d --format markdown
  lawbook exceptions audit --fix                 and remove what is dead
  lawbook exceptions audit --fail-on info        also for one without an owner

All laws run over the whole project: what is said of use is true of nothing less. `warning`s are:
unused, partly-used, expired, no-reason, path-gone, unknown-rule, shadowed, duplicate, over-max,
too-old, over-max-entries, and what `require` in lawbook.yml asks for; `info`: expiring, no-owner,
rule-off, not-judged.")]
pub(super) struct AuditOptions {
    #[command(flatten)]
    pub(super) run: AuditRun,
    /// An entry that ends within so many days is `expiring`
    #[arg(long, value_name = "DAYS", default_value = "30d", value_parser = days)]
    pub(super) within: u32,
    /// How to print
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = audit_formats())]
    pub(super) format: String,
    /// What is said from this severity on makes the exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "warning", value_parser = severities())]
    pub(super) fail_on: Severity,
    /// Remove what is dead, as `prune` does; what is left is audited
    #[arg(long)]
    pub(super) fix: bool,
}

/// What a full run of laws takes.
#[derive(Debug, Args)]
pub(super) struct AuditRun {
    /// The project; the current folder when left out
    #[arg(long, value_name = "FOLDER")]
    pub(super) project: Option<Utf8PathBuf>,
    /// Add a pack: a built-in name, a folder or a file (repeatable)
    #[arg(long = "pack", value_name = "PACK")]
    pub(super) packs: Vec<String>,
    /// Read this database: NAME of lawbook.yml, or NAME=URL (repeatable); in place of all that are configured
    #[arg(long = "database", value_name = "NAME[=URL]")]
    pub(super) databases: Vec<String>,
    /// Contact no database and make none; entries of laws about schemas are then not judged
    #[arg(long, conflicts_with = "databases")]
    pub(super) offline: bool,
    /// The day on which exceptions are judged to have expired [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) today: Option<Date>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook exceptions prune --dry-run             what would go
  lawbook exceptions prune
  lawbook exceptions prune --also expired        and what has expired, findings or not

What goes: entries and comments that excused nothing in a run that judged all that they are about,
and entries whose path no file has. All else stays as it is, byte by byte: a comment goes with the
last entry that it speaks of, a key with its last entry.")]
pub(super) struct PruneOptions {
    #[command(flatten)]
    pub(super) run: AuditRun,
    /// Show what would go, and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Remove those in this state as well (repeatable)
    #[arg(long, value_name = "STATE", value_parser = prunable())]
    pub(super) also: Vec<State>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook exceptions add alembic/enum-variable migrations/versions/0007_enums.py --reason 'Ran everywhere'
  lawbook exceptions add drop-column 'migrations/versions/2024*.py' --owner @data --expires 2027-03-31
  lawbook exceptions add nullable-mismatch --match table=deals --reason 'Mended in Q3'")]
pub(super) struct AddOptions {
    /// The rule: full name, alias, or the part behind the slash
    pub(super) rule: String,
    /// File, folder or glob, relative to the root
    #[arg(required_unless_present = "conditions")]
    pub(super) path: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
    /// Who answers for it
    #[arg(long, value_name = "NAME")]
    pub(super) owner: Option<String>,
    /// The last day on which it excuses
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) expires: Option<Date>,
    /// Only findings about this (repeatable; all must hold)
    #[arg(long = "match", value_name = "FIELD=VALUE", value_parser = condition)]
    pub(super) conditions: Vec<(String, String)>,
    /// Excuse at most so many findings
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max: Option<u32>,
    /// The project; the current folder when left out
    #[arg(long, value_name = "FOLDER")]
    pub(super) project: Option<Utf8PathBuf>,
    /// Add a pack: a built-in name, a folder or a file (repeatable)
    #[arg(long = "pack", value_name = "PACK")]
    pub(super) packs: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook exceptions list
  lawbook exceptions list --owner @data-platform --format markdown
  lawbook exceptions list --rule enum-variable --format json")]
pub(super) struct ListOptions {
    /// Only those of this owner; `none` for those without
    #[arg(long, value_name = "NAME")]
    pub(super) owner: Option<String>,
    /// Only those for this rule: full name, alias, or the part behind the slash
    #[arg(long, value_name = "RULE")]
    pub(super) rule: Option<String>,
    /// How to print
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = audit_formats())]
    pub(super) format: String,
    /// The project; the current folder when left out
    #[arg(long, value_name = "FOLDER")]
    pub(super) project: Option<Utf8PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook exceptions history
  lawbook exceptions history --format json

Every version of the exceptions file is read from git, along the first parents of HEAD and under all
names that it had; what is not committed is the last point.")]
pub(super) struct HistoryOptions {
    /// How to print
    #[arg(long, short, value_name = "FORMAT", default_value = "table",
          value_parser = PossibleValuesParser::new(HISTORY_FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about))))]
    pub(super) format: String,
    /// The project; the current folder when left out
    #[arg(long, value_name = "FOLDER")]
    pub(super) project: Option<Utf8PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook baseline                  begin: all that is found now
  lawbook check --baseline          only what is new; `baseline:` in lawbook.yml does so in every run
  lawbook baseline --prune          take out what is mended

A baseline only shrinks. Findings keep their identity when lines move; in a file that is renamed they
are new. What an exception excuses is not in it.")]
pub(super) struct BaselineOptions {
    /// The file; the one of lawbook.yml, or lawbook-baseline.yml beside it, when left out
    pub(super) file: Option<Utf8PathBuf>,
    /// Take out what is mended, and put nothing in
    #[arg(long)]
    pub(super) prune: bool,
    /// Put in all that is found now, also what is new
    #[arg(long, conflicts_with = "prune")]
    pub(super) renew: bool,
    /// Show what would change, and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) run: AuditRun,
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

fn formats() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about)))
}

/// Reads `FORMAT=FILE`.
fn report(text: &str) -> Result<(&'static Format, Utf8PathBuf), String> {
    let names = || FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
    let Some((name, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        return Err("it is written FORMAT=FILE, such as sarif=lawbook.sarif".to_owned());
    };
    let format = crate::reporters::format(name);
    let format = format.ok_or_else(|| format!("there is no format `{name}`; there are {}", names()))?;
    Ok((format, file.into()))
}

fn audit_formats() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(AUDIT_FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about)))
}

/// States that are no proof that an exception is dead, but may be reason enough to remove it.
fn prunable() -> impl TypedValueParser<Value = State> {
    const STATES: [(State, &str); 3] = [
        (State::Expired, "its last day has passed; what it excused counts already"),
        (State::UnknownRule, "no rule has this name, here and now"),
        (State::RuleOff, "its rule is switched off"),
    ];
    PossibleValuesParser::new(STATES.map(|(state, help)| PossibleValue::new(state.name()).help(help)))
        .map(|name| STATES.iter().find(|(state, _)| state.name() == name).map_or(State::Expired, |(state, _)| *state))
}

fn condition(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, value)) if !field.trim().is_empty() => Ok((field.trim().to_owned(), value.to_owned())),
        _ => Err("expected FIELD=VALUE, such as `table=deals`".to_owned()),
    }
}

fn dialects() -> impl TypedValueParser<Value = Dialect> {
    PossibleValuesParser::new(Dialect::WORDS.iter().copied())
        .map(|name| Dialect::of_name(&name).unwrap_or(Dialect::Postgresql))
}

fn severities() -> impl TypedValueParser<Value = Severity> {
    const SEVERITIES: [Severity; 4] = [Severity::Error, Severity::Warning, Severity::Info, Severity::Off];
    PossibleValuesParser::new(SEVERITIES.map(Severity::name))
        .map(|name| SEVERITIES.into_iter().find(|severity| severity.name() == name).unwrap_or(Severity::Error))
}
