//! `add_column`, `alter_column`, `drop_column`.

use std::sync::Arc;

use super::Directive;
use crate::languages::python::interpret::{Interpreter, Value};
use crate::languages::python::migrations::arguments::Arguments;
use crate::languages::python::migrations::machine::{Details, Machine};
use crate::languages::python::migrations::objects;
use crate::languages::python::sqlalchemy::Reader;
use crate::model::Known;
use crate::model::operation::{Action, AlterColumn};
use crate::model::schema::{Generated, Identity, Part};

impl<'a> Machine<'_, 'a> {
    pub(super) fn add_column(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>) {
        let arguments = directive.arguments(&["table_name", "column", "schema"], &["column"]);
        let table = directive.table(&arguments, "table_name", "schema");
        let place = directive.place();
        let mut details = Details { if_not_exists: arguments.flag("if_not_exists"), ..Details::default() };
        let Some(column) = arguments.get("column") else {
            return self.unknown(interpreter, place, "a column that is not given");
        };
        let metadata = self.metadata(interpreter, place);
        let object = objects::table_object(&table, metadata, std::slice::from_ref(column), &Vec::new(), place);
        let mut single = self.aside(interpreter, || Reader::single(interpreter, &object));
        details.unknown.extend(objects::doubts(std::mem::take(&mut single.unknown)));
        let Some(column) = single.table.columns.first().cloned() else {
            // Something is added, but what?
            if details.unknown.is_empty() {
                let reason = column.reason().cloned();
                details.doubt(Part::Columns, reason.unwrap_or_else(|| "the column is computed".into()));
            }
            let action = Action::AlterTable { table, what: "add column".into() };
            return self.emit(interpreter, place, action, details);
        };
        let constraints = objects::constraints(&single.table);
        let action = Action::AddColumn { table: table.clone(), column: Box::new(column), constraints };
        self.emit(interpreter, place, action, details);
        // Alembic makes `index=True` by a statement of its own.
        for index in single.table.indexes {
            let action = Action::CreateIndex { table: table.clone(), index: Box::new(index) };
            self.emit(interpreter, place, action, Details::default());
        }
    }

    pub(super) fn drop_column(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>) {
        let arguments = directive.arguments(&["table_name", "column_name", "schema"], &["column_name"]);
        let table = directive.table(&arguments, "table_name", "schema");
        let column = arguments.text("column_name");
        let details = Details { if_exists: arguments.flag("if_exists"), ..Details::default() };
        self.emit(interpreter, directive.place(), Action::DropColumn { table, column, cascade: false }, details);
    }

    pub(super) fn alter_column(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>) {
        let arguments = directive.arguments(&["table_name", "column_name"], &["column_name"]);
        let table = directive.table(&arguments, "table_name", "schema");
        let column = arguments.text("column_name");
        let place = directive.place();
        let mut alter = AlterColumn::new(table.clone(), column.clone());
        let mut details = Details::default();
        let known_type = |value: &Value<'a>| self.aside(interpreter, || Reader::type_of(interpreter, value));
        let known_bool = |value: &Value<'a>| match value.truth() {
            Some(truth) => Known::Yes(truth),
            None => Known::No(value.reason().cloned().unwrap_or_else(|| "it is computed".into())),
        };
        alter.ty = arguments.given("type_").map(known_type);
        alter.using = arguments.given("postgresql_using").map(|using| match using.as_text() {
            Some(using) => using,
            None => self.sql_of(interpreter, using).unwrap_or_else(|| "an expression".into()),
        });
        alter.nullable = arguments.given("nullable").map(known_bool);
        alter.existing_type = arguments.given("existing_type").map(known_type);
        alter.existing_nullable = arguments.given("existing_nullable").map(known_bool);
        self.server_default(interpreter, &arguments, &mut alter);
        alter.comment = match arguments.get("comment") {
            None | Some(Value::Bool(false)) => None,
            Some(_) => Some(arguments.optional_text("comment")),
        };
        if arguments.open() {
            details.doubt(Part::Columns, "arguments are computed");
        }
        let blank = AlterColumn::new(table.clone(), column.clone());
        let changes = AlterColumn { existing_type: None, existing_nullable: None, ..alter.clone() };
        let to = arguments.given("new_column_name").or_else(|| arguments.given("name"));
        if changes != blank || to.is_none() {
            self.emit(interpreter, place, Action::AlterColumn(Box::new(alter)), details);
        }
        if let Some(to) = to {
            let to = super::text(to, "new_column_name");
            self.emit(interpreter, place, Action::RenameColumn { table, column, to }, Details::default());
        }
    }

    fn server_default(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        arguments: &Arguments<'_, 'a>,
        alter: &mut AlterColumn,
    ) {
        match arguments.get("server_default") {
            None | Some(Value::Bool(false)) => {}
            Some(Value::None) => {
                alter.default = Some(Known::Yes(None));
                // What was computed or numbered by the database is no more.
                let was = |path: &str| {
                    arguments
                        .get("existing_server_default")
                        .and_then(Value::object)
                        .is_some_and(|was| was.calls(&[path]))
                };
                if was("sqlalchemy.Identity") {
                    alter.identity = Some(None);
                } else if was("sqlalchemy.Computed") {
                    alter.generated = Some(None);
                }
            }
            Some(Value::Object(object)) if object.calls(&["sqlalchemy.Identity"]) => {
                let always = object.argument(0, "always").and_then(Value::truth) == Some(true);
                alter.identity = Some(Some(if always { Identity::Always } else { Identity::ByDefault }));
            }
            Some(Value::Object(object)) if object.calls(&["sqlalchemy.Computed"]) => {
                let text = object.argument(0, "sqltext").and_then(|text| match text.as_text() {
                    Some(text) => Some(text),
                    None => self.sql_of(interpreter, text),
                });
                match text {
                    Some(expression) => {
                        let stored = object.argument(1, "persisted").is_none_or(|value| value.truth() != Some(false));
                        alter.generated = Some(Some(Generated { expression, stored }));
                    }
                    None => alter.default = Some(Known::No("what computes it is computed".into())),
                }
            }
            Some(value) => {
                alter.default = Some(match self.sql_of(interpreter, value) {
                    Some(sql) => Known::Yes(Some(sql)),
                    None => Known::No(value.reason().cloned().unwrap_or_else(|| "the default is computed".into())),
                });
            }
        }
    }

    /// Returns the SQL text of an expression.
    pub fn sql_of(&self, interpreter: &Interpreter<'_, 'a>, value: &Value<'a>) -> Option<Arc<str>> {
        self.aside(interpreter, || Reader::new(interpreter).sql(value, None)).map(Into::into)
    }
}
