//! The parts, in one process: reading Python, finding calls and patterns, loading packs, judging a migration.
//!
//! Whole processes against peers are timed by `benches/peers/run.py`.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lawbook::engine::{Input, Inputs, Keep, Laws, judge};
use lawbook::languages::python::{Module, Pattern, find_all};
use lawbook::model::facts::Tool;
use lawbook::model::{Known, Location};
use lawbook::packs::{Request, built_in, load};
use lawbook::sources::files::Found;
use lawbook::sources::migrations::{Tree, VersionLocation};
use lawbook::sources::shelf::Shelf;
use lawbook::yaml::{Source, parse};

const MIGRATION: &str = include_str!("migration.py.txt");

fn python(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("python");
    group.throughput(Throughput::Bytes(MIGRATION.len() as u64));
    let text: Arc<str> = MIGRATION.into();
    let parse = || Module::parse("m.py".into(), text.clone()).expect("valid");
    group.bench_function("parse", |bencher| bencher.iter(|| black_box(parse())));
    let module = parse();
    group.bench_function("calls", |bencher| bencher.iter(|| black_box(module.calls())));
    group.bench_function("header", |bencher| bencher.iter(|| black_box(module.migration())));
    let pattern = Pattern::compile("sa.Column($NAME, $$$, nullable=False, $$$)").expect("valid");
    group.bench_function("pattern", |bencher| bencher.iter(|| black_box(find_all(&module, &[&pattern]))));
    group.finish();
}

fn packs(criterion: &mut Criterion) {
    let rule = include_str!("../rules/alembic/enum-without-create-type.yml");
    let source = Source::new("rule.yml", rule);
    criterion.bench_function("yaml/parse a rule", |bencher| bencher.iter(|| black_box(parse(&source))));
    criterion.bench_function("packs/load alembic", |bencher| {
        bencher.iter(|| {
            let layers = built_in("alembic").into_iter().collect();
            load(Request { layers, ..Request::default() }, &mut Vec::new())
        });
    });
}

fn judging(criterion: &mut Criterion) {
    let layers = built_in("alembic").into_iter().collect();
    let loaded = load(Request { layers, ..Request::default() }, &mut Vec::new());
    let rules: Vec<_> = loaded.packs.into_iter().flat_map(|pack| pack.rules).map(Arc::new).collect();
    let (laws, problems) = Laws::compile(&rules, false);
    assert!(problems.is_empty(), "the built-in pack has problems: {problems:?}");
    let texts: BTreeMap<String, String> = (0..100)
        .map(|number| {
            let text = MIGRATION.replace("0123456789ab", &format!("0123456789{number:02}"));
            (format!("versions/0123456789{number:02}_x.py"), text)
        })
        .collect();
    let files: Vec<Input> = texts
        .iter()
        .map(|(path, text)| Input {
            found: Found { path: path.as_str().into(), size: Some(text.len() as u64) },
            change: Known::No("no base".into()),
            judged: true,
        })
        .collect();
    let trees = [Tree {
        name: "versions".into(),
        tool: Tool::Alembic,
        location: Location::file("versions"),
        version_locations: vec![VersionLocation { path: "versions".into(), recursive: false }],
        sql: None,
    }];
    let inputs = Inputs {
        files: &files,
        trees: &trees,
        exceptions: Vec::new(),
        schemas: &[],
        replay: &|_| lawbook::engine::Replayed::default(),
        read: &|input| Ok(texts[&*input.found.path].clone().into_bytes()),
        ask_size: std::sync::Arc::new(|_| None),
        shelf: &Shelf::default(),
        rank: &|_| 0,
        passed: &|_, _| {},
        size_limit: u64::MAX,
    };
    let mut group = criterion.benchmark_group("engine");
    group.throughput(Throughput::Elements(files.len() as u64));
    group.bench_function("judge 100 migrations by the alembic pack", |bencher| {
        bencher.iter(|| black_box(judge(&laws, &inputs, Keep::default())));
    });
    group.finish();
}

criterion_group!(benches, python, packs, judging);
criterion_main!(benches);
