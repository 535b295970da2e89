//! A project that is judged again and again, as it changes: for watch mode and editors.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::check::{Check, Progress, check};
use super::workspace::Workspace;
use crate::model::{Problem, Report, Severity};
use crate::sources::files::{Edited, Root};

/// A project under change, with what is kept of it from one run to the next.
pub struct Session {
    check: Check,
    packs: Vec<String>,
    edited: Edited,
}

/// What a run of a session gave.
pub struct Verdict {
    pub report: Report,
    /// What scripts printed.
    pub log: Vec<String>,
    /// The root of the project; it moves when a `lawbook.yml` comes or goes.
    pub root: Root,
    /// From which severity on findings make the run fail.
    pub fail_on: Severity,
}

impl Session {
    /// Makes one that judges what `check` says; `packs` are added to those of the configuration.
    pub fn new(check: Check, packs: Vec<String>) -> Self {
        Self { check, packs, edited: Edited::default() }
    }

    /// Says that files or folders may have changed on disk, by absolute path. What is not said is taken to be as it was.
    pub fn touch<'a>(&mut self, paths: impl IntoIterator<Item = &'a Utf8Path>) {
        let _: Vec<Utf8PathBuf> = paths.into_iter().map(Utf8Path::to_owned).collect();
    }

    /// Says that anything may have changed: events were lost, or nobody counted them.
    pub fn touch_all(&mut self) {}

    /// Lets a text stand for a file, by its path relative to the root, as an editor shows it; `None` takes it away.
    pub fn show(&mut self, path: &str, text: Option<Arc<str>>) {
        let edited = Arc::make_mut(&mut self.edited);
        match text {
            Some(text) => edited.insert(path.into(), text),
            None => edited.remove(path),
        };
    }

    /// Judges the project as it is now: exactly what a fresh run says.
    ///
    /// # Errors
    /// As [`Workspace::open`]. The session stays as it was, and can be asked again.
    pub fn judge(&mut self, progress: &Progress<'_>) -> Result<Verdict, Problem> {
        let workspace = Workspace::open_to_check(&self.check, &self.packs, self.edited.clone())?;
        let (report, log) = check(&workspace, &self.check, progress);
        Ok(Verdict { report, log, root: workspace.root, fail_on: workspace.config.fail_on })
    }
}
