//! Introspection against a real server: every feature, hostile names and paths, roles without rights, faults.

#![allow(clippy::unwrap_used)]

mod faults;

use std::fmt::Write as _;

use sqlx::postgres::PgConnectOptions;

use super::super::{DatabaseError, Options, testing};
use super::introspect;
use crate::model::Known;
use crate::model::schema::{Index, ObjectName, Schema, Table};

/// Reads a database of the test server.
fn read_as(settings: PgConnectOptions, options: &Options) -> Result<Schema, DatabaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(introspect("main", settings, options))
}

fn settings(database: &str) -> PgConnectOptions {
    let server = testing::postgres();
    PgConnectOptions::new_without_pgpass().socket(server.folder()).username("postgres").database(database)
}

fn read(database: &str) -> Schema {
    read_as(settings(database), &Options::default()).expect("the database can be read")
}

fn options(schemas: &[&str]) -> Options {
    Options { schemas: schemas.iter().map(|&name| name.to_owned()).collect(), ..Options::default() }
}

fn joined<'a>(texts: impl IntoIterator<Item = &'a std::sync::Arc<str>>) -> String {
    texts.into_iter().map(|text| &**text).collect::<Vec<_>>().join(",")
}

/// Returns a table as one line a part.
fn describe(table: &Table) -> String {
    let mut lines = String::new();
    for column in &table.columns {
        let spelling = column.ty.as_known().map(|ty| &*ty.spelling).unwrap_or("?");
        write!(lines, "{} {spelling}", column.name).unwrap();
        if column.nullable == Known::Yes(false) {
            lines.push_str(" NOT NULL");
        }
        if let Known::Yes(Some(default)) = &column.default {
            write!(lines, " DEFAULT {default}").unwrap();
        }
        if let Some(identity) = column.identity {
            write!(lines, " {}", identity.name()).unwrap();
        }
        if let Some(generated) = &column.generated {
            let stored = if generated.stored { "stored" } else { "virtual" };
            write!(lines, " {stored} {}", generated.expression).unwrap();
        }
        if let Some(collation) = &column.collation {
            write!(lines, " COLLATE {collation}").unwrap();
        }
        if let Some(comment) = &column.comment {
            write!(lines, " -- {comment:?}").unwrap();
        }
        lines.push('\n');
    }
    let name = |name: &Option<std::sync::Arc<str>>| name.as_deref().unwrap_or("?").to_owned();
    if let Some(key) = &table.primary_key {
        writeln!(lines, "primary key {} ({})", name(&key.name), joined(&key.columns)).unwrap();
    }
    for key in &table.uniques {
        let nulls = if key.nulls_not_distinct { " nulls not distinct" } else { "" };
        writeln!(lines, "unique {} ({}){nulls}", name(&key.name), joined(&key.columns)).unwrap();
    }
    for key in &table.foreign_keys {
        let (from, to) = (joined(&key.columns), joined(&key.references));
        write!(lines, "foreign key {} ({from}) to {} ({to})", name(&key.name), key.table).unwrap();
        for (word, action) in [("delete", &key.on_delete), ("update", &key.on_update)] {
            if let Some(action) = action {
                write!(lines, " {word} {action}").unwrap();
            }
        }
        lines.push_str(if key.deferrable { " deferrable" } else { "" });
        lines.push_str(if key.initially_deferred { " deferred\n" } else { "\n" });
    }
    for check in &table.checks {
        writeln!(lines, "check {} {}", name(&check.name), check.sql).unwrap();
    }
    for index in &table.indexes {
        writeln!(lines, "{}", describe_index(index)).unwrap();
    }
    if !table.partitions.is_empty() {
        writeln!(lines, "partitions {}", joined(&table.partitions)).unwrap();
    }
    if let Some(comment) = &table.comment {
        writeln!(lines, "comment {comment}").unwrap();
    }
    lines.push_str(if table.foreign { "foreign\n" } else { "" });
    lines
}

fn describe_index(index: &Index) -> String {
    let unique = if index.unique { "unique " } else { "" };
    let parts = joined(index.parts.iter().map(crate::model::schema::IndexPart::text));
    let mut line = format!("{unique}index {} ({parts})", index.name.as_deref().unwrap_or("?"));
    if let Some(method) = &index.method {
        write!(line, " using {method}").unwrap();
    }
    if !index.include.is_empty() {
        write!(line, " include {}", joined(&index.include)).unwrap();
    }
    if let Some(predicate) = &index.where_ {
        write!(line, " where {predicate}").unwrap();
    }
    line
}

fn features() -> &'static str {
    static DATABASE: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    DATABASE.get_or_init(|| testing::postgres().database(include_str!("features.sql")))
}

#[test]
fn every_feature_is_read() {
    let schema = read(features());
    let expected = [
        ("child", "id integer NOT NULL\nextra text\ncheck parent_id_check id > 0\n"),
        ("empty", ""),
        ("logged", "log_id integer\nforeign key logged_log_id_fkey (log_id) to audit.log (id) delete SET DEFAULT\n"),
        (
            "measured",
            "at date NOT NULL\nregion text NOT NULL\nvalue integer\nprimary key measured_pkey (at,region)\n\
             index ix_measured (value)\npartitions audit.measured_2025,measured_2024,measured_2024_eu\n",
        ),
        ("numbered", "id integer NOT NULL DEFAULT nextval('shared'::regclass)\nprimary key numbered_pkey (id)\n"),
        (
            "odd \" name; -- ü\nline",
            "select integer\na.b text\n' integer\n   integer\nunique odd \" name; -- ü\nline_'_key (')\n",
        ),
        (
            "one",
            "id integer NOT NULL\ntwo_id integer\nprimary key one_pkey (id)\n\
             foreign key fk_two (two_id) to two (id) delete RESTRICT deferrable deferred\n",
        ),
        ("parent", "id integer NOT NULL\ncheck parent_id_check id > 0\n"),
        (
            "plain",
            "id integer NOT NULL DEFAULT nextval('plain_id_seq'::regclass) serial\n\
             big bigint NOT NULL always\n\
             small smallint NOT NULL by default\n\
             Name character varying(255) NOT NULL DEFAULT 'it''s'::character varying -- \"two\\nlines\"\n\
             price numeric(12,2) DEFAULT 0\n\
             double_price numeric stored (price * (2)::numeric)\n\
             state mood DEFAULT 'sad'::mood\n\
             states mood[] NOT NULL\n\
             level audit.level\n\
             contact email\n\
             required required_email NOT NULL DEFAULT 'nobody@example.com'::text\n\
             contacts email[]\n\
             label text COLLATE backwards\n\
             insensitive citext\n\
             created timestamp with time zone NOT NULL DEFAULT now()\n\
             stamp timestamp(3) without time zone\n\
             span interval day to second(3)\n\
             primary key plain_pkey (id)\n\
             unique uq_name (Name,price)\n\
             check ck_price price > 0::numeric AND (\"Name\"::text <> ')'::text OR price < 10::numeric)\n\
             index ix_plain_hash (label) using hash\n\
             unique index ix_plain_include (created) include price,state\n\
             index ix_plain_lower (lower(\"Name\"::text),price) where (price IS NOT NULL) AND (id > 0)\n\
             comment a table\n",
        ),
        ("pointing", "at date\nregion text\nforeign key pointing_at_region_fkey (at,region) to measured (at,region)\n"),
        (
            "pointing_inside",
            "at date\nregion text\n\
             foreign key pointing_inside_at_region_fkey (at,region) to audit.measured_2025 (at,region)\n",
        ),
        ("remote", "id integer NOT NULL\nnote text\nforeign\n"),
        (
            "two",
            "id integer NOT NULL\none_id integer\nprimary key two_pkey (id)\n\
             foreign key two_one_id_fkey (one_id) to one (id) delete CASCADE update SET NULL\n",
        ),
    ];
    let names: Vec<String> = schema.tables.keys().map(ToString::to_string).collect();
    assert_eq!(names, expected.map(|(name, _)| name));
    for (name, expected) in expected {
        assert_eq!(describe(&schema.tables[&ObjectName::new(name)]), expected, "{name}");
    }
    assert_eq!(schema.unknown, []);
    assert!(schema.server.as_deref().is_some_and(|server| server.starts_with("PostgreSQL 1")), "{:?}", schema.server);
    assert_eq!(joined(&schema.extensions), "citext,plpgsql");
}

#[test]
fn enums_and_views_are_read() {
    let schema = read(features());
    let [(name, mood)] = schema.enums.iter().collect::<Vec<_>>()[..] else { panic!("{:?}", schema.enums) };
    assert_eq!(name.to_string(), "mood");
    assert_eq!(joined(mood.labels.as_known().expect("known")), "first,sad,o'k,Très \"bon\"");
    assert_eq!(mood.comment.as_deref(), Some("how it feels"));

    let views: Vec<String> = schema.views.keys().map(ToString::to_string).collect();
    assert_eq!(views, ["cheap", "totals"]);
    let cheap = &schema.views[&ObjectName::new("cheap")];
    assert_eq!((joined(&cheap.columns), cheap.materialized), ("id,price".to_owned(), false));
    assert_eq!(cheap.comment.as_deref(), Some("not dear"));
    let definition = cheap.definition.as_deref().expect("a definition");
    assert!(definition.starts_with("SELECT") && definition.contains("10"), "{definition}");
    let totals = &schema.views[&ObjectName::new("totals")];
    assert_eq!((joined(&totals.columns), totals.materialized), ("Name,total".to_owned(), true));
    let indexes: Vec<String> = totals.indexes.iter().map(describe_index).collect();
    assert_eq!(indexes, ["unique index ix_totals (Name)"]);
}

#[test]
fn types_of_users_are_known_by_their_number() {
    use crate::model::schema::Normal;
    let schema = read(features());
    let plain = &schema.tables[&ObjectName::new("plain")];
    let normal =
        |column: &str| plain.column(column).and_then(|column| column.ty.as_known()).expect(column).normal.clone();
    let labels = ["first", "sad", "o'k", "Très \"bon\""].map(std::sync::Arc::from);
    let mood = Normal::Enum { name: Some(ObjectName::new("mood")), labels: labels.into() };
    assert_eq!(normal("state"), mood);
    assert_eq!(normal("states"), Normal::Array(Box::new(mood)));
    let level = Normal::Enum { name: Some(ObjectName::within("audit", "level")), labels: ["low".into()].into() };
    assert_eq!(normal("level"), level);
    assert_eq!(normal("contact"), Normal::Other("email".into()));
    assert_eq!(normal("contacts"), Normal::Array(Box::new(Normal::Other("email".into()))));
    assert_eq!(normal("insensitive"), Normal::Other("citext".into()));
}

#[test]
fn several_schemas_can_be_asked_for() {
    let schema = read_as(settings(features()), &options(&["audit", "public"])).expect("read");
    let names: Vec<String> = schema.tables.keys().map(ToString::to_string).collect();
    assert_eq!(names[..2], ["log", "public.child"]);
    let log = describe(&schema.tables[&ObjectName::new("log")]);
    assert_eq!(
        log,
        "id integer NOT NULL\nplain_id integer\nprimary key log_pkey (id)\n\
         foreign key log_plain_id_fkey (plain_id) to public.plain (id)\n"
    );
    let enums: Vec<String> = schema.enums.keys().map(ToString::to_string).collect();
    assert_eq!(enums, ["level", "public.mood"]);

    let error = read_as(settings(features()), &options(&["nope"])).expect_err("no such schema");
    assert_eq!(error.message, "there is no schema `nope`");
    assert!(error.hint.is_some_and(|hint| hint.ends_with("audit, public")));
}

#[test]
fn a_role_that_may_only_connect_reads_the_same() {
    let server = testing::postgres();
    let database = server.database(include_str!("features.sql"));
    server.run(
        &database,
        &format!(
            "CREATE ROLE bare LOGIN; REVOKE ALL ON DATABASE {database} FROM PUBLIC; \
             GRANT CONNECT ON DATABASE {database} TO bare; REVOKE ALL ON SCHEMA public, audit FROM PUBLIC"
        ),
    );
    let bare = read_as(settings(&database).username("bare"), &Options::default()).expect("read");
    let all = read(&database);
    // What the role may not use is spelled with its schema.
    let plain = &bare.tables[&ObjectName::new("plain")];
    assert_eq!(bare.tables.keys().collect::<Vec<_>>(), all.tables.keys().collect::<Vec<_>>());
    assert_eq!(plain.columns.len(), all.tables[&ObjectName::new("plain")].columns.len());
    assert_eq!(describe(&bare.tables[&ObjectName::new("one")]), describe(&all.tables[&ObjectName::new("one")]));
    assert_eq!(bare.enums, all.enums);
    assert_eq!(bare.unknown, []);
}

#[test]
fn what_may_not_be_read_is_named_and_the_rest_is_read() {
    let server = testing::postgres();
    let database = server.database(
        "CREATE TABLE t (id integer PRIMARY KEY DEFAULT 1, name text); CREATE INDEX ix ON t (name); \
         REVOKE SELECT ON pg_catalog.pg_constraint, pg_catalog.pg_attrdef FROM PUBLIC; CREATE ROLE shut LOGIN",
    );
    let schema = read_as(settings(&database).username("shut"), &Options::default()).expect("read");
    let table = &schema.tables[&ObjectName::new("t")];
    assert_eq!(describe(table), "id integer NOT NULL\nname text\n");
    assert!(matches!(&table.columns[0].default, Known::No(reason) if reason.contains("permission denied")));
    let unknown: Vec<String> = schema.unknown.iter().map(|unknown| unknown.what.to_string()).collect();
    assert_eq!(
        unknown,
        [
            "constraints: permission denied for table pg_constraint",
            "defaults and generated columns: permission denied for table pg_attrdef",
            // They ask the constraints which indexes only back one.
            "indexes: permission denied for table pg_constraint",
        ]
    );
}

#[test]
fn a_hostile_search_path_changes_nothing() {
    let server = testing::postgres();
    let database = server.database(include_str!("features.sql"));
    let honest = read(&database);
    server.run(
        &database,
        &format!(
            "CREATE SCHEMA evil; CREATE ROLE victim LOGIN; GRANT USAGE ON SCHEMA evil TO victim; \
             CREATE FUNCTION evil.bite(oid, oid) RETURNS boolean LANGUAGE plpgsql AS \
               $$BEGIN RAISE EXCEPTION 'bitten'; END$$; \
             CREATE FUNCTION evil.bite(\"char\", \"char\") RETURNS boolean LANGUAGE plpgsql AS \
               $$BEGIN RAISE EXCEPTION 'bitten'; END$$; \
             CREATE FUNCTION evil.version() RETURNS text LANGUAGE sql AS $$SELECT 'PostgreSQL 1.0'$$; \
             CREATE FUNCTION evil.format_type(oid, integer) RETURNS text LANGUAGE sql AS $$SELECT 'lie'$$; \
             CREATE OPERATOR evil.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = evil.bite); \
             CREATE OPERATOR evil.= (LEFTARG = \"char\", RIGHTARG = \"char\", FUNCTION = evil.bite); \
             CREATE OPERATOR evil.<> (LEFTARG = \"char\", RIGHTARG = \"char\", FUNCTION = evil.bite); \
             CREATE TABLE evil.pg_class (oid oid); CREATE DOMAIN evil.text AS pg_catalog.int4; \
             ALTER ROLE victim IN DATABASE {database} SET search_path = evil, pg_catalog, public"
        ),
    );
    let schema = read_as(settings(&database).username("victim"), &Options::default()).expect("read");
    assert_eq!(schema.server, honest.server);
    let names: Vec<String> = schema.tables.keys().map(ToString::to_string).collect();
    assert!(names.contains(&"public.plain".to_owned()) && names.contains(&"pg_class".to_owned()), "{names:?}");
    let plain = &schema.tables[&ObjectName::within("public", "one")];
    let expected = describe(&honest.tables[&ObjectName::new("one")]).replace("to two", "to public.two");
    assert_eq!(describe(plain), expected);
}

#[test]
fn what_new_servers_know_is_read_from_them() {
    let server = testing::postgres();
    let version = server.query("postgres", "SHOW server_version_num");
    let version: u32 = version.trim().parse().expect("a number");
    let database = server.database("CREATE TABLE t (a integer, b integer)");
    let mut expected = "a integer\nb integer\n".to_owned();
    if version >= 150_000 {
        server.run(&database, "ALTER TABLE t ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (a)");
        expected.push_str("unique u (a) nulls not distinct\n");
    }
    if version >= 180_000 {
        server.run(&database, "ALTER TABLE t ADD c integer GENERATED ALWAYS AS (a + 1) VIRTUAL");
        expected.insert_str("a integer\nb integer\n".len(), "c integer virtual (a + 1)\n");
    }
    assert_eq!(describe(&read(&database).tables[&ObjectName::new("t")]), expected);
}

#[test]
fn many_columns_and_partitions_are_read() {
    let database = testing::postgres().database(
        "DO $$ BEGIN FOR i IN 1..63 LOOP EXECUTE (SELECT format('CREATE TABLE wide_%s (', i) \
           || string_agg(format('c%s integer', n), ',') || ')' FROM generate_series(1, 1600) n); END LOOP; END $$; \
         CREATE TABLE parted (id integer) PARTITION BY LIST (id); \
         DO $$ BEGIN FOR i IN 1..300 LOOP \
           EXECUTE format('CREATE TABLE parted_%s PARTITION OF parted FOR VALUES IN (%s)', i, i); END LOOP; END $$;",
    );
    let schema = read(&database);
    assert_eq!(schema.tables.len(), 64);
    let columns: usize = schema.tables.values().map(|table| table.columns.len()).sum();
    assert_eq!(columns, 63 * 1600 + 1);
    let wide = &schema.tables[&ObjectName::new("wide_63")];
    assert_eq!(wide.columns.last().map(|column| &*column.name), Some("c1600"));
    assert_eq!(schema.tables[&ObjectName::new("parted")].partitions.len(), 300);
}
