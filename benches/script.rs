//! The sandbox: compiling a script, making a worker, and judging one migration.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use lawbook::model::facts::{self, Body, File, Migration, Size, Told, Tool};
use lawbook::model::{Fact, Known, Span, Value};
use lawbook::script::{Limits, Script, Worker};

const SMALL: &str = include_str!("../rules/migrations/migration-name.rhai");
const LARGE: &str = include_str!("../rules/alembic/enum-outlives-downgrade.rhai");
const TEXT: &str =
    "\"\"\"Add deals\"\"\"\nrevision = \"a1b2c3d4e5f6\"\ndown_revision = None\n\n\ndef upgrade():\n    pass\n";

fn migration() -> Fact {
    let file = File {
        path: "migrations/versions/a1b2c3d4e5f6_add_deals.py".into(),
        size: Size::Bytes(TEXT.len() as u64),
        change: Known::No("no base revision".into()),
        text: Known::Yes(TEXT.into()),
        calls: Vec::new(),
    };
    Fact::Migration(Arc::new(Migration {
        changes: Told::default(),
        sql: None,
        unparsed: None,
        file: Arc::new(file),
        tool: Tool::Alembic,
        tree: "migrations".into(),
        revision: Known::Yes("a1b2c3d4e5f6".into()),
        revision_span: None,
        down_revisions: Known::Yes(Vec::new()),
        branch_labels: Known::Yes(Vec::new()),
        depends_on: Known::Yes(Vec::new()),
        message: Some("Add deals".into()),
        created: None,
        upgrade: Some(Body { span: Span::at(6, 1), empty: true, raises: false }),
        downgrade: None,
    }))
}

fn compile(source: &str) -> Script {
    let kind = facts::kind("migration").expect("a kind of the vocabulary");
    let options = BTreeMap::from([("pattern".to_owned(), Value::Null)]);
    Script::compile(source, kind, &options).expect("a built-in script has no faults")
}

fn bench(criterion: &mut Criterion) {
    criterion.bench_function("script/compile/small", |bencher| bencher.iter(|| compile(black_box(SMALL))));
    criterion.bench_function("script/compile/large", |bencher| bencher.iter(|| compile(black_box(LARGE))));
    criterion.bench_function("script/worker", |bencher| bencher.iter(|| Worker::new(Limits::default())));
    let fact = migration();
    let mut worker = Worker::new(Limits::default());
    for (name, source) in [("nothing", "fn check(fact) { }"), ("small", SMALL), ("large", LARGE)] {
        let script = compile(source);
        criterion.bench_function(&format!("script/check/{name}"), |bencher| {
            bencher.iter(|| worker.check(&script, black_box(&fact)).expect("the script runs"))
        });
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
