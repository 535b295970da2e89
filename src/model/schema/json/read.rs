//! JSON to schema.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::VERSION;
use super::ordered::Ordered;
use super::raw::{RawCheck, RawColumn, RawForeignKey, RawIndex, RawSchema, RawTable, RawUnique, RawUnknown, RawView};
use crate::model::location::{Location, Span};
use crate::model::schema::{
    Check, Column, Dialect, Enum, ForeignKey, Generated, Identity, Index, IndexPart, Key, Normal, ObjectName, Origin,
    Part, Schema, SchemaUnknown, Table, Type, View,
};
use crate::model::suggest::closest;
use crate::model::value::Known;

/// What is wrong with the text of a schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JsonFault {
    pub message: String,
    /// 1-based place; `None` when the fault is in what the text means.
    pub place: Option<(u32, u32)>,
}

/// Reads the text of a schema. `name` is given to a schema that does not say its own.
///
/// # Errors
/// The first thing that is wrong: not JSON, an unknown field, a version or a word that is not known.
pub fn read(text: &str, name: &str) -> Result<Schema, JsonFault> {
    let raw: RawSchema = serde_json::from_str(text).map_err(|error| JsonFault {
        message: without_place(&error.to_string()),
        place: Some((line_number(error.line()), line_number(error.column()))),
    })?;
    if raw.version != VERSION {
        return Err(fault(format!("version {} is not known; this Lawbook reads version {VERSION}", raw.version)));
    }
    let dialect = raw.dialect.as_deref().map(|word| word_of(word, "dialect", Dialect::WORDS, Dialect::of_name));
    let origin = raw.origin.as_deref().map(|word| word_of(word, "origin", Origin::WORDS, Origin::of_name));
    let mut schema = Schema::empty(
        raw.name.as_deref().unwrap_or(name),
        origin.transpose()?.unwrap_or(Origin::File),
        dialect.transpose()?,
    );
    schema.server = raw.server.map(Arc::from);
    schema.extensions = arcs(raw.extensions);
    let Ordered(enums) = raw.enums;
    for (name, labels) in enums {
        let labels = labels.map_or_else(|| Known::No("not in the file".into()), |labels| Known::Yes(arcs(labels)));
        schema.enums.insert(object_name(&name), Enum { labels, comment: None, at: None });
    }
    for (name, raw) in raw.tables.0 {
        let name = key(&name, raw.schema.as_deref());
        let table = table(&name, raw, schema.dialect, &schema.enums)?;
        schema.tables.insert(name, table);
    }
    for (name, raw) in raw.views.0 {
        schema.views.insert(key(&name, raw.schema.as_deref()), view(raw)?);
    }
    schema.unknown = raw.unknown.into_iter().map(unknown).collect::<Result<_, _>>()?;
    Ok(schema)
}

/// The line and column of serde's message stand in the fault's place.
fn without_place(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(message, _)| message).to_owned()
}

fn line_number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn fault(message: String) -> JsonFault {
    JsonFault { message, place: None }
}

fn word_of<T>(word: &str, what: &str, words: &[&str], read: impl Fn(&str) -> Option<T>) -> Result<T, JsonFault> {
    read(word).ok_or_else(|| {
        let advice = match closest(word, words.iter().copied()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("one of {}", words.join(", ")),
        };
        fault(format!("`{word}` is no {what}: {advice}"))
    })
}

/// Returns the name of a key such as `deals` or `audit.deals`; `schema` tells where a name with a dot is cut.
fn key(text: &str, schema: Option<&str>) -> ObjectName {
    match schema {
        Some(schema) => {
            let name = text.strip_prefix(schema).and_then(|rest| rest.strip_prefix('.')).unwrap_or(text);
            ObjectName::within(schema, name)
        }
        None => ObjectName::new(text),
    }
}

/// Returns the name that a reference such as `users` or `audit.users` means.
fn object_name(text: &str) -> ObjectName {
    match text.split_once('.') {
        Some((schema, name)) if !schema.is_empty() && !name.is_empty() => ObjectName::within(schema, name),
        _ => ObjectName::new(text),
    }
}

fn table(
    name: &ObjectName,
    raw: RawTable,
    dialect: Option<Dialect>,
    enums: &BTreeMap<ObjectName, Enum>,
) -> Result<Table, JsonFault> {
    let mut columns: Vec<(u32, Column)> = Vec::with_capacity(raw.columns.0.len());
    for ((column_name, raw), place) in raw.columns.0.into_iter().zip(1..) {
        let position = raw.position.unwrap_or(place);
        let what = format!("{name}.{column_name}");
        columns.push((position, column(&column_name, &what, raw, dialect, enums)?));
    }
    columns.sort_by_key(|(position, _)| *position);
    let primary_key = (!raw.primary_key.is_empty()).then(|| Key {
        name: raw.primary_key_name.map(Arc::from),
        columns: arcs(raw.primary_key),
        ..Key::default()
    });
    Ok(Table {
        columns: columns.into_iter().map(|(_, column)| column).collect(),
        primary_key,
        foreign_keys: raw.foreign_keys.into_iter().map(foreign_key).collect(),
        uniques: raw.uniques.into_iter().map(unique).collect(),
        indexes: raw.indexes.into_iter().map(index).collect::<Result<_, _>>()?,
        checks: raw.checks.into_iter().map(check).collect(),
        comment: raw.comment.map(Arc::from),
        partitions: arcs(raw.partitions),
        foreign: raw.foreign,
        at: location(raw.path, raw.line),
    })
}

fn column(
    name: &str,
    what: &str,
    mut raw: RawColumn,
    dialect: Option<Dialect>,
    enums: &BTreeMap<ObjectName, Enum>,
) -> Result<Column, JsonFault> {
    let mut reason =
        |field: &str| -> Arc<str> { raw.unknown.remove(field).map_or_else(|| Arc::from("not in the file"), Arc::from) };
    let (no_type, no_nullable) = (reason("type"), reason("nullable"));
    let no_default = raw.unknown.remove("default").map(Arc::from);
    if let Some(field) = raw.unknown.keys().next() {
        return Err(fault(format!("{what}: `unknown` may name type, nullable and default, not `{field}`")));
    }
    let ty = match raw.ty {
        Some(text) => {
            let mut ty = column_type(&text, dialect, enums);
            if let Some(spelling) = raw.spelling {
                ty.spelling = spelling.into();
            }
            for (word, text) in &raw.variants {
                let dialect = word_of(word, "dialect", Dialect::WORDS, Dialect::of_name)?;
                ty.variants.push((dialect, column_type(text, Some(dialect), enums).normal));
            }
            Known::Yes(ty)
        }
        None => Known::No(no_type),
    };
    let identity = raw.identity.as_deref().map(|word| word_of(word, "identity", Identity::WORDS, Identity::of_name));
    Ok(Column {
        name: name.into(),
        ty,
        nullable: raw.nullable.map_or_else(|| Known::No(no_nullable), Known::Yes),
        default: no_default.map_or_else(|| Known::Yes(raw.default.map(Arc::from)), Known::No),
        identity: identity.transpose()?,
        generated: raw
            .generated
            .map(|generated| Generated { expression: generated.expression.into(), stored: generated.stored }),
        comment: raw.comment.map(Arc::from),
        collation: raw.collation.map(Arc::from),
        at: location(raw.path, raw.line),
    })
}

/// Reads a type in SQLAlchemy's words; the name of an enum of the schema is that enum.
fn column_type(text: &str, dialect: Option<Dialect>, enums: &BTreeMap<ObjectName, Enum>) -> Type {
    let name = object_name(text);
    if let Some(Enum { labels: Known::Yes(labels), .. }) = enums.get(&name) {
        let normal = Normal::Enum { name: Some(name), labels: labels.as_slice().into() };
        return Type { spelling: text.into(), normal, variants: Vec::new() };
    }
    Type::parse(text, dialect.unwrap_or(Dialect::Postgresql))
}

fn foreign_key(raw: RawForeignKey) -> ForeignKey {
    ForeignKey {
        name: raw.name.map(Arc::from),
        columns: arcs(raw.columns),
        table: object_name(&raw.table),
        references: arcs(raw.references),
        on_delete: raw.on_delete.map(Arc::from),
        on_update: raw.on_update.map(Arc::from),
        deferrable: raw.deferrable,
        initially_deferred: raw.initially_deferred,
        at: location(raw.path, raw.line),
    }
}

fn unique(raw: RawUnique) -> Key {
    Key {
        name: raw.name.map(Arc::from),
        columns: arcs(raw.columns),
        nulls_not_distinct: raw.nulls_not_distinct,
        at: location(raw.path, raw.line),
    }
}

fn check(raw: RawCheck) -> Check {
    Check { name: raw.name.map(Arc::from), sql: raw.sql.into(), at: location(raw.path, raw.line) }
}

fn index(raw: RawIndex) -> Result<Index, JsonFault> {
    let mut parts = Vec::with_capacity(raw.columns.len());
    for (number, column) in raw.columns.into_iter().enumerate() {
        parts.push(match (column, raw.expressions.get(number)) {
            (Some(column), _) => IndexPart::Column(column.into()),
            (None, Some(expression)) => IndexPart::Expression(expression.as_str().into()),
            (None, None) => IndexPart::Expression("".into()),
        });
    }
    let dialects = raw.dialects.iter().map(|word| word_of(word, "dialect", Dialect::WORDS, Dialect::of_name));
    Ok(Index {
        name: raw.name.map(Arc::from),
        parts,
        unusual: raw.unusual,
        unique: raw.unique,
        where_: raw.where_.map(Arc::from),
        method: raw.method.map(Arc::from),
        include: arcs(raw.include),
        dialects: dialects.collect::<Result<_, _>>()?,
        at: location(raw.path, raw.line),
    })
}

fn view(raw: RawView) -> Result<View, JsonFault> {
    Ok(View {
        materialized: raw.materialized,
        columns: arcs(raw.columns),
        definition: raw.definition.map(Arc::from),
        indexes: raw.indexes.into_iter().map(index).collect::<Result<_, _>>()?,
        comment: raw.comment.map(Arc::from),
    })
}

fn unknown(raw: RawUnknown) -> Result<SchemaUnknown, JsonFault> {
    let part = raw.part.as_deref().map(|word| word_of(word, "part", Part::WORDS, Part::of_name));
    Ok(SchemaUnknown {
        what: raw.what.into(),
        part: part.transpose()?.unwrap_or(Part::Tables),
        table: raw.table.as_deref().map(object_name),
        at: location(raw.path, raw.line),
    })
}

fn location(path: Option<String>, line: Option<u32>) -> Option<Location> {
    let path = path?;
    Some(match line {
        Some(line) => Location::span(path, Span::at(line, 1)),
        None => Location::file(path),
    })
}

fn arcs(texts: Vec<String>) -> Vec<Arc<str>> {
    texts.into_iter().map(Arc::from).collect()
}
