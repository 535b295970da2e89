//! Tests of what is read of statements.

use super::*;

fn cases(cases: &[(&str, &[&str])]) {
    for (body, expected) in cases {
        let sql = format!("do $$\n{body}\n$$");
        let script = script(&sql, Dialect::Postgresql);
        assert_eq!(&*script.statements[0].statement.kind.0, "do", "{sql}");
        let operations = script.operations().skip(1);
        assert_eq!(operations.map(show).collect::<Vec<_>>(), *expected, "{sql}");
        assert!(script.statements[1..].iter().all(|statement| statement.inside), "{sql}");
    }
}

#[test]
fn statements_in_bodies_are_read() {
    cases(&[
        ("begin null; end", &[]),
        (
            "declare x int := 1; begin create table t (a int); alter table t add b int, drop c; perform f(); end",
            &["create_table t(a int)", "add_column t: b int", "drop_column t.c"],
        ),
        ("begin begin drop table a; end; end;", &["drop_table a"]),
        ("begin execute 'drop table a; drop table b'; end", &["drop_table a", "drop_table b"]),
        ("begin execute 'create table \"a\"(b text default ''x'')'; end", &["create_table a(b text default 'x')"]),
        ("begin execute 'drop table ' || x; end", &["unknown: it executes SQL that is computed at run time"]),
        ("begin execute format('drop table %I', x); end", &["unknown: it executes SQL that is computed at run time"]),
        ("begin do 'begin drop table a; end'; end", &["execute", "drop_table a"]),
        ("begin insert into t values (1); update t set a = 2; end", &["insert t", "update t"]),
        (
            "begin for r in select a from b loop drop table c; end loop; end",
            &["drop_table c {? for r in select a from b}"],
        ),
        ("begin while x < 3 loop drop table c; end loop; end", &["drop_table c {? while x < 3}"]),
    ]);
}

#[test]
fn conditions_on_the_catalogue_are_guards() {
    let guarded = |condition: &str, guard: &str| {
        let sql = format!("do $$ begin if {condition} then drop table t; end if; end $$");
        let found: Vec<String> = script(&sql, Dialect::Postgresql).operations().skip(1).map(show).collect();
        assert_eq!(found, [format!("drop_table t {guard}")], "{condition}");
    };
    for (condition, guard) in [
        ("not exists (select 1 from pg_type where typname = 'x')", "{no Enum x}"),
        ("NOT EXISTS (SELECT FROM pg_catalog.pg_type WHERE typname = 'x' AND typtype = 'e')", "{no Enum x}"),
        (
            "not exists (select 1 from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typname = 'x' and \
             n.nspname = 'public')",
            "{no Enum x}",
        ),
        (
            "exists (select 1 from pg_type t, pg_namespace n where n.oid = t.typnamespace and (n.nspname = 's' and \
             t.typname = 'x'))",
            "{Enum s.x}",
        ),
        (
            "exists (select * from information_schema.tables where table_name = 'x' and table_schema = 's')",
            "{Table s.x}",
        ),
        (
            "exists (select 1 from information_schema.columns where table_schema = current_schema() and table_name = 'x' and \
             column_name = 'y')",
            "{Column x.y}",
        ),
        ("not exists (select 1 from pg_indexes where indexname = 'i' and tablename = 'x')", "{no Index i}"),
        (
            "not exists (select 1 from pg_constraint where conname = 'c' and conrelid = 'x'::regclass)",
            "{no Constraint c}",
        ),
        ("exists (select 1 from pg_extension where extname = 'e')", "{Extension e}"),
        ("exists (select 1 from pg_class where relname = 'i' and relkind = 'i')", "{Index i}"),
        (
            "exists (select 1 from pg_attribute where attrelid = 's.x'::regclass and attname = 'y' and not attisdropped)",
            "{Column s.x.y}",
        ),
        ("to_regclass('public.x') is null", "{no Table x}"),
        ("to_regclass('s.\"X\"') is not null", "{Table s.X}"),
        ("(select count(*) from pg_type where typname = 'x') = 0", "{no Enum x}"),
        ("(select count(*) from pg_type where typname = 'x') > 0", "{Enum x}"),
        (
            "not exists (select 1 from pg_type where typname = 'x') and not exists (select 1 from pg_class where relname = 'y')",
            "{no Enum x} {no Table y}",
        ),
        ("x > 3", "{? x > 3}"),
        (
            "exists (select 1 from information_schema.columns where table_name = 'x' and column_name = 'y' and data_type = 'z')",
            "{? exists (select 1 from information_schema.columns where table_name = 'x' and column_name = 'y' and data_type = \
             'z')}",
        ),
        ("exists (select 1 from users where name = 'x')", "{? exists (select 1 from users where name = 'x')}"),
        ("exists (select 1 from pg_type where typname = v)", "{? exists (select 1 from pg_type where typname = v)}"),
    ] {
        guarded(condition, guard);
    }
}

#[test]
fn a_relation_is_what_is_done_with_it() {
    cases(&[
        (
            "begin if not exists (select 1 from pg_class where relname = 'i') then create index i on t (a); end if; end",
            &["create_index t: i (a) {no Index i}"],
        ),
        ("begin if to_regclass('s.i') is not null then drop index s.i; end if; end", &["drop_index s.i {Index s.i}"]),
        (
            "begin if to_regclass('q') is null then create sequence q; end if; end",
            &["create_other sequence q {? to_regclass('q') is null}"],
        ),
    ]);
}

#[test]
fn branches_exclude_each_other() {
    cases(&[
        (
            "begin if exists (select 1 from pg_type where typname = 'x') then drop type x; elsif a then drop table b; else \
             create type x as enum ('a'); end if; end",
            &["drop_enum x {Enum x}", "drop_table b {no Enum x} {? a}", "create_enum x(a) {no Enum x} {? not (a)}"],
        ),
        (
            "begin if exists (select 1 from pg_type where typname = 'x') then return; end if; drop table t; end",
            &["drop_table t {no Enum x}"],
        ),
        (
            "declare f boolean; begin select exists (select 1 from pg_type where typname = 'x') into f; if not f then drop \
             table t; end if; f := true; if f then drop table u; end if; end",
            &["drop_table t {no Enum x}", "drop_table u {? f}"],
        ),
        (
            "declare f boolean; begin f := exists (select 1 from pg_extension where extname = 'x'); if not f then begin \
             create extension x; f := true; end; end if; if f then drop table t; end if; end",
            &["create_extension x {no Extension x}", "drop_table t {? f}"],
        ),
        (
            "begin case a when 1 then drop table b; else drop table c; end case; end",
            &["drop_table b {? when 1 then}", "drop_table c {? else}"],
        ),
    ]);
}

#[test]
fn handlers_forgive() {
    cases(&[
        (
            "begin create type x as enum ('a'); exception when duplicate_object then null; end",
            &["create_enum x(a) [if_not_exists]"],
        ),
        (
            "begin alter table t add a int; exception when sqlstate '42701' then raise notice 'there'; end",
            &["add_column t: a int [if_not_exists]"],
        ),
        ("begin drop table t; exception when undefined_table then null; end", &["drop_table t [if_exists]"]),
        ("begin drop table t; exception when others then null; end", &["drop_table t [if_exists] [if_not_exists]"]),
        ("begin drop table t; exception when others then raise; end", &["drop_table t"]),
        (
            "begin drop table t; exception when foo or bar then drop table u; end",
            &["drop_table t", "drop_table u {? exception when foo or bar}"],
        ),
    ]);
}

#[test]
fn what_is_broken_is_told() {
    cases(&[
        (
            "begin drop table a; create tabel b; drop table c; end",
            &["drop_table a", "unknown: line 2: expected command, found CREATE_KW", "drop_table c"],
        ),
        ("", &["unknown: its body could not be read"]),
    ]);
    let deep = format!("begin {} drop table t; {} end", "if a then ".repeat(1_000), "end if; ".repeat(1_000));
    cases(&[(&deep, &["unknown: its body is nested too deeply"])]);
    let nested = format!("begin {} drop table t; {} end", "if a then ".repeat(45), "end if; ".repeat(45));
    assert_eq!(script(&format!("do $$ {nested} $$"), Dialect::Postgresql).operations().count(), 2);
    check(Dialect::Postgresql, "do language plperl $$ x $$", &["unknown: it runs another language plperl"]);
}

#[test]
fn places_are_those_of_the_file() {
    let sql = "do $$\nbegin\n  drop table a;\nend $$;\ndo E'begin\\n execute ''drop table b''; end';";
    let script = script(sql, Dialect::Postgresql);
    let places: Vec<String> = script.operations().map(|operation| operation.at.to_string()).collect();
    assert_eq!(places, ["x.sql:1:1", "x.sql:3:3", "x.sql:5:1", "x.sql:5:24"]);
    let inner = &script.statements[1];
    assert_eq!(&sql[inner.range.clone()], "drop table a");
    assert_eq!(&*inner.statement.text, "drop table a");
}
