//! `MetaData`: which tables belong together, their default schema and naming convention.

use std::rc::Rc;
use std::sync::Arc;

use super::Reader;
use crate::languages::python::interpret::{Class, Object, Value};
use crate::languages::python::sqlalchemy::types::TypeMap;

/// A `MetaData`.
pub struct Metadata<'a> {
    pub identity: Identity,
    pub schema: Option<Arc<str>>,
    /// Forms of names by kind: `ix`, `uq`, `ck`, `fk`, `pk`.
    pub convention: Vec<(Arc<str>, Value<'a>)>,
}

/// What tells one metadata from another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Identity {
    /// Made by a call, or for a class.
    Address(usize),
    /// Of another package, by its dotted name.
    Path(Arc<str>),
    /// A further database of Flask-SQLAlchemy.
    Bind(Box<Self>, Arc<str>),
}

impl Identity {
    /// Returns whether it is certain which metadata it is.
    pub const fn is_certain(&self) -> bool {
        matches!(self, Self::Address(_))
    }
}

/// Kinds of names in a naming convention, and the classes that may stand for them.
const KINDS: &[(&str, &str)] = &[
    ("ix", "sqlalchemy.Index"),
    ("uq", "sqlalchemy.UniqueConstraint"),
    ("ck", "sqlalchemy.CheckConstraint"),
    ("fk", "sqlalchemy.ForeignKeyConstraint"),
    ("pk", "sqlalchemy.PrimaryKeyConstraint"),
];

impl<'a> Reader<'_, 'a> {
    /// Returns the metadata that a value is or has.
    pub fn metadata(&self, value: &Value<'a>) -> Rc<Metadata<'a>> {
        match value {
            Value::Object(object) if object.calls(&["sqlalchemy.MetaData"]) => self.metadata_object(object),
            Value::Object(object) => self.metadata_of_base(object),
            Value::Class(class) => self.metadata_of_class(class),
            Value::Attribute(attribute) if matches!(&*attribute.name, "metadata" | "registry" | "Model" | "mapped") => {
                self.metadata(&attribute.of)
            }
            Value::External(path) => self.metadata_outside(path),
            Value::Unknown(_) => {
                Rc::new(Metadata { identity: Identity::Path("?".into()), schema: None, convention: Vec::new() })
            }
            _ => Rc::new(Metadata { identity: Identity::Path("?".into()), schema: None, convention: Vec::new() }),
        }
    }

    fn metadata_outside(&self, path: &Arc<str>) -> Rc<Metadata<'a>> {
        let path: Arc<str> = match path.strip_suffix(".metadata") {
            Some(base) => base.into(),
            None => path.clone(),
        };
        // Flask-AppBuilder has one for all, under several names.
        let path: Arc<str> = if path.starts_with("flask_appbuilder.") { "flask_appbuilder.Model".into() } else { path };
        // What the project assigned to it.
        let metadata = Value::external(format!("{path}.metadata"));
        let convention = self.interpreter.attribute(&metadata, "naming_convention");
        let schema = self.interpreter.attribute(&metadata, "schema").as_text();
        Rc::new(Metadata { identity: Identity::Path(path), schema, convention: convention_of(&convention) })
    }

    fn metadata_object(&self, object: &Rc<Object<'a>>) -> Rc<Metadata<'a>> {
        let assigned = |name: &str| object.attributes.borrow().iter().rev().find(|(own, _)| &**own == name).cloned();
        let schema = assigned("schema").map(|(_, value)| value).or_else(|| object.argument(0, "schema").cloned());
        let convention = assigned("naming_convention")
            .map(|(_, value)| value)
            .or_else(|| object.keyword("naming_convention").cloned());
        Rc::new(Metadata {
            identity: Identity::Address(Rc::as_ptr(object).cast::<()>() as usize),
            schema: schema.and_then(|schema| schema.as_text()),
            convention: convention.map_or_else(Vec::new, |convention| convention_of(&convention)),
        })
    }

    /// Returns the metadata of `declarative_base()`, `registry()`, `SQLAlchemy()`.
    fn metadata_of_base(&self, object: &Rc<Object<'a>>) -> Rc<Metadata<'a>> {
        for name in ["metadata", "registry", "class_registry_metadata"] {
            if let Some(value) = object.keyword(name).filter(|value| !matches!(value, Value::None)) {
                return self.metadata(value);
            }
        }
        if let Some(value) = object.attributes.borrow().iter().rev().find(|(name, _)| &**name == "metadata") {
            return self.metadata(&value.1);
        }
        for name in ["cls", "model_class"] {
            if let Some(Value::Class(class)) = object.keyword(name)
                && (self.interpreter.find(class, "metadata").is_some() || name == "model_class")
            {
                return self.metadata_of_class(class);
            }
        }
        // `registry().generate_base()`.
        if let Value::Attribute(attribute) = &object.callee
            && matches!(&*attribute.name, "generate_base" | "as_declarative_base")
        {
            return self.metadata(&attribute.of);
        }
        // `declarative_base(bind, metadata)`, `SQLAlchemy(app)`: another MetaData among the arguments.
        let given = object
            .arguments
            .iter()
            .find(|value| value.object().is_some_and(|object| object.calls(&["sqlalchemy.MetaData"])));
        if let Some(value) = given {
            return self.metadata(value);
        }
        let identity = Identity::Address(Rc::as_ptr(object).cast::<()>() as usize);
        Rc::new(Metadata { identity, schema: None, convention: Vec::new() })
    }

    /// Returns the metadata that the tables of a class belong to.
    pub fn metadata_of_class(&self, class: &Rc<Class<'a>>) -> Rc<Metadata<'a>> {
        let metadata = self.declared_metadata(class);
        match self.interpreter.class_value(class, "__bind_key__").and_then(|key| key.as_text()) {
            Some(key) => Rc::new(Metadata {
                identity: Identity::Bind(Box::new(metadata.identity.clone()), key),
                schema: metadata.schema.clone(),
                convention: metadata.convention.clone(),
            }),
            None => metadata,
        }
    }

    fn declared_metadata(&self, class: &Rc<Class<'a>>) -> Rc<Metadata<'a>> {
        for name in ["metadata", "registry"] {
            if let Some((_, entry)) = self.interpreter.find(class, name)
                && let Some(value) = entry.value
                && !matches!(value, Value::Unknown(_))
            {
                return self.metadata(&value);
            }
        }
        let decorated = class.decorators.iter().find(|decorator| is_registry_decorator(decorator));
        if let Some(decorator) = decorated {
            return self.metadata(decorator);
        }
        let order = self.interpreter.order(class);
        let mut last: Option<Rc<Class<'a>>> = None;
        for base in order.iter() {
            match base {
                Value::Class(base) => {
                    if super::bases::is_decorated_base(base) {
                        return Rc::new(Metadata {
                            identity: Identity::Address(Rc::as_ptr(base).cast::<()>() as usize),
                            schema: None,
                            convention: Vec::new(),
                        });
                    }
                    if super::bases::is_direct_base(base) {
                        last = Some(base.clone());
                    }
                }
                Value::Object(object) => return self.metadata_of_base(object),
                Value::Attribute(attribute) if &*attribute.name == "Model" => return self.metadata(&attribute.of),
                Value::External(path) if path.starts_with("sqlmodel.") => {
                    return self.metadata_outside(&"sqlmodel.SQLModel".into());
                }
                _ => {}
            }
        }
        match last {
            Some(base) => Rc::new(Metadata {
                identity: Identity::Address(Rc::as_ptr(&base).cast::<()>() as usize),
                schema: None,
                convention: Vec::new(),
            }),
            None => {
                let first =
                    |test: &dyn Fn(&str) -> bool| order.iter().filter_map(Value::path).find(|path| test(path)).cloned();
                let outside = first(&super::outside::is_declarative)
                    .or_else(|| first(&|path| !super::outside::adds_nothing(path)));
                self.metadata_outside(&outside.unwrap_or_else(|| "?".into()))
            }
        }
    }

    /// Returns the `type_annotation_map` that holds for a class.
    pub fn type_map(&self, class: &Rc<Class<'a>>) -> TypeMap<'a> {
        let entries = |value: &Value<'a>| match value {
            Value::Dict(entries) => Some(entries.borrow().clone()),
            _ => None,
        };
        if let Some((_, entry)) = self.interpreter.find(class, "type_annotation_map")
            && let Some(map) = entry.value.as_ref().and_then(entries)
        {
            return map;
        }
        let of_object = |object: &Object<'a>| {
            if let Some(map) = object.keyword("type_annotation_map") {
                return entries(map);
            }
            match object.keyword("registry") {
                Some(Value::Object(registry)) => registry.keyword("type_annotation_map").and_then(entries),
                _ => match &object.callee {
                    Value::Attribute(attribute) => {
                        attribute.of.object().and_then(|object| object.keyword("type_annotation_map")).and_then(entries)
                    }
                    _ => None,
                },
            }
        };
        if let Some((_, entry)) = self.interpreter.find(class, "registry")
            && let Some(Value::Object(registry)) = &entry.value
            && let Some(map) = of_object(registry)
        {
            return map;
        }
        for decorator in &class.decorators {
            if let Value::Attribute(attribute) = decorator
                && let Value::Object(object) = &attribute.of
                && let Some(map) = of_object(object)
            {
                return map;
            }
        }
        let order = self.interpreter.order(class);
        order.iter().find_map(|base| base.object().and_then(|object| of_object(object))).unwrap_or_default()
    }
}

/// Returns whether a decorator is `registry.mapped` or its like.
pub fn is_registry_decorator(decorator: &Value<'_>) -> bool {
    matches!(decorator, Value::Attribute(attribute)
        if matches!(&*attribute.name, "mapped" | "mapped_as_dataclass" | "as_declarative_base"))
}

fn convention_of<'a>(value: &Value<'a>) -> Vec<(Arc<str>, Value<'a>)> {
    let Value::Dict(entries) = value else { return Vec::new() };
    let entries = entries.borrow();
    let kind = |key: &Value<'a>| match key {
        Value::External(path) => {
            KINDS.iter().find(|(_, class)| *class == &**path).map(|(kind, _)| Arc::<str>::from(*kind))
        }
        key => key.as_text(),
    };
    entries.iter().filter_map(|(key, value)| Some((kind(key)?, value.clone()))).collect()
}
