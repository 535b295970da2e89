//! Tests of what is read of statements.

use super::*;

fn cases(cases: &[(&str, &[&str])]) {
    for (sql, expected) in cases {
        check(Dialect::Sqlite, sql, expected);
    }
}

#[test]
fn tables_are_created() {
    cases(&[
        (
            "CREATE TABLE IF NOT EXISTS main.[t] (id INTEGER PRIMARY KEY AUTOINCREMENT, \"b\" varchar(10) NOT NULL DEFAULT 'x' \
             COLLATE NOCASE, c, d REAL DEFAULT (1 + 2) CHECK (d > 0), e INT REFERENCES o (x) ON DELETE SET NULL DEFERRABLE \
             INITIALLY DEFERRED, UNIQUE (b, c) ON CONFLICT REPLACE CONSTRAINT f FOREIGN KEY (c) REFERENCES o)",
            &[
                "create_table t(id INTEGER not null auto increment, b varchar(10) not null default 'x' collate NOCASE, c untyped, d \
               REAL default (1 + 2), e INT, primary key(id), unique(b, c), (e) references o(x) on delete SET NULL deferred, f \
               (c) references o(), check(d > 0)) [if_not_exists]",
            ],
        ),
        ("create table t (a text primary key, b int)", &["create_table t(a text, b int, primary key(a))"]),
        ("create table t (a integer, primary key (a))", &["create_table t(a integer not null, primary key(a))"]),
        (
            "create table t (a text primary key) without rowid, strict",
            &["create_table t(a text not null, primary key(a))"],
        ),
        (
            "create table t (a int generated always as (b + 1) stored, b int as (c), d blob default x'ff', e default -.5)",
            &["create_table t(a int as (b + 1) stored, b int as (c), d blob default x'ff', e untyped default -.5)"],
        ),
        ("create temp table t as select 1", &["create_table t() temporary from query"]),
        (
            "create virtual table t using fts5(a, content='')",
            &["create_table t() foreign ?columns: columns of a virtual table"],
        ),
        ("drop table if exists aux.t", &["drop_table aux.t [if_exists]"]),
    ]);
}

#[test]
fn other_statements() {
    cases(&[
        ("alter table t rename to u", &["rename_table t to u"]),
        ("alter table t rename column a to b", &["rename_column t.a to b"]),
        ("alter table t rename a to b", &["rename_column t.a to b"]),
        ("alter table t add a int not null default 0", &["add_column t: a int not null default 0"]),
        ("alter table t drop column a", &["drop_column t.a"]),
        (
            "create unique index if not exists i on t (a, lower(b), c collate nocase desc) where a > 0",
            &["create_index t: i (a, <lower(b)>, c!) unique where a > 0 [if_not_exists]"],
        ),
        ("drop index if exists i", &["drop_index i [if_exists]"]),
        ("create view v as select 1", &["create_view v(): select 1"]),
        (
            "create trigger g after insert on t begin delete from a; end; drop table b",
            &["create_other trigger g", "drop_table b"],
        ),
        (
            "pragma foreign_keys = off; begin; insert or ignore into t values (1); commit",
            &["execute", "execute", "insert t", "execute"],
        ),
    ]);
}

#[test]
fn what_sqlite_cannot_do_is_told() {
    for sql in
        ["alter table t alter column a type text", "alter table t add constraint c check (a > 0)", "create table t"]
    {
        let script = script(sql, Dialect::Sqlite);
        assert!(script.statements[0].statement.fault.is_some(), "{sql}");
        assert!(matches!(script.operations().next().map(|o| o.action.name()), Some("unknown")), "{sql}");
    }
}
