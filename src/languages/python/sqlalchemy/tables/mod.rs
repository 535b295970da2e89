//! Tables: from mapped classes and `Table(...)` to a [`Schema`].

mod args;
mod bases;
mod columns;
mod constraints;
mod conventions;
mod declarative;
mod finish;
mod foreign;
mod indexes;
mod inherit;
mod metadata;
mod outside;
mod plain;
mod single;
mod sql;
mod sqlmodel;
mod strays;

use std::rc::Rc;
use std::sync::Arc;

pub use metadata::{Identity, Metadata};
pub use single::Single;

use rustc_hash::FxHashMap;

use super::types::Types;
use crate::languages::python::interpret::{Class, Interpreter, Object, Place, Value};
use crate::model::Known;
use crate::model::schema::Identity as Numbering;
use crate::model::schema::{Check, Generated, Index, Key, ObjectName, Part, SchemaUnknown, Type};

/// Reads tables.
pub struct Reader<'i, 'a> {
    pub interpreter: &'i Interpreter<'i, 'a>,
    pub types: Types<'i, 'a>,
    pub tables: Vec<Draft<'a>>,
    /// Tables by their metadata and name.
    by_name: FxHashMap<(Identity, ObjectName), usize>,
    /// Mapped classes.
    mapped: FxHashMap<*const Class<'a>, Mapped>,
    /// Tables made by `Table(...)`.
    by_object: FxHashMap<*const Object<'a>, usize>,
    /// Calls that a table has taken in: indexes and constraints among its arguments.
    taken: Vec<*const Object<'a>>,
    pub unknown: Vec<SchemaUnknown>,
}

/// A mapped class.
#[derive(Clone, Debug)]
struct Mapped {
    table: usize,
    /// Attributes and the names of their columns.
    attributes: Vec<(Arc<str>, Arc<str>)>,
}

/// A table that is being put together.
pub struct Draft<'a> {
    pub name: ObjectName,
    pub metadata: Rc<Metadata<'a>>,
    pub columns: Vec<ColumnDraft<'a>>,
    pub key: Option<Key>,
    pub foreign: Vec<foreign::ForeignDraft<'a>>,
    pub uniques: Vec<Key>,
    pub indexes: Vec<Index>,
    pub checks: Vec<Check>,
    pub comment: Option<Arc<str>>,
    pub place: Place,
    /// What may be incomplete, and why.
    pub doubts: Vec<(Part, Arc<str>, Place)>,
}

/// A column that is being put together.
#[derive(Clone)]
pub struct ColumnDraft<'a> {
    pub name: Arc<str>,
    /// The name by which constraints know it.
    pub key: Arc<str>,
    /// The attribute of the class that holds it.
    pub attribute: Option<Arc<str>>,
    /// The call that makes it.
    pub object: Option<Rc<Object<'a>>>,
    pub ty: ColumnType,
    pub nullable: Known<bool>,
    pub default: Known<Option<Arc<str>>>,
    pub primary_key: bool,
    pub unique: bool,
    pub index: bool,
    pub identity: Option<Numbering>,
    pub generated: Option<Generated>,
    pub comment: Option<Arc<str>>,
    pub collation: Option<Arc<str>>,
    /// `ForeignKey(...)` and other constraints among its arguments.
    pub items: Vec<Rc<Object<'a>>>,
    pub sort_order: i64,
    pub place: Place,
    /// What about it cannot be known.
    pub doubts: Vec<(Part, Arc<str>)>,
}

/// The type of a column that is being put together.
#[derive(Clone, Debug)]
pub enum ColumnType {
    Known(Type),
    Unknown(Arc<str>),
    /// That of the column which its foreign key points to.
    Borrowed,
}

impl<'i, 'a> Reader<'i, 'a> {
    pub fn new(interpreter: &'i Interpreter<'i, 'a>) -> Self {
        Self {
            interpreter,
            types: Types::new(interpreter),
            tables: Vec::new(),
            by_name: FxHashMap::default(),
            mapped: FxHashMap::default(),
            by_object: FxHashMap::default(),
            taken: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// Reads all tables that the modules declare.
    pub fn read(&mut self) {
        let objects = self.interpreter.objects();
        for object in &objects {
            if self.is_table(object) {
                self.plain_table(object);
            }
        }
        let classes = self.interpreter.classes();
        for class in &classes {
            self.mapped_class(class);
        }
        for object in &objects {
            self.stray(object);
        }
    }

    /// Notes that something about the schema as a whole cannot be known.
    fn doubt(&mut self, part: Part, what: impl Into<Arc<str>>, place: Place) {
        let at = Some(self.interpreter.location(place));
        self.unknown.push(SchemaUnknown { what: what.into(), part, table: None, at });
    }

    /// Adds a table; one of the same name in the same metadata is joined.
    fn add(&mut self, draft: Draft<'a>) -> usize {
        let key = (draft.metadata.identity.clone(), draft.name.clone());
        if let Some(index) = self.by_name.get(&key) {
            let index = *index;
            let known = &mut self.tables[index];
            if known.place != draft.place {
                let place = draft.place;
                known.doubts.push((Part::Columns, "the table is declared twice".into(), place));
            }
            return index;
        }
        self.tables.push(draft);
        self.by_name.insert(key, self.tables.len() - 1);
        self.tables.len() - 1
    }

    /// Returns the reason why a value is not what was expected.
    fn reason(&self, value: &Value<'a>, otherwise: &str) -> Arc<str> {
        value.reason().cloned().unwrap_or_else(|| otherwise.into())
    }
}

impl<'a> Draft<'a> {
    pub fn new(name: ObjectName, metadata: Rc<Metadata<'a>>, place: Place) -> Self {
        Self {
            name,
            metadata,
            columns: Vec::new(),
            key: None,
            foreign: Vec::new(),
            uniques: Vec::new(),
            indexes: Vec::new(),
            checks: Vec::new(),
            comment: None,
            place,
            doubts: Vec::new(),
        }
    }

    /// Returns the column with this key, name or attribute.
    pub fn column(&self, name: &str) -> Option<&ColumnDraft<'a>> {
        self.columns
            .iter()
            .find(|column| &*column.key == name)
            .or_else(|| self.columns.iter().find(|column| &*column.name == name))
            .or_else(|| self.columns.iter().find(|column| column.attribute.as_deref() == Some(name)))
    }

    /// Adds a column; one of the same name is replaced, as SQLAlchemy does.
    pub fn add_column(&mut self, column: ColumnDraft<'a>) {
        for (part, reason) in &column.doubts {
            self.doubts.push((*part, reason.clone(), column.place));
        }
        match self.columns.iter_mut().find(|own| own.name == column.name) {
            Some(own) => *own = column,
            None => self.columns.push(column),
        }
    }
}
