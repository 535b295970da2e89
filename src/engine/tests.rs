//! Laws on schemas, from the text of a rule to what is told.

use std::sync::Arc;

use super::{Inputs, Judgement, Keep, Laws, judge, merge_groups};
use crate::model::schema::Schema;
use crate::packs::{FileText, Layer, Request, load};
use crate::sources::shelf::Shelf;
use crate::yaml::{Source, parse, read_schema};

/// Models of a few tables, and a database in which `deals` is a stub.
const MODELS: &str = "
enums: {status: [open, closed]}
tables:
  deals:
    at: app/models.py:3
    columns:
      id: {type: Integer not null primary key, at: 'app/models.py:4'}
      name: {type: String(255) not null, at: 'app/models.py:5'}
      a: Text
      b: Text
      c: Text
  users: {columns: {id: Integer not null primary key, name: {type: String(20), at: 'app/models.py:9'}, legacy_x: Text}}
";
const MAIN: &str = "
enums: {status: [open]}
tables:
  alembic_version: [version_num]
  deals: {columns: {id: integer primary key}}
  users: {columns: {id: integer primary key, name: text not null, note: text}}
  legacy_log: [id]
";

fn schemas(all: &[(&str, &str)]) -> Vec<Arc<Schema>> {
    let read = |(name, text): &(&str, &str)| {
        let mut problems = Vec::new();
        let node = parse(&Source::new(*name, *text)).expect("a test is YAML");
        Arc::new(read_schema(name, &node, &mut problems).unwrap_or_else(|| panic!("{problems:?}")))
    };
    all.iter().map(read).collect()
}

fn run(law: &str, schemas: &[Arc<Schema>], built_in: bool) -> Judgement {
    let text = format!("id: law\ntitle: Law\non: schema\n{law}");
    let file: FileText = ("p/law.yml".into(), text.into());
    let mut layers = Layer::of_folder("p", [file]);
    layers.iter_mut().for_each(|layer| layer.built_in = built_in);
    let mut problems = Vec::new();
    let loaded = load(Request { layers, overrides: &[], tests: false }, &mut problems);
    assert!(problems.is_empty(), "{problems:?}");
    let rules: Vec<_> = loaded.packs.iter().flat_map(|pack| &pack.rules).cloned().map(Arc::new).collect();
    let (laws, problems) = Laws::compile(&rules, false);
    assert!(problems.is_empty(), "{problems:?}");
    let inputs = Inputs {
        files: &[],
        trees: &[],
        exceptions: Vec::new(),
        schemas,
        replay: &|_| super::Replayed::default(),
        read: &|_| Ok(Vec::new()),
        ask_size: Arc::new(|_| None),
        shelf: &Shelf::default(),
        rank: &|_| 0,
        passed: &|_, _| {},
        size_limit: u64::MAX,
    };
    let mut judgement = judge(&laws, &inputs, Keep::default());
    merge_groups(&mut judgement.findings);
    judgement
}

/// Returns the findings as place, subject and message, then what was not judged, then the problems.
fn told(judgement: &Judgement) -> Vec<String> {
    let findings = judgement.findings.iter().map(|finding| {
        let at = finding.at.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        format!("{at} [{}] {}", finding.subject.as_deref().unwrap_or_default(), finding.message)
    });
    let unknowns = judgement.unknowns.iter().map(|unknown| format!("? {}", unknown.reason));
    let problems = judgement.problems.iter().map(|problem| format!("! {problem}"));
    findings.chain(unknowns).chain(problems).collect()
}

fn check(law: &str, expected: &[&str]) {
    let judgement = run(law, &schemas(&[("models", MODELS), ("main", MAIN)]), false);
    assert_eq!(told(&judgement), expected, "{law}");
}

#[test]
fn agree_tells_each_table_once() {
    check(
        "agree: {expected: models, actual: main, compare: [tables, columns, types, nullable, enums]}",
        &[
            "- [deals] deals: 4 of 5 columns missing in main: a, b, c, name",
            "- [users.legacy_x] column users.legacy_x is missing in main; model has it; renamed? main has note",
            "- [users.note] column users.note is in main, but not in model; renamed? model has legacy_x",
            "- [status.closed] label closed of enum status is missing in main; model has it",
            "- [legacy_log] table legacy_log is in main, but not in model",
            "app/models.py:9:1 [users.name] users.name: model says String(20) at app/models.py:9, main says text",
            "app/models.py:9:1 [users.name] users.name: model says null at app/models.py:9, main says not null",
        ],
    );
}

#[test]
fn agree_narrows_and_passes_over() {
    check(
        "agree: {expected: models, actual: main, compare: [columns], only: [missing], ignore: ['users.legacy_*'], stubs: without}",
        &[],
    );
    check(
        "agree: {expected: models, actual: main, compare: [columns, tables], only: [missing], stubs: only}\nmessage: 'stub {table}: {difference}'",
        &["- [deals] stub deals: deals: 4 of 5 columns missing in main: a, b, c, name"],
    );
    check(
        "agree: {expected: models, actual: main, compare: [columns], only: [missing], stubs: only, stub_below: 20}",
        &[],
    );
    check(
        "agree: {expected: models, compare: [tables], only: [extra], ignore: [legacy_*]}\nwhere: {origin: database}",
        &[],
    );
    // The other way round the models are judged.
    check(
        "agree: {expected: database, actual: models, compare: [tables]}",
        &["- [legacy_log] table legacy_log is missing in model; main has it"],
    );
}

#[test]
fn a_schema_that_is_not_there_is_a_problem_of_the_users_law_alone() {
    let law = "agree: {expected: models, actual: mian}";
    check(law, &["! p/law.yml:4:35: p/law: there is no schema `mian` in this run (did you mean `main`?)"]);
    let all = schemas(&[("models", MODELS), ("main", MAIN)]);
    assert_eq!(told(&run(law, &all, true)), [""; 0]);
    let models = schemas(&[("models", MODELS)]);
    let law = "agree: {expected: models, actual: database}";
    assert_eq!(told(&run(law, &models, true)), [""; 0]);
    assert_eq!(told(&run(law, &models, false)).len(), 1);
}

#[test]
fn several_databases_are_each_told_of() {
    let all = schemas(&[("models", "tables: {a: [id]}"), ("main", "{}"), ("fresh", "{origin: throwaway}")]);
    let judgement = run("agree: {expected: models, actual: database}", &all, false);
    assert_eq!(
        told(&judgement),
        ["- [a] table a is missing in fresh; model has it", "- [a] table a is missing in main; model has it",]
    );
    let prints: Vec<_> = judgement.findings.iter().map(|finding| &finding.fingerprint).collect();
    assert_ne!(prints[0], prints[1]);
    let about = &judgement.findings[0].about;
    assert_eq!(about.get("schema").map(String::as_str), Some("fresh"));
    assert_eq!(about.get("direction").map(String::as_str), Some("missing"));
}

#[test]
fn what_cannot_be_known_is_not_judged() {
    let models =
        "{tables: {a: {columns: {x: unknown}}}, unknown: [{what: a computed name, part: tables, at: 'm.py:4'}]}";
    let all = schemas(&[("models", models), ("main", "tables: {a: {columns: {x: text}}, b: [id]}")]);
    let judgement = run("agree: {expected: models, actual: main}", &all, false);
    assert_eq!(
        told(&judgement),
        [
            "? main: a.x: the description calls it unknown",
            "? main: b: whether the table is extra is not known: a computed name",
        ]
    );
}

#[test]
fn expect_needs_a_list_of_tables_alone() {
    check(
        "expect: {tables: [deals, fin_projects]}\nwhere: {name: main}",
        &["- [fin_projects] table fin_projects is missing in main; rule has it at p/law.yml:4"],
    );
    // One rule for models and databases.
    check(
        "expect: {tables: [fin_*]}",
        &[
            "- [fin_*] table fin_* is missing in main; rule has it at p/law.yml:4",
            "- [fin_*] table fin_* is missing in model; rule has it at p/law.yml:4",
        ],
    );
}

#[test]
fn expect_judges_columns_keys_and_the_whole() {
    let database = "
enums: {status: [open, lost]}
views: {v_deals: [id]}
tables:
  deals: {columns: {id: bigint primary key, name: varchar(20), n: 'numeric(10,2) not null default 0', at: timestamptz default now(), owner: integer references users(id), secret: text}, indexes: [[owner, id], {name: ix_n, columns: [n], unique: true}]}
  tmp_x: [id]
  users: [id, password]
";
    let all = schemas(&[("main", database)]);
    let expected = |law: &str, expected: &[&str]| assert_eq!(told(&run(law, &all, false)), expected, "{law}");
    expected(
        "expect:
  tables:
    deals:
      columns:
        id: bigint not null
        name: {type: [text, String(20)]}
        n: {type: numeric, nullable: false, default: 0}
        at: timestamptz default now()
        owner: {nullable: true, default: null}
      primary_key: [id]
      indexes: [owner, [n], {name: ix_n, unique: true}]
      foreign_keys: {owner: users(id)}
      uniques: [[n], id]
    '*': {columns: [id]}
  enums: [status]
  views: [v_*]
  at_least: 2
",
        &[],
    );
    expected(
        "expect:
  tables:
    deals:
      columns: {id: integer, name: varchar(30) not null default 'x', n: text}
      exact: true
      at_least: 10
      primary_key: [id, n]
      indexes: [name]
      foreign_keys: {owner: people(id)}
      uniques: [[owner, n]]
  enums: {status: [open, closed], kind: [a]}
  views: [v_users]
  at_least: 9
  forbidden: ['tmp_*', '*.password']
",
        &[
            "- [deals] deals: 3 columns in main, but not in rule: at, owner, secret",
            "- [users.password] column users.password is in main; rule says none like *.password at p/law.yml:17",
            "- [deals] deals: 2 columns of another type: n (rule says text, main says numeric(10,2)), name (rule says varchar(30), main says varchar(20))",
            "- [deals.name] deals.name: rule says default 'x' at p/law.yml:7, main says no default",
            "- [deals.name] deals.name: rule says not null at p/law.yml:7, main says null",
            "- [deals] deals: rule says at least 10 columns at p/law.yml:9, main says 6 columns",
            "- [kind] enum kind is missing in main; rule has it at p/law.yml:14",
            "- [deals.owner] foreign key (owner) -> people(id) of deals is missing in main; rule has it at p/law.yml:12",
            "- [deals.name] index (name) of deals is missing in main; rule has it at p/law.yml:11",
            "- [status.closed] label closed of enum status is missing in main; rule has it at p/law.yml:14",
            "- [status.lost] label lost of enum status is in main, but not in rule",
            "- [main] main: rule says at least 9 tables at p/law.yml:16, main says 3 tables",
            "- [deals] primary key of deals: rule says (id, n) at p/law.yml:10, main says (id)",
            "- [tmp_x] table tmp_x is in main; rule says none like tmp_* at p/law.yml:17",
            "- [deals(owner, n)] unique constraint (owner, n) of deals is missing in main; rule has it at p/law.yml:13",
            "- [v_users] view v_users is missing in main; rule has it at p/law.yml:15",
        ],
    );
}
