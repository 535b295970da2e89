//! What a run looks at: files, what changed of them, and the migration trees among them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::check::Base;
use super::workspace::Workspace;
use crate::engine::Input;
use crate::model::facts::Change;
use crate::model::{Known, Level, Location, Problem};
use crate::sources::files::{self, Found};
use crate::sources::git::{self, Changes};
use crate::sources::migrations::{self, Configured, Tree, sql};
use crate::sources::reader::Reader;

/// What a run looks at.
pub(super) struct Scope {
    pub(super) inputs: Vec<Input>,
    pub(super) trees: Vec<Tree>,
    pub(super) reader: Reader,
    /// The base, if what changed is known.
    pub(super) base: Option<String>,
    /// What changed, also of files that are not listed.
    pub(super) changed: BTreeMap<Arc<str>, Change>,
    pub(super) problems: Vec<Problem>,
    /// Files that were read to find the trees.
    found_by: BTreeSet<String>,
}

impl Scope {
    /// Reads a file, listed or not, from where this run reads; `None` where there is none.
    pub(super) fn read_if_there(&self, path: &str, size_limit: u64) -> Option<Result<Vec<u8>, Problem>> {
        let there = match &self.reader {
            Reader::Disk(root) => root.is_there(path),
            Reader::Index(index) => index.files().iter().any(|found| &*found.path == path),
        };
        there.then(|| self.reader.read(path, size_limit))
    }

    /// Returns the files of the work tree, if these are what was listed.
    pub(super) fn of_work_tree(&self) -> Option<&[Input]> {
        matches!(self.reader, Reader::Disk(_)).then_some(&*self.inputs)
    }

    /// Returns whether a file is one of SQL that no tree was found by.
    pub(super) fn is_plain_sql(&self, path: &str) -> bool {
        path.ends_with(".sql") && !self.found_by.contains(path)
    }

    /// Returns whether a file is listed.
    pub(super) fn lists(&self, path: &str) -> bool {
        self.inputs.binary_search_by(|input| (*input.found.path).cmp(path)).is_ok()
    }

    /// Finds files and trees. `paths` narrow what is judged, never what the laws about graphs see.
    ///
    /// # Errors
    /// What was asked of git cannot be had.
    pub(super) fn find(workspace: &Workspace, paths: &[Utf8PathBuf], base: &Base) -> Result<Self, Problem> {
        let root = &workspace.root;
        let exclude = workspace.exclude();
        let (changes, reader) = match base {
            Base::None => (None, Reader::Disk(root.clone())),
            Base::Since(revision) => (Some(git::since(root, revision)?), Reader::Disk(root.clone())),
            Base::Staged => (Some(git::staged(root)?), Reader::Index(git::Index::open(root)?)),
        };
        let mut listing = match &reader {
            Reader::Disk(_) => files::list(root, &[], &exclude),
            Reader::Index(index) => files::narrow(root, index.files(), &[], &exclude),
        };
        let mut problems = std::mem::take(&mut listing.problems);
        if let Reader::Index(index) = &reader {
            problems.extend(index.problems().iter().cloned());
        }
        let limit = workspace.size_limit();
        let found_by = RefCell::new(BTreeSet::new());
        let read = |path: &str| {
            found_by.borrow_mut().insert(path.to_owned());
            reader.read(path, limit)
        };
        let configured: Vec<Configured> = workspace.configured_trees();
        let (mut trees, found) = migrations::discover(root, &listing.files, &read, &configured);
        problems.extend(found);
        // Tools run every file of their folders, ignored by git or not.
        if matches!(reader, Reader::Disk(_)) {
            let folders: Vec<(Arc<str>, bool)> = trees
                .iter()
                .flat_map(|tree| &tree.version_locations)
                .map(|location| (location.path.clone(), location.recursive))
                .collect();
            let more = files::list_folders(root, &folders, &exclude, &listing.files);
            problems.extend(more.problems);
            listing.files.extend(more.files);
            listing.files.sort();
            listing.files.dedup_by(|left, right| left.path == right.path);
        }
        sql::line_up(&mut trees, &listing.files, &read);
        let judged = judged(root, &listing.files, paths, &exclude, &mut problems);
        let told: BTreeSet<Option<Location>> = problems.iter().map(|problem| problem.at.clone()).collect();
        let empty = empty_trees(&trees, &listing.files, &configured);
        problems.extend(empty.into_iter().filter(|problem| !told.contains(&problem.at)));
        let inputs = inputs(listing.files, changes.as_ref(), judged.as_ref());
        let (base, changed) = changes.map(|changes| (changes.base, changes.by_path)).unzip();
        let found_by = found_by.into_inner();
        Ok(Self { inputs, trees, reader, base, changed: changed.unwrap_or_default(), problems, found_by })
    }
}

/// Returns the paths to judge; `None` for all.
fn judged(
    root: &files::Root,
    all: &[Found],
    paths: &[Utf8PathBuf],
    exclude: &[String],
    problems: &mut Vec<Problem>,
) -> Option<BTreeSet<Arc<str>>> {
    let absolute: Vec<Utf8PathBuf> =
        paths.iter().map(|path| path.canonicalize_utf8().unwrap_or_else(|_| path.clone())).collect();
    if absolute.is_empty() || absolute.contains(&root.absolute) {
        return None;
    }
    let mut listing = files::narrow(root, all.to_vec(), &absolute, exclude);
    problems.append(&mut listing.problems);
    Some(listing.files.into_iter().map(|found| found.path).collect())
}

fn inputs(files: Vec<Found>, changes: Option<&Changes>, judged: Option<&BTreeSet<Arc<str>>>) -> Vec<Input> {
    let unknown: Arc<str> = "what changed is known only with --since or --staged".into();
    let mut inputs: BTreeMap<Arc<str>, Input> = files
        .into_iter()
        .map(|found| {
            let change = changes.map_or_else(
                || Known::No(unknown.clone()),
                |changes| Known::Yes(changes.by_path.get(&found.path).cloned().unwrap_or(Change::Unchanged)),
            );
            let judged = judged.is_none_or(|judged| judged.contains(&found.path));
            (found.path.clone(), Input { found, change, judged })
        })
        .collect();
    for path in changes.iter().flat_map(|changes| &changes.deleted) {
        let found = Found { path: path.clone(), size: Some(0) };
        let judged = judged.is_none();
        inputs.entry(path.clone()).or_insert(Input { found, change: Known::Yes(Change::Deleted), judged });
    }
    inputs.into_values().collect()
}

/// Returns the trees without a single migration. One that the user named must have some.
fn empty_trees(trees: &[Tree], files: &[Found], configured: &[Configured]) -> Vec<Problem> {
    let empty = |tree: &&Tree| !files.iter().any(|found| migrations::is_version_file(tree, &found.path));
    trees
        .iter()
        .filter(empty)
        .map(|tree| {
            let named = configured.iter().find(|named| named.path.trim_end_matches('/') == &*tree.name);
            let problem =
                Problem::warning(format!("there is no migration in `{}`", tree.name)).empty(tree.name.clone());
            match named {
                Some(named) => Problem { level: Level::Error, ..problem }.at(named.at.clone()),
                None => problem.at(Location { path: tree.location.path.clone(), span: tree.location.span }),
            }
        })
        .collect()
}
