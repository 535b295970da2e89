//! Commands on a file of SQLite: what they get, how they fail, what is left.

use super::*;
use crate::databases::Failure;
use crate::databases::throwaway::Variable;
use crate::model::schema::Origin;

/// A shell command that runs SQL in the throw-away file, with nothing but Python's standard library.
fn sql(statements: &str) -> String {
    let code = "import os, sqlite3, sys; c = sqlite3.connect(os.environ['DATABASE_URL'].split('///')[1]); \
                c.executescript(sys.argv[1]); c.commit()";
    format!("python3 -c \"{code}\" \"{statements}\"")
}

#[test]
fn a_file_is_made_migrated_read_and_removed() {
    let plan =
        plan(Dialect::Sqlite, &sql("create table deals (id integer primary key); create table users (id integer)"));
    let mut steps = Vec::new();
    let steps_cell = std::cell::RefCell::new(&mut steps);
    let progress = |step: &str| steps_cell.borrow_mut().push(step.to_owned());
    let outcome = crate::databases::throwaway::make("fresh", &plan, &Options::default(), &progress).unwrap();
    assert_eq!(tables(&outcome.schema), ["deals", "users"]);
    assert_eq!((&*outcome.schema.name, outcome.schema.origin), ("fresh", Origin::Throwaway));
    assert!(outcome.roundtrip.is_none());
    assert_eq!(steps, ["making a SQLite file", &plan.migrate, "reading the schema"]);
    assert_gone(&folder_in(&outcome.output.stdout), Duration::ZERO);
}

#[test]
fn a_command_gets_the_url_everywhere() {
    let mut plan = plan(
        Dialect::Sqlite,
        &format!(
            "test \"$MINE\" = \"$DATABASE_URL\" && test \"$ASYNC\" = \"sqlite+aiosqlite:${{DATABASE_URL#sqlite:}}\" && \
             test {{url}} = \"$LAWBOOK_DATABASE_URL\" && test {{database}} = \"$FILE\" && {}",
            sql("create table t (a)")
        ),
    );
    plan.variables = vec![
        Variable { name: "MINE".into(), ..Variable::default() },
        Variable { name: "ASYNC".into(), driver: Some("aiosqlite".into()), value: None },
        Variable { name: "FILE".into(), driver: None, value: Some("{database}".into()) },
    ];
    assert_eq!(tables(&make(&plan).unwrap().schema), ["t"]);
}

#[test]
fn the_copy_of_an_ini_file_names_the_database() {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("alembic.ini"), "[alembic]\nsqlalchemy.url = sqlite:///real.db\n").unwrap();
    let mut plan =
        plan(Dialect::Sqlite, &format!("grep -q \"url = $DATABASE_URL\" {{ini}} && {}", sql("create table t (a)")));
    plan.directory = place.path().to_owned();
    assert_eq!(tables(&make(&plan).unwrap().schema), ["t"]);
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
}

#[test]
fn setup_comes_first_and_does_not_count() {
    let mut first = plan(Dialect::Sqlite, &sql("insert into before values (1); create table t (a)"));
    first.setup = Some("create table before (a); create table other (b)".into());
    assert_eq!(tables(&make(&first).unwrap().schema), ["before", "other", "t"]);
    first.migrate = format!("{SAY}; true");
    let error = make(&first).unwrap_err();
    assert!(error.message.contains("made nothing"), "{error}");
    first.setup = Some("create tabel x".into());
    let error = make(&first).unwrap_err();
    assert!(error.message.contains("the SQL of `setup` failed") && error.message.contains("tabel"), "{error}");
}

#[test]
fn a_command_that_migrates_something_else_is_an_error() {
    let error = make(&plan(Dialect::Sqlite, "true")).unwrap_err();
    assert_eq!(error.failure, Failure::Throwaway);
    assert!(error.message.contains("made nothing"), "{error}");
    assert!(error.hint.unwrap().contains("`variables`"));
}

#[test]
fn a_failure_shows_the_end_of_the_output_and_the_migration() {
    let command = "echo 'INFO  [alembic.runtime.migration] Running upgrade  -> 1a, first' >&2; \
                   echo 'INFO  [alembic.runtime.migration] Running upgrade 1a -> 2b, add deals' >&2; \
                   seq 1 100000; echo 'boom: postgresql://bob:hunter2@prod/x' >&2; exit 3";
    let error = make(&plan(Dialect::Sqlite, command)).unwrap_err();
    let message = &error.message;
    assert!(message.contains("ended with status 3, in upgrade 1a -> 2b, add deals"), "{message}");
    assert!(message.contains("boom: postgresql://bob:***@prod/x"), "{message}");
    assert!(message.contains("\n100000") && !message.contains("hunter2"), "{message}");
    assert!(message.lines().count() < 60, "{message}");
}

#[test]
fn a_command_that_is_not_there_says_so() {
    let error = make(&plan(Dialect::Sqlite, "no-such-program upgrade head")).unwrap_err();
    assert!(error.message.contains("status 127") && error.message.contains("not found"), "{error}");
    assert!(error.hint.unwrap().contains(".venv/bin/alembic"));
    let mut plan = plan(Dialect::Sqlite, "true");
    plan.directory = "/no/such/directory".into();
    assert!(make(&plan).unwrap_err().message.contains("/no/such/directory does not exist"));
}

#[test]
fn a_command_that_waits_for_a_terminal_does_not_wait() {
    let command = "read -r answer; echo \"got <$answer>\"; (: </dev/tty) 2>/dev/null && echo 'has a terminal'; exit 1";
    let error = make(&plan(Dialect::Sqlite, command)).unwrap_err();
    assert!(error.message.contains("got <>") && !error.message.contains("\nhas a terminal"), "{error}");
}

#[test]
fn down_and_up_again_finds_what_was_left() {
    let up = "create table alembic_version (version_num varchar(32)); create table if not exists users (id integer); \
              create table deals (id integer); create view if not exists open_deals as select 1 as a";
    let mut plan = plan(Dialect::Sqlite, &sql(up));
    plan.setup = Some("create table before (a)".into());
    // What goes down drops too little, and the table of revisions stays, as with Alembic.
    plan.down = Some(sql("drop table deals; drop table before"));
    plan.migrate = plan.migrate.replace("create table alembic", "create table if not exists alembic");
    let roundtrip = make(&plan).unwrap().roundtrip.unwrap();
    assert!(roundtrip.failure.is_none(), "{:?}", roundtrip.failure);
    let left: Vec<String> = roundtrip.left_behind.iter().map(ToString::to_string).collect();
    assert_eq!(left, ["table users", "view open_deals"]);
    let differences: Vec<String> = roundtrip.differences.iter().map(ToString::to_string).collect();
    assert_eq!(differences, ["table before is gone"]);
    assert!(roundtrip.again.is_some());
}

#[test]
fn a_round_trip_that_fails_is_part_of_the_outcome() {
    let mut plan = plan(Dialect::Sqlite, &sql("create table t (a)"));
    plan.down = Some("echo 'Running downgrade 2b -> 1a, x' >&2; exit 1".into());
    let outcome = make(&plan).unwrap();
    assert_eq!(tables(&outcome.schema), ["t"]);
    let failure = outcome.roundtrip.unwrap().failure.unwrap();
    assert_eq!(failure.migration.as_deref(), Some("downgrade 2b -> 1a, x"));
    // Up again fails, because the way down has left the table.
    plan.down = Some("true".into());
    let roundtrip = make(&plan).unwrap().roundtrip.unwrap();
    assert_eq!(roundtrip.left_behind.len(), 1);
    assert!(roundtrip.failure.unwrap().output.stderr.contains("already exists"));
    assert!(roundtrip.again.is_none());
}
