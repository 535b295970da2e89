//! Descriptions in, schemas and faults out.

use super::*;
use crate::model::schema::ObjectName;
use crate::yaml::{Source, parse};

fn read(name: &str, text: &str) -> Result<Schema, Vec<String>> {
    let node = parse(&Source::new("rule.yml", text)).expect("a test is YAML");
    let mut problems = Vec::new();
    let schema = read_schema(name, &node, &mut problems);
    schema.ok_or_else(|| problems.iter().map(ToString::to_string).collect())
}

#[test]
fn the_short_form_and_the_long_form_say_the_same() {
    let short = "
enums: {deal_status: [open, closed]}
tables:
  deals:
    columns: {id: integer primary key, code: varchar(9) not null unique, status: deal_status, owner: integer references users(id) on delete cascade}
    indexes: [[code], {name: ix_low, columns: [lower(code)], unique: true}]
    checks: [amount > 0]
  users: [id, name]
";
    let long = r#"{"version": 1, "name": "main", "origin": "database", "dialect": "postgresql",
 "enums": {"deal_status": ["open", "closed"]}, "views": {},
 "tables": {"deals": {"schema": null,
   "columns": {"id": {"type": "integer", "nullable": false, "default": null, "position": 1},
     "code": {"type": "varchar(9)", "nullable": false},
     "status": {"type": "deal_status", "nullable": true},
     "owner": {"type": "integer", "nullable": true}},
   "primary_key": ["id"],
   "uniques": [{"name": null, "columns": ["code"]}],
   "foreign_keys": [{"name": null, "columns": ["owner"], "table": "users", "references": ["id"], "on_delete": "CASCADE"}],
   "indexes": [{"name": null, "columns": ["code"], "unique": false, "where": null}, {"name": "ix_low", "columns": ["lower(code)"], "unique": true}],
   "checks": [{"name": null, "sql": "amount > 0"}]},
  "users": {"columns": ["id", "name"]}}}"#;
    let short = read("main", short).expect("sound");
    assert_eq!(short, read("main", long).expect("sound"));
    let deals = &short.tables[&ObjectName::new("deals")];
    assert_eq!(deals.columns.len(), 4);
    assert_eq!(deals.column("id").map(|column| &column.nullable), Some(&Known::Yes(false)));
    assert!(
        matches!(&deals.columns[2].ty, Known::Yes(ty) if matches!(&ty.normal, Normal::Enum { labels, .. } if labels.len() == 2))
    );
    assert_eq!(short.dialect, Some(Dialect::Postgresql));
    assert!(
        short.tables[&ObjectName::new("users")].columns[0].ty.as_known().is_some_and(|ty| ty.normal == Normal::None)
    );
}

#[test]
fn models_are_models_and_doubts_are_read() {
    let text = "{tables: {deals: {at: 'app/models.py:3', columns: {id: {type: Integer, at: 'app/models.py:4'}}}}, unknown: [{what: computed, part: columns, table: deals}]}";
    let schema = read("models", text).expect("sound");
    assert_eq!((schema.origin, schema.dialect), (Origin::Models, None));
    let deals = ObjectName::new("deals");
    assert!(schema.doubt(Part::Columns, Some(&deals)).is_some());
    assert!(schema.doubt(Part::Tables, None).is_none());
    assert_eq!(
        schema.tables[&deals].columns[0].at.as_ref().map(ToString::to_string).as_deref(),
        Some("app/models.py:4:1")
    );
}

#[test]
fn faults_have_their_places() {
    let faults =
        read("main", "dialect: oracle\ntabels: {}\ntables:\n  a: {columns: {id: {typ: x}, b: int defalt}}\n  b: 3\n")
            .expect_err("four faults");
    assert_eq!(
        faults,
        [
            "rule.yml:2:1: unknown field `tabels` (did you mean `tables`?)",
            "rule.yml:1:10: `oracle` is not one of sqlite, postgresql, mysql",
            "rule.yml:4:22: unknown field `typ` (did you mean `type`?)",
            "rule.yml:5:6: expected a map, found an integer",
        ]
    );
}
