//! The counts of each rule as a table for a terminal.

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table};

use super::text::one_line;
use crate::model::RuleRun;

/// Returns the table, its last line ended.
pub fn statistics(rules: &[RuleRun], width: usize) -> String {
    let mut table = Table::new();
    // Colour and width are the caller's to decide, not the table's to find out.
    table
        .force_no_tty()
        .load_style(UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()))
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width.max(60)).unwrap_or(u16::MAX))
        .set_header(["rule", "judged", "findings", "excepted", "unknown"]);
    for run in rules {
        let numbers = [run.judged, run.findings, run.excepted, run.unknown];
        let row = std::iter::once(Cell::new(one_line(&run.rule))).chain(numbers.map(Cell::new));
        table.add_row(row.collect::<Vec<_>>());
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    text
}
