//! Folding one migration into the schema that those before it left behind.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::lines::Lines;
use super::restore::{Downgrade, restored, words};
use super::seen::OperationSeen;
use super::state::State;
use crate::languages::python::migrations::Session;
use crate::model::facts::Migration;
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

/// Who knows what migrations do.
pub trait Follow {
    /// Returns whether migrations do the same whatever state they meet: what one did when it was folded holds as long as
    /// its file is the same.
    fn is_blind(&self) -> bool {
        false
    }

    /// Returns a migration as it is to be folded, of one that is yet to be read.
    fn settled(&mut self, migration: &Arc<Migration>) -> Arc<Migration> {
        migration.clone()
    }

    /// Returns what a migration does one way, where that is known whatever state it meets.
    fn known(&self, migration: &Arc<Migration>, direction: Direction) -> Option<&[Arc<Operation>]>;

    /// Follows another one, one way: each operation is given to the recorder as it happens.
    fn follow(&mut self, migration: &Arc<Migration>, direction: Direction, recorder: &mut Recorder<'_>);
}

impl<F: FnMut(&Arc<Migration>, Direction, &mut Recorder<'_>)> Follow for F {
    fn known(&self, _: &Arc<Migration>, _: Direction) -> Option<&[Arc<Operation>]> {
        None
    }

    fn follow(&mut self, migration: &Arc<Migration>, direction: Direction, recorder: &mut Recorder<'_>) {
        self(migration, direction, recorder);
    }
}

/// Runs a migration one way.
fn run(migration: &Arc<Migration>, direction: Direction, follow: &mut dyn Follow, mut recorder: Recorder<'_>) {
    match follow.known(migration, direction) {
        Some(operations) => operations.iter().for_each(|operation| recorder.apply(operation.clone())),
        None => follow.follow(migration, direction, &mut recorder),
    }
}

/// Folds one migration. `again` says that it may be folded anew.
pub(super) fn replay(
    (state, again): (&mut State, bool),
    migration: Arc<Migration>,
    options: &FoldOptions<'_>,
    lines: &mut Option<Lines>,
    follow: &mut dyn Follow,
) -> Replayed {
    let mut operations = Vec::new();
    let before = state.mark();
    state.begin();
    let goes_back = options.downgrades && migration.is_downgradable();
    state.keep_tables(again || goes_back || lines.is_some());
    run(&migration, Direction::Upgrade, follow, Recorder { state, operations: &mut operations });
    if let Some(lines) = lines {
        lines.turn_to(&migration);
        // Before its own changes are noted: its faults are about what others left behind.
        keep_own_line(&mut operations, lines);
        lines.take(state, before);
    }
    let mut faults = Vec::new();
    let mut downgrade = Downgrade::NotTried;
    if goes_back {
        let upgraded = operations.len();
        let unsure = state.doubted_since(before);
        let after = state.mark();
        state.begin();
        run(&migration, Direction::Downgrade, follow, Recorder { state, operations: &mut operations });
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
    // In the order in which they come first.
    let mut objects: Vec<(&ObjectName, Vec<String>)> = Vec::new();
    let mut places: FxHashMap<&ObjectName, usize> = FxHashMap::default();
    for (object, difference) in differences {
        let place = *places.entry(object).or_insert_with(|| {
            objects.push((object, Vec::new()));
            objects.len() - 1
        });
        objects[place].1.push(words(difference));
    }
    let fault = |(object, differences): (&ObjectName, Vec<String>)| Fault {
        kind: FaultKind::NotRestored,
        at: at.clone(),
        direction: Direction::Downgrade,
        object: object.clone(),
        member: None,
        parts: vec![("difference", differences.join("; ").into())],
    };
    objects.into_iter().map(fault).collect()
}

/// Makes all that is there unknown.
pub(super) fn taint(state: &mut State, at: Location, why: &str) {
    let operation = Operation::new(Action::Unknown { why: why.into() }, Direction::Upgrade, at);
    state.apply(&operation);
}
