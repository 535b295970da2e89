//! Tables that are declared in code, and made from there: `Model.__table__.create(bind)`, `metadata.create_all(bind)`.

use std::collections::BTreeSet;

use super::machine::{Details, Machine};
use super::objects;
use crate::languages::python::interpret::{Call, Interpreter, Place, Value};
use crate::languages::python::sqlalchemy::Reader;
use crate::model::Known;
use crate::model::operation::{Action, CreateTable};
use crate::model::schema::{ObjectName, Table};

impl<'a> Machine<'_, 'a> {
    /// Makes the table that an object describes.
    pub fn declared_table(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        of: &Value<'a>,
        name: Option<Known<ObjectName>>,
        place: Place,
        details: Details,
    ) {
        let checked = details.if_not_exists;
        let details = Details { if_exists: false, ..details };
        if let Value::Object(object) = of
            && object.calls(&["sqlalchemy.Table"])
        {
            let name = name.unwrap_or_else(|| Known::No("the table is computed".into()));
            let at = crate::languages::python::interpret::Object::outside(
                "sqlalchemy.Table",
                object.arguments.clone(),
                object.keywords.clone(),
                place,
            );
            return self.make_table(interpreter, name, &at, details, checked);
        }
        let found = self.aside(interpreter, || Reader::declaration(interpreter, of));
        match found {
            Some((schema, Some(name))) if schema.tables.contains_key(&name) => {
                self.make_from(interpreter, schema, &[name], place, checked);
            }
            _ => {
                let why = of.reason().cloned().unwrap_or_else(|| "it is computed".into());
                self.unknown(interpreter, place, format!("a table that is not known: {why}"));
            }
        }
    }

    /// Makes or drops all tables of metadata.
    pub fn all_tables(&self, interpreter: &Interpreter<'_, 'a>, of: &Value<'a>, create: bool, call: &Call<'_, 'a>) {
        let keyword = |name: &str| call.keywords.iter().find(|(own, _)| &**own == name).map(|(_, value)| value);
        let checked = keyword("checkfirst").and_then(Value::truth) != Some(false);
        if let Some(tables) = keyword("tables").filter(|tables| !matches!(tables, Value::None)) {
            let Some(tables) = tables.elements() else {
                return self.unknown(interpreter, call.place, "tables that are computed");
            };
            let details = || Details { if_exists: checked, if_not_exists: checked, ..Details::default() };
            let mut named: Vec<Known<ObjectName>> = Vec::new();
            for table in tables {
                let name = objects::table_name(interpreter, &table);
                if create {
                    self.declared_table(interpreter, &table, name, call.place, details());
                } else {
                    named.push(name.unwrap_or_else(|| Known::No("the table is computed".into())));
                }
            }
            let known: Vec<ObjectName> = named.iter().filter_map(|name| name.as_known().cloned()).collect();
            let unknown = named.into_iter().filter(|name| name.as_known().is_none());
            for table in self.children_first(&known).into_iter().map(Known::Yes).chain(unknown) {
                self.emit(interpreter, call.place, Action::DropTable { table, cascade: false }, details());
            }
            return;
        }
        // Of metadata that another file declares nobody knows which models are imported.
        let own = interpreter.is_own(of);
        match self.aside(interpreter, || Reader::declaration(interpreter, of)).filter(|_| own) {
            Some((schema, _)) => {
                let names: Vec<ObjectName> = schema.tables.keys().cloned().collect();
                if create {
                    let names = parents_first(&names, |name| schema.tables.get(name));
                    self.make_from(interpreter, schema, &names, call.place, checked);
                } else {
                    for name in self.children_first(&names) {
                        let action = Action::DropTable { table: Known::Yes(name), cascade: false };
                        self.emit(
                            interpreter,
                            call.place,
                            action,
                            Details { if_exists: checked, ..Details::default() },
                        );
                    }
                }
            }
            None => {
                let what = format!("which tables `{}` covers is not known", interpreter.short(call.place));
                self.unknown(interpreter, call.place, what);
            }
        }
    }

    /// Returns tables in the order in which they are dropped: as the foreign keys are by now.
    fn children_first(&self, names: &[ObjectName]) -> Vec<ObjectName> {
        let mut sorted = self.ask(|session| {
            let schema = session.schema();
            parents_first(names, |name| schema?.tables.get(name))
        });
        sorted.reverse();
        sorted
    }

    fn make_from(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        mut schema: crate::model::schema::Schema,
        names: &[ObjectName],
        place: Place,
        checked: bool,
    ) {
        if self.dialect == crate::model::schema::Dialect::Postgresql {
            for (name, own) in &schema.enums {
                let action = Action::CreateEnum { name: Known::Yes(name.clone()), labels: own.labels.clone() };
                self.emit(interpreter, place, action, Details { if_not_exists: true, ..Details::default() });
            }
        }
        for name in names {
            let Some(mut table) = schema.tables.remove(name) else { continue };
            let mut details = Details { if_not_exists: checked, ..Details::default() };
            let about = schema.unknown.iter().filter(|unknown| unknown.table.as_ref() == Some(name)).cloned();
            details.unknown.extend(objects::doubts(about.collect()));
            table.at = Some(interpreter.location(interpreter.site(place)));
            let create = CreateTable {
                name: Known::Yes(name.clone()),
                table,
                temporary: false,
                like: None,
                partition: false,
                from_query: false,
            };
            self.emit(interpreter, place, Action::CreateTable(Box::new(create)), details);
        }
    }
}

/// Sorts tables so that each comes after those that its foreign keys point to; those in a ring stay as they are.
fn parents_first<'t>(names: &[ObjectName], table: impl Fn(&ObjectName) -> Option<&'t Table>) -> Vec<ObjectName> {
    let mut open: BTreeSet<&ObjectName> = names.iter().collect();
    let mut waiting: Vec<&ObjectName> = names.iter().collect();
    let mut sorted: Vec<ObjectName> = Vec::with_capacity(names.len());
    while !waiting.is_empty() {
        let waits = |name: &ObjectName| {
            let keys = table(name).map_or(&[][..], |table| &table.foreign_keys);
            keys.iter().any(|key| key.table != *name && open.contains(&key.table))
        };
        let (later, mut ready): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|name| waits(name));
        waiting = later;
        if ready.is_empty() {
            ready.push(waiting.remove(0));
        }
        for name in ready {
            open.remove(name);
            sorted.push(name.clone());
        }
    }
    sorted
}
