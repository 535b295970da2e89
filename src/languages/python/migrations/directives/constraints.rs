//! Constraints: made and dropped.

use std::rc::Rc;
use std::sync::Arc;

use super::{Directive, name_of};
use crate::languages::python::interpret::{Call, Interpreter, Keywords, Object, Value};
use crate::languages::python::migrations::arguments::Arguments;
use crate::languages::python::migrations::machine::{Details, Machine};
use crate::languages::python::migrations::objects;
use crate::model::Known;
use crate::model::operation::{Action, Constraint, ConstraintKind};
use crate::model::schema::{Check, Dialect, ForeignKey, Key, ObjectName, Part};

impl<'a> Machine<'_, 'a> {
    pub(super) fn create_unique(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>) {
        self.on_columns(interpreter, directive, "sqlalchemy.UniqueConstraint");
    }

    pub(super) fn create_primary_key(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>) {
        self.on_columns(interpreter, directive, "sqlalchemy.PrimaryKeyConstraint");
    }

    fn on_columns(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>, path: &str) {
        let arguments = directive
            .arguments(&["constraint_name", "table_name", "columns", "schema"], &["constraint_name", "columns"]);
        let table = directive.table(&arguments, "table_name", "schema");
        let columns = elements(interpreter, arguments.get("columns"), "columns");
        let keywords = self.keywords(&arguments);
        let item = Object::outside(path, columns, keywords, directive.place());
        self.add_constraint(interpreter, table, &item, Details::default());
    }

    pub(super) fn create_check(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>) {
        let arguments =
            directive.arguments(&["constraint_name", "table_name", "condition"], &["constraint_name", "condition"]);
        let table = directive.table(&arguments, "table_name", "schema");
        let condition = arguments.get("condition").cloned().unwrap_or_else(|| Value::unknown("no condition is given"));
        let item = Object::outside(
            "sqlalchemy.CheckConstraint",
            vec![condition],
            self.keywords(&arguments),
            directive.place(),
        );
        self.add_constraint(interpreter, table, &item, Details::default());
    }

    pub(super) fn create_exclude(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>) {
        let arguments = directive.arguments(&["constraint_name", "table_name"], &["constraint_name"]);
        let table = directive.table(&arguments, "table_name", "schema");
        let mut details = Details::default();
        let name = match name_of(arguments.get("constraint_name"), "constraint_name") {
            Known::Yes(name) => name,
            Known::No(reason) => {
                details.doubt(Part::Constraints, reason);
                None
            }
        };
        let sql: Arc<str> = interpreter.short(directive.place()).into();
        self.constrain(interpreter, directive.call, table, Constraint::Exclude { name, sql }, details);
    }

    pub(super) fn create_foreign_key(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>) {
        let arguments = directive.arguments(
            &["constraint_name", "source_table", "referent_table", "local_cols", "remote_cols"],
            &["constraint_name", "referent_table", "local_cols", "remote_cols"],
        );
        let table = directive.table(&arguments, "source_table", "source_schema");
        let locals = elements(interpreter, arguments.get("local_cols"), "local_cols");
        let remotes = elements(interpreter, arguments.get("remote_cols"), "remote_cols");
        let place = directive.place();
        // As `ForeignKeyConstraint` takes them: `schema.table.column`.
        let referent = arguments.object("referent_table", "referent_schema");
        let targets = remotes.iter().map(|column| match (&referent, column.as_text()) {
            (Known::Yes(referent), Some(column)) => Value::text(format!("{referent}.{column}")),
            (Known::No(reason), _) => Value::Unknown(reason.clone()),
            (_, None) => column.clone(),
        });
        let parts = vec![Value::list(locals), Value::list(targets.collect())];
        let item = Object::outside("sqlalchemy.ForeignKeyConstraint", parts, self.keywords(&arguments), place);
        let mut details = Details::default();
        if arguments.flag("postgresql_not_valid") && self.dialect == Dialect::Postgresql {
            details.if_exists = false;
        }
        self.add_constraint(interpreter, table, &item, details);
    }

    /// Returns keywords for SQLAlchemy's constraint: the name under its name there.
    fn keywords(&self, arguments: &Arguments<'_, 'a>) -> Keywords<'a> {
        let mut keywords = arguments.keywords().clone();
        keywords
            .retain(|(name, _)| !matches!(&**name, "constraint_name" | "columns" | "condition" | "schema" | "name"));
        if let Some(name) = arguments.given("constraint_name") {
            keywords.push(("name".into(), name.clone()));
        }
        keywords
    }

    /// Makes the constraint that a call describes: `UniqueConstraint(...)`.
    pub fn add_constraint(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        table: Known<ObjectName>,
        item: &Rc<Object<'a>>,
        mut details: Details,
    ) {
        let metadata = self.metadata(interpreter, item.place);
        let mut single = self.aside(interpreter, || objects::hanging(interpreter, &table, &metadata, item));
        details.unknown.extend(objects::doubts(std::mem::take(&mut single.unknown)));
        if let Known::No(reason) = name_of(item.keyword("name"), "constraint_name") {
            details.doubt(Part::Constraints, reason);
        }
        let key = single.table.primary_key.take().map(Constraint::PrimaryKey);
        let constraint = key.or_else(|| objects::constraints(&single.table).pop()).unwrap_or_else(|| {
            if details.unknown.is_empty() {
                details.doubt(Part::Constraints, "the constraint is computed");
            }
            nothing_known(item)
        });
        let call =
            Call { callee: &item.callee, arguments: &item.arguments, keywords: &item.keywords, place: item.place };
        self.constrain(interpreter, &call, table, constraint, details);
    }

    fn constrain(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        call: &Call<'_, 'a>,
        table: Known<ObjectName>,
        constraint: Constraint,
        details: Details,
    ) {
        let set = |name: &str| call.keywords.iter().any(|(own, value)| &**own == name && value.truth() == Some(true));
        let not_valid = self.dialect == Dialect::Postgresql && set("postgresql_not_valid");
        let action = Action::AddConstraint { table, constraint: Box::new(constraint), not_valid, using_index: None };
        self.emit(interpreter, call.place, action, details);
    }

    pub(super) fn drop_constraint(&self, interpreter: &Interpreter<'_, 'a>, directive: &Directive<'_, 'a>) {
        let arguments =
            directive.arguments(&["constraint_name", "table_name", "type_", "schema"], &["constraint_name", "type_"]);
        let table = directive.table(&arguments, "table_name", "schema");
        let kind = match arguments.given("type_").and_then(Value::as_text).as_deref() {
            Some("foreignkey") => Some(ConstraintKind::ForeignKey),
            Some("primary") => Some(ConstraintKind::PrimaryKey),
            Some("unique") => Some(ConstraintKind::Unique),
            Some("check") => Some(ConstraintKind::Check),
            Some("exclude") => Some(ConstraintKind::Exclude),
            _ => None,
        };
        let short = match kind {
            Some(ConstraintKind::ForeignKey) => "fk",
            Some(ConstraintKind::PrimaryKey) => "pk",
            Some(ConstraintKind::Unique) => "uq",
            Some(ConstraintKind::Check) => "ck",
            _ => "",
        };
        let name = match arguments.given("constraint_name") {
            None => Known::Yes(None),
            name => match self.given_name(interpreter, directive, short, name) {
                Known::Yes(name) => Known::Yes(Some(name)),
                Known::No(reason) => Known::No(reason),
            },
        };
        let details = Details { if_exists: arguments.flag("if_exists"), ..Details::default() };
        let action = Action::DropConstraint { table, name, kind, cascade: false };
        self.emit(interpreter, directive.place(), action, details);
    }

    /// Makes the constraints that a batch adds to the table which it makes anew.
    pub(super) fn batch_constraints(&self, interpreter: &Interpreter<'_, 'a>, call: &Call<'_, 'a>) {
        let names = ["table_name", "schema", "recreate", "partial_reordering", "copy_from", "table_args"];
        let arguments = Arguments::new(&names, call.arguments, call.keywords);
        let anew = self.dialect == Dialect::Sqlite
            || arguments.get("recreate").and_then(Value::as_text).as_deref() == Some("always");
        let items = arguments.given("table_args").and_then(Value::elements).unwrap_or_default();
        for item in items.iter().filter_map(Value::object).filter(|_| anew) {
            let table = arguments.object("table_name", "schema");
            if item.calls(&["sqlalchemy.Index"]) {
                self.make_index(interpreter, table, item, Details::default());
            } else {
                self.add_constraint(interpreter, table, item, Details::default());
            }
        }
    }
}

fn elements<'a>(interpreter: &Interpreter<'_, 'a>, value: Option<&Value<'a>>, name: &str) -> Vec<Value<'a>> {
    let Some(value) = value else { return vec![Value::unknown(format!("`{name}` is not given"))] };
    if value.as_text().is_some() {
        return vec![value.clone()];
    }
    match interpreter.iterate(value) {
        Some(elements) => elements,
        None => vec![match value.reason() {
            Some(reason) => Value::Unknown(reason.clone()),
            None => Value::unknown(format!("`{name}` is computed")),
        }],
    }
}

/// Returns a constraint of which only the kind and perhaps the name are known.
fn nothing_known(item: &Object<'_>) -> Constraint {
    let name = item.keyword("name").and_then(Value::as_text);
    match item.callee.path().and_then(|path| path.rsplit('.').next()) {
        Some("PrimaryKeyConstraint") => Constraint::PrimaryKey(Key { name, ..Key::default() }),
        Some("UniqueConstraint") => Constraint::Unique(Key { name, ..Key::default() }),
        Some("ForeignKeyConstraint") => Constraint::ForeignKey(ForeignKey {
            name,
            columns: Vec::new(),
            table: ObjectName::new(objects::NAMELESS),
            references: Vec::new(),
            on_delete: None,
            on_update: None,
            deferrable: false,
            initially_deferred: false,
            at: None,
        }),
        _ => Constraint::Check(Check { name, sql: "".into(), at: None }),
    }
}
