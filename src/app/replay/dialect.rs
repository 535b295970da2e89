//! The database that a tree of migrations is for, as far as the project tells it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use aho_corasick::AhoCorasick;
use regex::Regex;
use rustc_hash::FxHashMap;

use super::Sources;
use crate::languages::python::migrations::Library;
use crate::model::facts::Graph;
use crate::model::schema::Dialect;
use crate::model::words;
use crate::sources::migrations::Tree;

/// Returns the dialect of a tree of SQL files: PostgreSQL where nothing tells it.
pub(super) fn of_sql(tree: &Tree) -> Dialect {
    let told = tree.sql.as_ref().and_then(|sql| sql.dialect.as_known());
    told.copied().unwrap_or(Dialect::Postgresql)
}

/// The dialect of a tree.
#[derive(Clone, Debug)]
pub(super) struct Guess {
    pub(super) dialect: Dialect,
    /// Where nothing tells it: those that it may be as well, the likeliest first.
    pub(super) others: Vec<Dialect>,
}

impl From<Dialect> for Guess {
    fn from(dialect: Dialect) -> Self {
        Self { dialect, others: Vec::new() }
    }
}

/// Returns the dialect of one of Alembic's trees: a URL in its alembic.ini, a folder that is called like one, or the
/// dialect that its migrations import; PostgreSQL where nothing tells it.
pub(super) fn of_alembic(graph: &Graph, library: &Library, imports: &mut Imports, sources: &Sources<'_>) -> Guess {
    of_url(graph, sources)
        .or_else(|| graph.name.split(['/', '_', '-']).find_map(Dialect::of_name))
        .map_or_else(|| of_imports(graph, library, imports), Guess::from)
}

static URL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m-u)^\s*sqlalchemy\.url\s*=\s*(?<scheme>[a-z]+)[a-z0-9_+]*:").expect("a valid pattern")
});

fn of_url(graph: &Graph, sources: &Sources<'_>) -> Option<Dialect> {
    let path = &graph.location.path;
    let bytes = path.ends_with(".ini").then(|| (sources.read)(path).ok())??;
    let text = String::from_utf8_lossy(&bytes);
    Dialect::of_name(URL.captures(&text)?.name("scheme")?.as_str())
}

const MODULES: [(&str, Dialect); 6] = [
    ("dialects.postgresql", Dialect::Postgresql),
    ("dialects import postgresql", Dialect::Postgresql),
    ("dialects.mysql", Dialect::Mysql),
    ("dialects import mysql", Dialect::Mysql),
    ("dialects.sqlite", Dialect::Sqlite),
    ("dialects import sqlite", Dialect::Sqlite),
];
static MODULES_SEARCH: LazyLock<AhoCorasick> = LazyLock::new(|| {
    words::search().build(MODULES.map(|(name, _)| name)).expect("a few plain words can be searched for")
});

/// The dialects that migrations import, by path.
#[derive(Debug, Default)]
pub(super) struct Imports(FxHashMap<Arc<str>, BTreeSet<Dialect>>);

impl Imports {
    /// Forgets what a file imports: it is another one now.
    pub(super) fn forget(&mut self, path: &str) {
        self.0.remove(path);
    }

    fn of(&mut self, path: &Arc<str>, library: &Library) -> &BTreeSet<Dialect> {
        self.0.entry(path.clone()).or_insert_with(|| {
            let text = library.file(path).map_or("", |file| file.text());
            MODULES_SEARCH.find_iter(text).map(|place| MODULES[place.pattern().as_usize()].1).collect()
        })
    }
}

/// Returns the dialect that the migrations of the tree import. Many run on several databases and import what only one of
/// them needs: PostgreSQL's wins wherever it is imported, another's where every fifth migration imports it.
fn of_imports(graph: &Graph, library: &Library, imports: &mut Imports) -> Guess {
    let mut counts: BTreeMap<Dialect, usize> = BTreeMap::new();
    for migration in &graph.migrations {
        let found = imports.of(&migration.file.path, library);
        if found.contains(&Dialect::Postgresql) {
            return Dialect::Postgresql.into();
        }
        for dialect in found {
            *counts.entry(*dialect).or_default() += 1;
        }
    }
    let mut counts: Vec<(Dialect, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    match counts.first() {
        Some((dialect, count)) if count * 5 >= graph.migrations.len() => (*dialect).into(),
        _ => Guess { dialect: Dialect::Postgresql, others: counts.into_iter().map(|(dialect, _)| dialect).collect() },
    }
}
