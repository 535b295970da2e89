//! How a list of exceptions has grown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The number of exceptions over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    /// The exceptions file.
    pub path: Arc<str>,
    /// Oldest first.
    pub points: Vec<Point>,
    /// A part of the history is missing: what is older than the first point is not known.
    pub cut_off: bool,
    /// Versions that could not be read.
    pub unreadable: usize,
}

/// The exceptions at one time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// The full name of the commit; `None` for what is not committed.
    pub commit: Option<Arc<str>>,
    /// In seconds since 1970.
    pub time: i64,
    /// The day in UTC, YYYY-MM-DD.
    pub day: String,
    pub entries: usize,
    pub without_reason: usize,
    /// How many there are of each rule, by its full name where it is known.
    pub rules: BTreeMap<Arc<str>, usize>,
    /// How many there are of each owner; those of nobody under the empty name.
    pub owners: BTreeMap<Arc<str>, usize>,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Rule,
    Owner,
}

impl Point {
    /// Returns how many there are of each name.
    pub const fn by(&self, by: By) -> &BTreeMap<Arc<str>, usize> {
        match by {
            By::Rule => &self.rules,
            By::Owner => &self.owners,
        }
    }
}

impl Growth {
    /// Returns how many there were of each name at every point; the most at the end first, then by name.
    pub fn series(&self, by: By) -> Vec<(Arc<str>, Vec<usize>)> {
        let names: BTreeSet<&Arc<str>> = self.points.iter().flat_map(|point| point.by(by).keys()).collect();
        let mut series: Vec<(Arc<str>, Vec<usize>)> = Vec::with_capacity(names.len());
        for name in names {
            let values = self.points.iter().map(|point| point.by(by).get(name).copied().unwrap_or(0));
            series.push((name.clone(), values.collect()));
        }
        series.sort_by(|left, right| right.1.last().cmp(&left.1.last()).then_with(|| left.0.cmp(&right.0)));
        series
    }

    /// Returns `width` values at equal steps of time, of values at every point: what held at the end of each step.
    pub fn sampled(&self, values: &[usize], width: usize) -> Vec<usize> {
        let Some(first) = self.points.first() else { return Vec::new() };
        // Clocks go back: time is what has been reached so far.
        let mut reached = first.time;
        let times: Vec<i64> = self
            .points
            .iter()
            .map(|point| {
                reached = reached.max(point.time);
                reached
            })
            .collect();
        let length = i128::from(reached) - i128::from(first.time);
        if length == 0 {
            // All at once, or one alone: version by version.
            return values[values.len().saturating_sub(width)..].to_vec();
        }
        (1..=width)
            .map(|step| {
                let until = i128::from(first.time) + length * step as i128 / width as i128;
                let past = times.partition_point(|time| i128::from(*time) <= until);
                past.checked_sub(1).and_then(|index| values.get(index)).copied().unwrap_or(0)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn growth(points: &[(i64, &[(&str, usize)])]) -> Growth {
        let point = |(time, rules): &(i64, &[(&str, usize)])| Point {
            time: *time,
            entries: rules.iter().map(|(_, count)| count).sum(),
            rules: rules.iter().map(|(name, count)| (Arc::from(*name), *count)).collect(),
            ..Point::default()
        };
        Growth { points: points.iter().map(point).collect(), ..Growth::default() }
    }

    #[test]
    fn series_have_a_value_at_every_point() {
        let growth = growth(&[(0, &[("a", 1)]), (10, &[("a", 2), ("b", 5)]), (5, &[("b", 4), ("c", 4)])]);
        let series = growth.series(By::Rule);
        let shown: Vec<(&str, &[usize])> = series.iter().map(|(name, values)| (&**name, &values[..])).collect();
        assert_eq!(shown, [("b", &[0, 5, 4][..]), ("c", &[0, 0, 4]), ("a", &[1, 2, 0])]);
        assert!(Growth::default().series(By::Owner).is_empty());
    }

    #[test]
    fn samples_hold_what_held_then() {
        let growth = growth(&[(0, &[("a", 1)]), (50, &[("a", 3)]), (100, &[("a", 2)])]);
        assert_eq!(growth.sampled(&[1, 3, 2], 4), [1, 3, 3, 2]);
        assert_eq!(growth.sampled(&[1, 3, 2], 10), [1, 1, 1, 1, 3, 3, 3, 3, 3, 2]);
        assert_eq!(growth.sampled(&[1, 3, 2], 1), [2]);
        assert_eq!(growth.sampled(&[1, 3, 2], 0), [0; 0]);
        assert_eq!(Growth::default().sampled(&[], 10), [0; 0]);
        // One commit, and a clock that went back.
        let one = super::tests::growth(&[(7, &[("a", 9)])]);
        assert_eq!(one.sampled(&[9], 10), [9]);
        let back = super::tests::growth(&[(i64::MAX, &[("a", 1)]), (i64::MIN, &[("a", 2)])]);
        assert_eq!(back.sampled(&[1, 2], 3), [1, 2]);
    }
}
