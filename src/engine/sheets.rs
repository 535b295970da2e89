//! Findings by file: sorted, each with its line and its identity. What is written for a file holds as long as what it was
//! made of is the same, so that a run after a save writes a few sheets and gathers all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::findings::{fingerprints, number};
use super::inputs::Inputs;
use super::kept::{KeptFiles, Part, Slot};
use super::rule_pass::Outcome;
use crate::model::{Finding, Unknown};
use crate::yaml::Source;

/// So many sheets a worker writes at least.
const AT_ONCE: usize = 32;

/// What is said about a file.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    made_of: MadeOf,
    findings: Box<[Arc<Finding>]>,
    unknowns: Box<[Unknown]>,
    /// The text, where laws about the whole point into it and it may hold inline exceptions.
    inline: Option<Arc<str>>,
    /// Some of the findings are told together with those of other files.
    grouped: bool,
}

/// A sheet of what is no file of the run.
#[derive(Debug)]
pub(super) struct Loose {
    path: Option<Arc<str>>,
    sheet: Sheet,
}

/// Stamps of all that a sheet was made of.
#[derive(Debug, Default, PartialEq, Eq)]
struct MadeOf {
    file: u64,
    late: u64,
    strays: Box<[u64]>,
}

/// What others say about a file, in the order in which they were judged.
#[derive(Default)]
struct Pile {
    stamps: Vec<u64>,
    findings: Vec<(Rank, Finding)>,
    unknowns: Vec<(Rank, Unknown)>,
}

/// The pass, and the number of the file that was judged.
type Rank = (usize, usize);

/// What a sheet is written from.
struct Draft {
    made_of: MadeOf,
    findings: Vec<Finding>,
    unknowns: Vec<Unknown>,
}

/// All that was found.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) findings: Vec<Arc<Finding>>,
    pub(super) unknowns: Vec<Unknown>,
    /// Texts that may hold inline exceptions.
    pub(super) inline: Vec<(Arc<str>, Arc<str>)>,
}

/// Gathers what was found, by path and place. `silent` are rules of which nothing is to be told.
pub(super) fn gather(kept: &mut KeptFiles, inputs: &Inputs<'_>, silent: &BTreeSet<&str>) -> Gathered {
    let piles = piles(kept);
    let (mut in_slots, mut loose) = (Vec::new(), Vec::new());
    for (path, pile) in piles {
        match path.as_ref().and_then(|path| kept.find(path).ok()) {
            Some(number) => in_slots.push((number, pile)),
            None => loose.push((path, pile)),
        }
    }
    write_slots(kept, in_slots, inputs, silent);
    write_loose(kept, loose, silent);
    recount(kept);
    let mut gathered = Gathered::default();
    gathered.findings.reserve(sheets(kept).map(|(_, sheet)| sheet.findings.len()).sum());
    for (path, sheet) in sheets(kept) {
        gathered.findings.extend_from_slice(&sheet.findings);
        gathered.unknowns.extend_from_slice(&sheet.unknowns);
        gathered.inline.extend(path.cloned().zip(sheet.inline.clone()));
    }
    gathered
}

/// Returns all sheets in order.
fn sheets(kept: &KeptFiles) -> impl Iterator<Item = (Option<&Arc<str>>, &Sheet)> {
    let place = |loose: &Loose| loose.path.as_ref().map_or(0, |path| kept.find(path).unwrap_or_else(|place| place));
    let mut loose = kept.loose.iter().map(move |loose| (place(loose), loose)).peekable();
    let of_slots = kept.slots.iter().enumerate().map(Some).chain([None]);
    of_slots.flat_map(move |slot| {
        let number = slot.map_or(usize::MAX, |(number, _)| number);
        let mut here = Vec::new();
        while let Some((_, loose)) = loose.next_if(|(place, _)| *place <= number) {
            here.push((loose.path.as_ref(), &loose.sheet));
        }
        let own = slot.map(|(_, slot)| (Some(slot.path()), &slot.sheet));
        here.into_iter().chain(own)
    })
}

/// Returns what is said about files by others than themselves, by path.
fn piles(kept: &mut KeptFiles) -> BTreeMap<Option<Arc<str>>, Pile> {
    let mut piles: BTreeMap<Option<Arc<str>>, Pile> = BTreeMap::new();
    let mut add = |rank: Rank, stamp: u64, findings: Vec<Finding>, unknowns: Vec<Unknown>| {
        for finding in findings {
            let pile = piles.entry(finding.at.as_ref().map(|at| at.path.clone())).or_default();
            pile.stamp(stamp);
            pile.findings.push((rank, finding));
        }
        for unknown in unknowns {
            let pile = piles.entry(unknown.at.as_ref().map(|at| at.path.clone())).or_default();
            pile.stamp(stamp);
            pile.unknowns.push((rank, unknown));
        }
    };
    for pass in 0..2 {
        for (number, slot) in kept.slots.iter().enumerate().filter(|(_, slot)| slot.strays) {
            let Some((stamp, outcome)) = slot.outcomes()[pass] else { continue };
            let findings = outcome.findings.iter().filter(|finding| !slot.is_at(finding.path())).cloned();
            let unknowns = outcome.unknowns.iter().filter(|unknown| !slot.is_at(path_of(unknown))).cloned();
            add((pass, number), stamp, findings.collect(), unknowns.collect());
        }
    }
    let again = kept.again;
    for (pass, part) in [(2, &mut kept.whole), (3, &mut kept.shared)] {
        let Part { stamp, findings, unknowns } = part;
        match again {
            true => add((pass, 0), *stamp, findings.clone(), unknowns.clone()),
            false => add((pass, 0), *stamp, std::mem::take(findings), std::mem::take(unknowns)),
        }
    }
    piles
}

fn path_of(unknown: &Unknown) -> Option<&str> {
    unknown.at.as_ref().map(|at| &*at.path)
}

impl Pile {
    fn stamp(&mut self, stamp: u64) {
        if self.stamps.last() != Some(&stamp) {
            self.stamps.push(stamp);
        }
    }
}

/// Writes the sheets of files that are made of something else than before. `piles` are by number of the file.
fn write_slots(kept: &mut KeptFiles, piles: Vec<(usize, Pile)>, inputs: &Inputs<'_>, silent: &BTreeSet<&str>) {
    let again = kept.again;
    let piles: FxHashMap<usize, Mutex<Pile>> =
        piles.into_iter().map(|(number, pile)| (number, Mutex::new(pile))).collect();
    // Each is taken once, by who writes the sheet of its file.
    let pile = |number: usize| {
        let mut pile = piles.get(&number)?.lock().unwrap_or_else(PoisonError::into_inner);
        Some(std::mem::take(&mut *pile))
    };
    let slots = kept.slots.par_iter_mut().with_min_len(AT_ONCE).enumerate();
    slots.for_each(|(number, slot)| {
        let pile = pile(number);
        let strays = pile.as_ref().map_or(&[][..], |pile| &pile.stamps);
        let made_of = &slot.sheet.made_of;
        let is_same = made_of.file == slot.stamp && made_of.late == slot.late_stamp && *made_of.strays == *strays;
        if !is_same || !silent.is_empty() {
            let mut draft = slot.draft(number, pile, again);
            draft.findings.retain(|finding| !silent.contains(&*finding.rule));
            draft.unknowns.retain(|unknown| !silent.contains(&*unknown.rule));
            let path = slot.path();
            slot.sheet = draft.write(|| Some(Source::new(path.clone(), inputs.text(path)?)));
        }
    });
}

/// Writes the sheets of what is no file of the run.
fn write_loose(kept: &mut KeptFiles, piles: Vec<(Option<Arc<str>>, Pile)>, silent: &BTreeSet<&str>) {
    let before = std::mem::take(&mut kept.loose);
    let mut before = before.into_iter().peekable();
    for (path, pile) in piles {
        while before.next_if(|loose| loose.path < path).is_some() {}
        let known = before.next_if(|loose| loose.path == path);
        let known = known.filter(|loose| silent.is_empty() && *loose.sheet.made_of.strays == *pile.stamps);
        kept.loose.push(known.unwrap_or_else(|| {
            let findings = pile.findings.into_iter().map(|(_, finding)| finding);
            let unknowns = pile.unknowns.into_iter().map(|(_, unknown)| unknown);
            let draft = Draft {
                made_of: MadeOf { strays: pile.stamps.into(), ..MadeOf::default() },
                findings: findings.filter(|finding| !silent.contains(&*finding.rule)).collect(),
                unknowns: unknowns.filter(|unknown| !silent.contains(&*unknown.rule)).collect(),
            };
            Loose { path, sheet: draft.write(|| None) }
        }));
    }
}

impl Slot {
    /// Returns what its sheet is to be written from. What it gave stays here where it is asked for `again`.
    fn draft(&mut self, number: usize, pile: Option<Pile>, again: bool) -> Draft {
        let pile = pile.unwrap_or_default();
        let mut findings: Vec<(Rank, Finding)> = Vec::new();
        let mut unknowns: Vec<(Rank, Unknown)> = Vec::new();
        let path = self.path().clone();
        let is_own = |at: Option<&str>| !self.strays || at == Some(&*path);
        let file = self.result.as_mut().map(|result| &mut result.outcome);
        let late = self.late.as_mut().map(|late| &mut late.outcome);
        for (pass, outcome) in [file, late].into_iter().enumerate() {
            let Some(Outcome { findings: found, unknowns: open, .. }) = outcome else { continue };
            let (found, open) = match again {
                true => (found.clone(), open.clone()),
                false => (std::mem::take(found), std::mem::take(open)),
            };
            let ranked = found.into_iter().filter(|finding| is_own(finding.path()));
            findings.extend(ranked.map(|finding| ((pass, number), finding)));
            let ranked = open.into_iter().filter(|unknown| is_own(path_of(unknown)));
            unknowns.extend(ranked.map(|unknown| ((pass, number), unknown)));
        }
        if !pile.stamps.is_empty() {
            findings.extend(pile.findings);
            findings.sort_by_key(|(rank, _)| *rank);
            unknowns.extend(pile.unknowns);
            unknowns.sort_by_key(|(rank, _)| *rank);
        }
        if !self.input.judged {
            findings.clear();
        }
        Draft {
            made_of: MadeOf { file: self.stamp, late: self.late_stamp, strays: pile.stamps.into() },
            findings: findings.into_iter().map(|(_, finding)| finding).collect(),
            unknowns: unknowns.into_iter().map(|(_, unknown)| unknown).collect(),
        }
    }
}

impl Draft {
    /// Writes the sheet. Findings that know only their place get the line that they point at.
    fn write(self, source: impl FnOnce() -> Option<Arc<Source>>) -> Sheet {
        let Self { made_of, mut findings, mut unknowns } = self;
        let lacks = |finding: &Finding| finding.line_text.is_none() && finding.span().is_some();
        let source = if findings.iter().any(lacks) { source() } else { None };
        let mut inline = None;
        if let Some(source) = &source {
            for finding in findings.iter_mut().filter(|finding| lacks(finding)) {
                finding.line_text = finding.span().map(|span| source.line(span.line).into());
            }
            inline = source.text.contains("lawbook:").then(|| source.text.clone());
        }
        unknowns.sort_by(|left, right| (&left.at, &left.rule).cmp(&(&right.at, &right.rule)));
        let findings = fingerprints(findings);
        Sheet {
            made_of,
            grouped: findings.iter().any(|finding| finding.group.is_some()),
            findings: findings.into(),
            unknowns: unknowns.into(),
            inline,
        }
    }
}

/// Counts those that are like each other in several files: of a group, wherever they stand.
fn recount(kept: &mut KeptFiles) {
    let KeptFiles { slots, loose, .. } = kept;
    let loose = loose.iter_mut().map(|loose| (loose.path.clone(), &mut loose.sheet));
    let slots = slots.iter_mut().filter(|slot| slot.sheet.grouped);
    let slots = slots.map(|slot| (Some(slot.path().clone()), &mut slot.sheet));
    let mut sheets: Vec<(Option<Arc<str>>, &mut Sheet)> =
        loose.filter(|(_, sheet)| sheet.grouped).chain(slots).collect();
    sheets.sort_by(|(left, _), (right, _)| left.cmp(right));
    let mut seen = FxHashMap::default();
    let findings = sheets.iter_mut().flat_map(|(_, sheet)| sheet.findings.iter_mut());
    findings.filter(|finding| finding.group.is_some()).for_each(|finding| number(finding, &mut seen));
}
