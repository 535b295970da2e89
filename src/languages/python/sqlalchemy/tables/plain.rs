//! `Table("name", metadata, Column(...), ...)`.

use std::rc::Rc;

use super::columns::Setting;
use super::{Draft, Reader};
use crate::languages::python::interpret::{Object, Value};
use crate::model::schema::{ObjectName, Part};

impl<'a> Reader<'_, 'a> {
    /// Returns whether a call makes a table.
    pub(super) fn is_table(&self, object: &Object<'a>) -> bool {
        match &object.callee {
            Value::External(path) => &**path == "sqlalchemy.Table",
            Value::Attribute(attribute) if &*attribute.name == "Table" => {
                attribute.of.object().is_some_and(|database| self.interpreter.is_flask_database(database))
            }
            Value::Class(class) => {
                self.interpreter.derives_from(class, "sqlalchemy.Table")
                    && self.interpreter.find(class, "__new__").is_none()
            }
            _ => false,
        }
    }

    pub(super) fn plain_table(&mut self, object: &Rc<Object<'a>>) {
        let place = object.place;
        let Some(name) = object.argument(0, "name").and_then(Value::as_text) else {
            let reason = object.arguments.first().map_or_else(
                || "a table without a name".into(),
                |value| self.reason(value, "the name of a table is computed"),
            );
            return self.doubt(Part::Tables, reason, place);
        };
        let flask = matches!(&object.callee, Value::Attribute(_));
        let second = object.argument(1, "metadata").cloned();
        let (metadata, rest) = match (&object.callee, second) {
            // `db.Table("name", Column(...))` needs no metadata.
            (Value::Attribute(attribute), second) => match second {
                Some(value) if self.is_metadata(&value) => (self.metadata(&value), 2),
                _ => (self.metadata(&attribute.of), 1),
            },
            (_, Some(value)) => {
                if value.reason().is_some() && object.arguments.len() < 3 {
                    return;
                }
                (self.metadata(&value), 2)
            }
            (_, None) => return,
        };
        let rest = if object.keyword("metadata").is_some() && !flask { 1 } else { rest };
        let mut schema = metadata.schema.clone();
        let mut doubts = Vec::new();
        match object.keyword("schema") {
            None | Some(Value::None) => {}
            Some(Value::External(path)) if path.contains("BLANK_SCHEMA") || path.contains("RETAIN_SCHEMA") => {
                schema = None
            }
            Some(value) => match value.as_text() {
                Some(text) => schema = Some(text),
                None => doubts.push((Part::Tables, self.reason(value, "the schema of the table is computed"))),
            },
        }
        let mut draft = Draft::new(ObjectName { schema, name }, metadata, place);
        let mut items = Vec::new();
        let map = Vec::new();
        for argument in object.arguments.get(rest..).unwrap_or_default() {
            if let Some(column) = self.column_object(argument) {
                if let Some(condition) = &column.condition
                    && object.condition.as_ref() != Some(condition)
                {
                    draft.doubts.push((Part::Columns, condition.clone(), column.place));
                    continue;
                }
                let at = match argument {
                    Value::Object(outer) if matches!(outer.callee, Value::Class(_)) => outer.place,
                    _ => column.place,
                };
                let setting = Setting { attribute: None, annotation: None, map: &map, place: at };
                match self.column(&column, &setting) {
                    Ok(column) => draft.add_column(column),
                    Err(reason) => draft.doubts.push((Part::Columns, reason, column.place)),
                }
                continue;
            }
            match argument {
                Value::Object(item) => items.push(item.clone()),
                Value::None => {}
                other => {
                    let reason = self.reason(other, "an argument of the table is computed");
                    for part in [Part::Columns, Part::Constraints, Part::Indexes] {
                        draft.doubts.push((part, reason.clone(), place));
                    }
                }
            }
        }
        draft.comment = object.keyword("comment").and_then(Value::as_text);
        let reflected = object.keyword("autoload_with").is_some()
            || object.keyword("autoload").is_some_and(|value| value.truth() != Some(false));
        if reflected || object.open {
            let reason =
                if reflected { "its columns come from the database" } else { "arguments of the table are computed" };
            for part in [Part::Columns, Part::Constraints, Part::Indexes] {
                draft.doubts.push((part, reason.into(), place));
            }
        }
        if let Some(condition) = &object.condition {
            doubts.push((Part::Tables, condition.clone()));
        }
        draft.doubts.extend(doubts.into_iter().map(|(part, reason)| (part, reason, place)));
        // `Table("name", metadata)` alone asks for a table that is declared elsewhere.
        if draft.columns.is_empty() && draft.doubts.is_empty() {
            let key = (draft.metadata.identity.clone(), draft.name.clone());
            if let Some(index) = self.by_name.get(&key) {
                self.by_object.insert(Rc::as_ptr(object), *index);
            }
            return;
        }
        let table = self.add(draft);
        self.by_object.insert(Rc::as_ptr(object), table);
        self.take_items(table, &items);
    }

    fn is_metadata(&self, value: &Value<'a>) -> bool {
        match value {
            Value::Object(object) => object.calls(&["sqlalchemy.MetaData"]),
            Value::Attribute(attribute) => &*attribute.name == "metadata",
            Value::External(path) => path.ends_with("metadata"),
            _ => false,
        }
    }
}
