//! What is kept of a project from one run to the next. A run that finds nothing kept is a fresh one.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::replay::Followed;
use super::schemas::KeptModels;
use super::scope::Scope;
use super::workspace::Workspace;
use crate::engine::KeptFiles;
use crate::sources::files::Root;
use crate::sources::migrations::{Tree, is_version_file};
use crate::sources::shelf::Shelf;

/// What is kept.
pub(super) struct Kept {
    /// The Python that was read.
    pub(super) shelf: Shelf,
    pub(super) scope: Option<Scope>,
    pub(super) models: Option<KeptModels>,
    /// What the files gave.
    pub(super) files: KeptFiles,
    pub(super) followed: Followed,
    /// What the last run saw.
    seen: Seen,
}

/// What a run saw of the project's shape.
#[derive(Default)]
struct Seen {
    trees: Vec<Tree>,
    /// Paths of all Python.
    python: BTreeSet<Arc<str>>,
    /// Listed files that are links to others.
    links: BTreeSet<Arc<str>>,
}

impl Kept {
    /// Returns what a single run starts with. `shares` says that several parts of it read the same Python.
    pub(super) fn once(shares: bool) -> Self {
        Self::new(Shelf::new(shares), false)
    }

    fn new(shelf: Shelf, again: bool) -> Self {
        let followed = if again { Followed::first() } else { Followed::default() };
        Self { shelf, scope: None, models: None, files: KeptFiles::new(again), followed, seen: Seen::default() }
    }

    /// Returns what the first run of many starts with.
    pub(super) fn first() -> Self {
        Self::new(Shelf::new(true), true)
    }

    /// Forgets what rests on laws and configuration: they are others now.
    pub(super) fn forget_laws(&mut self) {
        (self.scope, self.models) = (None, None);
        self.files.clear();
    }

    /// Forgets what files had a part in, given relative to the root: they may be others now, be gone, or be folders.
    pub(super) fn forget(&mut self, workspace: &Workspace, paths: &BTreeSet<Arc<str>>) {
        self.models = self.models.take().filter(KeptModels::are_sure);
        // What a link leads to may be another thing though nobody touched the link.
        let links = std::mem::take(&mut self.seen.links);
        for path in paths.iter().chain(&links) {
            let metadata = std::fs::symlink_metadata(workspace.root.absolute.join(&**path));
            let is_file = metadata.is_ok_and(|metadata| metadata.is_file());
            if !is_file {
                let folder = format!("{path}/");
                for file in self.shelf.below(&folder) {
                    self.forget_file(workspace, &file);
                }
                self.files.forget_below(&folder);
                if !path.ends_with(".py") {
                    // A folder may hold models that no list shows, and what undoes migrations of another folder.
                    self.models = None;
                    if paths.contains(path) && self.seen.trees.iter().any(|tree| tree.sql.is_some()) {
                        self.files.clear();
                    }
                }
            }
            self.forget_file(workspace, path);
            // The text of a listed file is another one, and that is all: everything else is where it was.
            let scope = self.scope.as_ref().filter(|scope| path.ends_with(".py") || scope.is_plain_sql(path));
            let is_listed = is_file && scope.is_some_and(|scope| scope.lists(path));
            if !is_listed && !links.contains(path) {
                self.scope = None;
            }
        }
        self.seen.links = links;
    }

    fn forget_file(&mut self, workspace: &Workspace, path: &Arc<str>) {
        self.followed.forget(path);
        self.files.forget(path);
        // A migration of SQL may lie in two files.
        let trees = self.seen.trees.iter().filter_map(|tree| tree.sql.as_ref());
        trees.filter_map(|sql| sql.undone_by(path)).for_each(|path| self.files.forget(path));
        let before = self.shelf.forget(path);
        let Some(models) = self.models.as_ref().filter(|_| path.ends_with(".py")) else { return };
        let is_listed = self.seen.python.contains(path);
        let now = self.shelf.get(path, || workspace.root.read(path, workspace.size_limit())).ok();
        let of_models = match is_listed || is_version(&self.seen.trees, path) {
            true => before.iter().chain(&now).any(|file| models.rest_on(file)),
            // It may be found in place of another one.
            false => true,
        };
        if of_models {
            self.models = None;
        }
    }

    /// Lets go of what is hardly asked for again, after a run.
    pub(super) fn rest(&mut self) {
        let trees = &self.seen.trees;
        for file in self.shelf.rest(|path| is_version(trees, path)) {
            self.followed.replace(&file);
        }
    }

    /// Forgets what rests on another shape of the project than the one that a run sees now.
    pub(super) fn settle(&mut self, root: &Root, scope: &Scope) {
        if !self.files.is_kept() {
            return;
        }
        let is_link = |path: &&Arc<str>| {
            std::fs::symlink_metadata(root.absolute.join(&***path)).is_ok_and(|metadata| metadata.is_symlink())
        };
        let links = scope.inputs.iter().map(|input| &input.found.path).filter(is_link).cloned().collect();
        let python = scope.inputs.iter().map(|input| &input.found.path).filter(|path| path.ends_with(".py"));
        let now = Seen { trees: scope.trees.clone(), python: python.cloned().collect(), links };
        let before = std::mem::replace(&mut self.seen, now);
        let trees = before.trees != self.seen.trees;
        // A file that comes or goes may change what an import means; migrations are not imported by their names.
        let moved =
            before.python.symmetric_difference(&self.seen.python).any(|path| !is_version(&self.seen.trees, path));
        if trees || moved {
            self.models = None;
            self.followed = Followed::first();
        } else if before.python != self.seen.python {
            self.followed.forget_files();
        }
        if trees {
            self.files.clear();
        }
    }
}

fn is_version(trees: &[Tree], path: &str) -> bool {
    path.ends_with(".py") && trees.iter().any(|tree| is_version_file(tree, path))
}
