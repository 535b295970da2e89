//! What a language server knows of a project, without protocol and terminal: findings as one types, what rules mean,
//! which names fit, and edits that excuse. `cli/lsp` speaks with the editor.
//!
//! Places here are 0-based lines and characters.

mod actions;
mod describe;
mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;

use super::baseline::Chosen;
use super::check::{Base, Check, Progress};
use super::schemas::Asked;
use super::session::Session;
use super::workspace::{CONFIG_NAMES, Workspace};
use crate::config::Models;
use crate::model::{Finding, Problem};
use crate::sources::files::{self, Edited, Root};
use crate::sources::reader::SIZE_LIMIT;

pub use actions::{Action, Edit, actions, is_dead};
pub use describe::{finding, rule};
pub use names::{name_at, name_to_complete};

/// How a project is judged in an editor.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Whether databases are contacted and commands run, at each keystroke.
    pub connect: bool,
    /// The clock that tells the day.
    pub clock: fn() -> Date,
}

/// A folder that is open in an editor.
pub struct Project {
    /// Absolute, without links.
    pub folder: Utf8PathBuf,
    /// The root that the last run found; paths are relative to it.
    pub root: Utf8PathBuf,
    settings: Settings,
    check: Check,
    session: Session,
    /// Texts that are not saved, by absolute path.
    shown: BTreeMap<Utf8PathBuf, Arc<str>>,
    /// Something changed since the last run.
    pub stale: bool,
    /// What that was; `None` where it may be anything.
    touched: Option<BTreeSet<Utf8PathBuf>>,
    /// The configuration may be another one since the last run.
    unsettled: bool,
}

/// What a run says of a project.
#[derive(Debug, Default)]
pub struct Judged {
    /// Those that count.
    pub findings: Vec<Arc<Finding>>,
    pub problems: Vec<Problem>,
    /// What scripts printed.
    pub log: Vec<String>,
    /// Files and folders that may be others than in the run before; `None` where all may be.
    pub touched: Option<BTreeSet<Utf8PathBuf>>,
}

impl Project {
    /// Opens a folder. Nothing is read yet.
    pub fn new(folder: &Utf8Path, settings: Settings) -> Self {
        let folder = folder.canonicalize_utf8().unwrap_or_else(|_| folder.to_owned());
        let check = Check {
            paths: vec![folder.clone()],
            base: Base::None,
            rules: Vec::new(),
            schemas: Asked::default(),
            today: (settings.clock)().into(),
            baseline: Chosen::Configured,
            explain: false,
            story: false,
        };
        let session = Session::new(check.clone(), Vec::new());
        let (root, shown) = (folder.clone(), BTreeMap::new());
        Self { folder, root, settings, check, session, shown, stale: true, touched: None, unsettled: true }
    }

    /// Lets a text stand for a file, by absolute path; `None` takes it away.
    pub fn show(&mut self, path: &Utf8Path, text: Option<Arc<str>>) {
        match &text {
            Some(text) => self.shown.insert(path.to_owned(), text.clone()),
            None => self.shown.remove(path),
        };
        if let Some(relative) = self.relative(path) {
            self.session.show(&relative, text);
        }
        self.stale = true;
        self.touched.iter_mut().for_each(|touched| _ = touched.insert(path.to_owned()));
        self.unsettled |= configures(path);
    }

    /// Says that files or folders may have changed on disk.
    pub fn touch<'a>(&mut self, paths: impl IntoIterator<Item = &'a Utf8Path>) {
        let paths: Vec<&Utf8Path> = paths.into_iter().collect();
        self.unsettled |= paths.iter().any(|path| configures(path));
        self.touched.iter_mut().for_each(|touched| touched.extend(paths.iter().map(|path| files::normalize(path))));
        self.session.touch(paths);
        self.stale = true;
    }

    /// Says that anything may have changed.
    pub fn touch_all(&mut self) {
        self.session.touch_all();
        self.stale = true;
        self.touched = None;
        self.unsettled = true;
    }

    /// Returns a path relative to the root, if it lies there.
    pub fn relative(&self, path: &Utf8Path) -> Option<String> {
        path.strip_prefix(&self.root).ok().map(|path| path.as_str().replace('\\', "/"))
    }

    /// Returns the text of a file as the editor shows it, or as it lies on disk.
    pub fn text(&self, relative: &str) -> Option<Arc<str>> {
        if let Some(text) = self.shown.get(&self.root.join(relative)) {
            return Some(text.clone());
        }
        let root = Root { absolute: self.root.clone(), edited: Edited::default() };
        let bytes = root.read(relative, SIZE_LIMIT).ok()?;
        Some(String::from_utf8_lossy(&bytes).into())
    }

    /// Reads configuration and packs, with what the editor shows. Without a configuration the current folder is the root
    /// if it holds the project: who calls this is in the project's own.
    ///
    /// # Errors
    /// As [`Workspace::open`].
    pub fn workspace(&self) -> Result<Workspace, Problem> {
        let open = |root: &Utf8Path| Workspace::open_to_explain(&self.check, &[], self.edited(root));
        let workspace = open(&self.root)?;
        // Unsaved texts are known by their path from the root, which may be another one by now.
        if workspace.root.absolute == self.root { Ok(workspace) } else { open(&workspace.root.absolute) }
    }

    /// Judges the project as the editor shows it.
    pub fn judge(&mut self) -> Judged {
        self.stale = false;
        let judged = match self.verdict() {
            Ok(judged) => judged,
            Err(problem) => Judged { problems: vec![problem], ..Judged::default() },
        };
        Judged { touched: self.touched.replace(BTreeSet::new()), ..judged }
    }

    fn verdict(&mut self) -> Result<Judged, Problem> {
        let day = (self.settings.clock)();
        if self.unsettled || self.check.today.get() != day {
            self.settle(day)?;
        }
        let verdict = self.session.judge(&Progress { started: &|_| {}, tick: &|| {}, say: &|_| {} })?;
        let findings = verdict.report.findings.into_iter().filter(|finding| finding.excepted.is_none()).collect();
        Ok(Judged { findings, problems: verdict.report.problems, log: verdict.log, touched: None })
    }

    /// Begins anew where root, configuration or day ask for another run than before.
    fn settle(&mut self, day: Date) -> Result<(), Problem> {
        let workspace = self.workspace()?;
        let config = &workspace.config;
        let runs_command = config.models.iter().flatten().any(|models| matches!(models, Models::Command(..)));
        // Nobody wants a database to be made, or a command to be run, with each letter.
        let offline = !self.settings.connect && (!config.databases.is_empty() || runs_command);
        let is_same = self.check.schemas.offline == offline && self.check.today.get() == day;
        if !is_same || self.root != workspace.root.absolute {
            self.check.schemas.offline = offline;
            self.check.today = day.into();
            self.root = workspace.root.absolute;
            self.session = Session::new(self.check.clone(), Vec::new());
            for (path, text) in self.edited(&self.root).iter() {
                self.session.show(path, Some(text.clone()));
            }
        }
        self.unsettled = false;
        Ok(())
    }

    fn edited(&self, root: &Utf8Path) -> Edited {
        let relative = |path: &Utf8PathBuf| path.strip_prefix(root).ok().map(|path| path.as_str().replace('\\', "/"));
        let texts = self.shown.iter().filter_map(|(path, text)| Some((relative(path)?.into(), text.clone())));
        Arc::new(texts.collect())
    }
}

/// Returns whether a change there may be one of the configuration, or of the root: a file of that name, or a folder that
/// may hold one.
fn configures(path: &Utf8Path) -> bool {
    path.file_name().is_none_or(|name| CONFIG_NAMES.contains(&name)) || path.is_dir() || path.extension().is_none()
}

#[cfg(test)]
mod tests;
