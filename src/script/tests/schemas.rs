//! Scripts on facts of schemas.

use super::*;
use crate::model::facts::Project;
use crate::yaml::{Source, parse, read_schema};

const MAIN: &str = "
enums: {deal_status: [open, closed]}
tables:
  deals:
    columns:
      id: integer primary key
      code: varchar(9) not null
      owner_id: bigint references users(id) on delete cascade
      status: deal_status
    uniques: [[code]]
    indexes: [{name: ix_code, columns: [code]}, {name: ix_low, columns: [lower(code)], unique: true, where: code is not null}]
    checks: [{name: ck, sql: amount > 0}]
  audit.log: {columns: {id: integer}}
  users: {columns: {id: integer primary key}}
views: {open_deals: [id]}
unknown: [{what: computed columns, part: columns, table: users}]
";
const MODELS: &str = "{tables: {deals: {at: 'app/deal.py:3', columns: {id: {type: integer, at: 'app/deal.py:4'}}}}, unknown: [{what: a name made at run time, part: tables, at: 'app/x.py:9'}]}";

fn project() -> Arc<Project> {
    let schema = |name: &str, text: &str| {
        let node = parse(&Source::new("test.yml", text)).expect("YAML");
        let mut problems = Vec::new();
        Arc::new(read_schema(name, &node, &mut problems).unwrap_or_else(|| panic!("{problems:?}")))
    };
    let mut project = Project::new(Vec::new(), Vec::new(), Vec::new(), Vec::new());
    project.set_schemas(&[schema("models", MODELS), schema("main", MAIN)]);
    Arc::new(project)
}

fn check(source: &str, fact: &Fact) -> Result<Outcome, ScriptFault> {
    let script = Script::compile(source, fact.kind(), &BTreeMap::new()).map_err(|mut faults| faults.remove(0))?;
    Worker::new(Limits::default()).check(&script, fact)
}

/// Runs a body on the project; what it reports, in one line each, and why it could not know.
fn says(body: &str) -> Vec<String> {
    let source = format!("fn check(project) {{ {body} }}");
    let outcome =
        with_stack(|| check(&source, &Fact::Project(project()))).unwrap_or_else(|fault| panic!("{body}: {fault}"));
    let lines = outcome.reports.iter().map(|report| {
        let at = report.at.as_ref().map_or("-".to_owned(), ToString::to_string);
        format!("{at} {}", report.message.as_deref().unwrap_or_default())
    });
    lines.chain(outcome.unknown.iter().map(|reason| format!("unknown: {reason}"))).collect()
}

#[test]
fn queries_find_objects() {
    let cases: &[(&str, &[&str])] = &[
        (
            "let t = project.schema(\"main\").table(\"deals\"); report(t, `${t} ${t.primary_key} ${t.columns.len}`)",
            &["- deals [\"id\"] 4"],
        ),
        (
            "let c = project.schema(\"main\").table(\"deals\").column(\"code\"); report(c, `${c} ${c.type} ${c.family} ${c.length} ${c.nullable} ${c.default}`)",
            &["- deals.code VARCHAR(9) text 9 false "],
        ),
        (
            "let c = project.schema(\"main\").table(\"deals\").column(\"status\"); report(c, `${c.enum_name} ${c.labels}`)",
            &["- deal_status [\"open\", \"closed\"]"],
        ),
        (
            "for t in project.tables_of(\"main\") { report(t, `${t.namespace} ${t.name}`) }",
            &["-  deals", "-  users", "- audit log"],
        ),
        ("let t = project.schema(\"main\").table(\"audit.log\"); report(t, t.to_string())", &["- audit.log"]),
        ("if project.schema(\"main\").table(\"gone\") == () { report(project, \"none\") }", &["- none"]),
        ("if project.schema(\"other\") == () { report(project, \"none\") }", &["- none"]),
        (
            "let i = project.schema(\"main\").table(\"deals\").index(\"ix_low\"); report(i, `${i.columns} ${i.unique} ${i.where} ${i.table}`)",
            &["- [\"lower(code)\"] true code is not null deals"],
        ),
        (
            "for k in project.schema(\"main\").table(\"deals\").foreign_keys { report(k, `${k} ${k.columns} ${k.referred} ${k.referred_columns} ${k.on_delete} ${k.indexed}`) }",
            &["- deals(owner_id) [\"owner_id\"] users [\"id\"] CASCADE false"],
        ),
        (
            "for k in project.schema(\"main\").table(\"deals\").constraints { report(k, k.type) }",
            &["- primary_key", "- foreign_key", "- unique", "- check"],
        ),
        (
            "let e = project.schema(\"main\").enum_type(\"deal_status\"); report(e, e.labels.len().to_string())",
            &["- 2"],
        ),
        ("let v = project.schema(\"main\").view(\"open_deals\"); report(v, v.columns[0])", &["- id"]),
        (
            "for s in project.schemas { report(s, `${s.name} ${s.leading} ${s.dialect} ${s.dialects}`) }",
            &["- models false  [\"postgresql\"]", "- main true postgresql [\"postgresql\"]"],
        ),
        // What may be there but could not be read is never missing.
        (
            "let t = project.schema(\"main\").table(\"users\"); if t.column(\"gone\") == () { report(t, \"no\") }",
            &["unknown: computed columns"],
        ),
        (
            "report(project, project.schema(\"main\").table(\"users\").columns.len().to_string())",
            &["unknown: computed columns"],
        ),
        ("let t = project.schema(\"main\").table(\"users\"); report(t.column(\"id\"), \"known\")", &["- known"]),
        (
            "if project.schema(\"models\").table(\"gone\") == () { report(project, \"no\") }",
            &["unknown: a name made at run time at app/x.py:9:1"],
        ),
        (
            "let c = project.schema(\"models\").table(\"deals\").column(\"id\"); report(c, `${c.path}:${c.line}`)",
            &["app/deal.py:4:1 app/deal.py:4"],
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(says(body), *expected, "{body}");
    }
}

#[test]
fn every_field_of_every_kind_can_be_read() {
    let project = project();
    for kind in ["schema", "table", "column", "index", "constraint", "enum", "view", "name"] {
        let facts = project.facts_of(kind);
        assert!(!facts.is_empty(), "{kind}");
        for field in facts[0].kind().all_fields() {
            let source = format!("fn check(fact) {{ report(fact, `${{fact.{}}}`) }}", field.name);
            for fact in &facts {
                let outcome =
                    with_stack(|| check(&source, fact)).unwrap_or_else(|fault| panic!("{}: {fault}", field.name));
                assert!(outcome.reports.len() == 1 || outcome.unknown.is_some(), "{kind}.{}", field.name);
            }
        }
    }
}

#[test]
fn findings_are_about_what_people_call_it() {
    let project = project();
    let about = |kind: &str, label: &str| {
        let fact = project.facts_of(kind).into_iter().find(|fact| fact.label() == label);
        let about = fact.unwrap_or_else(|| panic!("{kind} {label}")).about();
        about.iter().map(|(word, value)| format!("{word}={value}")).collect::<Vec<_>>().join(" ")
    };
    for (kind, label, expected) in [
        ("column", "deals.status", "column=status schema=main table=deals"),
        ("table", "audit.log", "schema=main table=audit.log"),
        ("index", "deals.ix_code", "column=code columns=code index=ix_code schema=main table=deals"),
        ("constraint", "deals(owner_id)", "column=owner_id columns=owner_id schema=main table=deals"),
        ("constraint", "deals.ck", "constraint=ck schema=main table=deals"),
        ("enum", "deal_status", "enum=deal_status schema=main"),
        ("name", "deals.ck", "constraint=ck schema=main table=deals"),
        ("schema", "main", "schema=main"),
    ] {
        assert_eq!(about(kind, label), expected, "{kind}");
    }
}
