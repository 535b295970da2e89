//! Keys, indexes, foreign keys and checks.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::catalogue::{ActionRow, CheckRow, ColumnRow, ForeignRow, IndexRow};
use super::super::server::Server;
use super::Names;
use super::column::{expression, is_json};
use crate::model::schema::{Check, ForeignKey, Index, IndexPart, Key, ObjectName, Schema, Table};

/// What the indexes of a table are.
#[derive(Default)]
pub(super) struct Keys {
    pub primary: Option<Key>,
    pub uniques: Vec<Key>,
    pub indexes: Vec<Index>,
}

/// Sorts the indexes of a table into its primary key, unique constraints and plain indexes.
///
/// A unique constraint and a unique index are one thing in MySQL: it is listed once, as a constraint. A unique index on
/// prefixes or expressions is no constraint that anybody could declare: it is listed as an index.
pub(super) fn keys(rows: &[&IndexRow], server: &Server) -> Keys {
    let mut indexes: BTreeMap<&Arc<str>, Vec<&IndexRow>> = BTreeMap::new();
    for row in rows {
        indexes.entry(&row.index).or_default().push(row);
    }
    let mut keys = Keys::default();
    for (name, mut rows) in indexes {
        rows.sort_by_key(|row| row.position);
        let columns: Option<Vec<Arc<str>>> = rows.iter().map(|row| row.column.clone()).collect();
        let method = rows.first().map(|row| row.method.to_ascii_lowercase()).unwrap_or_default();
        let whole = rows.iter().all(|row| row.prefix.is_none());
        match columns {
            Some(columns) if &**name == "PRIMARY" => keys.primary = Some(Key { columns, ..Key::default() }),
            Some(columns) if rows.iter().all(|row| row.unique) && whole => {
                keys.uniques.push(Key { name: Some(name.clone()), columns, ..Key::default() });
            }
            _ => keys.indexes.push(Index {
                name: Some(name.clone()),
                parts: rows.iter().filter_map(|row| part(row, &method, server)).collect(),
                unusual: (0..rows.len()).filter(|number| rows[*number].descending).collect(),
                unique: rows.iter().all(|row| row.unique),
                method: Some(method).filter(|method| method != "btree" && !method.is_empty()).map(Into::into),
                ..Index::default()
            }),
        }
    }
    keys
}

fn part(row: &IndexRow, method: &str, server: &Server) -> Option<IndexPart> {
    let Some(column) = row.column.clone() else {
        return Some(IndexPart::Expression(expression(row.expression.as_ref()?, server).into()));
    };
    // Old servers give every spatial index a prefix of 32 bytes.
    let prefix = row.prefix.filter(|_| method != "spatial").and_then(|length| u32::try_from(length).ok());
    Some(prefix.map_or(IndexPart::Column(column.clone()), |length| IndexPart::Prefix(column, length)))
}

/// Returns the foreign keys of a table, by name.
pub(super) fn foreign_keys(rows: &[&ForeignRow], actions: &[&ActionRow], names: Names<'_>) -> Vec<ForeignKey> {
    let mut keys: BTreeMap<&Arc<str>, Vec<&ForeignRow>> = BTreeMap::new();
    for row in rows {
        keys.entry(&row.constraint).or_default().push(row);
    }
    let told = |word: &Option<Arc<str>>| word.clone().filter(|word| is_told(word, names.server));
    let keys = keys.into_iter().filter_map(|(name, mut rows)| {
        rows.sort_by_key(|row| row.position);
        let first = rows.first()?;
        let action = actions.iter().find(|action| action.constraint == *name);
        Some(ForeignKey {
            name: Some(name.clone()),
            columns: rows.iter().map(|row| row.column.clone()).collect(),
            table: names.within(&first.to_database, &first.to_table),
            references: rows.iter().map(|row| row.to_column.clone()).collect(),
            on_delete: action.and_then(|action| told(&action.on_delete)),
            on_update: action.and_then(|action| told(&action.on_update)),
            deferrable: false,
            initially_deferred: false,
            at: None,
        })
    });
    keys.collect()
}

/// Returns whether an action was asked for, rather than being what the server says when nobody asked.
fn is_told(word: &str, server: &Server) -> bool {
    word != "NO ACTION" && !(word == "RESTRICT" && server.restrict_is_default())
}

/// Returns the checks of a table, by name, without those that only mean that a column is JSON.
pub(super) fn checks(rows: &[&CheckRow], columns: &[&ColumnRow], server: &Server) -> Vec<Check> {
    let mut rows = rows.to_vec();
    rows.sort_by(|one, other| (&one.name, &one.sql).cmp(&(&other.name, &other.sql)));
    let rows = rows.into_iter().filter(|row| !columns.iter().any(|column| is_json(row, column)));
    let checks = rows.map(|row| Check {
        // MariaDB calls the check of a column by the column's name; nobody gave it one.
        name: (!row.of_column).then(|| row.name.clone()),
        sql: expression(&row.sql, server).into(),
        at: None,
    });
    checks.collect()
}

/// Gives foreign keys the names of tables and columns as these are spelled where they are declared: several servers
/// remember the spelling of the key, or write it small.
pub(super) fn settle_case(schema: &mut Schema) {
    // `None` for names that differ in case alone.
    let mut folded: BTreeMap<(Option<String>, String), Option<&ObjectName>> = BTreeMap::new();
    for name in schema.tables.keys() {
        folded.entry(fold(name)).and_modify(|found| *found = None).or_insert(Some(name));
    }
    let mut settled: Vec<(ObjectName, Vec<ForeignKey>)> = Vec::new();
    for (name, table) in &schema.tables {
        let mut keys = table.foreign_keys.clone();
        for key in &mut keys {
            for column in &mut key.columns {
                settle(column, table);
            }
            if !schema.tables.contains_key(&key.table)
                && let Some(Some(found)) = folded.get(&fold(&key.table))
            {
                key.table = (*found).clone();
            }
            if let Some(target) = schema.tables.get(&key.table) {
                for column in &mut key.references {
                    settle(column, target);
                }
            }
        }
        if keys != table.foreign_keys {
            settled.push((name.clone(), keys));
        }
    }
    for (name, keys) in settled {
        if let Some(table) = schema.tables.get_mut(&name) {
            table.foreign_keys = keys;
        }
    }
}

fn fold(name: &ObjectName) -> (Option<String>, String) {
    (name.schema.as_ref().map(|schema| schema.to_lowercase()), name.name.to_lowercase())
}

/// Gives a name of a column the case of the column of the table that it means.
fn settle(name: &mut Arc<str>, table: &Table) {
    if table.column(name).is_some() {
        return;
    }
    let folded = name.to_lowercase();
    if let Some(column) = table.columns.iter().find(|column| column.name.to_lowercase() == folded) {
        *name = column.name.clone();
    }
}
