//! What a run keeps for the next one: what each file gave, and what follows from that.

use std::cmp::Ordering;
use std::sync::Arc;

use rayon::prelude::*;

use super::counters::Tally;
use super::file_pass::FileResult;
use super::inputs::{Input, Keep};
use super::judge::in_pool;
use super::keys::{Keys, Pass};
use super::migration_pass::{KINDS, MigrationResult};
use super::rule_pass::Outcome;
use super::sheets::{Loose, Sheet};
use crate::model::facts::{Migration, Project};
use crate::model::{Finding, Unknown};

/// So many files a worker takes at once: with more, one would still be at work when the others are done.
const AT_ONCE: usize = 32;

/// What files gave in an earlier run by the same laws, for a run that finds most of them unchanged.
#[derive(Debug)]
pub struct KeptFiles {
    /// By path, as the files of the run are.
    pub(super) slots: Vec<Slot>,
    pub(super) totals: Totals,
    pub(super) keys: Keys,
    pub(super) project: Arc<Project>,
    /// What laws about the whole gave, and what facts of several files gave that share a key.
    pub(super) whole: Part,
    pub(super) shared: Part,
    /// Findings in files that are none of the run's, and in none, by path.
    pub(super) loose: Vec<Loose>,
    /// Another run is to come.
    pub(super) again: bool,
    /// What the runs keep of the files.
    keep: Keep,
    stamps: u64,
}

/// A file, and what it gave.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) input: Input,
    /// Tells one judging of the file from another; 0 where it is yet to be judged.
    pub(super) stamp: u64,
    /// `None` where nobody asks for the file.
    pub(super) result: Option<Box<FileResult>>,
    /// With the number of its tree.
    pub(super) migration: Option<(usize, Arc<Migration>)>,
    /// The same of what judging gave that had to wait for all migrations.
    pub(super) late_stamp: u64,
    pub(super) late: Option<Box<MigrationResult>>,
    pub(super) sheet: Sheet,
    /// Some of what it gave is about other files.
    pub(super) strays: bool,
    /// It gave problems, printed something, or may hold inline exceptions.
    pub(super) speaks: bool,
}

/// What judging gave that is no file's own.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) stamp: u64,
    pub(super) findings: Vec<Finding>,
    pub(super) unknowns: Vec<Unknown>,
}

/// What was counted over all files.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// Facts judged, by number of the rule.
    pub(super) judged: Vec<isize>,
    /// Files in which a rule failed.
    pub(super) failed: Vec<isize>,
    /// Facts of migrations.
    pub(super) facts: [usize; KINDS.len()],
}

impl Totals {
    fn count(&mut self, tally: &Tally, sign: isize) {
        let mut add = |number: usize, judged: isize, failed: isize| {
            if self.judged.len() <= number {
                self.judged.resize(number + 1, 0);
                self.failed.resize(number + 1, 0);
            }
            self.judged[number] += judged * sign;
            self.failed[number] += failed * sign;
        };
        tally.judged.iter().for_each(|(number, judged)| add(*number, *judged, 0));
        tally.failed.iter().for_each(|number| add(*number, 0, 1));
    }
}

/// Files that are others than those of the last run.
#[derive(Debug)]
pub(super) struct Changed {
    /// What was before, by path.
    pub(super) gone: Vec<Slot>,
    /// Where the new ones are.
    pub(super) new: Vec<usize>,
}

impl Changed {
    /// Returns the old and the new of each file, if all that changed is what stands in them.
    pub(super) fn in_place<'a>(&'a self, slots: &'a [Slot]) -> Option<Vec<(&'a Slot, &'a Slot)>> {
        let pairs = self.gone.iter().zip(self.new.iter().map(|number| &slots[*number]));
        let alike = |(old, new): &(&Slot, &Slot)| {
            let file = |slot: &Slot| slot.result.as_ref().map(|result| result.file.is_some());
            old.path() == new.path()
                && old.input.judged == new.input.judged
                && old.migration.as_ref().map(|(tree, _)| tree) == new.migration.as_ref().map(|(tree, _)| tree)
                && file(old) == file(new)
        };
        (self.gone.len() == self.new.len() && pairs.clone().all(|pair| alike(&pair))).then(|| pairs.collect())
    }
}

impl Slot {
    fn new(input: Input) -> Self {
        Self {
            input,
            stamp: 0,
            result: None,
            migration: None,
            late_stamp: 0,
            late: None,
            sheet: Sheet::default(),
            strays: false,
            speaks: false,
        }
    }

    pub(super) const fn path(&self) -> &Arc<str> {
        &self.input.found.path
    }

    /// Returns what judging the file gave, and what judging its migration gave, each with its stamp.
    pub(super) fn outcomes(&self) -> [Option<(u64, &Outcome)>; 2] {
        let file = self.result.as_ref().map(|result| (self.stamp, &result.outcome));
        [file, self.late.as_ref().map(|late| (self.late_stamp, &late.outcome))]
    }

    /// Returns whether a place is in this file.
    pub(super) fn is_at(&self, path: Option<&str>) -> bool {
        path.is_some_and(|path| std::ptr::eq(path, &**self.path()) || *path == **self.path())
    }

    /// Takes note of what it gave that is told of elsewhere than in its sheet.
    fn take_note(&mut self) {
        let outcomes = || self.outcomes().into_iter().flatten().map(|(_, outcome)| outcome);
        let speaks = outcomes().any(|outcome| !outcome.problems.is_empty() || !outcome.log.is_empty());
        let strays = outcomes().any(|outcome| self.has_strays(outcome));
        self.speaks = speaks || self.result.as_ref().is_some_and(|result| result.inline.is_some());
        self.strays = strays;
    }

    fn has_strays(&self, outcome: &Outcome) -> bool {
        outcome.findings.iter().any(|finding| !self.is_at(finding.path()))
            || outcome.unknowns.iter().any(|unknown| !self.is_at(unknown.at.as_ref().map(|at| &*at.path)))
    }
}

impl KeptFiles {
    /// Returns what a run starts with of which nothing is known yet. `again` says that another is to follow.
    pub fn new(again: bool) -> Self {
        Self {
            slots: Vec::new(),
            totals: Totals::default(),
            keys: Keys::default(),
            project: Arc::default(),
            whole: Part::default(),
            shared: Part::default(),
            loose: Vec::new(),
            again,
            keep: Keep::default(),
            stamps: 0,
        }
    }

    /// Returns whether nothing is known of any file.
    pub const fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Returns whether another run is to follow.
    pub const fn is_kept(&self) -> bool {
        self.again
    }

    /// Forgets what a file gave: it is another one now.
    pub fn forget(&mut self, path: &str) {
        if let Ok(number) = self.find(path) {
            self.slots[number].stamp = 0;
        }
    }

    /// Forgets what the files below a folder gave, which ends with a slash.
    pub fn forget_below(&mut self, folder: &str) {
        let start = self.slots.partition_point(|slot| **slot.path() < *folder);
        let below = self.slots[start..].iter_mut().take_while(|slot| slot.path().starts_with(folder));
        below.for_each(|slot| slot.stamp = 0);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::new(self.again);
    }

    /// Forgets everything if something else is to be kept of the files than before.
    pub(super) fn settle(&mut self, keep: Keep) {
        if self.keep != keep {
            self.clear();
            self.keep = keep;
        }
    }

    /// Returns the number of the slot of a file, or where it would be.
    pub(super) fn find(&self, path: &str) -> Result<usize, usize> {
        self.slots.binary_search_by(|slot| (**slot.path()).cmp(path))
    }

    /// Takes up the files of a run. Each that is not one that was judged before is judged now, those of a smaller `rank`
    /// sooner.
    pub(super) fn take_up(
        &mut self,
        files: &[Input],
        rank: &(dyn Fn(&str) -> usize + Sync),
        judge: &(dyn Fn(&Input) -> Option<FileResult> + Sync),
    ) -> Changed {
        let mut changed = self.align(files);
        let slots = &self.slots;
        let mut wanted: Vec<usize> = changed.new.clone();
        wanted.sort_by_cached_key(|number| rank(slots[*number].path()));
        // One by one, in the order in which they are wanted.
        let wanted = wanted.into_iter().par_bridge();
        let judge = |number: usize| (number, judge(&slots[number].input).map(FileResult::settled));
        let mut results: Vec<(usize, Option<Box<FileResult>>)> = in_pool(|| wanted.map(judge).collect());
        results.sort_unstable_by_key(|(number, _)| *number);
        for old in &mut changed.gone {
            forget_late(old, &mut self.totals, &mut self.keys);
            if let Some(result) = &old.result {
                self.totals.count(&result.tally, -1);
                self.keys.remove(Pass::Files, &old.input.found.path, &result.outcome.keys);
            }
        }
        for (number, result) in results {
            self.stamps += 1;
            let slot = &mut self.slots[number];
            slot.stamp = self.stamps;
            slot.result = result;
            let Some(result) = &mut slot.result else { continue };
            slot.migration = result.tree.zip(result.migration.take());
            self.totals.count(&result.tally, 1);
            self.keys.add(Pass::Files, Some(&slot.input.found.path), &result.outcome.keys);
            slot.take_note();
        }
        changed
    }

    /// Puts the slots in the order of the files: those that were judged before, and empty ones.
    fn align(&mut self, files: &[Input]) -> Changed {
        let mut changed = Changed { gone: Vec::new(), new: Vec::new() };
        let is_known = |slot: &Slot, input: &Input| slot.stamp != 0 && slot.input == *input;
        let same_paths = || self.slots.iter().zip(files).all(|(slot, input)| *slot.path() == input.found.path);
        if self.slots.len() == files.len() && same_paths() {
            for (number, (slot, input)) in self.slots.iter_mut().zip(files).enumerate() {
                if !is_known(slot, input) {
                    changed.gone.push(std::mem::replace(slot, Slot::new(input.clone())));
                    changed.new.push(number);
                }
            }
            return changed;
        }
        let mut before = std::mem::take(&mut self.slots).into_iter().peekable();
        self.slots.reserve(files.len());
        for (number, input) in files.iter().enumerate() {
            let compare = |slot: &Slot| match Arc::ptr_eq(slot.path(), &input.found.path) {
                true => Ordering::Equal,
                false => slot.path().cmp(&input.found.path),
            };
            while let Some(slot) = before.next_if(|slot| compare(slot).is_lt()) {
                changed.gone.push(slot);
            }
            match before.next_if(|slot| compare(slot).is_eq()) {
                Some(slot) if is_known(&slot, input) => self.slots.push(slot),
                other => {
                    changed.gone.extend(other);
                    changed.new.push(number);
                    self.slots.push(Slot::new(input.clone()));
                }
            }
        }
        changed.gone.extend(before);
        changed
    }

    /// Forgets what judging gave that had to wait for all migrations: of these, or of all.
    pub(super) fn forget_migrations(&mut self, paths: Option<&[Arc<str>]>) {
        let numbers: Vec<usize> = match paths {
            Some(paths) if paths.len() * 8 < self.slots.len() => {
                paths.iter().filter_map(|path| self.find(path).ok()).collect()
            }
            _ => (0..self.slots.len()).collect(),
        };
        for number in numbers {
            forget_late(&mut self.slots[number], &mut self.totals, &mut self.keys);
        }
    }

    /// Judges the migrations of which it is not known what that gives.
    pub(super) fn take_up_migrations(&mut self, judge: &(dyn Fn(&Arc<Migration>) -> MigrationResult + Sync)) {
        let open = |slot: &Slot| slot.late_stamp == 0 && slot.migration.is_some();
        let open: Vec<usize> =
            self.slots.iter().enumerate().filter(|(_, slot)| open(slot)).map(|(number, _)| number).collect();
        let slots = &self.slots;
        let judge = |number: &usize| slots[*number].migration.as_ref().map(|(_, migration)| judge(migration).settled());
        let results: Vec<Option<Box<MigrationResult>>> = open.par_iter().with_max_len(AT_ONCE).map(judge).collect();
        for (number, result) in open.into_iter().zip(results) {
            self.stamps += 1;
            let slot = &mut self.slots[number];
            slot.late_stamp = self.stamps;
            slot.late = result;
            let Some(late) = &slot.late else { continue };
            self.totals.count(&late.tally, 1);
            self.totals.facts.iter_mut().zip(late.facts).for_each(|(all, own)| *all += own);
            self.keys.add(Pass::Migrations, Some(&slot.input.found.path), &late.outcome.keys);
            slot.take_note();
        }
    }

    /// Takes what judging the whole gave, and what facts gave that share a key.
    pub(super) fn take_whole(&mut self, whole: (Vec<Finding>, Vec<Unknown>), shared: Vec<Finding>) {
        let parts = [(&mut self.whole, whole), (&mut self.shared, (shared, Vec::new()))];
        for (part, (findings, unknowns)) in parts {
            if part.stamp == 0 || part.findings != findings || part.unknowns != unknowns {
                self.stamps += 1;
                *part = Part { stamp: self.stamps, findings, unknowns };
            }
        }
    }
}

/// Forgets what judging gave that had to wait for all migrations.
fn forget_late(slot: &mut Slot, totals: &mut Totals, keys: &mut Keys) {
    slot.late_stamp = 0;
    let Some(late) = slot.late.take() else { return };
    totals.count(&late.tally, -1);
    totals.facts.iter_mut().zip(late.facts).for_each(|(all, own)| *all -= own);
    keys.remove(Pass::Migrations, slot.path(), &late.outcome.keys);
    slot.take_note();
}
