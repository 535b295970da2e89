//! `lawbook facts`.

use std::io::{self, BufWriter, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde_json::Value as Json;

use super::among::Among;
use super::arguments::{DataFormat, FactsOptions};
use super::terminal::Terminal;
use super::{CLEAN, FAILED, Failure};
use crate::app::{Base, Workspace, collect, fact_json, kinds_json};
use crate::engine::{Judgement, Keep};
use crate::model::facts::{self, KINDS};
use crate::model::{Fact, FieldType, Kind, Level, Problem};

pub(super) fn run(options: &FactsOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    if options.kinds {
        vocabulary(options, &mut out)?;
        out.flush()?;
        return Ok(CLEAN);
    }
    let workspace = Workspace::open(&options.paths, &[], false)?;
    let base = options.since.clone().map_or(Base::None, Base::Since);
    let kind = options.kind.as_deref();
    let keep = Keep {
        texts: false,
        calls: matches!(kind, Some("call") | None),
        files: true,
        operations: matches!(kind, Some("operation" | "statement" | "fault" | "migration") | None),
    };
    let of_files = ["file", "migration", "graph", "call", "operation", "statement", "fault", "exception"];
    let schemas = options.kind.as_deref().is_some_and(|kind| !of_files.contains(&kind));
    let judgement = collect(&workspace, &options.paths, &base, keep, schemas)?;
    let among = Among::new(&workspace, &options.paths);
    let of_kind = |kind: &Kind, judgement: &Judgement| {
        let mut facts = of_kind(kind, judgement);
        facts.retain(|fact| fact.location().is_none_or(|location| among.holds(&location.path)));
        facts
    };
    match options.kind.as_deref().and_then(facts::kind) {
        None => {
            for kind in KINDS.iter().filter(|kind| kind.judged) {
                writeln!(out, "{:>8} {}", of_kind(kind, &judgement).len(), kind.name)?;
            }
        }
        Some(kind) if of_kind(kind, &judgement).is_empty() && options.format == DataFormat::Table => {
            let _: u8 =
                terminal.problems(&[Problem::warning(format!("there is no fact of the kind `{}` here", kind.name))]);
        }
        Some(kind) => print(options, terminal, kind, &of_kind(kind, &judgement), &mut out)?,
    }
    out.flush()?;
    let problems: Vec<_> = workspace.problems.iter().chain(&judgement.problems).cloned().collect();
    if !problems.is_empty() {
        let _: u8 = terminal.problems(&problems);
    }
    Ok(if problems.iter().any(|problem| problem.level == Level::Error) { FAILED } else { CLEAN })
}

fn of_kind(kind: &Kind, judgement: &Judgement) -> Vec<Fact> {
    let project = &judgement.project;
    match kind.name {
        "file" => project.files.iter().cloned().map(Fact::File).collect(),
        "migration" => project.migrations.iter().cloned().map(Fact::Migration).collect(),
        "call" => project.files.iter().flat_map(|file| file.calls.iter().cloned()).map(Fact::Call).collect(),
        kind => project.facts_of(kind),
    }
}

/// Fields of files that the path says as well, and what is long.
const OF_FILES: &[&str] = &["text", "name", "stem", "extension", "folder", "tree"];

fn print(
    options: &FactsOptions,
    terminal: &Terminal,
    kind: &Kind,
    facts: &[Fact],
    out: &mut impl Write,
) -> Result<(), Failure> {
    if options.format == DataFormat::Json {
        let values: Vec<Json> = facts.iter().map(fact_json).collect();
        serde_json::to_writer_pretty(&mut *out, &values).map_err(io::Error::from)?;
        writeln!(out)?;
        return Ok(());
    }
    // Long fields make a table unreadable: people get the short ones, programs get all.
    let short = |ty: FieldType| {
        use FieldType::{Bool, Fact, Int, Text, Texts, Word};
        matches!(ty, Text | Word(_) | Int | Bool | Texts | Fact(_))
    };
    let fields: Vec<_> = kind
        .all_fields()
        .filter(|field| {
            let hidden = if kind.field("stem").is_some() { OF_FILES } else { &["text"] };
            short(field.ty) && !hidden.contains(&field.name)
        })
        .take(7)
        .collect();
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(terminal.width).unwrap_or(100));
    table.set_header(fields.iter().map(|field| field.name));
    for fact in facts {
        table.add_row(fields.iter().map(|field| (field.get)(fact).to_string()));
    }
    writeln!(out, "{table}")?;
    Ok(())
}

fn vocabulary(options: &FactsOptions, out: &mut impl Write) -> Result<(), Failure> {
    if options.format == DataFormat::Json {
        serde_json::to_writer_pretty(&mut *out, &kinds_json()).map_err(io::Error::from)?;
        writeln!(out)?;
        return Ok(());
    }
    for kind in KINDS.iter().filter(|kind| options.kind.as_deref().is_none_or(|name| name == kind.name)) {
        writeln!(out, "{}  {}", kind.name, kind.about)?;
        for field in kind.all_fields() {
            writeln!(out, "  {:<18} {:<22} {}", field.name, field.ty.name(), field.sentence())?;
        }
        for query in kind.all_queries() {
            let call = format!("{}({})", query.name, query.argument.unwrap_or_default());
            writeln!(out, "  {call:<18} {:<22} {}", query.returns.name(), query.about)?;
        }
        writeln!(out)?;
    }
    Ok(())
}
