//! What values are in the eyes of Alembic: its operations object, a batch, a connection, an inspector.

use std::rc::Rc;

use crate::languages::python::interpret::{Object, Value};

/// What a value gives a hold of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle {
    /// `op`.
    Operations,
    /// What `op.batch_alter_table(...)` yields.
    Batch,
    /// A connection or engine of the migration.
    Bind,
    /// The migration context.
    Context,
    Dialect,
    Inspector,
    /// A session of the ORM.
    Session,
}

/// Values inside each other before it is given up what they are.
const DEEPEST: u32 = 24;

/// Methods of a connection, engine or session that yield one.
const STILL_BIND: &[&str] =
    &["connect", "begin", "execution_options", "connection", "get_bind", "engine", "bind", "contextual_connect"];

/// Returns what a value gives a hold of.
pub fn handle(value: &Value<'_>) -> Option<Handle> {
    handle_within(value, DEEPEST)
}

fn handle_within(value: &Value<'_>, depth: u32) -> Option<Handle> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::External(path) => outside(path),
        Value::Object(object) => match &object.callee {
            Value::External(path) => match &**path {
                "alembic.op" | "alembic.operations.ops.Operations" => Some(Handle::Operations),
                "alembic.op.batch_alter_table" => Some(Handle::Batch),
                "alembic.op.get_bind" | "alembic.context.get_bind" => Some(Handle::Bind),
                "alembic.op.get_context" | "alembic.context.get_context" => Some(Handle::Context),
                "alembic.runtime.migration.MigrationContext.configure"
                | "alembic.migration.MigrationContext.configure" => Some(Handle::Context),
                "sqlalchemy.inspect" | "sqlalchemy.Inspector" | "sqlalchemy.Inspector.from_engine" => {
                    let of = object.arguments.first().or_else(|| object.keywords.first().map(|(_, value)| value))?;
                    matches!(handle_within(of, depth)?, Handle::Bind | Handle::Session).then_some(Handle::Inspector)
                }
                "sqlalchemy.orm.Session"
                | "sqlalchemy.orm.session.Session"
                | "sqlmodel.Session"
                | "sqlalchemy.orm.scoped_session"
                | "sqlalchemy.ext.asyncio.AsyncSession" => Some(Handle::Session),
                path if path.ends_with(".Session") => Some(Handle::Session),
                _ => None,
            },
            // `sessionmaker(bind=bind)()`, `Session = sessionmaker(); Session(bind=bind)`.
            Value::Object(maker) if maker.calls(&["sqlalchemy.orm.sessionmaker"]) => Some(Handle::Session),
            Value::Attribute(attribute) => {
                let of = handle_within(&attribute.of, depth)?;
                match (of, &*attribute.name) {
                    (Handle::Operations | Handle::Batch, "get_bind") => Some(Handle::Bind),
                    (Handle::Operations | Handle::Batch, "get_context") => Some(Handle::Context),
                    (Handle::Operations, "batch_alter_table") => Some(Handle::Batch),
                    (Handle::Bind | Handle::Session, name) if STILL_BIND.contains(&name) => Some(Handle::Bind),
                    _ => None,
                }
            }
            _ => None,
        },
        Value::Attribute(attribute) => {
            let of = handle_within(&attribute.of, depth)?;
            match (of, &*attribute.name) {
                (Handle::Bind | Handle::Context, "dialect") => Some(Handle::Dialect),
                (Handle::Operations | Handle::Batch, "migration_context" | "context") => Some(Handle::Context),
                (Handle::Operations | Handle::Context, "impl") => Some(Handle::Context),
                (Handle::Context, "bind" | "connection") => Some(Handle::Bind),
                (Handle::Bind | Handle::Session | Handle::Inspector, name) if STILL_BIND.contains(&name) => {
                    Some(Handle::Bind)
                }
                (Handle::Inspector, "dialect") => Some(Handle::Dialect),
                _ => None,
            }
        }
        _ => None,
    }
}

fn outside(path: &str) -> Option<Handle> {
    match path {
        "alembic.op" => Some(Handle::Operations),
        _ => None,
    }
}

/// Returns whether a connection commits each statement by itself.
pub fn commits_by_itself(value: &Value<'_>) -> bool {
    let mut next = Some(value.clone());
    for _ in 0..DEEPEST {
        let Some(Value::Object(object)) = &next else {
            return match &next {
                Some(Value::Attribute(attribute)) => commits_by_itself(&attribute.of),
                _ => false,
            };
        };
        let level = object.keyword("isolation_level").and_then(Value::as_text);
        if level.is_some_and(|level| level.eq_ignore_ascii_case("autocommit")) {
            return true;
        }
        let Value::Attribute(attribute) = &object.callee else { return false };
        let of = attribute.of.clone();
        next = Some(of);
    }
    false
}

/// Returns the batch that a value is.
pub fn batch<'v, 'a>(value: &'v Value<'a>) -> Option<&'v Rc<Object<'a>>> {
    if handle(value) == Some(Handle::Batch) { value.object() } else { None }
}
