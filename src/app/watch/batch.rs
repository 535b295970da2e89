//! Changes gathered until it is calm: one save is several events, and a checkout thousands.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;

use super::folders::Folders;
use super::repository::State;

/// So long nothing must have changed. An editor saves in a few milliseconds.
const QUIET: Duration = Duration::from_millis(75);
/// The same while git stands half way in a rebase, which goes on with the next commit.
const QUIET_HALFWAY: Duration = Duration::from_millis(500);
/// Who never stops writing is judged all the same.
const LONGEST: Duration = Duration::from_secs(2);
/// A lock of git that nobody takes away was left behind by a git that died.
const LONGEST_LOCK: Duration = Duration::from_secs(10);

/// What changed, since the last time that anybody asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Files and folders that may have changed, by absolute path.
    pub paths: BTreeSet<Utf8PathBuf>,
    /// Anything may have changed: events were lost.
    pub all: bool,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.paths.is_empty() && !self.all
    }
}

/// What the system told.
#[derive(Debug)]
pub(super) enum Event {
    Changed(Vec<PathBuf>),
    /// Some events did not get through.
    Lost,
}

/// Waits for changes.
pub(super) struct Gatherer {
    receiver: Receiver<Event>,
}

impl Gatherer {
    pub(super) fn new(receiver: Receiver<Event>) -> Self {
        Self { receiver }
    }

    /// Waits, without doing anything, until something has changed that matters and it is calm again. `None` when nobody
    /// will tell of changes any more.
    pub(super) fn next(&mut self, folders: &mut Folders) -> Option<Batch> {
        loop {
            let batch = self.calm(folders)?;
            if !batch.is_empty() {
                return Some(batch);
            }
        }
    }

    fn calm(&mut self, folders: &mut Folders) -> Option<Batch> {
        let mut changed: BTreeSet<PathBuf> = BTreeSet::new();
        let mut all = false;
        let mut take = |event: Event| match event {
            Event::Changed(paths) => changed.extend(paths),
            Event::Lost => all = true,
        };
        take(self.receiver.recv().ok()?);
        let begun = Instant::now();
        let mut last = begun;
        loop {
            self.receiver.try_iter().for_each(&mut take);
            let until = match folders.repository() {
                State::Calm => (last + QUIET).min(begun + LONGEST),
                State::Halfway => (last + QUIET_HALFWAY).min(begun + LONGEST),
                State::Locked => last + LONGEST_LOCK,
            };
            match self.receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(event) => {
                    take(event);
                    last = Instant::now();
                }
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        if all {
            folders.look_again();
            return Some(Batch { paths: BTreeSet::new(), all });
        }
        Some(Batch { paths: folders.matter(changed), all: false })
    }
}
