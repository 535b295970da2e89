//! A graph that is folded again after each of many random edits tells exactly what a fresh one tells.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::graph_of;
use crate::model::facts::{Graph, Migration};
use crate::model::operation::{Direction, Operation};
use crate::model::schema::Dialect;
use crate::sources::replay::state::tests::operation;
use crate::sources::replay::{FoldOptions, Folded, Follow, Recorder, Replay, fold};

/// What migrations do in the tests: on few objects, so that they meet each other.
const OPERATIONS: [&str; 26] = [
    "create t a:text! b:text ix=i:b",
    "create u id:integer pk:id a:integer fk:a->t.id",
    "create u b:enum/mood",
    "create v a:text",
    "drop t",
    "drop u",
    "rename t u",
    "rename u t",
    "rename v t",
    "add t c:text",
    "add u c:enum/mood",
    "add t d:vector",
    "add gone a:text",
    "remove t b",
    "remove t c",
    "alter t a null",
    "alter t a not-null",
    "index t ix=i:b",
    "index u ix=i:a",
    "drop-index i",
    "enum mood x",
    "drop-enum mood",
    "add-label mood y",
    "unknown",
    "? add t c:text",
    "? drop u",
];

/// Numbers that look random, and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % end as u64).unwrap()
    }
}

#[derive(Clone, Debug, PartialEq)]
struct File {
    /// `revision < parents`.
    line: String,
    up: Vec<&'static str>,
    down: Vec<&'static str>,
    /// Whether it asks about the state.
    asks: bool,
    /// Saved so often.
    saves: usize,
}

fn operations(numbers: &mut Numbers) -> Vec<&'static str> {
    (0..numbers.below(4)).map(|_| OPERATIONS[numbers.below(OPERATIONS.len())]).collect()
}

fn edit(files: &mut Vec<File>, numbers: &mut Numbers, made: &mut usize) {
    let names = |files: &[File]| -> Vec<String> {
        files.iter().map(|file| file.line.split(' ').next().unwrap().to_owned()).collect()
    };
    match numbers.below(10) {
        _ if files.len() < 3 => {
            let parent = names(files).pop().unwrap_or_default();
            *made += 1;
            let line = format!("r{made} < {parent}");
            files.push(File { line, up: operations(numbers), down: operations(numbers), asks: false, saves: 0 });
        }
        0 | 1 => {
            // The newest, on top of the last one; now and then of another one, or of two.
            *made += 1;
            let names = names(files);
            let mut parents = vec![names[names.len() - 1].clone()];
            if numbers.below(4) == 0 {
                parents = vec![names[numbers.below(names.len())].clone()];
            }
            if numbers.below(6) == 0 {
                parents.push(names[numbers.below(names.len())].clone());
                parents.dedup();
            }
            let line = format!("r{made} < {}", parents.join(" "));
            let asks = numbers.below(4) == 0;
            files.push(File { line, up: operations(numbers), down: operations(numbers), asks, saves: 0 });
        }
        2 => _ = files.remove(numbers.below(files.len())),
        3 => {
            let index = numbers.below(files.len());
            files[index].saves += 1;
        }
        4 => {
            let index = numbers.below(files.len());
            files[index].asks = !files[index].asks;
        }
        5 => {
            let index = numbers.below(files.len());
            files[index].down = operations(numbers);
        }
        _ => {
            let last = files.len() - 1;
            let index = if numbers.below(2) == 0 { last } else { numbers.below(files.len()) };
            files[index].up = operations(numbers);
        }
    }
}

/// Follows the files: what they do, which of them ask for the state, and whether none does.
struct Files(BTreeMap<(Arc<str>, bool), Vec<Arc<Operation>>>, Vec<Arc<str>>, bool);

impl Files {
    fn new(files: &[File], graph: &Graph, dialect: Dialect, is_blind: bool) -> Self {
        let (mut all, mut asking) = (BTreeMap::new(), Vec::new());
        for file in files {
            let name = file.line.split(' ').next().unwrap();
            let migration = graph.migrations.iter().find(|migration| migration.label() == name).unwrap();
            let path = &migration.file.path;
            for (lines, direction) in [(&file.up, Direction::Upgrade), (&file.down, Direction::Downgrade)] {
                let made = lines.iter().zip(1..).map(|(line, number)| {
                    let mut made = operation(line, number, dialect);
                    (made.direction, made.at.path) = (direction, path.clone());
                    Arc::new(made)
                });
                all.insert((path.clone(), direction == Direction::Upgrade), made.collect());
            }
            if file.asks && !is_blind {
                asking.push(path.clone());
            }
        }
        Self(all, asking, is_blind)
    }

    fn all(&self, migration: &Migration, direction: Direction) -> &[Arc<Operation>] {
        &self.0[&(migration.file.path.clone(), direction == Direction::Upgrade)]
    }
}

impl Follow for Files {
    fn is_blind(&self) -> bool {
        self.2
    }

    fn known(&self, migration: &Arc<Migration>, direction: Direction) -> Option<&[Arc<Operation>]> {
        (!self.1.contains(&migration.file.path)).then(|| self.all(migration, direction))
    }

    fn follow(&mut self, migration: &Arc<Migration>, direction: Direction, recorder: &mut Recorder<'_>) {
        for operation in self.all(migration, direction) {
            // What it does rests on what is there.
            if recorder.state().schema().tables.len() != 1 {
                recorder.apply(operation.clone());
            }
        }
    }
}

/// Takes over what was told of each migration, by path.
fn take(told: &mut BTreeMap<Arc<str>, String>, replay: &Replay) {
    for migration in &replay.dropped {
        told.remove(&migration.file.path);
    }
    for replayed in &replay.migrations {
        let seen: Vec<_> = replayed.operations.iter().map(|one| (&one.operation, &one.seen, &one.faults)).collect();
        let words = format!("{seen:?} {:?} {:?}", replayed.faults, replayed.downgrade);
        told.insert(replayed.migration.file.path.clone(), words);
    }
}

#[test]
fn folding_again_tells_what_folding_afresh_tells() {
    let (mut again, mut whole) = (0, 0);
    for (seed, dialect) in (0..24).zip([Dialect::Postgresql, Dialect::Sqlite, Dialect::Mysql].into_iter().cycle()) {
        let (mut numbers, is_blind) = (Numbers(seed), seed % 2 == 1);
        let options = FoldOptions { dialect, at: None, downgrades: true };
        let (mut files, mut made): (Vec<File>, usize) = (Vec::new(), 0);
        let mut folded = Folded::new(&options, true);
        let mut told = BTreeMap::new();
        let mut known: BTreeMap<String, (File, Arc<Migration>)> = BTreeMap::new();
        for step in 0..40 {
            edit(&mut files, &mut numbers, &mut made);
            let lines: Vec<&str> = files.iter().map(|file| file.line.as_str()).collect();
            let mut graph = graph_of(&lines);
            // Files that nobody touched are the very ones of before.
            for migration in &mut graph.migrations {
                let file = files.iter().find(|file| file.line.split(' ').next() == Some(&migration.label())).unwrap();
                match known.get(&migration.label()).filter(|(before, _)| before == file) {
                    Some((_, kept)) => *migration = kept.clone(),
                    None => _ = known.insert(migration.label(), (file.clone(), migration.clone())),
                }
            }
            let plan = folded.plan(&graph, &options).unwrap();
            let replay = folded.fold(&graph, &options, plan, &mut Files::new(&files, &graph, dialect, is_blind));
            let fresh = fold(&graph, &options, &mut Files::new(&files, &graph, dialect, is_blind)).unwrap();
            take(&mut told, &replay);
            let mut expected = BTreeMap::new();
            take(&mut expected, &fresh);
            assert_eq!(told, expected, "seed {seed}, step {step}: {files:#?}");
            assert_eq!(replay.schema, fresh.schema, "seed {seed}, step {step}: {files:#?}");
            if replay.is_whole { whole += 1 } else { again += 1 }
        }
    }
    // Otherwise nothing was tried.
    assert!(again > whole, "{again} were folded in parts, {whole} as a whole");
}
