//! Replaying the migrations of a run: their texts are read, followed in order, and each is told what it does.

mod dialect;
mod early;
mod models;
mod sql;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use crate::config::Config;
use crate::engine::{REPLAYED, Replayed};
use crate::languages::python::Source;
use crate::languages::python::migrations::{Ahead, Coming, ENDS_IN_ERROR, Forgot, Library, Migrations, Ran};
use crate::model::facts::{Graph, Migration, Tool};
use crate::model::operation::{Action, Direction, Operation};
use crate::model::schema::{Dialect, Schema};
use crate::model::{Location, Problem};
use crate::sources::changes::{Server, tell};
use crate::sources::migrations::{Tree, is_version_file};
use crate::sources::replay::{FoldOptions, Folded, Follow, NoRevision, Plan, Recorder, Replay};
use crate::sources::shelf::Shelf;
use dialect::{Guess, Imports, Read, Signs};
pub(crate) use early::Early;

/// What a replay reads.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    pub(crate) trees: &'a [Tree],
    /// Returns all files of the project, by path.
    pub(crate) paths: &'a (dyn Fn() -> Vec<Arc<str>> + Sync),
    /// The Python among them.
    pub(crate) shelf: &'a Shelf,
    /// Reads one of them.
    pub(crate) read: Read<'a>,
    /// What was followed before.
    pub(crate) followed: &'a Followed,
    /// What was followed of this run already.
    pub(crate) early: Option<&'a Early<'a>>,
}

/// What was followed and folded, for another run.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    graphs: Mutex<HashMap<GraphName, OfGraph>>,
    python: Mutex<Python>,
    /// Another run is to come.
    again: bool,
}

/// The Python among the files.
#[derive(Debug, Default)]
struct Python {
    library: Option<Library>,
    /// Files of it that are others by now.
    touched: BTreeSet<Arc<str>>,
}

/// The tool of a graph, and its name.
type GraphName = (&'static str, Arc<str>);

/// What is kept of a graph.
#[derive(Debug, Default)]
struct OfGraph {
    by_dialect: HashMap<Dialect, OfDialect>,
    /// The server that its migrations were told of last.
    told: Option<Server>,
    imports: Imports,
}

/// What is kept of a graph on one kind of database.
#[derive(Debug, Default)]
struct OfDialect {
    /// What migrations do that ask nothing about the state.
    ahead: Ahead,
    folded: Option<Folded>,
}

impl Followed {
    /// Returns what the first run of many starts with.
    pub(crate) fn first() -> Self {
        Self { again: true, ..Self::default() }
    }

    /// Forgets what a file does: it is another one now.
    pub(crate) fn forget(&mut self, path: &Arc<str>) {
        if path.ends_with(".py") {
            self.python().touched.insert(path.clone());
        }
        let graphs = self.graphs.get_mut().unwrap_or_else(PoisonError::into_inner);
        graphs.values_mut().for_each(|graph| graph.imports.forget(path));
        for kept in graphs.values_mut().flat_map(|graph| graph.by_dialect.values_mut()) {
            if kept.ahead.forget(path) == Forgot::All {
                kept.folded = None;
            }
        }
    }

    /// Forgets which files there are: others are, now.
    pub(crate) fn forget_files(&mut self) {
        self.python().library = None;
    }

    fn python(&mut self) -> &mut Python {
        self.python.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what stands for a file now, which is the same one.
    pub(crate) fn replace(&mut self, file: &Arc<Source>) {
        if let Some(library) = &mut self.python().library {
            library.put(file.path(), Some(file.clone()));
        }
    }

    /// Returns who follows migrations while they are judged: in a run that knows nothing of an earlier one.
    pub(crate) fn early<'a>(&self, sources: &Sources<'a>, settings: &Settings) -> Option<Early<'a>> {
        let mut kept = self.python.lock().unwrap_or_else(PoisonError::into_inner);
        let has_python = sources.trees.iter().any(|tree| tree.tool == Tool::Alembic);
        if !has_python || kept.library.is_some() || settings.at.is_some() {
            return None;
        }
        let is_migration = |path: &str| sources.trees.iter().any(|tree| is_version_file(tree, path));
        // Who parses a migration later shall not fill this with syntax.
        let rests = |source: Arc<Source>| match is_migration(source.path()) {
            true => Arc::new(source.at_rest()),
            false => source,
        };
        let library = library(sources, rests);
        kept.library = Some(library.clone());
        kept.touched.clear();
        let guess =
            |tree: &Tree, signs: &Signs<'_>| self.guess(tree.tool, signs, &library, (settings, sources.read)).dialect;
        Some(Early::new(library.clone(), (sources.trees, sources.shelf, self.again), guess))
    }

    /// Gives the Python of the project.
    fn with_library<T>(&self, sources: &Sources<'_>, work: impl FnOnce(&Library) -> T) -> T {
        let mut kept = self.python.lock().unwrap_or_else(PoisonError::into_inner);
        let touched = std::mem::take(&mut kept.touched);
        let known = kept.library.take().and_then(|mut library| {
            touched.iter().all(|path| library.put(path, source(sources, path))).then_some(library)
        });
        let library = known.unwrap_or_else(|| library(sources, |source| source));
        let told = work(sources.early.map_or(&library, Early::library));
        kept.library = self.again.then_some(library);
        told
    }

    /// Returns the database that the migrations of a graph are for.
    fn guess(
        &self,
        tool: Tool,
        signs: &Signs<'_>,
        library: &Library,
        (settings, read): (&Settings, Read<'_>),
    ) -> Guess {
        let told = || self.of(tool, signs.name, |kept| dialect::of_alembic(signs, library, &mut kept.imports, read));
        settings.of(signs.name).map_or_else(told, Guess::from)
    }

    /// Gives what is kept of a graph.
    fn of<T>(&self, tool: Tool, name: &Arc<str>, work: impl FnOnce(&mut OfGraph) -> T) -> T {
        let mut graphs = self.graphs.lock().unwrap_or_else(PoisonError::into_inner);
        work(graphs.entry((tool.name(), name.clone())).or_default())
    }
}

/// Returns the Python of a project: what can be read of it, as `stands` says.
fn library(sources: &Sources<'_>, stands: impl Fn(Arc<Source>) -> Arc<Source> + Sync) -> Library {
    // Here, where all cores do it.
    let python = (sources.paths)().into_par_iter().filter(|path| path.ends_with(".py"));
    Library::new(python.filter_map(|path| source(sources, &path).map(&stands)).collect())
}

/// Returns a file of Python. Nothing is parsed before it is followed or imported.
fn source(sources: &Sources<'_>, path: &Arc<str>) -> Option<Arc<Source>> {
    sources.shelf.get(path, || (sources.read)(path)).ok()
}

/// How migrations are replayed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// The database that all of them run on; found out by themselves without it.
    pub(crate) dialect: Option<Dialect>,
    /// The databases of single trees, by the path that lawbook.yml names them with.
    pub(crate) dialects: BTreeMap<String, Dialect>,
    /// Major versions of servers, where somebody says them.
    pub(crate) server_versions: BTreeMap<Dialect, u32>,
    /// The revision to stop at; all heads without one.
    pub(crate) at: Option<String>,
}

impl Settings {
    /// Returns what lawbook.yml says about the migrations of a workspace.
    pub(crate) fn of_config(config: &Config) -> Self {
        let trees = config.migrations.iter().flatten();
        let dialects = trees.filter_map(|tree| Some((tree.path.value.clone(), tree.dialect?)));
        Self { dialects: dialects.collect(), server_versions: config.server_versions.clone(), ..Self::default() }
    }

    /// Returns the server of a dialect.
    fn server(&self, dialect: Dialect) -> Server {
        Server { dialect, version: self.server_versions.get(&dialect).copied() }
    }

    /// Returns the dialect that somebody says a tree has.
    fn of(&self, tree: &str) -> Option<Dialect> {
        self.dialect.or_else(|| self.dialects.get(tree).copied())
    }
}

/// What replaying graphs gave so far.
#[derive(Default)]
struct Gathered {
    parts: Vec<(Dialect, Arc<Schema>)>,
    problems: Vec<Problem>,
    /// Paths of the migrations that were told what they do.
    told: Vec<Arc<str>>,
}

impl Gathered {
    /// Takes what replaying one graph gave, and tells its migrations what they do.
    fn take(&mut self, replay: Result<Replay, NoRevision>, server: Server) {
        match replay {
            Ok(replay) => {
                let moved = replay.moved.iter().map(|(_, now)| now).chain(&replay.dropped);
                let told = moved.chain(replay.migrations.iter().map(|replayed| &replayed.migration));
                self.told.extend(told.map(|migration| migration.file.path.clone()));
                for (before, now) in replay.moved {
                    now.changes.set(before.changes.get().map(|changes| changes.of(&now)));
                }
                replay.dropped.iter().for_each(|migration| migration.changes.set(None));
                replay.migrations.into_par_iter().for_each(|one| tell(one, server));
                self.parts.push((server.dialect, replay.schema));
            }
            Err(error) => self.problems.push(Problem::error(error.to_string())),
        }
    }
}

impl OfGraph {
    /// Takes note of the server that migrations are told of. What was told of another one is to be told anew.
    fn settle(
        &mut self,
        server: Server,
        replay: Result<Replay, NoRevision>,
        fold: &mut dyn FnMut(&mut OfDialect) -> Result<Replay, NoRevision>,
    ) -> Result<Replay, NoRevision> {
        let is_known = self.told.replace(server) == Some(server);
        if is_known || replay.as_ref().map_or(true, |replay| replay.is_whole) {
            return replay;
        }
        let kept = self.by_dialect.entry(server.dialect).or_default();
        kept.folded = None;
        fold(kept)
    }
}

/// Returns what was folded of a graph, and what is to be folded now.
fn plan<'a>(
    folded: &'a mut Option<Folded>,
    graph: &Graph,
    options: &FoldOptions<'_>,
    again: bool,
) -> Result<(&'a mut Folded, Plan), NoRevision> {
    let folded = folded.get_or_insert_with(|| Folded::new(options, again));
    let plan = folded.plan(graph, options)?;
    Ok((folded, plan))
}

impl OfDialect {
    /// Folds a graph of Python.
    fn follow(
        &mut self,
        graph: &Graph,
        options: &FoldOptions<'_>,
        migrations: &Migrations<'_>,
        again: bool,
    ) -> Result<Replay, NoRevision> {
        let Self { ahead, folded } = self;
        let (folded, plan) = plan(folded, graph, options, again)?;
        // Where the replay stops somewhere, many are not needed.
        let open = plan.open().filter(|migration| options.at.is_none() && migration.unparsed.is_none());
        let runs = open.flat_map(|migration| {
            ways(migration, options.downgrades).map(|direction| (migration.file.path.clone(), direction))
        });
        let runs: Vec<(Arc<str>, Direction)> = runs.filter(|run| !ahead.has(run)).collect();
        let replay = migrations.follow_ahead(&runs, options.dialect, ahead, |coming| {
            folded.fold(graph, options, plan, &mut Scripts { coming, migrations })
        });
        ahead.note_imported(migrations.imported());
        Ok(replay)
    }

    /// Returns whether an upgrade ends in an error.
    fn ends_in_error(&self) -> bool {
        let mut operations = self.folded.iter().flat_map(Folded::operations);
        operations.any(|operation| {
            operation.direction == Direction::Upgrade
                && matches!(&operation.action, Action::Unknown { why } if &**why == ENDS_IN_ERROR)
        })
    }
}

/// Follows migrations of Python.
struct Scripts<'a, 'c, 'p> {
    coming: &'a Coming<'c>,
    migrations: &'a Migrations<'p>,
}

impl Follow for Scripts<'_, '_, '_> {
    fn known(&self, migration: &Arc<Migration>, direction: Direction) -> Option<&[Arc<Operation>]> {
        self.coming.operations(&migration.file.path, direction)
    }

    fn follow(&mut self, migration: &Arc<Migration>, direction: Direction, recorder: &mut Recorder<'_>) {
        let path = &migration.file.path;
        if migration.unparsed.is_some() {
            recorder.apply(unfollowed(path, direction, "the file could not be parsed"));
        } else if self.migrations.run(path, direction, recorder) == Ran::NoFile {
            recorder.apply(unfollowed(path, direction, "the file could not be followed"));
        }
    }
}

/// Replays the graphs of a run, and tells each migration what it does.
pub(crate) fn replay(graphs: &[Arc<Graph>], sources: &Sources<'_>, settings: &Settings) -> Replayed {
    let mut gathered = Gathered::default();
    let (of_sql, of_python): (Vec<&Arc<Graph>>, Vec<&Arc<Graph>>) =
        graphs.iter().partition(|graph| graph.tool == Tool::Sql);
    for graph in of_sql {
        let Some(tree) = sources.trees.iter().find(|tree| tree.name == graph.name && tree.tool == graph.tool) else {
            continue;
        };
        let dialect = settings.of(&graph.name).unwrap_or_else(|| dialect::of_sql(tree));
        let options = options(dialect, settings);
        let server = settings.server(dialect);
        let fold = &mut |kept: &mut OfDialect| {
            let (folded, plan) = plan(&mut kept.folded, graph, &options, sources.followed.again)?;
            let open: Vec<Arc<Migration>> = plan.open().cloned().collect();
            Ok(sql::follow(&open, (tree, dialect), sources, |scripts| folded.fold(graph, &options, plan, scripts)))
        };
        sources.followed.of(graph.tool, &graph.name, |kept| {
            let replay = fold(kept.by_dialect.entry(dialect).or_default());
            gathered.take(kept.settle(server, replay, fold), server);
        });
    }
    if !of_python.is_empty() {
        gathered = follow_python(&of_python, sources, settings, gathered);
    }
    Replayed { schemas: schemas(gathered.parts), problems: gathered.problems, told: gathered.told }
}

/// Returns what stands for a file that cannot be followed: nothing is known of what it does.
fn unfollowed(path: &Arc<str>, direction: Direction, why: &str) -> Operation {
    Operation::new(Action::Unknown { why: why.into() }, direction, Location::file(path.clone()))
}

fn options<'a>(dialect: Dialect, settings: &'a Settings) -> FoldOptions<'a> {
    FoldOptions { dialect, at: settings.at.as_deref(), downgrades: settings.at.is_none() }
}

fn follow_python(
    graphs: &[&Arc<Graph>],
    sources: &Sources<'_>,
    settings: &Settings,
    mut gathered: Gathered,
) -> Gathered {
    if let Some(early) = sources.early {
        early.end();
    }
    let followed = sources.followed.with_library(sources, |library| follow_in(library, graphs, sources, settings));
    match followed {
        Some(found) => found.into_iter().for_each(|(replay, server)| gathered.take(replay, server)),
        None => {
            let problem = Problem::error("the migrations could not be replayed: the system grants no thread");
            gathered.problems.push(problem);
        }
    }
    gathered
}

/// Follows graphs of Python; `None` where the system grants no thread.
fn follow_in(
    library: &Library,
    graphs: &[&Arc<Graph>],
    sources: &Sources<'_>,
    settings: &Settings,
) -> Option<Vec<(Result<Replay, NoRevision>, Server)>> {
    let guess = |graph: &&Arc<Graph>| {
        let paths: Vec<&Arc<str>> = graph.migrations.iter().map(|migration| &migration.file.path).collect();
        let signs = Signs { name: &graph.name, location: &graph.location, paths: &paths };
        sources.followed.guess(graph.tool, &signs, library, (settings, sources.read))
    };
    let guesses: Vec<Guess> = graphs.iter().map(guess).collect();
    let unregistered: Vec<bool> = graphs.iter().map(|graph| models::are_unregistered(graph, library)).collect();
    // Nothing is done here in parallel by the common workers: each of them may be waiting for a thread like this one.
    library.read(|migrations| {
        let mut found = Vec::new();
        for ((graph, guess), unregistered) in graphs.iter().zip(guesses).zip(unregistered) {
            sources.followed.of(graph.tool, &graph.name, |kept| {
                let fold = &mut |dialect, kept: &mut OfDialect| {
                    kept.follow(graph, &options(dialect, settings), migrations, sources.followed.again)
                };
                let has_others = !guess.others.is_empty();
                let mut try_on = |dialect| {
                    let tried = kept.by_dialect.entry(dialect).or_default();
                    let folded = sources.early.and_then(|early| early.folded(graph, dialect));
                    if let Some(early) = sources.early.filter(|_| folded.is_none() || sources.followed.again) {
                        early.give(graph, dialect, &mut tried.ahead);
                    }
                    let replay = match folded {
                        Some(early) => {
                            tried.folded = Some(early.folded);
                            tried.ahead.note_imported(early.imported);
                            Ok(early.replay)
                        }
                        None => fold(dialect, tried),
                    };
                    let fails = has_others && replay.is_ok() && tried.ends_in_error();
                    (dialect, replay, fails)
                };
                let (mut dialect, mut replay, mut fails) = try_on(guess.dialect);
                // Migrations that end in an error on a database are not made for it.
                for other in guess.others {
                    if !fails {
                        break;
                    }
                    let again = try_on(other);
                    if again.1.is_ok() && !again.2 {
                        (dialect, replay, fails) = again;
                    }
                }
                let server = settings.server(dialect);
                replay = kept.settle(server, replay, &mut |kept| fold(dialect, kept));
                if let (Ok(replay), true) = (&mut replay, unregistered) {
                    models::doubt(Arc::make_mut(&mut replay.schema), graph);
                }
                found.push((replay, server));
            });
        }
        found
    })
}

/// Returns the ways in which a migration is run.
fn ways(migration: &Migration, downgrades: bool) -> impl Iterator<Item = Direction> + use<> {
    let back = downgrades && migration.is_downgradable();
    std::iter::once(Direction::Upgrade).chain(back.then_some(Direction::Downgrade))
}

/// Returns one schema for each kind of database: the trees that run on the same kind make one together. The only one
/// is called `migrations`; of several each says its dialect as well.
fn schemas(parts: Vec<(Dialect, Arc<Schema>)>) -> Vec<Arc<Schema>> {
    let mut by_dialect: BTreeMap<Dialect, Arc<Schema>> = BTreeMap::new();
    for (dialect, part) in parts {
        match by_dialect.get_mut(&dialect) {
            None => {
                by_dialect.insert(dialect, part);
            }
            Some(whole) => {
                let (whole, part) = (Arc::make_mut(whole), Arc::unwrap_or_clone(part));
                for (name, table) in part.tables {
                    whole.tables.entry(name).or_insert(table);
                }
                for (name, found) in part.enums {
                    whole.enums.entry(name).or_insert(found);
                }
                for (name, view) in part.views {
                    whole.views.entry(name).or_insert(view);
                }
                whole.extensions.extend(part.extensions);
                whole.extensions.sort();
                whole.extensions.dedup();
                whole.unknown.extend(part.unknown);
            }
        }
    }
    let several = by_dialect.len() > 1;
    let named = by_dialect.into_iter().map(|(dialect, mut schema)| {
        if several {
            Arc::make_mut(&mut schema).name = format!("{REPLAYED}-{dialect}").into();
        }
        schema
    });
    named.collect()
}
