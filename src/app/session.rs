//! A project that is judged again and again, as it changes: for watch mode and editors.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::check::{Base, Check, Prepared, Progress, check_again};
use super::kept::Kept;
use super::workspace::{CONFIG_NAMES, Workspace};
use crate::model::{Problem, Report, Severity};
use crate::packs;
use crate::sources::files::{self, Edited, Root};

/// A project under change, with what is kept of it from one run to the next.
pub struct Session {
    check: Check,
    packs: Vec<String>,
    edited: Edited,
    /// Files and folders that may be others now; `None` where anything may be.
    touched: Option<BTreeSet<Utf8PathBuf>>,
    /// The project as it was configured in the last run.
    ready: Option<(Workspace, Prepared)>,
    /// Of the last run.
    root: Option<Utf8PathBuf>,
    kept: Kept,
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
        Self { check, packs, edited: Edited::default(), touched: None, ready: None, root: None, kept: Kept::first() }
    }

    /// Says that files or folders may have changed on disk, by absolute path. What is not said is taken to be as it was.
    pub fn touch<'a>(&mut self, paths: impl IntoIterator<Item = &'a Utf8Path>) {
        if let Some(touched) = &mut self.touched {
            touched.extend(paths.into_iter().map(files::normalize));
        }
    }

    /// Says that anything may have changed: events were lost, or nobody counted them.
    pub fn touch_all(&mut self) {
        self.touched = None;
    }

    /// Lets a text stand for a file, by its path relative to the root, as an editor shows it; `None` takes it away.
    pub fn show(&mut self, path: &str, text: Option<Arc<str>>) {
        let edited = Arc::make_mut(&mut self.edited);
        match text {
            Some(text) => edited.insert(path.into(), text),
            None => edited.remove(path),
        };
        match (&mut self.ready, &mut self.touched) {
            (Some((workspace, _)), Some(touched)) => _ = touched.insert(workspace.root.absolute.join(path)),
            _ => self.touched = None,
        }
    }

    /// Judges the project as it is now: exactly what a fresh run says.
    ///
    /// # Errors
    /// As [`Workspace::open`]. The session stays as it was, and can be asked again.
    pub fn judge(&mut self, progress: &Progress<'_>) -> Result<Verdict, Problem> {
        self.forget();
        if self.ready.is_none() {
            let workspace = Workspace::open_to_check(&self.check, &self.packs, self.edited.clone())?;
            let prepared = Prepared::new(&workspace, &self.check);
            // Another root: all paths are others.
            if self.root.as_ref() != Some(&workspace.root.absolute) {
                self.root = Some(workspace.root.absolute.clone());
                self.kept = Kept::first();
            }
            self.ready = Some((workspace, prepared));
        }
        // From here on, what changes is said.
        self.touched = Some(BTreeSet::new());
        let (workspace, prepared) = self.ready.as_ref().expect("it was just made");
        let (report, log) = check_again(workspace, &self.check, prepared, progress, &mut self.kept);
        self.kept.rest();
        if self.check.base != Base::None {
            // What changed against another revision is seen by git alone.
            self.kept.scope = None;
        }
        let (root, fail_on) = (workspace.root.clone(), workspace.config.fail_on);
        Ok(Verdict { report, log, root, fail_on })
    }

    /// Forgets what may be another thing now.
    fn forget(&mut self) {
        let (Some(touched), Some((workspace, _))) = (&self.touched, &mut self.ready) else {
            (self.ready, self.kept) = (None, Kept::first());
            return;
        };
        workspace.root.edited = self.edited.clone();
        let configures =
            |path: &Utf8PathBuf| self.packs.iter().any(|pack| packs::is_path(pack)) || is_of_laws(workspace, path);
        let configures = touched.iter().any(configures);
        let root = &workspace.root;
        let paths = touched.iter().filter_map(|path| path.starts_with(&root.absolute).then(|| root.relative(path))?);
        let paths: BTreeSet<Arc<str>> = paths.collect();
        if paths.contains("") {
            (self.ready, self.kept) = (None, Kept::first());
            return;
        }
        self.kept.forget(workspace, &paths);
        if configures {
            self.ready = None;
            self.kept.forget_laws();
        }
    }
}

/// Returns whether a file, or what lies in a folder, configures the project or belongs to a pack.
fn is_of_laws(workspace: &Workspace, path: &Utf8Path) -> bool {
    if path.file_name().is_some_and(|name| CONFIG_NAMES.contains(&name)) {
        return true;
    }
    let entries = workspace.config.packs.iter().map(|entry| entry.value.as_str());
    let mut places = entries.filter(|entry| packs::is_path(entry)).map(|entry| {
        let place = files::normalize(&workspace.root.absolute.join(entry));
        // Scripts lie beside a pack of one file.
        let in_file = place.extension().is_some_and(|extension| matches!(extension, "yml" | "yaml"));
        if in_file { place.parent().map_or_else(|| place.clone(), Utf8Path::to_owned) } else { place }
    });
    places.any(|place| path.starts_with(&place) || place.starts_with(path))
}
