//! Temporary databases on a server that runs: nothing else there is touched, and nothing stays.

use super::ends::Other;
use super::*;
use crate::databases::testing;

const DATABASES: &str = "select datname from pg_database order by 1";

#[test]
fn a_database_is_made_on_the_server_and_dropped() {
    let server = testing::postgres();
    let before = ours(&server.query("postgres", DATABASES));
    // A session that outlives the command, out of our reach, does not keep the database alive.
    let mut first = plan(
        Dialect::Postgresql,
        "psql -qAtc 'create table t (a int); select current_database()' && \
         setsid sh -c 'psql -c \"select pg_sleep(30)\" >/dev/null 2>&1 &' && sleep 0.3",
    );
    first.server = Some(server.url("postgres"));
    let outcome = make(&first).unwrap();
    assert_eq!(tables(&outcome.schema), ["t"]);
    let name = outcome.output.stdout.lines().last().unwrap().to_owned();
    assert!(name.starts_with("lawbook_") && name.len() == 40, "{name}");
    assert!(!ours(&server.query("postgres", DATABASES)).contains(&name));
    first.migrate = "exit 1".into();
    assert!(make(&first).is_err());
    drop(before);
}

fn ours(list: &str) -> Vec<String> {
    list.lines().filter(|name| name.starts_with("lawbook_")).map(str::to_owned).collect()
}

#[test]
fn the_password_of_the_server_is_never_shown() {
    let server = testing::postgres();
    server.run("postgres", "create role secretive login createdb password 'hunter2 & co'");
    let url = server.url("postgres").replace("postgres@", "secretive:hunter2%20%26%20co@");
    let mut first = plan(Dialect::Postgresql, "echo \"$PGPASSWORD\" \"$DATABASE_URL\" >&2; false {url}");
    first.server = Some(url.clone());
    let error = make(&first).unwrap_err();
    assert!(error.message.contains("secretive:***@"), "{error}");
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    // A role that may make no database is told so.
    server.run("postgres", "alter role secretive nocreatedb");
    let error = make(&first).unwrap_err();
    assert!(error.message.contains("permission denied to create database"), "{error}");
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    for (server, engine, word) in [
        (url.as_str(), Dialect::Mysql, "is the URL of postgresql, `engine:` says mysql"),
        ("sqlite:///x.db", Dialect::Sqlite, "SQLite has no server"),
        ("env:LAWBOOK_NO_SUCH_VARIABLE", Dialect::Postgresql, "LAWBOOK_NO_SUCH_VARIABLE is not set"),
    ] {
        let mut plan = plan(engine, "true");
        plan.server = Some(server.into());
        let error = make(&plan).unwrap_err();
        assert!(error.message.contains(word), "{error}");
    }
}

#[test]
fn what_a_killed_run_has_left_on_the_server_is_dropped_by_the_next() {
    let server = testing::postgres();
    let exists = |name: &str| server.query("postgres", DATABASES).lines().any(|line| line == name);
    let name_in = |url: &str| {
        let start = url.find("lawbook_").expect("a name");
        url[start..start + 40].to_owned()
    };
    let url = server.url("postgres");
    server.run("postgres", "create database lawbook_00000000000000000000000000000000 template template0");
    let mut killed = Other::start(Dialect::Postgresql, Some(&url));
    let name = name_in(&killed.url);
    let folder = killed.folder();
    killed.ended_by(libc::SIGKILL);
    std::thread::sleep(Duration::from_millis(500));
    assert!(exists(&name) && folder.exists(), "nobody can have dropped it");

    // A run on another server leaves it alone.
    let elsewhere = Other::start_in(&killed.place, Dialect::Sqlite, None);
    assert!(exists(&name) && folder.exists());
    drop(elsewhere);
    let mut next = Other::start_in(&killed.place, Dialect::Postgresql, Some(&url));
    assert!(!exists(&name) && !folder.exists());
    let second = name_in(&next.url);
    assert!(exists(&second));
    assert_eq!(next.ended_by(libc::SIGTERM), Some(libc::SIGTERM));
    assert!(!exists(&second));
    // A name of ours that we have not noted is somebody else's.
    assert!(exists("lawbook_00000000000000000000000000000000"));
}

#[test]
fn mariadb_needs_the_right_to_drop() {
    let server = testing::mariadb();
    server.run("", "create user maker@localhost; grant create on *.* to maker@localhost");
    let list = || ours(&server.query("", "show databases"));
    let mut plan = plan(Dialect::Mysql, "mariadb --no-defaults -u maker {database} -e 'create table t (a int)'");
    plan.server = Some(server.url("information_schema").replace("root@", "maker@"));
    let error = make(&plan).unwrap_err();
    assert!(error.message.contains("may not drop"), "{error}");
    assert_eq!(list(), Vec::<String>::new());
    server.run("", r"grant all privileges on `lawbook\_%`.* to maker@localhost");
    let outcome = make(&plan).unwrap();
    assert_eq!(tables(&outcome.schema), ["t"]);
    assert_eq!(list(), Vec::<String>::new());
}
