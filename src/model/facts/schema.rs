//! Facts of kind `schema`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use super::enumeration::EnumFact;
use super::table::TableFact;
use super::view::ViewFact;
use super::{Fact, FieldType, Kind, Query, fields};
use crate::model::schema::{Dialect, ObjectName, Origin, Part, Roundtrip, Schema, SchemaUnknown};
use crate::model::value::Value;

/// A schema among the others of a run.
#[derive(Debug)]
pub struct Described {
    pub schema: Arc<Schema>,
    /// Laws about tables are judged on it: a database, or what stands for one where none is described; never what only
    /// the migrations say.
    pub leading: bool,
    /// The databases that it is for, sorted: its own dialect, or those of the databases that are described beside it.
    pub dialects: Vec<Dialect>,
    usual: OnceLock<BTreeMap<Arc<str>, &'static str>>,
}

impl Described {
    /// Returns the schemas of a run, each knowing what it needs of the others.
    pub fn all(schemas: &[Arc<Schema>]) -> Vec<Arc<Self>> {
        let is_database = |schema: &&Arc<Schema>| matches!(schema.origin, Origin::Database | Origin::Throwaway);
        let any_database = schemas.iter().any(|schema| is_database(&schema));
        let dialects: BTreeSet<Dialect> = schemas.iter().filter_map(|schema| schema.dialect).collect();
        let described = schemas.iter().map(|schema| {
            let dialects = match schema.dialect {
                Some(dialect) => vec![dialect],
                None => dialects.iter().copied().collect(),
            };
            Arc::new(Self {
                schema: schema.clone(),
                leading: schema.origin != Origin::Replay && (!any_database || is_database(&schema)),
                dialects,
                usual: OnceLock::new(),
            })
        });
        described.collect()
    }

    /// Returns a schema that no other stands beside.
    pub(super) fn alone(schema: Schema) -> Arc<Self> {
        let dialects = schema.dialect.into_iter().collect();
        let leading = schema.origin != Origin::Replay;
        Arc::new(Self { schema: Arc::new(schema), leading, dialects, usual: OnceLock::new() })
    }

    /// Returns the family that most columns of this name have: more than half, and at least two.
    pub(super) fn usual_family(&self, name: &str) -> Option<&'static str> {
        let usual = self.usual.get_or_init(|| {
            let mut counts: BTreeMap<Arc<str>, BTreeMap<&'static str, usize>> = BTreeMap::new();
            for column in self.schema.tables.values().flat_map(|table| &table.columns) {
                if let Some(ty) = column.ty.as_known() {
                    let normal = self.schema.dialect.map_or_else(|| ty.normal.clone(), |dialect| ty.on(dialect));
                    *counts.entry(column.name.clone()).or_default().entry(normal.family()).or_default() += 1;
                }
            }
            let most = counts.into_iter().filter_map(|(name, families)| {
                let all: usize = families.values().sum();
                let (family, count) = families.into_iter().max_by_key(|(_, count)| *count)?;
                (count >= 2 && count * 2 > all).then_some((name, family))
            });
            most.collect()
        });
        usual.get(name).copied()
    }

    /// Returns its tables as facts, in order.
    pub fn tables(self: &Arc<Self>) -> impl Iterator<Item = Arc<TableFact>> + '_ {
        self.schema.tables.keys().map(|name| TableFact::new(self, name))
    }

    /// Returns its enums as facts, in order.
    pub fn enums(self: &Arc<Self>) -> impl Iterator<Item = Arc<EnumFact>> + '_ {
        self.schema.enums.keys().map(|name| EnumFact::new(self, name))
    }

    /// Returns its views as facts, in order.
    pub fn views(self: &Arc<Self>) -> impl Iterator<Item = Arc<ViewFact>> + '_ {
        self.schema.views.keys().map(|name| ViewFact::new(self, name))
    }

    /// Returns the value, unless a part that it is about may be incomplete.
    pub(super) fn complete(&self, part: Part, table: Option<&ObjectName>, value: impl FnOnce() -> Value) -> Value {
        match self.schema.doubt(part, table) {
            None => value(),
            Some(doubt) => Value::Unknown(reason(doubt)),
        }
    }
}

/// Returns a doubt as the reason of an unknown value.
fn reason(doubt: &SchemaUnknown) -> Arc<str> {
    match &doubt.at {
        Some(at) => format!("{} at {at}", doubt.what).into(),
        None => doubt.what.clone(),
    }
}

/// Returns the name by which people know an object of a schema, from what they wrote: `deals`, `audit.deals`.
fn find<'a, T>(objects: &'a BTreeMap<ObjectName, T>, name: &str) -> Option<&'a ObjectName> {
    let plain = objects.get_key_value(&ObjectName::new(name));
    let found = plain.or_else(|| {
        let (schema, name) = name.split_once('.')?;
        objects.get_key_value(&ObjectName::within(schema, name))
    });
    found.map(|(name, _)| name)
}

fn facts<T>(items: impl Iterator<Item = Arc<T>>, fact: fn(Arc<T>) -> Fact) -> Value {
    Value::List(items.map(|item| Value::Fact(fact(item))).collect())
}

/// Returns what a round trip found; unknown where it failed before it found anything.
fn roundtrip(schema: &Schema, found: impl FnOnce(&Roundtrip) -> &[Arc<str>]) -> Value {
    let Some(roundtrip) = &schema.roundtrip else { return Value::Null };
    match found(roundtrip) {
        [] if roundtrip.failure.is_some() => Value::Unknown("the way down and up again failed".into()),
        found => Value::texts(found),
    }
}

fn unknowns(schema: &Schema) -> Value {
    let maps = schema.unknown.iter().map(|unknown| {
        let table = unknown.table.as_ref().map_or(Value::Null, |table| Value::text(table.to_string()));
        let entries: [(Arc<str>, Value); 3] = [
            ("what".into(), Value::Text(reason(unknown))),
            ("part".into(), Value::word(unknown.part.name())),
            ("table".into(), table),
        ];
        Value::Map(Arc::new(entries.into_iter().collect()))
    });
    Value::List(maps.collect())
}

pub static KIND: Kind = Kind {
    name: "schema",
    about: "One description of tables: the models, a database, a file.",
    judged: true,
    includes: None,
    fields: fields! { described:
        "name", FieldType::Text, "What the configuration calls it: `models`, or the name of a database.",
            |described| Value::Text(described.schema.name.clone());
        "origin", FieldType::Word(Origin::WORDS), "What it was read from.", |described| Value::word(described.schema.origin.name());
        "dialect", FieldType::Word(Dialect::WORDS), "Kind of database; null for what holds for several, as models do.",
            |described| described.schema.dialect.map_or(Value::Null, |dialect| Value::word(dialect.name()));
        "dialects", FieldType::Texts, "Kinds of databases that it is for: its own, or those of the databases that are described beside it.",
            |described| Value::List(described.dialects.iter().map(|dialect| Value::word(dialect.name())).collect());
        "leading", FieldType::Bool, "Whether laws about tables should judge it: true for every database; for models and files only where no database is described.",
            |described| Value::Bool(described.leading);
        "server", FieldType::Text, "What the server calls itself, with its version; null where there is none.",
            |described| Value::optional_text(described.schema.server.as_ref());
        "tables", FieldType::Facts("table"), "Its tables, by name; those of the default namespace first.",
            |described| described.complete(Part::Tables, None, || facts(described.tables(), Fact::Table));
        "enums", FieldType::Facts("enum"), "Its enum types with names of their own, by name.",
            |described| described.complete(Part::Enums, None, || facts(described.enums(), Fact::Enum));
        "views", FieldType::Facts("view"), "Its views, by name.",
            |described| described.complete(Part::Views, None, || facts(described.views(), Fact::View));
        "extensions", FieldType::Texts, "Its installed extensions.", |described| Value::texts(&described.schema.extensions);
        "left_behind", FieldType::Texts, "What a throw-away database still holds when all migrations were undone: `table deals`; null where that was not tried.",
            |described| roundtrip(&described.schema, |roundtrip| &roundtrip.left_behind);
        "changed_again", FieldType::Texts, "How it differs when it was migrated, undone and migrated again; null where that was not tried.",
            |described| roundtrip(&described.schema, |roundtrip| &roundtrip.differences);
        "roundtrip_failure", FieldType::Text, "What failed on the way down or up again, with the end of its output; null where nothing did.",
            |described| described.schema.roundtrip.as_ref().map_or(Value::Null, |roundtrip| Value::optional_text(roundtrip.failure.as_ref()));
        "unknowns", FieldType::Maps, "What could not be known: maps with `what`, `part` and `table`.",
            |described| unknowns(&described.schema);
    },
    queries: &[
        Query {
            name: "table",
            argument: Some("name"),
            returns: FieldType::Fact("table"),
            about: "The table with this `name`, `deals` or `audit.deals`; null if there is none.",
            run: |fact, name| {
                let name = name.ok_or("table(name) needs a name")?;
                Ok(fact.described().map_or(Value::Null, |described| match find(&described.schema.tables, name) {
                    Some(name) => Value::Fact(Fact::Table(TableFact::new(described, name))),
                    None => described.complete(Part::Tables, None, || Value::Null),
                }))
            },
        },
        Query {
            name: "enum_type",
            argument: Some("name"),
            returns: FieldType::Fact("enum"),
            about: "The enum type with this `name`; null if there is none.",
            run: |fact, name| {
                let name = name.ok_or("enum_type(name) needs a name")?;
                Ok(fact.described().map_or(Value::Null, |described| match find(&described.schema.enums, name) {
                    Some(name) => Value::Fact(Fact::Enum(EnumFact::new(described, name))),
                    None => described.complete(Part::Enums, None, || Value::Null),
                }))
            },
        },
        Query {
            name: "view",
            argument: Some("name"),
            returns: FieldType::Fact("view"),
            about: "The view with this `name`; null if there is none.",
            run: |fact, name| {
                let name = name.ok_or("view(name) needs a name")?;
                Ok(fact.described().map_or(Value::Null, |described| match find(&described.schema.views, name) {
                    Some(name) => Value::Fact(Fact::View(ViewFact::new(described, name))),
                    None => described.complete(Part::Views, None, || Value::Null),
                }))
            },
        },
    ],
    subject: &[("schema", "name")],
};
