//! Types of columns that only an annotation tells: `Mapped[int]`.

use std::rc::Rc;
use std::sync::Arc;

use super::enums::{as_text, class_name};
use super::{Reason, Shape, Types, number};
use crate::languages::python::interpret::{Object, Value};
use crate::model::schema::{Length, Normal, ObjectName, Type};

/// `type_annotation_map`: Python types to types of columns.
pub type TypeMap<'a> = Vec<(Value<'a>, Value<'a>)>;

/// An annotation taken apart.
#[derive(Clone)]
pub struct Annotation<'a> {
    /// Without `Optional` and `Annotated`.
    pub ty: Value<'a>,
    /// The types that may stand in a `type_annotation_map` for it, the most specific first.
    pub candidates: Vec<Value<'a>>,
    pub optional: bool,
    /// What `Annotated` adds.
    pub metadata: Vec<Value<'a>>,
}

impl<'a> Annotation<'a> {
    /// Takes an annotation apart.
    pub fn of(value: &Value<'a>) -> Self {
        let mut annotation =
            Self { ty: value.clone(), candidates: vec![value.clone()], optional: false, metadata: Vec::new() };
        for _ in 0..16 {
            let next = match &annotation.ty {
                Value::Subscript(subscript) => {
                    let name = subscript.0.path().map_or("", |path| path.rsplit('.').next().unwrap_or(path));
                    match (name, &subscript.1) {
                        ("Optional", inner) => {
                            annotation.optional = true;
                            inner.clone()
                        }
                        ("Union", Value::Tuple(parts)) => match without_none(parts, &mut annotation.optional) {
                            Some(inner) => inner,
                            None => break,
                        },
                        ("Annotated", Value::Tuple(parts)) if !parts.is_empty() => {
                            annotation.metadata.extend(parts[1..].iter().cloned());
                            parts[0].clone()
                        }
                        ("Final" | "ClassVar" | "Required" | "NotRequired", inner) => inner.clone(),
                        _ => break,
                    }
                }
                Value::Union(parts) => match without_none(parts, &mut annotation.optional) {
                    Some(inner) => inner,
                    None => break,
                },
                _ => break,
            };
            annotation.ty = next.clone();
            annotation.candidates.push(next);
        }
        annotation
    }

    /// Returns a call among what `Annotated` adds.
    pub fn call(&self, test: impl Fn(&Object<'a>) -> bool) -> Option<&Rc<Object<'a>>> {
        self.metadata.iter().filter_map(Value::object).find(|object| test(object))
    }
}

/// Returns the one type beside None in a union, and sets whether None is there.
fn without_none<'a>(parts: &[Value<'a>], optional: &mut bool) -> Option<Value<'a>> {
    let is_none = |part: &&Value<'a>| matches!(part, Value::None) || part.is("types.NoneType");
    *optional |= parts.iter().any(|part| is_none(&part));
    let mut rest = parts.iter().filter(|part| !is_none(part));
    match (rest.next(), rest.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => None,
    }
}

impl<'a> Types<'_, 'a> {
    /// Returns the type that SQLAlchemy takes from an annotation.
    pub fn annotated(&self, annotation: &Annotation<'a>, map: &TypeMap<'a>) -> Result<Type, Reason> {
        for candidate in &annotation.candidates {
            if let Some((_, value)) = map.iter().rev().find(|(key, _)| key.same(candidate)) {
                return self.read(value);
            }
        }
        let base = |name: &str| map.iter().rev().find(|(key, _)| key.path().is_some_and(|path| path.ends_with(name)));
        match &annotation.ty {
            Value::Unknown(reason) => Err(reason.clone()),
            Value::External(path) => python_type(path)
                .ok_or_else(|| format!("the type map has no entry for `{path}`, or it is not known").into()),
            Value::Class(class) if self.interpreter.is_enum(class) => {
                let template = base("enum.Enum").and_then(|(_, value)| value.object()).cloned();
                self.enum_of_class(&annotation.ty, template.as_deref())
            }
            Value::Subscript(subscript) if subscript.0.path().is_some_and(|path| path.ends_with(".Literal")) => {
                let labels = match &subscript.1 {
                    Value::Tuple(labels) => labels.to_vec(),
                    one => vec![one.clone()],
                };
                let labels = labels.iter().map(Value::as_text).collect::<Option<Vec<_>>>();
                let labels: Vec<Arc<str>> = labels.ok_or("labels of a Literal that are no strings")?;
                let length = match base(".Literal").and_then(|(_, value)| value.object()) {
                    Some(template) => number(Some(template), usize::MAX, "length")?,
                    None => None,
                };
                Ok(Type { spelling: "Literal".into(), normal: as_text(&labels, length), variants: Vec::new() })
            }
            other => Err(format!("the annotation `{}` names no type of a column", self.spelling(other)).into()),
        }
    }

    /// Returns the type of a column for a Python enum: as `template` says, if the type map has one.
    pub fn enum_of_class(&self, class: &Value<'a>, template: Option<&Object<'a>>) -> Result<Type, Reason> {
        let spelling: Arc<str> = self.spelling(class).into();
        let labels = self.labels(class, template.and_then(|template| template.keyword("values_callable")))?;
        let native = template.and_then(|template| template.keyword("native_enum")).map_or(Some(true), Value::truth);
        if !native.ok_or("`native_enum` is computed")? {
            let length = number(template, usize::MAX, "length")?;
            return Ok(Type { spelling, normal: as_text(&labels, length), variants: Vec::new() });
        }
        let name = class_name(class).map(ObjectName::new);
        if let (Some(name), Value::Class(class)) = (&name, class) {
            let location = self.interpreter.location(super::super::class_place(class));
            self.enum_places.borrow_mut().entry(name.clone()).or_insert(location);
        }
        let Shape { normal, variants } = Shape::plain(Normal::Enum { name, labels: labels.into() });
        Ok(Type { spelling, normal, variants })
    }
}

/// Returns the type that SQLAlchemy maps a type of Python to.
fn python_type(path: &str) -> Option<Type> {
    let (spelling, normal) = match path {
        "builtins.int" => ("Integer", Normal::Integer { bits: 32, unsigned: false }),
        "builtins.str" => ("String", Normal::Varchar { length: None }),
        "builtins.float" => ("Float", Normal::Float { bits: None }),
        "builtins.bool" => ("Boolean", Normal::Boolean),
        "builtins.bytes" => ("LargeBinary", Normal::Blob { length: Length::Plain }),
        "decimal.Decimal" => ("Numeric", Normal::Numeric { precision: None, scale: None }),
        "uuid.UUID" => ("Uuid", Normal::Uuid),
        "datetime.date" => ("Date", Normal::Date),
        "datetime.datetime" => ("DateTime", Normal::Timestamp { zone: false, precision: None }),
        "datetime.time" => ("Time", Normal::Time { zone: false, precision: None }),
        "datetime.timedelta" => ("Interval", Normal::Interval { fields: None, precision: None }),
        _ => return None,
    };
    Some(Type { spelling: spelling.into(), normal, variants: Vec::new() })
}
