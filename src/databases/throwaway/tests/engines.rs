//! Servers of our own: started, used through their own clients, stopped.

use super::*;
use crate::databases::throwaway::{Object, Variable};

#[test]
fn a_postgresql_of_our_own() {
    let mut plan = plan(
        Dialect::Postgresql,
        "psql -v ON_ERROR_STOP=1 -qc \"create type mood as enum ('sad', 'happy'); \
         create table deals (id serial primary key, mood mood, note text, near audit.distance)\" && \
         test \"$(psql -Atc 'select current_user')\" = postgres && \
         test \"$(psql -At \"$DATABASE_URL\" -c 'select current_database()')\" = lawbook && \
         test \"$(psql -At {url} -c 'show listen_addresses')\" = ''",
    );
    plan.setup = Some("create schema audit; create domain audit.distance as int".into());
    let outcome = make(&plan).unwrap();
    assert_eq!(tables(&outcome.schema), ["deals"]);
    assert!(outcome.schema.server.as_deref().unwrap_or_default().contains("PostgreSQL"), "{:?}", outcome.schema.server);
    assert_gone(&folder_in(&outcome.output.stdout), Duration::ZERO);
}

#[test]
fn what_postgresql_keeps_after_going_down_is_named() {
    let up = "create schema if not exists audit; create table alembic_version (version_num varchar(32) primary key); \
              create type mood as enum ('sad'); create table deals (id serial primary key, mood mood); \
              create sequence numbers; create view open_deals as select 1 as a; create domain short as varchar(3); \
              create function audit.now_and_then(a int, b text) returns int language sql as 'select 1'; \
              create table parts (a int) partition by range (a); create table part partition of parts default";
    let mut first = plan(Dialect::Postgresql, &format!("psql -v ON_ERROR_STOP=1 -qc \"{up}\""));
    first.setup = Some("create table before (a int)".into());
    first.down = Some("psql -v ON_ERROR_STOP=1 -qc 'drop table deals'".into());
    let outcome = make(&first).unwrap();
    let folder = folder_in(&outcome.output.stdout);
    let roundtrip = outcome.roundtrip.unwrap();
    let left: Vec<String> = roundtrip.left_behind.iter().map(Object::to_string).collect();
    assert_eq!(
        left,
        [
            "domain short",
            "enum mood",
            "function audit.now_and_then(a integer, b text)",
            "schema audit",
            "sequence numbers",
            "table parts",
            "view open_deals",
        ]
    );
    // And so going up again fails.
    assert!(roundtrip.failure.unwrap().to_string().contains("already exists"));
    assert_gone(&folder, Duration::ZERO);
}

#[test]
fn a_postgresql_with_host_and_port() {
    let mut plan = plan(
        Dialect::Postgresql,
        "echo \"secret: $PASSWORD\"; test \"$SERVER\" = 127.0.0.1 && psql -qc 'create table t (a int)' && \
         psql -At \"$DATABASE_URL\" -c 'select 1' && \
         ! PGPASSWORD=wrong psql -h 127.0.0.1 -c 'select 1' && exit 3",
    );
    plan.variables = vec![
        Variable { name: "SERVER".into(), driver: None, value: Some("{host}".into()) },
        Variable { name: "PASSWORD".into(), driver: None, value: Some("{password}".into()) },
    ];
    let error = make(&plan).unwrap_err();
    let message = &error.message;
    assert!(message.contains("ended with status 3") && message.contains("password authentication failed"), "{message}");
    assert!(
        message.contains("secret: ***") && message.contains("url: postgresql://postgres:***@127.0.0.1:"),
        "{message}"
    );
    plan.migrate = plan.migrate.replace("exit 3", "exit 0");
    let outcome = make(&plan).unwrap();
    assert_eq!(tables(&outcome.schema), ["t"]);
    assert!(!outcome.output.stdout.contains("lawbook-db-"));
}

#[test]
fn a_mariadb_of_our_own() {
    let mut plan = plan(
        Dialect::Mysql,
        "mariadb --no-defaults -u root lawbook -e \"create table deals (id int primary key, mood enum('sad', 'happy')); \
         create view open_deals as select 1 as a\" && \
         test \"$(mariadb --no-defaults -NBu root -S {socket} -e 'select @@skip_networking')\" = 1",
    );
    plan.down = Some(
        "mariadb --no-defaults -u root lawbook -e 'drop table deals; create function f() returns int return 1'".into(),
    );
    let outcome = make(&plan).unwrap();
    assert_eq!(tables(&outcome.schema), ["deals"]);
    let roundtrip = outcome.roundtrip.unwrap();
    let left: Vec<String> = roundtrip.left_behind.iter().map(Object::to_string).collect();
    assert_eq!(left, ["function f", "view open_deals"]);
    assert_gone(&folder_in(&outcome.output.stdout), Duration::ZERO);
}

#[test]
fn a_mariadb_with_host_and_port() {
    let mut plan = plan(
        Dialect::Mysql,
        "mariadb --no-defaults -u lawbook -h {host} -P {port} -p\"{password}\" lawbook -e 'create table t (a int)'; \
         echo \"secret: $MYSQL_PWD\"",
    );
    plan.tcp = true;
    let outcome = make(&plan).unwrap();
    assert_eq!(tables(&outcome.schema), ["t"]);
    assert!(outcome.output.stdout.contains("secret: ***"), "{}", outcome.output.stdout);
    assert!(outcome.output.stdout.contains("url: mysql+pymysql://lawbook:***@127.0.0.1:"), "{}", outcome.output.stdout);
}

#[test]
fn several_at_once_do_not_mind_each_other() {
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..3)
            .map(|number| {
                let command = format!("psql -qc 'create table t{number} (a int)'");
                scope.spawn(move || tables(&make(&plan(Dialect::Postgresql, &command)).unwrap().schema))
            })
            .collect();
        for (number, run) in runs.into_iter().enumerate() {
            assert_eq!(run.join().unwrap(), [format!("t{number}")]);
        }
    });
}
