//! What `lawbook exceptions` takes.

use camino::Utf8PathBuf;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::AuditRun;
use super::values::{audit_formats, condition, prunable, severities};
use crate::model::Severity;
use crate::model::audit::{State, days};
use crate::reporters::history::HISTORY_FORMATS;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ExceptionsCommand {
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
pub(in crate::cli) struct AuditOptions {
    #[command(flatten)]
    pub(in crate::cli) run: AuditRun,
    /// An entry that ends within so many days is `expiring`
    #[arg(long, value_name = "DAYS", default_value = "30d", value_parser = days)]
    pub(in crate::cli) within: u32,
    /// How to print
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = audit_formats())]
    pub(in crate::cli) format: String,
    /// What is said from this severity on makes the exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "warning", value_parser = severities())]
    pub(in crate::cli) fail_on: Severity,
    /// Remove what is dead, as `prune` does; what is left is audited
    #[arg(long)]
    pub(in crate::cli) fix: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook exceptions prune --dry-run             what would go
  lawbook exceptions prune
  lawbook exceptions prune --also expired        and what has expired, findings or not

What goes: entries and comments that excused nothing in a run that judged all that they are about,
and entries whose path no file has. All else stays as it is, byte by byte: a comment goes with the
last entry that it speaks of, a key with its last entry.")]
pub(in crate::cli) struct PruneOptions {
    #[command(flatten)]
    pub(in crate::cli) run: AuditRun,
    /// Show what would go, and write nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Remove those in this state as well (repeatable)
    #[arg(long, value_name = "STATE", value_parser = prunable())]
    pub(in crate::cli) also: Vec<State>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook exceptions add alembic/enum-variable migrations/versions/0007_enums.py --reason 'Ran everywhere'
  lawbook exceptions add drop-column 'migrations/versions/2024*.py' --owner @data --expires 2027-03-31
  lawbook exceptions add nullable-mismatch --match table=deals --reason 'Mended in Q3'")]
pub(in crate::cli) struct AddOptions {
    /// The rule: full name, alias, or the part behind the slash
    pub(in crate::cli) rule: String,
    /// File, folder or glob, relative to the root
    #[arg(required_unless_present = "conditions")]
    pub(in crate::cli) path: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) reason: Option<String>,
    /// Who answers for it
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) owner: Option<String>,
    /// The last day on which it excuses
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(in crate::cli) expires: Option<Date>,
    /// Only findings about this (repeatable; all must hold)
    #[arg(long = "match", value_name = "FIELD=VALUE", value_parser = condition)]
    pub(in crate::cli) conditions: Vec<(String, String)>,
    /// Excuse at most so many findings
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli) max: Option<u32>,
    /// The project; the current folder when left out
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) project: Option<Utf8PathBuf>,
    /// Add a pack: a built-in name, a folder or a file (repeatable)
    #[arg(long = "pack", value_name = "PACK")]
    pub(in crate::cli) packs: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook exceptions list
  lawbook exceptions list --owner @data-platform --format markdown
  lawbook exceptions list --rule enum-variable --format json")]
pub(in crate::cli) struct ListOptions {
    /// Only those of this owner; `none` for those without
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) owner: Option<String>,
    /// Only those for this rule: full name, alias, or the part behind the slash
    #[arg(long, value_name = "RULE")]
    pub(in crate::cli) rule: Option<String>,
    /// How to print
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = audit_formats())]
    pub(in crate::cli) format: String,
    /// The project; the current folder when left out
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) project: Option<Utf8PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  lawbook exceptions history
  lawbook exceptions history --format json

Every version of the exceptions file is read from git, along the first parents of HEAD and under all
names that it had; what is not committed is the last point.")]
pub(in crate::cli) struct HistoryOptions {
    /// How to print
    #[arg(long, short, value_name = "FORMAT", default_value = "table",
          value_parser = PossibleValuesParser::new(HISTORY_FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about))))]
    pub(in crate::cli) format: String,
    /// The project; the current folder when left out
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) project: Option<Utf8PathBuf>,
}
