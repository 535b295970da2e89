//! Tests of what is read of statements.

use super::*;

/// Returns the kind and the place of each statement.
fn kinds(sql: &str, dialect: Dialect) -> Vec<String> {
    let statements = script(sql, dialect).statements;
    let line = |statement: &Statement| statement.at.span.map_or(0, |span| span.line);
    statements.iter().map(|s| format!("{}@{}", s.statement.kind.0, line(&s.statement))).collect()
}

#[test]
fn one_broken_statement_damages_no_other() {
    let sql = "create table a (x int);\ncreate table b (x int,,);\ncreate table c (x int\n;\nselect 1 from from;\n\
               alter table c add y int;\ninsert into;";
    let expected = ["create_table@1", "unknown@2", "unknown@3", "unknown@5", "alter_table@6", "unknown@7"];
    assert_eq!(kinds(sql, Dialect::Postgresql), expected);
    let script = script(sql, Dialect::Postgresql);
    let operations: Vec<String> = script.operations().map(show).collect();
    assert_eq!(operations[0], "create_table a(x int)");
    assert!(operations[1].starts_with("unknown: line 2: "), "{}", operations[1]);
    assert_eq!(operations[3], "execute", "a query changes no schema, broken or not");
    assert_eq!(operations[4], "add_column c: y int");
    assert!(script.statements[1].statement.fault.is_some());
    assert_eq!(&*script.statements[1].statement.text, "create table b (x int,,)");
}

#[test]
fn what_is_no_statement_at_all_is_unknown() {
    for dialect in [Dialect::Postgresql, Dialect::Mysql, Dialect::Sqlite] {
        for sql in ["creat table t (a int)", "${everything}", "{{ ddl }}", "123", "'x'"] {
            let script = script(sql, dialect);
            assert!(script.statements[0].statement.kind.is_unknown(), "{sql}");
            assert!(matches!(script.operations().next().map(|o| o.action.name()), Some("unknown")), "{sql}");
        }
    }
}

#[test]
fn places_are_those_of_parts() {
    let sql = "-- first\nALTER TABLE t\n  ADD COLUMN a int,\n  DROP COLUMN b;";
    let script = script(sql, Dialect::Postgresql);
    let places: Vec<String> = script.operations().map(|operation| operation.at.to_string()).collect();
    assert_eq!(places, ["x.sql:3:3", "x.sql:4:3"]);
    assert_eq!(script.statements[0].statement.at.to_string(), "x.sql:2:1");
    assert_eq!(&sql[script.statements[0].range.clone()], &sql[9..sql.len() - 1]);
}

#[test]
fn transactions_are_followed() {
    let sql = "a; begin; b; commit; c; begin; d; rollback to x; e; rollback and chain; f; end; g";
    let options = Options::file("x.sql", Known::No("the tool decides".into()));
    let script = read(sql, Dialect::Postgresql, &options);
    let known: Vec<Option<bool>> =
        script.statements.iter().map(|s| s.statement.in_transaction.as_known().copied()).collect();
    let (yes, no) = (Some(true), Some(false));
    assert_eq!(known, [None, None, yes, yes, no, no, yes, yes, yes, yes, yes, yes, no]);
}

#[test]
fn sql_inside_another_file_has_the_places_that_are_given() {
    let place = |range: Range<usize>| Location::file(format!("m.py#{}-{}", range.start, range.end));
    let options = Options {
        direction: Direction::Downgrade,
        in_transaction: Known::Yes(false),
        range: None,
        places: Places::Inside(&place),
    };
    let script = read(" drop table a;", Dialect::Postgresql, &options);
    let operation = script.operations().next().expect("one");
    assert_eq!(&*operation.at.path, "m.py#1-13");
    assert_eq!(operation.direction, Direction::Downgrade);
}

#[test]
fn a_part_of_a_text_is_read_alone() {
    let sql = "create table ü (x int);\ndrop table ü;";
    let start = sql.find("drop").expect("it is there");
    let options = Options { range: Some(start..sql.len()), ..Options::file("x.sql", Known::Yes(true)) };
    let script = read(sql, Dialect::Postgresql, &options);
    assert_eq!(script.statements.len(), 1);
    assert_eq!(script.statements[0].statement.at.to_string(), "x.sql:2:1");
    let options = Options { range: Some(14..14), ..Options::file("x.sql", Known::Yes(true)) };
    assert_eq!(read(sql, Dialect::Postgresql, &options), Script::default());
}

#[test]
fn words_tell_what_is_worth_reading() {
    for text in ["CREATE TABLE t", "a\ndrop\tx", "select 1; Update t set", "select a into b"] {
        assert!(may_change(text), "{text}");
    }
    for text in ["", "select created, dropped from updates", "-- nothing", "SET x = 1"] {
        assert!(!may_change(text), "{text}");
    }
}
