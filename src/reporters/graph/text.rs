//! `text`: for people. Like `git log --graph --oneline`: heads first, newest first, one row for each revision.

use std::io;
use std::sync::Arc;

use anstyle::{AnsiColor, Effects, Style};

use super::drawing::{Drawing, Node};
use super::lanes::Lanes;
use super::{GraphOptions, changes};
use crate::model::facts::{Graph, Migration};
use crate::reporters::problems::{faint, when};
use crate::reporters::text::{cells, count, one_line, short_line, wrap};

/// Cells that a message has at least, however far right it begins.
const LEAST_MESSAGE: usize = 24;
/// Characters of a revision, label or path.
const MOST_CHARACTERS: usize = 120;
/// Names listed before "and N more".
const MOST_NAMES: usize = 8;

/// Writes each tree under a heading, with a blank line between two.
pub(super) fn write(graphs: &[Arc<Graph>], options: &GraphOptions, out: &mut dyn io::Write) -> io::Result<()> {
    for (index, graph) in graphs.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let drawing = Drawing::new(graph);
        let styles = Styles::new(options.color);
        write_heading(&drawing, &styles, out)?;
        write_rows(&drawing, &styles, options, out)?;
    }
    Ok(())
}

struct Styles {
    heading: Style,
    revision: Style,
    mark: Style,
    label: Style,
    fault: Style,
    faint: Style,
    comes: Style,
    goes: Style,
    alters: Style,
}

impl Styles {
    fn new(color: bool) -> Self {
        let plain = |color: AnsiColor| color.on_default();
        Self {
            heading: when(color, Style::new().effects(Effects::BOLD.insert(Effects::UNDERLINE))),
            revision: when(color, plain(AnsiColor::Yellow)),
            mark: when(color, plain(AnsiColor::Cyan).effects(Effects::BOLD)),
            label: when(color, plain(AnsiColor::Green)),
            fault: when(color, plain(AnsiColor::BrightRed).effects(Effects::BOLD)),
            faint: faint(color),
            comes: when(color, plain(AnsiColor::Green)),
            goes: when(color, plain(AnsiColor::Red)),
            alters: when(color, plain(AnsiColor::Yellow)),
        }
    }
}

fn write_heading(drawing: &Drawing<'_>, styles: &Styles, out: &mut dyn io::Write) -> io::Result<()> {
    let Styles { heading, fault, .. } = styles;
    let graph = drawing.graph;
    let mut parts = vec![count(drawing.nodes.len(), "revision")];
    if graph.unknown.is_none() {
        parts.push(count(graph.heads.len(), "head"));
        parts.push(count(graph.bases.len(), "base"));
    }
    writeln!(out, "{heading}{}{heading:#}  {}", short_line(&graph.name, MOST_CHARACTERS), parts.join(", "))?;
    if let Some(reason) = &graph.unknown {
        writeln!(out, "{fault}heads and bases are not certain{fault:#}: {}", one_line(reason))?;
    }
    for cycle in graph.cycles.iter().take(MOST_NAMES) {
        let mut names: Vec<String> = cycle.iter().map(|migration| migration.label()).collect();
        names.extend(names.first().cloned().filter(|_| cycle.len() <= MOST_NAMES));
        writeln!(out, "{fault}cycle{fault:#}: {}", listed(names.iter().map(String::as_str), " → "))?;
    }
    if let Some(more @ 1..) = graph.cycles.len().checked_sub(MOST_NAMES) {
        writeln!(out, "… and {more} more {}", if more == 1 { "cycle" } else { "cycles" })?;
    }
    Ok(())
}

fn write_rows(
    drawing: &Drawing<'_>,
    styles: &Styles,
    options: &GraphOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut lanes = Lanes::new(drawing.nodes.len());
    let mut drawn = vec![false; drawing.nodes.len()];
    let (shown, left_out) = drawing.shown(options.limit);
    let faint = styles.faint;
    for &index in shown {
        let node = &drawing.nodes[index];
        drawn[index] = true;
        let (below, above): (Vec<usize>, Vec<usize>) = node.parents.iter().partition(|parent| !drawn[**parent]);
        let lane = lanes.enter(index);
        let notes = notes(drawing, node, &above);
        let faulty = notes.iter().any(|note| note.fault) || node.in_cycle;
        let row = lanes.row(lane, if faulty { '×' } else { '○' });
        write_row(&row, node, drawing.graph.unknown.is_some(), styles, options.width, out)?;
        let prefix = lanes.note_row(lane, !below.is_empty());
        let gap = cells(&row).saturating_sub(cells(&prefix)) + 4;
        for note in notes {
            let style = if note.fault { styles.fault } else { styles.faint };
            let Note { what, text, .. } = note;
            writeln!(out, "{prefix}{:gap$}{style}{what}:{style:#} {faint}{text}{faint:#}", "")?;
        }
        if options.changes {
            write_changes(node, &format!("{prefix}{:gap$}", ""), styles, options.width, out)?;
        }
        if let Some(joint) = lanes.leave(index, lane, &below) {
            writeln!(out, "{joint}")?;
        }
    }
    if left_out > 0 {
        writeln!(out, "… and {}", count(left_out, "more revision"))?;
    }
    Ok(())
}

/// Writes what a revision does, each on a line of its own.
fn write_changes(
    node: &Node<'_>,
    prefix: &str,
    styles: &Styles,
    width: usize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let Styles { comes, goes, alters, fault, faint, .. } = styles;
    let (lines, left_out) = changes::drawn(node);
    let room = width.saturating_sub(cells(prefix) + 2).max(LEAST_MESSAGE);
    for changes::Line { sign, text } in &lines {
        let style = match sign {
            '+' => comes,
            '-' => goes,
            '!' => fault,
            _ => alters,
        };
        let text = wrap(text, room, 1);
        writeln!(out, "{prefix}{style}{sign}{style:#} {}", text.first().map_or("", String::as_str))?;
    }
    if left_out > 0 {
        writeln!(out, "{prefix}{faint}... and {left_out} more{faint:#}")?;
    }
    Ok(())
}

fn write_row(
    row: &str,
    node: &Node<'_>,
    unsure: bool,
    styles: &Styles,
    width: usize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let Styles { revision, mark, label, fault, .. } = styles;
    let name = short_line(node.name(), MOST_CHARACTERS);
    let mut used = cells(row) + 2 + cells(&name);
    write!(out, "{row}  {revision}{name}{revision:#}")?;
    let doubt = if unsure { "?" } else { "" };
    let marks =
        [(node.head, "head", doubt, mark), (node.base, "base", doubt, mark), (node.in_cycle, "cycle", "", fault)];
    for (_, word, doubt, style) in marks.into_iter().filter(|(holds, ..)| *holds) {
        write!(out, " {style}({word}{doubt}){style:#}")?;
        used += 3 + word.len() + doubt.len();
    }
    if !node.labels.is_empty() {
        let labels = listed(node.labels.iter().copied(), ", ");
        write!(out, " {label}[{labels}]{label:#}")?;
        used += 3 + cells(&labels);
    }
    let room = width.saturating_sub(used + 2).max(LEAST_MESSAGE);
    match wrap(node.message(), room, 1).first().filter(|message| !message.is_empty()) {
        Some(message) => writeln!(out, "  {message}"),
        None => writeln!(out),
    }
}

/// A line below a revision: what else must be known about it.
struct Note {
    what: &'static str,
    text: String,
    fault: bool,
}

fn notes(drawing: &Drawing<'_>, node: &Node<'_>, above: &[usize]) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |what, text, fault| notes.push(Note { what, text, fault });
    if node.files.len() > 1 {
        let paths = node.files.iter().map(|file: &&Arc<Migration>| file.file.path.as_ref());
        note("duplicate", listed(paths, ", "), true);
    }
    if !node.missing_parents.is_empty() {
        note("missing parent", listed(node.missing_parents.iter().copied(), ", "), true);
    }
    for (what, why) in &node.unknown {
        note("unknown", format!("{what}: {}", one_line(why)), true);
    }
    if !above.is_empty() {
        let names = above.iter().map(|parent| drawing.nodes[*parent].name());
        note("descends from", format!("{}, drawn above", listed(names, ", ")), true);
    }
    let (there, missing): (Vec<_>, Vec<_>) = node.dependencies.iter().partition(|(_, needed)| needed.is_some());
    if !missing.is_empty() {
        note("missing dependency", listed(missing.iter().map(|(name, _)| *name), ", "), true);
    }
    if !there.is_empty() {
        note("depends on", listed(there.iter().map(|(name, _)| *name), ", "), false);
    }
    notes
}

/// Joins names, as far as a reader cares.
fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>, separator: &str) -> String {
    let more = names.len().saturating_sub(MOST_NAMES + 1);
    let shown: Vec<String> = names.take(MOST_NAMES + 1).map(|name| short_line(name, MOST_CHARACTERS)).collect();
    let shown = shown.join(separator);
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CASES, changed, graph, hostile, render};
    use super::*;

    #[test]
    fn what_revisions_change() {
        let options = GraphOptions { changes: true, ..GraphOptions::default() };
        insta::assert_snapshot!(render(write, &[changed()], &options));
    }

    #[test]
    fn every_case() {
        let graphs: Vec<_> = CASES.iter().map(|(name, lines)| graph(name, lines)).collect();
        insta::assert_snapshot!(render(write, &graphs, &GraphOptions::default()));
    }

    #[test]
    fn hostile_text_stays_on_its_line() {
        insta::assert_snapshot!(render(write, &[hostile()], &GraphOptions { width: 100, ..GraphOptions::default() }));
    }

    #[test]
    fn colours_change_nothing_else() {
        let graphs: Vec<_> = CASES.iter().map(|(name, lines)| graph(name, lines)).collect();
        let plain = render(write, &graphs, &GraphOptions::default());
        let colored = render(write, &graphs, &GraphOptions { color: true, ..GraphOptions::default() });
        assert_ne!(plain, colored);
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain);
    }

    #[test]
    fn a_limit_says_what_is_left_out() {
        let graph = graph("t", "a | b < a | c < b");
        let text =
            |limit| render(write, std::slice::from_ref(&graph), &GraphOptions { limit, ..GraphOptions::default() });
        assert_eq!(text(Some(1)), "t  3 revisions, 1 head, 1 base\n○  c (head)\n… and 2 more revisions\n");
        assert_eq!(text(Some(3)), text(None));
    }

    #[test]
    fn ten_thousand_revisions_and_a_flood_of_lanes() {
        let chain: Vec<String> = (0..10_000).map(|number| format!("r{number} < r{}", number + 1)).collect();
        let octopus: Vec<String> = (0..2_000).map(|number| format!("p{number} < a")).collect();
        let parents: Vec<String> = (0..2_000).map(|number| format!("p{number}")).collect();
        let octopus = format!("a | {} | m < {}", octopus.join(" | "), parents.join(" "));
        for (lines, rows) in [(format!("{} | r10000", chain.join(" | ")), 10_002), (octopus, 4_003)] {
            let graph = graph("t", &lines);
            let text = render(write, &[graph], &GraphOptions::default());
            assert_eq!(text.lines().count(), rows);
            assert!(text.lines().all(|line| cells(line) < 120), "lines have an end");
        }
    }
}
