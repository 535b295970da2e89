//! Folding: the migrations of a graph, in order, into the schema that they leave behind.

use std::collections::HashSet;
use std::sync::Arc;

use super::lines::Lines;
use super::order::{NoRevision, order};
use super::restore::{Downgrade, restored, words};
use super::seen::OperationSeen;
use super::state::State;
use crate::languages::python::migrations::Session;
use crate::model::facts::{Graph, Migration};
use crate::model::operation::{Action, Direction, Fault, FaultKind, ObjectKind, Operation};
use crate::model::schema::{Dialect, ObjectName, Part, Schema};
use crate::model::{Known, Location};

/// How migrations are replayed.
#[derive(Clone, Copy, Debug)]
pub struct FoldOptions<'a> {
    pub dialect: Dialect,
    /// The revision to stop at: it, and what it needs, are replayed. All heads without one.
    pub at: Option<&'a str>,
    /// Whether each downgrade is tried after its upgrade, and undone again.
    pub downgrades: bool,
}

/// What replaying a graph gave.
#[derive(Debug)]
pub struct Replay {
    /// The schema named `migrations`.
    pub schema: Schema,
    /// In the order in which they run.
    pub migrations: Vec<Replayed>,
}

/// One migration, replayed.
#[derive(Debug)]
pub struct Replayed {
    pub migration: Arc<Migration>,
    /// Of upgrade and downgrade, each in the order in which they run.
    pub operations: Vec<Seen>,
    /// Those that are of no operation: that the downgrade does not restore an object.
    pub faults: Vec<Fault>,
    pub downgrade: Downgrade,
}

/// An operation, what it met, and what is wrong with it.
#[derive(Debug)]
pub struct Seen {
    pub operation: Arc<Operation>,
    pub seen: OperationSeen,
    pub faults: Vec<Fault>,
}

/// Through which the code of a migration sees the schema so far, and hands over its operations.
#[derive(Debug)]
pub struct Recorder<'a> {
    state: &'a mut State,
    operations: &'a mut Vec<Seen>,
}

impl Recorder<'_> {
    /// Returns the state so far.
    pub const fn state(&self) -> &State {
        self.state
    }

    /// Takes an operation as it happens.
    pub fn apply(&mut self, operation: impl Into<Arc<Operation>>) {
        let operation = operation.into();
        let seen = self.state.seen(&operation);
        let faults = self.state.apply(&operation);
        self.operations.push(Seen { operation, seen, faults });
    }
}

impl Session for Recorder<'_> {
    fn dialect(&self) -> Dialect {
        self.state.dialect()
    }

    fn schema(&self) -> Option<&Schema> {
        Some(self.state.schema())
    }

    fn apply(&mut self, operation: Operation) {
        Recorder::apply(self, operation);
    }

    fn refuses(&mut self, operation: &Operation) -> bool {
        self.state.refuses(operation)
    }

    fn doubt(&self, part: Part, table: Option<&ObjectName>) -> Option<Arc<str>> {
        self.state.why_unknown(part, table, None)
    }

    fn exists(&self, kind: ObjectKind, name: &ObjectName, member: Option<&str>) -> Known<bool> {
        self.state.exists(kind, name, member)
    }
}

/// Replays the migrations of a graph. `run` yields the operations of one migration, in one direction, to the recorder.
///
/// # Errors
/// There is no revision to stop at of that name.
pub fn fold(
    graph: &Graph,
    options: &FoldOptions<'_>,
    run: &mut dyn FnMut(&Arc<Migration>, Direction, &mut Recorder<'_>),
) -> Result<Replay, NoRevision> {
    let order = order(graph, options.at)?;
    let mut state = State::new(options.dialect);
    let mut lines = Lines::new(graph);
    let mut remembered = Remembered::new(graph);
    let mut migrations: Vec<Replayed> = Vec::with_capacity(order.migrations.len());
    let missing = |migration: &Arc<Migration>| {
        graph.missing_parents.iter().find(|missing| Arc::ptr_eq(&missing.migration, migration))
    };
    for (migration, why) in &order.left_out {
        let why = format!("{} is not replayed: {why}", migration.label());
        taint(&mut state, migration.location(), &why);
    }
    for migration in order.migrations {
        if let Some(missing) = missing(&migration) {
            let why = format!("the migration {} is missing", missing.revision);
            taint(&mut state, migration.location(), &why);
        }
        let mut replayed = replay(&mut state, migration, options, &mut lines, run);
        remembered.take(&mut replayed);
        migrations.push(replayed);
    }
    let (schema, faults) = state.finish();
    for fault in faults {
        let operations = migrations.iter_mut().flat_map(|replayed| &mut replayed.operations);
        let made = |seen: &&mut Seen| {
            let operation = &seen.operation;
            operation.at == fault.at && operation.direction == fault.direction
        };
        if let Some(seen) = operations.into_iter().find(made) {
            seen.faults.push(fault);
        }
    }
    Ok(Replay { schema, migrations })
}

fn replay(
    state: &mut State,
    migration: Arc<Migration>,
    options: &FoldOptions<'_>,
    lines: &mut Option<Lines>,
    run: &mut dyn FnMut(&Arc<Migration>, Direction, &mut Recorder<'_>),
) -> Replayed {
    let mut operations = Vec::new();
    // What was done before is not undone any more.
    state.commit();
    let before = state.mark();
    state.begin();
    run(&migration, Direction::Upgrade, &mut Recorder { state, operations: &mut operations });
    if let Some(lines) = lines {
        lines.turn_to(&migration);
        // Before its own changes are noted: its faults are about what others left behind.
        keep_own_line(&mut operations, lines);
        lines.take(state, before);
    }
    let mut faults = Vec::new();
    let mut downgrade = Downgrade::NotTried;
    if options.downgrades && migration.is_downgradable() {
        let upgraded = operations.len();
        let unsure = state.doubted_since(before);
        let after = state.mark();
        state.begin();
        run(&migration, Direction::Downgrade, &mut Recorder { state, operations: &mut operations });
        if let Some(lines) = lines {
            keep_own_line(&mut operations[upgraded..], lines);
        }
        let doubted = (unsure || state.doubted_since(after)).then(|| reason(&operations));
        downgrade = restored(&state.changed_since(before), &state.schema().unknown, options.dialect, doubted);
        let place = operations.get(upgraded..).and_then(|done| done.first());
        let place = place.map_or_else(|| downgrade_place(&migration), |seen| seen.operation.at.clone());
        let own = |fault: &Fault| lines.as_ref().is_none_or(|lines| !lines.crosses(&fault.object));
        faults.extend(not_restored(&downgrade, &place).into_iter().filter(own));
        state.rollback(after);
    }
    Replayed { migration, operations, faults, downgrade }
}

/// The enum types that were made along with a table. SQLAlchemy remembers them while migrations run, and makes none of
/// them again for a later table: that is an error only where the earlier migration ran before. What later migrations were
/// built upon ran where it had to.
struct Remembered {
    made: HashSet<ObjectName>,
    /// Revisions that others follow, or depend on.
    followed: HashSet<Arc<str>>,
}

impl Remembered {
    fn new(graph: &Graph) -> Self {
        let needs = |migration: &Arc<Migration>| {
            let parents = migration.down_revisions.as_known().into_iter().flatten();
            parents.chain(migration.depends_on.as_known().into_iter().flatten()).cloned().collect::<Vec<_>>()
        };
        Self { made: HashSet::new(), followed: graph.migrations.iter().flat_map(needs).collect() }
    }

    fn take(&mut self, replayed: &mut Replayed) {
        let revision = replayed.migration.revision.as_known();
        let followed = revision.is_some_and(|revision| self.followed.contains(revision));
        for position in 0..replayed.operations.len() {
            let operation = replayed.operations[position].operation.clone();
            let Action::CreateEnum { name: Known::Yes(name), .. } = &operation.action else { continue };
            let with_table = operation.direction == Direction::Upgrade
                && operation.statement.is_none()
                && replayed.operations[position..].iter().any(|seen| {
                    matches!(seen.operation.action, Action::CreateTable(_)) && seen.operation.at == operation.at
                });
            if with_table && !self.made.insert(name.clone()) && followed {
                replayed.operations[position].faults.retain(|fault| fault.kind != FaultKind::EnumExists);
            }
        }
    }
}

/// Takes away the faults that rest on another line of migrations.
fn keep_own_line(operations: &mut [Seen], lines: &mut Lines) {
    for seen in operations {
        seen.faults.retain(|fault| !lines.rests_elsewhere(fault));
    }
}

/// Returns why it cannot be told what the downgrade restores.
fn reason(operations: &[Seen]) -> Arc<str> {
    let why = operations.iter().find_map(|seen| match (&seen.operation.action, &seen.seen.runs) {
        (Action::Unknown { why }, _) | (_, Known::No(why)) => Some(why.clone()),
        _ => seen.operation.unknown.first().map(|unknown| unknown.what.clone()),
    });
    why.unwrap_or_else(|| "something that it touches is not known".into())
}

fn downgrade_place(migration: &Migration) -> Location {
    let body = migration.downgrade.as_ref();
    body.map_or_else(|| migration.location(), |body| Location::span(migration.file.path.clone(), body.span))
}

/// Returns one fault for each object that a downgrade does not restore.
fn not_restored(downgrade: &Downgrade, at: &Location) -> Vec<Fault> {
    let Downgrade::Differs(differences) = downgrade else { return Vec::new() };
    let mut faults: Vec<Fault> = Vec::new();
    for (object, difference) in differences {
        let words = words(difference);
        match faults.iter_mut().find(|fault| fault.object == *object) {
            Some(fault) => {
                if let Some((_, text)) = fault.parts.first_mut() {
                    *text = format!("{text}; {words}").into();
                }
            }
            None => faults.push(Fault {
                kind: FaultKind::NotRestored,
                at: at.clone(),
                direction: Direction::Downgrade,
                object: object.clone(),
                member: None,
                parts: vec![("difference", words.into())],
            }),
        }
    }
    faults
}

/// Makes all that is there unknown.
fn taint(state: &mut State, at: Location, why: &str) {
    let operation = Operation::new(Action::Unknown { why: why.into() }, Direction::Upgrade, at);
    state.apply(&operation);
}
