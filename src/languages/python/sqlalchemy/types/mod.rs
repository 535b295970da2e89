//! Types of columns: from what the source says to a [`Type`].

mod annotations;
mod decorators;
mod enums;
mod libraries;
mod sqlalchemy;

use std::cell::{Cell, RefCell};
use std::sync::Arc;

pub use annotations::{Annotation, TypeMap};

use rustc_hash::FxHashMap;

use crate::languages::python::interpret::{Interpreter, Object, Value};
use crate::languages::python::values::short;
use crate::model::Location;
use crate::model::schema::{Dialect, Normal, ObjectName, Type};

/// Reads types.
pub struct Types<'i, 'a> {
    interpreter: &'i Interpreter<'i, 'a>,
    /// Where enums with a name are declared.
    pub enum_places: RefCell<FxHashMap<ObjectName, Location>>,
    /// Enums with a name whose labels cannot be known.
    pub unknown_enums: RefCell<FxHashMap<ObjectName, (Reason, Location)>>,
    depth: Cell<u32>,
}

/// What a type is, without its spelling.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    pub normal: Normal,
    pub variants: Vec<(Dialect, Normal)>,
}

/// Why a type cannot be known.
pub type Reason = Arc<str>;

/// Types that stand for each other before a type is given up.
const DEEPEST: u32 = 16;

impl Shape {
    pub const fn plain(normal: Normal) -> Self {
        Self { normal, variants: Vec::new() }
    }

    /// Returns what it is on a dialect.
    pub fn on(&self, dialect: Dialect) -> &Normal {
        self.variants.iter().find(|(own, _)| *own == dialect).map_or(&self.normal, |(_, normal)| normal)
    }

    fn set(&mut self, dialect: Dialect, normal: Normal) {
        self.variants.retain(|(own, _)| *own != dialect);
        if normal != self.normal {
            self.variants.push((dialect, normal));
            self.variants.sort_by_key(|(dialect, _)| *dialect);
        }
    }
}

impl<'i, 'a> Types<'i, 'a> {
    pub fn new(interpreter: &'i Interpreter<'i, 'a>) -> Self {
        Self { interpreter, enum_places: RefCell::default(), unknown_enums: RefCell::default(), depth: Cell::new(0) }
    }

    /// Returns the type that a value stands for: `String(255)`, `Integer`, a decorator of the project.
    pub fn read(&self, value: &Value<'a>) -> Result<Type, Reason> {
        let Shape { normal, variants } = self.shape(value)?;
        Ok(Type { spelling: self.spelling(value).into(), normal, variants })
    }

    /// Returns a type as the source spells it.
    pub fn spelling(&self, value: &Value<'a>) -> String {
        match value {
            Value::External(path) => path.rsplit('.').next().unwrap_or(path).to_owned(),
            Value::Class(class) => class.name.to_owned(),
            Value::Object(object) => short(self.interpreter.source(object.place)),
            Value::Attribute(attribute) => attribute.name.to_string(),
            Value::Subscript(subscript) => self.spelling(&subscript.0),
            _ => String::new(),
        }
    }

    /// Returns what a value is as a type.
    pub fn shape(&self, value: &Value<'a>) -> Result<Shape, Reason> {
        if self.depth.get() >= DEEPEST {
            return Err("the type refers to itself".into());
        }
        self.depth.set(self.depth.get() + 1);
        let shape = self.dispatch(value);
        self.depth.set(self.depth.get() - 1);
        shape
    }

    fn dispatch(&self, value: &Value<'a>) -> Result<Shape, Reason> {
        match value {
            Value::Unknown(reason) | Value::Spread(reason) => Err(reason.clone()),
            Value::External(path) => self.outside(path, None),
            Value::Class(class) => self.class(class, value),
            Value::Subscript(subscript) => self.shape(&subscript.0),
            Value::Object(object) => match &object.callee {
                Value::External(path) => match path.rsplit_once('.') {
                    Some((_, "as_mutable")) => self.first(object),
                    _ if path.ends_with("mutable_json_type") => match object.argument(0, "dbtype") {
                        Some(inner) => self.shape(inner),
                        None => Ok(Shape::plain(Normal::Json { binary: false })),
                    },
                    _ => self.outside(path, Some(object)),
                },
                Value::Class(class) => self.class(class, value),
                Value::Attribute(attribute) => match &*attribute.name {
                    "with_variant" => self.with_variant(&attribute.of, object),
                    "as_mutable" | "associate_with" | "type_descriptor" => self.first(object),
                    "copy" | "evaluates_none" | "as_generic" | "adapt" | "as_comparison" => self.shape(&attribute.of),
                    _ => Err(self.unknown(value)),
                },
                _ => Err(self.unknown(value)),
            },
            // `String(36)` kept as an attribute of a class is found where the class is read.
            Value::Attribute(attribute) => match &attribute.of {
                Value::Class(class) => match self.interpreter.class_value(class, &attribute.name) {
                    Some(inner) if !inner.same(value) => self.shape(&inner),
                    _ => Err(self.unknown(value)),
                },
                _ => Err(self.unknown(value)),
            },
            _ => Err(self.unknown(value)),
        }
    }

    fn first(&self, object: &Object<'a>) -> Result<Shape, Reason> {
        match object.arguments.first().or_else(|| object.keyword("sqltype")) {
            Some(inner) => self.shape(inner),
            None => Err("a type without its inner type".into()),
        }
    }

    fn with_variant(&self, of: &Value<'a>, object: &Object<'a>) -> Result<Shape, Reason> {
        let mut shape = self.shape(of)?;
        let variant = object.argument(0, "type_").ok_or("a variant without a type")?;
        let variant = self.shape(variant)?;
        let names = object.arguments.iter().skip(1).chain(object.keyword("dialect_name"));
        for name in names {
            let name = name.as_text().ok_or("the dialect of a variant is computed")?;
            // Other dialects than ours do not matter here.
            if let Some(dialect) = Dialect::of_name(&name) {
                let normal = variant.on(dialect).clone();
                shape.set(dialect, normal);
            }
        }
        Ok(shape)
    }

    fn unknown(&self, value: &Value<'a>) -> Reason {
        let spelling = self.spelling(value);
        if spelling.is_empty() {
            "the type is computed".into()
        } else {
            format!("the type `{spelling}` is not known").into()
        }
    }
}

/// Returns a whole number that a type takes; `None` if it is left out.
fn number(object: Option<&Object<'_>>, position: usize, name: &str) -> Result<Option<u32>, Reason> {
    match object.and_then(|object| object.argument(position, name)) {
        None if object.is_some_and(|object| object.open) => Err("arguments of the type are computed".into()),
        None | Some(Value::None) => Ok(None),
        Some(value) => match value.as_int().and_then(|number| u32::try_from(number).ok()) {
            Some(number) => Ok(Some(number)),
            None => Err(value.reason().cloned().unwrap_or_else(|| format!("`{name}` of the type is computed").into())),
        },
    }
}

/// Returns a truth that a type takes; `default` if it is left out.
fn truth(object: Option<&Object<'_>>, position: usize, name: &str, default: bool) -> Result<bool, Reason> {
    match object.and_then(|object| object.argument(position, name)) {
        None if object.is_some_and(|object| object.open) => Err("arguments of the type are computed".into()),
        None => Ok(default),
        Some(value) => value.truth().ok_or_else(|| {
            value.reason().cloned().unwrap_or_else(|| format!("`{name}` of the type is computed").into())
        }),
    }
}
