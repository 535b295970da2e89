//! What judging takes: once, at each change, and to write down what is found.

use camino::Utf8PathBuf;
use clap::Args;
use jiff::civil::Date;

use super::values::{formats, report, severities};
use crate::model::Severity;
use crate::reporters::Format;

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
pub(in crate::cli) struct CheckOptions {
    /// Files and folders to report on; the whole project when left out. Graphs are seen whole in either case, databases
    /// are not contacted unless --database names one
    pub(in crate::cli) paths: Vec<Utf8PathBuf>,
    /// How to print
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = formats())]
    pub(in crate::cli) format: String,
    /// Write the report to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: Option<Utf8PathBuf>,
    /// Write the report to a file in another format as well, from the same run (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report)]
    pub(in crate::cli) reports: Vec<(&'static Format, Utf8PathBuf)>,
    /// Findings from this severity on make the exit code 1 [default: error]
    #[arg(long, value_name = "SEVERITY", value_parser = severities())]
    pub(in crate::cli) fail_on: Option<Severity>,
    /// Compare with the merge base of this revision: what was added, modified, deleted
    #[arg(long, value_name = "REV", conflicts_with = "staged")]
    pub(in crate::cli) since: Option<String>,
    /// Judge what is staged for commit, not the work tree; no database is contacted unless --database names one
    #[arg(long)]
    pub(in crate::cli) staged: bool,
    /// Add a pack: a built-in name, a folder or a file (repeatable)
    #[arg(long = "pack", value_name = "PACK")]
    pub(in crate::cli) packs: Vec<String>,
    /// Run only this rule, also if it is switched off (repeatable)
    #[arg(long = "rule", value_name = "RULE")]
    pub(in crate::cli) rules: Vec<String>,
    /// Read only this database: a NAME of lawbook.yml, or NAME=URL, where the URL may be env:VARIABLE or file:PATH
    /// (repeatable); all that are configured when left out
    #[arg(long = "database", value_name = "NAME[=URL]")]
    pub(in crate::cli) databases: Vec<String>,
    /// Contact no database and make none; laws about tables see the models alone
    #[arg(long, conflicts_with = "databases")]
    pub(in crate::cli) offline: bool,
    /// Show findings that an exception excuses
    #[arg(long)]
    pub(in crate::cli) show_excepted: bool,
    /// List what could not be judged, and why
    #[arg(long)]
    pub(in crate::cli) show_unknown: bool,
    /// Add a table: what each rule judged and found
    #[arg(long)]
    pub(in crate::cli) statistics: bool,
    /// Tell what was looked at: root, trees, files, schemas, and what each rule judged
    #[arg(long)]
    pub(in crate::cli) explain_run: bool,
    /// Hide the findings of a baseline: FILE, or the one of lawbook.yml, or lawbook-baseline.yml
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    pub(in crate::cli) baseline: Option<Option<Utf8PathBuf>>,
    /// Hide no baseline, also if lawbook.yml names one
    #[arg(long, conflicts_with = "baseline")]
    pub(in crate::cli) no_baseline: bool,
    /// The day on which exceptions are judged to have expired [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(in crate::cli) today: Option<Date>,
    /// Judge again at each change, as `lawbook watch` does
    #[arg(long, conflicts_with_all = ["staged", "format", "output", "reports", "show_excepted", "show_unknown", "statistics", "explain_run"])]
    pub(in crate::cli) watch: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook watch
  lawbook watch --since origin/main          also what only a change can break
  lawbook watch --poll 2                     on a drive of another machine, which tells of no changes

Each save is judged at once; a broken pack or configuration is shown until it is mended. On a terminal the
screen shows what is fixed, what is new and what remains; in a pipe each verdict is a block of lines. Ctrl-C ends.")]
pub(in crate::cli) struct WatchOptions {
    /// Files and folders to report on; the whole project when left out
    pub(in crate::cli) paths: Vec<Utf8PathBuf>,
    /// Findings from this severity on fail a run, as the last line says [default: error]
    #[arg(long, value_name = "SEVERITY", value_parser = severities())]
    pub(in crate::cli) fail_on: Option<Severity>,
    /// Compare with the merge base of this revision: what was added, modified, deleted
    #[arg(long, value_name = "REV")]
    pub(in crate::cli) since: Option<String>,
    /// Add a pack: a built-in name, a folder or a file (repeatable)
    #[arg(long = "pack", value_name = "PACK")]
    pub(in crate::cli) packs: Vec<String>,
    /// Run only this rule, also if it is switched off (repeatable)
    #[arg(long = "rule", value_name = "RULE")]
    pub(in crate::cli) rules: Vec<String>,
    /// Read only this database: NAME of lawbook.yml, or NAME=URL (repeatable); all that are configured when left out
    #[arg(long = "database", value_name = "NAME[=URL]")]
    pub(in crate::cli) databases: Vec<String>,
    /// Contact no database and make none; laws about tables see the models alone
    #[arg(long, conflicts_with = "databases")]
    pub(in crate::cli) offline: bool,
    /// Hide no baseline, also if lawbook.yml names one
    #[arg(long)]
    pub(in crate::cli) no_baseline: bool,
    /// The day on which exceptions are judged to have expired [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(in crate::cli) today: Option<Date>,
    /// Look at the files every so many seconds, instead of asking the system to tell of changes
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli) poll: Option<u32>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook baseline                  begin: all that is found now
  lawbook check --baseline          only what is new; `baseline:` in lawbook.yml does so in every run
  lawbook baseline --prune          take out what is mended

A baseline only shrinks. Findings keep their identity when lines move; in a file that is renamed they
are new. What an exception excuses is not in it.")]
pub(in crate::cli) struct BaselineOptions {
    /// The file; the one of lawbook.yml, or lawbook-baseline.yml beside it, when left out
    pub(in crate::cli) file: Option<Utf8PathBuf>,
    /// Take out what is mended, and put nothing in
    #[arg(long)]
    pub(in crate::cli) prune: bool,
    /// Put in all that is found now, also what is new
    #[arg(long, conflicts_with = "prune")]
    pub(in crate::cli) renew: bool,
    /// Show what would change, and write nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    #[command(flatten)]
    pub(in crate::cli) run: AuditRun,
}

/// What a full run of laws takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct AuditRun {
    /// The project; the current folder when left out
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) project: Option<Utf8PathBuf>,
    /// Add a pack: a built-in name, a folder or a file (repeatable)
    #[arg(long = "pack", value_name = "PACK")]
    pub(in crate::cli) packs: Vec<String>,
    /// Read this database: NAME of lawbook.yml, or NAME=URL (repeatable); in place of all that are configured
    #[arg(long = "database", value_name = "NAME[=URL]")]
    pub(in crate::cli) databases: Vec<String>,
    /// Contact no database and make none; entries of laws about schemas are then not judged
    #[arg(long, conflicts_with = "databases")]
    pub(in crate::cli) offline: bool,
    /// The day on which exceptions are judged to have expired [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(in crate::cli) today: Option<Date>,
}
