//! Migration trees as inline SVG: heads above, a column for each line of descent.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use super::super::graph::drawing::{Drawing, Node};
use super::super::text::{count, short_line};
use super::escape;
use super::page::section;
use crate::model::facts::Graph;

/// Revisions that are drawn of each tree, newest first.
const MOST: usize = 150;
/// Columns that are drawn; lines further right lie on the last.
const MOST_LANES: usize = 20;
/// Of a row and of a column, in units of the drawing.
const ROW: usize = 22;
const LANE: usize = 16;
/// Characters of what is said of a revision.
const WIDTH: usize = 90;

pub(super) fn write(graphs: &[Arc<Graph>], out: &mut dyn io::Write) -> io::Result<()> {
    if graphs.is_empty() {
        return Ok(());
    }
    section(out, "migrations", "Migrations", |out| {
        for graph in graphs {
            let drawing = Drawing::new(graph);
            let heads = count(graph.heads.len(), "head");
            let open = if drawing.order.len() <= 40 || graphs.len() == 1 { " open" } else { "" };
            writeln!(
                out,
                "<details{open}><summary><code>{}</code> <small>{}, {heads}</small></summary>",
                escape(&graph.name),
                count(graph.migrations.len(), "migration")
            )?;
            if let Some(why) = &graph.unknown {
                writeln!(out, "<p class=\"warning\">It may be incomplete: {}.</p>", escape(why))?;
            }
            draw(&drawing, out)?;
            if let Some(more @ 1..) = drawing.order.len().checked_sub(MOST) {
                writeln!(out, "<p class=\"dim\">and {more} more below</p>")?;
            }
            writeln!(out, "</details>")?;
        }
        Ok(())
    })
}

/// A line from a revision down to a parent.
struct Edge {
    row: usize,
    lane: usize,
    /// The column that it goes down in.
    via: usize,
    parent: usize,
}

fn draw(drawing: &Drawing<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let (shown, _) = drawing.shown(Some(MOST));
    if shown.is_empty() {
        return Ok(());
    }
    let (places, edges, lanes) = places(drawing, shown);
    let left = (lanes.min(MOST_LANES) + 1) * LANE;
    let (width, height) = (left + 620, shown.len() * ROW + 8);
    let x = |lane: usize| (lane.min(MOST_LANES - 1) + 1) * LANE - LANE / 2;
    let y = |row: usize| row * ROW + ROW / 2 + 4;
    writeln!(
        out,
        "<div class=\"wide\"><svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"Migration graph\">"
    )?;
    let mut paths = String::new();
    for edge in &edges {
        let (from, via) = ((x(edge.lane), y(edge.row)), x(edge.via));
        // A parent that is not drawn lies below the last row; one of a cycle above.
        let (to, end) = places[edge.parent].map_or((via, height), |(row, lane)| (x(lane), y(row)));
        let half = ROW / 2;
        let _ = if end > from.1 {
            write!(
                paths,
                "M{} {}C{} {} {via} {} {via} {}V{}C{via} {} {to} {} {to} {end}",
                from.0,
                from.1,
                from.0,
                from.1 + half,
                from.1 + half,
                from.1 + ROW,
                (end - half).max(from.1 + half),
                end - half / 2,
                end - half / 2
            )
        } else {
            write!(paths, "M{} {}L{to} {end}", from.0, from.1)
        };
    }
    writeln!(out, "<path class=\"edge\" d=\"{paths}\"/>")?;
    for (row, &number) in shown.iter().enumerate() {
        let node = &drawing.nodes[number];
        let lane = places[number].map_or(0, |(_, lane)| lane);
        let fault = node.in_cycle || node.files.len() > 1 || !node.missing_parents.is_empty();
        let class = match () {
            () if fault => "fault",
            () if node.head => "head",
            () => "dot",
        };
        let says = says(node);
        writeln!(
            out,
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"5\"/><text x=\"{left}\" y=\"{}\">{}<title>{}</title></text>",
            x(lane),
            y(row),
            y(row) + 4,
            escape(&short_line(&says, WIDTH)),
            escape(&node.first().file.path)
        )?;
    }
    writeln!(out, "</svg></div>")
}

/// Row and column of a node that is drawn.
type Place = Option<(usize, usize)>;

/// Returns the row and column of each node that is drawn, the lines between them, and the number of columns.
fn places(drawing: &Drawing<'_>, shown: &[usize]) -> (Vec<Place>, Vec<Edge>, usize) {
    let mut places: Vec<Place> = vec![None; drawing.nodes.len()];
    let mut edges = Vec::new();
    // The node that each column leads to.
    let mut lanes: Vec<Option<usize>> = Vec::new();
    let take = |lanes: &mut Vec<Option<usize>>, node: usize, from: usize| {
        let free = (from..lanes.len()).chain(0..from.min(lanes.len())).find(|lane| lanes[*lane].is_none());
        let lane = free.unwrap_or_else(|| {
            lanes.push(None);
            lanes.len() - 1
        });
        lanes[lane] = Some(node);
        lane
    };
    let mut most = 1;
    for (row, &number) in shown.iter().enumerate() {
        let lane = lanes.iter().position(|leads_to| *leads_to == Some(number));
        let lane = lane.unwrap_or_else(|| take(&mut lanes, number, 0));
        most = most.max(lanes.len());
        lanes[lane] = None;
        places[number] = Some((row, lane));
        for &parent in &drawing.nodes[number].parents {
            let via = match lanes.iter().position(|leads_to| *leads_to == Some(parent)) {
                _ if places[parent].is_some() => lane,
                Some(via) => via,
                None => take(&mut lanes, parent, lane),
            };
            edges.push(Edge { row, lane, via, parent });
        }
        most = most.max(lanes.len());
    }
    (places, edges, most)
}

/// Returns what is said of a revision: its name, its message, and what is particular about it.
fn says(node: &Node<'_>) -> String {
    let mut text = node.name().to_owned();
    if !node.message().is_empty() {
        let _ = write!(text, "  {}", node.message());
    }
    let mut particular: Vec<String> = Vec::new();
    particular.extend(node.head.then(|| "head".to_owned()));
    particular.extend(node.in_cycle.then(|| "in a cycle".to_owned()));
    particular.extend((node.files.len() > 1).then(|| format!("in {} files", node.files.len())));
    particular.extend(node.missing_parents.iter().map(|parent| format!("parent {parent} is missing")));
    particular.extend(node.labels.iter().map(|label| format!("@{label}")));
    if !particular.is_empty() {
        let _ = write!(text, "  ({})", particular.join(", "));
    }
    text
}
