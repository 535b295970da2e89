//! `create_table`, `drop_table`, `rename_table`, comments.

use super::Directive;
use crate::languages::python::interpret::{Interpreter, Value};
use crate::languages::python::migrations::arguments::Arguments;
use crate::languages::python::migrations::machine::{Details, Machine};
use crate::languages::python::migrations::objects;
use crate::languages::python::sqlalchemy::Reader;
use crate::model::Known;
use crate::model::operation::{Action, CreateTable};
use crate::model::schema::{Dialect, ObjectName, Part};

impl<'a> Machine<'_, 'a> {
    pub(super) fn create_table(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>) -> Value<'a> {
        let arguments = directive.arguments(&["table_name"], &["table_name"]);
        let name = arguments.object("table_name", "schema");
        let named = directive.call.keywords.iter().any(|(own, _)| &**own == "table_name");
        let sqlite = self.dialect == Dialect::Sqlite;
        let parts: Vec<Value<'a>> =
            arguments.rest(usize::from(!named)).iter().filter(|part| sqlite || !comes_later(part)).cloned().collect();
        let place = directive.place();
        let metadata = self.metadata(interpreter, place);
        let object = objects::table_object(&name, metadata, &parts, arguments.keywords(), place);
        let details = Details { if_not_exists: arguments.flag("if_not_exists"), ..Details::default() };
        self.make_table(interpreter, name, &object, details, false);
        Value::Object(object)
    }

    /// Makes a table with the enum types that come with it; `checked`: types that exist already are left alone.
    pub fn make_table(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        name: Known<ObjectName>,
        object: &std::rc::Rc<crate::languages::python::interpret::Object<'a>>,
        mut details: Details,
        checked: bool,
    ) {
        let place = object.place;
        let mut single = self.aside(interpreter, || Reader::single(interpreter, object));
        self.enums_of_table(interpreter, &single, place, checked);
        details.unknown.extend(objects::doubts(std::mem::take(&mut single.unknown)));
        if let Known::No(reason) = &name {
            details.doubt(Part::Tables, reason.clone());
        }
        single.table.at = Some(interpreter.location(interpreter.site(place)));
        let prefixes = object.keyword("prefixes").and_then(Value::elements).unwrap_or_default();
        let temporary = prefixes
            .iter()
            .any(|prefix| prefix.as_text().is_some_and(|prefix| prefix.to_lowercase().starts_with("temp")));
        let create =
            CreateTable { name, table: single.table, temporary, like: None, partition: false, from_query: false };
        self.emit(interpreter, place, Action::CreateTable(Box::new(create)), details);
    }

    pub(super) fn drop_table(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>) {
        let arguments = directive.arguments(&["table_name", "schema"], &["table_name", "schema"]);
        let table = match arguments.get("table_name") {
            // Objects are taken by some.
            Some(value @ Value::Object(_)) if value.as_text().is_none() => {
                objects::table_name(interpreter, value).unwrap_or_else(|| Known::No("the table is computed".into()))
            }
            _ => arguments.object("table_name", "schema"),
        };
        let details = Details { if_exists: arguments.flag("if_exists"), ..Details::default() };
        self.emit(interpreter, directive.place(), Action::DropTable { table, cascade: false }, details);
    }

    pub(super) fn rename_table(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>) {
        let names = ["old_table_name", "new_table_name", "schema"];
        let arguments = Arguments::new(&names, directive.call.arguments, directive.call.keywords);
        let table = arguments.object("old_table_name", "schema");
        let to = arguments.object("new_table_name", "schema");
        self.emit(interpreter, directive.place(), Action::RenameTable { table, to }, Details::default());
    }

    pub(super) fn comment_table(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>, name: &str) {
        let arguments = directive.arguments(&["table_name", "comment"], &["comment"]);
        let table = directive.table(&arguments, "table_name", "schema");
        let comment = match name {
            "drop_table_comment" => Known::Yes(None),
            _ => arguments.optional_text("comment"),
        };
        self.emit(interpreter, directive.place(), Action::CommentTable { table, comment }, Details::default());
    }
}

/// Returns whether a foreign key is left out of the table where the database could add it afterwards: `use_alter=True`.
fn comes_later(part: &Value<'_>) -> bool {
    let Value::Object(object) = part else { return false };
    object.calls(&["sqlalchemy.ForeignKeyConstraint"])
        && object.keyword("use_alter").and_then(Value::truth) == Some(true)
}
