//! Watch mode without a terminal: changed paths in, what is new and what is fixed out.
//!
//! [`watch`] waits for changes and tells of each verdict; [`Watch`] is one step of it: what was touched, then the news.
//! Nothing here prints; the screen is `cli/watch.rs`.

mod batch;
mod filter;
mod folders;
mod news;
mod repository;

use std::ops::ControlFlow;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::check::{Check, Progress};
use super::session::{Session, Verdict};
use super::workspace::Workspace;
use crate::exceptions::Today;
use crate::model::{Finding, Problem};
use crate::sources::files::Edited;

pub use batch::Batch;
use batch::Gatherer;
use folders::Folders;
pub use news::News;

/// What to watch.
pub struct Question {
    /// What each run judges.
    pub check: Check,
    /// Packs beside those of the configuration.
    pub packs: Vec<String>,
    /// Looks at the files every so often, instead of asking the system to tell: for drives of another machine.
    pub poll: Option<Duration>,
    /// The clock that is asked whether a new day has begun; none where the day was given.
    pub clock: Option<fn() -> Date>,
}

/// What [`watch`] tells.
pub enum Told<'a> {
    /// Each time that files were judged.
    News(&'a News<'a>),
    /// What the user should know about the watching itself.
    Problem(&'a Problem),
}

/// Judges the project, and again after each change, until `tell` breaks. What the first run takes long for is told to
/// `progress`.
///
/// # Errors
/// As [`Workspace::open`], before anything was judged; later such a fault is news like any other.
pub fn watch(
    question: Question,
    progress: &Progress<'_>,
    tell: &mut dyn FnMut(Told<'_>) -> ControlFlow<()>,
) -> Result<(), Problem> {
    let Question { mut check, packs, poll, clock } = question;
    let home = std::env::current_dir().ok();
    check.paths = check.paths.iter().map(absolute).collect();
    let mut today = clock.map(|clock| clock());
    if let Some(day) = today {
        check.today = day.into();
    }
    let root = Workspace::open_to_check(&check, &packs, Edited::default())?.root;
    let (sender, receiver) = mpsc::channel();
    // Watched before anything is read, so that no change is missed.
    let mut folders = Folders::new(sender, poll);
    folders.follow(&root.absolute);
    let mut gatherer = Gatherer::new(receiver);
    let mut watch = Watch::new(check.clone(), packs.clone());
    let quiet = Progress { started: &|_| {}, tick: &|| {}, say: &|_| {} };
    let mut batch = Batch::default();
    let mut first = true;
    loop {
        for problem in folders.take_problems() {
            if tell(Told::Problem(&problem)).is_break() {
                return Ok(());
            }
        }
        if let Some(day) = clock.map(|clock| clock()).filter(|day| Some(*day) != today) {
            // What expires with the day before has expired.
            today = Some(day);
            watch.session = Session::new(Check { today: Today::from(day), ..check.clone() }, packs.clone());
        }
        go_home(home.as_deref());
        let news = watch.judge(&batch, if first { progress } else { &quiet });
        first = false;
        let moved = news.verdict.as_ref().ok().map(|verdict| verdict.root.absolute.clone());
        if tell(Told::News(&news)).is_break() {
            return Ok(());
        }
        if let Some(root) = moved {
            folders.follow(&root);
        }
        match gatherer.next(&mut folders) {
            Some(next) => batch = next,
            None => return Ok(()),
        }
    }
}

/// Tells of each change below a folder, until `tell` breaks; judges nothing.
pub fn changes(root: &Utf8Path, tell: &mut dyn FnMut(Batch) -> ControlFlow<()>) {
    let (sender, receiver) = mpsc::channel();
    let mut folders = Folders::new(sender, None);
    folders.follow(root);
    let mut gatherer = Gatherer::new(receiver);
    while let Some(batch) = gatherer.next(&mut folders) {
        if tell(batch).is_break() {
            return;
        }
    }
}

/// Returns a path that holds wherever the process is.
fn absolute(path: &Utf8PathBuf) -> Utf8PathBuf {
    camino::absolute_utf8(path).unwrap_or_else(|_| path.clone())
}

/// Goes into the folder in which the process began, where that was removed and made anew.
fn go_home(home: Option<&std::path::Path>) {
    if let Some(home) = home.filter(|_| std::env::current_dir().is_err()) {
        // Where it is still gone, judging says so.
        let _ = std::env::set_current_dir(home);
    }
}

/// A project that is watched, with what was said of it last.
pub struct Watch {
    session: Session,
    /// What holds now: findings that count, oldest first within a file as reports have them.
    known: Vec<Known>,
    step: usize,
}

/// A finding that was told.
struct Known {
    finding: Arc<Finding>,
    /// The step in which it came.
    since: usize,
    /// The last run could not judge it, so nobody knows whether it still holds.
    unsure: bool,
}

impl Watch {
    /// Watches what `check` judges.
    pub fn new(check: Check, packs: Vec<String>) -> Self {
        Self { session: Session::new(check, packs), known: Vec::new(), step: 0 }
    }

    /// Judges after what was touched, and says what that changed.
    pub fn judge(&mut self, batch: &Batch, progress: &Progress<'_>) -> News<'_> {
        let begun = Instant::now();
        if batch.all {
            self.session.touch_all();
        }
        self.session.touch(batch.paths.iter().map(Utf8PathBuf::as_path));
        let verdict = self.session.judge(progress);
        self.step += 1;
        let fixed = match &verdict {
            Ok(verdict) => self.compare(verdict),
            Err(_) => {
                self.known.iter_mut().for_each(|known| known.unsure = true);
                Vec::new()
            }
        };
        News::of(&self.known, self.step, fixed, verdict, begun.elapsed())
    }

    /// Takes what a verdict found for what is known; returns what is fixed.
    fn compare(&mut self, verdict: &Verdict) -> Vec<Arc<Finding>> {
        let mut before = std::mem::take(&mut self.known);
        let now: Vec<&Arc<Finding>> =
            verdict.report.findings.iter().filter(|finding| finding.excepted.is_none()).collect();
        // Most are where they were: only what lies between the first and the last that are not is looked for.
        let is_same = |(known, finding): &(&Known, &&Arc<Finding>)| {
            Arc::ptr_eq(&known.finding, finding) || known.finding.fingerprint == finding.fingerprint
        };
        let first = before.iter().zip(&now).take_while(is_same).count();
        let last = before[first..].iter().rev().zip(now[first..].iter().rev()).take_while(is_same).count();
        let (to, until) = (before.len() - last, now.len() - last);
        let after = before.split_off(to);
        let between = before.split_off(first);
        let kept = |(known, finding): (Known, &&Arc<Finding>)| Known {
            finding: Arc::clone(finding),
            since: known.since,
            unsure: false,
        };
        self.known.reserve(now.len());
        self.known.extend(before.into_iter().zip(&now).map(kept));
        let gone = self.compare_between(between, &now[first..until]);
        self.known.extend(after.into_iter().zip(&now[until..]).map(kept));
        let (fixed, unsure): (Vec<Known>, Vec<Known>) =
            gone.into_iter().partition(|known| is_fixed(&known.finding, verdict));
        self.known.extend(unsure.into_iter().map(|known| Known { unsure: true, ..known }));
        let mut fixed: Vec<Arc<Finding>> = fixed.into_iter().map(|known| known.finding).collect();
        fixed.sort_by(|left, right| {
            (&left.at, &left.rule, &left.message).cmp(&(&right.at, &right.rule, &right.message))
        });
        fixed
    }

    /// Takes findings for what is known, given what was known before; returns what is gone.
    fn compare_between(&mut self, known: Vec<Known>, now: &[&Arc<Finding>]) -> Vec<Known> {
        let mut before: FxHashMap<Arc<str>, Known> = FxHashMap::default();
        // Those that are one to us with another: hardly ever any.
        let mut twins: Vec<Known> = Vec::new();
        for known in known.into_iter().rev() {
            twins.extend(before.insert(known.finding.fingerprint.clone(), known));
        }
        for finding in now {
            let known = before.remove(&finding.fingerprint).or_else(|| {
                let twin = twins.iter().rposition(|twin| twin.finding.fingerprint == finding.fingerprint)?;
                Some(twins.remove(twin))
            });
            let since = known.map_or(self.step, |known| known.since);
            self.known.push(Known { finding: Arc::clone(finding), since, unsure: false });
        }
        before.into_values().chain(twins).collect()
    }
}

/// Returns whether a finding that is no longer there is mended: its rule has judged, and its file could be read. A
/// pack that is broken mends nothing.
fn is_fixed(finding: &Finding, verdict: &Verdict) -> bool {
    let report = &verdict.report;
    let ran = report.rules.iter().any(|run| run.rule == finding.rule && !run.failed);
    if !report.has_errors() {
        // A rule that was switched off finds nothing any more, and that is what was wanted.
        return true;
    }
    let is_at_fault = |problem: &Problem| problem.at.as_ref().is_some_and(|at| Some(&*at.path) == finding.path());
    ran && !report.problems.iter().any(is_at_fault)
}

#[cfg(test)]
mod tests;
