//! Migrations that are followed while files are judged, as soon as those beside them were parsed too: their syntax, which
//! takes most of the memory, is let go of before that of all others is there.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::dialect::{self, Signs};
use super::{Settings, ways};
use crate::languages::python::Source;
use crate::languages::python::migrations::{Ahead, Library, Part, Run, TOGETHER};
use crate::model::facts::{Migration, Tool};
use crate::model::schema::Dialect;
use crate::sources::migrations::{Tree, is_version_file};
use crate::sources::shelf::Shelf;

/// How many migrations are followed together: up and down.
const GROUP: usize = TOGETHER / 2;

/// What is followed early.
pub(crate) struct Early<'a> {
    library: Library,
    shelf: &'a Shelf,
    groups: Vec<Group<'a>>,
    /// The group of each file, by path.
    places: FxHashMap<Arc<str>, usize>,
}

/// Migrations of a tree that lie beside each other.
struct Group<'a> {
    tree: &'a Tree,
    dialect: Dialect,
    /// So many files are yet to be judged.
    left: AtomicUsize,
    members: Mutex<Vec<Arc<Migration>>>,
    followed: Mutex<Option<Followed>>,
}

/// What came of following a group.
struct Followed {
    runs: Vec<Run>,
    part: Part,
    /// Those that are to be followed again, when their turn comes.
    open: Vec<Arc<Source>>,
}

impl<'a> Early<'a> {
    /// Plans to follow the migrations of Python in `trees`. The library is to hold no syntax of theirs.
    pub(super) fn new(
        library: Library,
        (trees, shelf): (&'a [Tree], &'a Shelf),
        settings: &Settings,
        read: dialect::Read<'_>,
    ) -> Self {
        let (mut groups, mut places) = (Vec::new(), FxHashMap::default());
        for tree in trees.iter().filter(|tree| tree.tool == Tool::Alembic) {
            let paths: Vec<&Arc<str>> = library.paths().filter(|path| is_version_file(tree, path)).collect();
            let signs = Signs { name: &tree.name, location: &tree.location, paths: &paths };
            let told = || dialect::of_alembic(&signs, &library, &mut dialect::Imports::default(), read).dialect;
            let dialect = settings.of(&tree.name).unwrap_or_else(told);
            for paths in paths.chunks(GROUP) {
                // A file of several trees is a migration of the first.
                let new = paths.iter().filter(|path| !places.contains_key(**path));
                let new: Vec<Arc<str>> = new.map(|path| Arc::clone(path)).collect();
                let left = AtomicUsize::new(new.len());
                places.extend(new.into_iter().map(|path| (path, groups.len())));
                groups.push(Group { tree, dialect, left, members: Mutex::default(), followed: Mutex::default() });
            }
        }
        Self { library, shelf, groups, places }
    }

    /// Takes note that a file was judged; with the migration that it is.
    pub(crate) fn passed(&self, path: &str, migration: Option<&Arc<Migration>>) {
        let Some(group) = self.places.get(path).map(|number| &self.groups[*number]) else { return };
        if let Some(migration) = migration.filter(|migration| migration.unparsed.is_none()) {
            lock(&group.members).push(migration.clone());
        }
        if group.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            let followed = self.follow(std::mem::take(&mut *lock(&group.members)), group.dialect);
            *lock(&group.followed) = Some(followed);
        }
    }

    fn follow(&self, mut members: Vec<Arc<Migration>>, dialect: Dialect) -> Followed {
        // Which of them was judged last is a matter of luck.
        members.sort_by(|one, two| one.file.path.cmp(&two.file.path));
        let path = |migration: &Arc<Migration>| migration.file.path.clone();
        let sources: Vec<Arc<Source>> = members.iter().filter_map(|one| self.shelf.held(&path(one))).collect();
        let runs = members.iter().flat_map(|one| ways(one, true).map(|direction| (path(one), direction)));
        let runs: Vec<Run> = runs.collect();
        let part = self.library.with(sources.iter().cloned()).follow_together(&runs, dialect);
        let is_open = |source: &Arc<Source>| {
            runs.iter().enumerate().any(|(number, (path, _))| path == source.path() && part.is_open(number))
        };
        let open = sources.iter().filter(|source| is_open(source)).cloned().collect();
        sources.iter().for_each(|source| self.shelf.let_go(source));
        Followed { runs, part, open }
    }

    /// Moves what was found out of a tree on a kind of database.
    pub(super) fn give(&self, tree: &str, dialect: Dialect, ahead: &mut Ahead) {
        for group in self.groups.iter().filter(|group| *group.tree.name == *tree && group.dialect == dialect) {
            if let Some(Followed { runs, part, .. }) = lock(&group.followed).take() {
                ahead.add(runs, part);
            }
        }
    }

    /// Returns the files, with their syntax, of the migrations that are to be followed again.
    pub(super) fn open(&self) -> Vec<Arc<Source>> {
        self.groups
            .iter()
            .flat_map(|group| lock(&group.followed).iter().flat_map(|one| one.open.clone()).collect::<Vec<_>>())
            .collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
