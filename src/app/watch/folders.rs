//! The folders that the system is asked to watch.
//!
//! Linux watches one folder at a time, so each is asked for that may hold something: never packages, caches and git's
//! objects, which are most of a tree. Other systems watch all below a folder. Where the system refuses, because its
//! limit is reached, files are looked at every so often.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::WalkBuilder;
use notify::{Config, ErrorKind, EventKindMask, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use super::batch::Event;
use super::filter;
use super::repository::{Repository, State};
use crate::app::workspace::CONFIG_NAMES;
use crate::model::Problem;
use crate::sources::files;

/// How often files are looked at where the system does not tell.
const LOOK: Duration = Duration::from_secs(2);
/// Whether each folder is watched by itself.
const ONE_BY_ONE: bool = cfg!(any(target_os = "linux", target_os = "android"));
/// Folders that git ignores are watched up to this number: what matters is rarely among them.
const MOST_IGNORED: usize = 5_000;

/// The folders that are watched.
pub(super) struct Folders {
    sender: Sender<Event>,
    poll: Option<Duration>,
    watcher: Option<Box<dyn Watcher>>,
    watched: BTreeSet<PathBuf>,
    root: PathBuf,
    repository: Option<Repository>,
    problems: Vec<Problem>,
}

impl Folders {
    /// Watches nothing yet. With `poll` the files are looked at so often, instead of asking the system.
    pub(super) fn new(sender: Sender<Event>, poll: Option<Duration>) -> Self {
        let (watched, root) = (BTreeSet::new(), PathBuf::new());
        let mut folders = Self { sender, poll, watcher: None, watched, root, repository: None, problems: Vec::new() };
        folders.begin();
        folders
    }

    fn begin(&mut self) {
        self.watched.clear();
        let made = match self.poll {
            Some(every) => PollWatcher::new(handler(self.sender.clone()), Config::default().with_poll_interval(every))
                .map(|watcher| Box::new(watcher) as Box<dyn Watcher>),
            // Who reads files must not hear of it, or each run would be the cause of the next.
            None => RecommendedWatcher::new(
                handler(self.sender.clone()),
                Config::default().with_event_kinds(EventKindMask::CORE).with_follow_symlinks(false),
            )
            .map(|watcher| Box::new(watcher) as Box<dyn Watcher>),
        };
        match made {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(error) if self.poll.is_none() => self.fall_back(&error),
            Err(error) => self.problems.push(Problem::error(format!("cannot watch files: {error}"))),
        }
    }

    /// Looks at files from now on, as the system does not tell.
    fn fall_back(&mut self, error: &notify::Error) {
        let seconds = LOOK.as_secs();
        let problem = match error.kind {
            ErrorKind::MaxFilesWatch => Problem::warning(format!(
                "the system watches no more folders: files are looked at every {seconds} seconds"
            ))
            .hint("raise its limit: `sysctl fs.inotify.max_user_watches=524288`"),
            _ => Problem::warning(format!("the system does not watch: files are looked at every {seconds} seconds"))
                .hint(error.to_string()),
        };
        self.problems.push(problem);
        self.poll = Some(LOOK);
        self.watcher = None;
        self.begin();
    }

    /// Takes what the user should know.
    pub(super) fn take_problems(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.problems)
    }

    /// Watches the project at `root`, in place of any other.
    pub(super) fn follow(&mut self, root: &Utf8Path) {
        let repository = Repository::of(root.as_std_path());
        if self.root != root.as_std_path() || self.repository != repository {
            self.root = root.as_std_path().to_owned();
            self.repository = repository;
            self.look_again();
        }
    }

    /// Watches what is there now.
    pub(super) fn look_again(&mut self) {
        let root = self.root.clone();
        // What the system watches may be another folder by now, wherever the old one is.
        self.forget(Path::new(""));
        if ONE_BY_ONE || self.poll.is_some() {
            self.add_below(&root);
        } else {
            self.add(&root, RecursiveMode::Recursive);
        }
        for folder in self.repository.as_ref().map(Repository::folders).unwrap_or_default() {
            self.add(&folder, RecursiveMode::NonRecursive);
        }
        // The root may go and come back, and a project without a configuration may get one from above.
        let has_own = CONFIG_NAMES.iter().any(|name| root.join(name).is_file());
        for folder in root.ancestors().skip(1).take(if has_own { 1 } else { usize::MAX }) {
            self.add(folder, RecursiveMode::NonRecursive);
        }
    }

    /// Watches a folder, and those below it that may hold something.
    fn add_below(&mut self, folder: &Path) {
        for found in below(folder, true) {
            self.add(&found, RecursiveMode::NonRecursive);
        }
        let ignored = below(folder, false).into_iter().filter(|found| !self.watched.contains(found));
        for found in ignored.take(MOST_IGNORED).collect::<Vec<_>>() {
            self.add(&found, RecursiveMode::NonRecursive);
        }
    }

    fn add(&mut self, folder: &Path, mode: RecursiveMode) {
        if self.watched.contains(folder) {
            return;
        }
        let Some(watcher) = &mut self.watcher else { return };
        match watcher.watch(folder, mode) {
            Ok(()) => {
                self.watched.insert(folder.to_owned());
            }
            Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch) && self.poll.is_none() => {
                self.fall_back(&error);
                self.look_again();
            }
            // It went away, or nobody may look into it: what is judged says so.
            Err(_) => {}
        }
    }

    fn forget(&mut self, folder: &Path) {
        let gone: Vec<PathBuf> = self.watched.iter().filter(|watched| watched.starts_with(folder)).cloned().collect();
        for folder in gone {
            self.watched.remove(&folder);
            if let Some(watcher) = &mut self.watcher {
                // It may be forgotten already.
                let _ = watcher.unwatch(&folder);
            }
        }
    }

    /// Returns whether git is at work.
    pub(super) fn repository(&self) -> State {
        self.repository.as_ref().map_or(State::Calm, Repository::state)
    }

    /// Returns those of the changed paths that may matter, and watches folders that are new.
    pub(super) fn matter(&mut self, changed: BTreeSet<PathBuf>) -> BTreeSet<Utf8PathBuf> {
        let (root, repository) = (self.root.clone(), Repository::of(&self.root));
        let moved = changed.iter().any(|path| root.starts_with(path));
        if moved || repository != self.repository {
            // The root, or a folder above it, was removed, made anew, moved here; or git came or went.
            self.repository = repository;
            self.look_again();
        }
        let (of_git, others): (BTreeSet<PathBuf>, BTreeSet<PathBuf>) =
            changed.into_iter().partition(|path| self.repository.as_ref().is_some_and(|git| git.holds(path)));
        let mut kept: BTreeSet<PathBuf> = moved.then(|| root.clone()).into_iter().collect();
        for path in of_git {
            if path.is_dir() && path.components().any(|part| part.as_os_str() == "refs") {
                self.add(&path, RecursiveMode::NonRecursive);
            }
            kept.extend(self.repository.as_ref().filter(|git| git.matters(&path)).map(|_| path.clone()));
        }
        let (inside, outside): (BTreeSet<PathBuf>, BTreeSet<PathBuf>) =
            others.into_iter().partition(|path| path.starts_with(&root));
        let inside = filter::matter(&root, inside);
        if ONE_BY_ONE || self.poll.is_some() {
            for path in &inside {
                if *path != root && self.watched.contains(path) {
                    // The system watches what it was, wherever that is now.
                    self.forget(path);
                }
                if path.is_dir() && !path.is_symlink() {
                    self.add_below(path);
                }
            }
        }
        kept.extend(inside);
        // Above the root only a configuration matters.
        let is_config =
            |path: &PathBuf| CONFIG_NAMES.iter().any(|name| path.file_name().is_some_and(|own| own == *name));
        kept.extend(outside.into_iter().filter(is_config));
        kept.into_iter().filter_map(|path| Utf8PathBuf::from_path_buf(path).ok()).collect()
    }
}

fn handler(sender: Sender<Event>) -> impl FnMut(notify::Result<notify::Event>) + Send + 'static {
    move |event| {
        let event = match event {
            Ok(event) if event.need_rescan() => Event::Lost,
            Ok(event) if event.kind.is_access() => return,
            Ok(event) => Event::Changed(event.paths),
            // A single file or folder that cannot be looked at is for the next run to tell.
            Err(error) if !error.paths.is_empty() => Event::Changed(error.paths),
            Err(_) => Event::Lost,
        };
        // Nobody listens any more when the program is about to end.
        let _ = sender.send(event);
    }
}

/// Returns a folder and all below it that may hold something, those that git ignores only without `sifted`.
fn below(folder: &Path, sifted: bool) -> Vec<PathBuf> {
    let mut builder = WalkBuilder::new(folder);
    builder.standard_filters(sifted).hidden(false).follow_links(false);
    builder.filter_entry(|entry| {
        let is_folder = entry.file_type().is_some_and(|file_type| file_type.is_dir());
        let name = entry.file_name().to_str().unwrap_or_default();
        // A cache or virtual environment is watched itself, as its mark may go, and nothing below.
        is_folder && !filter::is_foreign(name) && !entry.path().parent().is_some_and(files::is_marked)
    });
    builder.build().flatten().filter(|entry| entry.path().is_dir()).map(ignore::DirEntry::into_path).collect()
}
