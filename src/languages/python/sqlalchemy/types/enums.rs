//! `Enum(...)`: labels from Python enums or literals.

use std::sync::Arc;

use super::{Reason, Shape, Types, number, truth};
use crate::languages::python::interpret::{Object, Value};
use crate::model::schema::{Normal, ObjectName};

impl<'a> Types<'_, 'a> {
    /// Returns what `Enum(...)` is; `native`: the type of one dialect, which is always an enum there.
    pub(super) fn enumeration(&self, object: &Object<'a>, mysql: bool, native: bool) -> Result<Shape, Reason> {
        if object.open && object.keyword("name").is_none() {
            return Err("arguments of the enum are computed".into());
        }
        let class = match object.arguments.as_slice() {
            [only @ (Value::Class(_) | Value::Object(_))] => Some(only),
            _ => None,
        };
        let labels: Result<Vec<Arc<str>>, Reason> = match class {
            Some(class) => self.labels(class, object.keyword("values_callable")),
            None => object
                .arguments
                .iter()
                .map(|label| {
                    label.as_text().ok_or_else(|| {
                        label.reason().cloned().unwrap_or_else(|| "the labels of the enum are computed".into())
                    })
                })
                .collect(),
        };
        let name = match object.keyword("name") {
            None => class.and_then(class_name),
            Some(Value::None) => None,
            Some(name) => Some(name.as_text().ok_or("the name of the enum is computed")?),
        };
        if !native && !truth(Some(object), usize::MAX, "native_enum", true)? {
            return Ok(Shape::plain(as_text(&labels?, number(Some(object), usize::MAX, "length")?)));
        }
        let schema = match object.keyword("schema") {
            None | Some(Value::None) => None,
            Some(schema) => Some(schema.as_text().ok_or("the schema of the enum is computed")?),
        };
        let name = name.filter(|_| !mysql).map(|name| ObjectName { schema, name });
        if let Some(name) = &name {
            let place = match class {
                Some(Value::Class(class)) => super::super::class_place(class),
                _ => object.place,
            };
            let location = self.interpreter.location(place);
            if let Err(reason) = &labels {
                self.unknown_enums.borrow_mut().insert(name.clone(), (reason.clone(), location.clone()));
            }
            self.enum_places.borrow_mut().entry(name.clone()).or_insert(location);
        }
        Ok(Shape::plain(Normal::Enum { name, labels: labels?.into() }))
    }

    /// Returns the labels that SQLAlchemy takes from a Python enum: names, or what `values_callable` makes.
    pub(super) fn labels(&self, class: &Value<'a>, callable: Option<&Value<'a>>) -> Result<Vec<Arc<str>>, Reason> {
        let computed = || Reason::from("the labels of the enum are computed");
        if let Some(callable) = callable.filter(|callable| !matches!(callable, Value::None)) {
            let place = match class {
                Value::Class(class) => super::super::class_place(class),
                Value::Object(object) => object.place,
                _ => return Err(computed()),
            };
            let values = self.interpreter.call_value(callable, vec![class.clone()], Vec::new(), place);
            if let Some(reason) = values.reason() {
                return Err(reason.clone());
            }
            let values = values.elements().ok_or_else(computed)?;
            return values.iter().map(|value| value.as_text().ok_or_else(computed)).collect();
        }
        match class {
            Value::Class(class) => {
                let members = self.interpreter.members(class).ok_or_else(computed)?;
                Ok(members.listed().iter().map(|member| member.name.clone()).collect())
            }
            Value::Object(object) => {
                let members = self.interpreter.functional_members(object).ok_or_else(computed)?;
                Ok(members.into_iter().map(|(name, _)| name).collect())
            }
            _ => Err(computed()),
        }
    }
}

/// Returns the name that SQLAlchemy gives to the type of a Python enum.
pub fn class_name(class: &Value<'_>) -> Option<Arc<str>> {
    match class {
        Value::Class(class) => Some(class.name.to_lowercase().into()),
        Value::Object(object) => object.arguments.first()?.as_text().map(|name| name.to_lowercase().into()),
        _ => None,
    }
}

/// Returns an enum kept as text.
pub fn as_text(labels: &[Arc<str>], length: Option<u32>) -> Normal {
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    Normal::Varchar { length: length.or_else(|| u32::try_from(longest).ok()) }
}
