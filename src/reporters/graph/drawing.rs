//! What is drawn of a tree, and in which order: one node for each revision, children before their parents.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::model::Known;
use crate::model::facts::{Graph, Migration};

/// A tree, ready to be drawn.
pub(in crate::reporters) struct Drawing<'a> {
    pub graph: &'a Graph,
    /// By revision; those whose revision is not known come last, by path.
    pub nodes: Vec<Node<'a>>,
    /// All nodes, heads first, newest first; a line of descent is not interrupted by another one without need. In a
    /// cycle, and only there, a node comes after one of its parents.
    pub order: Vec<usize>,
}

/// A revision, and the files that claim it.
pub(in crate::reporters) struct Node<'a> {
    pub revision: Option<&'a Arc<str>>,
    /// By path; never empty.
    pub files: Vec<&'a Arc<Migration>>,
    /// Parents that there are, each once, in order as written.
    pub parents: Vec<usize>,
    /// Parents that no file defines.
    pub missing_parents: Vec<&'a str>,
    /// What must run before it without being a parent, as written, and the node that it names if there is one.
    pub dependencies: Vec<(&'a str, Option<usize>)>,
    /// Why its revision, parents or dependencies are not known.
    pub unknown: Vec<(&'static str, &'a str)>,
    pub head: bool,
    pub base: bool,
    pub in_cycle: bool,
    /// Branch labels that it declares; of a head, all that hold there.
    pub labels: Vec<&'a str>,
}

impl<'a> Node<'a> {
    /// Returns the revision, or the path where it is not known.
    pub fn name(&self) -> &'a str {
        self.revision.map_or_else(|| self.first().file.path.as_ref(), |revision| revision.as_ref())
    }

    pub fn first(&self) -> &'a Arc<Migration> {
        self.files[0]
    }

    pub fn message(&self) -> &'a str {
        self.first().message.as_deref().unwrap_or_default()
    }
}

impl<'a> Drawing<'a> {
    pub fn new(graph: &'a Graph) -> Self {
        let mut nodes = nodes(graph);
        connect(&mut nodes);
        mark(graph, &mut nodes);
        let order = order(&nodes);
        Self { graph, nodes, order }
    }

    /// Returns the nodes within the limit, in order, and how many are left out.
    pub fn shown(&self, limit: Option<usize>) -> (&[usize], usize) {
        let shown = limit.unwrap_or(usize::MAX).min(self.order.len());
        (&self.order[..shown], self.order.len() - shown)
    }
}

fn nodes(graph: &Graph) -> Vec<Node<'_>> {
    let mut migrations: Vec<&Arc<Migration>> = graph.migrations.iter().collect();
    let key = |migration: &Migration| (migration.revision.as_known().is_none(), migration.revision.as_known().cloned());
    migrations.sort_by_cached_key(|migration| (key(migration), migration.file.path.clone()));
    let mut nodes: Vec<Node<'_>> = Vec::with_capacity(migrations.len());
    for migration in migrations {
        let revision = migration.revision.as_known();
        match nodes.last_mut() {
            Some(last) if revision.is_some() && last.revision == revision => last.files.push(migration),
            _ => nodes.push(Node {
                revision,
                files: vec![migration],
                parents: Vec::new(),
                missing_parents: Vec::new(),
                dependencies: Vec::new(),
                unknown: Vec::new(),
                head: false,
                base: false,
                in_cycle: false,
                labels: Vec::new(),
            }),
        }
    }
    nodes
}

fn connect(nodes: &mut [Node<'_>]) {
    let mut by_revision: HashMap<&str, usize> = HashMap::with_capacity(nodes.len());
    let mut by_label: HashMap<&str, usize> = HashMap::new();
    for (index, node) in nodes.iter().enumerate() {
        if let Some(revision) = node.revision {
            by_revision.insert(revision, index);
        }
        for label in node.files.iter().filter_map(|file| file.branch_labels.as_known()).flatten() {
            by_label.entry(label).or_insert(index);
        }
    }
    for node in nodes {
        for file in node.files.clone() {
            if let Known::No(why) = &file.revision {
                push_new(&mut node.unknown, ("revision", why.as_ref()));
            }
            match &file.down_revisions {
                Known::No(why) => push_new(&mut node.unknown, ("parents", why)),
                Known::Yes(parents) => {
                    for parent in parents {
                        match by_revision.get(parent.as_ref()) {
                            Some(parent) => push_new(&mut node.parents, *parent),
                            None => push_new(&mut node.missing_parents, parent.as_ref()),
                        }
                    }
                }
            }
            match &file.depends_on {
                Known::No(why) => push_new(&mut node.unknown, ("dependencies", why)),
                Known::Yes(names) => {
                    for name in names {
                        let needed = by_revision.get(name.as_ref()).or_else(|| by_label.get(name.as_ref()));
                        push_new(&mut node.dependencies, (name.as_ref(), needed.copied()));
                    }
                }
            }
        }
    }
}

fn mark<'a>(graph: &'a Graph, nodes: &mut [Node<'a>]) {
    let paths = |migrations: &'a [Arc<Migration>]| -> HashSet<&'a str> {
        migrations.iter().map(|migration| migration.file.path.as_ref()).collect()
    };
    let (heads, bases) = (paths(&graph.heads), paths(&graph.bases));
    let cycles: HashSet<&str> = graph.cycles.iter().flatten().map(|migration| migration.file.path.as_ref()).collect();
    for node in nodes {
        let among = |paths: &HashSet<&str>| node.files.iter().any(|file| paths.contains(file.file.path.as_ref()));
        (node.head, node.base, node.in_cycle) = (among(&heads), among(&bases), among(&cycles));
        for label in node.files.iter().filter_map(|file| file.branch_labels.as_known()).flatten() {
            push_new(&mut node.labels, label.as_ref());
        }
        if let (true, Some(revision)) = (node.head, node.revision) {
            for label in graph.labels.get(revision.as_ref()).into_iter().flatten() {
                push_new(&mut node.labels, label.as_ref());
            }
        }
    }
}

fn order(nodes: &[Node<'_>]) -> Vec<usize> {
    let mut waiting = vec![0_usize; nodes.len()];
    for parent in nodes.iter().flat_map(|node| &node.parents) {
        waiting[*parent] += 1;
    }
    // A stack: what is pushed last is drawn first.
    let mut ready: Vec<usize> = (0..nodes.len()).filter(|node| waiting[*node] == 0).collect();
    ready.sort_by_key(|index| {
        let node = &nodes[*index];
        (node.head, node.first().created.clone(), std::cmp::Reverse(*index))
    });
    let mut order = Vec::with_capacity(nodes.len());
    let mut drawn = vec![false; nodes.len()];
    let mut stuck = None;
    while order.len() < nodes.len() {
        let Some(node) = ready.pop() else {
            // Everything left descends from itself, or leads to something that does: go on where nothing but the cycle
            // itself is in the way.
            let stuck = stuck.get_or_insert_with(|| by_component(nodes).into_iter());
            ready.extend(stuck.find(|node| !drawn[*node]));
            continue;
        };
        drawn[node] = true;
        order.push(node);
        for &parent in &nodes[node].parents {
            waiting[parent] -= 1;
            if waiting[parent] == 0 && !drawn[parent] {
                ready.push(parent);
            }
        }
    }
    order
}

/// Returns the nodes so that what descends from each other is side by side, and each such group comes before those
/// that it descends from.
fn by_component(nodes: &[Node<'_>]) -> Vec<usize> {
    let mut graph = DiGraph::<(), ()>::with_capacity(nodes.len(), nodes.len());
    let indexes: Vec<NodeIndex> = nodes.iter().map(|_| graph.add_node(())).collect();
    for (child, node) in nodes.iter().enumerate() {
        for parent in &node.parents {
            graph.add_edge(indexes[child], indexes[*parent], ());
        }
    }
    let mut components = kosaraju_scc(&graph);
    components.reverse();
    for component in &mut components {
        component.sort_unstable();
    }
    components.into_iter().flatten().map(NodeIndex::index).collect()
}

/// Adds an item unless it is there; lists are short, and the few that are not keep what is written twice.
fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CASES, graph};
    use super::*;

    #[test]
    fn every_revision_is_drawn_once_after_its_children_except_in_cycles() {
        for (name, lines) in CASES {
            let graph = graph(name, lines);
            let drawing = Drawing::new(&graph);
            let mut sorted = drawing.order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..drawing.nodes.len()).collect::<Vec<_>>(), "{name}");
            let place = |node: usize| drawing.order.iter().position(|other| *other == node);
            for (child, node) in drawing.nodes.iter().enumerate() {
                for &parent in &node.parents {
                    let upside_down = place(parent) <= place(child);
                    assert!(!upside_down || node.in_cycle && drawing.nodes[parent].in_cycle, "{name}: {}", node.name());
                }
            }
        }
    }

    #[test]
    fn the_order() {
        let check = |lines: &str, expected: &str| {
            let graph = graph("t", lines);
            let drawing = Drawing::new(&graph);
            let names: Vec<_> = drawing.order.iter().map(|node| drawing.nodes[*node].name()).collect();
            assert_eq!(names.join(" "), expected, "{lines}");
        };
        check("a | b < a | c < b", "c b a");
        check("a | b < a | c < b | x < a | y < x", "c b y x a");
        check("a | b < a | c < a | m < b c", "m c b a");
        check("a < c | b < a | c < b | z < b | y", "y z a c b");
        check("a < b | b < a | c < b | d < c | c2 < a", "c2 d c a b");
        check("a < a", "a");
    }

    #[test]
    fn long_histories_need_neither_stack_nor_patience() {
        let chain: Vec<String> = (1..20_000).map(|number| format!("r{number:05} < r{:05}", number - 1)).collect();
        let graph = graph("t", &format!("r00000 < r19999 | {}", chain.join(" | ")));
        assert_eq!(Drawing::new(&graph).order.len(), 20_000, "one cycle of all");
    }
}
