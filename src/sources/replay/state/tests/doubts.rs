//! What is not known stays unknown, and is no fault.

use super::check;
use crate::model::schema::Dialect::{Postgresql, Sqlite};

#[test]
fn what_may_run_makes_what_it_touches_unknown() {
    for (lines, expected) in [
        ("? create t a:text", "unknown tables of t"),
        ("create t a:text\n? drop t", "unknown tables of t"),
        ("create t a:text\n? create t b:text", "t a:text"),
        ("create t a:text\n? rename t u", "unknown tables of t\nunknown tables of u"),
        ("create t a:text\n? add t b:text", "t a:text\nunknown columns of t"),
        ("create t a:text\n? add t a:text", "t a:text"),
        ("create t a:text b:text\n? remove t b", "t a:text\nunknown columns of t"),
        ("create t a:text\n? alter t a type:integer", "t a:?"),
        ("create t a:text\n? alter t a not-null type:text", "t a:text?"),
        ("create t a:text\n? index t ix=i:a", "t a:text\nunknown indexes of t"),
        ("create t a:text ix=i:a\n? drop-index i", "t a:text\nunknown indexes of t"),
        ("create t a:text\n? constrain t uq=u:a", "t a:text\nunknown constraints of t"),
        ("create t a:text uq=u:a\n? drop-constraint t u", "t a:text\nunknown constraints of t"),
        ("? enum m a", "unknown enums of m"),
        ("enum m a\ncreate t m:m\n? add-label m b", "t m:<>\nenum m ?"),
        ("enum m a\n? drop-enum m", "unknown enums of m"),
        ("? view v select 1", "unknown views of v\nunknown tables of v"),
    ] {
        check(Postgresql, lines, expected, &[]);
    }
}

#[test]
fn no_fault_where_a_doubt_covers_the_object() {
    for (lines, expected) in [
        ("? create t a:text\ncreate t a:text", "t a:text"),
        ("? create t a:text\ndrop t", ""),
        ("? create t a:text\nif-exists drop t", ""),
        // It is altered, so it is there.
        ("? create t a:text\nadd t b:text", "t a:text b:text"),
        ("? create t a:text\n? add t b:text\nadd t c:text\nalter t b null", "t a:text c:text\nunknown columns of t"),
        ("create t a:text\n? add t b:text\nadd t b:text", "t a:text b:text"),
        ("create t a:text\n? add t b:text\nremove t b", "t a:text"),
        ("create t a:text\n? add t b:text\nalter t b null", "t a:text\nunknown columns of t"),
        ("create t a:text ix=i:a\n? drop-index i\ndrop-index i t", "t a:text"),
        ("? enum m a\nenum m b", "enum m b"),
        ("? enum m a\ncreate t m:enum/m", "t m:<>\nunknown enums of m"),
        ("? enum m a\nif-not-exists enum m b", "enum m ?"),
    ] {
        check(Postgresql, lines, expected, &[]);
    }
}

#[test]
fn an_unknown_statement_covers_what_was_there() {
    let all = "unknown tables of *\nunknown columns of *\nunknown constraints of *\nunknown indexes of *\nunknown enums of *\nunknown views of *";
    check(
        Postgresql,
        "create t a:text\nunknown\nadd t b:text\nremove t c\ndrop x",
        &format!("t a:text b:text\n{all}"),
        &[],
    );
    // What is made afterwards is known.
    check(
        Postgresql,
        "unknown\ncreate t a:text\nremove t c\ncreate t a:text",
        &format!("t a:text\n{all}"),
        &["no_column t.c", "table_exists t"],
    );
    check(
        Postgresql,
        "create t a:text\ncreate * b:text\ncreate v a:text\nremove v b",
        "t a:text\nv a:text\nunknown tables of *",
        &["no_column v.b"],
    );
    check(
        Postgresql,
        "unknown:columns create t a:text\nremove t b\nindex t ix=i:c",
        "t a:text ix=i:c\nunknown columns of t",
        &[],
    );
}

#[test]
fn tables_that_others_make_are_unknown_unless_they_are_alone() {
    // Several are altered that nobody makes here.
    check(
        Postgresql,
        "create t a:text\nadd x b:text\nadd y b:text",
        "t a:text\nunknown tables of x\nunknown tables of y\nunknown tables of *\nunknown columns of x\nunknown constraints of x\nunknown indexes of x\nunknown columns of y\nunknown constraints of y\nunknown indexes of y",
        &[],
    );
    check(
        Postgresql,
        "add x b:text",
        "unknown tables of x\nunknown tables of *\nunknown columns of x\nunknown constraints of x\nunknown indexes of x",
        &[],
    );
    check(Postgresql, "create t a:text\nadd x b:text", "t a:text\nunknown tables of x", &["no_table x"]);
    // Created too late.
    check(
        Postgresql,
        "create t a:text\nadd x b:text\nadd y b:text\ncreate x a:text",
        "t a:text\nx a:text\nunknown tables of y\nunknown tables of *\nunknown columns of y\nunknown constraints of y\nunknown indexes of y",
        &["no_table x"],
    );
    // Dropped, and made anew.
    check(
        Postgresql,
        "create t a:text\ndrop x\nadd y b:text\ncreate x a:text",
        "t a:text\nx a:text\nunknown tables of y\nunknown tables of *\nunknown columns of y\nunknown constraints of y\nunknown indexes of y",
        &[],
    );
    check(
        Sqlite,
        "add x b:text\nindex x ix=i:b\ndrop-index i",
        "unknown tables of x\nunknown tables of *\nunknown columns of x\nunknown constraints of x\nunknown indexes of x",
        &[],
    );
}
