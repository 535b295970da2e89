//! What a run of a migration is made of: the session it runs against, and how what happens becomes operations.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::handles::{Handle, batch, handle};
use super::outside::{gives_hold, gives_operations};
use super::session::Session;
use crate::languages::python::interpret::{Call, Host, Interpreter, Object, Place, Value, put_together};
use crate::model::Known;
use crate::model::operation::{Action, Direction, Guard, Operation, OperationUnknown};
use crate::model::schema::{Dialect, ObjectName, Part};

/// A run of a migration.
pub struct Machine<'s, 'a> {
    session: RefCell<&'s mut dyn Session>,
    pub dialect: Dialect,
    pub direction: Direction,
    /// Blocks of `autocommit_block()` inside each other.
    pub autocommit: Cell<u32>,
    /// Whether a directive of a batch is being done.
    pub batch: Cell<bool>,
    /// Whether the migration ended the transaction by itself: `op.execute("COMMIT")`.
    pub committed: Cell<bool>,
    /// Places from which on code is not followed.
    cuts: RefCell<FxHashSet<(usize, u32)>>,
    /// Enum types that tables of the run have made along with them.
    pub enums_made: RefCell<FxHashSet<ObjectName>>,
    /// The metadata that Alembic describes tables with: it has the naming convention of the project.
    metadata: OnceCell<Value<'a>>,
    /// Whether something is read aside from the run.
    quiet: Cell<bool>,
}

/// What an operation says beside its action.
#[derive(Default)]
pub struct Details {
    pub if_exists: bool,
    pub if_not_exists: bool,
    pub concurrently: bool,
    pub unknown: Vec<OperationUnknown>,
}

impl Details {
    /// Adds a part that cannot be known.
    pub fn doubt(&mut self, part: Part, what: impl Into<Arc<str>>) {
        self.unknown.push(OperationUnknown { what: what.into(), part });
    }
}

impl<'s, 'a> Machine<'s, 'a> {
    pub fn new(session: &'s mut dyn Session, direction: Direction) -> Self {
        Self {
            dialect: session.dialect(),
            session: RefCell::new(session),
            direction,
            autocommit: Cell::new(0),
            batch: Cell::new(false),
            committed: Cell::new(false),
            cuts: RefCell::default(),
            enums_made: RefCell::default(),
            metadata: OnceCell::new(),
            quiet: Cell::new(false),
        }
    }

    /// Asks the session something.
    pub fn ask<T>(&self, question: impl FnOnce(&dyn Session) -> T) -> T {
        question(&**self.session.borrow())
    }

    /// Returns whether statements run inside a transaction at present. Alembic opens one where the database can undo
    /// changes of the schema.
    pub fn in_transaction(&self) -> bool {
        self.dialect == Dialect::Postgresql && self.autocommit.get() == 0 && !self.committed.get()
    }

    /// Makes an operation happen that a call at a place makes.
    pub fn emit(&self, interpreter: &Interpreter<'_, 'a>, place: Place, action: Action, details: Details) {
        let at = interpreter.location(interpreter.site(place));
        let mut operation = Operation::new(action, self.direction, at);
        operation.if_exists = details.if_exists;
        operation.if_not_exists = details.if_not_exists;
        operation.concurrently = details.concurrently;
        operation.unknown = details.unknown;
        operation.batch = self.batch.get();
        operation.in_transaction = Known::Yes(self.in_transaction());
        self.apply(interpreter, operation);
    }

    /// Makes an operation happen under the conditions that hold at present.
    pub fn apply(&self, interpreter: &Interpreter<'_, 'a>, mut operation: Operation) {
        // What comes after an error in the same statement does not happen.
        if self.quiet.get() || interpreter.raises() {
            return;
        }
        let outer = interpreter.guards().into_iter().map(Guard::Unknown);
        operation.guards = outer.chain(std::mem::take(&mut operation.guards)).collect();
        if interpreter.attempts() {
            if self.session.borrow_mut().refuses(&operation) {
                return interpreter.raise();
            }
            tolerate(&mut operation);
        }
        self.session.borrow_mut().apply(operation);
    }

    /// Tells that something happens that cannot be known.
    pub fn unknown(&self, interpreter: &Interpreter<'_, 'a>, place: Place, why: impl Into<Arc<str>>) {
        self.emit(interpreter, place, Action::Unknown { why: why.into() }, Details::default());
    }

    /// Reads something of the project without making anything happen.
    pub fn aside<T>(&self, interpreter: &Interpreter<'_, 'a>, read: impl FnOnce() -> T) -> T {
        let before = self.quiet.replace(true);
        let result = interpreter.aside(read);
        self.quiet.set(before);
        result
    }

    /// Returns the metadata that Alembic describes tables with: one with the naming convention of `target_metadata`.
    pub fn metadata(&self, interpreter: &Interpreter<'_, 'a>, place: Place) -> Value<'a> {
        let read = || {
            let convention = environment(interpreter, place).map(|file| {
                self.aside(interpreter, || {
                    let target = interpreter.named(file, "target_metadata");
                    let target = target.elements().and_then(|all| all.first().cloned()).unwrap_or(target);
                    super::objects::convention(interpreter, &target)
                })
            });
            let keywords = convention.flatten().map(|convention| (Arc::from("naming_convention"), convention));
            Value::Object(Object::outside("sqlalchemy.MetaData", Vec::new(), keywords.into_iter().collect(), place))
        };
        self.metadata.get_or_init(read).clone()
    }
}

/// Returns the `env.py` that runs the migration that a place belongs to.
fn environment(interpreter: &Interpreter<'_, '_>, place: Place) -> Option<usize> {
    let path = interpreter.project.path(interpreter.site(place).file).clone();
    let mut folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    for _ in 0..6 {
        let name = if folder.is_empty() { "env.py".to_owned() } else { format!("{folder}/env.py") };
        if let Some(file) = interpreter.project.file(&name) {
            return Some(file);
        }
        folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
    }
    None
}

/// Notes that errors of an operation are caught: where it cannot run, nothing happens.
fn tolerate(operation: &mut Operation) {
    match operation.action {
        Action::CreateTable(_)
        | Action::AddColumn { .. }
        | Action::CreateIndex { .. }
        | Action::AddConstraint { .. }
        | Action::CreateEnum { .. }
        | Action::AddEnumValue { .. }
        | Action::CreateView { .. }
        | Action::CreateExtension { .. }
        | Action::CreateSchema { .. }
        | Action::CreateOther { .. } => operation.if_not_exists = true,
        _ => operation.if_exists = true,
    }
}

impl<'a> Host<'a> for Machine<'_, 'a> {
    fn call(&self, interpreter: &Interpreter<'_, 'a>, call: &Call<'_, 'a>) -> Option<Value<'a>> {
        if self.quiet.get() {
            return None;
        }
        match call.callee {
            Value::External(path) => {
                if let Some(name) = path.strip_prefix("alembic.op.") {
                    if let Some(method) = name.strip_prefix("batch_alter_table.") {
                        let why = format!("`{method}` of a batch that is computed");
                        self.unknown(interpreter, call.place, why);
                        return None;
                    }
                    return self.directive(interpreter, name, None, call);
                }
                self.outside(interpreter, path, call)
            }
            Value::Attribute(attribute) => {
                match handle(&attribute.of) {
                    Some(Handle::Operations) => {
                        return self.directive(interpreter, &attribute.name, None, call);
                    }
                    Some(Handle::Batch) => {
                        return self.directive(interpreter, &attribute.name, batch(&attribute.of), call);
                    }
                    Some(Handle::Context) => return self.context_method(interpreter, &attribute.name, call),
                    Some(Handle::Bind | Handle::Session) => {
                        return self.bind_method(interpreter, &attribute.of, &attribute.name, call);
                    }
                    Some(Handle::Inspector) => return self.inspector_method(interpreter, &attribute.name, call),
                    Some(Handle::Dialect) => return self.dialect_method(interpreter, &attribute.name, call),
                    None => {}
                }
                if let Some(value) = self.rows_method(interpreter, &attribute.of, &attribute.name) {
                    return Some(value);
                }
                self.object_method(interpreter, &attribute.of, &attribute.name, call)
            }
            Value::Object(object) => {
                // `getattr(op, name)(...)` with a name that is computed.
                if object.arguments.iter().any(gives_operations) {
                    self.unknown(interpreter, call.place, format!("`{}` is computed", interpreter.short(call.place)));
                }
                None
            }
            Value::Unknown(reason) => {
                if call.given().any(gives_hold) {
                    let why = format!("`{}` is not followed: {reason}", interpreter.short(call.place));
                    self.unknown(interpreter, call.place, why);
                }
                None
            }
            _ => None,
        }
    }

    fn attribute(&self, interpreter: &Interpreter<'_, 'a>, of: &Value<'a>, name: &str) -> Option<Value<'a>> {
        if let Value::Object(object) = of
            && let Some(value) = self.described(interpreter, object, name)
        {
            return Some(value);
        }
        match name {
            "name" => match handle(of)? {
                Handle::Dialect | Handle::Bind => Some(Value::text(self.dialect.name())),
                _ => None,
            },
            // The database and its driver: `postgresql+psycopg2`.
            "dialect_description" => (handle(of)? == Handle::Dialect).then(|| {
                let driver = Value::unknown("the driver of the database");
                put_together(vec![Value::text(format!("{}+", self.dialect.name())), driver])
            }),
            "default_schema_name" => match (handle(of)?, self.dialect) {
                (Handle::Inspector | Handle::Dialect, Dialect::Postgresql) => Some(Value::text("public")),
                (Handle::Inspector | Handle::Dialect, Dialect::Sqlite) => Some(Value::text("main")),
                _ => None,
            },
            "as_sql" => (handle(of)? == Handle::Context).then_some(Value::Bool(false)),
            "supports_native_enum" | "supports_native_uuid" => {
                (handle(of)? == Handle::Dialect).then(|| Value::Bool(self.dialect == Dialect::Postgresql))
            }
            "__dialect__" => (handle(of)? == Handle::Context).then(|| Value::text(self.dialect.name())),
            _ => None,
        }
    }

    fn truth(&self, value: &Value<'a>) -> Option<bool> {
        handle(value).map(|_| true)
    }

    fn enter(&self, context: &Value<'a>) {
        if is_autocommit(context) {
            self.autocommit.set(self.autocommit.get() + 1);
        }
    }

    fn leave(&self, context: &Value<'a>) {
        if is_autocommit(context) {
            self.autocommit.set(self.autocommit.get() - 1);
        }
    }

    fn concerns(&self, source: &str) -> bool {
        let begins = |at: usize| !source[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        ["op.", "batch_op."].iter().any(|word| source.match_indices(word).any(|(at, _)| begins(at)))
            || ["create_all(", "drop_all(", ".execute(", "exec_driver_sql(", "__table__."]
                .iter()
                .any(|word| source.contains(word))
    }

    fn cut(&self, interpreter: &Interpreter<'_, 'a>, why: Arc<str>, place: Place) {
        let first = self.cuts.borrow_mut().insert((place.file, place.range.start().to_u32()));
        if !first {
            return;
        }
        self.unknown(interpreter, place, why);
    }
}

fn is_autocommit(context: &Value<'_>) -> bool {
    match context.object().map(|object| &object.callee) {
        Some(Value::Attribute(attribute)) => &*attribute.name == "autocommit_block",
        _ => false,
    }
}
