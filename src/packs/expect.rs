//! The law `expect`: a schema has these tables, columns, enums.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::expectation::{
    Expectation, ExpectedColumn, ExpectedEnum, ExpectedForeignKey, ExpectedKey, ExpectedName, ExpectedTable,
};
use super::schema::{LiteralSchema, OneOrMany};
use crate::model::Problem;
use crate::model::schema::compare::name_glob;
use crate::yaml::{ColumnText, Node, NodeValue, Place, Reference, Spanned, object_name, read};

/// What a schema should have. A list of tables alone is enough.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Expect")]
pub(super) struct RawExpect {
    /// Names or globs of tables that there must be; as a map, with what they must have.
    #[schemars(with = "Option<NamedSchema<RawExpectedTable>>")]
    pub tables: Option<Node>,
    /// There are no other tables.
    pub exact: Option<Spanned<bool>>,
    /// There are at least so many tables.
    pub at_least: Option<Spanned<usize>>,
    /// Names of enums that there must be; as a map, with all their labels.
    #[schemars(with = "Option<NamedSchema<Vec<String>>>")]
    pub enums: Option<Node>,
    /// Names or globs of views that there must be.
    #[schemars(with = "Option<Vec<String>>")]
    pub views: Option<Node>,
    /// Globs of tables and columns that there must not be: `tmp_*`, `*.password`.
    #[schemars(with = "Option<Vec<String>>")]
    pub forbidden: Option<Node>,
}

/// What a table must have.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ExpectedTable")]
pub(super) struct RawExpectedTable {
    /// Names of columns; as a map, with what they must be: `id: integer not null`, or type, nullable, default.
    #[schemars(with = "Option<NamedSchema<ColumnSchema>>")]
    pub columns: Option<Node>,
    /// There are no other columns.
    pub exact: Option<Spanned<bool>>,
    /// There are at least so many columns.
    pub at_least: Option<Spanned<usize>>,
    /// Columns of the primary key; `[]` for none.
    #[schemars(with = "Option<OneOrManyOrNone>")]
    pub primary_key: Option<Node>,
    /// Unique constraints by their columns.
    #[schemars(with = "Option<Vec<OneOrMany>>")]
    pub uniques: Option<Spanned<Vec<Node>>>,
    /// Indexes by their columns, or as maps with `name`, `columns` and `unique`.
    #[schemars(with = "Option<Vec<KeySchema>>")]
    pub indexes: Option<Spanned<Vec<Node>>>,
    /// Foreign keys, by column: `owner_id: users(id) on delete cascade`; or a list of maps for several columns.
    #[schemars(with = "Option<ForeignKeysSchema>")]
    pub foreign_keys: Option<Node>,
}

/// What a column must be.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ExpectedColumn")]
pub(super) struct RawExpectedColumn {
    /// Its type, as SQL or SQLAlchemy spell it, or a family (`text`, `integer`); of a list any will do.
    #[serde(rename = "type")]
    #[schemars(with = "Option<OneOrMany>")]
    pub ty: Option<Node>,
    /// Whether it may hold null.
    pub nullable: Option<Spanned<bool>>,
    /// Its default as SQL text; null for none.
    #[schemars(with = "Option<LiteralSchema>")]
    #[expect(dead_code, reason = "read from the map: here null would be nothing said")]
    pub default: Option<Node>,
}

/// An index of several columns, or with a name.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ExpectedIndex")]
pub(super) struct RawExpectedKey {
    /// Its name, where that matters.
    pub name: Option<Spanned<String>>,
    /// In their order.
    #[schemars(with = "OneOrMany")]
    pub columns: Option<Node>,
    /// Whether it is unique, where that matters.
    pub unique: Option<Spanned<bool>>,
}

/// A foreign key.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ExpectedForeignKey")]
pub(super) struct RawExpectedForeignKey {
    #[schemars(with = "OneOrMany")]
    pub columns: Option<Node>,
    /// The table that it points to.
    pub table: Spanned<String>,
    #[schemars(with = "Option<OneOrMany>")]
    pub references: Option<Node>,
    /// `cascade`, `set null`, `restrict`, `no action`, where it matters.
    pub on_delete: Option<Spanned<String>>,
}

/// A list of names, or a map from name to more.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "stands for its schema")]
pub(super) enum NamedSchema<T> {
    Names(Vec<String>),
    Map(BTreeMap<String, Option<T>>),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "stands for its schema")]
pub(super) enum ColumnSchema {
    Line(String),
    Map(RawExpectedColumn),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "stands for its schema")]
pub(super) enum KeySchema {
    Column(String),
    Columns(Vec<String>),
    Map(RawExpectedKey),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "stands for its schema")]
pub(super) enum ForeignKeysSchema {
    ByColumn(BTreeMap<String, String>),
    List(Vec<RawExpectedForeignKey>),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "stands for its schema")]
pub(super) enum OneOrManyOrNone {
    One(String),
    Many(Vec<String>),
}

/// Reads the law. Faults are added to `problems`; `None` says that there was one.
pub(super) fn check_expect(node: &Node, problems: &mut Vec<Problem>) -> Option<Expectation> {
    let before = problems.len();
    let raw: RawExpect = read(node, problems)?;
    if node.as_map().is_some_and(<[_]>::is_empty) {
        problems.push(node.place.error("an empty expectation expects nothing").hint("name some `tables`"));
    }
    let mut reader = Reader { problems };
    let tables = reader.named(raw.tables.as_ref());
    let tables = tables.into_iter().filter_map(|(key, value)| reader.table(&key, value.as_ref())).collect();
    let enums = reader.named(raw.enums.as_ref());
    let enums = enums.into_iter().map(|(key, value)| ExpectedEnum {
        name: object_name(key.as_text().unwrap_or_default()),
        labels: value.as_ref().map(|node| reader.names(node)),
        at: key.place.location(),
    });
    let enums = enums.collect();
    let views = reader.patterns(raw.views.as_ref());
    let forbidden = reader.patterns(raw.forbidden.as_ref());
    let expectation = Expectation {
        tables,
        exact: flag(raw.exact.as_ref()),
        at_least: number(raw.at_least.as_ref()),
        enums,
        views,
        forbidden,
    };
    (problems.len() == before).then_some(expectation)
}

struct Reader<'a> {
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    /// Returns the entries of a map, or the items of a list of names without anything more about them.
    fn named(&mut self, node: Option<&Node>) -> Vec<(Node, Option<Node>)> {
        let Some(node) = node else { return Vec::new() };
        match &node.value {
            NodeValue::Map(entries) => {
                let said = |value: &Node| (!matches!(value.value, NodeValue::Null)).then(|| value.clone());
                entries.iter().map(|(key, value)| (key.clone(), said(value))).collect()
            }
            NodeValue::List(items) => {
                let names = items.iter().filter(|item| self.is_name(item));
                names.map(|item| (item.clone(), None)).collect()
            }
            _ => {
                let message = format!("expected a list of names or a map, found {}", node.type_name());
                self.problems.push(node.place.error(message));
                Vec::new()
            }
        }
    }

    fn is_name(&mut self, node: &Node) -> bool {
        let is_name = node.as_text().is_some_and(|name| !name.trim().is_empty());
        if !is_name {
            self.problems.push(node.place.error(format!("expected a name, found {}", node.type_name())));
        }
        is_name
    }

    /// Returns the texts of a list, or the one text.
    fn names(&mut self, node: &Node) -> Vec<Arc<str>> {
        let items = node.as_list().unwrap_or(std::slice::from_ref(node));
        let names = items.iter().filter(|item| self.is_name(item));
        names.filter_map(|item| item.as_text().map(Arc::from)).collect()
    }

    fn patterns(&mut self, node: Option<&Node>) -> Vec<ExpectedName> {
        let Some(node) = node else { return Vec::new() };
        let items = node.as_list().unwrap_or(std::slice::from_ref(node));
        let items: Vec<&Node> = items.iter().filter(|item| self.is_name(item)).collect();
        items.into_iter().filter_map(|item| self.pattern(item)).collect()
    }

    fn pattern(&mut self, node: &Node) -> Option<ExpectedName> {
        let text = node.as_text()?;
        let is_glob = text.contains(['*', '?', '[', '{']);
        let glob = match name_glob(text) {
            Ok(glob) => is_glob.then(|| glob.compile_matcher()),
            Err(error) => {
                self.problems.push(node.place.error(format!("not a glob: {}", error.kind())));
                return None;
            }
        };
        Some(ExpectedName { text: text.into(), glob, at: node.place.location() })
    }

    fn table(&mut self, key: &Node, value: Option<&Node>) -> Option<ExpectedTable> {
        let raw = match value {
            None => RawExpectedTable::default(),
            Some(node) if node.as_list().is_some() => {
                RawExpectedTable { columns: Some(node.clone()), ..RawExpectedTable::default() }
            }
            Some(node) => read::<RawExpectedTable>(node, self.problems)?,
        };
        let mut table = ExpectedTable {
            name: self.pattern(key)?,
            columns: Vec::new(),
            exact: flag(raw.exact.as_ref()),
            at_least: number(raw.at_least.as_ref()),
            primary_key: raw.primary_key.as_ref().map(|node| (self.names(node), node.place.location())),
            uniques: Vec::new(),
            indexes: Vec::new(),
            foreign_keys: Vec::new(),
        };
        for (key, value) in self.named(raw.columns.as_ref()) {
            self.column(&key, value.as_ref(), &mut table);
        }
        for node in raw.uniques.iter().filter_map(Spanned::get).flatten() {
            table.uniques.extend(self.key(node));
        }
        for node in raw.indexes.iter().filter_map(Spanned::get).flatten() {
            table.indexes.extend(self.key(node));
        }
        self.foreign_keys(raw.foreign_keys.as_ref(), &mut table);
        Some(table)
    }

    fn column(&mut self, key: &Node, value: Option<&Node>, table: &mut ExpectedTable) {
        let name: Arc<str> = key.as_text().unwrap_or_default().into();
        let at = value.map_or(&key.place, |node| &node.place).location();
        let mut column = ExpectedColumn { name: name.clone(), at, types: Vec::new(), nullable: None, default: None };
        match value {
            None => {}
            Some(node) if node.as_text().is_some() => {
                let Some(said) = self.line(node) else { return };
                column.types = Some(said.ty).filter(|ty| !ty.is_empty()).into_iter().collect();
                column.nullable = said.nullable;
                column.default = said.default.map(Some);
                let here = || node.place.location();
                if said.primary_key {
                    let (columns, _) = table.primary_key.get_or_insert_with(|| (Vec::new(), here()));
                    columns.push(name.clone());
                }
                if said.unique {
                    let columns = vec![name.clone()];
                    table.uniques.push(ExpectedKey { name: None, columns, unique: None, at: here() });
                }
                if let Some(reference) = said.references {
                    table.foreign_keys.push(foreign_key(vec![name], reference, &node.place));
                }
            }
            Some(node) => {
                let Some(raw) = read::<RawExpectedColumn>(node, self.problems) else { return };
                column.types = raw.ty.as_ref().map(|node| self.names(node)).unwrap_or_default();
                column.nullable = raw.nullable.as_ref().and_then(Spanned::get).copied();
                // An `Option` takes null for nothing said, so it is looked for in the map.
                column.default = node.get("default").map(|node| match &node.value {
                    NodeValue::Null => None,
                    NodeValue::Text(text) => Some(text.clone()),
                    NodeValue::Bool(value) => Some(value.to_string().into()),
                    NodeValue::Int(value) => Some(value.to_string().into()),
                    NodeValue::Float(value) => Some(value.to_string().into()),
                    NodeValue::List(_) | NodeValue::Map(_) => {
                        self.problems.push(node.place.error("a default is SQL text, a number, a boolean or null"));
                        None
                    }
                });
            }
        }
        table.columns.push(column);
    }

    fn line(&mut self, node: &Node) -> Option<ColumnText> {
        match ColumnText::parse(node.as_text()?) {
            Ok(said) => Some(said),
            Err(fault) => {
                self.problems.push(node.place.error(fault));
                None
            }
        }
    }

    /// Reads a key or an index: one column, a list of columns, or a map.
    fn key(&mut self, node: &Node) -> Option<ExpectedKey> {
        let at = node.place.location();
        if node.as_map().is_none() {
            return Some(ExpectedKey { name: None, columns: self.names(node), unique: None, at });
        }
        let raw: RawExpectedKey = read(node, self.problems)?;
        let name: Option<Arc<str>> = raw.name.as_ref().and_then(Spanned::get).map(|name| name.as_str().into());
        let columns = raw.columns.as_ref().map(|node| self.names(node)).unwrap_or_default();
        if columns.is_empty() && name.is_none() {
            self.problems.push(node.place.error("an index is known by its `columns` or its `name`"));
        }
        Some(ExpectedKey { name, columns, unique: raw.unique.as_ref().and_then(Spanned::get).copied(), at })
    }

    fn foreign_keys(&mut self, node: Option<&Node>, table: &mut ExpectedTable) {
        let Some(node) = node else { return };
        if let Some(entries) = node.as_map() {
            for (key, value) in entries {
                let text = value.as_text().unwrap_or_default();
                match ColumnText::parse(&format!("references {text}")).map(|said| said.references) {
                    Ok(Some(reference)) => {
                        let columns = vec![key.as_text().unwrap_or_default().into()];
                        table.foreign_keys.push(foreign_key(columns, reference, &value.place));
                    }
                    Ok(None) => self.problems.push(value.place.error("a foreign key is written as `users(id)`")),
                    Err(fault) => self.problems.push(value.place.error(fault)),
                }
            }
            return;
        }
        let Some(items) = node.as_list() else {
            let message = format!("expected a map by column or a list, found {}", node.type_name());
            self.problems.push(node.place.error(message));
            return;
        };
        for item in items {
            let Some(raw) = read::<RawExpectedForeignKey>(item, self.problems) else { continue };
            let Some(target) = raw.table.get() else { continue };
            let reference = Reference {
                table: object_name(target),
                columns: raw.references.as_ref().map(|node| self.names(node)).unwrap_or_default(),
                on_delete: raw.on_delete.as_ref().and_then(Spanned::get).map(|action| action.to_uppercase().into()),
                on_update: None,
            };
            let columns = raw.columns.as_ref().map(|node| self.names(node)).unwrap_or_default();
            if columns.is_empty() {
                self.problems.push(item.place.error("a foreign key names its `columns`"));
            }
            table.foreign_keys.push(foreign_key(columns, reference, &item.place));
        }
    }
}

fn foreign_key(columns: Vec<Arc<str>>, reference: Reference, place: &Place) -> ExpectedForeignKey {
    let Reference { table, columns: references, on_delete, .. } = reference;
    ExpectedForeignKey { columns, table, references, on_delete, at: place.location() }
}

fn flag(field: Option<&Spanned<bool>>) -> Option<crate::model::Location> {
    field.filter(|field| field.value == Some(true)).map(|field| field.place.location())
}

fn number(field: Option<&Spanned<usize>>) -> Option<(usize, crate::model::Location)> {
    field.and_then(|field| Some((*field.get()?, field.place.location())))
}
