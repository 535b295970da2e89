//! Unique constraints, primary keys and checks.

use std::rc::Rc;
use std::sync::Arc;

use super::Reader;
use super::conventions::Naming;
use super::foreign::ForeignDraft;
use crate::languages::python::interpret::{Object, Value};
use crate::model::Known;
use crate::model::schema::{Check, Key, Part};

impl<'a> Reader<'_, 'a> {
    /// Returns the names of the columns that the arguments of a constraint name.
    fn column_names(&self, index: usize, values: &[Value<'a>]) -> Result<Vec<Arc<str>>, Arc<str>> {
        values
            .iter()
            .map(|value| {
                let name = self.column_name(value, Some(&self.tables[index]));
                name.ok_or_else(|| self.reason(value, "a column of the constraint is computed"))
            })
            .collect()
    }

    fn doubt_constraint(&mut self, index: usize, item: &Object<'a>, reason: Arc<str>) {
        self.tables[index].doubts.push((Part::Constraints, reason, item.place));
    }

    pub(super) fn unique(&mut self, index: usize, item: &Rc<Object<'a>>) {
        match self.column_names(index, &item.arguments) {
            Ok(columns) => {
                let naming = Naming::of("uq", item.keyword("name"));
                let name = self.name(&self.tables[index], &naming, &columns, None);
                let at = Some(self.interpreter.location(item.place));
                self.tables[index].uniques.push(Key { name, columns, at, ..Key::default() });
            }
            Err(reason) => self.doubt_constraint(index, item, reason),
        }
    }

    pub(super) fn primary_key(&mut self, index: usize, item: &Rc<Object<'a>>) {
        match self.column_names(index, &item.arguments) {
            Ok(columns) => {
                let naming = Naming::of("pk", item.keyword("name"));
                let at = Some(self.interpreter.location(item.place));
                let table = &mut self.tables[index];
                let columns = if columns.is_empty() {
                    let primary = table.columns.iter().filter(|column| column.primary_key);
                    primary.map(|column| column.name.clone()).collect()
                } else {
                    columns
                };
                for column in &mut table.columns {
                    if columns.contains(&column.name) {
                        column.primary_key = true;
                        column.nullable = Known::Yes(false);
                    }
                }
                let name = self.name(&self.tables[index], &naming, &columns, None);
                self.tables[index].key = Some(Key { name, columns, at, ..Key::default() });
            }
            Err(reason) => self.doubt_constraint(index, item, reason),
        }
    }

    pub(super) fn check(&mut self, index: usize, item: &Rc<Object<'a>>) {
        let Some(condition) = item.argument(0, "sqltext") else { return };
        // A plain string is SQL here, not a literal.
        let sql = match condition {
            Value::Text(text) => Some(text.to_string()),
            value => self.sql(value, Some(&self.tables[index])),
        };
        match sql {
            Some(sql) => {
                let naming = Naming::of("ck", item.argument(1, "name"));
                let name = self.name(&self.tables[index], &naming, &[], None);
                let at = Some(self.interpreter.location(item.place));
                self.tables[index].checks.push(Check { name, sql: sql.trim().into(), at });
            }
            None => {
                let reason = self.reason(condition, "the condition of a check is computed");
                self.doubt_constraint(index, item, reason);
            }
        }
    }

    pub(super) fn foreign_key(&mut self, index: usize, item: &Rc<Object<'a>>) {
        let list = |position: usize, name: &str| item.argument(position, name).and_then(Value::elements);
        let (Some(columns), Some(targets)) = (list(0, "columns"), list(1, "refcolumns")) else {
            let reason = "the columns of a foreign key are computed".into();
            return self.doubt_constraint(index, item, reason);
        };
        match self.column_names(index, &columns) {
            Ok(columns) => {
                let draft = ForeignDraft::new(item, Naming::of("fk", item.argument(2, "name")), columns, targets);
                self.tables[index].foreign.push(draft);
            }
            Err(reason) => self.doubt_constraint(index, item, reason),
        }
    }
}
