//! `mermaid`: a flowchart, which GitHub and GitLab draw inside Markdown. Bases are at the bottom; arrows go from
//! parents to children, dotted ones from what must run before.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use super::drawing::{Drawing, Node};
use super::{GraphOptions, changes};
use crate::model::facts::Graph;
use crate::reporters::text::{count, short_line};

/// Characters of a message in a box.
const MOST_CHARACTERS: usize = 60;

/// Writes one flowchart; with several trees each is a subgraph.
pub(super) fn write(graphs: &[Arc<Graph>], options: &GraphOptions, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "flowchart BT")?;
    for (index, graph) in graphs.iter().enumerate() {
        writeln!(out, "  subgraph t{index}[\"{}\"]", escape(&short_line(&graph.name, MOST_CHARACTERS * 2)))?;
        write_tree(index, &Drawing::new(graph), options, out)?;
        writeln!(out, "  end")?;
    }
    writeln!(out, "  classDef head stroke-width:3px")?;
    writeln!(out, "  classDef fault stroke:#d00,stroke-dasharray:4")
}

fn write_tree(tree: usize, drawing: &Drawing<'_>, options: &GraphOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let (shown, left_out) = drawing.shown(options.limit);
    let mut is_shown = vec![false; drawing.nodes.len()];
    for &index in shown {
        is_shown[index] = true;
    }
    let id = |index: usize| if is_shown[index] { format!("t{tree}n{index}") } else { format!("t{tree}more") };
    for &index in shown {
        let node = &drawing.nodes[index];
        let changes = if options.changes { change_lines(node) } else { String::new() };
        writeln!(out, "    t{tree}n{index}[\"{}{changes}\"]", label(node, drawing.graph.unknown.is_some()))?;
        for (class, holds) in [("head", node.head), ("fault", node.in_cycle || node.files.len() > 1)] {
            if holds {
                writeln!(out, "    class t{tree}n{index} {class}")?;
            }
        }
    }
    if left_out > 0 {
        writeln!(out, "    t{tree}more([\"and {}\"])", escape(&count(left_out, "more revision")))?;
    }
    for &index in shown {
        let node = &drawing.nodes[index];
        for &parent in &node.parents {
            writeln!(out, "    {} --> {}", id(parent), id(index))?;
        }
        let missing_parents = node.missing_parents.iter().map(|name| (*name, "-->"));
        let dependencies = node.dependencies.iter();
        let missing = dependencies.clone().filter(|(_, needed)| needed.is_none()).map(|(name, _)| (*name, "-.->"));
        for (place, (name, arrow)) in missing_parents.chain(missing).enumerate() {
            let name = escape(&short_line(name, MOST_CHARACTERS));
            writeln!(out, "    t{tree}n{index}m{place}[\"{name} is missing\"] {arrow} {}", id(index))?;
            writeln!(out, "    class t{tree}n{index}m{place} fault")?;
        }
        for needed in dependencies.filter_map(|(_, needed)| *needed) {
            writeln!(out, "    {} -.-> {}", id(needed), id(index))?;
        }
    }
    Ok(())
}

/// Returns one line: Mermaid reads Markdown at the start of a line.
fn label(node: &Node<'_>, unsure: bool) -> String {
    let mut text = short_line(node.name(), MOST_CHARACTERS * 2);
    let marks =
        [(node.head, "head"), (node.base, "base"), (node.in_cycle, "cycle"), (node.files.len() > 1, "duplicate")];
    for (_, mark) in marks.into_iter().filter(|(holds, _)| *holds) {
        let doubt = if unsure && matches!(mark, "head" | "base") { "?" } else { "" };
        write!(text, " ({mark}{doubt})").expect("writing to a string succeeds");
    }
    for (what, _) in &node.unknown {
        write!(text, " ({what} unknown)").expect("writing to a string succeeds");
    }
    for label in &node.labels {
        write!(text, " [{}]", short_line(label, MOST_CHARACTERS)).expect("writing to a string succeeds");
    }
    if !node.message().is_empty() {
        write!(text, ": {}", short_line(node.message(), MOST_CHARACTERS)).expect("writing to a string succeeds");
    }
    escape(&text)
}

/// Returns what a revision does, each on a line below the label.
fn change_lines(node: &Node<'_>) -> String {
    let (lines, left_out) = changes::drawn(node);
    let mut text = String::new();
    for line in lines {
        // Even `-` is written as an entity there: at the start of a line it begins a list.
        let sign = u32::from(line.sign);
        write!(text, "<br/>#{sign}; {}", escape(&line.text)).expect("writing to a string succeeds");
    }
    if left_out > 0 {
        write!(text, "<br/>... and {left_out} more").expect("writing to a string succeeds");
    }
    text
}

/// Writes all ASCII punctuation but the harmless as Mermaid's entities, so that no text can end a label, begin a
/// comment, a directive, HTML, Markdown or a formula, or look like a style to Mermaid's own replacements.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            ' ' | ',' | '/' | '(' | ')' | '.' | '-' => escaped.push(character),
            _ if character.is_ascii_punctuation() => {
                write!(escaped, "#{};", u32::from(character)).expect("writing to a string succeeds");
            }
            _ => escaped.push(character),
        }
    }
    escaped
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
        let mut graphs: Vec<_> = CASES.iter().map(|(name, lines)| graph(name, lines)).collect();
        graphs.push(hostile());
        insta::assert_snapshot!(render(write, &graphs, &GraphOptions::default()));
    }

    #[test]
    fn labels_hold_nothing_that_mermaid_reads() {
        let text = render(write, &[hostile()], &GraphOptions::default());
        for line in text.lines().filter(|line| line.contains('"')) {
            let label = line.split('"').nth(1).expect("a label");
            assert_eq!(line.matches('"').count(), 2, "{line}");
            assert!(
                !label.contains(['<', '>', '%', '`', '[', ']', '{', '}', '$', '\\', ':', '*', '_', '&']),
                "{label}"
            );
        }
    }

    #[test]
    fn what_is_left_out_is_one_node() {
        let graph = graph("t", "a | b < a | c < b");
        let text = render(write, &[graph], &GraphOptions { limit: Some(1), ..GraphOptions::default() });
        assert!(text.contains("t0more([\"and 2 more revisions\"])\n    t0more --> t0n2\n"), "{text}");
    }
}
