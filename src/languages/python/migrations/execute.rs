//! What is executed: SQL as text, and statements that SQLAlchemy builds.

use std::sync::Arc;

use super::machine::{Details, Machine};
use super::{handles, objects};
use crate::languages::python::interpret::{Call, Interpreter, Object, Place, Value};
use crate::model::Known;
use crate::model::operation::{Action, Data};
use crate::model::schema::ObjectName;

/// Statements inside each other before it is given up what they are.
const DEEPEST: u32 = 40;

/// Methods that only add to a statement.
const ADDS: &[&str] = &[
    "bindparams",
    "columns",
    "execution_options",
    "where",
    "values",
    "returning",
    "filter",
    "filter_by",
    "from_select",
    "on_conflict_do_nothing",
    "on_conflict_do_update",
    "prefix_with",
    "with_dialect_options",
    "ordered_values",
    "options",
];

impl<'a> Machine<'_, 'a> {
    /// Executes what a call is given.
    pub fn execute(&self, interpreter: &Interpreter<'_, 'a>, call: &Call<'_, 'a>, of_bind: bool) {
        let named =
            |names: &[&str]| call.keywords.iter().find(|(own, _)| names.contains(&&**own)).map(|(_, value)| value);
        let value = call.arguments.first().or_else(|| named(&["sqltext", "statement", "clauseelement", "sql"]));
        if let Some(value) = value {
            self.statement(interpreter, value, call.place, of_bind, DEEPEST);
        }
    }

    fn statement(&self, interpreter: &Interpreter<'_, 'a>, value: &Value<'a>, place: Place, of_bind: bool, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let computed = |why: &Arc<str>| {
            let why = format!("SQL that is computed: {why}");
            self.unknown(interpreter, place, why);
        };
        match value {
            Value::Text(text) => self.sql(interpreter, text, place, false),
            Value::Unknown(reason) | Value::Spread(reason) => computed(reason),
            Value::Operation(_) => self.partly_known(interpreter, value, place),
            // Several, one after the other.
            Value::List(_) | Value::Tuple(_) => {
                for value in value.elements().unwrap_or_default() {
                    self.statement(interpreter, &value, place, of_bind, depth);
                }
            }
            Value::Object(object) => match &object.callee {
                Value::External(path) => self.built(interpreter, object, path, place, of_bind, depth),
                Value::Attribute(attribute) => match &*attribute.name {
                    name if ADDS.contains(&name) => {
                        self.statement(interpreter, &attribute.of, place, of_bind, depth);
                    }
                    "insert" => self.rows(interpreter, Data::Insert, &attribute.of, place),
                    "update" => self.rows(interpreter, Data::Update, &attribute.of, place),
                    "delete" => self.rows(interpreter, Data::Delete, &attribute.of, place),
                    // A text that is filled with what is computed.
                    "format" | "join" | "replace" if matches!(attribute.of, Value::Text(_)) => {
                        let before = attribute.of.as_text().unwrap_or_default();
                        let before =
                            if &*attribute.name == "format" { &before[..before.find('{').unwrap_or(0)] } else { "" };
                        let reason = Value::unknown(format!("`{}`", interpreter.short(object.place)));
                        let parts = Value::Tuple(vec![Value::text(before), reason].into());
                        self.partly_known(interpreter, &parts, place);
                    }
                    // Other methods are those of queries.
                    _ => {}
                },
                Value::Class(class) => {
                    let why: Arc<str> = format!("`{}` is a statement of the project's own", class.name).into();
                    computed(&why);
                }
                _ => {}
            },
            Value::Member(member) => self.statement(interpreter, &member.value, place, of_bind, depth),
            _ => {}
        }
    }

    /// Executes a statement that SQLAlchemy builds.
    fn built(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        object: &Object<'a>,
        path: &str,
        place: Place,
        of_bind: bool,
        depth: u32,
    ) {
        let name = path.rsplit('.').next().unwrap_or(path);
        let Some(first) = object.arguments.first().or_else(|| object.keywords.first().map(|(_, value)| value)) else {
            return;
        };
        match name {
            "text" | "TextClause" | "DDL" => match first {
                Value::Text(text) => self.sql(interpreter, text, place, name == "text"),
                other => self.statement(interpreter, other, place, of_bind, depth),
            },
            "insert" | "Insert" => self.rows(interpreter, Data::Insert, first, place),
            "update" | "Update" => self.rows(interpreter, Data::Update, first, place),
            "delete" | "Delete" => self.rows(interpreter, Data::Delete, first, place),
            "CreateTable" | "DropTable" | "CreateIndex" | "DropIndex" | "AddConstraint" => {
                let exists = |name: &str| object.keyword(name).and_then(Value::truth) == Some(true);
                let details = Details {
                    if_exists: exists("if_exists"),
                    if_not_exists: exists("if_not_exists"),
                    ..Details::default()
                };
                self.object_action(interpreter, first, name, place, details);
            }
            "CreateSchema" | "DropSchema" => {
                let name_given = super::arguments::text(first, "name");
                let action = match name {
                    "CreateSchema" => Action::CreateSchema { name: name_given },
                    _ => Action::DropSchema {
                        name: name_given,
                        cascade: object.keyword("cascade").and_then(Value::truth) == Some(true),
                    },
                };
                let details = Details {
                    if_exists: object.keyword("if_exists").and_then(Value::truth) == Some(true),
                    if_not_exists: object.keyword("if_not_exists").and_then(Value::truth) == Some(true),
                    ..Details::default()
                };
                self.emit(interpreter, place, action, details);
            }
            "CreateSequence" | "DropSequence" => {
                let given = first.object().and_then(|sequence| sequence.argument(0, "name"));
                let given = given.map_or_else(
                    || Known::No("the sequence is computed".into()),
                    |given| super::arguments::text(given, "name"),
                );
                let kind: Arc<str> = "sequence".into();
                let action = match name {
                    "CreateSequence" => Action::CreateOther { kind, name: given },
                    _ => Action::DropOther { kind, name: given, cascade: false },
                };
                self.emit(interpreter, place, action, Details::default());
            }
            _ => {}
        }
    }

    fn rows(&self, interpreter: &Interpreter<'_, 'a>, verb: Data, table: &Value<'a>, place: Place) {
        let table = objects::table_name(interpreter, table)
            .unwrap_or_else(|| Known::No(table.reason().cloned().unwrap_or_else(|| "the table is computed".into())));
        self.emit(interpreter, place, Action::Data { verb, table }, Details::default());
    }

    /// Executes SQL of which parts are computed: they stand for names as far as they can.
    fn partly_known(&self, interpreter: &Interpreter<'_, 'a>, value: &Value<'a>, place: Place) {
        let mut parts = Vec::new();
        flatten(value, &mut parts, DEEPEST);
        let why = parts.iter().find_map(|part| part.reason().cloned());
        let why = why.unwrap_or_else(|| format!("`{}`", interpreter.short(place)).into());
        let known = parts.iter().any(|part| part.as_text().is_some_and(|text| text.contains(char::is_alphabetic)));
        if !known {
            return self.unknown(interpreter, place, format!("SQL that is computed: {why}"));
        }
        let filled: String =
            parts.iter().map(|part| part.as_text().unwrap_or_else(|| super::sql::HOLE.into()).to_string()).collect();
        self.sql_with_holes(interpreter, &filled.into(), &why, place);
    }

    /// Does what a method of an object of SQLAlchemy does: `table.create(bind)`, `metadata.create_all(bind)`.
    pub fn object_method(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        of: &Value<'a>,
        name: &str,
        call: &Call<'_, 'a>,
    ) -> Option<Value<'a>> {
        match name {
            "create" | "drop" if self.enum_method(interpreter, of, name == "create", call) => {}
            "create" | "drop" => {
                let check = call.keywords.iter().find(|(own, _)| &**own == "checkfirst").map(|(_, value)| value);
                let checked = check.or_else(|| call.arguments.get(1)).and_then(Value::truth) == Some(true);
                let details = Details { if_exists: checked, if_not_exists: checked, ..Details::default() };
                let bound = call.given().any(|value| handles::handle(value).is_some());
                let kind = match of {
                    Value::Object(object) if object.calls(&["sqlalchemy.Index"]) => "Index",
                    Value::Object(object) if object.calls(&["sqlalchemy.Sequence"]) => "Sequence",
                    _ => "Table",
                };
                let known = kind != "Table" || objects::table_name(interpreter, of).is_some();
                if !known && !bound {
                    return None;
                }
                let action = if name == "create" { format!("Create{kind}") } else { format!("Drop{kind}") };
                self.object_action(interpreter, of, &action, call.place, details);
            }
            "create_all" | "drop_all" => self.all_tables(interpreter, of, name == "create_all", call),
            // Statements of a table, executed by themselves.
            "execute" if matches!(of, Value::Object(_)) => {
                self.statement(interpreter, of, call.place, true, DEEPEST);
                return None;
            }
            _ => return None,
        }
        Some(Value::None)
    }

    /// Makes or drops what an object of SQLAlchemy describes.
    fn object_action(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        of: &Value<'a>,
        action: &str,
        place: Place,
        details: Details,
    ) {
        let table = objects::table_name(interpreter, of);
        let unknown = |what: &str| {
            let why = of.reason().cloned().unwrap_or_else(|| "it is computed".into());
            self.unknown(interpreter, place, format!("{what} that is not known: {why}"));
        };
        match action {
            "DropTable" => match table {
                Some(table) => {
                    self.emit(
                        interpreter,
                        place,
                        Action::DropTable { table, cascade: false },
                        Details { if_not_exists: false, ..details },
                    );
                }
                None => unknown("a table"),
            },
            "CreateTable" => self.declared_table(interpreter, of, table, place, details),
            "CreateIndex" | "DropIndex" => {
                let Some(index) = of.object().filter(|index| index.calls(&["sqlalchemy.Index"])) else {
                    return unknown("an index");
                };
                let table = self.table_of_index(interpreter, index);
                if action == "CreateIndex" {
                    let index =
                        Object::outside("sqlalchemy.Index", index.arguments.clone(), index.keywords.clone(), place);
                    self.make_index(interpreter, table, &index, details);
                } else {
                    let index = index.argument(0, "name").map_or_else(
                        || Known::No("no name is given".into()),
                        |name| super::arguments::text(name, "name"),
                    );
                    let schema = table.as_known().and_then(|table| table.schema.clone());
                    let table = Some(table).filter(|table| table.as_known().is_some());
                    self.emit(interpreter, place, Action::DropIndex { index, schema, table, cascade: false }, details);
                }
            }
            "CreateSequence" | "DropSequence" => {
                let name = of.object().and_then(|sequence| sequence.argument(0, "name")).map_or_else(
                    || Known::No("the sequence is computed".into()),
                    |name| super::arguments::text(name, "name"),
                );
                let kind: Arc<str> = "sequence".into();
                let action = match action {
                    "CreateSequence" => Action::CreateOther { kind, name },
                    _ => Action::DropOther { kind, name, cascade: false },
                };
                self.emit(interpreter, place, action, details);
            }
            _ => unknown("a constraint"),
        }
    }

    /// Returns the table of the columns that an index is on.
    fn table_of_index(&self, interpreter: &Interpreter<'_, 'a>, index: &Object<'a>) -> Known<ObjectName> {
        let owner = |value: &Value<'a>| match value {
            // `table.c.name`.
            Value::Attribute(column) => match &column.of {
                Value::Attribute(inner) if matches!(&*inner.name, "c" | "columns") => {
                    objects::table_name(interpreter, &inner.of)
                }
                of => objects::table_name(interpreter, of),
            },
            _ => None,
        };
        let found = index.arguments.iter().skip(1).find_map(owner);
        found.unwrap_or_else(|| Known::No("the table of the index is not known".into()))
    }
}

/// Returns the parts of a text that is put together.
fn flatten<'a>(value: &Value<'a>, parts: &mut Vec<Value<'a>>, depth: u32) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::Operation(operation) => {
            for operand in &operation.operands {
                flatten(operand, parts, depth);
            }
        }
        Value::Tuple(values) => parts.extend(values.iter().cloned()),
        other => parts.push(other.clone()),
    }
}
