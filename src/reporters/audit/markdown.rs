//! `markdown`: a table for a pull request. What comes from the user's files is escaped, and long lists are cut.

use std::io;

use super::super::markdown::{code, prose};
use super::{AuditOptions, advice, summary, words};
use crate::model::audit::{Audit, Audited};

/// Rows before "and N more": GitHub refuses comments over 65,536 characters.
const MOST_ROWS: usize = 100;
/// Bytes of the rows, for the same reason.
const MOST_BYTES: usize = 50_000;

pub(super) fn write(audit: &Audit, options: &AuditOptions, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "## Exceptions\n\n{}", summary(audit))?;
    if let Some(advice) = advice(audit).filter(|_| !options.list) {
        writeln!(out, "{advice}")?;
    }
    let shown: Vec<&Audited> = audit.entries.iter().filter(|entry| options.list || !entry.remarks.is_empty()).collect();
    if shown.is_empty() {
        return Ok(());
    }
    let head = if options.list { ["Reason", "---"] } else { ["Excused | States", "--:|---"] };
    writeln!(out, "\n| Place | Rule | Path | {} | Owner | Expires |\n|---|---|---|{}|---|---|", head[0], head[1])?;
    let mut bytes = 0;
    for (index, entry) in shown.iter().enumerate() {
        let place = code(&format!("{}:{}", entry.file, entry.line));
        let path = entry.path.as_deref().map(code).unwrap_or_default();
        let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(prose).unwrap_or_default();
        let middle =
            if options.list { text(&entry.reason) } else { format!("{} | {}", entry.excused, prose(&words(entry))) };
        let (owner, expires) = (text(&entry.owner), text(&entry.expires));
        let row = format!("| {place} | {} | {path} | {middle} | {owner} | {expires} |", code(&entry.rule));
        bytes += row.len();
        if index == MOST_ROWS || bytes > MOST_BYTES {
            return writeln!(out, "\n… and {} more", shown.len() - index);
        }
        writeln!(out, "{row}")?;
    }
    Ok(())
}
