//! `lawbook graph`.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use super::among::Among;
use super::arguments::GraphOptions;
use super::terminal::Terminal;
use super::{CLEAN, FAILED, Failure};
use crate::app::{Base, Workspace, collect};
use crate::engine::Keep;
use crate::model::facts::Graph;
use crate::model::{Level, Problem};
use crate::reporters::graph;

pub(super) fn run(options: &GraphOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let paths: Vec<_> = options.path.iter().cloned().collect();
    let workspace = Workspace::open(&paths, &[], false)?;
    let judgement = collect(
        &workspace,
        &paths,
        &Base::None,
        Keep { files: true, operations: options.changes, ..Keep::default() },
        false,
    )?;
    let Some(format) = graph::GRAPH_FORMATS.iter().find(|format| format.name == options.format) else {
        return Err(Problem::error(format!("there is no format `{}`", options.format)).into());
    };
    let among = Among::new(&workspace, &paths);
    let is_asked_for = |graph: &&Arc<Graph>| {
        graph.migrations.is_empty() || graph.migrations.iter().any(|migration| among.holds(&migration.file.path))
    };
    let graphs: Vec<Arc<Graph>> = judgement.project.graphs.iter().filter(is_asked_for).cloned().collect();
    if graphs.is_empty() {
        let problem = Problem::error("no migrations were found here");
        return Err(problem.hint("name their folder in lawbook.yml: `migrations: [{path: ...}]`").into());
    }
    let style = graph::GraphOptions {
        color: terminal.color,
        width: terminal.width,
        limit: options.limit,
        changes: options.changes,
    };
    let mut out = BufWriter::new(io::stdout().lock());
    (format.write)(&graphs, &style, &mut out)?;
    out.flush()?;
    let problems: Vec<_> = workspace.problems.iter().chain(&judgement.problems).cloned().collect();
    if !problems.is_empty() {
        let _: u8 = terminal.problems(&problems);
    }
    Ok(if problems.iter().any(|problem| problem.level == Level::Error) { FAILED } else { CLEAN })
}
