//! A schema written by hand in YAML: in the tests of rules, as data of our own tests.
//!
//! The shape is that of `lawbook schema show --format json` with shorthands: a column may be one line of SQL, a key a
//! list of columns.

mod column;
mod raw;
#[cfg(test)]
mod tests;
mod types;

use std::sync::Arc;

pub use column::{ColumnText, Reference, object_name};
pub use types::parse_type;

use super::{Node, NodeValue, Spanned, read};
use crate::model::schema::{
    Check, Column, Dialect, Enum, ForeignKey, Identity, Index, IndexPart, Key, Normal, Origin, Part, Roundtrip, Schema,
    SchemaUnknown, Table, Type, View,
};
use crate::model::{Known, Location, Problem, Span, closest};
use raw::{RawColumn, RawForeignKey, RawKey, RawSchema, RawTable, RawUnknown};

/// Reads the schema that is called `name`. Faults are added to `problems`; `None` says that there was one.
///
/// One that is called `models` counts as models, for any dialect; any other as a PostgreSQL database, unless it says
/// its `origin` and `dialect`.
pub fn read_schema(name: &str, node: &Node, problems: &mut Vec<Problem>) -> Option<Schema> {
    let before = problems.len();
    let raw: RawSchema = read(node, problems)?;
    let origin = word(raw.origin.as_ref(), Origin::WORDS, problems).unwrap_or(if name == "models" {
        "models"
    } else {
        "database"
    });
    let origin = match origin {
        "models" => Origin::Models,
        "throwaway" => Origin::Throwaway,
        "file" => Origin::File,
        _ => Origin::Database,
    };
    let dialect = word(raw.dialect.as_ref(), Dialect::WORDS, problems).and_then(Dialect::of_name);
    let dialect = dialect.or((origin != Origin::Models).then_some(Dialect::Postgresql));
    let mut reader = Reader { schema: Schema::empty(name, origin, dialect), problems };
    reader.schema.server = text(raw.server.as_ref());
    reader.schema.extensions = texts(raw.extensions.as_ref());
    reader.schema.roundtrip = raw.roundtrip.as_ref().and_then(Spanned::get).map(|roundtrip| Roundtrip {
        failure: text(roundtrip.failure.as_ref()),
        at: None,
        left_behind: texts(roundtrip.left_behind.as_ref()),
        differences: texts(roundtrip.differences.as_ref()),
    });
    for (key, value) in reader.listed(raw.enums.as_ref()) {
        reader.enum_type(&key, &value);
    }
    for (key, value) in reader.listed(raw.tables.as_ref()) {
        reader.table(&key, &value);
    }
    for (key, value) in reader.listed(raw.views.as_ref()) {
        let columns = value.as_ref().map(|node| reader.names(node)).unwrap_or_default();
        reader.schema.views.insert(object_name(&key), View { columns, ..View::default() });
    }
    for unknown in raw.unknown.iter().filter_map(Spanned::get).flatten() {
        reader.unknown(unknown);
    }
    let schema = reader.schema;
    (problems.len() == before).then_some(schema)
}

struct Reader<'a> {
    schema: Schema,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn fault(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn listed(&mut self, node: Option<&Node>) -> Vec<(String, Option<Node>)> {
        node.map(|node| self.named(node)).unwrap_or_default()
    }

    /// Returns the entries of a map, or the items of a list of names without anything more about them.
    fn named(&mut self, node: &Node) -> Vec<(String, Option<Node>)> {
        match &node.value {
            NodeValue::Map(entries) => entries
                .iter()
                .map(|(key, value)| (key.as_text().unwrap_or_default().to_owned(), Some(value.clone())))
                .collect(),
            NodeValue::List(_) => self.names(node).into_iter().map(|name| (name.to_string(), None)).collect(),
            _ => {
                self.fault(node.place.error(format!("expected a map or a list of names, found {}", node.type_name())));
                Vec::new()
            }
        }
    }

    /// Returns the texts of a list, or the one text.
    fn names(&mut self, node: &Node) -> Vec<Arc<str>> {
        let items = node.as_list().unwrap_or(std::slice::from_ref(node));
        let mut names = Vec::new();
        for item in items {
            match item.as_text() {
                Some(name) => names.push(name.into()),
                None => self.fault(item.place.error(format!("expected a name, found {}", item.type_name()))),
            }
        }
        names
    }

    fn enum_type(&mut self, name: &str, node: &Option<Node>) {
        let labels = node.as_ref().map(|node| self.names(node));
        let labels = labels.map_or_else(|| Known::No("the description gives no labels".into()), Known::Yes);
        self.schema.enums.insert(object_name(name), Enum { labels, comment: None, at: None });
    }

    fn table(&mut self, name: &str, node: &Option<Node>) {
        let mut table = Table::default();
        if let Some(node) = node {
            if node.as_list().is_some() {
                self.columns(node, &mut table);
            } else if let Some(raw) = read::<RawTable>(node, self.problems) {
                self.fill(&raw, &mut table);
            }
        }
        table.foreign_keys.sort_by(|left, right| (&left.name, &left.columns).cmp(&(&right.name, &right.columns)));
        let name = object_name(name);
        for part in table.primary_key.iter().flat_map(|key| &key.columns) {
            if let Some(column) = table.columns.iter_mut().find(|column| column.name == *part)
                && self.schema.dialect != Some(Dialect::Sqlite)
            {
                column.nullable = Known::Yes(false);
            }
        }
        self.schema.tables.insert(name, table);
    }

    fn fill(&mut self, raw: &RawTable, table: &mut Table) {
        if let Some(columns) = &raw.columns {
            self.columns(columns, table);
        }
        if let Some(key) = &raw.primary_key {
            table.primary_key = Some(Key { columns: self.names(key), ..Key::default() });
        }
        for key in raw.foreign_keys.iter().filter_map(Spanned::get).flatten() {
            let at = place(key.at.as_ref());
            let foreign_key = ForeignKey { at, ..self.foreign_key(key) };
            table.foreign_keys.push(foreign_key);
        }
        for node in raw.uniques.iter().filter_map(Spanned::get).flatten() {
            if let Some(key) = self.key(node) {
                table.uniques.push(Key {
                    name: text(key.name.as_ref()),
                    columns: texts(key.columns.as_ref()),
                    nulls_not_distinct: key.nulls_not_distinct.unwrap_or(false),
                    at: place(key.at.as_ref()),
                });
            }
        }
        for node in raw.indexes.iter().filter_map(Spanned::get).flatten() {
            if let Some(key) = self.key(node) {
                let index = self.index(&key);
                table.indexes.push(index);
            }
        }
        for node in raw.checks.iter().filter_map(Spanned::get).flatten() {
            let named = node.get("name").and_then(Node::as_text).map(Arc::from);
            match node.as_text().or_else(|| node.get("sql").and_then(Node::as_text)) {
                Some(sql) => table.checks.push(Check { name: named, sql: sql.into(), at: None }),
                None => self.fault(node.place.error("a check is its condition, or a map with `name` and `sql`")),
            }
        }
        table.comment = text(raw.comment.as_ref());
        table.partitions = texts(raw.partitions.as_ref());
        table.foreign = raw.foreign.unwrap_or(false);
        table.at = place(raw.at.as_ref());
    }

    fn columns(&mut self, node: &Node, table: &mut Table) {
        for (name, value) in self.named(node) {
            let described = match value {
                None => None,
                Some(node) if matches!(node.value, NodeValue::Null) => None,
                Some(node) => Some(node),
            };
            let Some(node) = described else {
                let ty = Type::new("", Normal::None);
                table.columns.push(Column::new(name, Known::Yes(ty), Known::Yes(true)));
                continue;
            };
            self.column(&name, &node, table);
        }
    }

    fn column(&mut self, name: &str, node: &Node, table: &mut Table) {
        let raw = match node.as_text() {
            Some(_) => RawColumn::default(),
            None => match read::<RawColumn>(node, self.problems) {
                Some(raw) => raw,
                None => return,
            },
        };
        let line = node.as_text().or_else(|| raw.ty.as_ref()?.get().map(String::as_str)).unwrap_or_default();
        let said = match ColumnText::parse(line) {
            Ok(said) => said,
            Err(fault) => return self.fault(node.place.error(fault)),
        };
        let dialect = self.schema.dialect;
        let ty = if &*said.ty == "unknown" {
            Known::No("the description calls it unknown".into())
        } else {
            Known::Yes(self.named_enum(&said.ty).unwrap_or_else(|| parse_type(&said.ty, dialect)))
        };
        let primary = said.primary_key || raw.primary_key == Some(true);
        let nullable = raw.nullable.or(said.nullable).unwrap_or(!primary);
        let mut column = Column::new(name, ty, Known::Yes(nullable));
        column.default = Known::Yes(text(raw.default.as_ref()).or(said.default));
        let identity = word(raw.identity.as_ref(), Identity::WORDS, self.problems).and_then(Identity::of_name);
        column.identity = identity.or(said.identity);
        column.comment = text(raw.comment.as_ref());
        column.at = place(raw.at.as_ref());
        let name = column.name.clone();
        let at = column.at.clone();
        table.columns.push(column);
        if primary {
            table.primary_key.get_or_insert_default().columns.push(name.clone());
        }
        if said.unique {
            table.uniques.push(Key { name: None, columns: vec![name.clone()], at: at.clone(), ..Key::default() });
        }
        if let Some(Reference { table: target, columns, on_delete, on_update }) = said.references {
            table.foreign_keys.push(ForeignKey {
                name: None,
                columns: vec![name],
                table: target,
                references: columns,
                on_delete,
                on_update,
                deferrable: false,
                initially_deferred: false,
                at,
            });
        }
    }

    fn named_enum(&self, ty: &str) -> Option<Type> {
        let name = object_name(ty);
        let labels = self.schema.enums.get(&name)?.labels.as_known()?.clone();
        let normal = Normal::Enum { name: Some(name), labels: labels.into() };
        Some(Type { spelling: ty.into(), normal, variants: Vec::new() })
    }

    fn foreign_key(&mut self, raw: &RawForeignKey) -> ForeignKey {
        let action = |field: &Option<Spanned<String>>| {
            text(field.as_ref())
                .map(|action| action.to_uppercase())
                .filter(|action| action != "NO ACTION")
                .map(Arc::from)
        };
        let table = text(raw.table.as_ref()).unwrap_or_default();
        let columns = raw.columns.as_ref().map(|node| self.names(node)).unwrap_or_default();
        let references = raw.references.as_ref().map(|node| self.names(node)).unwrap_or_default();
        ForeignKey {
            name: text(raw.name.as_ref()),
            columns,
            table: object_name(&table),
            references,
            on_delete: action(&raw.on_delete),
            on_update: action(&raw.on_update),
            deferrable: false,
            initially_deferred: false,
            at: None,
        }
    }

    /// Reads a key or an index: a list of columns, or a map.
    fn key(&mut self, node: &Node) -> Option<RawKey> {
        let columns = |node: &Node| Spanned { place: node.place.clone(), value: Some(Vec::new()) };
        if node.as_list().is_some() || node.as_text().is_some() {
            let names = self.names(node);
            let place = node.place.clone();
            let names = names.iter().map(|name| Spanned { place: place.clone(), value: Some(name.to_string()) });
            let columns = Spanned { value: Some(names.collect()), ..columns(node) };
            return Some(RawKey { columns: Some(columns), ..RawKey::default() });
        }
        read::<RawKey>(node, self.problems)
    }

    fn index(&mut self, raw: &RawKey) -> Index {
        let dialects = raw.dialects.iter().filter_map(Spanned::get).flatten();
        let dialects: Vec<Dialect> = dialects
            .filter_map(|dialect| word(Some(dialect), Dialect::WORDS, self.problems))
            .filter_map(Dialect::of_name)
            .collect();
        let part = |text: Arc<str>| {
            if text.contains('(') { IndexPart::Expression(text) } else { IndexPart::Column(text) }
        };
        Index {
            unusual: Vec::new(),
            name: text(raw.name.as_ref()),
            parts: texts(raw.columns.as_ref()).into_iter().map(part).collect(),
            unique: raw.unique.unwrap_or_default(),
            where_: text(raw.where_.as_ref()),
            method: text(raw.method.as_ref()),
            include: texts(raw.include.as_ref()),
            dialects,
            at: place(raw.at.as_ref()),
        }
    }

    fn unknown(&mut self, raw: &Spanned<RawUnknown>) {
        let Some(raw) = raw.get() else { return };
        const PARTS: &[&str] = &["tables", "columns", "constraints", "indexes", "enums", "views"];
        let part = match word(raw.part.as_ref(), PARTS, self.problems) {
            Some("columns") => Part::Columns,
            Some("constraints") => Part::Constraints,
            Some("indexes") => Part::Indexes,
            Some("enums") => Part::Enums,
            Some("views") => Part::Views,
            _ => Part::Tables,
        };
        self.schema.unknown.push(SchemaUnknown {
            what: text(raw.what.as_ref()).unwrap_or_default(),
            part,
            table: text(raw.table.as_ref()).map(|name| object_name(&name)),
            at: place(raw.at.as_ref()),
        });
    }
}

fn text(field: Option<&Spanned<String>>) -> Option<Arc<str>> {
    field.and_then(Spanned::get).map(|text| Arc::from(text.as_str()))
}

fn texts(field: Option<&Spanned<Vec<Spanned<String>>>>) -> Vec<Arc<str>> {
    let items = field.and_then(Spanned::get).into_iter().flatten();
    items.filter_map(|item| text(Some(item))).collect()
}

/// Returns the one of the words that a field holds; any other is a fault.
fn word(
    field: Option<&Spanned<String>>,
    words: &'static [&'static str],
    problems: &mut Vec<Problem>,
) -> Option<&'static str> {
    let field = field?;
    let text = field.get()?;
    let found = words.iter().copied().find(|word| word == text);
    if found.is_none() {
        let problem = field.place.error(format!("`{text}` is not one of {}", words.join(", ")));
        problems.push(problem.suggest(closest(text, words.iter().copied())));
    }
    found
}

/// Reads `app/models.py:41`.
fn place(field: Option<&Spanned<String>>) -> Option<Location> {
    let text = field?.get()?;
    Some(match text.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse().ok()?))) {
        Some((path, line)) => Location::span(path, Span::at(line, 1)),
        None => Location::file(text.as_str()),
    })
}
