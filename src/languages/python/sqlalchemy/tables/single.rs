//! One table by itself, as a migration describes it: all of it in `create_table`, or just what hangs on it.

use std::rc::Rc;
use std::sync::Arc;

use super::conventions::Naming;
use super::{Draft, Reader};
use crate::languages::python::interpret::{Interpreter, Object, Place, Value};
use crate::model::Known;
use crate::model::schema::{ForeignKey, ObjectName, Schema, SchemaUnknown, Table, Type};

/// A table by itself.
pub struct Single<'a> {
    pub table: Table,
    /// What may be incomplete.
    pub unknown: Vec<SchemaUnknown>,
    /// The types of its columns as written, in the order of the call.
    pub types: Vec<Value<'a>>,
}

impl<'i, 'a> Reader<'i, 'a> {
    /// Reads the table that a call to `Table(...)` describes, whatever else is known of it.
    pub fn single(interpreter: &'i Interpreter<'i, 'a>, table: &Rc<Object<'a>>) -> Single<'a> {
        let mut reader = Self::new(interpreter);
        let columns = table.arguments.iter().filter_map(|argument| reader.column_object(argument));
        let types = columns.filter_map(|column| super::columns::type_argument(&column)).collect();
        reader.plain_table(table);
        let mut schema = reader.finish(None);
        let table = schema.tables.pop_first().map(|(_, table)| table);
        Single { table: table.unwrap_or_default(), unknown: schema.unknown, types }
    }

    /// Returns a reader of what hangs on a table whose columns are not known.
    pub fn hanging(interpreter: &'i Interpreter<'i, 'a>, name: ObjectName, metadata: &Value<'a>, place: Place) -> Self {
        let mut reader = Self::new(interpreter);
        let metadata = reader.metadata(metadata);
        reader.tables.push(Draft::new(name, metadata, place));
        reader
    }

    /// Returns the table with the index or constraint that a call makes, and what about it is not known.
    pub fn hang(mut self, item: &Rc<Object<'a>>) -> Single<'a> {
        self.take_items(0, std::slice::from_ref(item));
        let keys: Vec<ForeignKey> = self.resolve_foreign_keys().into_iter().flatten().collect();
        let draft = self.tables.swap_remove(0);
        let doubt =
            |(part, what, place)| SchemaUnknown { what, part, table: None, at: Some(self.interpreter.location(place)) };
        let table = Table {
            primary_key: draft.key,
            foreign_keys: keys,
            uniques: draft.uniques,
            indexes: draft.indexes,
            checks: draft.checks,
            ..Table::default()
        };
        let unknown = draft.doubts.into_iter().map(doubt).collect();
        Single { table, unknown, types: Vec::new() }
    }

    /// Reads all declared tables of the metadata that a value is or has, or whose table it is; with the name of that one.
    pub fn declaration(interpreter: &'i Interpreter<'i, 'a>, of: &Value<'a>) -> Option<(Schema, Option<ObjectName>)> {
        let mut reader = Self::new(interpreter);
        reader.read();
        if let Some(table) = reader.table_of(of) {
            let name = reader.tables[table].name.clone();
            let identity = reader.tables[table].metadata.identity.clone();
            return Some((reader.finish(Some(&[identity])), Some(name)));
        }
        let identity = reader.metadata(of).identity.clone();
        if !identity.is_certain() {
            return None;
        }
        Some((reader.finish(Some(&[identity])), None))
    }

    /// Returns the name that a constraint or index given as `value` has, by the naming convention.
    pub fn given_name(&self, kind: &'static str, value: &Value<'a>) -> Option<Arc<str>> {
        let naming = Naming::of(kind, Some(value));
        self.name(&self.tables[0], &naming, &[], None).or(naming.given)
    }

    /// Returns the type that a value stands for.
    pub fn type_of(interpreter: &'i Interpreter<'i, 'a>, value: &Value<'a>) -> Known<Type> {
        match Self::new(interpreter).types.read(value) {
            Ok(ty) => Known::Yes(ty),
            Err(reason) => Known::No(reason),
        }
    }

    /// Returns an enum type as written, by its name: labels that are not known have a reason.
    pub fn enum_of(
        interpreter: &'i Interpreter<'i, 'a>,
        value: &Value<'a>,
    ) -> (Known<Type>, Option<(ObjectName, Arc<str>)>) {
        let reader = Self::new(interpreter);
        let ty = reader.types.read(value);
        let unknown = reader.types.unknown_enums.take().into_iter().next().map(|(name, (reason, _))| (name, reason));
        (ty.map_or_else(Known::No, Known::Yes), unknown)
    }
}
