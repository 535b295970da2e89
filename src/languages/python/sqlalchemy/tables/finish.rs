//! The last step: drafts to a [`Schema`].

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::conventions::Naming;
use super::metadata::Identity;
use super::{ColumnDraft, ColumnType, Draft, Reader};
use crate::model::Known;
use crate::model::schema::{
    Column, Enum, ForeignKey, Index, IndexPart, Key, Normal, ObjectName, Origin, Part, Schema, SchemaUnknown, Table,
    Type,
};

impl<'a> Reader<'_, 'a> {
    /// Returns the schema of the tables that belong to these metadata; `None` for all.
    pub fn finish(mut self, wanted: Option<&[Identity]>) -> Schema {
        for index in 0..self.tables.len() {
            self.flags(index);
        }
        let mut keys = self.resolve_foreign_keys();
        let mut schema = Schema::empty("models", Origin::Models, None);
        // Where two metadata have a table of one name, that of the larger one is meant.
        let mut sizes: FxHashMap<Identity, usize> = FxHashMap::default();
        for table in &self.tables {
            *sizes.entry(table.metadata.identity.clone()).or_default() += 1;
        }
        let tables = std::mem::take(&mut self.tables);
        let mut chosen: FxHashMap<ObjectName, usize> = FxHashMap::default();
        for (index, table) in tables.iter().enumerate() {
            // A table whose metadata cannot be told may be wanted.
            let identity = &table.metadata.identity;
            if wanted.is_some_and(|wanted| !wanted.contains(identity) && identity.is_certain()) {
                continue;
            }
            match chosen.get(&table.name) {
                Some(other) => {
                    let (mine, theirs) = (sizes[&table.metadata.identity], sizes[&tables[*other].metadata.identity]);
                    self.unknown.push(SchemaUnknown {
                        what: "several metadata have a table of this name".into(),
                        part: Part::Columns,
                        table: Some(table.name.clone()),
                        at: Some(self.interpreter.location(table.place)),
                    });
                    if mine > theirs {
                        chosen.insert(table.name.clone(), index);
                    }
                }
                None => {
                    chosen.insert(table.name.clone(), index);
                }
            }
        }
        for (index, draft) in tables.into_iter().enumerate() {
            if chosen.get(&draft.name) == Some(&index) {
                self.table(draft, std::mem::take(&mut keys[index]), &mut schema);
            }
        }
        for (name, (reason, at)) in self.types.unknown_enums.take() {
            let labels = Known::No(reason);
            schema.enums.entry(name).or_insert(Enum { labels, comment: None, at: Some(at) });
        }
        schema.unknown.extend(std::mem::take(&mut self.unknown));
        schema.unknown.sort_by(|one, two| (&one.at, &one.what, &one.table).cmp(&(&two.at, &two.what, &two.table)));
        schema.unknown.dedup();
        schema
    }

    /// Turns `index=True`, `unique=True` and `primary_key=True` into indexes and keys.
    fn flags(&mut self, table: usize) {
        let draft = &self.tables[table];
        let mut uniques = Vec::new();
        let mut indexes = Vec::new();
        let mut checks: Vec<(Rc<_>, usize)> = Vec::new();
        for column in &draft.columns {
            let at = Some(self.interpreter.location(column.place));
            let columns = [column.name.clone()];
            if column.index {
                let name = self.name(draft, &Naming::of("ix", None), &columns, None);
                let parts = vec![IndexPart::Column(column.name.clone())];
                indexes.push(Index { name, parts, unique: column.unique, at, ..Index::default() });
            } else if column.unique {
                let name = self.name(draft, &Naming::of("uq", None), &columns, None);
                uniques.push(Key { name, columns: columns.to_vec(), at, ..Key::default() });
            }
            for item in column.items.iter().filter(|item| item.calls(&["sqlalchemy.CheckConstraint"])) {
                checks.push((item.clone(), table));
            }
        }
        let primary: Vec<Arc<str>> =
            draft.columns.iter().filter(|column| column.primary_key).map(|column| column.name.clone()).collect();
        let key = match &draft.key {
            None if !primary.is_empty() => {
                let name = self.name(draft, &Naming::of("pk", None), &primary, None);
                Some(Key { name, columns: primary, at: Some(self.interpreter.location(draft.place)), ..Key::default() })
            }
            key => key.clone(),
        };
        for (item, table) in checks {
            self.check(table, &item);
        }
        let draft = &mut self.tables[table];
        draft.key = key;
        draft.uniques.extend(uniques);
        for index in indexes {
            if !draft.indexes.iter().any(|own| own.name == index.name && own.name.is_some()) {
                draft.indexes.push(index);
            }
        }
    }

    fn table(&self, draft: Draft<'a>, keys: Vec<ForeignKey>, schema: &mut Schema) {
        let mut doubts = Vec::new();
        for (part, what, place) in &draft.doubts {
            doubts.push(SchemaUnknown {
                what: what.clone(),
                part: *part,
                table: Some(draft.name.clone()),
                at: Some(self.interpreter.location(*place)),
            });
        }
        schema.unknown.extend(doubts);
        let columns: Vec<Column> = draft.columns.into_iter().map(|column| self.finished(column)).collect();
        for column in &columns {
            if let Known::Yes(ty) = &column.ty {
                self.enums(ty, column, schema);
            }
        }
        let mut uniques = draft.uniques;
        uniques.sort_by(|one, two| (&one.name, &one.columns).cmp(&(&two.name, &two.columns)));
        let mut indexes = draft.indexes;
        indexes.sort_by(|one, two| one.name.cmp(&two.name));
        let table = Table {
            columns,
            primary_key: draft.key,
            foreign_keys: keys,
            uniques,
            indexes,
            checks: draft.checks,
            comment: draft.comment,
            partitions: Vec::new(),
            at: Some(self.interpreter.location(draft.place)),
            ..Table::default()
        };
        schema.tables.insert(draft.name, table);
    }

    fn finished(&self, draft: ColumnDraft<'a>) -> Column {
        let ty = match draft.ty {
            ColumnType::Known(ty) => Known::Yes(ty),
            ColumnType::Unknown(reason) => Known::No(reason),
            ColumnType::Borrowed => Known::No("the column that its foreign key points to is not known".into()),
        };
        Column {
            name: draft.name,
            ty,
            nullable: draft.nullable,
            default: draft.default,
            identity: draft.identity,
            generated: draft.generated,
            comment: draft.comment,
            collation: draft.collation,
            at: Some(self.interpreter.location(draft.place)),
        }
    }

    /// Lists the enums with a name that a type uses.
    fn enums(&self, ty: &Type, column: &Column, schema: &mut Schema) {
        for normal in std::iter::once(&ty.normal).chain(ty.variants.iter().map(|(_, normal)| normal)) {
            let mut normal = normal;
            while let Normal::Array(item) = normal {
                normal = item;
            }
            let Normal::Enum { name: Some(name), labels } = normal else { continue };
            let at = self.types.enum_places.borrow().get(name).cloned().or_else(|| column.at.clone());
            let labels = labels.to_vec();
            match schema.enums.get(name) {
                Some(known) if known.labels.as_known().is_some_and(|known| *known != labels) => {
                    let what = "two enums of this name have other labels".into();
                    schema.unknown.push(SchemaUnknown { what, part: Part::Enums, table: None, at });
                }
                Some(_) => {}
                None => {
                    schema.enums.insert(name.clone(), Enum { labels: Known::Yes(labels), comment: None, at });
                }
            }
        }
    }
}
