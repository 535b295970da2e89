//! Rows of the catalogue and texts of CREATE statements become a schema.

use std::collections::HashMap;
use std::sync::Arc;

use super::catalogue::{ColumnRow, ForeignRow, IndexRow, Listed, Object, Rows};
use super::text::{self, TableText};
use super::unknown;
use crate::model::Known;
use crate::model::schema::{
    Check, Column, Dialect, ForeignKey, Generated, Identity, Index, IndexPart, Key, ObjectName, Origin, Part, Schema,
    SchemaUnknown, Table, Type, View,
};

/// Returns the schema that the rows describe.
pub(super) fn schema(name: &str, rows: Rows) -> Schema {
    let catalogue = Catalogue::new(&rows);
    let mut schema = Schema::empty(name, Origin::Database, Some(Dialect::Sqlite));
    schema.server = Some(rows.version.as_str().into());
    for listed in &rows.tables {
        let name = ObjectName::new(listed.name.as_str());
        if listed.kind == "view" {
            let view = catalogue.view(&name, &mut schema.unknown);
            schema.views.insert(name, view);
        } else {
            let table = catalogue.table(&name, listed, &mut schema.unknown);
            schema.tables.insert(name, table);
        }
    }
    schema
}

/// The rows, by the table that they belong to.
struct Catalogue<'a> {
    objects: HashMap<(&'a str, &'a str), &'a Object>,
    /// By the name in lower case: SQLite does not care about case.
    names: HashMap<String, &'a str>,
    columns: HashMap<&'a str, Vec<&'a ColumnRow>>,
    broken: &'a HashMap<String, String>,
    indexes: HashMap<&'a str, Vec<&'a IndexRow>>,
    foreign_keys: HashMap<&'a str, Vec<&'a ForeignRow>>,
}

impl<'a> Catalogue<'a> {
    fn new(rows: &'a Rows) -> Self {
        fn group<'a, R>(rows: &'a [R], table: impl Fn(&'a R) -> &'a str) -> HashMap<&'a str, Vec<&'a R>> {
            let mut groups: HashMap<&str, Vec<&R>> = HashMap::new();
            for row in rows {
                groups.entry(table(row)).or_default().push(row);
            }
            groups
        }
        Self {
            objects: rows.objects.iter().map(|object| ((&*object.kind, &*object.name), object)).collect(),
            names: rows.tables.iter().map(|listed| (listed.name.to_ascii_lowercase(), &*listed.name)).collect(),
            columns: group(&rows.columns, |row| &row.table),
            broken: &rows.broken,
            indexes: group(&rows.indexes, |row| &row.table),
            foreign_keys: group(&rows.foreign_keys, |row| &row.table),
        }
    }

    fn sql(&self, kind: &str, name: &str) -> Option<&'a str> {
        self.objects.get(&(kind, name)).map(|object| &*object.sql)
    }

    fn columns_of(&self, table: &str) -> &[&'a ColumnRow] {
        self.columns.get(table).map_or(&[], Vec::as_slice)
    }

    /// Says that the columns of a view or virtual table are not known, if so.
    fn doubt_columns(&self, name: &ObjectName, doubts: &mut Vec<SchemaUnknown>) {
        if let Some(why) = self.broken.get(&*name.name) {
            doubts.push(unknown(
                format!("the columns of {} cannot be told: {why}", name.name),
                Part::Columns,
                Some(name),
            ));
        }
    }

    fn view(&self, name: &ObjectName, doubts: &mut Vec<SchemaUnknown>) -> View {
        self.doubt_columns(name, doubts);
        let definition = self.sql("view", &name.name).map(|sql| text::view(sql).unwrap_or(sql));
        let columns = self.columns_of(&name.name).iter().map(|column| column.name.as_str().into()).collect();
        View { columns, definition: definition.map(Arc::from), ..View::default() }
    }

    fn table(&self, name: &ObjectName, listed: &'a Listed, doubts: &mut Vec<SchemaUnknown>) -> Table {
        // Columns that a virtual table hides are its own affair.
        let rows: Vec<&ColumnRow> = self.columns_of(&name.name).iter().copied().filter(|row| row.hidden != 1).collect();
        if listed.kind == "virtual" {
            self.doubt_columns(name, doubts);
            let columns = rows.iter().map(|row| plain_column(row)).collect();
            return Table { columns, foreign: true, ..Table::default() };
        }
        let text = self.sql("table", &name.name).and_then(text::table).filter(|text| {
            text.columns.len() == rows.len() && text.columns.iter().zip(&rows).all(|(text, row)| text.name == row.name)
        });
        if text.is_none() {
            let what = "the text of CREATE TABLE cannot be read: names of constraints, checks, collations and \
                        generated expressions are not known";
            doubts.push(unknown(what, Part::Constraints, Some(name)));
        }
        let text = text.unwrap_or_default();
        let indexes = self.indexes.get(&*name.name).map_or(&[][..], Vec::as_slice);
        let primary_key = primary_key(&rows, &text);
        let alone = primary_key.as_ref().filter(|key| key.columns.len() == 1).map(|key| key.columns[0].clone());
        // The column that is the number of the row needs no index and holds no null, whatever the catalogue says.
        let alias = alone.filter(|key| {
            let has_index = indexes.iter().any(|row| row.origin == "pk");
            let is_integer = |row: &&ColumnRow| row.name == **key && row.ty.eq_ignore_ascii_case("INTEGER");
            !has_index && !listed.without_rowid && rows.iter().any(is_integer)
        });
        let mut columns: Vec<Column> = rows.iter().map(|row| plain_column(row)).collect();
        for (index, (column, row)) in columns.iter_mut().zip(&rows).enumerate() {
            if alias.as_ref() == Some(&column.name) || listed.without_rowid && row.key > 0 {
                column.nullable = Known::Yes(false);
            }
            let stored = row.hidden == 3;
            if let Some(text) = text.columns.get(index) {
                let collation = text.collation.as_deref().filter(|name| !name.eq_ignore_ascii_case("BINARY"));
                column.collation = collation.map(Arc::from);
                column.identity = text.autoincrement.then_some(Identity::AutoIncrement);
                let expression = text.generated.as_deref().filter(|_| row.hidden >= 2);
                column.generated = expression.map(|text| Generated { expression: text.into(), stored });
            } else if row.hidden >= 2 {
                column.default = Known::No("the expression of the generated column cannot be read".into());
                column.generated = Some(Generated { expression: "".into(), stored });
            }
        }
        let mut uniques = Vec::new();
        let mut others = Vec::new();
        for parts in indexes.chunk_by(|left, right| left.index == right.index) {
            match parts[0].origin.as_str() {
                "pk" => {}
                "u" => uniques.push(unique(parts, &text)),
                _ => others.push(self.index(name, parts, doubts)),
            }
        }
        // One index serves the primary key and a unique constraint on the same columns: only the text names both.
        let same = |key: &&text::KeyText| {
            let primary = primary_key.as_ref().map_or(&[][..], |key| &key.columns);
            key.columns.len() == primary.len()
                && key.columns.iter().zip(primary).all(|(text, column)| text.eq_ignore_ascii_case(column))
        };
        if let Some(key) = text.uniques.iter().find(same)
            && let Some(primary) =
                primary_key.as_ref().filter(|key| !uniques.iter().any(|one| one.columns == key.columns))
        {
            let name = key.name.as_deref().map(Arc::from);
            uniques.push(Key { name, columns: primary.columns.clone(), ..Key::default() });
        }
        uniques.sort_by(|left, right| (&left.name, &left.columns).cmp(&(&right.name, &right.columns)));
        others.sort_by(|left, right| left.name.cmp(&right.name));
        let checks = text.checks.iter().map(|(name, sql)| Check {
            name: name.as_deref().map(Arc::from),
            sql: sql.as_str().into(),
            at: None,
        });
        Table {
            columns,
            primary_key,
            foreign_keys: self.foreign_keys(name, &text, doubts),
            uniques,
            indexes: others,
            checks: checks.collect(),
            ..Table::default()
        }
    }

    fn index(&self, table: &ObjectName, rows: &[&'a IndexRow], doubts: &mut Vec<SchemaUnknown>) -> Index {
        let name = rows[0].index.as_str();
        let text = self.sql("index", name).and_then(text::index).filter(|text| text.parts.len() == rows.len());
        if text.is_none() && rows.iter().any(|row| row.partial || row.column.is_none()) {
            let what = format!("the text of CREATE INDEX {name} cannot be read");
            doubts.push(unknown(what, Part::Indexes, Some(table)));
        }
        let text = text.unwrap_or_default();
        let part = |row: &&IndexRow| {
            let written = usize::try_from(row.position).ok().and_then(|position| text.parts.get(position));
            match &row.column {
                Some(column) => IndexPart::Column(column.as_str().into()),
                None => IndexPart::Expression(written.map_or("", String::as_str).into()),
            }
        };
        Index {
            name: Some(name.into()),
            parts: rows.iter().map(part).collect(),
            unusual: (0..rows.len()).filter(|number| rows[*number].unusual).collect(),
            unique: rows[0].unique,
            where_: text.where_.filter(|_| rows[0].partial).map(Arc::from),
            ..Index::default()
        }
    }

    fn foreign_keys(&self, table: &ObjectName, text: &TableText, doubts: &mut Vec<SchemaUnknown>) -> Vec<ForeignKey> {
        let rows = self.foreign_keys.get(&*table.name).map_or(&[][..], Vec::as_slice);
        let groups: Vec<&[&ForeignRow]> = rows.chunk_by(|left, right| left.id == right.id).collect();
        let in_step = groups.len() == text.foreign_keys.len();
        let mut found = Vec::with_capacity(groups.len());
        for (index, rows) in groups.into_iter().enumerate() {
            let columns: Vec<Arc<str>> = rows.iter().map(|row| Arc::from(row.column.as_str())).collect();
            let written = text.foreign_keys.get(index).filter(|text| {
                let same = text.columns.iter().zip(&columns).all(|(text, column)| text.eq_ignore_ascii_case(column));
                in_step
                    && same
                    && text.columns.len() == columns.len()
                    && text.table.eq_ignore_ascii_case(&rows[0].other)
            });
            let other = self.names.get(&rows[0].other.to_ascii_lowercase()).copied().unwrap_or(&rows[0].other);
            let references = self.references(rows, other);
            if references.len() != columns.len() {
                let what = format!("a foreign key refers to {other}, whose primary key does not fit or is not there");
                doubts.push(unknown(what, Part::Constraints, Some(table)));
            }
            let action = |word: &str| (word != "NO ACTION").then(|| Arc::from(word));
            found.push(ForeignKey {
                name: written.and_then(|text| text.name.as_deref()).map(Arc::from),
                columns,
                table: ObjectName::new(other),
                references,
                on_delete: action(&rows[0].on_delete),
                on_update: action(&rows[0].on_update),
                deferrable: written.is_some_and(|text| text.deferrable),
                initially_deferred: written.is_some_and(|text| text.initially_deferred),
                at: None,
            });
        }
        found.sort_by(|left, right| (&left.name, &left.columns).cmp(&(&right.name, &right.columns)));
        found
    }

    /// Returns the columns that a foreign key points to: those that it names, or the primary key of the other table.
    /// Empty when they cannot be known.
    fn references(&self, rows: &[&ForeignRow], other: &str) -> Vec<Arc<str>> {
        let columns = self.columns_of(other);
        let spelled = |name: &str| {
            let column = columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
            Arc::from(column.map_or(name, |column| &column.name))
        };
        let named: Option<Vec<Arc<str>>> = rows.iter().map(|row| row.references.as_deref().map(spelled)).collect();
        named.unwrap_or_else(|| {
            let key = key_columns(columns);
            if key.len() == rows.len() { key } else { Vec::new() }
        })
    }
}

/// Returns the column as the catalogue alone has it.
fn plain_column(row: &ColumnRow) -> Column {
    let ty = Known::Yes(Type::parse(&row.ty, Dialect::Sqlite));
    let mut column = Column::new(row.name.as_str(), ty, Known::Yes(!row.not_null));
    column.default = Known::Yes(row.default.as_deref().map(Arc::from));
    column
}

/// Returns the columns of the primary key, in its order.
fn key_columns(columns: &[&ColumnRow]) -> Vec<Arc<str>> {
    let mut key: Vec<&&ColumnRow> = columns.iter().filter(|row| row.key > 0).collect();
    key.sort_by_key(|row| row.key);
    key.into_iter().map(|row| row.name.as_str().into()).collect()
}

fn primary_key(columns: &[&ColumnRow], text: &TableText) -> Option<Key> {
    let columns = key_columns(columns);
    let name = text.primary_key.as_ref().and_then(|key| key.name.as_deref());
    (!columns.is_empty()).then(|| Key { name: name.map(Arc::from), columns, ..Key::default() })
}

/// Returns a unique constraint; its name stands in the text alone.
fn unique(rows: &[&IndexRow], text: &TableText) -> Key {
    let columns: Vec<Arc<str>> = rows.iter().filter_map(|row| row.column.as_deref()).map(Arc::from).collect();
    let same = |key: &&text::KeyText| {
        let names = key.columns.iter().zip(&columns);
        key.columns.len() == columns.len() && names.clone().all(|(text, column)| text.eq_ignore_ascii_case(column))
    };
    // One index serves two constraints on the same columns.
    let name = text.uniques.iter().filter(same).find_map(|key| key.name.as_deref());
    Key { name: name.map(Arc::from), columns, ..Key::default() }
}
