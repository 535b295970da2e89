//! How the migrations of a tree hang together: heads, bases, branches, and what is wrong. Equal to what Alembic's
//! `ScriptDirectory` says wherever it says anything; where it stops at an error, this goes on.

mod cycles;
mod labels;

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Tree;
use crate::model::Known;
use crate::model::facts::{Graph, Migration, MissingParent};

/// Returns the graph of a tree.
///
/// Files that share a revision are one place in it, with the parents of all of them; heads, bases and branches name
/// the first by path. A parent must be a whole revision, a dependency may be a branch label too, as Alembic has it.
/// A migration whose revision is not known counts as a child but never as a head. Takes time linear in migrations,
/// and needs no deep stack.
pub fn build(tree: &Tree, mut migrations: Vec<Arc<Migration>>) -> Graph {
    migrations.sort_by(|left, right| left.file.path.cmp(&right.file.path));
    let places = Places::new(&migrations);
    let named = |keep: &dyn Fn(&Place) -> bool| {
        places.places.iter().filter(|place| keep(place)).map(|place| place.first().clone()).collect()
    };
    Graph {
        name: tree.name.clone(),
        tool: tree.tool,
        location: tree.location.clone(),
        heads: named(&|place| place.revision.is_some() && place.children.is_empty()),
        bases: named(&|place| place.is_base),
        branches: named(&|place| place.children.len() > 1),
        cycles: cycles::find(&places),
        duplicates: places
            .places
            .iter()
            .filter(|place| place.files.len() > 1)
            .map(|place| place.files.clone())
            .collect(),
        labels: labels::effective(&places),
        missing_parents: places.missing,
        unknown: why_unknown(&migrations),
        migrations,
    }
}

/// Does the same as [`build`], given the graph of the tree as it was before: it is the same one where no file is another.
pub fn build_again(tree: &Tree, mut migrations: Vec<Arc<Migration>>, before: Option<&Arc<Graph>>) -> Arc<Graph> {
    migrations.sort_by(|left, right| left.file.path.cmp(&right.file.path));
    let Some(before) = before.filter(|before| before.migrations.len() == migrations.len()) else {
        return Arc::new(build(tree, migrations));
    };
    let mut others = Vec::new();
    for (old, new) in before.migrations.iter().zip(&migrations) {
        if Arc::ptr_eq(old, new) {
            continue;
        }
        if !old.is_placed_as(new) {
            return Arc::new(build(tree, migrations));
        }
        others.push((old, new));
    }
    if others.is_empty() {
        return before.clone();
    }
    let mut graph = Graph::clone(before);
    graph.put(&others);
    Arc::new(graph)
}

/// The places of the graph, by revision; those whose revision is not known come last, by path.
struct Places {
    places: Vec<Place>,
    missing: Vec<MissingParent>,
}

/// One revision, and the files that claim it.
struct Place {
    revision: Option<Arc<str>>,
    /// By path; never empty.
    files: Vec<Arc<Migration>>,
    is_base: bool,
    /// Each once.
    parents: Vec<usize>,
    dependencies: Vec<usize>,
    children: Vec<usize>,
    /// Those that depend on it without descending from it.
    dependents: Vec<usize>,
}

impl Place {
    fn first(&self) -> &Arc<Migration> {
        &self.files[0]
    }

    fn labels(&self) -> impl Iterator<Item = &Arc<str>> {
        self.files.iter().filter_map(|file| file.branch_labels.as_known()).flatten()
    }

    /// Returns whether it leads to several others, dependencies included.
    fn forks(&self) -> bool {
        // With one child at most, asking each dependent whether it is that one is cheap.
        let dependents = || self.dependents.iter().filter(|place| !self.children.contains(place));
        self.children.len() > 1 || self.children.len() + dependents().count() > 1
    }

    /// Returns whether several parents are written, be it the same one twice, as Alembic counts them.
    fn merges(&self) -> bool {
        self.files.iter().any(|file| file.down_revisions.as_known().is_some_and(|parents| parents.len() > 1))
    }
}

impl Places {
    /// Takes migrations in order of their paths.
    fn new(migrations: &[Arc<Migration>]) -> Self {
        let mut named: Vec<(&Arc<str>, &Arc<Migration>)> = Vec::with_capacity(migrations.len());
        let mut nameless = Vec::new();
        for migration in migrations {
            match &migration.revision {
                Known::Yes(revision) => named.push((revision, migration)),
                Known::No(_) => nameless.push((None, vec![migration.clone()])),
            }
        }
        named.par_sort_by_key(|(revision, _)| *revision);
        let named = named.chunk_by(|(left, _), (right, _)| left == right).map(|files| {
            let (revision, _) = files[0];
            (Some(revision.clone()), files.iter().map(|(_, migration)| Arc::clone(migration)).collect())
        });
        let places = named.chain(nameless).map(|(revision, files): (_, Vec<Arc<Migration>>)| Place {
            revision,
            is_base: files.iter().any(|file| file.down_revisions.as_known().is_some_and(Vec::is_empty)),
            files,
            parents: Vec::new(),
            dependencies: Vec::new(),
            children: Vec::new(),
            dependents: Vec::new(),
        });
        let mut places = Self { places: places.collect(), missing: Vec::new() };
        places.connect();
        places
    }

    fn connect(&mut self) {
        let mut by_revision: FxHashMap<Arc<str>, usize> = FxHashMap::default();
        by_revision.reserve(self.places.len());
        let mut by_label: FxHashMap<Arc<str>, usize> = FxHashMap::default();
        for (index, place) in self.places.iter().enumerate() {
            by_revision.extend(place.revision.clone().map(|revision| (revision, index)));
            for label in place.labels() {
                by_label.entry(label.clone()).or_insert(index);
            }
        }
        for child in 0..self.places.len() {
            let files = std::mem::take(&mut self.places[child].files);
            for file in &files {
                for parent in file.down_revisions.as_known().into_iter().flatten() {
                    match by_revision.get(parent) {
                        Some(parent) => self.link(child, *parent, false),
                        None => self.miss(file, parent),
                    }
                }
                for needed in file.depends_on.as_known().into_iter().flatten() {
                    match by_revision.get(needed).or_else(|| by_label.get(needed)) {
                        Some(needed) => self.link(child, *needed, true),
                        None => self.miss(file, needed),
                    }
                }
            }
            self.places[child].files = files;
        }
        // Visited in order of the child, so that a child named twice lies side by side.
        for place in &mut self.places {
            place.children.dedup();
            place.dependents.dedup();
            for list in [&mut place.parents, &mut place.dependencies] {
                list.sort_unstable();
                list.dedup();
            }
        }
        self.missing.sort_by(|left, right| {
            (&left.migration.file.path, &left.revision).cmp(&(&right.migration.file.path, &right.revision))
        });
        self.missing
            .dedup_by(|left, right| Arc::ptr_eq(&left.migration, &right.migration) && left.revision == right.revision);
    }

    fn link(&mut self, child: usize, parent: usize, depends: bool) {
        if depends {
            self.places[child].dependencies.push(parent);
            self.places[parent].dependents.push(child);
        } else {
            self.places[child].parents.push(parent);
            self.places[parent].children.push(child);
        }
    }

    fn miss(&mut self, migration: &Arc<Migration>, revision: &Arc<str>) {
        self.missing.push(MissingParent { migration: migration.clone(), revision: revision.clone() });
    }
}

/// Returns why the graph may be wrong: the first file of which something that matters is not known.
fn why_unknown(migrations: &[Arc<Migration>]) -> Option<Arc<str>> {
    let reasons: Vec<(&str, &str, &str)> = migrations
        .iter()
        .filter_map(|file| Some((&*file.file.path, reason(file)?)))
        .map(|(path, (what, why))| (path, what, why))
        .collect();
    let (path, what, why) = reasons.first()?;
    let others = match reasons.len() - 1 {
        0 => String::new(),
        1 => " (and of one other file)".to_owned(),
        count => format!(" (and of {count} other files)"),
    };
    Some(format!("{what} of {path} is not known: {why}{others}").into())
}

fn reason(migration: &Migration) -> Option<(&'static str, &str)> {
    let lists = [
        ("down_revision", &migration.down_revisions),
        ("depends_on", &migration.depends_on),
        ("branch_labels", &migration.branch_labels),
    ];
    if let Known::No(why) = &migration.revision {
        return Some(("revision", why));
    }
    lists.into_iter().find_map(|(what, known)| match known {
        Known::No(why) => Some((what, &**why)),
        Known::Yes(_) => None,
    })
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
