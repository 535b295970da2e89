//! Circles: migrations that descend from, or depend on, themselves.

use std::collections::VecDeque;
use std::sync::Arc;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::{Place, Places};
use crate::model::facts::Migration;

/// Returns one circle for each group of migrations that all lead to each other: a shortest one through the group's
/// first revision. In a circle each migration descends from (or depends on) the next, and the last from the first.
/// Circles are in order of their first revisions.
pub(super) fn find(places: &Places) -> Vec<Vec<Arc<Migration>>> {
    // As good as always where revisions are numbers or dates.
    let leads_back = |(child, place): (usize, &Place)| {
        place.parents.iter().chain(&place.dependencies).any(|parent| *parent >= child)
    };
    if !places.places.iter().enumerate().any(leads_back) {
        return Vec::new();
    }
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(places.places.len(), places.places.len());
    for _ in &places.places {
        graph.add_node(());
    }
    for (child, place) in places.places.iter().enumerate() {
        for parent in place.parents.iter().chain(&place.dependencies) {
            graph.add_edge(NodeIndex::new(child), NodeIndex::new(*parent), ());
        }
    }
    // Not Tarjan's algorithm: that of petgraph recurses, and a tree may be ten thousand migrations deep.
    let mut groups: Vec<Vec<usize>> = kosaraju_scc(&graph)
        .into_iter()
        .filter(|group| group.len() > 1 || graph.contains_edge(group[0], group[0]))
        .map(|group| group.into_iter().map(NodeIndex::index).collect())
        .collect();
    for group in &mut groups {
        group.sort_unstable();
    }
    groups.sort_unstable();
    let circles = groups.iter().map(|group| shortest(places, group));
    circles.map(|circle| circle.into_iter().map(|index| places.places[index].first().clone()).collect()).collect()
}

/// Returns the shortest circle from the group's first place back to it, by a search in breadth.
fn shortest(places: &Places, group: &[usize]) -> Vec<usize> {
    let start = group[0];
    let mut came_from: Vec<Option<usize>> = vec![None; group.len()];
    let position = |place: usize| group.binary_search(&place).ok();
    let mut queue = VecDeque::from([start]);
    while let Some(child) = queue.pop_front() {
        for &parent in places.places[child].parents.iter().chain(&places.places[child].dependencies) {
            if parent == start {
                let mut circle = vec![child];
                while let Some(before) = position(circle[circle.len() - 1]).and_then(|index| came_from[index]) {
                    circle.push(before);
                }
                circle.reverse();
                return circle;
            }
            if let Some(index) = position(parent)
                && came_from[index].is_none()
            {
                came_from[index] = Some(child);
                queue.push_back(parent);
            }
        }
    }
    // Not reached: all places of a group lead back to its first.
    group.to_vec()
}
