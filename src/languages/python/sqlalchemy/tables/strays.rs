//! What is attached to a table outside its declaration: `Index("ix", Model.name)`, `table.append_constraint(...)`.

use std::rc::Rc;

use super::Reader;
use super::columns::Setting;
use crate::languages::python::interpret::{Object, Value};
use crate::model::schema::Part;

impl<'a> Reader<'_, 'a> {
    pub(super) fn stray(&mut self, object: &Rc<Object<'a>>) {
        if self.taken.contains(&Rc::as_ptr(object)) {
            return;
        }
        match &object.callee {
            Value::External(path) if &**path == "sqlalchemy.Index" => {
                let expressions = object.arguments.get(1..).unwrap_or_default();
                let given = object.keyword("_table").and_then(|table| self.table_of(table));
                if let Some(table) = given.or_else(|| expressions.iter().find_map(|value| self.owner(value, 0))) {
                    self.take_items(table, std::slice::from_ref(object));
                }
            }
            Value::External(path)
                if matches!(
                    &**path,
                    "sqlalchemy.UniqueConstraint" | "sqlalchemy.PrimaryKeyConstraint" | "sqlalchemy.CheckConstraint"
                ) =>
            {
                if let Some(table) = object.arguments.iter().find_map(|value| self.owner(value, 0)) {
                    self.take_items(table, std::slice::from_ref(object));
                }
            }
            Value::Attribute(attribute) if &*attribute.name == "append_constraint" => {
                if let Some(table) = self.table_of(&attribute.of) {
                    match object.arguments.first() {
                        // Those that name a column are attached already.
                        Some(Value::Object(item)) if self.taken.contains(&Rc::as_ptr(item)) => {}
                        Some(Value::Object(item)) => self.take_items(table, std::slice::from_ref(item)),
                        _ => self.tables[table].doubts.push((
                            Part::Constraints,
                            "an appended constraint is computed".into(),
                            object.place,
                        )),
                    }
                }
            }
            Value::Attribute(attribute) if &*attribute.name == "append_column" => {
                let Some(table) = self.table_of(&attribute.of) else { return };
                let map = Vec::new();
                let column = object.arguments.first().and_then(|value| self.column_object(value));
                let setting = Setting { attribute: None, annotation: None, map: &map, place: object.place };
                match column.map(|column| self.column(&column, &setting)) {
                    Some(Ok(column)) if object.condition.is_none() => self.tables[table].add_column(column),
                    _ => {
                        let reason =
                            object.condition.clone().unwrap_or_else(|| "an appended column is computed".into());
                        self.tables[table].doubts.push((Part::Columns, reason, object.place));
                    }
                }
            }
            // Tables that the database tells: nobody knows which.
            Value::Attribute(attribute) if &*attribute.name == "prepare" || &*attribute.name == "reflect" => {
                let automap = match &attribute.of {
                    Value::Object(base) => base.callee.path().is_some_and(|path| path.ends_with("automap_base")),
                    Value::Attribute(inner) => &*inner.name == "metadata",
                    _ => false,
                };
                if automap {
                    self.doubt(Part::Tables, "tables come from the database", object.place);
                }
            }
            _ => {}
        }
    }

    /// Returns the table that an expression of an index or constraint belongs to.
    fn owner(&self, value: &Value<'a>, depth: u32) -> Option<usize> {
        if depth > 16 {
            return None;
        }
        match value {
            Value::Attribute(attribute) => {
                if let Value::Attribute(inner) = &attribute.of
                    && matches!(&*inner.name, "c" | "columns")
                {
                    return self.table_of(&inner.of);
                }
                if let Value::Class(_) = &attribute.of {
                    return self.table_of(&attribute.of);
                }
                self.owner(&attribute.of, depth + 1)
            }
            Value::Subscript(subscript) => match &subscript.0 {
                Value::Attribute(inner) if matches!(&*inner.name, "c" | "columns") => self.table_of(&inner.of),
                of => self.owner(of, depth + 1),
            },
            Value::Operation(operation) => operation.operands.iter().find_map(|operand| self.owner(operand, depth + 1)),
            Value::Object(object) => {
                if let Some(column) = self.column_object(value) {
                    return self.tables.iter().position(|table| {
                        table.columns.iter().any(|own| own.object.as_ref().is_some_and(|own| Rc::ptr_eq(own, &column)))
                    });
                }
                let inner = match &object.callee {
                    Value::Attribute(attribute) => self.owner(&attribute.of, depth + 1),
                    _ => None,
                };
                inner.or_else(|| object.arguments.iter().find_map(|argument| self.owner(argument, depth + 1)))
            }
            _ => None,
        }
    }
}
