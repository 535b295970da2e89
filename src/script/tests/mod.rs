//! Scripts as data: what they say, what is wrong with them, and how they are stopped.

mod hostile;
mod load;
mod run;
mod sandbox;
mod schemas;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Limits, Outcome, Script, ScriptFault, Worker};
use crate::model::facts::{Argument, Body, Call, Change, File, Form, Graph, Migration, MissingParent, Size, Tool};
use crate::model::{Fact, Kind, Known, Location, Span, Value, facts};

const TEXT: &str =
    "\"\"\"Add deals\"\"\"\nrevision = 'a1'\n\ndef upgrade():\n    op.create_index('ix')\n    op.drop_table(name)\n";

fn kind(name: &str) -> &'static Kind {
    facts::kind(name).expect("a kind of the vocabulary")
}

fn options() -> BTreeMap<String, Value> {
    BTreeMap::from([
        ("pattern".to_owned(), Value::text("^a")),
        ("limit".to_owned(), Value::Int(3)),
        ("names".to_owned(), Value::List(Arc::new([Value::text("x"), Value::text("y")]))),
    ])
}

fn argument(text: &str, value: Value, line: u32) -> Arc<Argument> {
    let span = Span { line, column: 10, end_line: line, end_column: 12 };
    Arc::new(Argument { path: "m/a1.py".into(), span, text: text.into(), form: Form::Literal, value, name: None })
}

fn call(callee: Known<Arc<str>>, text: &str, line: u32, arguments: Vec<Arc<Argument>>) -> Arc<Call> {
    let keywords = BTreeMap::from([("unique".into(), argument("True", Value::Bool(true), line))]);
    Arc::new(Call {
        path: "m/a1.py".into(),
        span: Span { line, column: 5, end_line: line, end_column: 26 },
        callee,
        text: text.into(),
        arguments,
        keywords,
        unpacks: false,
        function: Some("upgrade".into()),
        class: None,
        conditions: Vec::new(),
        assigned_to: None,
        inside: Vec::new(),
    })
}

fn migration_with(text: &str) -> Arc<Migration> {
    let calls = vec![
        call(
            Known::Yes("alembic.op.create_index".into()),
            "op.create_index('ix')",
            5,
            vec![argument("'ix'", Value::text("ix"), 5)],
        ),
        call(
            Known::Yes("alembic.op.drop_table".into()),
            "op.drop_table(name)",
            6,
            vec![argument("name", Value::Unknown("`name` is computed".into()), 6)],
        ),
    ];
    let file = File {
        path: "m/a1.py".into(),
        size: Size::Bytes(text.len() as u64),
        change: Known::No("no base revision".into()),
        text: Known::Yes(text.into()),
        calls,
    };
    Arc::new(Migration {
        file: Arc::new(file),
        tool: Tool::Alembic,
        tree: "m".into(),
        revision: Known::Yes("a1".into()),
        revision_span: Some(Span { line: 2, column: 1, end_line: 2, end_column: 16 }),
        down_revisions: Known::Yes(vec!["p1".into(), "p2".into()]),
        branch_labels: Known::Yes(Vec::new()),
        depends_on: Known::No("computed".into()),
        message: Some("Add deals".into()),
        created: None,
        upgrade: Some(Body { span: Span::at(4, 1), empty: false, raises: false }),
        downgrade: None,
        changes: crate::model::facts::Told::default(),
        sql: None,
        unparsed: None,
    })
}

fn fact(kind: &str) -> Fact {
    let migration = migration_with(TEXT);
    match kind {
        "migration" => Fact::Migration(migration),
        "file" => Fact::File(Arc::new(File {
            path: "a/b.txt".into(),
            size: Size::Bytes(1),
            change: Known::Yes(Change::Added),
            text: Known::No("it is not UTF-8".into()),
            calls: Vec::new(),
        })),
        "call" => Fact::Call(migration.file.calls[0].clone()),
        "graph" => Fact::Graph(Arc::new(Graph {
            name: "m".into(),
            tool: Tool::Alembic,
            location: Location::file("alembic.ini"),
            migrations: vec![migration.clone()],
            heads: vec![migration.clone()],
            bases: Vec::new(),
            branches: Vec::new(),
            missing_parents: vec![MissingParent { migration: migration.clone(), revision: "p1".into() }],
            cycles: Vec::new(),
            duplicates: vec![vec![migration.clone(), migration]],
            labels: BTreeMap::from([("a1".into(), vec!["main".into()])]),
            unknown: None,
        })),
        _ => Fact::Project(Arc::default()),
    }
}

/// Runs on a stack as large as a worker's.
fn with_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(16 << 20);
        builder.spawn_scoped(scope, run).expect("a thread starts").join().expect("the test thread does not panic")
    })
}

fn compile(source: &str, of: &str) -> Result<Script, Vec<ScriptFault>> {
    Script::compile(source, kind(of), &options())
}

fn run(source: &str, fact: &Fact) -> Result<Outcome, ScriptFault> {
    let script = compile(source, fact.kind().name).unwrap_or_else(|faults| panic!("{source}: {faults:?}"));
    Worker::new(Limits::default()).check(&script, fact)
}
