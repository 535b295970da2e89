//! Branch labels as Alembic spreads them: a label holds for the migration that declares it, for all that descend from
//! it, and down the branch that it stands on, as far as the point where the branch begins.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Places;

/// Returns, for each revision at which any holds, the labels that hold there, sorted.
pub(super) fn effective(places: &Places) -> BTreeMap<Arc<str>, Vec<Arc<str>>> {
    let mut labels: Vec<Vec<Arc<str>>> = vec![Vec::new(); places.places.len()];
    let mut visited = vec![usize::MAX; places.places.len()];
    for (index, place) in places.places.iter().enumerate() {
        let own: Vec<Arc<str>> = place.labels().cloned().collect();
        if own.is_empty() {
            continue;
        }
        for reached in reach(places, index, &mut visited) {
            labels[reached].extend_from_slice(&own);
        }
    }
    let named = places.places.iter().zip(labels).filter_map(|(place, mut labels)| {
        labels.sort_unstable();
        labels.dedup();
        if labels.is_empty() { None } else { Some((place.revision.clone()?, labels)) }
    });
    named.collect()
}

/// Returns the places at which the labels of `start` hold. `visited` holds, for each place, the last start from which
/// it was reached, so that it need not be cleared each time.
fn reach(places: &Places, start: usize, visited: &mut [usize]) -> Vec<usize> {
    let mut reached = vec![start];
    visited[start] = start;
    let mut next = 0;
    // Alembic goes down from the last descendant and stops where branches meet or part: only from the tip of a branch
    // that does neither does it come past the start.
    let mut straight = true;
    while let Some(&index) = reached.get(next) {
        next += 1;
        let place = &places.places[index];
        straight &= !place.forks() && !place.merges();
        for &child in &place.children {
            if visited[child] != start {
                visited[child] = start;
                reached.push(child);
            }
        }
    }
    let mut below = start;
    while straight && let [parent] = places.places[below].parents[..] {
        if visited[parent] == start || places.places[parent].forks() || places.places[parent].merges() {
            break;
        }
        visited[parent] = start;
        reached.push(parent);
        below = parent;
    }
    reached
}
