//! Which classes are mapped, and which are only bases for others.

use std::rc::Rc;

use super::Reader;
use super::metadata::is_registry_decorator;
use super::outside;
use crate::languages::python::interpret::{Class, Value};

/// What a class is to SQLAlchemy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing: a mixin, an enum, any other class.
    Plain,
    /// A base without a table: `class Base(DeclarativeBase)`, `__abstract__`.
    Base,
    Mapped,
    /// It names a table, but has no base that is known to be declarative.
    Perhaps,
}

impl<'a> Reader<'_, 'a> {
    /// Returns what a class is to SQLAlchemy.
    pub fn role(&self, class: &Rc<Class<'a>>) -> Role {
        if class.decorators.iter().any(is_registry_decorator) && !is_decorated_base(class) {
            return Role::Mapped;
        }
        if is_direct_base(class) || is_decorated_base(class) {
            return Role::Base;
        }
        let abstracted = class.own("__abstract__").and_then(|entry| entry.value).and_then(|value| value.truth());
        if abstracted == Some(true) {
            return Role::Base;
        }
        let order = self.interpreter.order(class);
        if order.iter().any(|base| base.is("sqlmodel.SQLModel") || base.is("sqlmodel.main.SQLModel")) {
            let table = class.keyword("table").and_then(Value::truth);
            return if table == Some(true) { Role::Mapped } else { Role::Plain };
        }
        if order.iter().skip(1).any(|base| self.is_declarative_base(base)) {
            return Role::Mapped;
        }
        // A base of another package may be declarative.
        let foreign = order.iter().any(|base| match base {
            Value::External(path) => !outside::adds_nothing(path),
            Value::Unknown(_) | Value::Spread(_) => true,
            _ => false,
        });
        if foreign && (class.own("__tablename__").is_some() || class.own("__table__").is_some()) {
            return Role::Perhaps;
        }
        Role::Plain
    }

    fn is_declarative_base(&self, base: &Value<'a>) -> bool {
        match base {
            Value::Class(class) => is_direct_base(class) || is_decorated_base(class),
            Value::External(path) => outside::is_declarative(path),
            Value::Object(object) => match &object.callee {
                Value::External(path) => {
                    matches!(
                        path.rsplit('.').next(),
                        Some("declarative_base" | "automap_base" | "make_declarative_base")
                    )
                }
                Value::Attribute(attribute) => {
                    matches!(&*attribute.name, "generate_base" | "make_declarative_base" | "declarative_base")
                }
                _ => false,
            },
            Value::Attribute(attribute) if &*attribute.name == "Model" => match &attribute.of {
                Value::Object(object) => self.interpreter.is_flask_database(object),
                _ => false,
            },
            _ => false,
        }
    }

    /// Returns whether Flask-SQLAlchemy names the tables of a class.
    pub fn is_flask_model(&self, class: &Rc<Class<'a>>) -> bool {
        self.interpreter.order(class).iter().any(|base| match base {
            Value::Attribute(attribute) if &*attribute.name == "Model" => match &attribute.of {
                Value::Object(object) => self.interpreter.is_flask_database(object),
                _ => false,
            },
            Value::External(path) => path.starts_with("flask_sqlalchemy.") && path.ends_with("Model"),
            _ => false,
        })
    }
}

/// Returns whether a class is a base because it stands directly on SQLAlchemy's own.
pub fn is_direct_base(class: &Class<'_>) -> bool {
    let direct = class.bases.iter().any(|base| {
        base.path().is_some_and(|path| {
            path.starts_with("sqlalchemy.")
                && (path.ends_with(".DeclarativeBase") || path.ends_with(".DeclarativeBaseNoMeta"))
        })
    });
    direct
        || class
            .keyword("metaclass")
            .is_some_and(|metaclass| metaclass.path().is_some_and(|path| path.ends_with("DeclarativeMeta")))
}

/// Returns whether `@as_declarative()` makes a class a base.
pub fn is_decorated_base(class: &Class<'_>) -> bool {
    class.decorators.iter().any(|decorator| match decorator {
        Value::External(path) => path.starts_with("sqlalchemy.") && path.ends_with(".as_declarative"),
        Value::Attribute(attribute) => &*attribute.name == "as_declarative_base",
        _ => false,
    })
}
