//! `__table_args__` and the arguments of `Table(...)`: constraints, indexes, options.

use std::rc::Rc;
use std::sync::Arc;

use super::Reader;
use crate::languages::python::interpret::{Object, Place, Value};
use crate::model::schema::Part;

/// The arguments of a table beside its columns.
#[derive(Default)]
pub struct TableArgs<'a> {
    pub items: Vec<Rc<Object<'a>>>,
    pub schema: Option<Arc<str>>,
    pub comment: Option<Arc<str>>,
    pub doubts: Vec<(Part, Arc<str>)>,
}

impl<'a> Reader<'_, 'a> {
    /// Takes `__table_args__` apart: a dict, or a tuple whose last element may be one.
    pub fn table_args(&self, value: &Value<'a>) -> TableArgs<'a> {
        let mut args = TableArgs::default();
        match value {
            Value::None => {}
            Value::Dict(entries) => self.options(&entries.borrow(), &mut args),
            Value::Tuple(_) | Value::List(_) => {
                for element in value.elements().unwrap_or_default() {
                    match &element {
                        Value::Dict(entries) => self.options(&entries.borrow(), &mut args),
                        Value::Object(object) => args.items.push(object.clone()),
                        Value::Tuple(_) => {
                            let inner = self.table_args(&element);
                            args.items.extend(inner.items);
                            args.doubts.extend(inner.doubts);
                        }
                        Value::None => {}
                        other => self.computed(other, &mut args),
                    }
                }
            }
            Value::Object(object) => args.items.push(object.clone()),
            other => self.computed(other, &mut args),
        }
        args
    }

    fn computed(&self, value: &Value<'a>, args: &mut TableArgs<'a>) {
        let reason = self.reason(value, "arguments of the table are computed");
        args.doubts.push((Part::Constraints, reason.clone()));
        args.doubts.push((Part::Indexes, reason));
    }

    fn options(&self, entries: &[(Value<'a>, Value<'a>)], args: &mut TableArgs<'a>) {
        for (key, value) in entries {
            match key.as_text().as_deref() {
                Some("schema") => match value {
                    Value::None => {}
                    value => match value.as_text() {
                        Some(schema) => args.schema = Some(schema),
                        None => {
                            args.doubts.push((Part::Tables, self.reason(value, "the schema of the table is computed")))
                        }
                    },
                },
                Some("comment") => args.comment = value.as_text(),
                _ => {}
            }
        }
    }

    /// Takes indexes and constraints into the table `index`.
    pub fn take_items(&mut self, index: usize, items: &[Rc<Object<'a>>]) {
        for item in items {
            self.take_item(index, item);
        }
    }

    fn take_item(&mut self, index: usize, item: &Rc<Object<'a>>) {
        self.taken.push(Rc::as_ptr(item));
        // `Index(...).ddl_if(dialect="postgresql")`.
        if let Value::Attribute(attribute) = &item.callee
            && &*attribute.name == "ddl_if"
            && let Value::Object(inner) = &attribute.of
        {
            let dialect = item.keyword("dialect").cloned();
            self.taken.push(Rc::as_ptr(inner));
            return self.take_conditional(index, inner, dialect.as_ref());
        }
        self.take_conditional(index, item, None);
    }

    fn take_conditional(&mut self, index: usize, item: &Rc<Object<'a>>, dialect: Option<&Value<'a>>) {
        let Some(path) = item.callee.path().cloned() else {
            return self.take_unknown(index, item, "what a call makes is not known");
        };
        if let Some(condition) = &item.condition {
            let part = if path.ends_with(".Index") { Part::Indexes } else { Part::Constraints };
            let place = item.place;
            self.tables[index].doubts.push((part, condition.clone(), place));
            return;
        }
        match &*path {
            "sqlalchemy.Index" => self.index(index, item, dialect),
            "sqlalchemy.UniqueConstraint" => self.unique(index, item),
            "sqlalchemy.PrimaryKeyConstraint" => self.primary_key(index, item),
            "sqlalchemy.CheckConstraint" => self.check(index, item),
            "sqlalchemy.ForeignKeyConstraint" => self.foreign_key(index, item),
            "sqlalchemy.dialects.postgresql.ExcludeConstraint" => {}
            path if path.starts_with("sqlalchemy.") => {}
            _ => self.take_unknown(index, item, "what another package makes is not known"),
        }
    }

    fn take_unknown(&mut self, index: usize, item: &Rc<Object<'a>>, reason: &str) {
        let what: Arc<str> = format!("{reason}: `{}`", self.interpreter.short(item.place)).into();
        let place: Place = item.place;
        let doubts = &mut self.tables[index].doubts;
        doubts.push((Part::Constraints, what.clone(), place));
        doubts.push((Part::Indexes, what, place));
    }
}
