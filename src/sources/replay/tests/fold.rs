//! What folding tells of each migration.

use std::sync::Arc;

use super::graph_of;
use crate::model::Known;
use crate::model::facts::Migration;
use crate::model::operation::Direction;
use crate::model::schema::Dialect;
use crate::sources::replay::state::tests::{operation, shown};
use crate::sources::replay::{Downgrade, FoldOptions, Recorder, Replay, fold};

/// Folds migrations whose upgrade and downgrade are given as lines.
fn folded(dialect: Dialect, migrations: &[(&str, &str, &str)]) -> Replay {
    let lines: Vec<&str> = migrations.iter().map(|(line, ..)| *line).collect();
    let graph = graph_of(&lines);
    let options = FoldOptions { dialect, at: None, downgrades: true };
    fold(&graph, &options, &mut |migration: &Arc<Migration>, direction, recorder: &mut Recorder<'_>| {
        let label = migration.label();
        let found = migrations.iter().find(|(line, ..)| line.split_whitespace().next() == Some(&label));
        let (_, up, down) = found.unwrap();
        let lines = if direction == Direction::Upgrade { up } else { down };
        for (number, line) in lines.split('|').map(str::trim).filter(|line| !line.is_empty()).enumerate() {
            let mut operation = operation(line, u32::try_from(number).unwrap() + 1, dialect);
            operation.direction = direction;
            operation.at.path = migration.file.path.clone();
            recorder.apply(operation);
        }
    })
    .unwrap()
}

fn faults(replay: &Replay) -> Vec<String> {
    let mut words = Vec::new();
    for replayed in &replay.migrations {
        let operations = replayed.operations.iter().flat_map(|seen| &seen.faults);
        for fault in operations.chain(&replayed.faults) {
            words.push(format!("{}: {}", replayed.migration.label(), fault.message()));
        }
    }
    words
}

#[test]
fn operations_are_seen_with_what_they_met() {
    let replay = folded(
        Dialect::Postgresql,
        &[
            ("a", "create t a:text!|index t ix=i:a|add t b:text", "drop t"),
            ("b < a", "alter t a null|drop-index i|add gone a:text|? remove t b", ""),
        ],
    );
    let seen: Vec<_> = replay
        .migrations
        .iter()
        .flat_map(|replayed| &replayed.operations)
        .filter(|seen| seen.operation.direction == Direction::Upgrade)
        .map(|seen| {
            let known = |known: &Option<Known<bool>>| match known {
                None => "-".to_owned(),
                Some(Known::Yes(known)) => known.to_string(),
                Some(Known::No(_)) => "?".to_owned(),
            };
            let before = match &seen.seen.column_before {
                None => "-".to_owned(),
                Some(Known::Yes(None)) => "none".to_owned(),
                Some(Known::Yes(Some(column))) => format!("{:?}", column.nullable.as_known()),
                Some(Known::No(_)) => "?".to_owned(),
            };
            format!(
                "{} {} {} {before}",
                seen.operation.action.name(),
                known(&seen.seen.table_exists),
                known(&seen.seen.table_created_here)
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            "create_table false false -",
            "create_index true true -",
            "add_column true true none",
            "alter_column true false Some(false)",
            "drop_index true false -",
            "add_column false false none",
            "drop_column true false Some(true)",
        ]
    );
}

#[test]
fn downgrades_are_tried_and_undone() {
    let base = ("a", "create t a:text! b:text ix=i:b|enum m x", "drop-enum m|drop t");
    for (up, down, expected) in [
        ("add t c:text", "remove t c", &[][..]),
        ("remove t b", "add t b:text|index t ix=i:b", &[]),
        ("remove t b", "add t b:text", &["b: the downgrade does not restore t: index i is missing"]),
        (
            "alter t a null",
            "alter t a null",
            &["b: the downgrade does not restore t: nullable of column a was not null, and is null"],
        ),
        ("add-label m y", "alter t a not-null", &["b: the downgrade does not restore m: label y is left behind"]),
        (
            "add t c:text",
            "remove t d",
            &["b: there is no column t.d", "b: the downgrade does not restore t: column c is left behind"],
        ),
        ("rename t u", "rename u t", &[]),
        ("drop t", "create t b:text a:text! ix=i:b", &[]),
        // What may not have run cannot be held against it.
        ("? add t c:text", "remove t c", &[]),
        ("unknown", "remove t a", &[]),
        ("extension citext", "alter t a not-null", &[]),
    ] {
        let replay = folded(Dialect::Postgresql, &[base, ("b < a", up, down), ("c < b", "create z a:text", "drop z")]);
        assert_eq!(faults(&replay), expected, "{up}, then {down}");
        assert!(shown(&replay.schema).contains("z a:text"), "the next migration runs");
        assert_eq!(replay.migrations[2].downgrade, Downgrade::Restores);
    }
}

#[test]
fn faults_that_only_the_end_can_tell_are_told_of_their_operation() {
    let replay = folded(
        Dialect::Postgresql,
        &[
            ("a", "create t a:text", "drop t"),
            ("b < a", "add typo a:text", "remove typo a"),
            ("c < b", "add t b:enum/mood", "remove t b"),
        ],
    );
    assert_eq!(
        faults(&replay),
        ["b: there is no table typo", "c: column t.b has the type mood, which is not created before",]
    );
}

#[test]
fn what_is_not_replayed_makes_the_rest_unknown() {
    let replay = folded(
        Dialect::Postgresql,
        &[("a", "create t a:text", ""), ("b < gone", "add t b:text|remove t x", ""), ("c < ?", "create u a:text", "")],
    );
    assert_eq!(faults(&replay), Vec::<String>::new());
    let unknown: Vec<&str> = replay.schema.unknown.iter().map(|found| &*found.what).collect();
    assert!(unknown.contains(&"the migration gone is missing"), "{unknown:?}");
    assert!(unknown.iter().any(|what| what.contains("c is not replayed")), "{unknown:?}");
}

#[test]
fn lines_of_migrations_do_not_meet() {
    for (migrations, expected) in [
        // Two histories: the second makes again what the first has made.
        (vec![("a", "create t a:text", "drop t"), ("b", "create t a:text|add t b:text", "drop t")], &[][..]),
        // One after the other.
        (vec![("a", "create t a:text", "drop t"), ("b < a", "create t a:text", "")], &["b: table t exists already"]),
        // Depending on it is coming after it.
        (
            vec![("a", "create t a:text", "drop t"), ("b ; a", "create t a:text", ""), ("c", "", "")],
            &["b: table t exists already"],
        ),
        // Branches that part below: the fault rests on what came before both.
        (
            vec![
                ("a", "create t a:text", "drop t"),
                ("b < a", "add t a:text", ""),
                ("c < a", "add t c:text", "remove t c"),
            ],
            &["b: column t.a exists already"],
        ),
        (
            vec![
                ("a", "create t a:text", "drop t"),
                ("b < a", "add t c:text", "remove t c"),
                ("c < a", "add t c:text", "remove t c"),
            ],
            &[],
        ),
    ] {
        assert_eq!(faults(&folded(Dialect::Postgresql, &migrations)), expected, "{migrations:?}");
    }
}

#[test]
fn tables_made_elsewhere_leave_the_tables_in_doubt() {
    for (upgrade, doubted) in [
        ("create t a:text", false),
        ("create t a:text|add t b:text", false),
        ("create t a:text|add users b:text|add users c:text|add roles c:text", true),
        ("create t a:text|? alter users b null", true),
        ("create t a:text|? remove users b", true),
    ] {
        let replay = folded(Dialect::Postgresql, &[("a", upgrade, "")]);
        let doubt = replay.schema.doubt(crate::model::schema::Part::Tables, None);
        assert_eq!(doubt.is_some(), doubted, "{upgrade}: {doubt:?}");
    }
}
