//! Taking entries out of an exceptions file.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use super::super::reasons::meaning;
use super::File;
use super::flow::{self, Flow};
use super::layout::Lines;
use crate::yaml::{Node, Source};

/// A file without some of its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    pub text: String,
    /// Numbers of the entries that are gone.
    pub removed: Vec<usize>,
    /// Numbers of those that cannot be taken out without touching others, which is left to the user.
    pub refused: Vec<usize>,
}

/// Takes the entries with these numbers (in order of the file, from 0) out, with their comments, and keys that have
/// none left. All else stays as it is, byte by byte: comments that speak of an entry that stays, blank lines, entries
/// that are commented out.
///
/// Returns `None` for a file that cannot be read.
pub fn remove(source: &Arc<Source>, dead: &[usize]) -> Option<Removal> {
    let file = File::read(source)?;
    let count = file.exceptions.entries.len();
    let dead: BTreeSet<usize> = dead.iter().copied().filter(|number| *number < count).collect();
    let removed = possible(source, &file, &dead.iter().copied().collect::<Vec<_>>());
    let text = attempt(source, &file, &removed).unwrap_or_else(|| source.text.to_string());
    let refused = dead.into_iter().filter(|number| !removed.contains(number)).collect();
    Some(Removal { text, removed, refused })
}

/// Returns those that can be taken out together: by halves, as one in a thousand may be in the way.
fn possible(source: &Arc<Source>, file: &File, dead: &[usize]) -> Vec<usize> {
    if dead.is_empty() || attempt(source, file, dead).is_some() {
        return dead.to_vec();
    }
    if dead.len() == 1 {
        return Vec::new();
    }
    let (left, right) = dead.split_at(dead.len() / 2);
    let (mut left, right) = (possible(source, file, left), possible(source, file, right));
    let both = [&left[..], &right[..]].concat();
    if attempt(source, file, &both).is_some() {
        return both;
    }
    // Each half goes, but not with the other: as many of the second as go with the first.
    for number in right {
        left.push(number);
        if attempt(source, file, &left).is_none() {
            left.pop();
        }
    }
    left
}

/// Returns the text without these entries, if its reading has exactly the others.
fn attempt(source: &Arc<Source>, file: &File, dead: &[usize]) -> Option<String> {
    if dead.is_empty() {
        return Some(source.text.to_string());
    }
    let dead: BTreeSet<usize> = dead.iter().copied().collect();
    let text = cut(&source.text, cuts(&source.text, file, &dead)?);
    let left = File::read(&Source::new(source.path.clone(), text.as_str()))?;
    let keep: Vec<usize> = (0..file.exceptions.entries.len()).filter(|number| !dead.contains(number)).collect();
    file.same(&keep, &left).then_some(text)
}

/// Returns the text without these ranges, which may overlap.
fn cut(text: &str, mut ranges: Vec<Range<usize>>) -> String {
    ranges.sort_by_key(|range| range.start);
    let mut left = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        if range.start > at {
            left.push_str(&text[at..range.start]);
        }
        at = at.max(range.end);
    }
    left.push_str(&text[at..]);
    left
}

fn cuts(text: &str, file: &File, dead: &BTreeSet<usize>) -> Option<Vec<Range<usize>>> {
    let lines = Lines::new(text);
    let mut cuts = Vec::new();
    let mut number = 0;
    for (key, list) in file.rules() {
        let items = list.as_list().unwrap_or_default();
        let is_dead: Vec<bool> = (number..number + items.len()).map(|number| dead.contains(&number)).collect();
        number += items.len();
        if !is_dead.contains(&true) {
            continue;
        }
        let (key_line, key_at) = lines.place(&key.place)?;
        let stands_alone = text[lines.range(key_line..=key_line).start..key_at].trim().is_empty();
        if stands_alone && !is_dead.contains(&false) {
            cuts.extend(whole_key(&lines, key_line, list));
            continue;
        }
        let list_at = lines.place(&list.place)?.1;
        match flow::scan(text, list_at) {
            Some(flow) => flow_items(&lines, &flow, items, &is_dead, &mut cuts)?,
            None => block_items(&lines, items, &is_dead, &mut cuts)?,
        }
    }
    Some(cuts)
}

/// Returns the lines of a key with all below it, and the comments above it.
fn whole_key(lines: &Lines<'_>, first: usize, list: &Node) -> Vec<Range<usize>> {
    let indent = lines.indent(first);
    let last = lines.last_of_key(first, list);
    let above = lines.comments_above(first, None, |own| own == indent);
    let above = above.into_iter().filter(|line| !lines.is_commented_out(*line));
    above.map(|line| line..=line).chain([first..=last]).map(|found| lines.range(found)).collect()
}

fn block_items(lines: &Lines<'_>, items: &[Node], is_dead: &[bool], cuts: &mut Vec<Range<usize>>) -> Option<()> {
    let ranges: Option<Vec<RangeInclusive<usize>>> = items.iter().map(|item| lines.block_item(item)).collect();
    whole_lines(lines, &ranges?, is_dead, cuts);
    Some(())
}

/// Cuts items that have their lines to themselves, and the comments of groups that have none left.
fn whole_lines(lines: &Lines<'_>, items: &[RangeInclusive<usize>], is_dead: &[bool], cuts: &mut Vec<Range<usize>>) {
    let mut comments: Vec<usize> = Vec::new();
    let mut all_dead = false;
    let mut before: Option<usize> = None;
    for (item, dead) in items.iter().zip(is_dead) {
        let first = *item.start();
        let above = lines.comments_above(first, before, |_| true);
        let says = above.iter().any(|line| lines.comment(*line).and_then(meaning).is_some());
        // As the reader sees it: a comment or a blank line begins a new group.
        let top = above.first().copied().unwrap_or(first);
        if before.is_none() || says || top == 0 || lines.is_blank(top - 1) {
            if all_dead {
                cuts.extend(comments.iter().map(|line| lines.range(*line..=*line)));
            }
            comments = above.into_iter().filter(|line| !lines.is_commented_out(*line)).collect();
            all_dead = true;
        }
        all_dead &= dead;
        if *dead {
            cuts.push(lines.range(item.clone()));
        }
        before = Some(*item.end());
    }
    if all_dead {
        cuts.extend(comments.iter().map(|line| lines.range(*line..=*line)));
    }
}

fn flow_items(
    lines: &Lines<'_>,
    flow: &Flow,
    items: &[Node],
    is_dead: &[bool],
    cuts: &mut Vec<Range<usize>>,
) -> Option<()> {
    if flow.parts.len() != items.len() {
        return None;
    }
    let text = lines.text;
    // Where each has its lines to itself, they are cut as lines, with comments.
    let own_lines = |part: &flow::Part| {
        let end = part.comma.map_or(part.range.end, |comma| comma + 1);
        let (first, last) = (lines.of(part.range.start), lines.of(end - 1));
        let before = &text[lines.range(first..=first).start..part.range.start];
        let behind = text[end..lines.range(last..=last).end].trim();
        (before.trim().is_empty() && (behind.is_empty() || behind.starts_with('#'))).then_some(first..=last)
    };
    let ranges: Option<Vec<RangeInclusive<usize>>> = flow.parts.iter().map(own_lines).collect();
    if let Some(ranges) = ranges {
        whole_lines(lines, &ranges, is_dead, cuts);
        return Some(());
    }
    let Some(last_alive) = is_dead.iter().rposition(|dead| !dead) else {
        cuts.push(flow.open + 1..flow.close);
        return Some(());
    };
    for (index, (part, _)) in flow.parts.iter().zip(is_dead).enumerate().filter(|(_, (_, dead))| **dead) {
        if let Some(range) = own_lines(part) {
            cuts.push(lines.range(range));
        } else if let Some(comma) = part.comma.filter(|_| index < last_alive) {
            let blanks = text[comma + 1..].len() - text[comma + 1..].trim_start_matches([' ', '\t']).len();
            cuts.push(part.range.start..comma + 1 + blanks);
        } else {
            // The last ones go with the comma before them; one behind them stays.
            cuts.push(flow.parts[last_alive].range.end..part.range.end);
        }
    }
    Some(())
}
