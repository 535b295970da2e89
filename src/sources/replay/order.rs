//! The order in which migrations run: as Alembic upgrades an empty database to all heads, or to one revision.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::model::facts::{Graph, Migration};
use crate::model::{Known, closest};

/// Migrations in the order in which they run, and those that have no place in it.
#[derive(Debug, Default)]
pub struct Order {
    pub migrations: Vec<Arc<Migration>>,
    /// With the reason.
    pub left_out: Vec<(Arc<Migration>, Arc<str>)>,
}

/// Why a revision to stop at could not be found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRevision {
    #[error("there is no revision `{name}`")]
    Unknown { name: String, nearest: Option<String> },
    #[error("`{name}` may be {}", candidates.join(" or "))]
    Ambiguous { name: String, candidates: Vec<String> },
}

/// Returns the order of all migrations of a graph; with `at`, of this revision and of what it descends from and depends
/// on. `at` is a revision, the beginning of one, a branch label, or `heads`.
///
/// # Errors
/// There is no such revision, or there are several.
pub fn order(graph: &Graph, at: Option<&str>) -> Result<Order, NoRevision> {
    let nodes = Nodes::new(graph);
    let target = match at {
        None | Some("heads") => None,
        Some(name) => Some(nodes.find(name)?),
    };
    let wanted = match target {
        None => vec![true; nodes.nodes.len()],
        Some(target) => nodes.needed(target),
    };
    Ok(nodes.sort(&wanted))
}

/// Which migrations come before which, where that is not simply the order in which they run.
///
/// The graph is cut into straight runs, each migration of which needs the one before it and nothing else: what has run
/// before a migration is then a number for each run, however long they are.
#[derive(Debug)]
pub(super) struct Lineage {
    nodes: Nodes,
    by_path: FxHashMap<Arc<str>, usize>,
    /// The place of each migration.
    places: Vec<Place>,
    /// The first migration of each run.
    firsts: Vec<usize>,
}

/// The place of a migration: its straight run, and how many come before it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub run: usize,
    pub position: usize,
}

impl Lineage {
    /// Returns `None` for a graph that is one line.
    pub fn new(graph: &Graph) -> Option<Self> {
        let nodes = Nodes::new(graph);
        if nodes.is_one_line() {
            return None;
        }
        let by_path =
            nodes.nodes.iter().enumerate().map(|(number, node)| (node.migration.file.path.clone(), number)).collect();
        let (places, firsts) = nodes.straight_runs();
        Some(Self { nodes, by_path, places, firsts })
    }

    /// Returns the number of a migration.
    pub fn number(&self, migration: &Migration) -> Option<usize> {
        self.by_path.get(&migration.file.path).copied()
    }

    /// Returns the migration with a number.
    pub fn migration(&self, number: usize) -> Option<&Migration> {
        self.nodes.nodes.get(number).map(|node| &*node.migration)
    }

    /// Returns the place of a migration.
    pub fn place(&self, number: usize) -> Option<Place> {
        self.places.get(number).copied()
    }

    /// Returns whether a migration has run wherever the one at a place runs, of whose run it is known what comes `before`.
    pub fn ran(&self, number: usize, current: Place, before: &[usize]) -> bool {
        self.place(number).is_some_and(|place| match place.run == current.run {
            true => place.position <= current.position,
            false => before[place.run] > place.position,
        })
    }

    /// Returns how many migrations of each other run have run wherever those of this one run: what they descend from or
    /// depend on.
    pub fn before(&self, run: usize) -> Vec<usize> {
        let mut ran = vec![0; self.firsts.len()];
        let mut open = vec![run];
        while let Some(run) = open.pop() {
            for need in &self.nodes.nodes[self.firsts[run]].needs {
                let Place { run, position } = self.places[*need];
                if ran[run] == 0 {
                    open.push(run);
                }
                ran[run] = ran[run].max(position + 1);
            }
        }
        ran
    }
}

/// The migrations by number: in the order of their files, as Alembic reads them.
#[derive(Debug)]
struct Nodes {
    nodes: Vec<Node>,
    by_revision: FxHashMap<Arc<str>, usize>,
    by_label: FxHashMap<Arc<str>, usize>,
}

#[derive(Debug)]
struct Node {
    migration: Arc<Migration>,
    /// Parents first, then what it depends on.
    needs: Vec<usize>,
    /// Who needs it.
    needed_by: Vec<usize>,
    left_out: Option<Arc<str>>,
}

impl Nodes {
    fn new(graph: &Graph) -> Self {
        let mut nodes = Self { nodes: Vec::new(), by_revision: FxHashMap::default(), by_label: FxHashMap::default() };
        for migration in &graph.migrations {
            let number = nodes.nodes.len();
            let mut left_out = None;
            match (&migration.revision, &migration.down_revisions, &migration.depends_on) {
                (Known::Yes(revision), Known::Yes(_), Known::Yes(_)) => {
                    if nodes.by_revision.contains_key(revision) {
                        left_out = Some("another file has the same revision".into());
                    } else {
                        nodes.by_revision.insert(revision.clone(), number);
                    }
                }
                (Known::No(why), ..) | (_, Known::No(why), _) | (.., Known::No(why)) => {
                    left_out = Some(format!("its place among the migrations is not known: {why}").into());
                    if let Known::Yes(revision) = &migration.revision {
                        nodes.by_revision.entry(revision.clone()).or_insert(number);
                    }
                }
            }
            for label in migration.branch_labels.as_known().into_iter().flatten() {
                nodes.by_label.entry(label.clone()).or_insert(number);
            }
            nodes.nodes.push(Node { migration: migration.clone(), needs: Vec::new(), needed_by: Vec::new(), left_out });
        }
        nodes.connect();
        nodes
    }

    fn connect(&mut self) {
        for number in 0..self.nodes.len() {
            if self.nodes[number].left_out.is_some() {
                continue;
            }
            let migration = self.nodes[number].migration.clone();
            let parents = migration.down_revisions.as_known().into_iter().flatten();
            let depends = migration.depends_on.as_known().into_iter().flatten();
            let mut needs: Vec<usize> = Vec::new();
            for name in parents.chain(depends) {
                let found = self.by_revision.get(name).or_else(|| self.by_label.get(name));
                if let Some(found) = found
                    && !needs.contains(found)
                {
                    needs.push(*found);
                }
            }
            for need in &needs {
                self.nodes[*need].needed_by.push(number);
            }
            self.nodes[number].needs = needs;
        }
    }

    fn find(&self, name: &str) -> Result<usize, NoRevision> {
        let label = name.strip_suffix("@head").or_else(|| name.strip_suffix("@heads"));
        if let Some(number) = self.by_revision.get(name) {
            return Ok(*number);
        }
        if let Some(number) = self.by_label.get(label.unwrap_or(name)) {
            return Ok(self.last_of_branch(*number));
        }
        if name == "head" {
            let heads: Vec<usize> =
                (0..self.nodes.len()).filter(|number| self.nodes[*number].needed_by.is_empty()).collect();
            if let [head] = heads[..] {
                return Ok(head);
            }
        }
        let starting: Vec<(&Arc<str>, &usize)> = match name.is_empty() {
            true => Vec::new(),
            false => self.by_revision.iter().filter(|(revision, _)| revision.starts_with(name)).collect(),
        };
        match starting[..] {
            [(_, number)] => Ok(*number),
            [] => {
                let nearest = closest(name, self.by_revision.keys().map(|revision| &**revision)).map(str::to_owned);
                Err(NoRevision::Unknown { name: name.to_owned(), nearest })
            }
            _ => {
                let names: BTreeSet<String> = starting.iter().map(|(revision, _)| revision.to_string()).collect();
                Err(NoRevision::Ambiguous { name: name.to_owned(), candidates: names.into_iter().take(5).collect() })
            }
        }
    }

    /// Returns the last migration of the branch that a label begins, as far as it does not part.
    fn last_of_branch(&self, mut number: usize) -> usize {
        let mut steps = 0;
        while let [next] = self.nodes[number].needed_by[..]
            && steps < self.nodes.len()
        {
            number = next;
            steps += 1;
        }
        number
    }

    /// Returns whether each migration but the first has one before it, and each but the last one after it.
    fn is_one_line(&self) -> bool {
        self.nodes.iter().all(|node| node.needs.len() <= 1 && node.needed_by.len() <= 1)
            && self.nodes.iter().filter(|node| node.needs.is_empty()).count() <= 1
    }

    /// Returns the place of each migration, and the first one of each straight run.
    fn straight_runs(&self) -> (Vec<Place>, Vec<usize>) {
        let goes_on = |number: usize| {
            let next = *self.nodes[number].needed_by.first()?;
            (self.nodes[next].needs == [number]).then_some(next)
        };
        let begins = |number: &usize| match self.nodes[*number].needs[..] {
            [need] => goes_on(need) != Some(*number),
            _ => true,
        };
        let mut places = vec![None; self.nodes.len()];
        let mut firsts = Vec::new();
        // Those that lead to themselves begin nowhere: where they are met first will do.
        for first in (0..self.nodes.len()).filter(begins).chain(0..self.nodes.len()) {
            if places[first].is_some() {
                continue;
            }
            let run = firsts.len();
            firsts.push(first);
            let line = std::iter::successors(Some(first), |number| goes_on(*number));
            for (position, number) in line.enumerate() {
                if places[number].is_some() {
                    break;
                }
                places[number] = Some(Place { run, position });
            }
        }
        (places.into_iter().flatten().collect(), firsts)
    }

    /// Returns which migrations must have run once this one has.
    fn needed(&self, target: usize) -> Vec<bool> {
        let mut wanted = vec![false; self.nodes.len()];
        let mut open = vec![target];
        while let Some(number) = open.pop() {
            if !std::mem::replace(&mut wanted[number], true) {
                open.extend_from_slice(&self.nodes[number].needs);
            }
        }
        wanted
    }

    /// Sorts as Alembic does: it walks down from the heads, the first one first, and turns to another head wherever that
    /// one needs what comes next.
    fn sort(&self, wanted: &[bool]) -> Order {
        let runnable = self.runnable(wanted);
        let runs = |number: &usize| runnable[*number];
        // How many that need it are still to come.
        let mut waiting: Vec<usize> =
            self.nodes.iter().map(|node| node.needed_by.iter().filter(|number| runs(number)).count()).collect();
        let mut done = vec![false; self.nodes.len()];
        let mut heads: Vec<usize> =
            (0..self.nodes.len()).filter(|number| runs(number) && waiting[*number] == 0).collect();
        let mut output = Vec::new();
        let mut current = 0;
        while let Some(&candidate) = heads.get(current) {
            if waiting[candidate] > 0 {
                // Another head is above it, and goes first.
                match self.head_above(candidate, &heads, &done, &runnable) {
                    Some(other) => current = other,
                    None => break,
                }
                continue;
            }
            if !std::mem::replace(&mut done[candidate], true) {
                output.push(candidate);
                for need in &self.nodes[candidate].needs {
                    waiting[*need] = waiting[*need].saturating_sub(1);
                }
            }
            let next: Vec<usize> = self.nodes[candidate]
                .needs
                .iter()
                .copied()
                .filter(|need| runs(need) && !done[*need] && !heads.contains(need))
                .collect();
            match next.split_first() {
                None => {
                    heads.remove(current);
                    current = current.saturating_sub(1);
                }
                Some((first, rest)) => {
                    heads[current] = *first;
                    heads.extend_from_slice(rest);
                }
            }
        }
        output.reverse();
        let mut order = Order::default();
        for number in output {
            order.migrations.push(self.nodes[number].migration.clone());
        }
        for (number, node) in self.nodes.iter().enumerate() {
            if wanted[number] && !done[number] {
                let why = node.left_out.clone().unwrap_or_else(|| "it, or one that it needs, needs itself".into());
                order.left_out.push((node.migration.clone(), why));
            }
        }
        order
    }

    /// Returns which migrations can run: those that do not lead to themselves, nor to one that does.
    fn runnable(&self, wanted: &[bool]) -> Vec<bool> {
        let mut missing: Vec<usize> = self.nodes.iter().map(|node| node.needs.len()).collect();
        let mut open: Vec<usize> = (0..self.nodes.len())
            .filter(|number| missing[*number] == 0 && self.nodes[*number].left_out.is_none())
            .collect();
        let mut runnable = vec![false; self.nodes.len()];
        // What has no place, but a revision, stands in nobody's way.
        for (number, node) in self.nodes.iter().enumerate() {
            if node.left_out.is_some() {
                for above in &self.nodes[number].needed_by {
                    missing[*above] -= 1;
                    if missing[*above] == 0 {
                        open.push(*above);
                    }
                }
            }
        }
        while let Some(number) = open.pop() {
            if std::mem::replace(&mut runnable[number], true) {
                continue;
            }
            for above in &self.nodes[number].needed_by {
                missing[*above] -= 1;
                if missing[*above] == 0 {
                    open.push(*above);
                }
            }
        }
        runnable.iter().zip(wanted).map(|(runs, wanted)| *runs && *wanted).collect()
    }

    /// Returns the position of the first head that descends from, or depends on, a migration.
    fn head_above(&self, from: usize, heads: &[usize], done: &[bool], runnable: &[bool]) -> Option<usize> {
        let mut position: FxHashMap<usize, usize> = FxHashMap::default();
        for (index, head) in heads.iter().enumerate() {
            position.entry(*head).or_insert(index);
        }
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        let mut best: Option<usize> = None;
        while let Some(number) = open.pop() {
            for above in &self.nodes[number].needed_by {
                if done[*above] || !runnable[*above] || !seen.insert(*above) {
                    continue;
                }
                if let Some(index) = position.get(above) {
                    best = Some(best.map_or(*index, |best| best.min(*index)));
                }
                open.push(*above);
            }
        }
        best
    }
}
