//! Input that nobody writes: it may be slow to no one, and break nothing.

use super::*;

const DIALECTS: [Dialect; 3] = [Dialect::Postgresql, Dialect::Mysql, Dialect::Sqlite];

#[test]
fn nothing_overflows() {
    for part in
        ["(", "[", "not ", "a+", "case ", "select ", "a.", "$$", "'", "/*", "begin ", "create table t (a int ", "::int"]
    {
        for start in ["select ", "create table t (a int check (", "create view v as select ", "", "do $$ begin if "] {
            let sql = format!("{start}{}; drop table t", part.repeat(2_500));
            for dialect in DIALECTS {
                let comment = part == "/*" && dialect != Dialect::Postgresql;
                assert!(comment || !script(&sql, dialect).statements.is_empty(), "{start}{part}");
            }
        }
    }
}

#[test]
fn deep_statements_are_told() {
    let sql = format!("create table t (a int check ({}1{})); drop table u", "(".repeat(100_000), ")".repeat(100_000));
    let script = script(&sql, Dialect::Postgresql);
    assert_eq!(script.statements[0].statement.fault.as_deref(), Some("it is nested too deeply"));
    assert_eq!(script.operations().map(show).nth(1).as_deref(), Some("drop_table u"));
    let unions = format!("insert into t select 1{}", " union all select 1".repeat(50_000));
    check(Dialect::Postgresql, &unions, &["insert t"]);
    // As deep as is let through.
    for (open, close) in [("(", ")"), ("case when ", " then 1 end"), ("array[", "]"), ("f(", ")")] {
        let sql = format!("create view v as select {}1{}", open.repeat(100), close.repeat(100));
        assert_eq!(super::script(&sql, Dialect::Postgresql).statements[0].statement.fault, None, "{open}");
    }
    for chain in ["1+", "a or ", "not ", "- "] {
        let sql = format!("create view v as select {}1", chain.repeat(450));
        assert_eq!(super::script(&sql, Dialect::Postgresql).statements[0].statement.fault, None, "{chain}");
    }
}

#[test]
fn odd_bytes_are_no_trouble() {
    for dialect in DIALECTS {
        for sql in [
            "",
            ";",
            ";;;",
            "\u{feff}",
            "\0",
            "a\0b",
            "\\",
            "\\\\",
            "é",
            "'é",
            "$é$ $é$",
            "\u{feff};\u{feff}",
            "--",
            "/*",
            "*/",
            "DELIMITER",
            "DELIMITER \n;",
        ] {
            let _ = script(sql, dialect);
        }
        let script = script("\u{feff}create table a (x int);\r\n-- é\r\ncreate table b (x int);\r\n", dialect);
        let places: Vec<String> = script.operations().map(|operation| operation.at.to_string()).collect();
        assert_eq!(places, ["x.sql:1:2", "x.sql:3:1"]);
        assert_eq!(script.statements[0].operations.iter().map(show).collect::<Vec<_>>(), ["create_table a(x int)"]);
    }
    let script = script("create table a (x int\0); drop table b", Dialect::Postgresql);
    assert!(script.statements[0].statement.kind.is_unknown());
    assert_eq!(script.operations().map(show).nth(1).as_deref(), Some("drop_table b"));
}

#[test]
fn what_is_never_closed_spoils_only_the_rest() {
    for quote in ["'", "/*", "\"", "$$", "$a$", "E'\\"] {
        let sql = format!("drop table a; select {quote}; drop table b");
        let kinds: Vec<_> =
            script(&sql, Dialect::Postgresql).statements.iter().map(|s| s.statement.kind.0.to_string()).collect();
        assert_eq!(kinds, ["drop_table", "unknown"], "{quote}");
    }
}

#[test]
fn one_long_line_is_read_in_time() {
    let sql = "insert into t values (1, 'x');".repeat(4_000);
    assert_eq!(script(&sql, Dialect::Mysql).statements.len(), 4_000);
    let row = "(1, 'some text', null),".repeat(10_000);
    let script = script(&format!("insert into s.\"T\" values {row}(1); drop table b"), Dialect::Postgresql);
    assert_eq!(script.operations().map(show).collect::<Vec<_>>(), ["insert s.T", "drop_table b"]);
}

#[test]
fn what_repeats_stays_linear() {
    let copies = "copy t from stdin;\n".repeat(4_000);
    assert_eq!(script(&copies, Dialect::Postgresql).statements.len(), 4_000);
    let returns = "if a then return; end if; drop table t; ".repeat(400);
    let script = script(&format!("do $$ begin {returns} end $$"), Dialect::Postgresql);
    assert_eq!(script.operations().count(), 401);
    assert!(script.operations().all(|operation| operation.guards.len() < 50));
    let branches = "elsif a then drop table t; ".repeat(400);
    let script = super::script(&format!("do $$ begin if b then null; {branches} end if; end $$"), Dialect::Postgresql);
    assert_eq!(script.operations().count(), 401);
}
