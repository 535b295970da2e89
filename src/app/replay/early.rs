//! Migrations that are followed, and folded, while files are judged.
//!
//! As soon as some that come after each other were parsed, what they do is found out and their syntax, which takes most of
//! the memory, is let go of. In which order they run is foreseen from the heads of their files, so that they can be judged
//! in that order and folded meanwhile; where something else was foreseen than is there, they are folded again.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::dialect::Signs;
use super::ways;
use crate::languages::python::migrations::{Ahead, Library, Migrations, Part, Ran, Run, STACK, TOGETHER};
use crate::languages::python::{Source, head};
use crate::model::Known;
use crate::model::facts::{File, Graph, Migration, Size, Tool};
use crate::model::operation::{Direction, Operation};
use crate::model::schema::Dialect;
use crate::sources::migrations::{Tree, alembic, graph, is_version_file};
use crate::sources::replay::{FoldOptions, Folded, Follow, Recorder, Replay, order};
use crate::sources::shelf::Shelf;

/// How many migrations are followed together: up and down.
const GROUP: usize = TOGETHER / 2;

/// What is followed early.
pub(crate) struct Early<'a> {
    library: Library,
    shelf: &'a Shelf,
    trees: Vec<EarlyTree<'a>>,
    groups: Vec<Group>,
    /// The place of each file in the order in which they are wanted, by path.
    places: FxHashMap<Arc<str>, usize>,
    /// Another run is to come.
    again: bool,
}

/// A tree of migrations.
struct EarlyTree<'a> {
    tree: &'a Tree,
    dialect: Dialect,
    /// The graph that is foreseen; `None` where nothing is folded early.
    foreseen: Option<Graph>,
    folded: OnceLock<Mutex<Option<FoldedEarly>>>,
    /// Its groups.
    groups: std::ops::Range<usize>,
}

/// What came of folding a graph.
pub(super) struct FoldedEarly {
    pub(super) folded: Folded,
    pub(super) replay: Replay,
    /// Files that were imported by migrations that asked for the state.
    pub(super) imported: HashSet<Arc<str>>,
}

/// Migrations that are followed together.
struct Group {
    dialect: Dialect,
    /// So many files are yet to be judged.
    left: AtomicUsize,
    members: Mutex<Vec<Arc<Migration>>>,
    /// `None` where they will not be followed early any more.
    followed: OnceLock<Option<FollowedGroup>>,
}

/// What came of following a group.
struct FollowedGroup {
    /// By path.
    members: Vec<Arc<Migration>>,
    runs: Vec<Run>,
    part: Part,
}

impl FollowedGroup {
    fn run(&self, path: &str, direction: Direction) -> Option<usize> {
        let first = self.runs.partition_point(|(of, _)| **of < *path);
        let own = self.runs[first..].iter().take_while(|(of, _)| **of == *path);
        own.enumerate().find_map(|(number, (_, way))| (*way == direction).then_some(first + number))
    }
}

impl<'a> Early<'a> {
    /// Plans to follow the migrations of Python in `trees`. The library is to hold no syntax of theirs.
    pub(super) fn new(
        library: Library,
        (trees, shelf, again): (&'a [Tree], &'a Shelf, bool),
        guess: impl Fn(&Tree, &Signs<'_>) -> Dialect,
    ) -> Self {
        let mut early =
            Self { library, shelf, trees: Vec::new(), groups: Vec::new(), places: FxHashMap::default(), again };
        for tree in trees.iter().filter(|tree| tree.tool == Tool::Alembic) {
            early.add(tree, &guess);
        }
        let paths: Vec<Arc<str>> = early.places.keys().cloned().collect();
        early.library = early.library.with_places(&paths);
        early
    }

    fn add(&mut self, tree: &'a Tree, guess: &impl Fn(&Tree, &Signs<'_>) -> Dialect) {
        let paths: Vec<&Arc<str>> = self.library.paths().filter(|path| is_version_file(tree, path)).collect();
        let dialect = guess(tree, &Signs { name: &tree.name, location: &tree.location, paths: &paths });
        // A file of several trees is a migration of the first.
        let new = paths.iter().filter(|path| !self.places.contains_key(**path));
        let mut new: Vec<Arc<str>> = new.map(|path| Arc::clone(path)).collect();
        // A single group is followed as soon as it is judged.
        let foreseen = (new.len() > GROUP).then(|| foresee(tree, &new, &self.library)).flatten();
        if let Some((_, order)) = &foreseen {
            let rank: FxHashMap<&Arc<str>, usize> = order.iter().zip(0..).collect();
            new.sort_by_key(|path| rank.get(path).copied().unwrap_or(usize::MAX));
        }
        let first = self.groups.len();
        self.places.extend(new.iter().cloned().zip(first * GROUP..));
        self.groups.extend(new.chunks(GROUP).map(|paths| Group {
            dialect,
            left: AtomicUsize::new(paths.len()),
            members: Mutex::default(),
            followed: OnceLock::new(),
        }));
        let groups = first..self.groups.len();
        let foreseen = foreseen.map(|(graph, _)| graph);
        self.trees.push(EarlyTree { tree, dialect, foreseen, folded: OnceLock::new(), groups });
    }

    /// Returns when a file is wanted: the smaller, the sooner.
    pub(crate) fn rank(&self, path: &str) -> usize {
        self.places.get(path).copied().unwrap_or(usize::MAX)
    }

    /// Takes note that a file was judged; with the migration that it is.
    pub(crate) fn passed(&self, path: &str, migration: Option<&Arc<Migration>>) {
        let Some(group) = self.group(path) else { return };
        if let Some(migration) = migration.filter(|migration| migration.unparsed.is_none()) {
            lock(&group.members).push(migration.clone());
        }
        if group.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            group.followed.get_or_init(|| Some(self.follow(std::mem::take(&mut *lock(&group.members)), group.dialect)));
        }
    }

    fn group(&self, path: &str) -> Option<&Group> {
        self.places.get(path).map(|place| &self.groups[place / GROUP])
    }

    fn follow(&self, mut members: Vec<Arc<Migration>>, dialect: Dialect) -> FollowedGroup {
        // Which of them was judged last is a matter of luck.
        members.sort_by(|one, two| one.file.path.cmp(&two.file.path));
        let path = |migration: &Arc<Migration>| migration.file.path.clone();
        let sources: Vec<Arc<Source>> = members.iter().filter_map(|one| self.shelf.held(&path(one))).collect();
        let runs = members.iter().flat_map(|one| ways(one, true).map(|direction| (path(one), direction)));
        let runs: Vec<Run> = runs.collect();
        let part = self.library.with(sources.iter().cloned()).follow_together(&runs, dialect);
        let is_open = |source: &Arc<Source>| {
            runs.iter()
                .enumerate()
                .any(|(number, (path, _))| path == source.path() && part.operations(number).is_none())
        };
        // Those are followed again when their turn comes.
        sources.iter().filter(|source| is_open(source)).for_each(|source| self.library.lend(source));
        sources.iter().for_each(|source| self.shelf.let_go(source));
        FollowedGroup { members, runs, part }
    }

    /// Starts to fold what can be, in a thread of `scope`. What it returns says, when it is dropped, that no more files are
    /// judged.
    pub(crate) fn start<'s>(&'s self, scope: &'s thread::Scope<'s, '_>) -> Judging<'s> {
        let judging = Judging(&self.groups);
        let is_open = |tree: &&EarlyTree<'_>| tree.foreseen.is_some();
        if !self.trees.iter().any(|tree| is_open(&tree)) {
            return judging;
        }
        let work = move || {
            let mut trees = Unfolded(self.trees.iter().filter(is_open).collect());
            while let Some(tree) = trees.0.first() {
                let folded = self.fold(tree);
                let _ = tree.folded.set(Mutex::new(folded));
                trees.0.remove(0);
            }
        };
        if thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).is_err() {
            drop(Unfolded(self.trees.iter().collect()));
        }
        judging
    }

    /// Takes note that no more files are judged.
    pub(super) fn end(&self) {
        drop(Judging(&self.groups));
    }

    fn fold(&self, tree: &EarlyTree<'_>) -> Option<FoldedEarly> {
        let graph = tree.foreseen.as_ref()?;
        let options = FoldOptions { dialect: tree.dialect, at: None, downgrades: true };
        let mut folded = Folded::new(&options, self.again);
        let plan = folded.plan(graph, &options).ok()?;
        let mut follow = InTurn { early: self, migrations: self.library.migrations(), failed: false };
        let replay = folded.fold(graph, &options, plan, &mut follow);
        (!follow.failed).then(|| FoldedEarly { folded, replay, imported: follow.migrations.imported() })
    }

    /// Moves what was folded of a graph on a kind of database, if it is the graph that was foreseen.
    pub(super) fn folded(&self, graph: &Graph, dialect: Dialect) -> Option<FoldedEarly> {
        let tree = self.tree(graph, dialect)?;
        let foreseen = tree.foreseen.as_ref()?;
        let mut early = lock(tree.folded.wait()).take()?;
        let is_same = |(one, two): (&Arc<Migration>, &Arc<Migration>)| {
            one.is_placed_as(two) && one.revision_span == two.revision_span && two.unparsed.is_none()
        };
        let pairs = || foreseen.migrations.iter().zip(&graph.migrations);
        if foreseen.migrations.len() != graph.migrations.len() || !pairs().all(is_same) {
            return None;
        }
        early.folded.note_places(graph);
        Some(early)
    }

    /// Gives what was found out of a tree on a kind of database.
    pub(super) fn give(&self, graph: &Graph, dialect: Dialect, ahead: &mut Ahead) {
        let Some(tree) = self.tree(graph, dialect) else { return };
        for followed in self.groups[tree.groups.clone()].iter().filter_map(|group| group.followed.get()?.as_ref()) {
            ahead.add(followed.runs.iter().cloned(), followed.part.clone());
        }
    }

    fn tree(&self, graph: &Graph, dialect: Dialect) -> Option<&EarlyTree<'a>> {
        self.trees.iter().find(|tree| *tree.tree.name == *graph.name && tree.dialect == dialect)
    }

    /// Returns the Python of the project, with the syntax of the migrations that are to be followed again.
    pub(super) const fn library(&self) -> &Library {
        &self.library
    }
}

/// Returns the graph of a tree as far as the heads of its files tell, and the paths of its migrations in the order in
/// which they run.
fn foresee(tree: &Tree, paths: &[Arc<str>], library: &Library) -> Option<(Graph, Vec<Arc<str>>)> {
    let migration = |path: &Arc<str>| {
        let text = library.file(path)?.text();
        let unasked: Arc<str> = "nobody has asked".into();
        let file = File {
            path: path.clone(),
            size: Size::Bytes(0),
            change: Known::No(unasked.clone()),
            text: Known::No(unasked.clone()),
            calls: Vec::new(),
        };
        Some(Arc::new(alembic::migration(tree, &Arc::new(file), head(path, text)?)))
    };
    let migrations: Vec<Arc<Migration>> = paths.par_iter().filter_map(migration).collect();
    let graph = graph::build(tree, migrations);
    let order = order(&graph, None).ok()?.migrations;
    let order = order.iter().map(|migration| migration.file.path.clone()).collect();
    Some((graph, order))
}

/// Groups whose files are being judged: those that are not, once this is gone, will not be followed.
pub(crate) struct Judging<'e>(&'e [Group]);

impl Drop for Judging<'_> {
    fn drop(&mut self) {
        for group in self.0 {
            group.followed.get_or_init(|| None);
        }
    }
}

/// Trees that nobody has folded yet: nobody will, once this is gone.
struct Unfolded<'e, 'a>(Vec<&'e EarlyTree<'a>>);

impl Drop for Unfolded<'_, '_> {
    fn drop(&mut self) {
        for tree in &self.0 {
            tree.folded.get_or_init(Mutex::default);
        }
    }
}

/// Tells what migrations do when their turn comes, as soon as that is known.
struct InTurn<'e, 'a> {
    early: &'e Early<'a>,
    migrations: Migrations<'e>,
    /// Some were not followed: what is folded is of no use.
    failed: bool,
}

impl InTurn<'_, '_> {
    fn followed(&self, path: &str) -> Option<&FollowedGroup> {
        self.early.group(path)?.followed.wait().as_ref()
    }
}

impl Follow for InTurn<'_, '_> {
    fn settled(&mut self, migration: &Arc<Migration>) -> Arc<Migration> {
        let path = &migration.file.path;
        let members = self.followed(path).map_or(&[][..], |followed| &followed.members);
        match members.binary_search_by(|member| member.file.path.cmp(path)) {
            Ok(place) => members[place].clone(),
            Err(_) => {
                self.failed = true;
                migration.clone()
            }
        }
    }

    fn known(&self, migration: &Arc<Migration>, direction: Direction) -> Option<&[Arc<Operation>]> {
        if self.failed {
            return Some(&[]);
        }
        let followed = self.followed(&migration.file.path)?;
        followed.part.operations(followed.run(&migration.file.path, direction)?)
    }

    fn follow(&mut self, migration: &Arc<Migration>, direction: Direction, recorder: &mut Recorder<'_>) {
        self.failed |= self.migrations.run(&migration.file.path, direction, recorder) == Ran::NoFile;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
