//! Folding: the migrations of a graph, in order, into the schema that they leave behind.
//!
//! A graph that was folded can be folded again, as files change: from the first migration on that is another one now.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::fold::{FoldOptions, Follow, Recorder, Replayed, replay, taint};
use super::lines::Lines;
use super::order::{NoRevision, order};
use super::remembered::Remembered;
use super::state::{Moment, State};
use crate::model::facts::{Graph, Migration};
use crate::model::operation::{Direction, Fault, Operation};
use crate::model::schema::Schema;
use crate::model::{Known, Location};

/// So many migrations can be undone. What changes further back is folded from the start: what each migration changed is
/// kept for those that people work on, not for all that ever were.
const UNDONE: usize = if cfg!(test) { 6 } else { 512 };

/// What replaying a graph gave.
#[derive(Debug)]
pub struct Replay {
    /// The schema named `migrations`; the very one of the last time where nothing changed.
    pub schema: Arc<Schema>,
    /// In the order in which they run; of a graph that was folded before, those that were folded again.
    pub migrations: Vec<Replayed>,
    /// Whether these are all.
    pub is_whole: bool,
    /// Those whose file is another one now, but does to the schema what it did: before, and now.
    pub moved: Vec<(Arc<Migration>, Arc<Migration>)>,
    /// Those that were folded before, and are replayed no more.
    pub dropped: Vec<Arc<Migration>>,
}

/// Replays the migrations of a graph, once.
///
/// # Errors
/// There is no revision to stop at of that name.
pub fn fold(graph: &Graph, options: &FoldOptions<'_>, follow: &mut dyn Follow) -> Result<Replay, NoRevision> {
    let mut folded = Folded::new(options, false);
    let plan = folded.plan(graph, options)?;
    Ok(folded.fold(graph, options, plan, follow))
}

/// A graph that was folded.
#[derive(Debug)]
pub struct Folded {
    state: State,
    lines: Option<Lines>,
    remembered: Remembered,
    /// In the order in which they run.
    done: Vec<Done>,
    /// Migrations that have no place, and why.
    left_out: Vec<(Location, String)>,
    schema: Option<Arc<Schema>>,
    /// Of each migration of the graph its place among those that were folded, or the one that has none.
    places: Vec<Result<usize, Arc<Migration>>>,
    /// It will be folded again.
    again: bool,
}

/// A migration that was folded.
#[derive(Debug)]
struct Done {
    migration: Arc<Migration>,
    role: Role,
    operations: Vec<Arc<Operation>>,
    /// Faults that only the end could tell, with the number of the operation.
    late: Vec<(usize, Fault)>,
    before: Before,
}

/// A migration that is to be folded.
struct ToFold {
    migration: Arc<Migration>,
    role: Role,
    /// What it did before, if its file is the same.
    operations: Option<Vec<Arc<Operation>>>,
}

impl Done {
    /// Returns what is to be folded to fold it again.
    fn again(&self) -> ToFold {
        let operations = Some(self.operations.clone());
        ToFold { migration: self.migration.clone(), role: self.role.clone(), operations }
    }
}

/// Knows of one migration what it did before.
struct Again<'a> {
    operations: &'a [Arc<Operation>],
    others: &'a mut dyn Follow,
}

impl Follow for Again<'_> {
    fn known(&self, _: &Arc<Migration>, direction: Direction) -> Option<&[Arc<Operation>]> {
        let upgraded = self.operations.partition_point(|operation| operation.direction == Direction::Upgrade);
        let (up, down) = self.operations.split_at(upgraded);
        Some(if direction == Direction::Upgrade { up } else { down })
    }

    fn follow(&mut self, migration: &Arc<Migration>, direction: Direction, recorder: &mut Recorder<'_>) {
        self.others.follow(migration, direction, recorder);
    }
}

/// What a migration is to the others.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Role {
    /// Others follow it, or depend on it.
    followed: bool,
    /// The first parent that is missing.
    missing: Option<Arc<str>>,
}

/// Where everything stood before a migration.
#[derive(Clone, Copy, Debug)]
struct Before {
    state: Moment,
    lines: usize,
    remembered: usize,
}

/// What is to be folded.
#[derive(Debug)]
pub struct Plan {
    /// So many at the start are the same, as far as their files' heads tell.
    same: usize,
    /// Those of them whose file is another one, by their place.
    touched: BTreeMap<usize, Arc<Migration>>,
    /// What comes after them.
    rest: Vec<(Arc<Migration>, Role)>,
    left_out: Vec<(Location, String)>,
    /// Every migration is where it was.
    as_before: bool,
}

impl Plan {
    /// Returns the migrations of which it matters what they do: those that may have to be folded.
    pub fn open(&self) -> impl Iterator<Item = &Arc<Migration>> {
        self.touched.values().chain(self.rest.iter().map(|(migration, _)| migration))
    }
}

impl Folded {
    /// Returns one of which nothing is folded yet. `again` says that it will be folded more than once.
    pub fn new(options: &FoldOptions<'_>, again: bool) -> Self {
        Self {
            state: State::new(options.dialect),
            lines: None,
            remembered: Remembered::default(),
            done: Vec::new(),
            left_out: Vec::new(),
            schema: None,
            places: Vec::new(),
            again,
        }
    }

    /// Returns the operations of all migrations, in the order in which they run; of each the upgrade first.
    pub fn operations(&self) -> impl Iterator<Item = &Arc<Operation>> {
        self.done.iter().flat_map(|done| &done.operations)
    }

    /// Compares a graph with what was folded. The options are to be the same each time.
    ///
    /// # Errors
    /// There is no revision to stop at of that name.
    pub fn plan(&self, graph: &Graph, options: &FoldOptions<'_>) -> Result<Plan, NoRevision> {
        if let Some(plan) = self.plan_in_place(graph) {
            return Ok(plan);
        }
        let order = order(graph, options.at)?;
        let followed = followed(graph);
        let mut missing: HashMap<&Arc<str>, &Arc<str>> = HashMap::new();
        for one in &graph.missing_parents {
            missing.entry(&one.migration.file.path).or_insert(&one.revision);
        }
        let role = |migration: &Migration| Role {
            followed: migration.revision.as_known().is_some_and(|revision| followed.contains(revision)),
            missing: missing.get(&migration.file.path).map(|revision| (*revision).clone()),
        };
        let left_out = order.left_out.iter();
        let left_out: Vec<(Location, String)> = left_out
            .map(|(migration, why)| (migration.location(), format!("{} is not replayed: {why}", migration.label())))
            .collect();
        let migrations = order.migrations.into_iter().map(|migration| {
            let role = role(&migration);
            (migration, role)
        });
        let mut migrations = migrations.peekable();
        let (mut same, mut touched) = (0, BTreeMap::new());
        if left_out == self.left_out {
            for done in &self.done {
                let Some((migration, role)) = migrations.peek() else { break };
                let is_touched = !Arc::ptr_eq(migration, &done.migration);
                if *role != done.role || is_touched && !is_alike(migration, &done.migration) {
                    break;
                }
                if is_touched {
                    touched.insert(same, migration.clone());
                }
                migrations.next();
                same += 1;
            }
        }
        Ok(Plan { same, touched, rest: migrations.collect(), left_out, as_before: false })
    }

    /// Does the same for a graph of which every migration is where it was; `None` for another one.
    fn plan_in_place(&self, graph: &Graph) -> Option<Plan> {
        if self.places.is_empty() || self.places.len() != graph.migrations.len() {
            return None;
        }
        let mut touched = BTreeMap::new();
        for (place, migration) in self.places.iter().zip(&graph.migrations) {
            let before = match place {
                Ok(place) => &self.done[*place].migration,
                Err(left_out) => left_out,
            };
            if !Arc::ptr_eq(before, migration) {
                let place = place.as_ref().ok().filter(|_| is_alike(before, migration))?;
                touched.insert(*place, migration.clone());
            }
        }
        let left_out = self.left_out.clone();
        Some(Plan { same: self.done.len(), touched, rest: Vec::new(), left_out, as_before: true })
    }

    /// Takes note of where the migrations of a graph are, if it is known of all of them.
    pub fn note_places(&mut self, graph: &Graph) {
        self.places.clear();
        if !self.again || self.done.len() + self.left_out.len() != graph.migrations.len() {
            return;
        }
        let done = self.done.iter().enumerate().map(|(place, done)| (Arc::as_ptr(&done.migration), place));
        let by_migration: FxHashMap<*const Migration, usize> = done.collect();
        let place = |migration: &Arc<Migration>| {
            by_migration.get(&Arc::as_ptr(migration)).copied().ok_or_else(|| migration.clone())
        };
        let places: Vec<Result<usize, Arc<Migration>>> = graph.migrations.iter().map(place).collect();
        if places.iter().filter(|place| place.is_err()).count() == self.left_out.len() {
            self.places = places;
        }
    }

    /// Folds what is to be folded.
    pub fn fold(&mut self, graph: &Graph, options: &FoldOptions<'_>, plan: Plan, follow: &mut dyn Follow) -> Replay {
        let Plan { same, touched, rest, left_out, as_before } = plan;
        let changed =
            |(place, now): &(&usize, &Arc<Migration>)| !does_the_same(&self.done[**place], now, options, follow);
        let mut first = touched.iter().find(changed).map_or(same, |(place, _)| *place);
        let mut moved = Vec::new();
        let mut others = BTreeMap::new();
        for (place, now) in touched {
            let before = std::mem::replace(&mut self.done[place].migration, now.clone());
            // Those that are folded again are told anew.
            if place < first {
                moved.push((before, now));
            } else {
                others.insert(place, before);
            }
        }
        if let Some(schema) = self.schema.clone().filter(|_| first == self.done.len() && rest.is_empty()) {
            if !as_before {
                self.note_places(graph);
            }
            let is_whole = self.done.is_empty();
            return Replay { schema, migrations: Vec::new(), is_whole, moved, dropped: Vec::new() };
        }
        let after = self.done[first..].iter().map(|done| done.migration.clone());
        let dropped: Vec<Arc<Migration>> = after.chain(others.values().cloned()).collect();
        let rest = rest.into_iter().map(|(migration, role)| ToFold { migration, role, operations: None });
        let mut to_fold: Vec<ToFold> = self.done[first..same].iter().map(Done::again).chain(rest).collect();
        for place in others.keys() {
            to_fold[place - first].operations = None;
        }
        if !as_before || first == 0 {
            match (&mut self.lines, Lines::new(graph)) {
                (Some(known), Some(lines)) if first > 0 => known.adopt(lines),
                (None, None) if first > 0 => {}
                (_, lines) => {
                    self.lines = lines;
                    to_fold.splice(..0, self.done[..first].iter().map(Done::again));
                    first = 0;
                }
            }
        }
        self.left_out = left_out;
        let mut folded;
        let schema = loop {
            let start = self.start_of(first);
            to_fold.splice(..0, self.done[start..first].iter().map(Done::again));
            first = start;
            self.rewind(first, options);
            folded = self.fold_all(&to_fold, options, follow);
            let (schema, faults) = self.state.finish(self.again);
            let mut late = self.place(faults);
            // What the end says of those before may be another thing now as well.
            let is_other = |(position, done): (usize, &Done)| {
                (late.get(&position).map_or(&[][..], Vec::as_slice) != done.late).then_some(position)
            };
            if let Some(earlier) = self.done[..first].iter().enumerate().find_map(is_other) {
                first = earlier;
                to_fold = self.done[first..].iter().map(Done::again).collect();
                continue;
            }
            for (position, replayed) in folded.iter_mut().enumerate() {
                let late = late.remove(&(first + position)).unwrap_or_default();
                for (number, fault) in &late {
                    replayed.operations[*number].faults.push(fault.clone());
                }
                self.done[first + position].late = late;
            }
            break Arc::new(schema);
        };
        self.schema = self.again.then(|| schema.clone());
        if !as_before {
            self.note_places(graph);
        }
        let replayed: FxHashSet<*const Migration> =
            folded.iter().map(|replayed| Arc::as_ptr(&replayed.migration)).collect();
        let dropped = dropped.into_iter().filter(|migration| !replayed.contains(&Arc::as_ptr(migration)));
        Replay { schema, migrations: folded, is_whole: first == 0, moved, dropped: dropped.collect() }
    }

    /// Returns the migration to go back to, so that one can be folded again: itself, or the very first.
    fn start_of(&self, first: usize) -> usize {
        let is_end = first > 0 && first == self.done.len();
        let reaches = |done: &Done| first > 0 && self.state.reaches(done.before.state.mark());
        if is_end || self.done.get(first).is_some_and(reaches) { first } else { 0 }
    }

    /// Goes back to where everything stood before a migration.
    fn rewind(&mut self, first: usize, options: &FoldOptions<'_>) {
        if first > 0 && first == self.done.len() {
            return;
        }
        let before = self.done.get(first).map(|done| done.before).filter(|_| first > 0);
        if let Some(lines) = &mut self.lines {
            lines.rewind(before.map_or(0, |before| before.lines));
        }
        self.remembered.rewind(before.map_or(0, |before| before.remembered));
        match before {
            Some(before) => {
                self.state.rewind(before.state);
                self.done.truncate(first);
            }
            None => {
                self.state = State::new(options.dialect);
                self.done.clear();
                for (at, why) in &self.left_out {
                    taint(&mut self.state, at.clone(), why);
                }
            }
        }
    }

    fn fold_all(&mut self, migrations: &[ToFold], options: &FoldOptions<'_>, follow: &mut dyn Follow) -> Vec<Replayed> {
        let mut folded = Vec::with_capacity(migrations.len());
        let is_blind = follow.is_blind();
        for ToFold { migration, role, operations } in migrations {
            let migration = follow.settled(migration);
            let before = Before {
                state: self.state.moment(),
                lines: self.lines.as_ref().map_or(0, Lines::mark),
                remembered: self.remembered.mark(),
            };
            let oldest = self.done.len().checked_sub(UNDONE).map(|position| self.done[position].before.state);
            if let Some(oldest) = if self.again { oldest } else { Some(before.state) } {
                self.state.commit(oldest.mark());
            }
            if let Some(missing) = &role.missing {
                taint(&mut self.state, migration.location(), &format!("the migration {missing} is missing"));
            }
            let mut again =
                operations.as_ref().filter(|_| is_blind).map(|operations| Again { operations, others: &mut *follow });
            let follow: &mut dyn Follow = match &mut again {
                Some(again) => again,
                None => follow,
            };
            let mut replayed =
                replay((&mut self.state, self.again), migration.clone(), options, &mut self.lines, follow);
            self.remembered.take(&mut replayed, role.followed);
            self.done.push(Done {
                migration,
                role: role.clone(),
                operations: replayed.operations.iter().map(|seen| seen.operation.clone()).collect(),
                late: Vec::new(),
                before,
            });
            folded.push(replayed);
        }
        folded
    }

    /// Returns the faults that only the end tells, by the number of the migration, with the number of the operation.
    fn place(&self, faults: Vec<Fault>) -> BTreeMap<usize, Vec<(usize, Fault)>> {
        let mut placed: BTreeMap<usize, Vec<(usize, Fault)>> = BTreeMap::new();
        if faults.is_empty() {
            return placed;
        }
        // Where several operations stand in one place, the first of them.
        let mut first: FxHashMap<(&Location, Direction), (usize, usize)> = FxHashMap::default();
        for (position, done) in self.done.iter().enumerate() {
            for (number, operation) in done.operations.iter().enumerate() {
                first.entry((&operation.at, operation.direction)).or_insert((position, number));
            }
        }
        for fault in faults {
            if let Some((position, operation)) = first.get(&(&fault.at, fault.direction)) {
                placed.entry(*position).or_default().push((*operation, fault));
            }
        }
        placed
    }
}

/// Returns the revisions that others follow, or depend on.
fn followed(graph: &Graph) -> FxHashSet<&Arc<str>> {
    let needs = graph.migrations.iter().flat_map(|migration| [&migration.down_revisions, &migration.depends_on]);
    needs.filter_map(Known::as_known).flatten().collect()
}

/// Returns whether two files have all in common that folding asks of a migration beside what it does.
fn is_alike(one: &Migration, two: &Migration) -> bool {
    one.is_placed_as(two)
        && one.revision_span == two.revision_span
        && one.unparsed == two.unparsed
        && one.downgrade == two.downgrade
}

/// Returns whether a migration that was folded does what it did, as far as that is known without folding it.
fn does_the_same(done: &Done, migration: &Arc<Migration>, options: &FoldOptions<'_>, follow: &dyn Follow) -> bool {
    let goes_back = options.downgrades && migration.is_downgradable();
    let ways = [Some(Direction::Upgrade), goes_back.then_some(Direction::Downgrade)];
    let mut now: Vec<&Arc<Operation>> = Vec::new();
    for direction in ways.into_iter().flatten() {
        match follow.known(migration, direction) {
            Some(operations) => now.extend(operations),
            None => return false,
        }
    }
    now.into_iter().eq(&done.operations)
}
