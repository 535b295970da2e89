//! What vanished on one side and appeared on the other under a like name.

use std::collections::BTreeSet;

use super::super::{Column, ObjectName, Table};
use super::names::Names;

/// Names that are at least this similar may be one that was changed (Jaro-Winkler).
const SIMILAR: f64 = 0.8;
/// Tables of which at least this share of columns have the same name may be one that was renamed.
const SHARED: f64 = 0.6;
/// Beyond so many pairs nobody looks for renames: a schema that is altogether different is no renaming.
const MOST_PAIRS: usize = 250_000;

/// Returns pairs of missing and extra columns, by index, that may be one column: of the same type, and of a similar
/// name or in the same position.
pub(super) fn columns(
    missing: &[(usize, &Column)],
    extra: &[(usize, &Column)],
    same_type: impl Fn(&Column, &Column) -> bool,
) -> Vec<(usize, usize)> {
    if missing.len().saturating_mul(extra.len()) > MOST_PAIRS {
        return Vec::new();
    }
    let mut candidates = Vec::new();
    for (left, (left_position, expected)) in missing.iter().enumerate() {
        for (right, (right_position, actual)) in extra.iter().enumerate() {
            let similar = strsim::jaro_winkler(&expected.name.to_lowercase(), &actual.name.to_lowercase());
            if (similar >= SIMILAR || left_position == right_position) && same_type(expected, actual) {
                candidates.push((similar, left, right));
            }
        }
    }
    best(candidates)
}

/// Returns pairs of missing and extra tables, by index, that may be one table: most of their columns have the same
/// names.
pub(super) fn tables(
    names: Names,
    missing: &[(&ObjectName, &Table)],
    extra: &[(&ObjectName, &Table)],
) -> Vec<(usize, usize)> {
    if missing.len().saturating_mul(extra.len()) > MOST_PAIRS {
        return Vec::new();
    }
    let columns = |tables: &[(&ObjectName, &Table)]| -> Vec<BTreeSet<String>> {
        tables.iter().map(|(_, table)| table.columns.iter().map(|column| names.key(&column.name)).collect()).collect()
    };
    let (left_columns, right_columns) = (columns(missing), columns(extra));
    let mut candidates = Vec::new();
    for (left, expected) in left_columns.iter().enumerate() {
        for (right, actual) in right_columns.iter().enumerate() {
            let all = expected.union(actual).count();
            let shared = expected.intersection(actual).count();
            #[expect(clippy::cast_precision_loss, reason = "numbers of columns are small")]
            let share = shared as f64 / all.max(1) as f64;
            // `id` and `name` alone are in many tables.
            if share >= SHARED && shared >= 3 {
                let similar = strsim::jaro_winkler(&missing[left].0.name, &extra[right].0.name);
                candidates.push((share + similar, left, right));
            }
        }
    }
    best(candidates)
}

/// Returns the likeliest pairs, each index once on its side.
fn best(mut candidates: Vec<(f64, usize, usize)>) -> Vec<(usize, usize)> {
    candidates.sort_by(|one, two| two.0.total_cmp(&one.0).then((one.1, one.2).cmp(&(two.1, two.2))));
    let (mut lefts, mut rights) = (BTreeSet::new(), BTreeSet::new());
    let mut pairs = Vec::new();
    for (_, left, right) in candidates {
        if !lefts.contains(&left) && !rights.contains(&right) {
            lefts.insert(left);
            rights.insert(right);
            pairs.push((left, right));
        }
    }
    pairs
}
