//! Schema to JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::VERSION;
use super::ordered::Ordered;
use super::raw::{
    RawCheck, RawColumn, RawForeignKey, RawGenerated, RawIndex, RawSchema, RawTable, RawUnique, RawUnknown, RawView,
};
use crate::model::location::Location;
use crate::model::schema::{
    Column, Dialect, ForeignKey, Index, IndexPart, Key, ObjectName, Schema, SchemaUnknown, Table, View,
};
use crate::model::value::Known;

/// Writes a schema as indented JSON with a line break at its end. The same schema gives the same bytes.
pub fn write(schema: &Schema) -> String {
    let raw = RawSchema {
        version: VERSION,
        name: Some(schema.name.to_string()),
        origin: Some(schema.origin.name().to_owned()),
        dialect: schema.dialect.map(|dialect| dialect.name().to_owned()),
        server: optional(schema.server.as_ref()),
        tables: named(&schema.tables, |name, table| raw_table(name, table, schema.dialect)),
        enums: named(&schema.enums, |_, found| found.labels.as_known().map(|labels| texts(labels))),
        views: named(&schema.views, raw_view),
        extensions: texts(&schema.extensions),
        unknown: schema.unknown.iter().map(raw_unknown).collect(),
    };
    let mut text = serde_json::to_string_pretty(&raw).expect("a schema has text keys alone");
    text.push('\n');
    text
}

fn named<T, R>(objects: &BTreeMap<ObjectName, T>, raw: impl Fn(&ObjectName, &T) -> R) -> Ordered<R> {
    Ordered(objects.iter().map(|(name, object)| (name.to_string(), raw(name, object))).collect())
}

fn raw_table(name: &ObjectName, table: &Table, dialect: Option<Dialect>) -> RawTable {
    let columns = table.columns.iter().zip(1..).map(|(column, position)| {
        let raw = raw_column(column, position, dialect);
        (column.name.to_string(), raw)
    });
    RawTable {
        schema: optional(name.schema.as_ref()),
        columns: Ordered(columns.collect()),
        primary_key: table.primary_key.as_ref().map(|key| texts(&key.columns)).unwrap_or_default(),
        primary_key_name: table.primary_key.as_ref().and_then(|key| optional(key.name.as_ref())),
        foreign_keys: table.foreign_keys.iter().map(raw_foreign_key).collect(),
        uniques: table.uniques.iter().map(raw_unique).collect(),
        indexes: table.indexes.iter().map(raw_index).collect(),
        checks: table
            .checks
            .iter()
            .map(|check| {
                let (path, line) = place(check.at.as_ref());
                RawCheck { name: optional(check.name.as_ref()), sql: check.sql.to_string(), path, line }
            })
            .collect(),
        comment: optional(table.comment.as_ref()),
        partitions: texts(&table.partitions),
        foreign: table.foreign,
        path: place(table.at.as_ref()).0,
        line: place(table.at.as_ref()).1,
    }
}

fn raw_column(column: &Column, position: u32, dialect: Option<Dialect>) -> RawColumn {
    let mut unknown = BTreeMap::new();
    let mut note = |field: &str, reason: &Arc<str>| drop(unknown.insert(field.to_owned(), reason.to_string()));
    let (mut ty, mut spelling, mut variants) = (None, None, BTreeMap::new());
    match &column.ty {
        Known::Yes(known) => {
            let text = known.sql(dialect);
            spelling = (*known.spelling != *text).then(|| known.spelling.to_string());
            variants = known
                .variants
                .iter()
                .map(|(dialect, normal)| (dialect.name().to_owned(), normal.sql(Some(*dialect))))
                .collect();
            ty = Some(text);
        }
        Known::No(reason) => note("type", reason),
    }
    let nullable = match &column.nullable {
        Known::Yes(nullable) => Some(*nullable),
        Known::No(reason) => {
            note("nullable", reason);
            None
        }
    };
    let default = match &column.default {
        Known::Yes(default) => optional(default.as_ref()),
        Known::No(reason) => {
            note("default", reason);
            None
        }
    };
    let (path, line) = place(column.at.as_ref());
    RawColumn {
        ty,
        nullable,
        default,
        position: Some(position),
        spelling,
        variants,
        identity: column.identity.map(|identity| identity.name().to_owned()),
        generated: column
            .generated
            .as_ref()
            .map(|generated| RawGenerated { expression: generated.expression.to_string(), stored: generated.stored }),
        comment: optional(column.comment.as_ref()),
        collation: optional(column.collation.as_ref()),
        unknown,
        path,
        line,
    }
}

fn raw_foreign_key(key: &ForeignKey) -> RawForeignKey {
    let (path, line) = place(key.at.as_ref());
    RawForeignKey {
        name: optional(key.name.as_ref()),
        columns: texts(&key.columns),
        table: key.table.to_string(),
        references: texts(&key.references),
        on_delete: optional(key.on_delete.as_ref()),
        on_update: optional(key.on_update.as_ref()),
        deferrable: key.deferrable,
        initially_deferred: key.initially_deferred,
        path,
        line,
    }
}

fn raw_unique(key: &Key) -> RawUnique {
    let (path, line) = place(key.at.as_ref());
    RawUnique {
        name: optional(key.name.as_ref()),
        columns: texts(&key.columns),
        nulls_not_distinct: key.nulls_not_distinct,
        path,
        line,
    }
}

fn raw_index(index: &Index) -> RawIndex {
    let (path, line) = place(index.at.as_ref());
    let has_expression = index.parts.iter().any(|part| matches!(part, IndexPart::Expression(_)));
    RawIndex {
        name: optional(index.name.as_ref()),
        columns: index.columns().map(|column| column.map(ToString::to_string)).collect(),
        expressions: if has_expression {
            index.parts.iter().map(|part| part.text().to_string()).collect()
        } else {
            Vec::new()
        },
        unusual: index.unusual.clone(),
        unique: index.unique,
        where_: optional(index.where_.as_ref()),
        method: optional(index.method.as_ref()),
        include: texts(&index.include),
        dialects: index.dialects.iter().map(|dialect| dialect.name().to_owned()).collect(),
        path,
        line,
    }
}

fn raw_view(name: &ObjectName, view: &View) -> RawView {
    RawView {
        schema: optional(name.schema.as_ref()),
        materialized: view.materialized,
        columns: texts(&view.columns),
        definition: optional(view.definition.as_ref()),
        indexes: view.indexes.iter().map(raw_index).collect(),
        comment: optional(view.comment.as_ref()),
    }
}

fn raw_unknown(unknown: &SchemaUnknown) -> RawUnknown {
    let (path, line) = place(unknown.at.as_ref());
    RawUnknown {
        what: unknown.what.to_string(),
        part: Some(unknown.part.name().to_owned()),
        table: unknown.table.as_ref().map(ToString::to_string),
        path,
        line,
    }
}

fn place(at: Option<&Location>) -> (Option<String>, Option<u32>) {
    let path = at.map(|location| location.path.to_string());
    (path, at.and_then(|location| location.span).map(|span| span.line))
}

fn optional(text: Option<&Arc<str>>) -> Option<String> {
    text.map(ToString::to_string)
}

fn texts(texts: &[Arc<str>]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}
