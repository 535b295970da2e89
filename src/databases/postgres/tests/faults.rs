//! Servers that refuse, hang, go away, or change while they are read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;

use super::super::super::{Failure, Options, testing};
use super::{read, read_as, settings};
use crate::model::schema::{ObjectName, Part};

/// Tells the other thread to stop, also when this one panics.
struct Stop<'flag>(&'flag AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_server_that_is_not_there_is_a_failed_connection() {
    let nowhere = PgConnectOptions::new_without_pgpass().socket("/nonexistent").username("u").password("secret");
    let error = read_as(nowhere, &Options::default()).expect_err("no server");
    assert_eq!(error.failure, Failure::Connect, "{error}");
    assert!(!error.message.contains("secret") && error.hint.is_some(), "{error}");

    let error = read_as(settings("nope"), &Options::default()).expect_err("no database");
    assert_eq!(error.failure, Failure::Connect);
    assert_eq!(error.message, "the server refused: database \"nope\" does not exist");
    let error = read_as(settings("postgres").username("nobody_here"), &Options::default()).expect_err("no role");
    assert_eq!(error.failure, Failure::Connect);
}

#[test]
fn a_server_that_never_answers_is_a_timeout() {
    let folder = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").expect("a folder");
    let _deaf = std::os::unix::net::UnixListener::bind(folder.path().join(".s.PGSQL.5432")).expect("a socket");
    let options = Options { connect_timeout: Duration::from_millis(200), ..Options::default() };
    let started = Instant::now();
    let error = read_as(settings("postgres").socket(folder.path()), &options).expect_err("no answer");
    assert_eq!((error.failure, &*error.message), (Failure::Timeout, "the server did not answer within 200 ms"));
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_query_that_takes_too_long_is_a_timeout() {
    let database = testing::postgres().database(
        "DO $$ BEGIN FOR i IN 1..20 LOOP EXECUTE (SELECT format('CREATE TABLE wide_%s (', i) \
           || string_agg(format('c%s integer', n), ',') || ')' FROM generate_series(1, 1000) n); END LOOP; END $$",
    );
    let options = Options { statement_timeout: Duration::from_millis(1), ..Options::default() };
    let error = read_as(settings(&database), &options).expect_err("too slow");
    assert_eq!(
        (error.failure, &*error.message),
        (Failure::Timeout, "reading PostgreSQL's catalogue took longer than 1 ms")
    );
}

#[test]
fn a_table_that_is_locked_hides_the_definitions_of_its_views_alone() {
    let server = testing::postgres();
    let database = server.database("CREATE TABLE t (id integer PRIMARY KEY); CREATE VIEW v AS SELECT id FROM t");
    let locked = server.query("postgres", "SELECT 1");
    assert_eq!(locked, "1\n");
    std::thread::scope(|scope| {
        scope.spawn(|| server.run(&database, "BEGIN; LOCK TABLE t; SELECT pg_sleep(3); ROLLBACK"));
        let held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted \
                    AND relation = 't'::regclass";
        while server.query(&database, held) == "0\n" {}
        let options = Options { statement_timeout: Duration::from_secs(1), ..Options::default() };
        let schema = read_as(settings(&database), &options).expect("read");
        let table = &schema.tables[&ObjectName::new("t")];
        assert_eq!((table.columns.len(), table.primary_key.is_some()), (1, true));
        let view = &schema.views[&ObjectName::new("v")];
        assert_eq!((view.columns.len(), &view.definition), (1, &None));
        let [unknown] = &schema.unknown[..] else { panic!("{:?}", schema.unknown) };
        assert_eq!(unknown.part, Part::Views);
        assert_eq!(&*unknown.what, "definitions of views: another session holds a lock on it");
    });
}

#[test]
fn a_connection_that_breaks_while_it_is_read_is_a_failure() {
    let server = testing::postgres();
    let database = server.database("CREATE TABLE t (id integer)");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _stop = Stop(&done);
        scope.spawn(|| {
            let shoot = "DO $$ BEGIN FOR i IN 1..200 LOOP PERFORM pg_stat_clear_snapshot(); \
                         PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'prey' \
                         AND xact_start IS NOT NULL; PERFORM pg_sleep(0.001); END LOOP; END $$";
            while !done.load(Ordering::Relaxed) {
                server.run("postgres", shoot);
            }
        });
        let deadline = Instant::now() + Duration::from_secs(60);
        let error = loop {
            match read_as(settings(&database).application_name("prey"), &Options::default()) {
                Ok(_) => assert!(Instant::now() < deadline, "it was never hit"),
                Err(error) => break error,
            }
        };
        assert!(matches!(error.failure, Failure::Query | Failure::Connect), "{error:?}");
    });
}

#[test]
fn a_database_that_changes_while_it_is_read_can_be_read() {
    let server = testing::postgres();
    let database = server.database("CREATE TABLE stays (id integer PRIMARY KEY)");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _stop = Stop(&done);
        scope.spawn(|| {
            let churn = "CREATE TABLE p (id serial PRIMARY KEY, n integer DEFAULT 1 + 1 CHECK (n > 0)); \
                         CREATE INDEX ON p (abs(n)) WHERE n > 1; CREATE VIEW v AS SELECT id, n FROM p; \
                         ALTER TABLE p ADD more text DEFAULT 'x'; DROP TABLE p CASCADE;"
                .repeat(50);
            while !done.load(Ordering::Relaxed) {
                server.run(&database, &churn);
            }
        });
        for _ in 0..60 {
            let schema = read(&database);
            assert!(schema.tables.contains_key(&ObjectName::new("stays")));
        }
    });
}
