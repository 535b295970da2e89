//! Attributes and subscripts of values.

use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::frame::Binding;
use super::value::{Attribute, Class, Entry, Object, Place, Value};
use crate::languages::python::names::canonical;

impl<'a> Interpreter<'_, 'a> {
    /// Returns an attribute of a value.
    pub fn attribute(&self, of: &Value<'a>, name: &str) -> Value<'a> {
        if let Some(host) = self.host
            && matches!(of, Value::External(_) | Value::Object(_) | Value::Attribute(_))
            && let Some(value) = host.attribute(self, of, name)
        {
            return value;
        }
        match of {
            Value::Unknown(reason) | Value::Spread(reason) => Value::Unknown(reason.clone()),
            Value::External(path) => self.outside_attribute(path, name),
            Value::Module(file) => self.member_of(*file, name),
            Value::Class(class) => self.class_attribute(class, name),
            Value::Object(object) => self.object_attribute(of, object, name),
            Value::Member(member) => match name {
                "value" | "_value_" => member.value.clone(),
                "name" | "_name_" => Value::Text(member.name.clone()),
                _ => match self.find(&member.class, name).and_then(|(_, entry)| entry.value) {
                    Some(Value::Function(function)) if function.decorated(|path| path.ends_with("property")) => {
                        self.call_function(&function, vec![of.clone()], Vec::new(), Self::nowhere())
                    }
                    Some(Value::Function(function)) => Value::Method(Rc::new((of.clone(), function))),
                    _ => unread(of, name),
                },
            },
            Value::Function(function) if name == "__name__" => match function.definition {
                super::value::Definition::Def(def) => Value::text(def.name.as_str()),
                super::value::Definition::Lambda(_) => Value::text("<lambda>"),
            },
            _ => unread(of, name),
        }
    }

    pub(super) fn nowhere() -> Place {
        Place { file: 0, range: ruff_text_size::TextRange::default() }
    }

    fn outside_attribute(&self, path: &Arc<str>, name: &str) -> Value<'a> {
        if name == "__name__" || name == "__qualname__" {
            return Value::text(path.rsplit('.').next().unwrap_or(path));
        }
        let dotted = format!("{path}.{name}");
        if let Some(value) = self.cache.outside.borrow().get(&dotted) {
            return value.clone();
        }
        // `import package.module` binds `package`, which may be a folder without a file of its own.
        if let Some(file) = self.project.find(0, 0, &dotted) {
            return Value::Module(file);
        }
        Value::external(canonical(dotted))
    }

    fn class_attribute(&self, class: &Rc<Class<'a>>, name: &str) -> Value<'a> {
        let of = || Value::Class(class.clone());
        match name {
            "__name__" | "__qualname__" => return Value::text(class.name),
            "__module__" => return Value::text(self.project.dotted(class.file)),
            "__mro__" => return Value::Tuple(self.order(class)),
            "__bases__" => return Value::Tuple(class.bases.clone().into()),
            "__doc__" => return Value::unknown("a docstring"),
            _ => {}
        }
        if self.is_enum(class) {
            if name == "__members__" {
                let Some(members) = self.members(class) else { return Value::unknown("members are computed") };
                let entries = members.all.into_iter().map(|(name, member)| (Value::Text(name), Value::Member(member)));
                return Value::dict(entries.collect());
            }
            if let Some(member) = self.member_named(class, name) {
                return member;
            }
        }
        let Some((_, entry)) = self.find(class, name) else { return unread(&of(), name) };
        match &entry.value {
            Some(Value::Function(function)) => {
                if function.is_declared_attr() {
                    return match self.entry_value(class, &entry) {
                        // A column, or something else that SQLAlchemy maps: the class and the name tell which.
                        None | Some(Value::Object(_) | Value::Unknown(_)) if !name.starts_with("__") => {
                            unread(&of(), name)
                        }
                        value => value.unwrap_or(Value::None),
                    };
                }
                if function.decorated(|path| path == "builtins.classmethod") {
                    return Value::Method(Rc::new((of(), function.clone())));
                }
                if function.decorated(|path| path.ends_with("property")) {
                    return unread(&of(), name);
                }
                Value::Function(function.clone())
            }
            Some(Value::Object(object)) if object.callee.path().is_some() => match object.callee.path() {
                Some(path) if path.starts_with("sqlalchemy.MetaData") || path.ends_with("registry") => {
                    Value::Object(object.clone())
                }
                // A column: which one is told by the class and the name.
                Some(path)
                    if path.starts_with("sqlalchemy.") && !path.ends_with(".Table")
                        || path.starts_with("sqlmodel.") =>
                {
                    unread(&of(), name)
                }
                _ => Value::Object(object.clone()),
            },
            Some(value) => value.clone(),
            None => unread(&of(), name),
        }
    }

    fn object_attribute(&self, of: &Value<'a>, object: &Rc<Object<'a>>, name: &str) -> Value<'a> {
        let assigned = object.attributes.borrow().iter().rev().find(|(own, _)| &**own == name).cloned();
        if let Some((_, value)) = assigned {
            return value;
        }
        if let Some(members) = self.functional_members(object) {
            let member = members.into_iter().find(|(own, _)| &**own == name);
            return member.map_or_else(|| unread(of, name), |(_, value)| value);
        }
        if object.callee.is("builtins.super") {
            return self.super_attribute(of, object, name);
        }
        if let Some(value) = self.library_attribute(object, name) {
            return value;
        }
        if let Value::Class(class) = &object.callee {
            if name == "__class__" {
                return object.callee.clone();
            }
            return match self.find(class, name).and_then(|(_, entry)| entry.value) {
                Some(Value::Function(function)) if function.decorated(|path| path.ends_with("property")) => {
                    self.call_function(&function, vec![of.clone()], Vec::new(), object.place)
                }
                Some(Value::Function(function)) if function.decorated(|path| path == "builtins.staticmethod") => {
                    Value::Function(function)
                }
                Some(Value::Function(function)) if function.decorated(|path| path == "builtins.classmethod") => {
                    Value::Method(Rc::new((object.callee.clone(), function)))
                }
                Some(Value::Function(function)) => Value::Method(Rc::new((of.clone(), function))),
                // Only where no constructor can have changed it.
                Some(value) if self.keeps_class_values(class) => value,
                _ => unread(of, name),
            };
        }
        unread(of, name)
    }

    /// Returns whether instances of a class hold what its body says.
    fn keeps_class_values(&self, class: &Rc<Class<'a>>) -> bool {
        self.order(class).iter().all(|base| match base {
            Value::Class(base) => base.own("__init__").is_none(),
            other => other.path().is_some_and(|path| path.starts_with("sqlalchemy.") || path.starts_with("builtins.")),
        })
    }

    /// Returns what `super().name` finds.
    fn super_attribute(&self, of: &Value<'a>, object: &Rc<Object<'a>>, name: &str) -> Value<'a> {
        let [Value::Class(owner), this, ..] = object.arguments.as_slice() else { return unread(of, name) };
        let class = match this {
            Value::Class(class) => class,
            Value::Object(instance) => match &instance.callee {
                Value::Class(class) => class,
                _ => return unread(of, name),
            },
            _ => return unread(of, name),
        };
        let order = self.order(class);
        let after = order.iter().skip_while(|base| !matches!(base, Value::Class(base) if Rc::ptr_eq(base, owner)));
        for base in after.skip(1) {
            if let Value::Class(base) = base
                && let Some(entry) = base.own(name)
            {
                return match entry.value {
                    Some(Value::Function(function)) if function.is_declared_attr() => {
                        self.call_function(&function, vec![this.clone()], Vec::new(), entry.place)
                    }
                    Some(Value::Function(function)) => Value::Method(Rc::new((this.clone(), function))),
                    Some(value) => value,
                    None => unread(of, name),
                };
            }
        }
        unread(of, name)
    }

    /// Assigns to an attribute.
    pub(super) fn set_attribute(&self, of: &Value<'a>, name: &str, value: Value<'a>, place: Place) {
        match of {
            Value::Class(class) => self.add_entry(class, name, Some(value), None, place),
            Value::Object(object) => object.attributes.borrow_mut().push((name.into(), value)),
            Value::External(path) => {
                self.cache.outside.borrow_mut().insert(format!("{path}.{name}"), value);
            }
            Value::Module(file) => {
                if let Some(frame) = self.module_frame(*file)
                    && let super::frame::FrameKind::Module(unit) = &frame.kind
                    && let Some((name, _)) = unit.index.get_key_value(name)
                {
                    frame.names.borrow_mut().insert(name, Binding::Value(value));
                }
            }
            _ => {}
        }
    }

    /// Binds an attribute of a class. Bound again, it keeps its first position, as in Python.
    pub(super) fn add_entry(
        &self,
        class: &Rc<Class<'a>>,
        name: &str,
        value: Option<Value<'a>>,
        annotation: Option<&'a ruff_python_ast::Expr>,
        place: Place,
    ) {
        let condition = self.condition();
        let mut entries = class.entries.borrow_mut();
        match entries.iter_mut().find(|entry| &*entry.name == name) {
            Some(entry) => {
                let differs = match (&entry.value, &value) {
                    (Some(old), Some(new)) => !old.same(new),
                    (None, Some(_)) => true,
                    _ => false,
                };
                if value.is_some() {
                    entry.value = match &condition {
                        Some(reason) if differs && entry.condition != condition => Some(Value::Unknown(reason.clone())),
                        _ => value,
                    };
                    entry.place = place;
                }
                if condition.is_none() {
                    entry.condition = None;
                }
                if annotation.is_some() {
                    entry.annotation = annotation;
                }
            }
            None => entries.push(Entry { name: name.into(), value, annotation, place, condition }),
        }
    }

    /// Returns what `of[index]` is.
    pub(super) fn subscript(&self, of: &Value<'a>, index: &Value<'a>) -> Option<Value<'a>> {
        match (of, index) {
            (Value::Unknown(_), _) => Some(of.clone()),
            (Value::Dict(entries), _) => {
                let entries = entries.borrow();
                for (key, value) in entries.iter().rev() {
                    match key.equal(index) {
                        Some(true) => return Some(value.clone()),
                        Some(false) => {}
                        None => return None,
                    }
                }
                None
            }
            (Value::Tuple(_) | Value::List(_), Value::Int(number)) => {
                let elements = of.elements()?;
                if elements.iter().any(|element| matches!(element, Value::Spread(_))) {
                    return None;
                }
                let position = if *number < 0 {
                    usize::try_from(-number).ok().and_then(|back| elements.len().checked_sub(back))
                } else {
                    usize::try_from(*number).ok()
                };
                elements.get(position?).cloned()
            }
            (Value::Class(class), Value::Text(name)) if self.is_enum(class) => self.member_named(class, name),
            (
                Value::Class(_) | Value::External(_) | Value::Attribute(_) | Value::Object(_) | Value::Subscript(_),
                _,
            ) => Some(Value::Subscript(Rc::new((of.clone(), index.clone())))),
            _ => None,
        }
    }
}

/// Returns an attribute of something that is not followed.
pub fn unread<'a>(of: &Value<'a>, name: &str) -> Value<'a> {
    Value::Attribute(Rc::new(Attribute { of: of.clone(), name: name.into() }))
}
