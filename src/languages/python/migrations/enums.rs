//! Enum types of PostgreSQL: made by themselves, or along with the tables that use them.

use super::machine::{Details, Machine};
use crate::languages::python::interpret::{Call, Interpreter, Place, Value};
use crate::languages::python::sqlalchemy::{Reader, Single};
use crate::model::Known;
use crate::model::operation::Action;
use crate::model::schema::{Dialect, Normal, ObjectName, Type};

/// An enum type by its name, with its labels.
type Named = (ObjectName, Known<Vec<std::sync::Arc<str>>>);

impl<'a> Machine<'_, 'a> {
    /// Makes the enum types that SQLAlchemy makes before a table: each once, also where several tables of the migration
    /// use it. `checked`: those that are there already are left alone. Columns that are added later make none.
    pub fn enums_of_table(&self, interpreter: &Interpreter<'_, 'a>, single: &Single<'a>, place: Place, checked: bool) {
        if self.dialect != Dialect::Postgresql {
            return;
        }
        for ty in &single.types {
            if !makes_type(ty) {
                continue;
            }
            for (name, labels) in self.enums_in(interpreter, ty) {
                if self.enums_made.borrow_mut().insert(name.clone()) {
                    let action = Action::CreateEnum { name: Known::Yes(name), labels };
                    let details = Details { if_not_exists: checked, ..Details::default() };
                    self.emit(interpreter, place, action, details);
                }
            }
        }
    }

    /// Returns the enum types with a name that a type is or holds.
    fn enums_in(&self, interpreter: &Interpreter<'_, 'a>, value: &Value<'a>) -> Vec<Named> {
        let (ty, unknown) = self.aside(interpreter, || Reader::enum_of(interpreter, value));
        let known = match &ty {
            Known::Yes(ty) => enum_of(ty).map(|(name, labels)| (name, Known::Yes(labels))),
            Known::No(_) => unknown.map(|(name, reason)| (name, Known::No(reason))),
        };
        known.into_iter().collect()
    }

    /// Does `enum.create(bind)` and `enum.drop(bind)`. Returns whether the value is a type at all.
    pub fn enum_method(
        &self,
        interpreter: &Interpreter<'_, 'a>,
        value: &Value<'a>,
        create: bool,
        call: &Call<'_, 'a>,
    ) -> bool {
        let native = match value {
            Value::Object(object) => match object.callee.path() {
                Some(path) if path.ends_with(".ENUM") => true,
                Some(path) if path.ends_with(".Enum") => false,
                Some(_) => return false,
                None => match &object.callee {
                    Value::Class(class) if interpreter.derives_from(class, "sqlalchemy.Enum") => false,
                    // `enum.with_variant(...)`, `enum.copy()`.
                    Value::Attribute(inner) if matches!(&*inner.name, "with_variant" | "copy" | "adapt") => {
                        return self.enum_method(interpreter, &inner.of, create, call);
                    }
                    _ => return false,
                },
            },
            _ => return false,
        };
        if self.dialect != Dialect::Postgresql {
            return true;
        }
        let check = call.keywords.iter().find(|(name, _)| &**name == "checkfirst").map(|(_, value)| value);
        let check = check.or_else(|| call.arguments.get(1)).map_or(Some(native), Value::truth);
        let checked = check != Some(false);
        match self.enums_in(interpreter, value).pop() {
            Some((name, labels)) if create => {
                let details = Details { if_not_exists: checked, ..Details::default() };
                let action = Action::CreateEnum { name: Known::Yes(name), labels };
                self.emit(interpreter, call.place, action, details);
            }
            Some((name, _)) => {
                self.enums_made.borrow_mut().remove(&name);
                let details = Details { if_exists: checked, ..Details::default() };
                let action = Action::DropEnum { name: Known::Yes(name), cascade: false };
                self.emit(interpreter, call.place, action, details);
            }
            None => {
                let what = format!("the enum type of `{}` is not known", interpreter.short(call.place));
                let name = Known::No(what.into());
                let action = match create {
                    true => Action::CreateEnum { name, labels: Known::No("the enum type is computed".into()) },
                    false => Action::DropEnum { name, cascade: false },
                };
                self.emit(interpreter, call.place, action, Details { if_exists: !create, ..Details::default() });
            }
        }
        true
    }
}

/// Returns the enum type with a name that a type is on PostgreSQL, or is an array of.
fn enum_of(ty: &Type) -> Option<(ObjectName, Vec<std::sync::Arc<str>>)> {
    let own = ty.variants.iter().find(|(dialect, _)| *dialect == Dialect::Postgresql).map(|(_, normal)| normal);
    let mut normal = own.unwrap_or(&ty.normal);
    while let Normal::Array(item) = normal {
        normal = item;
    }
    match normal {
        Normal::Enum { name: Some(name), labels } => Some((name.clone(), labels.to_vec())),
        _ => None,
    }
}

/// Returns whether a table makes the type along with it: not with `create_type=False` of PostgreSQL's own ENUM, nor
/// where the type belongs to metadata.
fn makes_type(value: &Value<'_>) -> bool {
    let Value::Object(object) = value else { return true };
    let metadata = object.keyword("metadata").is_some_and(|metadata| !matches!(metadata, Value::None));
    match &object.callee {
        Value::External(path) if path.ends_with("postgresql.ENUM") => {
            !metadata && object.keyword("create_type").is_none_or(|create| create.truth() != Some(false))
        }
        Value::External(path) if path.ends_with(".Enum") => !metadata,
        Value::External(path) if path.ends_with(".ARRAY") => object.arguments.first().is_none_or(makes_type),
        Value::Attribute(attribute) if &*attribute.name == "with_variant" => {
            let for_us = object.arguments.iter().skip(1).chain(object.keyword("dialect_name"));
            if for_us.into_iter().any(|name| name.as_text().as_deref() == Some("postgresql")) {
                object.arguments.first().is_none_or(makes_type)
            } else {
                makes_type(&attribute.of)
            }
        }
        _ => true,
    }
}
