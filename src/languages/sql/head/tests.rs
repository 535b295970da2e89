//! Tests of what a statement says about itself.

use super::*;

fn check(dialect: Dialect, sql: &str, kind: &str, words: &[&str], names: &[&str], value: Option<&str>) {
    let head = read(sql, dialect);
    let texts = |list: &[Arc<str>]| list.iter().map(|text| text.to_string()).collect::<Vec<_>>();
    assert_eq!(head.kind, kind, "{sql}");
    assert_eq!(texts(&head.words), words, "{sql}");
    assert_eq!(texts(&head.names), names, "{sql}");
    assert_eq!(head.value.as_deref(), value, "{sql}");
}

#[test]
fn words_say_what_a_statement_is() {
    // Text, kind, words, names, value.
    type Case = (&'static str, &'static str, &'static [&'static str], &'static [&'static str], Option<&'static str>);
    let cases: &[Case] = &[
        ("CREATE TABLE IF NOT EXISTS \"A\".b (c int)", "create_table", &["if_not_exists"], &["A.b"], None),
        ("create unique index concurrently I on t (a)", "create_index", &["concurrently", "unique"], &["I"], None),
        ("create index on t (a)", "create_index", &[], &[], None),
        ("drop table if exists a, b.c cascade", "drop_table", &["cascade", "if_exists"], &["a", "b.c"], None),
        ("update only t set a = 1", "update", &["only"], &["t"], None),
        ("update t set a = (select b where c)", "update", &[], &["t"], None),
        ("with x as (delete from y where z) update t set a = 1 where b", "update", &["where"], &["t"], None),
        ("delete from t", "delete", &[], &["t"], None),
        (
            "truncate table only a, b restart identity cascade",
            "truncate",
            &["cascade", "only", "restart"],
            &["a", "b"],
            None,
        ),
        ("vacuum full t", "vacuum", &["full"], &["t"], None),
        ("vacuum (full, analyze off) t", "vacuum", &["full"], &["t"], None),
        ("reindex (concurrently) index i", "reindex", &["concurrently", "index"], &["i"], None),
        ("reindex table concurrently t", "reindex", &["concurrently", "table"], &["t"], None),
        ("set local lock_timeout = '2s'", "set", &["local"], &["lock_timeout"], Some("'2s'")),
        ("set statement_timeout to 0", "set", &[], &["statement_timeout"], Some("0")),
        ("set time zone 'UTC'", "set", &[], &["timezone"], Some("'UTC'")),
        ("start transaction", "begin", &[], &[], None),
        ("end", "commit", &[], &[], None),
        ("rollback to savepoint a", "rollback_to_savepoint", &[], &["a"], None),
        ("comment on column a.b is 'x'", "comment_on", &["column"], &["a.b"], None),
        ("refresh materialized view concurrently v", "refresh_materialized_view", &["concurrently"], &["v"], None),
        ("create or replace temp view v as select 1", "create_view", &["or_replace", "temporary"], &["v"], None),
        ("alter table t drop column a cascade", "alter_table", &["cascade"], &["t"], None),
        ("create foreign table f (a int) server s", "create_foreign_table", &[], &["f"], None),
        ("(select 1)", "select", &[], &[], None),
        ("'x'", "unknown", &[], &[], None),
        ("insert into t values (1)", "insert", &[], &["t"], None),
        ("create", "create_unknown", &[], &[], None),
    ];
    for (sql, kind, words, names, value) in cases {
        check(Dialect::Postgresql, sql, kind, words, names, *value);
    }
    let create = "create definer=`a`@`%` sql security definer view `v` as select 1";
    check(Dialect::Mysql, create, "create_view", &[], &["v"], None);
    check(Dialect::Mysql, "rename table a to b", "rename_table", &[], &["a"], None);
    check(Dialect::Mysql, "insert ignore into `a`.`b` values (1)", "insert", &[], &["a.b"], None);
    check(Dialect::Mysql, "set @@session.foo := 1", "set", &[], &["session.foo"], Some("1"));
    check(Dialect::Sqlite, "insert or replace into [a b] values (1)", "insert", &[], &["a b"], None);
    check(Dialect::Sqlite, "create virtual table t using fts5(a)", "create_virtual_table", &["using"], &["t"], None);
}
