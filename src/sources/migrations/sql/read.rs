//! A file of SQL as a migration: what its name, its place and the parts of its text say.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::{Read, SqlTree, below, name, scan};
use crate::model::facts::{Body, File, Flavor, Migration, Role, SqlMigration, Told, Tool};
use crate::model::operation::Direction;
use crate::model::schema::Dialect;
use crate::model::{Known, Span};
use crate::sources::files::Found;
use crate::sources::migrations::Tree;

/// Returns the migration that a file of a tree is. `down` is the text of the file that undoes it, where that is a file
/// of its own (`SqlTree::down_of`).
pub fn migration(tree: &Tree, file: &Arc<File>, down: Option<&Known<Arc<str>>>) -> Option<Migration> {
    let sql = tree.sql.as_ref()?;
    let name = name::read(sql.flavor, below(&tree.version_locations, &file.path)?)?;
    let (revision, before) = sql.line.place(sql.flavor, &file.path, &name);
    let down_path = sql.down_of(&file.path).cloned();
    let unparsed = match &file.text {
        Known::Yes(_) => None,
        Known::No(reason) => Some(reason.clone()),
    };
    let revision_span = file.text.as_known().and_then(|text| first_line(text, sql.dialect.as_known().copied()));
    let own = file.text.as_known().map_or_else(Bodies::default, |text| bodies(sql, &file.path, text));
    let undoing = match (&down_path, down) {
        (Some(path), Some(Known::Yes(text))) => bodies(sql, path, text),
        _ => Bodies::default(),
    };
    let (downgrade, down_transaction) = match undoing.down {
        Some((body, transaction)) => (Some(body), transaction),
        // It is there, and what stands in it could not be read.
        None if down_path.is_some() => (Some(Body { span: Span::at(1, 1), empty: false, raises: false }), undecided()),
        None => own.down.map_or_else(|| (None, undecided()), |(body, transaction)| (Some(body), transaction)),
    };
    let (upgrade, transaction) =
        own.up.map_or_else(|| (None, undecided()), |(body, transaction)| (Some(body), transaction));
    Some(Migration {
        file: file.clone(),
        tool: Tool::Sql,
        tree: tree.name.clone(),
        revision: Known::Yes(revision),
        revision_span,
        down_revisions: Known::Yes(before.into_iter().collect()),
        branch_labels: Known::Yes(Vec::new()),
        depends_on: Known::Yes(Vec::new()),
        message: name.message().map(Into::into),
        created: None,
        upgrade,
        downgrade,
        sql: Some(Box::new(SqlMigration {
            flavor: sql.flavor,
            role: name.role,
            version: (name.role != Role::Repeatable && !name.version.is_empty()).then(|| name.shown(sql.flavor).into()),
            dialect: sql.dialect.clone(),
            down_path,
            transaction,
            down_transaction,
        })),
        changes: Told::default(),
        unparsed,
    })
}

fn undecided() -> Known<bool> {
    Known::No("there is no such part that could be read".into())
}

/// What goes up and what goes down in one text, with its transaction.
#[derive(Default)]
struct Bodies {
    up: Option<(Body, Known<bool>)>,
    down: Option<(Body, Known<bool>)>,
}

fn bodies(sql: &SqlTree, path: &str, text: &str) -> Bodies {
    let mut bodies = Bodies::default();
    let dialect = sql.dialect.as_known().copied();
    for part in sql.parts(path, text) {
        let empty = scan::statements(&text[part.range.clone()], dialect, 1) == 0;
        let span = span(text, &part.range);
        let side = if part.direction == Direction::Upgrade { &mut bodies.up } else { &mut bodies.down };
        match side {
            None => *side = Some((Body { span, empty, raises: false }, part.transaction)),
            // Several parts of one direction count as one, from the first statement to the last.
            Some((body, transaction)) => {
                if body.empty {
                    body.span = span;
                } else if !empty {
                    (body.span.end_line, body.span.end_column) = (span.end_line, span.end_column);
                }
                body.empty &= empty;
                if *transaction != part.transaction {
                    *transaction = Known::No("its parts differ".into());
                }
            }
        }
    }
    bodies
}

/// Returns the line of the first statement from where it begins: what a finding about the whole migration points at, and
/// a comment above it excuses.
fn first_line(text: &str, dialect: Option<Dialect>) -> Option<Span> {
    let start = scan::first(text, dialect)?;
    let line = text[start..].lines().next().unwrap_or_default().trim_end();
    Some(Span::of_bytes(text, start, start + line.len()))
}

/// Returns the place of a part without the blank lines around it.
fn span(text: &str, range: &Range<usize>) -> Span {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    let end = range.start + part.trim_end().len();
    if start >= end { Span::of_bytes(text, range.start, range.start) } else { Span::of_bytes(text, start, end) }
}

static DIESEL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*run_in_transaction\s*=\s*(true|false)").expect("a valid pattern"));
static FLYWAY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?mi)^\s*executeInTransaction\s*=\s*(true|false)").expect("a valid pattern"));

/// Returns what files beside migrations say about their transaction: `metadata.toml` of Diesel, `V1__x.sql.conf` of
/// Flyway.
pub(super) fn transactions(sql: &SqlTree, files: &[Found], read: Read<'_>) -> BTreeMap<Arc<str>, bool> {
    let mut said = BTreeMap::new();
    if !matches!(sql.flavor, Flavor::Diesel | Flavor::Flyway) {
        return said;
    }
    let is_there = |path: &str| files.binary_search_by(|found| (*found.path).cmp(path)).is_ok();
    for path in sql.line.paths() {
        let (beside, pattern) = match sql.flavor {
            Flavor::Diesel => {
                (format!("{}/metadata.toml", path.rsplit_once('/').map_or("", |(folder, _)| folder)), &*DIESEL)
            }
            _ => (format!("{path}.conf"), &*FLYWAY),
        };
        if !is_there(&beside) {
            continue;
        }
        let Ok(bytes) = read(&beside) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        if let Some(found) = pattern.captures(&text) {
            said.insert(path.clone(), found[1].eq_ignore_ascii_case("true"));
        }
    }
    said
}
