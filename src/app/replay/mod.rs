//! Replaying the migrations of a run: their texts are read, followed in order, and each is told what it does.

mod dialect;
mod models;
mod sql;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use crate::config::Config;
use crate::engine::{REPLAYED, Replayed};
use crate::languages::python::Source;
use crate::languages::python::migrations::{Ahead, ENDS_IN_ERROR, Ran, with_project};
use crate::model::facts::{Graph, Migration, Tool};
use crate::model::operation::{Action, Direction, Operation};
use crate::model::schema::{Dialect, Schema};
use crate::model::{Location, Problem};
use crate::sources::changes::{Server, tell};
use crate::sources::migrations::Tree;
use crate::sources::replay::{FoldOptions, NoRevision, Recorder, Replay, fold};
use crate::sources::shelf::Shelf;
use dialect::Guess;

/// What a replay reads.
pub(crate) struct Sources<'a> {
    pub(crate) trees: &'a [Tree],
    /// All files of the project, by path.
    pub(crate) paths: &'a [Arc<str>],
    /// The Python among them.
    pub(crate) shelf: &'a Shelf,
    /// Reads one of them.
    pub(crate) read: &'a (dyn Fn(&str) -> Result<Vec<u8>, Problem> + Sync),
    /// What was followed before.
    pub(crate) followed: &'a Followed,
}

/// What migrations do that ask nothing about the state, by the name of their graph and the dialect.
#[derive(Debug, Default)]
pub(crate) struct Followed(Mutex<HashMap<(Arc<str>, Dialect), Ahead>>);

impl Followed {
    /// Forgets what a file does: it is another one now.
    pub(crate) fn forget(&mut self, path: &Arc<str>) {
        let graphs = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        graphs.values_mut().for_each(|ahead| ahead.forget(path));
    }
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

    /// Returns the dialect that somebody says a graph has.
    fn of(&self, graph: &Graph) -> Option<Dialect> {
        self.dialect.or_else(|| self.dialects.get(&*graph.name).copied())
    }
}

/// What replaying graphs gave so far.
#[derive(Default)]
struct Gathered {
    parts: Vec<(Dialect, Schema)>,
    problems: Vec<Problem>,
}

impl Gathered {
    /// Takes what replaying one graph gave, and tells its migrations what they do.
    fn take(&mut self, replay: Result<Replay, NoRevision>, dialect: Dialect, settings: &Settings) {
        match replay {
            Ok(replay) => {
                let server = Server { dialect, version: settings.server_versions.get(&dialect).copied() };
                replay.migrations.into_par_iter().for_each(|one| tell(one, server));
                self.parts.push((dialect, replay.schema));
            }
            Err(error) => self.problems.push(Problem::error(error.to_string())),
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
        let dialect = settings.of(graph).unwrap_or_else(|| dialect::of_sql(tree));
        let replay = sql::follow((graph, tree, dialect), sources, |scripts| {
            let mut run = |migration: &Arc<Migration>, direction, recorder: &mut Recorder<'_>| {
                let operations = scripts.take(migration, direction);
                operations.into_iter().for_each(|operation| recorder.apply(operation));
            };
            fold(graph, &options(dialect, settings), &mut run)
        });
        gathered.take(replay, dialect, settings);
    }
    if !of_python.is_empty() {
        gathered = follow_python(&of_python, sources, settings, gathered);
    }
    Replayed { schemas: schemas(gathered.parts), problems: gathered.problems }
}

/// Returns the file with a path.
fn find<'a>(files: &'a [Arc<Source>], path: &str) -> Option<&'a Source> {
    let index = files.binary_search_by(|file| (**file.path()).cmp(path)).ok()?;
    Some(&files[index])
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
    let python = sources.paths.par_iter().filter(|path| path.ends_with(".py"));
    let files: Vec<Arc<Source>> = python
        .filter_map(|path| {
            let source = sources.shelf.get(path, || (sources.read)(path)).ok()?;
            // Here, where all cores do it; what hints at no table is parsed if a migration imports it.
            (!source.hints_at_tables() || source.parse().is_ok()).then_some(source)
        })
        .collect();
    let guesses: Vec<Guess> = graphs
        .iter()
        .map(|graph| settings.of(graph).map_or_else(|| dialect::of_alembic(graph, &files, sources), Guess::from))
        .collect();
    let unregistered: Vec<bool> = graphs.iter().map(|graph| models::are_unregistered(graph, &files)).collect();
    let followed = with_project(files, |migrations| {
        let mut found = Gathered::default();
        for ((graph, guess), unregistered) in graphs.iter().zip(guesses).zip(unregistered) {
            let follow =
                |ahead: &Ahead, migration: &Arc<Migration>, direction: Direction, recorder: &mut Recorder<'_>| {
                    let path = &migration.file.path;
                    if let Some(operations) = ahead.operations(path, direction) {
                        operations.iter().for_each(|operation| recorder.apply(operation.clone()));
                    } else if migration.unparsed.is_some() {
                        recorder.apply(unfollowed(path, direction, "the file could not be parsed"));
                    } else if migrations.run(path, direction, recorder) == Ran::NoFile {
                        recorder.apply(unfollowed(path, direction, "the file could not be followed"));
                    }
                };
            let fold_on = |dialect| {
                let options = options(dialect, settings);
                let mut followed = sources.followed.0.lock().unwrap_or_else(PoisonError::into_inner);
                let ahead = followed.entry((graph.name.clone(), dialect)).or_default();
                let mut runs = runs(graph, &options);
                runs.retain(|run| !ahead.has(run));
                migrations.follow_ahead(&runs, dialect, ahead);
                fold(graph, &options, &mut |migration, direction, recorder| {
                    follow(ahead, migration, direction, recorder);
                })
            };
            let mut dialect = guess.dialect;
            let mut replay = fold_on(dialect);
            // Migrations that end in an error on a database are not made for it.
            for other in guess.others {
                if !replay.as_ref().is_ok_and(ends_in_error) {
                    break;
                }
                let again = fold_on(other);
                if again.as_ref().is_ok_and(|again| !ends_in_error(again)) {
                    (dialect, replay) = (other, again);
                }
            }
            if let (Ok(replay), true) = (&mut replay, unregistered) {
                models::doubt(&mut replay.schema, graph);
            }
            found.take(replay, dialect, settings);
        }
        found
    });
    match followed {
        Some(found) => {
            gathered.parts.extend(found.parts);
            gathered.problems.extend(found.problems);
        }
        None => {
            let problem = Problem::error("the migrations could not be replayed: the system grants no thread");
            gathered.problems.push(problem);
        }
    }
    gathered
}

/// Returns the runs that a replay of a graph is made of; none where it stops at a revision that only it finds.
fn runs(graph: &Graph, options: &FoldOptions<'_>) -> Vec<(Arc<str>, Direction)> {
    if options.at.is_some() {
        return Vec::new();
    }
    let ways = |migration: &Arc<Migration>| {
        let path = migration.file.path.clone();
        let back = options.downgrades && migration.is_downgradable();
        let back = back.then(|| (path.clone(), Direction::Downgrade));
        std::iter::once((path, Direction::Upgrade)).chain(back)
    };
    graph.migrations.iter().filter(|migration| migration.unparsed.is_none()).flat_map(ways).collect()
}

/// Returns whether an upgrade ends in an error.
fn ends_in_error(replay: &Replay) -> bool {
    let operations = replay.migrations.iter().flat_map(|replayed| &replayed.operations);
    operations.map(|seen| &seen.operation).any(|operation| {
        operation.direction == Direction::Upgrade
            && matches!(&operation.action, Action::Unknown { why } if &**why == ENDS_IN_ERROR)
    })
}

/// Returns one schema for each kind of database: the trees that run on the same kind make one together. The only one
/// is called `migrations`; of several each says its dialect as well.
fn schemas(parts: Vec<(Dialect, Schema)>) -> Vec<Arc<Schema>> {
    let mut by_dialect: BTreeMap<Dialect, Schema> = BTreeMap::new();
    for (dialect, part) in parts {
        match by_dialect.get_mut(&dialect) {
            None => {
                by_dialect.insert(dialect, part);
            }
            Some(whole) => {
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
    let named = by_dialect.into_iter().map(|(dialect, schema)| {
        let name = if several { format!("{REPLAYED}-{dialect}").into() } else { REPLAYED.into() };
        Arc::new(Schema { name, ..schema })
    });
    named.collect()
}
