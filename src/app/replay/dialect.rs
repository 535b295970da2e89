//! The database that a tree of migrations is for, as far as the project tells it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use aho_corasick::AhoCorasick;
use regex::Regex;
use rustc_hash::FxHashMap;

use crate::languages::python::migrations::Library;
use crate::model::schema::Dialect;
use crate::model::{Location, Problem, words};
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
pub(super) fn of_alembic(signs: &Signs<'_>, library: &Library, imports: &mut Imports, read: Read<'_>) -> Guess {
    of_url(signs.location, read)
        .or_else(|| signs.name.split(['/', '_', '-']).find_map(Dialect::of_name))
        .map_or_else(|| of_imports(signs.paths, library, imports), Guess::from)
}

/// What tells of the database of a tree.
pub(super) struct Signs<'a> {
    pub(super) name: &'a Arc<str>,
    pub(super) location: &'a Location,
    /// Its migrations.
    pub(super) paths: &'a [&'a Arc<str>],
}

/// Reads a file of the project.
pub(crate) type Read<'a> = &'a (dyn Fn(&str) -> Result<Vec<u8>, Problem> + Sync);

static URL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m-u)^\s*sqlalchemy\.url\s*=\s*(?<scheme>[a-z]+)[a-z0-9_+]*:").expect("a valid pattern")
});

fn of_url(location: &Location, read: Read<'_>) -> Option<Dialect> {
    let path = &location.path;
    let bytes = path.ends_with(".ini").then(|| read(path).ok())??;
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
fn of_imports(migrations: &[&Arc<str>], library: &Library, imports: &mut Imports) -> Guess {
    let mut counts: BTreeMap<Dialect, usize> = BTreeMap::new();
    for path in migrations {
        let found = imports.of(path, library);
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
        Some((dialect, count)) if count * 5 >= migrations.len() => (*dialect).into(),
        _ => Guess { dialect: Dialect::Postgresql, others: counts.into_iter().map(|(dialect, _)| dialect).collect() },
    }
}
