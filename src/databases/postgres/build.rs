//! Makes a schema of the catalogue's rows.

use std::collections::HashMap;
use std::sync::Arc;

use super::rows::{Catalogue, Column as ColumnRow, Constraint, Index as IndexRow, Section};
use super::types::{self, Types};
use crate::model::Known;
use crate::model::schema::{
    Check, Column, Dialect, ForeignKey, Generated, Identity, Index, IndexPart, Key, ObjectName, Origin, Part, Schema,
    SchemaUnknown, Table, View,
};

/// A table or view while its parts come in.
struct Relation {
    name: ObjectName,
    kind: u8,
    table: Table,
    /// The numbers of its columns, ascending, one for each of `table.columns`.
    numbers: Vec<i16>,
    definition: Option<Arc<str>>,
}

impl Relation {
    const fn is_view(&self) -> bool {
        matches!(self.kind, b'v' | b'm')
    }

    fn position(&self, number: i16) -> Option<usize> {
        self.numbers.binary_search(&number).ok()
    }

    fn column_name(&self, number: i16) -> Option<Arc<str>> {
        self.position(number).map(|position| self.table.columns[position].name.clone())
    }

    fn column_names(&self, numbers: &[i16]) -> Option<Vec<Arc<str>>> {
        numbers.iter().map(|&number| self.column_name(number)).collect()
    }
}

struct Builder {
    schema: Schema,
    /// The number of the default schema.
    default: u32,
    namespaces: HashMap<u32, Arc<str>>,
    relations: Vec<Relation>,
    /// By their number in the catalogue.
    by_oid: HashMap<u32, usize>,
}

/// Returns the schema that the rows describe.
pub(super) fn schema(name: &str, mut catalogue: Catalogue) -> Schema {
    let mut schema = Schema::empty(name, Origin::Database, Some(Dialect::Postgresql));
    schema.server = Some(std::mem::take(&mut catalogue.server).into());
    let mut builder = Builder {
        schema,
        default: catalogue.namespaces.first().map_or(0, |namespace| namespace.oid),
        namespaces: catalogue.namespaces.iter().map(|namespace| (namespace.oid, namespace.name.clone())).collect(),
        relations: Vec::with_capacity(catalogue.relations.len()),
        by_oid: HashMap::with_capacity(catalogue.relations.len()),
    };
    builder.relations(&catalogue);
    builder.columns(&mut catalogue);
    builder.defaults(&catalogue);
    builder.comments(&catalogue);
    builder.partitions(&catalogue);
    builder.constraints(&catalogue);
    builder.indexes(&catalogue);
    builder.definitions(&mut catalogue);
    builder.enums(&catalogue);
    builder.schema.extensions = catalogue.extensions.iter().map(|name| Arc::from(name.as_str())).collect();
    builder.schema.extensions.sort_unstable();
    builder.gaps(&catalogue);
    builder.finish()
}

impl Builder {
    fn name(&self, namespace: u32, namespace_name: &Arc<str>, name: &Arc<str>) -> ObjectName {
        name_in(self.default, namespace, namespace_name, name)
    }

    fn relation(&mut self, oid: u32) -> Option<&mut Relation> {
        self.by_oid.get(&oid).map(|&index| &mut self.relations[index])
    }

    fn doubt(&mut self, part: Part, table: Option<ObjectName>, what: impl Into<Arc<str>>) {
        self.schema.unknown.push(SchemaUnknown { what: what.into(), part, table, at: None });
    }

    fn relations(&mut self, catalogue: &Catalogue) {
        for row in &catalogue.relations {
            let Some(namespace) = self.namespaces.get(&row.namespace) else { continue };
            let name = self.name(row.namespace, namespace, &row.name);
            let table = Table { foreign: row.kind == b'f', ..Table::default() };
            self.by_oid.insert(row.oid, self.relations.len());
            let (numbers, definition) = (Vec::new(), None);
            self.relations.push(Relation { name, kind: row.kind, table, numbers, definition });
        }
    }

    fn columns(&mut self, catalogue: &mut Catalogue) {
        let default = self.default;
        let mut types =
            Types::new(&catalogue.types, |namespace, within, name| name_in(default, namespace, within, name));
        let collations: HashMap<u32, &Arc<str>> =
            catalogue.collations.iter().map(|collation| (collation.oid, &collation.name)).collect();
        catalogue.columns.sort_unstable_by_key(|column| (column.relation, column.number));
        let unread = catalogue.gaps.iter().find(|(section, _)| *section == Section::Defaults);
        let unread = unread.map(|(_, reason)| reason.clone());
        for row in &catalogue.columns {
            let Some(relation) = self.relation(row.relation) else { continue };
            let nullable = !row.not_null && !types.forbids_null(row);
            let mut column = Column::new(row.name.clone(), Known::Yes(types.of(row)), Known::Yes(nullable));
            column.default = match &unread {
                Some(reason) => Known::No(reason.clone()),
                None => Known::Yes(types.default(row)),
            };
            column.identity = identity(row);
            if row.generated != 0 {
                // The expression follows with the defaults.
                column.generated = Some(Generated { expression: "".into(), stored: row.generated == b's' });
            }
            if row.has_unusual_collation() && !types.implies_collation(row) {
                column.collation = collations.get(&row.collation).map(|&name| name.clone());
            }
            relation.table.columns.push(column);
            relation.numbers.push(row.number);
        }
    }

    fn defaults(&mut self, catalogue: &Catalogue) {
        for row in &catalogue.defaults {
            let Some(relation) = self.relation(row.relation) else { continue };
            let Some(position) = relation.position(row.column) else { continue };
            let column = &mut relation.table.columns[position];
            match (&row.expression, &mut column.generated) {
                (Some(expression), Some(generated)) => generated.expression = expression.clone(),
                (Some(expression), None) => column.default = Known::Yes(Some(expression.clone())),
                (None, _) => column.default = Known::No("it changed while it was read".into()),
            }
            if row.serial {
                column.identity = Some(Identity::Serial);
            }
        }
    }

    fn comments(&mut self, catalogue: &Catalogue) {
        for row in &catalogue.comments {
            let Some(relation) = self.relation(row.relation) else { continue };
            if row.column == 0 {
                relation.table.comment = Some(row.text.clone());
            } else if let Some(position) = i16::try_from(row.column).ok().and_then(|number| relation.position(number)) {
                relation.table.columns[position].comment = Some(row.text.clone());
            }
        }
    }

    /// Names the partitions of a table, those of its partitions included.
    fn partitions(&mut self, catalogue: &Catalogue) {
        let parents: HashMap<u32, u32> =
            catalogue.partitions.iter().map(|partition| (partition.oid, partition.parent)).collect();
        for row in &catalogue.partitions {
            let mut root = row.parent;
            while let Some(&parent) = parents.get(&root) {
                root = parent;
            }
            let name = self.name(row.namespace, &row.namespace_name, &row.name);
            let Some(relation) = self.relation(root) else { continue };
            let name = if name.schema == relation.name.schema { row.name.clone() } else { name.to_string().into() };
            relation.table.partitions.push(name);
        }
    }

    fn constraints(&mut self, catalogue: &Catalogue) {
        let mut outside: HashMap<u32, Relation> = HashMap::new();
        for row in &catalogue.outside {
            let target = outside.entry(row.relation).or_insert_with(|| Relation {
                name: name_in(self.default, row.namespace, &row.namespace_name, &row.table),
                kind: b'r',
                table: Table::default(),
                numbers: Vec::new(),
                definition: None,
            });
            let position = target.numbers.partition_point(|&number| number < row.number);
            target.numbers.insert(position, row.number);
            let reason = Known::No("not read".into());
            let column = Column { default: reason, ..named(row.name.clone()) };
            target.table.columns.insert(position, column);
        }
        for row in &catalogue.constraints {
            let Some(&index) = self.by_oid.get(&row.relation) else { continue };
            let foreign_key = (row.kind == b'f').then(|| {
                let here = self.by_oid.get(&row.target).map(|&target| &self.relations[target]);
                foreign_key(row, &self.relations[index], here.or_else(|| outside.get(&row.target))?)
            });
            let relation = &mut self.relations[index];
            let found = match foreign_key {
                Some(key) => key.map(|key| relation.table.foreign_keys.push(key)),
                None => constraint(row, relation),
            };
            if found.is_none() {
                let table = relation.name.clone();
                self.doubt(
                    Part::Constraints,
                    Some(table),
                    format!("constraint {} changed while it was read", row.name),
                );
            }
        }
    }

    fn indexes(&mut self, catalogue: &Catalogue) {
        for row in &catalogue.indexes {
            let Some(relation) = self.relation(row.relation) else { continue };
            match index(row, relation) {
                Some(index) => relation.table.indexes.push(index),
                None => {
                    let table = relation.name.clone();
                    self.doubt(Part::Indexes, Some(table), format!("index {} changed while it was read", row.name));
                }
            }
        }
    }

    fn definitions(&mut self, catalogue: &mut Catalogue) {
        for row in catalogue.views.drain(..) {
            let Some(relation) = self.relation(row.relation) else { continue };
            relation.definition = row.definition.map(|text| Arc::from(text.trim().trim_end_matches(';')));
        }
    }

    fn enums(&mut self, catalogue: &Catalogue) {
        for row in &catalogue.types {
            let Some(namespace) = self.namespaces.get(&row.namespace).filter(|_| !row.extension) else { continue };
            if let Some(found) = types::enumeration(row) {
                let name = self.name(row.namespace, namespace, &row.name);
                self.schema.enums.insert(name, found);
            }
        }
    }

    /// Says what could not be read.
    fn gaps(&mut self, catalogue: &Catalogue) {
        for (section, reason) in &catalogue.gaps {
            let (part, what) = match section {
                Section::Partitions => (Part::Tables, "partitions"),
                Section::Defaults => (Part::Columns, "defaults and generated columns"),
                Section::Comments => (Part::Columns, "comments"),
                Section::Constraints => (Part::Constraints, "constraints"),
                Section::Indexes => (Part::Indexes, "indexes"),
                Section::Views => (Part::Views, "definitions of views"),
                Section::Extensions => (Part::Tables, "extensions"),
                Section::Collations => (Part::Columns, "collations"),
                Section::Outside => (Part::Constraints, "tables of other schemas that foreign keys point to"),
            };
            self.doubt(part, None, format!("{what}: {reason}"));
        }
    }

    fn finish(mut self) -> Schema {
        for relation in self.relations {
            let is_view = relation.is_view();
            let mut table = relation.table;
            table.foreign_keys.sort_by(|a, b| (&a.name, &a.columns).cmp(&(&b.name, &b.columns)));
            table.uniques.sort_by(|a, b| (&a.name, &a.columns).cmp(&(&b.name, &b.columns)));
            table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
            table.checks.sort_by(|a, b| a.name.cmp(&b.name));
            table.partitions.sort_unstable();
            if is_view {
                let view = View {
                    materialized: relation.kind == b'm',
                    columns: table.columns.into_iter().map(|column| column.name).collect(),
                    definition: relation.definition,
                    indexes: table.indexes,
                    comment: table.comment,
                };
                self.schema.views.insert(relation.name, view);
            } else {
                self.schema.tables.insert(relation.name, table);
            }
        }
        self.schema.unknown.sort_by(|a, b| (&a.table, &a.what).cmp(&(&b.table, &b.what)));
        self.schema
    }
}

fn name_in(default: u32, namespace: u32, namespace_name: &Arc<str>, name: &Arc<str>) -> ObjectName {
    if namespace == default {
        ObjectName::new(name.clone())
    } else {
        ObjectName::within(namespace_name.clone(), name.clone())
    }
}

fn identity(row: &ColumnRow) -> Option<Identity> {
    match row.identity {
        b'a' => Some(Identity::Always),
        b'd' => Some(Identity::ByDefault),
        _ => None,
    }
}

/// Adds a primary key, unique or check to its table. Returns `None` when a column of it is gone.
fn constraint(row: &Constraint, relation: &mut Relation) -> Option<()> {
    let name = Some(row.name.clone());
    if row.kind == b'c' {
        let sql = without_parentheses(row.check.as_deref()?).into();
        relation.table.checks.push(Check { name, sql, at: None });
        return Some(());
    }
    let columns = relation.column_names(&row.columns)?;
    let key = Key { name, columns, nulls_not_distinct: row.nulls_not_distinct, at: None };
    match row.kind {
        b'p' => relation.table.primary_key = Some(key),
        _ => relation.table.uniques.push(key),
    }
    Some(())
}

fn foreign_key(row: &Constraint, relation: &Relation, target: &Relation) -> Option<ForeignKey> {
    Some(ForeignKey {
        name: Some(row.name.clone()),
        columns: relation.column_names(&row.columns)?,
        table: target.name.clone(),
        references: target.column_names(&row.references)?,
        on_delete: action(row.on_delete),
        on_update: action(row.on_update),
        deferrable: row.deferrable,
        initially_deferred: row.deferred,
        at: None,
    })
}

fn action(code: u8) -> Option<Arc<str>> {
    match code {
        b'r' => Some("RESTRICT".into()),
        b'c' => Some("CASCADE".into()),
        b'n' => Some("SET NULL".into()),
        b'd' => Some("SET DEFAULT".into()),
        _ => None,
    }
}

fn index(row: &IndexRow, relation: &Relation) -> Option<Index> {
    let (keys, carried) = row.columns.split_at_checked(row.keys)?;
    let part = |(position, &number): (usize, &i16)| match number {
        0 => {
            let expression = row.expressions.as_ref()?.get(position)?.as_deref()?;
            Some(IndexPart::Expression(expression.into()))
        }
        number => relation.column_name(number).map(IndexPart::Column),
    };
    let is_unusual = |key: &usize| row.classes || row.options.get(*key).copied().unwrap_or_default();
    Some(Index {
        name: Some(row.name.clone()),
        unusual: (0..row.keys).filter(is_unusual).collect(),
        parts: keys.iter().enumerate().map(part).collect::<Option<_>>()?,
        unique: row.unique,
        where_: row.predicate.as_deref().map(|predicate| without_parentheses(predicate).into()),
        method: (&*row.method != "btree").then(|| row.method.clone()),
        include: relation.column_names(carried)?,
        ..Index::default()
    })
}

/// Returns a condition without the parentheses that enclose all of it.
fn without_parentheses(condition: &str) -> &str {
    let trimmed = condition.trim();
    let Some(inner) = trimmed.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return trimmed };
    let (mut depth, mut quote) = (0_usize, None);
    for byte in inner.bytes() {
        match (quote, byte) {
            // A doubled quote closes and opens again.
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') if depth == 0 => return trimmed,
            (None, b')') => depth -= 1,
            (None, _) => {}
        }
    }
    inner
}

/// Returns a column of which the name alone is known.
fn named(name: Arc<str>) -> Column {
    let not_read = || Arc::from("not read");
    Column::new(name, Known::No(not_read()), Known::No(not_read()))
}

#[cfg(test)]
mod tests {
    use super::without_parentheses;

    #[test]
    fn parentheses_around_all_are_taken_away() {
        for (condition, expected) in [
            ("(a > 0)", "a > 0"),
            ("a > 0", "a > 0"),
            ("((a > 0) AND (b > 0))", "(a > 0) AND (b > 0)"),
            ("(a > 0) AND (b > 0)", "(a > 0) AND (b > 0)"),
            ("(a = ')'::text) OR (b = '('::text)", "(a = ')'::text) OR (b = '('::text)"),
            ("(a = 'it''s ) fine'::text)", "a = 'it''s ) fine'::text"),
            ("(\"odd ) name\" > 0)", "\"odd ) name\" > 0"),
            ("()", ""),
            ("(", "("),
            ("", ""),
        ] {
            assert_eq!(without_parentheses(condition), expected, "{condition}");
        }
    }
}
