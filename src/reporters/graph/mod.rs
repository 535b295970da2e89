//! Drawings of migration trees: one small file per format, from [`Graph`] to bytes.
//!
//! `drawing` decides what is drawn and in which order, `lanes` keeps the lines between revisions, `changes` says what a
//! revision does. What comes from the
//! user's files is escaped for the format that it is written in. Adding a format is one file and one line in
//! [`GRAPH_FORMATS`].

mod changes;
mod dot;
pub(super) mod drawing;
mod json;
mod lanes;
mod mermaid;
#[cfg(test)]
pub(super) mod testing;
mod text;

use std::io;
use std::sync::Arc;

use crate::model::facts::Graph;

/// One format of drawings.
pub struct GraphFormat {
    /// The name on the command line.
    pub name: &'static str,
    /// What it is for, in a few words, for the help text.
    pub about: &'static str,
    /// Writes all trees. The writer should be buffered; its errors (a closed pipe) are returned as they are.
    pub write: WriteGraphs,
}

/// Writes trees in one format.
pub type WriteGraphs = fn(&[Arc<Graph>], &GraphOptions, &mut dyn io::Write) -> io::Result<()>;

/// Every format, in the order in which help shows them.
pub const GRAPH_FORMATS: &[GraphFormat] = &[
    GraphFormat {
        name: "text",
        about: "for people: heads first, with lines for branches and merges",
        write: text::write,
    },
    GraphFormat { name: "mermaid", about: "a flowchart for Markdown on GitHub and GitLab", write: mermaid::write },
    GraphFormat { name: "dot", about: "for Graphviz", write: dot::write },
    GraphFormat { name: "json", about: "for programs; stable, version 1", write: json::write },
];

/// How to draw. Each format uses what makes sense for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphOptions {
    /// Use ANSI colours (`text`).
    pub color: bool,
    /// Cells in a line (`text`).
    pub width: usize,
    /// Draw at most so many revisions of each tree, newest first, and say how many are left out. `json` has them all.
    pub limit: Option<usize>,
    /// Say of each revision what its upgrade does to the schema. Long lists are cut; `json` has all of them.
    pub changes: bool,
}

impl Default for GraphOptions {
    fn default() -> Self {
        Self { color: false, width: 80, limit: None, changes: false }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{CASES, changed, hostile, render};
    use super::{GRAPH_FORMATS, GraphOptions};

    #[test]
    fn every_format_draws_every_graph_alike_each_time_and_emits_no_control_characters() {
        let graphs: Vec<_> = CASES.iter().map(|(name, lines)| super::testing::graph(name, lines)).collect();
        for graphs in [&graphs[..], &[hostile()], &[changed()], &[]] {
            for (limit, changes) in [(None, false), (Some(0), false), (Some(1), true), (Some(3), false), (None, true)] {
                let options = GraphOptions { limit, changes, ..GraphOptions::default() };
                for format in GRAPH_FORMATS {
                    let text = render(format.write, graphs, &options);
                    assert_eq!(text, render(format.write, graphs, &options), "{}", format.name);
                    assert!(text.is_empty() || text.ends_with('\n'), "{}: {text:?}", format.name);
                    let bad = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
                    assert!(format.name == "json" || !text.contains(bad), "{}: {text:?}", format.name);
                }
            }
        }
    }

    #[test]
    fn a_closed_pipe_is_an_error_and_not_a_panic() {
        struct Closed;
        impl std::io::Write for Closed {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        for format in GRAPH_FORMATS {
            let result = (format.write)(&[hostile()], &GraphOptions::default(), &mut Closed);
            assert_eq!(result.map_err(|error| error.kind()), Err(std::io::ErrorKind::BrokenPipe), "{}", format.name);
        }
    }
}
