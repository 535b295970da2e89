//! Against a private MariaDB.

// The lint knows tests by `cfg(test)` alone.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};

use super::super::testing::mariadb;
use super::super::{DatabaseError, Failure, Options};
use crate::model::Known;
use crate::model::schema::{Column, Identity, IndexPart, Normal, ObjectName, Part, Schema, Table};

fn settings(user: &str, database: &str) -> MySqlConnectOptions {
    let settings =
        MySqlConnectOptions::new().socket(mariadb().socket()).username(user).ssl_mode(MySqlSslMode::Disabled);
    if database.is_empty() { settings } else { settings.database(database) }
}

fn try_read(settings: MySqlConnectOptions, options: &Options) -> Result<Schema, DatabaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(super::introspect("main", settings, options))
}

fn read(script: &str) -> Schema {
    let database = mariadb().database(script);
    try_read(settings("root", &database), &Options::default()).unwrap()
}

/// Makes a user without password and gives it privileges.
fn user(name: &str, grants: &str) {
    mariadb().run("", &format!("create user {name}@localhost; {grants}"));
}

fn table<'a>(schema: &'a Schema, name: &str) -> &'a Table {
    &schema.tables[&ObjectName::new(name)]
}

fn column<'a>(schema: &'a Schema, of: &str, name: &str) -> &'a Column {
    table(schema, of).column(name).unwrap()
}

fn default(column: &Column) -> Option<&str> {
    column.default.as_known().unwrap().as_deref()
}

fn texts<'a>(names: impl IntoIterator<Item = &'a std::sync::Arc<str>>) -> String {
    names.into_iter().map(|name| &**name).collect::<Vec<_>>().join(",")
}

/// Writes the foreign keys of a table: `name(columns)->table(columns) on delete / on update`.
fn foreign_keys(table: &Table) -> Vec<String> {
    let write = |key: &crate::model::schema::ForeignKey| {
        let actions = [&key.on_delete, &key.on_update].map(|word| word.as_deref().unwrap_or("-"));
        let name = key.name.as_deref().unwrap_or_default();
        let (columns, references) = (texts(&key.columns), texts(&key.references));
        format!("{name}({columns})->{}({references}) {} / {}", key.table, actions[0], actions[1])
    };
    table.foreign_keys.iter().map(write).collect()
}

#[test]
fn columns_have_types_defaults_and_more() {
    let schema = read(
        r"create table t (
            id bigint unsigned not null auto_increment primary key comment 'the ''key''',
            name varchar(255) not null default 'it''s',
            empty varchar(9) default '',
            word varchar(9) default 'NULL',
            nothing varchar(9),
            number int(11) default -1,
            sum int default (1 + 2),
            made timestamp(3) not null default current_timestamp(3) on update current_timestamp(3),
            seen datetime null on update current_timestamp(),
            zero date default '0000-00-00',
            bits bit(3) default b'101',
            doc json,
            longer int as (length(name) + 1) stored,
            loud varchar(300) as (concat(name, '!')) virtual,
            german varchar(9) character set utf8mb4 collate utf8mb4_german2_ci,
            kind enum('a''b', 'c,d', 'e\\f', '') not null default 'c,d',
            `back``tick 'n`` ü
new line` int
        ) default charset=utf8mb4 collate=utf8mb4_unicode_ci comment='of \ tests'",
    );
    let of = |name: &str| column(&schema, "t", name);
    assert_eq!(of("id").identity, Some(Identity::AutoIncrement));
    assert_eq!(of("id").comment.as_deref(), Some("the 'key'"));
    assert_eq!((of("id").nullable.clone(), of("nothing").nullable.clone()), (Known::Yes(false), Known::Yes(true)));
    let defaults = [
        ("id", None),
        ("name", Some("'it''s'")),
        ("empty", Some("''")),
        ("word", Some("'NULL'")),
        ("nothing", None),
        ("number", Some("-1")),
        ("sum", Some("(1 + 2)")),
        ("made", Some("current_timestamp(3) ON UPDATE current_timestamp(3)")),
        ("seen", Some("NULL ON UPDATE current_timestamp()")),
        ("zero", Some("'0000-00-00'")),
        ("bits", Some("b'101'")),
        ("doc", None),
        ("longer", None),
    ];
    for (name, expected) in defaults {
        assert_eq!(default(of(name)), expected, "{name}");
    }
    let longer = of("longer").generated.clone().unwrap();
    assert_eq!((&*longer.expression, longer.stored), ("octet_length(`name`) + 1", true));
    let loud = of("loud").generated.clone().unwrap();
    assert_eq!((&*loud.expression, loud.stored), ("concat(`name`,'!')", false));
    let doc = of("doc").ty.as_known().unwrap();
    assert_eq!((&*doc.spelling, &doc.normal), ("longtext", &Normal::Json { binary: false }));
    assert_eq!(table(&schema, "t").checks, []);
    assert_eq!((of("doc").collation.as_deref(), of("name").collation.as_deref()), (None, None));
    assert_eq!(of("german").collation.as_deref(), Some("utf8mb4_german2_ci"));
    assert_eq!(&*of("kind").ty.as_known().unwrap().spelling, r"enum('a''b','c,d','e\\f','')");
    assert_eq!(&*table(&schema, "t").columns.last().unwrap().name, "back`tick 'n` ü\nnew line");
    assert_eq!(table(&schema, "t").comment.as_deref(), Some("of  tests"));
    assert!(schema.server.as_deref().unwrap().contains("MariaDB"));
    assert_eq!(schema.unknown, []);
}

#[test]
fn keys_and_indexes_are_each_listed_once() {
    let schema = read(
        "create table p (a int, b int, primary key (b, a), unique key u (a));
         create table t (id int primary key, code varchar(100) unique, url varchar(500), body text, place point not null,
            b int, a int, unique key short (url(20)), key k (code, id), key pre (body(10), id), fulltext key f (body),
            spatial key s (place), constraint fk foreign key (b, a) references p (b, a) on delete cascade);
         create table m (a int, key h (a) using hash) engine=memory;",
    );
    let found = table(&schema, "t");
    assert_eq!(texts(&table(&schema, "p").primary_key.as_ref().unwrap().columns), "b,a");
    assert_eq!(table(&schema, "p").primary_key.as_ref().unwrap().name, None);
    assert_eq!(found.uniques.iter().map(|key| texts(&key.name)).collect::<Vec<_>>(), ["code"]);
    let write = |index: &crate::model::schema::Index| {
        let parts = index.parts.iter().map(|part| match part {
            IndexPart::Column(name) => name.to_string(),
            IndexPart::Prefix(name, length) => format!("{name}({length})"),
            IndexPart::Expression(sql) => format!("={sql}"),
        });
        let parts = parts.collect::<Vec<_>>().join(",");
        let (name, method) = (index.name.as_deref().unwrap(), index.method.as_deref().unwrap_or("-"));
        format!("{name} {parts} {method}{}", if index.unique { " unique" } else { "" })
    };
    let indexes: Vec<String> = found.indexes.iter().map(write).collect();
    let expected = [
        "f body fulltext",
        "fk b,a -",
        "k code,id -",
        "pre body(10),id -",
        "s place spatial",
        "short url(20) - unique",
    ];
    assert_eq!(indexes, expected);
    assert_eq!(table(&schema, "m").indexes.iter().map(write).collect::<Vec<_>>(), ["h a hash"]);
}

#[test]
fn foreign_keys_know_where_they_point_and_what_they_do() {
    let other = mariadb().database("create table Far (Id int primary key)");
    let schema = read(&format!(
        "create table a (id int primary key, b int);
         create table b (id int primary key, a int, self int, far int,
            constraint c1 foreign key (A) references a (ID) on delete cascade on update set null,
            constraint c2 foreign key (self) references b (id) on delete restrict on update no action,
            constraint `c 3'` foreign key (far) references `{other}`.Far (Id));
         alter table a add constraint back foreign key (b) references b (id) on delete set null;"
    ));
    let expected = [
        format!("c 3'(far)->{other}.Far(Id) - / -"),
        "c1(a)->a(id) CASCADE / SET NULL".to_owned(),
        "c2(self)->b(id) - / -".to_owned(),
    ];
    assert_eq!(foreign_keys(table(&schema, "b")), expected);
    assert_eq!(foreign_keys(table(&schema, "a")), ["back(b)->b(id) SET NULL / -"]);
}

#[test]
fn checks_views_partitions_and_kinds_of_tables() {
    let schema = read(
        "create table t (a int check (a > 0), b int, constraint both_ check ((a > 1) or (b < 2)), j json,
            k longtext check (json_valid(k) and k <> ''));
         create table parted (id int) partition by range (id) subpartition by hash (id) subpartitions 2
            (partition p1 values less than (10), partition p0 values less than maxvalue);
         create table old (id int primary key) with system versioning;
         create table period_ (id int primary key, f timestamp(6) generated always as row start,
            t timestamp(6) generated always as row end, period for system_time (f, t)) with system versioning;
         create sequence numbers;
         create view v as select b, a as `x y` from t;
         create table lost (z int); create view broken as select z from lost; drop table lost;",
    );
    let found = table(&schema, "t");
    let checks: Vec<_> = found.checks.iter().map(|check| (check.name.as_deref(), &*check.sql)).collect();
    let expected = [(None, "`a` > 0"), (Some("both_"), "`a` > 1 or `b` < 2"), (None, "json_valid(`k`) and `k` <> ''")];
    assert_eq!(checks, expected);
    assert_eq!(texts(&table(&schema, "parted").partitions), "p0,p1");
    let names: Vec<_> = schema.tables.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["old", "parted", "period_", "t"]);
    assert_eq!(column(&schema, "period_", "f").generated.as_ref().map(|made| &*made.expression), Some("ROW START"));
    assert_eq!(texts(&schema.views[&ObjectName::new("v")].columns), "b,x y");
    assert!(schema.views[&ObjectName::new("v")].definition.as_ref().unwrap().contains("select"));
    let broken = ObjectName::new("broken");
    assert!(schema.views.contains_key(&broken));
    assert!(schema.doubt(Part::Columns, Some(&broken)).unwrap().what.contains("broken"));
    assert_eq!(schema.doubt(Part::Columns, Some(&ObjectName::new("t"))), None);
}

#[test]
fn several_databases_and_such_that_are_not_there() {
    let one = mariadb().database("create table t (id int primary key)");
    let two = mariadb().database(&format!(
        "create table t (id int, constraint f foreign key (id) references `{one}`.t (id) on delete cascade)"
    ));
    let schemas = vec![two.clone(), one.clone(), "no_such".to_owned(), one.clone()];
    let options = Options { schemas, ..Options::default() };
    let schema = try_read(settings("root", &one), &options).unwrap();
    let names: Vec<_> = schema.tables.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["t".to_owned(), format!("{two}.t")]);
    assert_eq!(foreign_keys(&schema.tables[&ObjectName::within(&*two, "t")]), ["f(id)->t(id) CASCADE / -"]);
    assert!(schema.doubt(Part::Tables, None).unwrap().what.contains("no_such"));
    let error = try_read(settings("root", ""), &Options::default()).unwrap_err();
    assert_eq!(error.failure, Failure::Url);
}

#[test]
fn databases_whose_names_differ_in_case_alone() {
    mariadb().run(
        "",
        "create database Twin; create database twin; create table Twin.big (a int, check (a > 1)); \
         create table twin.small (b int primary key); create table twin.Small (c int, foreign key (c) references small (b));",
    );
    let big = try_read(settings("root", "Twin"), &Options::default()).unwrap();
    let small = try_read(settings("root", "twin"), &Options::default()).unwrap();
    let names = |schema: &Schema| schema.tables.keys().map(ToString::to_string).collect::<Vec<_>>().join(",");
    assert_eq!((names(&big), names(&small)), ("big".to_owned(), "Small,small".to_owned()));
    assert_eq!(table(&big, "big").columns.len(), 1);
    assert_eq!(table(&small, "small").columns.len(), 1);
    assert_eq!(foreign_keys(table(&small, "Small")), ["Small_ibfk_1(c)->small(b) - / -"]);
}

#[test]
fn the_servers_modes_change_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = Options::default();
        let mut session = super::session::Session::open(settings("root", "mysql"), &options).await.unwrap();
        let rows = session.rows("select @@sql_mode, cast(@@sql_quote_show_create as char)", None).await.unwrap();
        let found = [0, 1].map(|column| super::session::text(&rows[0], column).unwrap());
        assert_eq!([&*found[0], &*found[1]], ["", "ON"]);
    });
}

/// What MariaDB hides from a role that can only read is found all the same, or listed as unknown.
#[test]
fn a_role_that_can_only_read_sees_the_same() {
    let mut script = String::from("create table p (id int primary key);");
    for number in 0..250 {
        write!(
            script,
            "create table `c``{number}` (id int primary key, p int, doc json, constraint `f{number}` foreign key (p) \
             references p (id) on delete cascade);"
        )
        .unwrap();
    }
    let database = mariadb().database(&script);
    user("reader", &format!("grant select on `{database}`.* to reader@localhost"));
    let all = try_read(settings("root", &database), &Options::default()).unwrap();
    let seen = try_read(settings("reader", &database), &Options::default()).unwrap();
    assert_eq!(foreign_keys(table(&seen, "c`249")), ["f249(p)->p(id) CASCADE / -"]);
    assert_eq!(seen, all);
}

#[test]
fn what_a_role_does_not_see_is_unknown() {
    let script =
        "create table a (id int primary key, doc json); create table b (id int primary key, doc json, check (id > 0));
        create table c (id int primary key, b int, foreign key (b) references b (id) on delete cascade);";
    let database = mariadb().database(script);
    user(
        "narrow",
        &format!(
            "grant select on `{database}`.a to narrow@localhost; grant select (id) on `{database}`.b to narrow@localhost;
             grant insert on `{database}`.c to narrow@localhost;"
        ),
    );
    let schema = try_read(settings("narrow", &database), &Options::default()).unwrap();
    let names: Vec<_> = schema.tables.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert!(schema.doubt(Part::Tables, None).is_some());
    assert!(schema.doubt(Part::Constraints, None).is_some());
    assert_eq!(schema.doubt(Part::Columns, Some(&ObjectName::new("a"))), None);
    assert!(schema.doubt(Part::Columns, Some(&ObjectName::new("b"))).is_some());
    assert!(matches!(column(&schema, "a", "doc").ty, Known::No(_)));
    let keys = foreign_keys(table(&schema, "c"));
    let doubted = schema.unknown.iter().any(|unknown| unknown.table == Some(ObjectName::new("c")));
    assert!(doubted || keys == ["c_ibfk_1(b)->b(id) CASCADE / -"], "{keys:?} {:?}", schema.unknown);
}

#[test]
fn nothing_can_be_written() {
    let database = mariadb().database("create table t (id int)");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let failed = runtime.block_on(async {
        let options = Options::default();
        let mut session = super::session::Session::open(settings("root", &database), &options).await.unwrap();
        session.batch("insert into t values (1)".to_owned()).await.unwrap().1.unwrap()
    });
    assert!(failed.message.contains("READ ONLY"), "{failed:?}");
}

#[test]
fn failures_say_what_happened() {
    let fails = |settings: MySqlConnectOptions| try_read(settings, &Options::default()).unwrap_err();
    let refused = fails(settings("nobody", "mysql").password("p%40ss"));
    assert_eq!(refused.failure, Failure::Connect);
    assert!(refused.message.contains("Access denied") && !refused.message.contains("p%40ss"), "{refused:?}");
    let absent = fails(settings("root", "no_such_database"));
    assert!(absent.message.contains("no_such_database") && absent.hint.is_some(), "{absent:?}");
    let nowhere = fails(MySqlConnectOptions::new().socket("/nonexistent/socket").ssl_mode(MySqlSslMode::Disabled));
    assert_eq!(nowhere.failure, Failure::Connect);
}

/// A server that takes the connection and then says nothing.
#[test]
fn a_silent_server_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = MySqlConnectOptions::new().host("127.0.0.1").port(listener.local_addr().unwrap().port());
    let options = Options { connect_timeout: Duration::from_millis(200), ..Options::default() };
    let start = Instant::now();
    let error = try_read(settings, &options).unwrap_err();
    assert_eq!(error.failure, Failure::Timeout);
    assert!(start.elapsed() < Duration::from_secs(20));
}

/// A table that somebody is changing blocks the catalogue of MariaDB; the server's timeout ends the wait.
#[test]
fn a_server_that_goes_away_or_is_slow_is_an_error() {
    let database = mariadb().database("create table t (id int)");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = Options { statement_timeout: Duration::from_millis(300), ..Options::default() };
        let mut session = super::session::Session::open(settings("root", &database), &options).await.unwrap();
        let slow = session.rows("select sleep(30) from information_schema.tables", None).await.unwrap_err();
        assert_eq!(slow.failure, Failure::Timeout, "{slow:?}");
        let mut session = super::session::Session::open(settings("root", &database), &options).await.unwrap();
        let rows = session.rows("select cast(connection_id() as char)", None).await.unwrap();
        let id = super::session::text(&rows[0], 0).unwrap();
        mariadb().run("", &format!("kill {id}"));
        let gone = session.rows("select 1", None).await.unwrap_err();
        assert_eq!(gone.failure, Failure::Query, "{gone:?}");
    });
}

/// The schema that is also held against SQLAlchemy's inspector.
#[test]
fn every_type_belongs_to_a_family() {
    let schema = read(include_str!("../../../tests/schemas/every-type.mysql.sql"));
    assert_eq!(schema.unknown, []);
    assert_eq!(schema.tables.len(), 16);
    // What MySQL alone has: SQLAlchemy knows no normal form of these either.
    let own = ["geometry", "point", "linestring", "polygon", "multi", "inet4", "inet6", "year"];
    let mut strange = Vec::new();
    for (name, table) in &schema.tables {
        for column in &table.columns {
            let ty = column.ty.as_known().unwrap();
            let expected = own.iter().any(|start| ty.spelling.starts_with(start));
            if matches!(ty.normal, Normal::Other(_) | Normal::None) != expected {
                strange.push(format!("{name}.{} {}", column.name, ty.spelling));
            }
        }
    }
    assert_eq!(strange, [] as [&str; 0]);
    let names = |table: &str, pick: fn(&Table) -> usize| pick(&schema.tables[&ObjectName::new(table)]);
    assert_eq!(names("users", |table| table.uniques.len()), 2);
    assert_eq!(names("users", |table| table.indexes.len()), 4);
    assert_eq!(names("deals", |table| table.foreign_keys.len()), 5);
    assert_eq!(names("checked", |table| table.checks.len()), 2);
    assert_eq!(names("parted", |table| table.partitions.len()), 3);
}
