//! `create_index`, `drop_index`.

use std::rc::Rc;
use std::sync::Arc;

use super::{Directive, name_of};
use crate::languages::python::interpret::{Interpreter, Keywords, Object, Value};
use crate::languages::python::migrations::machine::{Details, Machine};
use crate::languages::python::migrations::objects;
use crate::languages::python::sqlalchemy::Reader;
use crate::model::Known;
use crate::model::operation::Action;
use crate::model::schema::{Dialect, Index, IndexPart, ObjectName, Part};

impl<'a> Machine<'_, 'a> {
    pub(super) fn create_index(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>) {
        let arguments =
            directive.arguments(&["index_name", "table_name", "columns", "schema"], &["index_name", "columns"]);
        let table = directive.table(&arguments, "table_name", "schema");
        let place = directive.place();
        let details = Details {
            if_not_exists: arguments.flag("if_not_exists"),
            concurrently: arguments.flag("postgresql_concurrently") && self.dialect == Dialect::Postgresql,
            ..Details::default()
        };
        let columns = match arguments.get("columns") {
            Some(columns) if columns.as_text().is_some() => vec![columns.clone()],
            Some(columns) => match interpreter.iterate(columns) {
                Some(elements) => elements,
                None => vec![Value::unknown(columns.reason().map_or("the columns are computed", |reason| reason))],
            },
            None => vec![Value::unknown("the columns are not given")],
        };
        let mut parts = vec![arguments.get("index_name").cloned().unwrap_or(Value::None)];
        parts.extend(columns);
        let item = Object::outside("sqlalchemy.Index", parts, arguments.keywords().clone(), place);
        self.make_index(interpreter, table, &item, details);
    }

    /// Makes the index that a call to `Index(...)` describes.
    pub fn make_index(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        table: Known<ObjectName>,
        item: &Rc<Object<'a>>,
        mut details: Details,
    ) {
        let place = item.place;
        let metadata = self.metadata(interpreter, place);
        let mut single = self.aside(interpreter, || objects::hanging(interpreter, &table, &metadata, item));
        details.unknown.extend(objects::doubts(std::mem::take(&mut single.unknown)));
        let mut index = match single.table.indexes.pop() {
            Some(index) => index,
            None => {
                if details.unknown.is_empty() {
                    details.doubt(Part::Indexes, "the index is computed");
                }
                let unique = item.keyword("unique").is_some_and(|unique| unique.truth() == Some(true));
                Index { unique, name: item.arguments.first().and_then(Value::as_text), ..Index::default() }
            }
        };
        if let Some(name) = item.arguments.first()
            && let Known::No(reason) = name_of(Some(name), "index_name")
        {
            details.doubt(Part::Indexes, reason);
        }
        self.for_dialect(interpreter, &item.keywords, &mut index);
        self.emit(interpreter, place, Action::CreateIndex { table, index: Box::new(index) }, details);
    }

    /// Keeps of the options for several databases those of the one at hand.
    fn for_dialect(&self, interpreter: &Interpreter<'_, 'a>, keywords: &Keywords<'a>, index: &mut Index) {
        let own = |name: &str| {
            let name = format!("{}_{name}", self.dialect.name());
            let value = keywords.iter().find(|(own, _)| **own == *name).map(|(_, value)| value);
            value.filter(|value| !matches!(value, Value::None))
        };
        // A plain string is SQL here, not a literal.
        let source = |value: &Value<'a>| match value.as_text() {
            Some(text) => Some(text),
            None => self.sql_of(interpreter, value),
        };
        match own("where") {
            None => index.where_ = None,
            Some(value) => {
                if let Some(condition) = source(value) {
                    index.where_ = Some(condition);
                }
            }
        }
        index.method = own("using").and_then(Value::as_text).map(|method| method.to_lowercase().into());
        if index.method.as_deref() == Some("btree") {
            index.method = None;
        }
        if self.dialect == Dialect::Mysql
            && let Some(prefix) = own("prefix").and_then(Value::as_text)
        {
            index.method = Some(prefix.to_lowercase().into());
        }
        if own("include").is_none() {
            index.include.clear();
        }
        // Operator classes of their own.
        if let Some(Value::Dict(classes)) = own("ops") {
            for (column, _) in classes.borrow().iter() {
                let column = column.as_text();
                let at = index.parts.iter().position(|part| Some(part.text()) == column.as_ref());
                if let Some(at) = at
                    && !index.unusual.contains(&at)
                {
                    index.unusual.push(at);
                }
            }
            index.unusual.sort_unstable();
        }
        if self.dialect == Dialect::Mysql
            && let Some(length) = own("length")
        {
            for part in &mut index.parts {
                let IndexPart::Column(name) = part else { continue };
                let length = match length {
                    Value::Dict(lengths) => lengths
                        .borrow()
                        .iter()
                        .find(|(column, _)| column.as_text().as_ref() == Some(name))
                        .and_then(|(_, length)| length.as_int()),
                    length => length.as_int(),
                };
                if let Some(length) = length.and_then(|length| u32::try_from(length).ok()) {
                    *part = IndexPart::Prefix(name.clone(), length);
                }
            }
        }
    }

    pub(super) fn drop_index(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>) {
        let arguments = directive.arguments(&["index_name", "table_name", "schema"], &["index_name"]);
        let place = directive.place();
        let table = match directive.batch {
            Some(_) => Some(directive.table(&arguments, "table_name", "schema")),
            None => arguments.given("table_name").map(|_| arguments.object("table_name", "schema")),
        };
        let mut details = Details {
            if_exists: arguments.flag("if_exists"),
            concurrently: arguments.flag("postgresql_concurrently") && self.dialect == Dialect::Postgresql,
            ..Details::default()
        };
        let schema = match arguments.optional_text("schema") {
            Known::Yes(schema) => schema,
            Known::No(reason) => {
                details.doubt(Part::Indexes, reason);
                None
            }
        };
        let schema = schema.or_else(|| table.as_ref()?.as_known()?.schema.clone());
        let index = self.given_name(interpreter, directive, "ix", arguments.get("index_name"));
        self.emit(interpreter, place, Action::DropIndex { index, schema, table, cascade: false }, details);
    }

    /// Returns the name of something that is there, as the naming convention makes it.
    pub(super) fn given_name(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        directive: &Directive<'_, 'a>,
        kind: &'static str,
        value: Option<&Value<'a>>,
    ) -> Known<Arc<str>> {
        match name_of(value, "the name") {
            Known::Yes(Some(plain)) => {
                let arguments = directive.arguments(&["_", "table_name"], &[]);
                let table = directive.table(&arguments, "table_name", "schema");
                let table = table.as_known().cloned().unwrap_or_else(|| ObjectName::new(objects::NAMELESS));
                let (place, value) = (directive.place(), value.cloned().unwrap_or(Value::None));
                let metadata = self.metadata(interpreter, place);
                let name = self.aside(interpreter, || {
                    Reader::hanging(interpreter, table, &metadata, place).given_name(kind, &value)
                });
                Known::Yes(name.unwrap_or(plain))
            }
            Known::Yes(None) => Known::No("no name is given".into()),
            Known::No(reason) => Known::No(reason),
        }
    }
}
