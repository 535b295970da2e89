//! What is written is read back, and what is wrong is said.

use super::{read, write};

const DEALS: &str = r#"{"version": 1, "name": "main", "origin": "database", "dialect": "postgresql",
 "tables": {"deals": {"schema": null,
   "columns": {"id": {"type": "INTEGER", "nullable": false, "default": null, "position": 1},
               "status": {"type": "deal_status", "nullable": true, "default": "'open'", "position": 2},
               "code": {"type": null, "nullable": null, "position": 3, "unknown": {"type": "computed"}}},
   "primary_key": ["id"],
   "foreign_keys": [{"name": "fk_deals_owner", "columns": ["id"], "table": "audit.users", "references": ["id"], "on_delete": "CASCADE"}],
   "uniques": [{"name": "uq_deals_code", "columns": ["code"]}],
   "indexes": [{"name": "ix_deals_lower", "columns": ["id", null], "expressions": ["id", "lower(code)"], "unique": false, "where": "id > 3"}],
   "checks": [{"name": "ck_positive", "sql": "amount > 0"}]},
  "audit.log.old": {"schema": "audit", "columns": {"b": {"type": "TEXT", "nullable": true, "position": 2}, "a": {"type": "TEXT", "nullable": true, "position": 1}}}},
 "enums": {"deal_status": ["open", "closed"]}, "views": {"v": {"columns": ["a"]}},
 "unknown": [{"what": "table name computed at run time", "path": "x.py", "line": 40}]}"#;

#[test]
fn what_is_written_is_read_back() {
    let schema = read(DEALS, "file").expect("a schema");
    let text = write(&schema);
    assert_eq!(read(&text, "file").as_ref(), Ok(&schema), "{text}");
    assert_eq!(write(&read(&text, "other").expect("a schema")), text, "the same bytes");
    let (_, log) = schema.table("audit.log.old").expect("a name with a dot, cut where its schema ends");
    let columns: Vec<&str> = log.columns.iter().map(|column| &*column.name).collect();
    assert_eq!(columns, ["a", "b"], "by position");
    let (_, deals) = schema.table("deals").expect("deals");
    assert_eq!(deals.foreign_keys[0].table.to_string(), "audit.users");
    assert!(deals.column("code").is_some_and(|column| column.ty.as_known().is_none()));
}

#[test]
fn what_is_wrong_is_said() {
    let cases = [
        (r#"{"version": 2}"#, "version 2 is not known; this Lawbook reads version 1", None),
        (r#"{"version": 1, "tabels": {}}"#, "unknown field `tabels`", Some((1, 23))),
        (r#"{"version": 1, "dialect": "postgrsql"}"#, "`postgrsql` is no dialect: did you mean `postgresql`?", None),
        ("{\"version\": 1,\n \"enums\": {\"a\": [], \"a\": []}}", "`a` occurs twice", Some((2, 25))),
        ("[1", "EOF while parsing a list", Some((1, 2))),
        ("", "EOF while parsing a value", Some((1, 0))),
    ];
    for (text, message, place) in cases {
        let fault = read(text, "file").expect_err(text);
        assert!(fault.message.contains(message), "{text}: {fault}");
        assert_eq!(fault.place.is_some(), place.is_some(), "{text}: {:?}", fault.place);
    }
}
