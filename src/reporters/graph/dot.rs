//! `dot`: for Graphviz. Bases are at the bottom; edges go from parents to children, dashed ones from what must run
//! before.

use std::io;
use std::sync::Arc;

use super::drawing::{Drawing, Node};
use super::{GraphOptions, changes};
use crate::model::facts::Graph;
use crate::reporters::text::{count, one_line, short_line};

/// Characters of a message in a box.
const MOST_CHARACTERS: usize = 60;

/// Writes one directed graph with a cluster for each tree.
pub(super) fn write(graphs: &[Arc<Graph>], options: &GraphOptions, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "digraph migrations {{")?;
    writeln!(out, "  charset=\"UTF-8\"; rankdir=BT;")?;
    writeln!(out, "  node [shape=box, style=rounded, fontname=\"monospace\", fontsize=10];")?;
    for (index, graph) in graphs.iter().enumerate() {
        writeln!(out, "  subgraph cluster_{index} {{")?;
        writeln!(out, "    label=\"{}\";", escape(&short_line(&graph.name, MOST_CHARACTERS * 2)))?;
        write_tree(index, &Drawing::new(graph), options, out)?;
        writeln!(out, "  }}")?;
    }
    writeln!(out, "}}")
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
        let look = match () {
            () if node.in_cycle || node.files.len() > 1 => ", color=red",
            () if node.head => ", penwidth=2",
            () => "",
        };
        let mut label = label(node, drawing.graph.unknown.is_some());
        if options.changes {
            push_changes(&mut label, node);
        }
        let tooltip = escape(&one_line(&node.first().file.path));
        writeln!(out, "    t{tree}n{index} [label=\"{label}\", tooltip=\"{tooltip}\"{look}];")?;
    }
    if left_out > 0 {
        writeln!(out, "    t{tree}more [label=\"and {}\", shape=plain];", count(left_out, "more revision"))?;
    }
    for &index in shown {
        let node = &drawing.nodes[index];
        for &parent in &node.parents {
            writeln!(out, "    {} -> {};", id(parent), id(index))?;
        }
        let missing_parents = node.missing_parents.iter().map(|name| (*name, ""));
        let dependencies = node.dependencies.iter();
        let missing = dependencies.clone().filter(|(_, needed)| needed.is_none());
        let missing = missing.map(|(name, _)| (*name, " [style=dashed]"));
        for (place, (name, look)) in missing_parents.chain(missing).enumerate() {
            let name = escape(&short_line(name, MOST_CHARACTERS));
            writeln!(out, "    t{tree}n{index}m{place} [label=\"{name} is missing\", style=dashed, color=red];")?;
            writeln!(out, "    t{tree}n{index}m{place} -> {}{look};", id(index))?;
        }
        for needed in dependencies.filter_map(|(_, needed)| *needed) {
            writeln!(out, "    {} -> {} [style=dashed, constraint=false];", id(needed), id(index))?;
        }
    }
    Ok(())
}

/// Returns the lines of a box: the revision, what is special about it, the message.
fn label(node: &Node<'_>, unsure: bool) -> String {
    let mut lines = vec![escape(&short_line(node.name(), MOST_CHARACTERS * 2))];
    let doubt = if unsure { "?" } else { "" };
    let marks = [(node.head, "head", doubt), (node.base, "base", doubt), (node.in_cycle, "cycle", "")];
    let mut marks: Vec<String> =
        marks.into_iter().filter(|(holds, ..)| *holds).map(|(_, mark, doubt)| format!("({mark}{doubt})")).collect();
    marks.extend((node.files.len() > 1).then(|| "(duplicate)".to_owned()));
    marks.extend(node.unknown.iter().map(|(what, _)| format!("({what} unknown)")));
    marks.extend(node.labels.iter().map(|label| format!("[{}]", escape(&short_line(label, MOST_CHARACTERS)))));
    lines.extend((!marks.is_empty()).then(|| marks.join(" ")));
    lines.extend((!node.message().is_empty()).then(|| escape(&short_line(node.message(), MOST_CHARACTERS))));
    lines.join("\\n")
}

/// Adds what a revision does, each line at the left of the box.
fn push_changes(label: &mut String, node: &Node<'_>) {
    let (lines, left_out) = changes::drawn(node);
    if lines.is_empty() {
        return;
    }
    label.push_str("\\n");
    for line in lines {
        label.push_str(&escape(&line.to_string()));
        label.push_str("\\l");
    }
    if left_out > 0 {
        label.push_str(&format!("... and {left_out} more\\l"));
    }
}

/// Escapes for a quoted string. Graphviz reads backslashes there (`\N` is the node's name), and HTML entities too.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\\\"),
            '"' => escaped.push_str("\\\""),
            '&' => escaped.push_str("&amp;"),
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
    fn strings_end_where_they_should() {
        for (input, expected) in [
            ("plain ü", "plain ü"),
            (r#"a"b"#, r#"a\"b"#),
            (r"a\", r"a\\"),
            (r#"\""#, r#"\\\""#),
            (r"\N \l", r"\\N \\l"),
            ("&amp; &#65; <b>", "&amp;amp; &amp;#65; <b>"),
        ] {
            assert_eq!(escape(input), expected);
        }
    }
}
