//! How a list of exceptions has grown: sparklines for a terminal, JSON for programs.

use std::collections::BTreeMap;
use std::io;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table};
use schemars::JsonSchema;
use serde::Serialize;

use super::text::one_line;
use crate::model::history::{By, Growth, Point};

/// One format of histories.
pub struct HistoryFormat {
    /// The name on the command line.
    pub name: &'static str,
    /// What it is for, in a few words, for the help text.
    pub about: &'static str,
    /// Writes the history. The writer should be buffered.
    pub write: fn(&Growth, &mut dyn io::Write) -> io::Result<()>,
}

/// Every format, in the order in which help shows them.
pub const HISTORY_FORMATS: &[HistoryFormat] = &[
    HistoryFormat { name: "table", about: "for people: sparklines by rule and owner", write: table },
    HistoryFormat { name: "json", about: "for programs; stable, version 1", write: json },
];

/// Cells of a sparkline.
const WIDTH: usize = 32;
/// Lines of a table before "and N more".
const MOST: usize = 40;

fn table(growth: &Growth, out: &mut dyn io::Write) -> io::Result<()> {
    let (Some(first), Some(last)) = (growth.points.first(), growth.points.last()) else {
        return writeln!(out, "{} has no history.", one_line(&growth.path));
    };
    let total: Vec<usize> = growth.points.iter().map(|point| point.entries).collect();
    let without: Vec<usize> = growth.points.iter().map(|point| point.without_reason).collect();
    let all = vec![("all".to_owned(), total), ("without a reason".to_owned(), without)];
    write_table("exceptions", growth, all, out)?;
    for (title, by) in [("rule", By::Rule), ("owner", By::Owner)] {
        let series = growth.series(by).into_iter().map(|(name, values)| {
            (if name.is_empty() { "nobody".to_owned() } else { one_line(&name).into_owned() }, values)
        });
        write_table(title, growth, series.collect(), out)?;
    }
    let versions = growth.points.len();
    let (from, to) = (&first.day, &last.day);
    let plural = if versions == 1 { "" } else { "s" };
    let since = if growth.cut_off { "at least " } else { "" };
    writeln!(
        out,
        "{}: {} now, {} at first; {since}{versions} version{plural} from {from} to {to}.",
        one_line(&growth.path),
        last.entries,
        first.entries
    )
}

fn write_table(
    title: &str,
    growth: &Growth,
    mut series: Vec<(String, Vec<usize>)>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let more = series.len().saturating_sub(MOST);
    series.truncate(MOST);
    let mut table = Table::new();
    table
        .force_no_tty()
        .load_style(UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()))
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header([title, "first", "most", "now", "change", "over time"]);
    for (name, values) in &series {
        let (first, last) = (values.first().copied().unwrap_or(0), values.last().copied().unwrap_or(0));
        let most = values.iter().copied().max().unwrap_or(0);
        let change = match last.cmp(&first) {
            std::cmp::Ordering::Less => format!("-{}", first - last),
            std::cmp::Ordering::Equal => "0".to_owned(),
            std::cmp::Ordering::Greater => format!("+{}", last - first),
        };
        let mut row = vec![Cell::new(name)];
        let numbers = [first.to_string(), most.to_string(), last.to_string(), change];
        row.extend(numbers.map(|number| Cell::new(number).set_alignment(CellAlignment::Right)));
        row.push(Cell::new(sparkline(&growth.sampled(values, WIDTH))));
        table.add_row(row);
    }
    writeln!(out, "{}", table.trim_fmt())?;
    if more > 0 {
        writeln!(out, " and {more} more")?;
    }
    writeln!(out)
}

/// Returns values as bars of one character each, from `_` for none to `█` for the most.
fn sparkline(values: &[usize]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = values.iter().copied().max().unwrap_or(0).max(1);
    let bar = |value: usize| if value == 0 { '_' } else { BARS[(value * BARS.len()).div_ceil(most) - 1] };
    values.iter().map(|value| bar(*value)).collect()
}

/// What `lawbook exceptions history --format json` prints.
#[derive(JsonSchema, Serialize)]
#[schemars(title = "Lawbook history of exceptions")]
pub(super) struct Document<'a> {
    version: u32,
    /// The exceptions file.
    path: &'a str,
    /// Nothing is missing: neither older history nor a version that is broken.
    complete: bool,
    /// Versions of the file that could not be read.
    unreadable: usize,
    /// Versions, oldest first.
    points: Vec<PointObject<'a>>,
}

/// A version of the file.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Point")]
struct PointObject<'a> {
    /// Null for what is not committed.
    commit: Option<&'a str>,
    /// Seconds since 1970.
    time: i64,
    day: &'a str,
    entries: usize,
    without_reason: usize,
    rules: BTreeMap<&'a str, usize>,
    owners: BTreeMap<&'a str, usize>,
}

impl<'a> PointObject<'a> {
    fn new(point: &'a Point) -> Self {
        fn names(counts: &BTreeMap<std::sync::Arc<str>, usize>) -> BTreeMap<&str, usize> {
            counts.iter().map(|(name, count)| (&**name, *count)).collect()
        }
        Self {
            commit: point.commit.as_deref(),
            time: point.time,
            day: &point.day,
            entries: point.entries,
            without_reason: point.without_reason,
            rules: names(&point.rules),
            owners: names(&point.owners),
        }
    }
}

fn json(growth: &Growth, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        version: 1,
        path: &growth.path,
        complete: !growth.cut_off && growth.unreadable == 0,
        unreadable: growth.unreadable,
        points: growth.points.iter().map(PointObject::new).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::sparkline;

    #[test]
    fn sparklines_tell_none_from_few() {
        assert_eq!(sparkline(&[0, 1, 4, 8]), "_▁▄█");
        assert_eq!(sparkline(&[0, 0]), "__");
        assert_eq!(sparkline(&[1, 1_000]), "▁█");
        assert_eq!(sparkline(&[3, 3]), "██");
        assert_eq!(sparkline(&[]), "");
    }
}
